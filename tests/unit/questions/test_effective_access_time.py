"""Effective access times against the closed formulas of the cards and a counted population."""

import random
import re
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.questions.solvers.effective_access_time import (
    MAX_LEVELS,
    AccessTask,
    Faults,
    Lookup,
    access_times,
    hit_rate_for,
)
from tests.content.cards import section

MODULE = "backend.questions.solvers.effective_access_time"


def percent(value):
    return Fraction(value, 100)


def closed(task):
    """Write the time as what every access pays plus what a miss pays more, without any case."""
    time = Fraction(0)
    if task.tlb:
        h, look, walk = task.tlb.hit_rate, task.tlb.time, task.levels * task.memory
        time += walk + h * (look - walk) if task.tlb.at_once else look + walk - h * walk
    else:
        time += task.levels * task.memory
    if task.cache:
        c, look = task.cache.hit_rate, task.cache.time
        time += look * (c if task.cache.at_once else 1) + task.memory - c * task.memory
    else:
        time += task.memory
    if task.faults:
        time += task.faults.rate * (task.faults.service - time)
    return time


def counted(task):
    """Send ten thousand accesses through one by one and divide the sum of their times."""
    tlb_period = task.tlb.hit_rate.denominator if task.tlb else 1
    cache_period = task.cache.hit_rate.denominator if task.cache else 1
    total = 0
    for i in range(tlb_period * cache_period):
        clock = 0
        if task.tlb:
            missed = i % tlb_period >= task.tlb.hit_rate * tlb_period
            if not (missed and task.tlb.at_once):
                clock += task.tlb.time
            if missed:
                clock += task.memory * task.levels
        else:
            clock += task.memory * task.levels
        missed = not task.cache
        if task.cache:
            missed = i // tlb_period >= task.cache.hit_rate * cache_period
            if not (missed and task.cache.at_once):
                clock += task.cache.time
        total += clock + (task.memory if missed else 0)
    return Fraction(total, tlb_period * cache_period)


def random_tasks(count=200, faults=True):
    chance = random.Random(408)

    def lookup():
        rate = percent(chance.choice((0, 25, 50, 80, 90, 95, 100)))
        return Lookup(rate, chance.randint(0, 20), chance.random() < 0.4)

    for _ in range(count):
        levels = chance.randint(0, 4)
        yield AccessTask(
            chance.randint(30, 200),
            levels,
            lookup() if levels and chance.random() < 0.7 else None,
            lookup() if chance.random() < 0.5 else None,
            Faults(Fraction(1, chance.randint(1, 10**6)), 10**7)
            if faults and chance.random() < 0.4
            else None,
        )


def disagreements(oracle, faults):
    return [t for t in random_tasks(faults=faults) if access_times(t).mean != oracle(t)]


def test_the_mean_agrees_with_the_closed_formula():
    assert disagreements(closed, faults=True) == []


def test_the_mean_agrees_with_a_counted_population():
    assert disagreements(counted, faults=False) == []


