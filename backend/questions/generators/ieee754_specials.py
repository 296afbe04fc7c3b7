"""What the special words of single precision stand for, and what they are taken for."""

from fractions import Fraction

from backend.questions.generators.frame import Distractor
from backend.questions.generators.ieee754_text import power_form, subnormal_form
from backend.questions.solvers.ieee754 import BIAS, FRACTION_BITS, LEAST_POWER, Single

_HIDDEN = 2**FRACTION_BITS
SPECIALS = (
    Single(1, 0, 0),
    *(
        Single(sign, exponent, fraction)
        for sign in (0, 1)
        for exponent, fraction in (
            (255, 0),
            (255, _HIDDEN // 2),
            (255, 1),
            (0, _HIDDEN // 2),
            (0, _HIDDEN // 4),
            (0, _HIDDEN // 4 * 3),
            (0, _HIDDEN // 8),
            (0, 1),
        )
    ),
)


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
            Distractor(text, mistake, f"{cause}；这里阶码{_shown(single)}。")
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
        (f"{other}∞" if single.exponent else f"{other}0", "wrong-sign", "数符 1 为负、0 为正"),
    ]


def _shown(single: Single) -> str:
    exponent = "全 1" if single.exponent else "全 0"
    return f"{exponent}、尾数{'不为 0' if single.fraction else '全 0'}、数符为 {single.sign}"
