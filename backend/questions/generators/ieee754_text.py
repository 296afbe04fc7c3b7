"""How numbers and words of single precision are written in questions: exact, without LaTeX."""

from decimal import Decimal
from fractions import Fraction

from backend.questions.solvers.ieee754 import LEAST_POWER, Single, encode

_SCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def hexadecimal(single: Single) -> str:
    """Write a word as C1A60000H."""
    return f"{single.word:08X}H"


def decimal(value: Fraction) -> str:
    """Write a binary fraction exactly."""
    return decimal_in_code(value).replace("-", "−")


def decimal_in_code(value: Fraction) -> str:
    """Write a binary fraction exactly, with the minus sign of a program."""
    text = f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def signed(number: int) -> str:
    """Write an integer with a typographic minus sign."""
    return str(number).replace("-", "−")


def _power(exponent: int) -> str:
    return "2" + str(exponent).translate(_SCRIPT)


def _binary(value: Fraction) -> str:
    """Write the magnitude in binary, as 10100.11."""
    places = value.denominator.bit_length() - 1
    digits = f"{abs(value.numerator):0{places + 1}b}"
    whole, rest = digits[: len(digits) - places], digits[len(digits) - places :]
    return f"{whole}.{rest}" if rest else whole


def scientific(value: Fraction) -> str:
    """Write a normal number as −1.01B × 2⁴."""
    single = encode(value)
    sign = "−" if value < 0 else ""
    return f"{sign}{_binary(single.significand)}B × {_power(single.power)}"


def normal_form(value: Fraction) -> str:
    """Write the magnitude as 20.75 = 10100.11B = 1.010011B × 2⁴."""
    size = abs(value)
    return f"{decimal(size)} = {_binary(size)}B = {scientific(size)}"


def power_form(value: Fraction) -> str:
    """Write an odd number times a power of two; one last place above a power as a sum."""
    sign, size = ("−", -value) if value < 0 else ("", value)
    twos = (size.numerator & -size.numerator).bit_length() - size.denominator.bit_length()
    odd = int(size / Fraction(2) ** twos)
    digits = odd.bit_length() - 1
    if odd == 1:
        return f"{sign}{_power(twos)}"
    if odd == 2**digits + 1 and digits > 2:
        return f"{sign}(1 + {_power(-digits)}) × {_power(twos + digits)}"
    return f"{sign}{odd} × {_power(twos)}"


def subnormal_form(single: Single) -> str:
    """Write a subnormal number as 2⁻³ × 2⁻¹²⁶."""
    sign = "−" if single.sign else ""
    return f"{sign}{power_form(single.significand)} × {_power(LEAST_POWER)}"


def encoding_steps(value: Fraction) -> tuple[str, ...]:
    """Three steps from a number that is exact in single precision to its word."""
    single = encode(value)
    fraction = f"{single.fraction:023b}"
    field = f"E = {signed(single.power)} + 127 = {single.exponent} = {single.exponent:08b}B"
    return (
        f"规格化：{normal_form(value)}。",
        f"S = {single.sign}，{field}，M = {fraction.rstrip('0')} 后补 0 到 23 位。",
        f"拼接 {single.sign} {single.exponent:08b} {fraction}，即 {hexadecimal(single)}。",
    )


def decoding_steps(single: Single) -> tuple[str, ...]:
    """Two steps from the word of a normal number to its value."""
    fraction = f"{single.fraction:023b}".rstrip("0")
    return (
        f"{hexadecimal(single)} 拆开：S = {single.sign}，"
        f"E = {single.exponent:08b}B = {single.exponent}，M = {fraction} 后面全是 0。",
        f"指数 = {single.exponent} − 127 = {signed(single.power)}，"
        f"值 = {scientific(single.value)} = {decimal(single.value)}。",
    )
