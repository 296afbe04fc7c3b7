"""Hash questions, recomputed from their stems by searching a dictionary cell by cell."""

import re
from fractions import Fraction

import pytest

from backend.questions.generators.hash_asl import HashAslGenerator
from backend.questions.solvers import hash_asl as solver
from tests.unit.questions.generators.checks import check, drafts, questions
from tests.unit.questions.generators.ranks import check_ranks

GENERATOR = HashAslGenerator()


class Table:
    """What the stem gives, filled by hand: cells in a dictionary, chains as lists."""

    def __init__(self, stem):
        self.p = int(re.search(r"key mod (\d+)", stem)[1])
        self.keys = [int(k) for k in re.search(r"关键字 ((?:\d+、)+\d+)", stem)[1].split("、")]
        self.chained = "拉链法" in stem
        self.squares = "平方探测法" in stem
        self.m = self.p if self.chained else int(re.search(r"长度为 (\d+)", stem)[1])
        self.cells = {}
        self.chains = {}
        for key in self.keys:
            self.chains.setdefault(key % self.p, []).append(key)
            if not self.chained:
                self.cells[self.search(key % self.p, key)[1]] = key

    def offsets(self):
        if not self.squares:
            return range(self.m + 1)
        return [0] + [sign * i * i for i in range(1, self.m) for sign in (1, -1)]

    def search(self, home, key):
        """Give the number of cells looked at, and the last one."""
        for looked, offset in enumerate(self.offsets(), start=1):
            address = (home + offset) % self.m
            if self.cells.get(address, key) == key:
                return looked, address
        raise AssertionError

    def success(self):
        if self.chained:
            counts = [1 + chain.index(key) for chain in self.chains.values() for key in chain]
        else:
            counts = [self.search(key % self.p, key)[0] for key in self.keys]
        return Fraction(sum(counts), len(counts))

    def failure(self, null=0):
        if self.chained:
            walked = [len(self.chains.get(home, [])) + null for home in range(self.p)]
            return Fraction(sum(walked), self.p)
        return Fraction(sum(self.search(home, None)[0] for home in range(self.p)), self.p)


def answer_of(question):
    stem = question.stem
    table = Table(stem)
    if "查找成功的平均" in stem:
        return str(table.success())
    if "查找失败的平均" in stem:
        return str(table.failure(null="空指针的那次比较也计 1 次" in question.convention))
    key = int(re.search(r"关键字 (\d+)(?:（| 存放|，需要)", stem)[1])
    looked, address = table.search(key % table.p, key)
    assert (key in table.cells.values()) != ("不在表中" in stem)
    return str(address) if "地址是" in stem else f"{looked} 次"


def test_every_question_is_well_made_and_its_key_right():
    check(GENERATOR, answer_of)


def test_a_failure_divided_by_the_table_size_is_caught(monkeypatch):
    monkeypatch.setattr(
        solver.HashRun,
        "failure",
        property(lambda run: Fraction(sum(run.misses), run.task.size)),
    )
    with pytest.raises(AssertionError):
        check(GENERATOR, answer_of)


def test_an_empty_cell_that_is_not_counted_is_caught(monkeypatch):
    miss = solver._miss
    monkeypatch.setattr(solver, "_miss", lambda *given: max(0, miss(*given) - 1))
    with pytest.raises(AssertionError):
        check(GENERATOR, answer_of)


@pytest.mark.parametrize("method", ["linear", "quadratic"])
def test_probing_in_the_other_direction_first_is_caught(method, monkeypatch):
    offset = solver._offset
    monkeypatch.setattr(
        solver,
        "_offset",
        lambda used, step: -offset(used, step) if used == method else offset(used, step),
    )
    with pytest.raises(AssertionError):
        check(GENERATOR, answer_of)


def test_a_chain_with_a_comparison_too_many_is_caught(monkeypatch):
    miss = solver._miss

    def counting(task, cells, address):
        return miss(task, cells, address) + (task.method == "chaining")

    monkeypatch.setattr(solver, "_miss", counting)
    with pytest.raises(AssertionError):
        check(GENERATOR, answer_of)


