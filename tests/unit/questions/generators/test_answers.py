"""Answers in any notation are compared as numbers, and concluded without a stray space."""

import random
from fractions import Fraction

import pytest

from backend.questions.generators.answers import (
    conclusion,
    of_address,
    of_number,
    of_pattern,
    ranked_as,
)
from backend.questions.generators.frame import Distractor, Draft


def draft_of(correct, *values):
    wrong = tuple(Distractor(value, f"mistake-{n}", "错了。") for n, value in enumerate(values))
    return Draft(("CO0202",), 2, "题干", correct, "对。", wrong, ("步骤",), (), "约定")


def test_no_space_stands_between_two_chinese_characters():
    assert conclusion("主存块 21", "先进先出。") == "所以答案是主存块 21：先进先出。"
    assert conclusion("36", "取余数。") == "所以答案是 36：取余数。"


@pytest.mark.parametrize(
    ("size", "ascending"),
    [
        (of_number, ["−12", "−3", "0", "约 33.3%", "46.92 ns", "4.39 × 10⁹ 条/秒"]),
        (of_number, ["9.99 × 10⁻² 条/秒", "1.00 × 10⁹ 条/秒", "1.00 × 10¹⁰ 条/秒"]),
        (of_pattern, ["007FH", "0080H", "A6H", "FF00H"]),
        (of_address, ["9.255.255.255", "10.0.0.2", "10.0.0.10", "172.16.0.0"]),
    ],
)
def test_values_are_compared_as_what_they_mean(size, ascending):
    sizes = [size(text) for text in ascending]
    assert sizes == sorted(set(sizes))


@pytest.mark.parametrize(
    ("size", "text", "said"),
    [
        (of_number, "主存块 3", "does not begin with a number"),
        (of_pattern, "12", "is no pattern"),
        (of_address, "12H", "invalid literal"),
    ],
)
def test_a_value_in_another_notation_is_refused(size, text, said):
    with pytest.raises(ValueError, match=said):
        size(text)


def test_a_draft_is_ranked_by_size_and_keeps_its_values():
    made = draft_of("10.0.0.9", "10.0.0.10", "9.0.0.1", "10.0.0.8", "10.0.1.0", "9.0.0.0")
    ranks = set()
    for seed in range(100):
        values = [d.value for d in ranked_as(made, random.Random(seed), of_address).distractors]
        assert sorted(values) == sorted(d.value for d in made.distractors)
        ranks.add(sum(of_address(v) < of_address("10.0.0.9") for v in values[:3]))
    assert ranks == {1, 2, 3}


def test_two_notations_of_one_size_are_one_option():
    made = draft_of("8", "6.0", "6", "7", "9.0", "9")
    values = [d.value for d in ranked_as(made, random.Random(1), of_number).distractors]
    assert sorted(values[:3]) == ["6.0", "7", "9.0"]
    assert sorted(values) == ["6", "6.0", "7", "9", "9.0"]
    assert of_number("6.0") == Fraction(6)
