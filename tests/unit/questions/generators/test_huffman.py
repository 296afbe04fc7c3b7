"""Huffman questions, recomputed from their stems as the best of all trees."""

import re
from collections import deque
from fractions import Fraction
from math import ceil, log2

import pytest

from backend.questions.generators import huffman as generators
from backend.questions.generators.huffman import HuffmanGenerator
from backend.questions.solvers import huffman as solver
from tests.unit.questions.generators.checks import check, drafts, questions
from tests.unit.questions.generators.ranks import check_ranks
from tests.unit.questions.merging import least_wpl

GENERATOR = HuffmanGenerator()
WAYS = {"三叉": 3, "四叉": 4}


def code_lengths(weights):
    """Merge by the method of two queues, and keep each tree as {letter's place: depth}."""
    leaves = deque(sorted((w, at) for at, w in enumerate(weights)))
    queue = deque((w, {at: 0}) for w, at in leaves)
    sums = deque()
    while len(queue) + len(sums) > 1:
        taken = []
        for _ in range(2):
            source = queue if not sums or (queue and queue[0][0] <= sums[0][0]) else sums
            taken.append(source.popleft())
        depths = {at: depth + 1 for _, tree in taken for at, depth in tree.items()}
        sums.append((taken[0][0] + taken[1][0], depths))
    return sums[0][1]


def weights_of(stem):
    listed = re.search(r"(?:\d+%?、)+\d+%?", stem)[0]
    return tuple(int(text.rstrip("%")) for text in listed.split("、"))


def answer_of(question):
    stem = question.stem
    weights = weights_of(stem)
    merged = re.search(r"做 (\d) 路归并", stem)
    if merged:
        return f"{2 * least_wpl(weights, int(merged[1]))} 块"
    ways = next((n for name, n in WAYS.items() if name in stem), 2)
    least = least_wpl(weights, ways)
    if "编码长度" in stem:
        letter = re.search(r"字符 (.) 的编码长度", stem)[1]
        depths = code_lengths(weights)
        assert sum(weights[at] * depth for at, depth in depths.items()) == least
        return f"{depths['abcdefgh'.index(letter)]} 位"
    if "平均" in stem:
        assert sum(weights) == 100
        shown = f"{Fraction(least, 100) + 0.0:.2f}".rstrip("0").rstrip(".")
        return f"{shown} 位"
    if "少用" in stem:
        return f"{ceil(log2(len(weights))) * sum(weights) - least} 位"
    return f"{least} 位" if "总长度" in stem else str(least)


def test_every_question_is_well_made_and_its_key_right():
    check(GENERATOR, answer_of)


def test_merged_roots_put_back_too_far_behind_are_caught(monkeypatch):
    root, merge = solver._Root, solver._merge

    def heavy(taken):
        return root(2 * sum(each.weight for each in taken), merge(taken).leaves)

    monkeypatch.setattr(solver, "_merge", heavy)
    with pytest.raises(AssertionError):
        check(GENERATOR, answer_of)


def test_a_path_counted_in_nodes_is_caught(monkeypatch):
    wpl = solver.HuffmanRun.wpl
    monkeypatch.setattr(
        solver.HuffmanRun, "wpl", property(lambda run: wpl.fget(run) + sum(run.task.weights))
    )
    with pytest.raises(AssertionError):
        check(GENERATOR, answer_of)


def test_dummies_that_do_not_go_first_are_caught(monkeypatch):
    """Only the questions of more than two ways can notice."""
    root = solver._Root
    monkeypatch.setattr(solver, "_Root", lambda weight, leaves: root(weight or 40, leaves))
    with pytest.raises(AssertionError):
        check(GENERATOR, answer_of)


def test_the_length_of_the_wrong_letter_is_caught(monkeypatch):
    build = solver.build

    def shifted(task):
        run = build(task)
        depths = run.depths[1:] + run.depths[:1]
        return solver.HuffmanRun(task, run.dummies, run.merges, depths, run.tied)

    monkeypatch.setattr(generators, "build", shifted)
    with pytest.raises(AssertionError):
        check(GENERATOR, answer_of)


def test_every_point_and_every_form_is_asked():
    made = questions(GENERATOR)
    assert {question.point for question in made} == set(GENERATOR.points)
    for phrase in ("WPL", "总长度", "少用", "平均", "编码长度", "三叉", "四叉", "路归并"):
        assert any(phrase in question.stem for question in made), phrase


def test_the_code_length_asked_does_not_depend_on_a_choice():
    """Of equal roots another could be taken: then no length of a letter would be certain."""
    for question in questions(GENERATOR):
        if "编码长度" in question.stem:
            assert not solver.build(solver.HuffmanTask(weights_of(question.stem))).tied


def test_every_mistake_is_named_in_kebab_case():
    for draft in drafts(GENERATOR):
        assert len(draft.distractors) >= 4
        for distractor in draft.distractors:
            assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", distractor.mistake)


def test_the_rank_of_the_key_gives_nothing_away():
    def kind_of(question):
        return re.sub("字符 [a-h] ", "", re.split("[，。]", question.stem)[-1])

    assert len(check_ranks(GENERATOR, kind_of)) == 8


def test_a_letter_misread_has_the_length_said():
    seen = 0
    for draft in drafts(GENERATOR):
        for distractor in draft.distractors:
            if distractor.mistake == "takes-another-letter":
                letter = re.search("看成了字符 ([a-h])", distractor.why)[1]
                depth = code_lengths(weights_of(draft.stem))["abcdefgh".index(letter)]
                assert distractor.value == f"{depth} 位"
                seen += 1
    assert seen


def test_no_two_distractors_frame_the_key():
    """The key would be the middle of the root forgotten and the leaves counted once more."""
    for draft in drafts(GENERATOR):
        names = {distractor.mistake for distractor in draft.distractors}
        assert not {"forgets-the-root", "counts-nodes-on-the-path"} <= names
        assert not {"forgets-the-root", "adds-the-leaves"} <= names


def test_a_distractor_is_what_its_mistake_gives():
    seen = set()
    for draft in drafts(GENERATOR):
        weights = weights_of(draft.stem)
        values = {d.mistake: d.value for d in draft.distractors}
        if draft.stem.startswith("以权值") and "merges-into-one-tree" in values:
            # A chain: the two smallest at depth n − 1, the next ones each one higher.
            ordered, n = sorted(weights), len(weights)
            chain = sum(w * (n - max(at, 1)) for at, w in enumerate(ordered))
            assert values["merges-into-one-tree"] == str(chain)
            seen.add("merges-into-one-tree")
        if "loses-the-smallest" in values and draft.stem.startswith("以权值"):
            rest = tuple(weight for weight in weights if weight != min(weights))
            assert values["loses-the-smallest"] == str(least_wpl(rest, 2))
            seen.add("loses-the-smallest")
        if "forgets-the-first-merge" in values and draft.stem.startswith("以权值"):
            first = sum(sorted(weights)[:2])
            assert values["forgets-the-first-merge"] == str(least_wpl(weights, 2) - first)
            seen.add("forgets-the-first-merge")
        if "counts-reading-only" in values:
            assert 2 * int(values["counts-reading-only"][:-2]) == int(draft.correct[:-2])
            seen.add("counts-reading-only")
        if "merges-two-at-a-time" in values and "路归并" in draft.stem:
            assert values["merges-two-at-a-time"] == f"{2 * least_wpl(weights, 2)} 块"
            seen.add("merges-two-at-a-time")
    assert len(seen) == 5
