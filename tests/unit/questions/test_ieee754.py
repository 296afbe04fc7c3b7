"""Single precision against the machine's own, through struct."""

import math
import random
import struct
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.questions.solvers import ieee754
from backend.questions.solvers.ieee754 import Single, decode, encode


def packed(value):
    return int.from_bytes(struct.pack(">f", float(value)))


def unpacked(word):
    return struct.unpack(">f", word.to_bytes(4))[0]


def random_numbers(count=800):
    """Dyadic numbers of up to 40 bits, exact in double precision, from 2^-160 to 2^120."""
    chance = random.Random(408)
    for _ in range(count):
        digits = chance.getrandbits(chance.randint(1, 40))
        yield chance.choice((1, -1)) * digits * Fraction(2) ** chance.randint(-160, 80)


def random_words(count=800):
    chance = random.Random(408)
    for _ in range(count):
        exponent = chance.choice((0, 0, 1, 127, 128, 254, 255, chance.randrange(256)))
        fraction = chance.choice((0, 1, 1 << 22, chance.getrandbits(23)))
        yield chance.getrandbits(1) << 31 | exponent << 23 | fraction


def told(word):
    """What a word is, in terms that can be compared with a float."""
    single = decode(word)
    if single.kind in ("infinity", "nan"):
        return single.kind, single.sign if single.kind == "infinity" else None
    return single.value, single.sign


def expected(word):
    value = unpacked(word)
    if math.isnan(value):
        return "nan", None
    if math.isinf(value):
        return "infinity", int(value < 0)
    return Fraction(value), int(math.copysign(1, value) < 0)


def disagreements():
    """List the numbers and words that the solver and the machine see differently."""
    wrong = [
        value
        for value in random_numbers()
        # A float cannot say −0 for a Fraction that is 0, and neither can we.
        if value and encode(value).word != packed(value)
    ]
    return [*wrong, *(word for word in random_words() if told(word) != expected(word))]


def test_every_number_and_word_is_what_the_machine_makes_of_it():
    assert disagreements() == []


@pytest.mark.parametrize(
    ("name", "bug"),
    [
        ("BIAS", 128),
        ("FRACTION_BITS", 22),
        ("LEAST_POWER", -127),
        ("_nearest", math.floor),
        ("_nearest", lambda value: math.floor(value + Fraction(1, 2))),
    ],
)
def test_a_planted_bug_is_caught_by_the_comparison(monkeypatch, name, bug):
    monkeypatch.setattr(ieee754, name, bug)
    assert disagreements()


@pytest.mark.parametrize(
    ("value", "word"),
    [
        # The card's examples, 1, 0.1 as every textbook rounds it, and the ends of the range.
        (Fraction("-20.75"), 0xC1A60000),
        (Fraction(100), 0x42C80000),
        (Fraction(1), 0x3F800000),
        (Fraction("0.1"), 0x3DCCCCCD),
        (Fraction(0), 0),
        (Fraction(2) ** -149, 1),
        (Fraction(2) ** -126, 0x00800000),
        ((2 - Fraction(2) ** -23) * 2**127, 0x7F7FFFFF),
        (Fraction(2**24 + 1), 0x4B800000),
        (Fraction(2**24 + 3), 0x4B800002),
    ],
)
def test_known_numbers_have_their_known_words(value, word):
    assert encode(value).word == word


def test_the_kinds_are_those_of_the_card():
    words = {0: "zero", 1 << 31: "zero", 1: "subnormal", 0x007FFFFF: "subnormal"}
    words |= {0x00800000: "normal", 0x7F7FFFFF: "normal", 0xFF800000: "infinity", 0x7FC00000: "nan"}
    assert {word: decode(word).kind for word in words} == words


@given(st.integers(0, 2**32 - 1))
def test_a_finite_word_is_read_and_written_to_itself(word):
    single = decode(word)
    assert single.word == word
    if single.kind in ("subnormal", "normal"):
        assert encode(single.value) == single


def test_what_has_no_word_or_no_value_is_refused():
    with pytest.raises(ValueError, match="beyond"):
        encode(Fraction(2) ** 128)
    with pytest.raises(ValueError, match="beyond"):
        encode(-(2 - Fraction(2) ** -25) * 2**127)
    for word in (-1, 2**32):
        with pytest.raises(ValueError, match="32-bit"):
            decode(word)
    with pytest.raises(ValueError, match="infinity"):
        _ = Single(0, 255, 0).value
