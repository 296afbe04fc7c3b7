"""Rebuilding a tree against search-tree insertion, and against all shapes of a size."""

import random
from functools import cache
from itertools import permutations

import pytest

from backend.questions.solvers import traversal_reconstruction as solver
from backend.questions.solvers.traversal_reconstruction import (
    TraversalTask,
    Tree,
    inorder,
    levelorder,
    levels,
    postorder,
    preorder,
    rebuild,
)
from tests.content.cards import section

ORDERS = {"preorder": preorder, "postorder": postorder, "levelorder": levelorder}


@cache
def shapes(labels):
    """All trees whose inorder sequence is ``labels``."""
    if not labels:
        return (None,)
    return tuple(
        Tree(root, left, right)
        for at, root in enumerate(labels)
        for left in shapes(labels[:at])
        for right in shapes(labels[at + 1 :])
    )


def inserted(task):
    """Grow a search tree over the places in the inorder sequence: no piece is ever cut.

    A node always comes before its descendants in preorder, level order and reversed postorder.
    """
    place = {label: at for at, label in enumerate(task.inorder)}
    root, *others = task.sequence[::-1] if task.order == "postorder" else task.sequence
    links = {label: [None, None] for label in task.sequence}
    for label in others:
        at, below = None, root
        while below is not None:
            at, side = below, place[label] > place[below]
            below = links[at][side]
        links[at][side] = label

    def grown(label):
        return label and Tree(label, *(grown(child) for child in links[label]))

    return grown(root)


def random_tasks(count=400):
    chance = random.Random(408)
    for _ in range(count):
        labels = "".join(chance.sample("ABCDEFG", chance.randint(1, 7)))
        tree = chance.choice(shapes(labels))
        order = chance.choice(tuple(ORDERS))
        yield TraversalTask(order, ORDERS[order](tree), labels)


def disagreements(solve):
    wrong = []
    for task in random_tasks():
        try:
            same = solve(task).tree == inserted(task)
        except ValueError:
            same = False
        if not same:
            wrong.append(task)
    return wrong


def test_the_tree_is_the_one_that_insertion_grows():
    assert disagreements(rebuild) == []


@pytest.mark.parametrize("order", ORDERS)
def test_of_all_shapes_exactly_the_rebuilt_one_has_both_sequences(order):
    trees = shapes("DBEACF")
    for tree in trees:
        task = TraversalTask(order, ORDERS[order](tree), "DBEACF")
        fitting = [other for other in trees if ORDERS[order](other) == task.sequence]
        assert fitting == [tree]
        assert rebuild(task).tree == tree
        assert inorder(tree) == "DBEACF"


def test_a_planted_bug_is_caught_by_the_comparison(monkeypatch):
    def takes_the_last_as_root(task):
        order = "preorder" if task.order == "postorder" else "postorder"
        return rebuild(TraversalTask(order, task.sequence, task.inorder))

    def mirrored(tree):
        return tree and Tree(tree.label, mirrored(tree.right), mirrored(tree.left))

    assert disagreements(takes_the_last_as_root)
    build = solver._Cutter.build
    monkeypatch.setattr(
        solver._Cutter, "build", lambda self, seq, ino: mirrored(build(self, seq, ino))
    )
    assert disagreements(rebuild)


def test_measures_of_a_tree_agree_with_counts_over_its_text():
    for task in random_tasks(200):
        run = rebuild(task)
        post, pre = postorder(run.tree), preorder(run.tree)
        # In preorder and postorder the nodes after and before one that are below it are its own.
        below = {
            label: set(pre[pre.index(label) + 1 :]) & set(post[: post.index(label)])
            for label in pre
        }
        above = {label: [up for up in pre if label in below[up]] for label in pre}
        assert run.height == 1 + max(len(ups) for ups in above.values())
        assert run.leaves == "".join(label for label in task.inorder if not below[label])
        for label, ups in above.items():
            nearest = min(ups, key=lambda up: len(below[up]), default=None)
            assert run.parent(label) == nearest
        assert set(run.single_parents) == {
            label for label in pre if sum(run.parent(c) == label for c in pre) == 1
        }
        assert [len(row) for row in levels(run.tree)] == [
            sum(len(ups) == depth for ups in above.values()) for depth in range(run.height)
        ]


def test_the_example_of_the_card_comes_out_as_the_card_says():
    run = rebuild(TraversalTask("preorder", "ABDGCEF", "DGBAECF"))
    text = section("ds.binary-tree-traversal", "例题")
    assert f"后序：{postorder(run.tree)}；层次：{levelorder(run.tree)}" in text
    first, second, third, fourth = run.cuts
    assert f"{first.root}，它是根；中序切成左 {first.left}、右 {first.right}" in text
    assert (second.root, second.left, second.right) == ("B", "DG", "")
    assert (third.root, third.left, third.right) == ("D", "", "G")
    assert (fourth.root, fourth.left, fourth.right) == ("C", "E", "F")


@pytest.mark.parametrize(
    ("order", "sequence", "inorder_given", "sentence"),
    [
        ("preorder", "BCA", "ABC", "no tree has BCA"),
        ("preorder", "ABC", "CABD", "different labels"),
        ("levelorder", "ABAC", "ABAC", "occur twice"),
        ("postorder", "", "", "0 nodes"),
    ],
)
def test_sequences_of_no_tree_are_an_error_with_a_sentence(
    order, sequence, inorder_given, sentence
):
    with pytest.raises(ValueError, match=sentence):
        rebuild(TraversalTask(order, sequence, inorder_given))


@pytest.mark.parametrize("order", ORDERS)
def test_every_sequence_that_no_shape_has_is_an_error(order):
    possible = {ORDERS[order](tree) for tree in shapes("ABCD")}
    for letters in permutations("ABCD"):
        sequence = "".join(letters)
        task = TraversalTask(order, sequence, "ABCD")
        try:
            found = ORDERS[order](rebuild(task).tree)
        except ValueError:
            found = None
        assert (found == sequence) == (sequence in possible)
