"""CPU scheduling questions against a clock that ticks unit by unit, read from the stem alone."""

import re
from fractions import Fraction

import pytest

from backend.questions.generators.cpu_mistakes import mistaken_runs, play_cycle, play_turns
from backend.questions.generators.cpu_scheduling import CpuScheduling
from backend.questions.generators.cpu_steps import two_places
from backend.questions.solvers import cpu_scheduling
from backend.questions.solvers.cpu_scheduling import CpuTask, Process, schedule_cpu
from tests.unit.questions.generators.checks import check, questions
from tests.unit.questions.test_cpu_scheduling import ticking

GENERATOR = CpuScheduling()
NAMES = {
    "先来先服务": "FCFS",
    "非抢占的短": "SJF",
    "最短剩余时间": "SRTF",
    "高响应比": "HRRN",
    "时间片轮转": "RR",
    "非抢占的静态优先级": "PRIORITY",
    "抢占的静态优先级": "PREEMPTIVE-PRIORITY",
}


@pytest.fixture(scope="module")
def asked():
    return questions(GENERATOR)


def given(question):
    """Read the algorithm, the rows of the table, the quantum and what a priority means."""
    stem = question.stem
    algorithm = next(code for name, code in NAMES.items() if name in stem)
    rows = []
    for line in stem.split("```")[1].strip().splitlines()[1:]:
        name, *numbers = line.split()
        arrival, burst, priority, *_ = [*map(int, numbers), 0]
        rows.append((name, arrival, burst, priority))
    quantum = re.search(r"时间片为 (\d+) ms", stem)
    return algorithm, rows, quantum and int(quantum[1]), "优先数越小" in stem


def measured(question):
    """Count units: who is done when, and how long each was there and had the CPU."""
    algorithm, rows, quantum, small_first = given(question)
    units = ticking(algorithm, rows, quantum, small_first)
    assert None not in units
    ends = {name: len(units) - units[::-1].index(name) for name, *_ in rows}
    there = {name: ends[name] - arrival for name, arrival, *_ in rows}
    return units, rows, ends, there


def number(value):
    return f"{value:g} ms"


def answer_of(question):
    units, rows, ends, there = measured(question)
    ask, count = question.stem.split("```")[2], len(rows)
    bursts = {name: units.count(name) for name, *_ in rows}
    assert bursts == {name: burst for name, _, burst, _ in rows}
    if moment := re.search(r"在时刻 (\d+) 进行调度", ask):
        now = int(moment[1])
        chosen = units[now]
        assert units[now - 1] != chosen
        arrival = next(row[1] for row in rows if row[0] == chosen)
        return f"{1 + (now - arrival) / bursts[chosen]:.2f}".rstrip("0").rstrip(".")
    if "平均带权" in ask:
        mean = sum(Fraction(there[name], bursts[name]) for name in there) / count
        return f"{float(mean):.2f}"
    if "平均周转" in ask:
        return number(sum(there.values()) / count)
    if "平均等待" in ask:
        return number((sum(there.values()) - len(units)) / count)
    if "运行次序" in ask:
        return "、".join(dict.fromkeys(units))
    if "先后次序" in ask:
        return "、".join(sorted(ends, key=ends.get))
    name = ask.split()[0]
    if "完成时刻" in ask:
        return number(ends[name])
    return number(there[name] - (bursts[name] if "等待" in ask else 0))


def test_every_key_is_what_a_ticking_clock_gives():
    check(GENERATOR, answer_of)


@pytest.mark.parametrize(
    ("algorithm", "bug"),
    [
        ("SRTF", lambda process, now, remaining: Fraction(process.burst)),
        ("HRRN", lambda process, now, remaining: Fraction(now - process.arrival)),
        ("SJF", lambda process, now, remaining: Fraction(process.arrival)),
        ("PRIORITY", lambda process, now, remaining: Fraction(-process.priority)),
    ],
)
def test_a_wrong_value_to_compare_fails_the_check(monkeypatch, algorithm, bug):
    monkeypatch.setitem(cpu_scheduling._VALUES, algorithm, bug)
    with pytest.raises(AssertionError, match=r"gen\.cpu-scheduling"):
        check(GENERATOR, answer_of)


def old_before_new(coming, queue, now):
    while coming and coming[0].arrival < now + (not queue):
        queue.append(coming.popleft().name)


@pytest.mark.parametrize(
    ("place", "bug"),
    [
        ("_admit", old_before_new),
        ("PREEMPTIVE", ()),
        ("Timing.turnaround", property(lambda timing: timing.completion)),
        ("Timing.waiting", property(lambda timing: timing.start - timing.process.arrival)),
        (
            "CpuRun.mean_weighted",
            property(
                lambda run: Fraction(
                    sum(t.turnaround for t in run.timings),
                    sum(t.process.burst for t in run.timings),
                )
            ),
        ),
    ],
)
def test_a_bug_planted_in_the_solver_fails_the_check(monkeypatch, place, bug):
    monkeypatch.setattr(f"backend.questions.solvers.cpu_scheduling.{place}", bug)
    with pytest.raises(AssertionError, match=r"gen\.cpu-scheduling"):
        check(GENERATOR, answer_of)


