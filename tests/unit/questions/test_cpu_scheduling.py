"""CPU scheduling against a clock that ticks unit by unit."""

import random
from collections import deque
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.questions.solvers import cpu_scheduling
from backend.questions.solvers.cpu_scheduling import (
    MAX_PROCESSES,
    Choice,
    CpuTask,
    Process,
    schedule_cpu,
)
from tests.content.cards import section

MODULE = "backend.questions.solvers.cpu_scheduling"
ALGORITHMS = ("FCFS", "SJF", "SRTF", "HRRN", "RR", "PRIORITY", "PREEMPTIVE-PRIORITY")


def ticking(algorithm, rows, quantum=None, small_first=True):
    """Say who has the CPU in each unit; ``rows`` are (name, arrival, burst, priority)."""
    left = {name: burst for name, _, burst, _ in rows}
    order, arrival = [row[0] for row in rows], {row[0]: row[1] for row in rows}
    burst, priority = {r[0]: r[2] for r in rows}, {r[0]: r[3] for r in rows}
    queue, used, running, units = deque(), 0, None, []
    while any(left.values()):
        now = len(units)
        newcomers = [name for name in order if arrival[name] == now]
        queue.extend(newcomers)
        if running and left[running] == 0:
            running = None
        if running and algorithm == "RR" and used == quantum:
            queue.append(running)
            running = None
        if algorithm == "SRTF" and running:
            rival = min(queue, key=lambda n: (left[n], arrival[n], order.index(n)), default=None)
            if rival and left[rival] < left[running]:
                queue.append(running)
                running = None
        if algorithm == "PREEMPTIVE-PRIORITY" and running:
            sign = 1 if small_first else -1
            if any(sign * priority[n] < sign * priority[running] for n in queue):
                queue.append(running)
                running = None
        if running is None and queue:
            keys = {
                "FCFS": lambda n: 0,
                "SJF": lambda n: burst[n],
                "SRTF": lambda n: left[n],
                "HRRN": lambda n, now=now: -Fraction(now - arrival[n], burst[n]),
                "PRIORITY": lambda n: priority[n] * (1 if small_first else -1),
                "PREEMPTIVE-PRIORITY": lambda n: priority[n] * (1 if small_first else -1),
            }
            if algorithm == "RR":
                running = queue[0]
            else:
                running = min(queue, key=lambda n: (keys[algorithm](n), arrival[n], order.index(n)))
            queue.remove(running)
            used = 0
        units.append(running)
        if running:
            left[running] -= 1
            used += 1
    return units


def unrolled(run):
    units = [None] * max(piece.end for piece in run.slices)
    for piece in run.slices:
        for now in range(piece.start, piece.end):
            assert units[now] is None
            units[now] = piece.name
    return units


def random_tasks(algorithm, count=300):
    chance = random.Random(f"408 {algorithm}")
    for _ in range(count):
        processes = tuple(
            Process(f"P{i}", chance.randint(0, 9), chance.randint(1, 7), chance.randint(1, 4))
            for i in range(chance.randint(1, 6))
        )
        quantum = chance.randint(1, 4) if algorithm == "RR" else None
        yield CpuTask(algorithm, processes, quantum, chance.random() < 0.5)


def expected(task):
    rows = [(p.name, p.arrival, p.burst, p.priority) for p in task.processes]
    return ticking(task.algorithm, rows, task.quantum, task.small_is_urgent)


def disagreements(algorithm):
    return [t for t in random_tasks(algorithm) if unrolled(schedule_cpu(t)) != expected(t)]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_unit_of_time_agrees_with_a_ticking_clock(algorithm):
    assert disagreements(algorithm) == []


def test_times_follow_from_who_had_which_unit():
    for task in random_tasks("SRTF", 100):
        units = expected(task)
        for timing in schedule_cpu(task).timings:
            name = timing.process.name
            mine = [now for now, holder in enumerate(units) if holder == name]
            assert (timing.start, timing.completion) == (mine[0], mine[-1] + 1)
            waited = sum(holder != name for holder in units[timing.process.arrival : mine[-1] + 1])
            assert timing.waiting == waited
            assert timing.turnaround == waited + len(mine)
            assert timing.weighted * len(mine) == waited + len(mine)


def old_before_new(coming, queue, now):
    """Admit who arrives just at the end of a quantum only after the one taken off."""
    while coming and coming[0].arrival < now:
        queue.append(coming.popleft().name)
    if not queue and coming and coming[0].arrival <= now:
        queue.append(coming.popleft().name)


def test_planted_bugs_are_caught_by_the_comparison(monkeypatch):
    for algorithm, bug in (
        # compares whole bursts when it preempts
        ("SRTF", lambda process, now, remaining: Fraction(process.burst)),
        # divides the waiting time by nothing: first come, first served
        ("HRRN", lambda process, now, remaining: Fraction(now - process.arrival)),
        ("SJF", lambda process, now, remaining: Fraction(process.arrival)),
        ("PREEMPTIVE-PRIORITY", lambda process, now, remaining: Fraction(-process.priority)),
    ):
        with monkeypatch.context() as patch:
            patch.setitem(cpu_scheduling._VALUES, algorithm, bug)
            assert disagreements(algorithm), algorithm
    with monkeypatch.context() as patch:
        patch.setattr(f"{MODULE}._admit", old_before_new)
        assert disagreements("RR")
    with monkeypatch.context() as patch:
        patch.setattr(f"{MODULE}.PREEMPTIVE", ())
        assert disagreements("SRTF")
        assert disagreements("PREEMPTIVE-PRIORITY")


