"""How answers are concluded from the steps, and compared when they are no plain numbers."""

import random
import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

from backend.questions.generators.frame import Draft
from backend.questions.generators.ranking import ranked

_FIRST_IDEOGRAPH = "\u2e80"
_FROM_SCRIPT = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")

Size = Callable[[str], Fraction]


def conclusion(right: str, why: str) -> str:
    """The last step; no space stands between two Chinese characters."""
    space = "" if right >= _FIRST_IDEOGRAPH else " "
    return f"所以答案是{space}{right}：{why}"


def ranked_as(draft: Draft, chance: random.Random, size: Size) -> Draft:
    """Do what ``ranked`` does for values that ``size`` can read."""
    plain = {replace(each, value=str(size(each.value))): each for each in draft.distractors}
    key = str(size(draft.correct))
    order = ranked(replace(draft, correct=key, distractors=tuple(plain)), chance)
    return replace(draft, distractors=tuple(plain[each] for each in order.distractors))


def of_number(text: str) -> Fraction:
    """Read −5, 46.92 ns, 约 33.3% or 4.39 × 10⁹ 条/秒; ValueError for anything else."""
    found = re.match(r"(?:约 )?(−?[\d.]+)(?: × 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?", text)
    if found is None:
        raise ValueError(f"{text!r} does not begin with a number")
    power = int(found[2].translate(_FROM_SCRIPT)) if found[2] else 0
    return Fraction(found[1].replace("−", "-")) * Fraction(10) ** power


def of_pattern(text: str) -> Fraction:
    """Read the pattern 00A6H; ValueError for anything else."""
    if not text.endswith("H"):
        raise ValueError(f"{text!r} is no pattern")
    return Fraction(int(text[:-1], 16))


def of_address(text: str) -> Fraction:
    """Read a dotted address; ValueError for anything else."""
    first, second, third, fourth = map(int, text.split("."))
    return Fraction(((first * 256 + second) * 256 + third) * 256 + fourth)
