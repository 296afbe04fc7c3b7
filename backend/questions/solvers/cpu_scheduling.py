"""CPU scheduling on one processor without input, output or switching costs.

Conventions as in the cards os.round-robin and os.starvation and in the Chinese textbooks (汤小丹,
计算机操作系统, chapter 3): turnaround = completion - arrival, weighted turnaround = turnaround /
burst, waiting = turnaround - burst, response ratio = (waiting + burst) / burst. Who arrives just
when a choice is made takes part in it. Of equals the one that runs goes on, else the one that came
first goes, else the one listed first. In a round robin a process that arrives just when a quantum
ends is queued before the one that is taken off.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

CpuAlgorithm = Literal["FCFS", "SJF", "SRTF", "HRRN", "RR", "PRIORITY", "PREEMPTIVE-PRIORITY"]

MAX_PROCESSES = 20
PREEMPTIVE: tuple[CpuAlgorithm, ...] = ("SRTF", "PREEMPTIVE-PRIORITY")


@dataclass(frozen=True, slots=True)
class Process:
    """Times are whole units, ``arrival`` 0 or more, ``burst`` 1 or more."""

    name: str
    arrival: int
    burst: int
    priority: int = 0


@dataclass(frozen=True, slots=True)
class CpuTask:
    """``quantum`` is for RR only; ``small_is_urgent``: a small priority number goes first."""

    algorithm: CpuAlgorithm
    processes: tuple[Process, ...]
    quantum: int | None = None
    small_is_urgent: bool = True


@dataclass(frozen=True, slots=True)
class Candidate:
    """One that is ready at a choice, with the value that the algorithm compares.

    That is the arrival (FCFS), burst (SJF), remaining time (SRTF), response ratio (HRRN), priority
    or, for RR, the place in the queue from 0.
    """

    name: str
    value: Fraction


@dataclass(frozen=True, slots=True)
class Choice:
    """Who was chosen of whom at ``time``."""

    time: int
    candidates: tuple[Candidate, ...]
    chosen: str

    @property
    def is_tied(self) -> bool:
        """Whether another candidate had the value of the chosen one."""
        values = {candidate.name: candidate.value for candidate in self.candidates}
        return [c.value for c in self.candidates].count(values[self.chosen]) > 1


@dataclass(frozen=True, slots=True)
class Slice:
    """An unbroken run of one process; in a round robin, at most a quantum."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Timing:
    """When one process was done, and what follows from it."""

    process: Process
    start: int
    completion: int

    @property
    def turnaround(self) -> int:
        return self.completion - self.process.arrival

    @property
    def weighted(self) -> Fraction:
        return Fraction(self.turnaround, self.process.burst)

    @property
    def waiting(self) -> int:
        return self.turnaround - self.process.burst


@dataclass(frozen=True, slots=True)
class CpuRun:
    """``choices`` and ``slices`` in the order of time, ``timings`` in that of the task."""

    task: CpuTask
    choices: tuple[Choice, ...]
    slices: tuple[Slice, ...]

    @property
    def timings(self) -> tuple[Timing, ...]:
        return tuple(self._timing(process) for process in self.task.processes)

    @property
    def completed(self) -> tuple[str, ...]:
        """The names in the order of completion."""
        last = {piece.name: piece.end for piece in self.slices}
        return tuple(sorted(last, key=last.__getitem__))

    @property
    def mean_turnaround(self) -> Fraction:
        return _mean([Fraction(timing.turnaround) for timing in self.timings])

    @property
    def mean_weighted(self) -> Fraction:
        return _mean([timing.weighted for timing in self.timings])

    @property
    def mean_waiting(self) -> Fraction:
        return _mean([Fraction(timing.waiting) for timing in self.timings])

    def _timing(self, process: Process) -> Timing:
        own = [piece for piece in self.slices if piece.name == process.name]
        return Timing(process, own[0].start, own[-1].end)


def schedule_cpu(task: CpuTask) -> CpuRun:
    """Run ``task`` until all processes are done; ValueError when it is none."""
    _check(task)
    cpu = _Cpu(task, {process.name: process.burst for process in task.processes})
    if task.algorithm == "RR":
        cpu.take_turns()
    else:
        cpu.choose_best()
    return CpuRun(task, tuple(cpu.choices), tuple(cpu.slices))


