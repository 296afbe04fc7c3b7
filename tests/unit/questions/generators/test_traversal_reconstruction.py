"""Traversal questions, recomputed from their stems by inserting into a search tree."""

import re

import pytest

from backend.questions.generators import traversal_facts as facts
from backend.questions.generators import traversal_reconstruction as generators
from backend.questions.generators.traversal_reconstruction import TraversalReconstructionGenerator
from backend.questions.solvers import traversal_reconstruction as solver
from tests.unit.questions.generators.checks import check, drafts, questions
from tests.unit.questions.generators.ranks import check_ranks

GENERATOR = TraversalReconstructionGenerator()


class Grown:
    """A search tree over places in the inorder sequence, as {place: path of 0s and 1s}.

    The path alone gives every order: a node's path is a prefix of its descendants' paths.
    """

    def __init__(self, name, sequence, inorder):
        self.paths = {}
        taken = {}
        # A node stands before its descendants in 先序 and 层次, after them in 后序.
        for label in sequence[::-1] if name == "后序" else sequence:
            path = ""
            while path in taken:
                path += "01"[inorder.index(label) > inorder.index(taken[path])]
            taken[path] = label
        self.labels = taken
        self.paths = {label: path for path, label in taken.items()}

    def sequence(self, name):
        keys = {
            "先序": lambda path: path,
            "后序": lambda path: path + "2",
            "层次": lambda path: (len(path), path),
        }
        return "".join(self.labels[path] for path in sorted(self.labels, key=keys[name]))

    def degree(self, path):
        return sum(path + side in self.labels for side in "01")

    def with_degree(self, degree):
        return sum(self.degree(path) == degree for path in self.labels)


def tree_of(stem):
    inorder = re.search(r"中序(?:遍历)?序列[为是] ([A-Z]+)", stem)[1]
    name, sequence = re.search(r"(先序|后序|层次)(?:遍历)?序列[为是] ([A-Z]+)", stem).groups()
    return Grown(name, sequence, inorder)


def answer_of(question):
    stem = question.stem
    tree = tree_of(stem)
    asked = re.search(r"其(先序|后序|层次)遍历序列是$", stem)
    if asked:
        return tree.sequence(asked[1])
    if "高度是" in stem:
        return str(1 + max(len(path) for path in tree.labels))
    if "叶结点个数" in stem:
        return str(tree.with_degree(0))
    if "度为 1" in stem:
        return str(tree.with_degree(1))
    child = re.search(r"结点 (.) 的双亲", stem)
    if child:
        return tree.labels[tree.paths[child[1]][:-1]]
    level = int(re.search(r"第 (\d) 层", stem)[1])
    row = sorted(path for path in tree.labels if len(path) == level - 1)
    return "、".join(tree.labels[path] for path in row)


def test_every_question_is_well_made_and_its_key_right():
    check(GENERATOR, answer_of)


def mirrored(tree):
    return tree and solver.Tree(tree.label, mirrored(tree.right), mirrored(tree.left))


BUGS = {
    # Left and right exchanged while building; the height counted in edges; the root of a postorder
    # left in front.
    "_Cutter.build": lambda real: (
        lambda self, sequence, inorder: mirrored(real(self, sequence, inorder))
    ),
    "TraversalRun.height": lambda real: property(lambda run: real.fget(run) - 1),
    "TraversalRun.leaves": lambda real: property(lambda run: real.fget(run) + run.single_parents),
    "TraversalRun.parent": lambda real: lambda run, label: run.tree.label,
}


@pytest.mark.parametrize("place", BUGS)
def test_a_bug_planted_in_the_solver_is_caught(place, monkeypatch):
    owner, name = place.split(".")
    cls = getattr(solver, owner)
    monkeypatch.setattr(cls, name, BUGS[place](getattr(cls, name)))
    # The solver refuses a mirrored tree, whose sequences are not those given.
    with pytest.raises((AssertionError, ValueError)):
        check(GENERATOR, answer_of)


def test_a_wrong_order_of_visits_is_caught(monkeypatch):
    def root_between(tree):
        if tree is None:
            return ""
        return root_between(tree.left) + root_between(tree.right) + tree.label

    monkeypatch.setitem(generators.SEQUENCES, "preorder", root_between)
    with pytest.raises((AssertionError, ValueError)):
        check(GENERATOR, answer_of)


def test_levels_read_from_right_to_left_are_caught(monkeypatch):
    levels = solver.levels
    monkeypatch.setattr(facts, "levels", lambda tree: [row[::-1] for row in levels(tree)])
    with pytest.raises(AssertionError):
        check(GENERATOR, answer_of)


