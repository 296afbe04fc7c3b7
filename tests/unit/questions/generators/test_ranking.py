"""The key gets every rank that its distractors can give it."""

import random
from collections import Counter
from fractions import Fraction

import pytest

from backend.questions.generators.frame import Distractor, Draft
from backend.questions.generators.ranking import ranked


def draft_of(correct, *values):
    wrong = tuple(Distractor(value, f"mistake-{n}", "错了。") for n, value in enumerate(values))
    return Draft(("DS0614",), 2, "题干", correct, "对。", wrong, ("步骤",), (), "约定")


def ranks(draft, number):
    """Count how many of the three options are smaller than the key, over 400 draws."""
    drawn = [ranked(draft, random.Random(seed)).distractors[:3] for seed in range(400)]
    return Counter(sum(number(d.value) < number(draft.correct) for d in first) for first in drawn)


def test_with_enough_on_both_sides_every_rank_is_about_as_frequent():
    seen = ranks(
        draft_of("5 次", "1 次", "2 次", "3 次", "6 次", "7 次", "10 次"), lambda v: int(v[:-2])
    )
    assert set(seen) == {0, 1, 2, 3}
    assert min(seen.values()) > 70


def test_with_two_on_one_side_the_key_is_never_the_last_there():
    seen = ranks(draft_of("5", "9", "8", "7", "4", "3"), int)
    assert set(seen) == {0, 1, 2}


def test_fractions_and_decimals_are_compared_as_numbers():
    made = draft_of("11/4", "9/4", "5/2", "2", "23/8", "3", "10")
    assert set(ranks(made, lambda v: Fraction(v))) == {0, 1, 2, 3}
    assert set(ranks(draft_of("9.5%", "10%", "9%", "25%", "100%"), lambda v: float(v[:-1]))) == {
        0,
        1,
    }


def test_on_each_side_the_earlier_ones_are_taken():
    made = draft_of("5", "9", "1", "8", "2", "7", "3")
    for seed in range(50):
        taken = [d.value for d in ranked(made, random.Random(seed)).distractors[:3]]
        below = [value for value in taken if int(value) < 5]
        above = [value for value in taken if int(value) > 5]
        assert below == ["1", "2", "3"][: len(below)]
        assert above == ["9", "8", "7"][: len(above)]


def test_no_mistake_is_lost_and_no_value_comes_twice_among_the_first():
    made = draft_of("5", "5", "1", "1", "9", "8")
    for seed in range(20):
        wrong = ranked(made, random.Random(seed)).distractors
        assert {d.value for d in wrong[:3]} == {"1", "8", "9"}
        assert sorted(d.value for d in wrong) == ["1", "1", "5", "8", "9"]


def test_too_few_mistakes_are_left_to_the_frame():
    made = draft_of("5", "5", "1", "9")
    assert ranked(made, random.Random(1)) == made


def test_a_value_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="不变"):
        ranked(draft_of("不变", "1", "2", "3"), random.Random(1))