def test_all_algorithms_and_all_forms_are_asked(asked):
    stems = [question.stem for question in asked]
    asks = ("平均周转", "平均等待", "平均带权", "运行次序", "先后次序", "完成时刻", "响应比是")
    for word in (*NAMES, *asks, "优先数越大", "优先数越小"):
        assert any(word in stem for stem in stems), word


def test_a_mean_weighted_turnaround_needs_no_rounding(asked):
    for question in asked:
        if "平均带权" in question.stem:
            _, rows, _, there = measured(question)
            mean = sum(Fraction(there[name], burst) for name, _, burst, _ in rows) / len(rows)
            assert mean == Fraction(question.options[question.answer])


def test_no_key_hangs_on_the_order_of_equals(asked):
    """With the table upside down, and so every tie the other way, the clock tells the same."""
    for question in asked:
        algorithm, rows, quantum, small_first = given(question)
        assert len({arrival for _, arrival, *_ in rows}) == len(rows)
        upside_down = ticking(algorithm, rows[::-1], quantum, small_first)
        assert upside_down == ticking(algorithm, rows, quantum, small_first)


CARD = CpuTask("RR", (Process("A", 0, 4), Process("B", 1, 5), Process("C", 3, 2)), 2)
LATE = CpuTask("RR", (Process("A", 0, 4), Process("B", 2, 3), Process("C", 3, 2)), 2)


def told(run):
    return " ".join(f"{piece.name}{piece.start}-{piece.end}" for piece in run.slices)


def test_a_round_robin_without_a_mistake_is_the_one_of_the_solver():
    for task in (CARD, LATE):
        assert play_turns(task).slices == schedule_cpu(task).slices


def test_the_mistakes_of_a_round_robin_do_what_they_say():
    runs = {name: told(run) for name, _, run in mistaken_runs(LATE)}
    assert told(schedule_cpu(LATE)) == "A0-2 B2-4 A4-6 C6-8 B8-9"
    assert runs["requeues-before-newcomer"] == "A0-2 A2-4 B4-6 C6-8 B8-9"
    assert runs["cycles-by-number"] == "A0-2 B2-4 C4-6 A6-8 B8-9" == told(play_cycle(LATE))
    assert runs["plays-fcfs"] == "A0-4 B4-7 C7-9"
    short = CpuTask("RR", (Process("A", 0, 1), Process("B", 1, 3), Process("C", 2, 3)), 2)
    runs = {name: told(run) for name, _, run in mistaken_runs(short)}
    assert told(schedule_cpu(short)) == "A0-1 B1-3 C3-5 B5-6 C6-7"
    assert runs["inherits-quantum"] == "A0-1 B1-2 C2-4 B4-6 C6-7"


def test_the_mistakes_of_the_others_do_what_they_say():
    processes = (Process("A", 0, 7, 2), Process("B", 2, 4, 3), Process("C", 4, 1, 1))
    shortest = {n: told(r) for n, _, r in mistaken_runs(CpuTask("SRTF", processes))}
    assert shortest["never-preempts"] == "A0-7 C7-8 B8-12"
    assert shortest["ignores-arrivals"] == "C0-1 B1-5 A5-12"
    urgent = {n: told(r) for n, _, r in mistaken_runs(CpuTask("PRIORITY", processes))}
    assert urgent["reverses-priority"] == "A0-7 B7-11 C11-12"
    assert urgent["preempts"] == "A0-4 C4-5 A5-8 B8-12"
    ratio = {n: told(r) for n, _, r in mistaken_runs(CpuTask("HRRN", processes))}
    assert ratio["plays-fcfs"] == "A0-7 B7-11 C11-12"
    late = (Process("A", 0, 6), Process("B", 4, 3))
    whole = {n: told(r) for n, _, r in mistaken_runs(CpuTask("SRTF", late))}
    assert told(schedule_cpu(CpuTask("SRTF", late))) == "A0-6 B6-9"
    assert whole["compares-whole-bursts"] == "A0-4 B4-7 A7-9"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(Fraction(21, 8), "2.63"), (Fraction(17, 8), "2.13"), (Fraction(2), "2.00")],
)
def test_a_half_is_rounded_up(value, shown):
    assert two_places(value) == shown


def test_what_is_shown_fits_a_phone(asked):
    for question in asked:
        for text in (question.stem, *question.steps):
            for block in text.split("```")[1::2]:
                for line in block.splitlines():
                    assert sum(2 if ord(mark) > 0x2E80 else 1 for mark in line) <= 30, line
