"""Effective access times against formulas without cases, read from the stem alone."""

import re
from fractions import Fraction

import pytest

from backend.questions.generators.access_mistakes import mistakes_of
from backend.questions.generators.effective_access_time import EffectiveAccessTime
from backend.questions.solvers import effective_access_time as solver
from backend.questions.solvers.effective_access_time import AccessTask, Lookup
from tests.unit.questions.generators.checks import check, questions

GENERATOR = EffectiveAccessTime()
LEVELS = {"一级": 1, "两级": 2, "三级": 3}


@pytest.fixture(scope="module")
def asked():
    return questions(GENERATOR)


def found(pattern, text, default=None):
    match = re.search(pattern, text)
    return Fraction(match[1]) if match else default


def said(value):
    return f"{float(round(value, 4)):.4f}".rstrip("0").rstrip(".") + " ns"


def translated(stem, hit_rate=None):
    """Give the memory time and that of the translation: what all pay, less what hits save."""
    levels = next(count for word, count in LEVELS.items() if f"{word}页表" in stem)
    memory = found(r"访问一次(?:内存|主存)需 (\d+) ns", stem)
    look = found(r"查一次快表(?:（TLB）)?需 (\d+) ns", stem, Fraction(0))
    rate = found(r"快表(?:（TLB）)?命中率为 (\d+)%", stem) if hit_rate is None else hit_rate * 100
    at_once = "查快表与查页表同时开始" in stem
    walk = levels * memory
    return memory, walk + look - rate / 100 * walk - ((1 - rate / 100) * look if at_once else 0)


def cached(stem, hit_rate=None):
    look = found(r"Cache (?:访问时间为|需) (\d+) ns", stem)
    memory = found(r"(?:主存访问时间为|访问一次主存需) (\d+) ns", stem)
    if hit_rate is None:
        hit_rate = found(r"Cache 命中率为 ([\d.]+)%", stem, Fraction(0)) / 100
        if misses := found(r"Cache 缺失 (\d+) 次", stem):
            hit_rate = 1 - misses / found(r"共访存 (\d+) 次", stem)
    at_once = "Cache 与主存同时启动" in stem
    return look * (hit_rate if at_once else 1) + (1 - hit_rate) * memory


def with_faults(stem):
    rate = 1 / found(r"平均每 (\d+) 次", stem) * found(r"缺页 (\d+) 次", stem)
    if "修改过" in stem:
        clean = found(r"未修改过时缺页服务需 (\d+) ms", stem)
        dirty = found(r"，修改过时需 (\d+) ms", stem)
        share = found(r"(\d+)% 的换出页修改过", stem) / 100
        service = clean + share * (dirty - clean)
    else:
        service = found(r"缺页服务时间平均为 (\d+) ms", stem)
    present = found(r"访问一次平均需 (\d+) ns", stem)
    if present is None:
        present = sum(translated(stem))
    return f"{round(present + rate * (service * 1_000_000 - present))} ns"


def answer_of(question):
    stem = question.stem
    if "请求分页" in stem:
        return with_faults(stem)
    if case := re.search(r"某次访问快表(未?命中)、页在主存中、Cache (命中|缺失)", stem):
        _, table = translated(stem, Fraction(case[1] == "命中"))
        return said(table + cached(stem, Fraction(case[2] == "命中")))
    if "页表" not in stem:
        return said(cached(stem))
    if target := found(r"不超过 ([\d.]+) ns", stem):
        memory, never = translated(stem, Fraction(0))
        _, always = translated(stem, Fraction(1))
        rate = 1 - (target - memory - always) / (never - always)
        assert (rate * 100).denominator == 1, question.id
        return f"{rate * 100}%"
    memory, table = translated(stem)
    if "Cache 命中率" in stem:
        return said(table + cached(stem))
    if "缩短" in stem:
        _, bare = translated(stem, Fraction(0))
        look = found(r"查一次快表需 (\d+) ns", stem, Fraction(0))
        return said(bare - (0 if "同时开始" in stem else look) - table)
    return said(memory + table)


def test_every_key_is_what_the_closed_formulas_give():
    check(GENERATOR, answer_of)


real_looked_up, real_translations = solver._looked_up, solver._translations


def look_is_free_on_a_miss(kind, lookup, behind):
    return real_looked_up(kind, Lookup(lookup.hit_rate, lookup.time, True), behind)


