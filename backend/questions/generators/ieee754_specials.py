"""What the special words of single precision stand for, and what they are taken for."""

import random
from fractions import Fraction

from backend.questions.generators.frame import Distractor
from backend.questions.generators.ieee754_text import power_form, subnormal_form
from backend.questions.solvers.ieee754 import BIAS, FRACTION_BITS, LEAST_POWER, Single

_HIDDEN = 2**FRACTION_BITS
_ALL_ONES = 255
_TOP_DIGITS = 16


def draw_special(chance: random.Random) -> Single:
    """Draw a special word other than +0; the fraction is one bit or begins with four bits."""
    kind = chance.choices(("zero", "infinity", "nan", "subnormal"), (1, 1, 5, 5))[0]
    if kind == "zero":
        return Single(1, 0, 0)
    sign, exponent = chance.randint(0, 1), 0 if kind == "subnormal" else _ALL_ONES
    if kind == "infinity":
        return Single(sign, exponent, 0)
    one_bit = 1 << chance.randrange(FRACTION_BITS)
    four_bits = chance.randrange(1, _TOP_DIGITS) * _HIDDEN // _TOP_DIGITS
    return Single(sign, exponent, chance.choice((one_bit, four_bits, four_bits)))


def meaning(single: Single) -> tuple[str, str]:
    """What a special word stands for, and why."""
    sign = "−" if single.sign else "+"
    match single.kind:
        case "zero":
            return f"{sign}0", "阶码和尾数全为 0，是 0，数符照样保留。"
        case "infinity":
            return f"{sign}∞", "阶码全 1、尾数全 0，是无穷大。"
        case "nan":
            return "NaN（非数）", "阶码全 1、尾数不为 0，是 NaN。"
        case _:
            text = power_form(single.value)
            return text, f"阶码全 0、尾数不为 0，是非规格化数：{subnormal_form(single)} = {text}。"


def special_mistakes(single: Single) -> list[Distractor]:
    """Wrong readings of a special word, the nearest first."""
    return [
        *_taken_for_normal(single),
        *(
            Distractor(text, mistake, f"{cause}；{_against(single, mistake)}。")
            for text, mistake, cause in _other_kinds(single)
        ),
    ]


def _taken_for_normal(single: Single) -> list[Distractor]:
    """Values that the rule of normal numbers, or half of it, gives for a special word."""
    sign = (-1) ** single.sign
    fraction = Fraction(single.fraction, _HIDDEN)
    power = single.exponent - BIAS
    whole = sign * (1 + fraction) * Fraction(2) ** power
    said = "当成规格化数求值了，"
    if single.exponent:
        return [
            Distractor(power_form(whole), "takes-it-for-normal", f"{said}阶码全 1 有特殊含义。")
        ]
    found = [Distractor(power_form(whole), "takes-it-for-normal", f"{said}阶码全 0 有特殊含义。")]
    if single.kind == "subnormal":
        low, hidden = Fraction(2) ** power, Fraction(2) ** LEAST_POWER
        found += [
            Distractor(
                power_form(sign * fraction * low),
                "subnormal-exponent-minus-127",
                "非规格化数的指数固定为 −126，不是 −127。",
            ),
            Distractor(
                power_form(sign * (1 + fraction) * hidden),
                "subnormal-with-hidden-bit",
                "非规格化数没有隐藏的 1。",
            ),
        ]
    return found


def _other_kinds(single: Single) -> list[tuple[str, str, str]]:
    """The other special values, with what their words look like."""
    sign, other = ("−", "+") if single.sign else ("+", "−")
    return [
        (f"{sign}∞", "takes-it-for-infinity", "无穷大是阶码全 1、尾数全 0"),
        ("NaN（非数）", "takes-it-for-nan", "NaN 是阶码全 1、尾数不为 0"),
        (f"{sign}0", "takes-it-for-zero", "0 是阶码、尾数全 0"),
        *_with_other_sign(single, other),
    ]


def _with_other_sign(single: Single, other: str) -> list[tuple[str, str, str]]:
    """The value of the other sign, where it is near what the word stands for."""
    match single.kind:
        case "nan":
            mistake = "takes-it-for-infinity-of-other-sign"
            return [(f"{other}∞", mistake, "无穷大的尾数全 0")]
        case "infinity":
            return [(f"{other}∞", "wrong-sign", "数符 1 为负、0 为正")]
        case "zero":
            return [(f"{other}0", "wrong-sign", "数符 1 为负、0 为正")]
        case _:
            mistake = "takes-it-for-zero-of-other-sign"
            return [(f"{other}0", mistake, "0 的尾数全 0")]


def _against(single: Single, mistake: str) -> str:
    """What the word shows against a wrong reading."""
    if mistake == "takes-it-for-infinity-of-other-sign":
        return "这里尾数不为 0，是 NaN，与数符无关"
    if mistake == "takes-it-for-zero-of-other-sign":
        return "这里尾数不为 0，是非规格化数"
    if mistake == "wrong-sign":
        return f"这里数符为 {single.sign}"
    exponent = "全 1" if single.exponent else "全 0"
    return f"这里阶码{exponent}、尾数{'不为 0' if single.fraction else '全 0'}"