def test_all_forms_are_asked_and_all_orders_given():
    made = [question.stem for question in questions(GENERATOR)]
    asked = ("高度", "叶结点", "度为 1", "双亲", "从左到右")
    given = ("先序序列是", "后序序列是", "层次序列是")
    third = ("先序遍历序列是", "后序遍历序列是", "层次遍历序列是")
    for phrase in (*asked, *given, *third):
        assert any(phrase in stem for stem in made), phrase


def test_the_rank_of_the_key_gives_nothing_away():
    def kind_of(question):
        return question.stem.rpartition("该二叉树")[2]

    assert check_ranks(GENERATOR, kind_of) == {
        "的高度是",
        "的叶结点个数是",
        "中度为 1 的结点个数是",
    }


def expected_heights(tree):
    deep = {side: max(len(path) for path in tree.labels if path[0:1] == side) for side in "01"}
    return {
        "counts-the-empty-level": [max(deep.values()) + 2],
        "adds-the-sides-alone": [sum(deep.values())],
        "goes-down-one-side": [
            sum(path == side * len(path) for path in tree.labels) for side in "01"
        ],
        "counts-inner-nodes": [len(tree.labels) - tree.with_degree(0)],
    }


def expected_leaves(tree):
    leaves = [path for path in tree.labels if not tree.degree(path)]
    return {
        "looks-at-one-side": [sum(path[0] == side for path in leaves) for side in "01"],
        "counts-inner-nodes": [len(tree.labels) - len(leaves)],
    }


def expected_single_parents(tree):
    alone = [path for path in tree.labels if tree.degree(path) == 1]
    return {
        "looks-at-one-side": [sum(path + side in tree.labels for path in alone) for side in "01"],
        "takes-a-leaf-too": [len(alone) + 1],
    }


EXPECTED = {
    "高度": expected_heights,
    "叶结点": expected_leaves,
    "度为 1": expected_single_parents,
}


@pytest.mark.parametrize("asked", EXPECTED)
def test_a_miscount_is_what_its_mistake_gives(asked):
    made = [draft for draft in drafts(GENERATOR) if asked in draft.stem]
    assert made
    for draft in made:
        for mistake, counts in EXPECTED[asked](tree_of(draft.stem)).items():
            given = [int(d.value) for d in draft.distractors if d.mistake == mistake]
            assert sorted(given) == sorted(counts), mistake


def test_a_node_taken_for_another_kind_is_of_the_kind_said():
    degrees = {"takes-one-for-a-leaf": 1, "takes-a-leaf-too": 0}
    seen = set()
    for draft in drafts(GENERATOR):
        for distractor in draft.distractors:
            if distractor.mistake in degrees:
                tree = tree_of(draft.stem)
                label = re.search("[A-H]", distractor.why)[0]
                assert tree.degree(tree.paths[label]) == degrees[distractor.mistake]
                seen.add(distractor.mistake)
    assert seen == set(degrees)


def test_every_mistake_is_named_in_kebab_case():
    for draft in drafts(GENERATOR):
        assert len(draft.distractors) >= 3
        for distractor in draft.distractors:
            assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", distractor.mistake)


def test_a_distractor_is_what_its_mistake_gives():
    """Recompute mistakes from the search tree that the stem gives."""
    seen = set()
    for draft in drafts(GENERATOR):
        tree = tree_of(draft.stem)
        values = {d.mistake: d.value for d in draft.distractors}
        asked = re.search(r"其(先序|后序|层次)遍历序列是$", draft.stem)
        if asked and "swaps-left-and-right" in values:
            flipped = {p.translate({48: 49, 49: 48}): label for p, label in tree.labels.items()}
            tree.labels = flipped
            assert values["swaps-left-and-right"] == tree.sequence(asked[1])
            seen.add("swaps-left-and-right")
        if "reverses-preorder" in values:
            tree = tree_of(draft.stem)
            assert values["reverses-preorder"] == tree.sequence("先序")[::-1]
            seen.add("reverses-preorder")
        if "counts-two-child-nodes" in values:
            assert values["counts-two-child-nodes"] == str(tree.with_degree(2))
            seen.add("counts-two-child-nodes")
        if "counts-levels-from-zero" in values:
            level = int(re.search(r"第 (\d) 层", draft.stem)[1])
            assert set(values["counts-levels-from-zero"]) - {"、"} == {
                label for label, path in tree.paths.items() if len(path) == level
            }
            seen.add("counts-levels-from-zero")
    assert len(seen) == 4