def look_always_counts(kind, lookup, behind):
    return real_looked_up(kind, Lookup(lookup.hit_rate, lookup.time, False), behind)


def only_one_level(task):
    return real_translations(AccessTask(task.memory, min(task.levels, 1), task.tlb))


def data_is_free(task):
    return [(None, Fraction(1), ())]


def rate_of_misses(task, mean):
    return Fraction(1) - right_hit_rate(task, mean)


right_hit_rate = solver.hit_rate_for


@pytest.mark.parametrize(
    ("name", "bug"),
    [
        ("_looked_up", look_is_free_on_a_miss),
        ("_looked_up", look_always_counts),
        ("_translations", only_one_level),
        ("_data", data_is_free),
    ],
)
def test_a_bug_planted_in_the_solver_fails_the_check(monkeypatch, name, bug):
    monkeypatch.setattr(solver, name, bug)
    with pytest.raises(AssertionError, match=r"gen\.effective-access-time"):
        check(GENERATOR, answer_of)


def test_a_wrong_hit_rate_fails_the_check(monkeypatch):
    monkeypatch.setattr(
        "backend.questions.generators.effective_access_time.hit_rate_for", rate_of_misses
    )
    with pytest.raises(AssertionError, match=r"gen\.effective-access-time"):
        check(GENERATOR, answer_of)


def test_all_kinds_are_asked(asked):
    stems = [question.stem for question in asked]
    for word in (
        *LEVELS,
        "查快表与查页表同时开始",
        "忽略不计",
        "缩短多少",
        "至少应为多少",
        "Cache 与主存同时启动",
        "缺失再访问主存",
        "共访存",
        "某次访问",
        "Cache 命中率为",
        "换出页修改过",
        "缺页服务时间平均",
    ):
        assert any(word in stem for stem in stems), word
    assert any("请求分页" in stem and "TLB" in stem for stem in stems)


def test_a_mean_with_faults_is_the_same_with_and_without_the_repeated_access(asked):
    """So no key hangs on what a book counts into the service: rounding takes it away."""
    seen = 0
    for question in asked:
        if "请求分页" in question.stem:
            seen += 1
            right = int(answer_of(question).split()[0])
            stem = question.stem
            rate = found(r"缺页 (\d+) 次", stem) / found(r"平均每 (\d+) 次", stem)
            present = found(r"访问一次平均需 (\d+) ns", stem)
            present = sum(translated(stem)) if present is None else present
            assert 2 * rate * present < Fraction(1, 4)
            assert question.options[question.answer] == f"{right} ns"
    assert seen > 50


def test_the_mistakes_of_a_known_task_have_their_known_times():
    """The example of os.paging: 90 % of 110 ns and 10 % of 310 ns."""
    task = AccessTask(100, 2, Lookup(Fraction(9, 10), 10))
    means = {mistake.name: mistake.mean(task) for mistake in mistakes_of(task)}
    assert means == {
        "omits-look-on-miss": 129,
        "takes-one-level": 120,
        "omits-data-access": 30,
        "swaps-tlb-rates": 290,
        "walks-every-time": 310,
        "ignores-tlb-time": 120,
        "skips-walk": 110,
        "adds-a-level": 140,
    }


def test_the_mistakes_of_a_known_cache_have_their_known_times():
    """The example of co.amat: 7 ns one after the other, 6.9 ns at once."""
    serial = AccessTask(100, cache=Lookup(Fraction(95, 100), 2))
    means = {mistake.name: mistake.mean(serial) for mistake in mistakes_of(serial)}
    assert means["omits-cache-on-miss"] == Fraction("6.9")
    assert means["swaps-cache-rates"] == 97
    assert means["ignores-cache-time"] == 5
    assert means["halves-both"] == 52
    assert means["memory-every-time"] == 102
    assert means["only-hits"] == Fraction("1.9")
    both = AccessTask(100, cache=Lookup(Fraction(95, 100), 2, at_once=True))
    assert {m.name: m.mean(both) for m in mistakes_of(both)}["adds-cache-on-miss"] == 7


def test_no_option_is_negative_and_no_rate_is_over_one_hundred(asked):
    for question in asked:
        for option in question.options.values():
            assert not option.startswith(("-", "−"))
            if option.endswith("%"):
                assert 0 < int(option[:-1]) < 100