def test_the_example_of_the_card_comes_out_as_the_card_says():
    text = section("os.round-robin", "例题")
    run = schedule_cpu(
        CpuTask("RR", (Process("A", 0, 4), Process("B", 1, 5), Process("C", 3, 2)), 2)
    )
    assert "，".join(f"{s.name} {s.start}–{s.end}" for s in run.slices) in text
    done = {timing.process.name: timing for timing in run.timings}
    assert "完成：" + "，".join(f"{n} {done[n].completion}" for n in "ACB") in text
    assert f"平均周转时间 {run.mean_turnaround}，" in text
    assert f"平均带权周转时间 {float(run.mean_weighted)}。" in text


def test_the_long_job_of_the_card_on_starvation_starts_when_the_card_says():
    shorts = [Process(f"S{i}", 2 * i, 2) for i in range(15)]
    task = CpuTask("SJF", (Process("L", 0, 10), *shorts))
    starts = {
        algorithm: schedule_cpu(replace(task, algorithm=algorithm)).timings[0].start
        for algorithm in ("SJF", "HRRN")
    }
    assert starts["SJF"] == 30
    # At 0 both ratios are 1 and L is listed first; with the short one first it starts at 2.
    swapped = CpuTask("HRRN", (shorts[0], task.processes[0], *shorts[1:]))
    assert schedule_cpu(swapped).timings[1].start == 2
    choice = schedule_cpu(swapped).choices[1]
    assert {c.name: c.value for c in choice.candidates}["L"] == Fraction(12, 10)
    assert "1.2" in section("os.starvation", "例题")


@pytest.mark.parametrize(
    ("algorithm", "quantum", "rows", "mean_waiting"),
    [
        # Silberschatz, Operating System Concepts (10th ed.), 5.3.
        ("FCFS", None, [(0, 24), (0, 3), (0, 3)], Fraction(17)),
        ("FCFS", None, [(0, 3), (0, 3), (0, 24)], Fraction(3)),
        ("SJF", None, [(0, 6), (0, 8), (0, 7), (0, 3)], Fraction(7)),
        ("SRTF", None, [(0, 8), (1, 4), (2, 9), (3, 5)], Fraction(26, 4)),
        ("RR", 4, [(0, 24), (0, 3), (0, 3)], Fraction(17, 3)),
    ],
)
def test_known_cases_have_their_known_waiting_times(algorithm, quantum, rows, mean_waiting):
    processes = tuple(Process(f"P{i}", *row) for i, row in enumerate(rows, 1))
    assert schedule_cpu(CpuTask(algorithm, processes, quantum)).mean_waiting == mean_waiting


def test_a_known_priority_schedule_has_its_known_waiting_time():
    """Silberschatz, 5.3.4: bursts 10 1 2 1 5 with priorities 3 1 4 5 2 wait 8.2 on average."""
    rows = zip((10, 1, 2, 1, 5), (3, 1, 4, 5, 2), strict=True)
    processes = tuple(Process(f"P{i}", 0, b, p) for i, (b, p) in enumerate(rows, 1))
    run = schedule_cpu(CpuTask("PRIORITY", processes))
    assert run.completed == ("P2", "P5", "P1", "P3", "P4")
    assert run.mean_waiting == Fraction(41, 5)


def test_a_choice_knows_whether_it_was_a_tie():
    run = schedule_cpu(CpuTask("SJF", (Process("A", 0, 2), Process("B", 0, 3), Process("C", 1, 3))))
    assert [(choice.time, choice.chosen, choice.is_tied) for choice in run.choices] == [
        (0, "A", False),
        (2, "B", True),
        (5, "C", False),
    ]
    assert isinstance(run.choices[0], Choice)


tasks = st.sampled_from(ALGORITHMS).flatmap(
    lambda algorithm: st.builds(
        CpuTask,
        st.just(algorithm),
        st.lists(
            st.tuples(st.integers(0, 30), st.integers(1, 9), st.integers(0, 3)),
            min_size=1,
            max_size=7,
        ).map(lambda rows: tuple(Process(f"P{i}", *row) for i, row in enumerate(rows))),
        st.integers(1, 5) if algorithm == "RR" else st.none(),
    )
)


@given(tasks)
def test_the_cpu_never_idles_while_someone_is_ready(task):
    run = schedule_cpu(task)
    at = 0
    for piece in run.slices:
        if piece.start > at:
            assert piece.start == min(p.arrival for p in task.processes if p.arrival >= at)
        at = piece.end
    for process in task.processes:
        own = [s for s in run.slices if s.name == process.name]
        assert sum(s.end - s.start for s in own) == process.burst
        assert own[0].start >= process.arrival


@given(tasks)
def test_no_algorithm_waits_less_than_the_shortest_remaining_time(task):
    best = schedule_cpu(replace(task, algorithm="SRTF", quantum=None))
    assert schedule_cpu(task).mean_waiting >= best.mean_waiting


@pytest.mark.parametrize(
    "task",
    [
        CpuTask("FCFS", ()),
        CpuTask("FCFS", tuple(Process(f"P{i}", 0, 1) for i in range(MAX_PROCESSES + 1))),
        CpuTask("FCFS", (Process("A", 0, 1), Process("A", 1, 1))),
        CpuTask("FCFS", (Process("A", -1, 1),)),
        CpuTask("FCFS", (Process("A", 0, 0),)),
        CpuTask("RR", (Process("A", 0, 1),)),
        CpuTask("RR", (Process("A", 0, 1),), 0),
        CpuTask("SJF", (Process("A", 0, 1),), 2),
    ],
)
def test_what_is_no_task_is_refused(task):
    with pytest.raises(ValueError, match=r"\.$"):
        schedule_cpu(task)