def _check(task: CpuTask) -> None:
    names = [process.name for process in task.processes]
    if not 1 <= len(names) <= MAX_PROCESSES or len(set(names)) < len(names):
        raise ValueError(f"Give 1 to {MAX_PROCESSES} processes with different names.")
    if any(process.arrival < 0 or process.burst < 1 for process in task.processes):
        raise ValueError("A process arrives at 0 or later and runs for 1 unit or more.")
    if (task.algorithm == "RR") != (task.quantum is not None) or task.quantum == 0:
        raise ValueError("A round robin, and nothing else, has a quantum of 1 or more.")


def _mean(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0)) / len(values)


@dataclass(slots=True)
class _Cpu:
    """What has run until now; ``remaining`` by name."""

    task: CpuTask
    remaining: dict[str, int]
    choices: list[Choice] = field(default_factory=list[Choice])
    slices: list[Slice] = field(default_factory=list[Slice])

    def choose_best(self) -> None:
        now, running = 0, ""
        while any(self.remaining.values()):
            ready = self._ready(now)
            if not ready:
                now = self._next_arrival(now)
                continue
            best = self._best(ready, now, running)
            self._note(now, [(p.name, self._value(p, now)) for p in ready], best.name)
            end = now + self.remaining[best.name]
            if self.task.algorithm in PREEMPTIVE:
                end = min(end, self._next_arrival(now))
            self._run(best.name, now, end)
            now, running = end, best.name

    def _best(self, ready: Sequence[Process], now: int, running: str) -> Process:
        def order(process: Process) -> tuple[Fraction, bool, int]:
            return self._rank(process, now), process.name != running, process.arrival

        return min(ready, key=order)

    def take_turns(self) -> None:
        assert self.task.quantum is not None
        coming = deque(sorted(self.task.processes, key=lambda process: process.arrival))
        queue: deque[str] = deque()
        now = 0
        while coming or queue:
            if not queue:
                now = max(now, coming[0].arrival)
            _admit(coming, queue, now)
            self._note(now, [(n, Fraction(i)) for i, n in enumerate(queue)], queue[0])
            name = queue.popleft()
            end = now + min(self.task.quantum, self.remaining[name])
            self._run(name, now, end)
            _admit(coming, queue, now := end)
            if self.remaining[name]:
                queue.append(name)

    def _ready(self, now: int) -> list[Process]:
        return [p for p in self.task.processes if p.arrival <= now and self.remaining[p.name]]

    def _next_arrival(self, now: int) -> int:
        """Give the next arrival after ``now``, or a time after all is done."""
        end = now + sum(self.remaining.values())
        return min((p.arrival for p in self.task.processes if p.arrival > now), default=end)

    def _value(self, process: Process, now: int) -> Fraction:
        return _VALUES[self.task.algorithm](process, now, self.remaining[process.name])

    def _rank(self, process: Process, now: int) -> Fraction:
        """Give a number that is smallest for the one to choose."""
        value = self._value(process, now)
        return -value if self._largest_goes_first() else value

    def _largest_goes_first(self) -> bool:
        by_priority = self.task.algorithm in ("PRIORITY", "PREEMPTIVE-PRIORITY")
        return self.task.algorithm == "HRRN" or (by_priority and not self.task.small_is_urgent)

    def _note(self, now: int, values: Sequence[tuple[str, Fraction]], chosen: str) -> None:
        candidates = tuple(Candidate(name, value) for name, value in values)
        self.choices.append(Choice(now, candidates, chosen))

    def _run(self, name: str, start: int, end: int) -> None:
        self.remaining[name] -= end - start
        last = self.slices[-1] if self.slices else None
        if last and (last.name, last.end) == (name, start) and self.task.quantum is None:
            self.slices[-1] = Slice(name, last.start, end)
        else:
            self.slices.append(Slice(name, start, end))


def _admit(coming: deque[Process], queue: deque[str], now: int) -> None:
    while coming and coming[0].arrival <= now:
        queue.append(coming.popleft().name)


def _ratio(process: Process, now: int, remaining: int) -> Fraction:
    return Fraction(now - process.arrival + process.burst, process.burst)


_Value = Callable[[Process, int, int], Fraction]
_VALUES: dict[CpuAlgorithm, _Value] = {
    "FCFS": lambda process, now, remaining: Fraction(process.arrival),
    "SJF": lambda process, now, remaining: Fraction(process.burst),
    "SRTF": lambda process, now, remaining: Fraction(remaining),
    "HRRN": _ratio,
    "PRIORITY": lambda process, now, remaining: Fraction(process.priority),
    "PREEMPTIVE-PRIORITY": lambda process, now, remaining: Fraction(process.priority),
}
