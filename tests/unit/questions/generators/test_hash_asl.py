"""Hash questions, recomputed from their stems by searching a dictionary cell by cell."""

import re
from fractions import Fraction

import pytest

from backend.questions.generators.hash_asl import HashAslGenerator
from backend.questions.solvers import hash_asl as solver
from tests.unit.questions.generators.checks import check, drafts, questions

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

    def failure(self):
        if self.chained:
            return Fraction(len(self.keys), self.p)
        return Fraction(sum(self.search(home, None)[0] for home in range(self.p)), self.p)


def answer_of(question):
    stem = question.stem
    table = Table(stem)
    if "查找成功的平均" in stem:
        return str(table.success())
    if "查找失败的平均" in stem:
        return str(table.failure())
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


def test_a_chain_with_its_null_pointer_counted_is_caught(monkeypatch):
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
    for question in questions(GENERATOR):
        if "查找失败" in question.stem:
            counted = "不计空指针" if "拉链法" in question.stem else "空单元的那次比较也计 1 次"
            assert counted in question.convention


def test_every_mistake_is_named_in_kebab_case():
    for draft in drafts(GENERATOR):
        assert len(draft.distractors) >= 4
        for distractor in draft.distractors:
            assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", distractor.mistake)


def test_a_distractor_is_what_its_mistake_gives():
    seen = set()
    for draft in drafts(GENERATOR):
        table = Table(draft.stem)
        values = {d.mistake: d.value for d in draft.distractors}
        expected = {}
        if "查找失败的平均" in draft.stem:
            expected["takes-the-success"] = table.success()
            if table.chained:
                expected["counts-the-null-pointer"] = table.failure() + 1
            else:
                expected["divides-by-table-size"] = table.failure() * table.p / table.m
                every = sum(table.search(home, None)[0] for home in range(table.m))
                expected["starts-from-every-cell"] = Fraction(every, table.m)
        if "查找成功的平均" in draft.stem and not table.chained:
            expected["takes-the-failure"] = table.failure()
            nth = [chain.index(key) + 1 for chain in table.chains.values() for key in chain]
            expected["counts-synonyms-only"] = Fraction(sum(nth), len(nth))
        for mistake, value in expected.items():
            assert values[mistake] == str(value)
        seen |= set(expected)
    assert len(seen) == 6