def test_planted_bugs_are_caught_by_the_comparison(monkeypatch):
    def look_is_free_on_a_miss(kind, lookup, behind):
        return real_looked_up(kind, replace(lookup, at_once=True), behind)

    def one_level(task):
        return real_translations(replace(task, levels=min(task.levels, 1)))

    def data_is_free(task):
        return [(None, Fraction(1), ())]

    from backend.questions.solvers import effective_access_time as solver

    real_looked_up, real_translations = solver._looked_up, solver._translations
    for name, bug in (
        ("_looked_up", look_is_free_on_a_miss),
        ("_translations", one_level),
        ("_data", data_is_free),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(solver, name, bug)
            assert disagreements(closed, faults=True), name
            assert disagreements(counted, faults=False), name


def test_the_example_of_os_paging_comes_out_as_the_card_says():
    task = AccessTask(100, 2, Lookup(percent(90), 10))
    run = access_times(task)
    assert [case.time for case in run.cases] == [110, 310]
    assert f"EAT = 0.9 × 110 + 0.1 × 310 = 99 + 31 = {run.mean} ns" in section("os.paging", "例题")


def test_the_example_of_co_tlb_comes_out_as_the_card_says():
    run = access_times(AccessTask(100, 1, Lookup(percent(98), 1)))
    hit, miss = (case.time for case in run.cases)
    assert f"0.98 × {hit} + 0.02 × {miss} = {run.mean} ns" in section("co.tlb", "例题")


def test_the_examples_of_co_amat_come_out_as_the_card_says():
    serial = AccessTask(100, cache=Lookup(percent(95), 2))
    both = replace(serial, cache=Lookup(percent(95), 2, at_once=True))
    text = section("co.amat", "例题")
    assert f"2 + 0.05 × 100 = {access_times(serial).mean} ns" in text
    assert f"0.95 × 2 + 0.05 × 100 = {float(access_times(both).mean)} ns" in text


def test_the_example_of_os_demand_paging_comes_out_as_the_card_says():
    run = access_times(AccessTask(100, faults=Faults(Fraction(1, 10**5), 10**7)))
    assert f"= {float(run.mean)} ns" in section("os.demand-paging", "例题")


def test_the_formula_of_os_paging_for_both_at_once_adds_no_look_to_a_miss():
    assert "未命中的一项不再加 ε" in section("os.paging", "计算")
    run = access_times(AccessTask(100, 2, Lookup(percent(90), 10, at_once=True)))
    assert [case.time for case in run.cases] == [110, 300]


@pytest.mark.parametrize(
    ("task", "mean"),
    [
        # Silberschatz, 9.3: memory 10 ns, TLB time left out, 80 % and 99 % hits.
        (AccessTask(10, 1, Lookup(percent(80), 0)), 12),
        (AccessTask(10, 1, Lookup(percent(99), 0)), Fraction("10.1")),
        # Silberschatz, 10.2: memory 200 ns, service 8 ms, one fault in a thousand.
        (AccessTask(200, faults=Faults(Fraction(1, 1000), 8 * 10**6)), Fraction("8199.8")),
        (AccessTask(100, 3), 400),
        (AccessTask(100), 100),
    ],
)
def test_known_cases_have_their_known_times(task, mean):
    assert access_times(task).mean == mean


rates = st.integers(0, 100).map(percent)
lookups = st.builds(Lookup, rates, st.integers(0, 20), st.booleans())
tasks = st.builds(
    AccessTask,
    st.integers(21, 300),
    st.integers(1, MAX_LEVELS),
    lookups,
    st.none() | lookups,
    st.none() | st.builds(Faults, st.integers(0, 999).map(lambda n: Fraction(n, 1000)), st.just(9)),
)


@given(tasks)
def test_the_probabilities_add_up_to_one(task):
    assert sum(case.probability for case in access_times(task).cases) == 1


@given(tasks)
def test_the_hit_rate_found_is_the_one_that_was_put_in(task):
    mean = access_times(task).mean
    assert hit_rate_for(replace(task, tlb=replace(task.tlb, hit_rate=Fraction(0))), mean) == (
        task.tlb.hit_rate
    )


def test_a_time_out_of_reach_has_no_hit_rate():
    task = AccessTask(100, 1, Lookup(Fraction(0), 10))
    for mean in (109, 211):
        with pytest.raises(ValueError, match=re.escape(f"makes {mean} ns")):
            hit_rate_for(task, Fraction(mean))
    with pytest.raises(ValueError, match="Without a TLB"):
        hit_rate_for(AccessTask(100, 1), Fraction(100))


@pytest.mark.parametrize(
    "task",
    [
        AccessTask(0),
        AccessTask(100, levels=-1),
        AccessTask(100, levels=MAX_LEVELS + 1),
        AccessTask(100, tlb=Lookup(percent(90), 1)),
        AccessTask(100, 1, Lookup(percent(101), 1)),
        AccessTask(100, 1, Lookup(percent(90), -1)),
        AccessTask(100, faults=Faults(Fraction(-1), 1)),
        AccessTask(100, faults=Faults(Fraction(1), -1)),
    ],
)
def test_a_number_out_of_range_is_refused(task):
    with pytest.raises(ValueError, match=r"\.$"):
        access_times(task)
