"""Huffman trees against the best of all trees, and against the method of two queues."""

import random
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.questions.solvers import huffman
from backend.questions.solvers.huffman import HuffmanTask, build
from tests.content.cards import section
from tests.unit.questions.merging import least_wpl


def two_queues(weights):
    """Binary merging without sorting anew: sums come out in ascending order by themselves."""
    leaves, sums, total = deque(sorted(weights)), deque(), 0
    while len(leaves) + len(sums) > 1:
        pair = 0
        for _ in range(2):
            queue = leaves if not sums or (leaves and leaves[0] <= sums[0]) else sums
            pair += queue.popleft()
        sums.append(pair)
        total += pair
    return total


def random_tasks(count=300):
    chance = random.Random(408)
    for _ in range(count):
        weights = tuple(chance.randint(1, 30) for _ in range(chance.randint(2, 9)))
        yield HuffmanTask(weights, chance.choice((2, 2, 3, 4)))


def disagreements(solve):
    return [t for t in random_tasks() if solve(t) != least_wpl(t.weights, t.ways)]


def wpl(task):
    return build(task).wpl


def test_no_tree_has_a_smaller_weighted_path_length():
    assert disagreements(wpl) == []


@pytest.mark.parametrize(
    "bug",
    [
        # Merges summed without the root; one level too many; two ways whatever was asked.
        lambda task: sum(merge.total for merge in build(task).merges[:-1]),
        lambda task: wpl(task) + sum(task.weights),
        lambda task: wpl(HuffmanTask(task.weights)),
    ],
)
def test_a_planted_bug_is_caught_by_the_comparison(bug):
    assert disagreements(bug)


def test_a_forest_that_is_not_sorted_again_is_caught_by_the_comparison(monkeypatch):
    def merge_on_top(taken):
        leaves = tuple(leaf for root in taken for leaf in root.leaves)
        return huffman._Root(min(root.weight for root in taken), leaves)

    monkeypatch.setattr(huffman, "_merge", merge_on_top)
    assert disagreements(wpl)


def test_dummies_put_in_as_real_weights_are_caught_by_the_comparison(monkeypatch):
    root = huffman._Root
    monkeypatch.setattr(huffman, "_Root", lambda weight, leaves: root(weight or 5, leaves))
    assert disagreements(wpl)


tasks = st.builds(
    HuffmanTask,
    st.lists(st.integers(1, 99), min_size=2, max_size=20).map(tuple),
    st.integers(2, 5),
)


@given(tasks)
def test_the_merges_add_up_to_the_weighted_path_length(task):
    run = build(task)
    assert sum(merge.total for merge in run.merges) == run.wpl
    assert run.merges[-1].total == sum(task.weights)
    assert (len(task.weights) + run.dummies - 1) % (task.ways - 1) == 0
    assert all(len(merge.parts) == task.ways for merge in run.merges)
    assert sum(part == 0 for merge in run.merges for part in merge.parts) == run.dummies


@given(tasks)
def test_the_code_lengths_are_those_of_a_prefix_code_and_fall_with_weight(task):
    run = build(task)
    used = sum(task.ways ** (99 - depth) for depth in run.depths)
    assert used + run.dummies * task.ways ** (99 - max(run.depths)) >= task.ways**99 >= used
    for weight, depth in zip(task.weights, run.depths, strict=True):
        for other, deeper in zip(task.weights, run.depths, strict=True):
            assert weight <= other or depth <= deeper


@given(st.lists(st.integers(1, 50), min_size=2, max_size=12).map(tuple))
def test_two_queues_give_the_same_sum(weights):
    assert build(HuffmanTask(weights)).wpl == two_queues(weights)


@pytest.mark.parametrize(
    ("weights", "tied"),
    [((4, 6, 9, 13, 18), False), ((1, 1), False), ((1, 1, 1), True), ((1, 2, 3), False),
     ((1, 2, 3, 3), True), ((5, 5, 10, 30), False)],
)  # fmt: skip
def test_a_choice_between_equal_weights_is_noticed(weights, tied):
    assert build(HuffmanTask(weights)).tied == tied


def test_the_example_of_the_card_comes_out_as_the_card_says():
    run = build(HuffmanTask((4, 6, 9, 13, 18)))
    text = section("ds.huffman-tree", "例题")
    for merge in run.merges:
        assert f"{merge.parts[0]} + {merge.parts[1]} = {merge.total}" in text
    sums = " + ".join(str(merge.total) for merge in run.merges)
    products = " + ".join(f"{w}×{d}" for w, d in zip(run.task.weights, run.depths, strict=True))
    assert f"{products} = {run.wpl}" in text
    assert f"{sums} = {run.wpl}" in text


@pytest.mark.parametrize(
    ("task", "sentence"),
    [
        (HuffmanTask((3,)), "1 weights"),
        (HuffmanTask((3, 0)), "weight 0"),
        (HuffmanTask((3, 4), 1), "1 ways"),
        (HuffmanTask((1,) * 65), "65 weights"),
    ],
)
def test_what_is_no_problem_is_an_error_with_a_sentence(task, sentence):
    with pytest.raises(ValueError, match=sentence):
        build(task)
