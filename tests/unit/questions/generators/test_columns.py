"""No part of the key is commoner among the options than another value of that part."""

import random

from backend.questions.generators.columns import levelled
from backend.questions.generators.frame import Distractor, Draft


def draft_of(correct, *values):
    wrong = tuple(Distractor(value, f"mistake-{n}", "错了。") for n, value in enumerate(values))
    return Draft(("CO0210",), 3, "题干", correct, "对。", wrong, ("步骤",), (), "约定")


def chosen(draft, seed):
    return [d.value for d in levelled(draft, random.Random(seed), list).distractors[:3]]


def test_single_slips_are_passed_over_for_ones_that_level_the_columns():
    made = draft_of("000", "100", "010", "001", "110", "101", "011", "111")
    seen = set()
    for seed in range(60):
        options = ["000", *chosen(made, seed)]
        for column in zip(*options, strict=True):
            assert column.count("0") == 2
        seen.add(frozenset(options))
    assert len(seen) > 1


def test_the_most_level_ones_are_taken_where_none_are_level():
    assert set(chosen(draft_of("00", "10", "10", "01", "20", "02"), 3)) < {"10", "01", "20", "02"}
    made = draft_of("000", "100", "010", "001")
    assert sorted(chosen(made, 1)) == ["001", "010", "100"]


def test_no_mistake_is_lost_and_equal_values_count_once():
    made = draft_of("00", "00", "10", "10", "01", "11")
    values = [d.mistake for d in levelled(made, random.Random(2), list).distractors]
    assert sorted(values[:3]) == ["mistake-1", "mistake-3", "mistake-4"]
    assert sorted(values) == [f"mistake-{n}" for n in range(5)]


def test_too_few_mistakes_are_left_to_the_frame():
    made = draft_of("00", "10", "01")
    assert levelled(made, random.Random(1), list) == made
