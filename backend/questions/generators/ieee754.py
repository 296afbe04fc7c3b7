"""Questions on IEEE 754 single precision: words, numbers, special values, scaling, rounding."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from backend.questions.generators.answers import conclusion, of_pattern, ranked_as
from backend.questions.generators.frame import Distractor, Draft
from backend.questions.generators.ieee754_specials import draw_special, meaning, special_mistakes
from backend.questions.generators.ieee754_text import (
    decimal,
    decimal_in_code,
    decoding_steps,
    encoding_steps,
    hexadecimal,
    normal_form,
    scientific,
    signed,
)
from backend.questions.generators.mixing import mixed
from backend.questions.solvers.ieee754 import (
    BIAS,
    FRACTION_BITS,
    Single,
    decode,
    encode,
)

_SOURCE = ("co.ieee754",)
_CONVENTION = "IEEE 754 单精度：1 位数符、8 位阶码（偏置 127）、23 位尾数（小数点前隐藏 1）。"
_ROUNDING = "float 共 24 位有效位（含隐藏位），按就近舍入，正好在中间时取偶数（最低位为 0）。"
_HIDDEN = 2**FRACTION_BITS
_BYTE = 2**8


@dataclass(frozen=True, slots=True)
class Ieee754Generator:
    """Numbers with at most eight binary digits, so that nothing has to be rounded by hand."""

    name: str = "ieee754"
    version: int = 1
    points: tuple[str, ...] = ("CO0218", "CO0219", "CO0221")

    def draft(self, chance: random.Random) -> Draft:
        """Draw the form, then its number."""
        made = mixed(chance.choice(_FORMS)(chance), chance)
        return ranked_as(made, chance, of_pattern) if made.correct.endswith("H") else made


def _to_word(chance: random.Random) -> Draft:
    value = _number(chance)
    single = encode(value)
    wrong = _wrong_words(chance, single)
    stem = chance.choice(
        (
            f"将十进制数 {decimal(value)} 表示成 IEEE 754 单精度浮点数，机器数是哪个？",
            f"执行 C 语句 `float x = {decimal_in_code(value)};` 后，变量 x 的机器数是哪个？",
        )
    )
    why = f"{normal_form(value)}，阶码 {signed(single.power)} + 127 = {single.exponent}。"
    difficulty = 3 if single.power >= 0 else 4
    return _draft(stem, hexadecimal(single), why, wrong, difficulty, encoding_steps(value))


def _wrong_words(chance: random.Random, single: Single) -> list[Distractor]:
    """What comes out when one field is written by a wrong rule; the commonest in any order."""
    fraction, exponent = single.fraction, single.exponent
    low = fraction // (fraction & -fraction) if fraction else 0
    common = [
        (replace(single, exponent=exponent + 1), "bias-128", "偏置用成了 128，应是 127。"),
        (
            replace(single, fraction=(_HIDDEN + fraction) // 2),
            "stores-the-hidden-bit",
            "把小数点前的 1 也存进了尾数；它是隐藏的。",
        ),
        (
            replace(single, exponent=(exponent - BIAS) % _BYTE),
            "forgets-the-bias",
            "阶码没有加偏置 127。",
        ),
        (
            replace(single, fraction=low),
            "right-aligns-the-fraction",
            "尾数应从高位排起、右边补 0，不是靠右放。",
        ),
    ]
    if single.sign:
        complement = replace(single, fraction=-fraction % _HIDDEN)
        why = "负数的尾数用了补码；IEEE 754 的尾数是原码。"
        common.append((complement, "complements-the-fraction", why))
    chance.shuffle(common)
    rare = [
        (replace(single, sign=1 - single.sign), "wrong-sign", "数符写反了，正数为 0、负数为 1。"),
        (
            replace(single, exponent=exponent + 1, fraction=(_HIDDEN + fraction) // 2),
            "normalizes-to-a-half",
            "规格化成了 0.1…的形式，应是 1.…。",
        ),
    ]
    return [Distractor(hexadecimal(word), mistake, why) for word, mistake, why in (*common, *rare)]


def _to_number(chance: random.Random) -> Draft:
    single = encode(_number(chance))
    value, power = single.value, single.power
    sign = (-1) ** single.sign
    fraction = Fraction(single.fraction, _HIDDEN)
    scale = sign * Fraction(2) ** power
    common = [
        (value / 2, "bias-128", "减去的偏置是 128，应减 127。"),
        (fraction * scale, "forgets-the-hidden-bit", "按 0.M 求值，漏了小数点前隐藏的 1。"),
        (value * 2, "bias-126", "减去的偏置是 126，应减 127。"),
        (-value, "wrong-sign", "数符看反了，最高位为 0 是正数、为 1 是负数。"),
    ]
    if single.sign:
        complement = (2 - fraction) * scale
        common.append((complement, "complements-the-fraction", "把尾数当补码取了反，它是原码。"))
    chance.shuffle(common)
    wrong = [Distractor(decimal(v), mistake, why) for v, mistake, why in common]
    stem = chance.choice(
        (
            f"IEEE 754 单精度浮点数的机器数为 {hexadecimal(single)}，它的真值是多少？",
            f"C 语言 float 型变量 x 的机器数为 {hexadecimal(single)}，x 的值是多少？",
        )
    )
    why = f"阶码 {single.exponent} − 127 = {signed(power)}，值 = {scientific(value)}。"
    return _draft(stem, decimal(value), why, wrong, 3, decoding_steps(single))


def _exponent_field(chance: random.Random) -> Draft:
    value = _number(chance)
    single = encode(value)
    power, field = single.power, single.exponent
    wrong = [
        _field(field + 1, "bias-128", "偏置用成了 128，应是 127。"),
        _field(field - 1, "counts-one-shift-too-few", "小数点的移动少数了一位。"),
        _field(power % _BYTE, "forgets-the-bias", "这是指数的补码，没有加偏置 127。"),
        _field(BIAS - power, "wrong-direction", "指数的正负弄反了。"),
        _field((power + 1) % _BYTE, "old-normal-form", "按 0.1…规格化，也没有加偏置。"),
    ]
    stem = f"十进制数 {decimal(value)} 表示成 IEEE 754 单精度浮点数时，8 位阶码字段是哪个？"
    why = f"{normal_form(value)}，阶码 = {signed(power)} + 127 = {field}。"
    return _draft(stem, f"{field:08b}", why, wrong, 2, encoding_steps(value)[:2])


def _special(chance: random.Random) -> Draft:
    single = draw_special(chance)
    right, why = meaning(single)
    stem = chance.choice(
        (
            f"IEEE 754 单精度浮点数的机器数为 {hexadecimal(single)}，它表示什么？",
            f"C 语言 float 型变量 x 的机器数为 {hexadecimal(single)}，它表示什么？",
        )
    )
    steps = (
        f"数符 {single.sign}，阶码 {single.exponent:08b}，尾数 {single.fraction:023b}。",
        "阶码全 0：尾数 0 是 ±0，非 0 是非规格化数；阶码全 1：尾数 0 是 ±∞，非 0 是 NaN。",
    )
    return _draft(stem, right, why, special_mistakes(single), 3, steps, point="CO0219")


def _scaled(chance: random.Random) -> Draft:
    """Multiply or divide a word by a power of two: only the exponent moves."""
    single = encode(_number(chance))
    steps_up = chance.choice((-3, -2, 1, 2, 3))
    sign = chance.choice((1, 1, -1)) if steps_up > 0 else 1
    factor = sign * Fraction(2) ** steps_up
    result = encode(single.value * factor)
    turned = result.sign
    scaled = f"{decimal(factor)} × x" if steps_up > 0 else f"x ÷ {2**-steps_up}"
    shifted = single.fraction << steps_up if steps_up > 0 else single.fraction >> -steps_up
    amount = 2 ** abs(steps_up) * (1 if steps_up > 0 else -1)
    word = single.word << steps_up if steps_up > 0 else single.word >> -steps_up
    wrong = [
        _wrong(
            replace(single, sign=turned, exponent=single.exponent + amount),
            "adds-the-factor",
            f"阶码加减了倍数本身，应加减 {abs(steps_up)}。",
        ),
        _wrong(
            replace(single, sign=turned, fraction=shifted % _HIDDEN),
            "shifts-the-fraction",
            "移了尾数而没有改阶码。",
        ),
        _wrong(
            replace(single, sign=turned, exponent=single.exponent - steps_up),
            "wrong-direction",
            "阶码加减的方向反了。",
        ),
        _wrong(decode(word % 2**32), "shifts-the-word", "把整个机器数当整数移位了。"),
        _wrong(
            replace(single, sign=turned, exponent=single.exponent + 2 * steps_up),
            "adds-to-the-second-hex-digit",
            "阶码占第 2～9 位，与十六进制位错开一位，加错了位置。",
        ),
        _wrong(replace(result, sign=1 - turned), "wrong-sign", "数符写反了。"),
    ]
    chance.shuffle(wrong)
    given = f"float 型变量 x 的机器数为 {hexadecimal(single)}"
    stem = f"{given}，则 float 型的 y = {scaled} 的机器数是哪个？"
    change = f"{single.exponent} {'+' if steps_up > 0 else '−'} {abs(steps_up)} = {result.exponent}"
    why = f"乘除 2 的幂只改阶码：{change}{'，数符取反' if sign < 0 else ''}，尾数不变。"
    steps = (
        *decoding_steps(single),
        f"y 的阶码 = {change} = {result.exponent:08b}B，拼接得 {hexadecimal(result)}。",
    )
    return _draft(stem, hexadecimal(result), why, wrong, 3, steps)


def _rounded(chance: random.Random) -> Draft:
    """Convert an int with too many binary digits to float."""
    unit = chance.choice((2, 4))
    base = _HIDDEN * unit + unit * chance.randint(1, 300)
    value = base + chance.choice((1, unit - 1))
    single = encode(Fraction(value))
    right = int(single.value)
    down, up = base, base + unit
    seven = round(value, 7 - len(str(value)))
    wrong = [
        Distractor(str(value), "keeps-every-digit", "float 只有 24 位有效位，放不下这个整数。"),
        Distractor(str(down), "truncates", "直接截去了低位；应就近舍入，正好在中间时取偶数。"),
        Distractor(str(up), "rounds-up", "总是进位；应就近舍入，正好在中间时取偶数。"),
        Distractor(
            str(round(Fraction(value, 2 * unit)) * 2 * unit),
            "forgets-the-hidden-bit",
            "按 23 位有效位舍入了，漏了隐藏的 1。",
        ),
        Distractor(str(seven), "keeps-seven-decimal-digits", "按 7 位十进制有效数字舍入了。"),
    ]
    stem = f"执行 C 语句 `int i = {value}; float f = i;` 后，f 的值是多少（int 为 32 位）？"
    nearer = "正好在中间，取末位为 0 的那个" if 2 * value == down + up else f"离 {right} 更近"
    bits = value.bit_length()
    why = f"{value} 有 {bits} 位，只留 24 位，能表示的数是 {unit} 的倍数，舍入得 {right}。"
    steps = (
        f"{value} = {value:b}B，共 {bits} 位，float 只有 24 位有效位，要舍去末 {bits - 24} 位。",
        f"它在相邻的两个 float {down} 和 {up} 之间，{nearer}。",
    )
    return _draft(stem, str(right), why, wrong, 4, steps, _ROUNDING, "CO0221")


_FORMS: tuple[Callable[[random.Random], Draft], ...] = (
    _to_word,
    _to_word,
    _to_word,
    _to_number,
    _to_number,
    _exponent_field,
    _special,
    _scaled,
    _scaled,
    _rounded,
)


def _number(chance: random.Random) -> Fraction:
    """Draw a number with a short binary form: mixed, whole or below 1."""
    style = chance.choice(("mixed", "mixed", "whole", "small"))
    sign = chance.choice((1, -1))
    if style == "mixed":
        digits, places = chance.randrange(17, 256, 2), chance.randint(1, 4)
    elif style == "whole":
        digits, places = chance.randrange(5, 64, 2), -chance.randint(0, 3)
    else:
        digits, places = chance.randrange(3, 26, 2), chance.randint(4, 7)
    return sign * Fraction(digits) / Fraction(2) ** places


def _wrong(single: Single, mistake: str, why: str) -> Distractor:
    return Distractor(hexadecimal(single), mistake, why)


def _field(value: int, mistake: str, why: str) -> Distractor:
    return Distractor(f"{value:08b}", mistake, why)


def _draft(
    stem: str,
    right: str,
    why: str,
    wrong: Sequence[Distractor],
    difficulty: int,
    steps: tuple[str, ...],
    convention: str = _CONVENTION,
    point: str = "CO0218",
) -> Draft:
    steps = (*steps, conclusion(right, why))
    return Draft((point,), difficulty, stem, right, why, wrong, steps, _SOURCE, convention)
