"""Questions on single precision against struct, which packs and unpacks what the stem gives."""

import math
import re
import struct
from fractions import Fraction

import pytest

from backend.questions.generators.ieee754 import Ieee754Generator
from backend.questions.solvers import ieee754
from tests.unit.questions.generators.checks import check, drafts

GENERATOR = Ieee754Generator()
DIGITS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")


def packed(value):
    return f"{struct.pack('>f', value).hex().upper()}H"


def unpacked(word):
    return struct.unpack(">f", bytes.fromhex(word))[0]


def number(stem):
    text = re.search(r"(?:十进制数 |float x = )([−\-]?[\d.]+)", stem)[1]
    return float(text.replace("−", "-"))


def plain(value):
    """Write a float as the options do; repr is exact for the short ones asked about."""
    text = f"{value:.20f}".rstrip("0").rstrip(".")
    return text.replace("-", "−")


def meaning(value):
    """What an option says about a special value, by the float itself."""
    sign = "−" if math.copysign(1, value) < 0 else "+"
    if math.isnan(value):
        return "NaN（非数）"
    if math.isinf(value):
        return f"{sign}∞"
    if value == 0:
        return f"{sign}0"
    return Fraction(value)


def number_of(option):
    """Read −3 × 2⁻¹²⁸, 2⁻¹⁴⁹ or (1 + 2⁻²³) × 2¹²⁸; None when it is no such power form."""
    text = option.translate(DIGITS)
    shape = re.fullmatch(r"(-?)(?:\(1 \+ 2(-?\d+)\) × |(\d+) × )?2(-?\d+)", text)
    if shape is None:
        return None
    sign, tail, odd, power = shape.groups()
    factor = 1 + Fraction(2) ** int(tail) if tail else Fraction(int(odd or 1))
    return (-1 if sign else 1) * factor * Fraction(2) ** int(power)


def answer_of(question):
    stem = question.stem
    if "int i" in stem:
        value = float(int(re.search(r"int i = (\d+);", stem)[1]))
        return str(int(struct.unpack(">f", struct.pack(">f", value))[0]))
    if "阶码字段" in stem:
        word = int.from_bytes(struct.pack(">f", number(stem)))
        return f"{word:032b}"[1:9]
    if "float x =" in stem or "十进制数" in stem:
        return packed(number(stem))
    value = unpacked(re.search(r"机器数为 ([0-9A-F]{8})H", stem)[1])
    scaled = re.search(r"y = (?:(−?\d) × x|x ÷ (\d))", stem)
    if scaled:
        times, over = scaled.groups()
        return packed(value * int(times.replace("−", "-")) if times else value / int(over))
    if "表示什么" in stem:
        meant = meaning(value)
        if isinstance(meant, str):
            return meant
        (only,) = [text for text in question.options.values() if number_of(text) == meant]
        return only
    return plain(value)


def test_every_key_is_what_struct_says():
    check(GENERATOR, answer_of)


@pytest.mark.parametrize(
    ("name", "bug"),
    [
        ("BIAS", 128),
        ("FRACTION_BITS", 22),
        ("_nearest", math.floor),
        ("_nearest", math.ceil),
    ],
)
def test_a_bug_planted_in_the_solver_is_caught(monkeypatch, name, bug):
    monkeypatch.setattr(ieee754, name, bug)
    with pytest.raises(AssertionError):
        check(GENERATOR, answer_of)


def test_a_subnormal_number_read_with_a_hidden_bit_is_caught(monkeypatch):
    def with_hidden_bit(single):
        return 1 + Fraction(single.fraction, 2**23)

    monkeypatch.setattr(ieee754.Single, "significand", property(with_hidden_bit))
    with pytest.raises((AssertionError, ValueError)):
        check(GENERATOR, answer_of)


def wrong_of(draft):
    return {wrong.mistake: wrong.value for wrong in draft.distractors}


def test_every_mistake_has_a_name_in_kebab_case():
    for draft in drafts(GENERATOR):
        assert len(wrong_of(draft)) >= 4
        assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) for name in wrong_of(draft))


def test_the_wrong_words_are_what_the_mistakes_give():
    asked = [d for d in drafts(GENERATOR) if "float x =" in d.stem or d.stem.startswith("将十进制")]
    assert len(asked) > 80
    for draft in asked:
        value, wrong = number(draft.stem), wrong_of(draft)
        assert wrong["bias-128"] == packed(2 * value)
        assert wrong["wrong-sign"] == packed(-value)
        bits = f"{int(draft.correct[:-1], 16):032b}"
        for mistake, expected in [
            ("stores-the-hidden-bit", bits[:9] + "1" + bits[9:-1]),
            ("right-aligns-the-fraction", bits[:9] + bits[9:].rstrip("0").rjust(23, "0")),
        ]:
            assert wrong[mistake] == f"{int(expected, 2):08X}H"


def test_the_wrong_numbers_are_what_the_mistakes_give():
    asked = [d for d in drafts(GENERATOR) if "真值" in d.stem or "x 的值" in d.stem]
    assert len(asked) > 60
    for draft in asked:
        value = unpacked(re.search(r"机器数为 ([0-9A-F]{8})H", draft.stem)[1])
        wrong = wrong_of(draft)
        assert wrong["bias-128"] == plain(value / 2)
        hidden = math.copysign(2.0 ** math.floor(math.log2(abs(value))), value)
        assert wrong["forgets-the-hidden-bit"] == plain(value - hidden)


def test_no_distractor_is_another_name_of_the_right_number():
    for draft in drafts(GENERATOR):
        right = number_of(draft.correct)
        if "表示什么" in draft.stem and right is not None:
            assert all(number_of(text) != right for text in wrong_of(draft).values())


def test_no_reason_of_a_nan_suggests_that_a_sign_would_make_it_infinite():
    asked = [d for d in drafts(GENERATOR) if d.correct.startswith("NaN")]
    assert len(asked) > 10
    for draft in asked:
        whys = {wrong.value: wrong.why for wrong in draft.distractors}
        assert {"+∞", "−∞"} < whys.keys()
        for value in ("+∞", "−∞"):
            assert "尾数不为 0" in whys[value]
            assert "数符 1 为负" not in whys[value]


def test_special_words_are_of_every_kind_and_seldom_the_same():
    asked = [d for d in drafts(GENERATOR) if "表示什么" in d.stem]
    kinds = {"−0", "+∞", "−∞", "NaN（非数）"}
    assert kinds < {d.correct for d in asked}
    assert sum(d.correct not in kinds for d in asked) > len(asked) // 4
    assert len({d.stem for d in asked}) > 3 * len(asked) // 4
