"""CPU scheduling: mean and single times, the order of the processes, response ratios."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, pairwise

from backend.questions.generators.cpu_asks import (
    COMPLETION,
    EXECUTION,
    MEAN_TURNAROUND,
    MEAN_WAITING,
    MEAN_WEIGHTED,
    Ask,
    ask_single,
)
from backend.questions.generators.cpu_mistakes import is_preemptive, mistaken_runs
from backend.questions.generators.cpu_steps import convention, process_table, steps_of, two_places
from backend.questions.generators.frame import Distractor, Draft
from backend.questions.generators.mixing import mixed
from backend.questions.solvers.cpu_scheduling import (
    Choice,
    CpuAlgorithm,
    CpuRun,
    CpuTask,
    Process,
    schedule_cpu,
)

_WEIGHTS: Mapping[CpuAlgorithm, int] = {
    "FCFS": 1,
    "SJF": 2,
    "SRTF": 3,
    "HRRN": 4,
    "RR": 4,
    "PRIORITY": 2,
    "PREEMPTIVE-PRIORITY": 2,
}
_POINTS: Mapping[CpuAlgorithm, str] = {
    "FCFS": "OS0212",
    "SJF": "OS0213",
    "SRTF": "OS0213",
    "HRRN": "OS0214",
    "RR": "OS0216",
    "PRIORITY": "OS0215",
    "PREEMPTIVE-PRIORITY": "OS0215",
}
_NAMES: Mapping[CpuAlgorithm, tuple[str, ...]] = {
    "FCFS": ("先来先服务（FCFS）",),
    "SJF": ("非抢占的短作业优先（SJF）", "非抢占的短进程优先（SJF）"),
    "SRTF": ("最短剩余时间优先（SRTF，即抢占的短作业优先）", "最短剩余时间优先（SRTF）"),
    "HRRN": ("高响应比优先（HRRN）", "非抢占的高响应比优先（HRRN）"),
    "RR": ("时间片轮转（RR）",),
    "PRIORITY": ("非抢占的静态优先级",),
    "PREEMPTIVE-PRIORITY": ("抢占的静态优先级",),
}
_DIFFICULTY: Mapping[CpuAlgorithm, int] = {
    "FCFS": 1,
    "SJF": 2,
    "SRTF": 3,
    "HRRN": 3,
    "RR": 3,
    "PRIORITY": 2,
    "PREEMPTIVE-PRIORITY": 3,
}
_INTROS = (
    "单处理机上的几个进程如下表（时间单位 ms），采用{name}调度算法{given}。",
    "某系统用{name}算法调度 CPU{given}，各进程的到达时间和运行时间如下（单位 ms）。",
    "下表各进程（时间单位 ms）按{name}算法调度{given}。",
)
_BURSTS = (1, 2, 2, 3, 3, 4, 4, 5, 6, 8)
# Ratios over these mostly have a mean of two decimals.
_ROUND_BURSTS = (1, 2, 2, 4, 4, 5, 5, 10)
_MAX_DRAWS = 300


@dataclass(frozen=True, slots=True)
class CpuScheduling:
    """FCFS, SJF, SRTF, HRRN, RR and priorities over four or five processes."""

    name: str = "cpu-scheduling"
    version: int = 1
    points: tuple[str, ...] = tuple(dict.fromkeys(_POINTS.values()))

    def draft(self, chance: random.Random) -> Draft:
        algorithm = chance.choices(tuple(_WEIGHTS), tuple(_WEIGHTS.values()))[0]
        if algorithm == "HRRN" and chance.random() < 0.25:
            return _ratio_draft(chance)
        names = chance.choice(("P1 P2 P3 P4 P5", "A B C D E", "J1 J2 J3 J4 J5")).split()
        ask = _ask(algorithm, names, chance)
        run = _telling_run(algorithm, names, ask, chance)
        runs = [(name, why, ask.value(other)) for name, why, other in mistaken_runs(run.task)]
        slips = ask.slips(run)
        wrong = [runs[0], slips[0], runs[1], *slips[1:2], *runs[2:], *slips[2:]]
        return _draft(
            run,
            chance,
            ask=ask.text,
            correct=ask.value(run),
            why_correct=f"{ask.decisive(run)}。",
            distractors=[Distractor(v, name, f"{why}，得到 {v}。") for name, why, v in wrong],
            harder=ask.harder,
        )


def _ask(algorithm: CpuAlgorithm, names: Sequence[str], chance: random.Random) -> Ask:
    kinds = ["turnaround", "turnaround", "waiting", "weighted", "weighted", "order", "single"]
    match chance.choice(kinds[:-2] if algorithm == "FCFS" else kinds):
        case "turnaround":
            return MEAN_TURNAROUND
        case "waiting":
            return MEAN_WAITING
        case "weighted":
            return MEAN_WEIGHTED
        case "order":
            preempts = algorithm in ("SRTF", "RR", "PREEMPTIVE-PRIORITY")
            return COMPLETION if preempts else EXECUTION
        case _:
            kind = chance.choice(("completion", "turnaround", "waiting"))
            return ask_single(chance.choice(names[1:4]), kind)


def _telling_run(
    algorithm: CpuAlgorithm, names: Sequence[str], ask: Ask, chance: random.Random
) -> CpuRun:
    """Draw a task on which the mistakes tell."""

    def fits(run: CpuRun) -> bool:
        if ask is MEAN_WEIGHTED and not _is_round(run.mean_weighted):
            return False
        typical = {ask.value(other) for _, _, other in islice(mistaken_runs(run.task), 3)}
        return len(typical | {ask.value(run)}) >= 3

    bursts = _ROUND_BURSTS if ask is MEAN_WEIGHTED else _BURSTS
    return _clear_run(lambda: _run(algorithm, names, bursts, chance), fits)


def _clear_run(drawn: Callable[[], CpuRun], fits: Callable[[CpuRun], bool]) -> CpuRun:
    """Draw a clear run that fits; after many draws any clear one will do, and then any."""
    chosen, is_clear = drawn(), False
    for _ in range(_MAX_DRAWS):
        run = drawn()
        if _is_clear(run):
            chosen, is_clear = run, True
            if fits(run):
                break
        elif not is_clear:
            chosen = run
    return chosen


def _run(
    algorithm: CpuAlgorithm, names: Sequence[str], bursts: Sequence[int], chance: random.Random
) -> CpuRun:
    count = chance.choice((4, 4, 5))
    arrivals = [0]
    while len(arrivals) < count:
        arrivals.append(arrivals[-1] + chance.choice((1, 1, 2, 2, 3)))
    priorities = chance.sample(range(1, 7), count)
    by_priority = algorithm in ("PRIORITY", "PREEMPTIVE-PRIORITY")
    processes = tuple(
        Process(name, arrival, chance.choice(bursts), priority if by_priority else 0)
        for name, arrival, priority in zip(names, arrivals, priorities, strict=False)
    )
    quantum = chance.choice((2, 2, 3, 4)) if algorithm == "RR" else None
    return schedule_cpu(CpuTask(algorithm, processes, quantum, chance.random() < 0.5))


def _is_clear(run: CpuRun) -> bool:
    """Whether the CPU is never idle, nothing hangs on a tie, and there is something to do."""
    task, slices = run.task, run.slices
    if any(before.end != after.start for before, after in pairwise(slices)):
        return False
    if any(choice.is_tied for choice in run.choices):
        return False
    if is_preemptive(task):
        return len(task.processes) < len(slices) <= 14
    return max(len(choice.candidates) for choice in run.choices) >= 3


def _is_round(value: Fraction) -> bool:
    return (value * 100).denominator == 1


def _ratio_draft(chance: random.Random) -> Draft:
    """Ask for the response ratio of the one chosen at a moment."""
    names = ("P1", "P2", "P3", "P4", "P5")

    def fits(run: CpuRun) -> bool:
        return all(_is_round(candidate.value) for candidate in _asked_choice(run).candidates)

    run = _clear_run(lambda: _run("HRRN", names, _ROUND_BURSTS, chance), fits)
    choice = _asked_choice(run)
    ratio = {candidate.name: candidate.value for candidate in choice.candidates}[choice.chosen]
    process = next(p for p in run.task.processes if p.name == choice.chosen)
    waited = choice.time - process.arrival
    return _draft(
        run,
        chance,
        ask=f"在时刻 {choice.time} 进行调度时，被选中进程的响应比是多少？",
        correct=_short(ratio),
        why_correct=f"时刻 {choice.time} 选中 {process.name}，响应比 = ({waited} + "
        f"{process.burst}) ÷ {process.burst} = {_short(ratio)}。",
        distractors=_wrong_ratios(choice, process),
        harder=False,
    )


def _asked_choice(run: CpuRun) -> Choice:
    """Give the first choice among three or more; a clear run has one."""
    return next(choice for choice in run.choices if len(choice.candidates) >= 3)


def _wrong_ratios(choice: Choice, process: Process) -> list[Distractor]:
    waited, burst = choice.time - process.arrival, process.burst
    others = sorted(
        (c for c in choice.candidates if c.name != choice.chosen), key=lambda c: -c.value
    )
    wrong = [
        ("uses-waiting", "只用等待时间除以运行时间，漏加了 1", Fraction(waited, burst)),
        (
            "counts-from-zero",
            "等待时间从 0 时刻算起，没有减去到达时间",
            Fraction(choice.time + burst, burst),
        ),
        *(("takes-lower-ratio", f"选成了 {c.name}，它的响应比不是最高", c.value) for c in others),
        (
            "divides-by-waiting",
            "除数用了等待时间，应当是运行时间",
            Fraction(waited + burst, max(waited, 1)),
        ),
    ]
    return [Distractor(_short(v), name, f"{why}，得到 {_short(v)}。") for name, why, v in wrong]


def _short(value: Fraction) -> str:
    return two_places(value).rstrip("0").rstrip(".")


def _draft(
    run: CpuRun,
    chance: random.Random,
    *,
    ask: str,
    correct: str,
    why_correct: str,
    distractors: Sequence[Distractor],
    harder: bool,
) -> Draft:
    task = run.task
    by_priority = task.algorithm in ("PRIORITY", "PREEMPTIVE-PRIORITY")
    given = f"，时间片为 {task.quantum} ms" if task.quantum else ""
    if by_priority:
        given = f"，优先数越{'小' if task.small_is_urgent else '大'}优先级越高"
    intro = chance.choice(_INTROS).format(name=chance.choice(_NAMES[task.algorithm]), given=given)
    ratio = ("os.starvation",) if task.algorithm == "HRRN" else ()
    draft = Draft(
        points=(_POINTS[task.algorithm], "OS0211"),
        difficulty=_DIFFICULTY[task.algorithm] + harder,
        stem=f"{intro}\n{process_table(task.processes, by_priority)}\n{ask}",
        correct=correct,
        why_correct=why_correct,
        distractors=distractors,
        steps=(*steps_of(run), why_correct),
        source=(*ratio, "os.round-robin"),
        convention=convention(task),
    )
    return mixed(draft, chance)