def test_every_point_method_and_form_is_asked():
    made = questions(GENERATOR)
    assert {question.point for question in made} == set(GENERATOR.points)
    for phrase in ("线性探测", "平方探测", "拉链法", "成功", "失败的平均", "地址是", "不在表中",
                   "需要比较"):  # fmt: skip
        assert any(phrase in question.stem for question in made), phrase


def test_what_is_counted_is_said_in_the_convention():
    seen = set()
    for question in questions(GENERATOR):
        if "查找失败" in question.stem:
            probed = "空单元的那次比较也计 1 次"
            chained = ("不计空指针", "空指针的那次比较也计 1 次")
            said = [text for text in (probed, *chained) if text in question.convention]
            assert len(said) == 1
            assert (said[0] in chained) == ("拉链法" in question.stem)
            seen.update(said)
    assert len(seen) == 3


def test_the_rank_of_the_key_gives_nothing_away():
    def kind_of(question):
        method = re.search("线性|平方|拉链", question.stem)[0]
        return method, question.stem.rpartition("，")[2].translate(dict.fromkeys(range(48, 58)))

    assert len(check_ranks(GENERATOR, kind_of)) == 10


def test_every_mistake_is_named_in_kebab_case():
    for draft in drafts(GENERATOR):
        assert len(draft.distractors) >= 4
        for distractor in draft.distractors:
            assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", distractor.mistake)


def expected_failures(table, null):
    key = table.failure(null)
    if table.chained:
        chains = table.chains.values()
        return {
            "skips-empty-chains": Fraction(sum(len(c) + null for c in chains), len(chains)),
            "counts-one-node-a-chain": Fraction(len(chains), table.p) + null,
            "skips-the-null-pointer" if null else "counts-the-null-pointer": key + 1 - 2 * null,
        }
    looked = [table.search(home, None)[0] for home in range(table.m)]
    return {
        "divides-by-table-size": key * table.p / table.m,
        "starts-from-every-cell": Fraction(sum(looked), table.m),
        "leaves-out-the-empty-cells": Fraction(
            sum(n for n in looked[: table.p] if n > 1), sum(n > 1 for n in looked[: table.p])
        ),
    }


def expected_successes(table):
    nth = [chain.index(key) + 1 for chain in table.chains.values() for key in chain]
    if table.chained:
        squares = sum(len(chain) ** 2 for chain in table.chains.values())
        return {
            "walks-the-whole-chain": Fraction(squares, len(nth)),
            "divides-by-chains": Fraction(sum(nth), len(table.chains)),
        }
    ends = [table.search(key % table.p, None)[0] for key in table.keys]
    return {
        "counts-synonyms-only": Fraction(sum(nth), len(nth)),
        "walks-to-the-empty-cell": Fraction(sum(ends), len(ends)),
    }


def expected_comparisons(table, key):
    home = key % table.p
    synonyms = table.chains[home]
    return {
        "counts-synonyms-only": f"{synonyms.index(key) + 1} 次",
        "walks-to-the-empty-cell": f"{table.search(home, None)[0]} 次",
        "searches-from-address-0": f"{table.search(home, key)[1] + 1} 次",
    }


def test_a_distractor_is_what_its_mistake_gives():
    seen = set()
    for draft in drafts(GENERATOR):
        table = Table(draft.stem)
        values = {d.mistake: d.value for d in draft.distractors}
        expected = {}
        if "查找失败的平均" in draft.stem:
            expected = expected_failures(table, "空指针的那次比较也计" in draft.convention)
        elif "查找成功的平均" in draft.stem:
            expected = expected_successes(table)
        elif searched := re.search(r"关键字 (\d+)，需要", draft.stem):
            expected = expected_comparisons(table, int(searched[1]))
        for mistake, value in expected.items():
            assert values[mistake] == str(value), mistake
            seen.add((mistake, "次" in str(value)))
    assert len(seen) == 14
