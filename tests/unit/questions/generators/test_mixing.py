"""Mixing leaves the distractors what they are and only the typical ones change places."""

import random

from backend.questions.generators.frame import Distractor, Draft
from backend.questions.generators.mixing import mixed

MISTAKES = tuple(Distractor(str(n), f"mistake-{n}", "错了。") for n in range(8))
DRAFT = Draft(("CN0410",), 2, "题干", "答案", "对。", MISTAKES, ("步骤",), (), "约定")


def orders(typical):
    return {mixed(DRAFT, random.Random(seed), typical).distractors for seed in range(200)}


def test_every_typical_mistake_stands_first_sometimes_and_the_others_never_move():
    mixes = orders(5)
    assert {mix[0] for mix in mixes} == set(MISTAKES[:5])
    assert {mix[5:] for mix in mixes} == {MISTAKES[5:]}
    assert all(set(mix) == set(MISTAKES) for mix in mixes)


def test_one_typical_mistake_leaves_the_order_as_it_is():
    assert orders(1) == {MISTAKES}


def test_nothing_else_of_the_draft_changes():
    mix = mixed(DRAFT, random.Random(1))
    assert (mix.stem, mix.correct, mix.steps, mix.convention) == ("题干", "答案", ("步骤",), "约定")
