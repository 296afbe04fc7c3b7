"""The formulas of a pipeline against a clock that ticks."""

import random
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.questions.solvers.pipeline_time import (
    MAX_INSTRUCTIONS,
    MAX_STAGES,
    PipelineRun,
    PipelineTask,
    run_pipeline,
    split_stage,
)
from tests.content.cards import section


def tick(task, chance):
    """Move two or more instructions through the stages; a stall is a bubble between two of them.

    Returns the number of ticks and of filled places of the space-time diagram.
    """
    between = [True] * (task.instructions - 2) + [False] * task.stalls
    chance.shuffle(between)
    queue = [True, *between, True]
    stages = [False] * len(task.stages)
    ticks = filled = done = 0
    while done < task.instructions:
        stages = [queue.pop(0) if queue else False, *stages[:-1]]
        ticks += 1
        filled += sum(stages)
        done += stages[-1]
    return ticks, filled


def random_tasks(count=200):
    chance = random.Random(408)
    for _ in range(count):
        stages = tuple(chance.randint(1, 30) for _ in range(chance.randint(1, 8)))
        instructions = chance.randint(2, 40)
        yield PipelineTask(stages, instructions, chance.choice((0, 2)), chance.choice((0, 3, 7)))


def told(run):
    return run.cycles, run.time, run.throughput, run.speedup, run.efficiency, run.cpi


def expected(task, chance):
    ticks, filled = tick(task, chance)
    length = sorted(stage + task.latch for stage in task.stages)[-1]
    time = sum(length for _ in range(ticks))
    serial = sum(sum(task.stages) for _ in range(task.instructions))
    return (
        ticks,
        time,
        Fraction(task.instructions, time),
        Fraction(serial, time),
        Fraction(filled, ticks * len(task.stages)),
        Fraction(ticks, task.instructions),
    )


def disagreements():
    """List the random tasks that the formulas and the clock see differently."""
    chance = random.Random(54)
    return [task for task in random_tasks() if told(run_pipeline(task)) != expected(task, chance)]


def test_the_formulas_agree_with_a_clock_that_ticks():
    assert disagreements() == []


@pytest.mark.parametrize(
    ("name", "bug"),
    [
        ("cycles", lambda run: len(run.task.stages) + run.task.instructions + run.task.stalls),
        ("cycles", lambda run: len(run.task.stages) + run.task.instructions - 1),
        ("cycle", lambda run: max(run.task.stages)),
        ("cycle", lambda run: sum(run.task.stages) // len(run.task.stages) + run.task.latch),
        ("serial_time", lambda run: run.task.instructions * len(run.task.stages) * run.cycle),
        ("efficiency", lambda run: run.speedup / len(run.task.stages)),
    ],
)
def test_a_planted_bug_is_caught_by_the_comparison(monkeypatch, name, bug):
    monkeypatch.setattr(PipelineRun, name, property(bug))
    assert disagreements()


def test_the_example_of_the_card_comes_out_as_the_card_says():
    run = run_pipeline(PipelineTask((180, 100, 150, 190, 80), 100, latch=10))
    text = section("co.pipeline", "例题")
    said = (
        f"190 + 10 = {run.cycle} ps",
        f"× 200 = {run.time} ps",
        f"100 条需 {run.serial_time // 1000} ns",
        f"≈ {float(run.speedup):.2f}",
        f"≈ {float(run.throughput * 1000):.2f}×10⁹ 条/秒",
        f"≈ {float(run.efficiency):.1%}",
    )
    assert [phrase for phrase in said if phrase not in text] == []


def test_equal_stages_reach_the_speedup_that_the_books_give():
    # S = kn / (k + n - 1): 4 stages, 100 instructions.
    run = run_pipeline(PipelineTask((10, 10, 10, 10), 100))
    assert run.speedup == Fraction(400, 103)
    assert run.efficiency == run.speedup / 4
    assert run_pipeline(PipelineTask((10, 10, 10, 10), 1)).time == 40


@given(
    st.lists(st.integers(1, 50), min_size=1, max_size=8).map(tuple),
    st.integers(1, 100),
    st.integers(0, 5),
)
def test_a_pipeline_is_never_faster_than_its_stages_allow(stages, instructions, latch):
    run = run_pipeline(PipelineTask(stages, instructions, latch))
    assert run.speedup <= len(stages)
    assert run.throughput <= Fraction(1, run.cycle)
    more = run_pipeline(replace(run.task, instructions=instructions + 1))
    assert more.speedup >= run.speedup
    assert more.efficiency >= run.efficiency


def test_splitting_the_longest_stage_halves_it_where_it_stands():
    task = PipelineTask((60, 100, 100, 70), 20, latch=5, stalls=2)
    assert split_stage(task) == replace(task, stages=(60, 50, 50, 100, 70))
    with pytest.raises(ValueError, match="halved"):
        split_stage(PipelineTask((3, 2), 5))


@pytest.mark.parametrize(
    "task",
    [
        PipelineTask((), 5),
        PipelineTask((1,) * (MAX_STAGES + 1), 5),
        PipelineTask((3, 0), 5),
        PipelineTask((3,), 0),
        PipelineTask((3,), MAX_INSTRUCTIONS + 1),
        PipelineTask((3,), 5, latch=-1),
        PipelineTask((3,), 5, stalls=-1),
    ],
)
def test_what_is_outside_the_documented_range_is_refused(task):
    with pytest.raises(ValueError, match=r"there are|not negative"):
        run_pipeline(task)
