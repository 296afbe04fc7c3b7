"""Effective access time: page tables in memory, a TLB, a cache and page faults, case by case.

Conventions as in the cards os.paging, co.tlb, co.amat and os.demand-paging and in Silberschatz,
Operating System Concepts (10th ed.), 9.3 and 10.2. Each level of the page table costs one memory
access, which passes the cache by. One after the other: who misses in the TLB (or cache) has paid
for looking there. At the same time: who misses has not, the walk (or memory) covers the look. After
a walk the data is accessed at once, without a second look into the TLB. The fault rate is that of
all accesses, and the service time of a fault covers everything up to the repeated access.
"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Literal

PartKind = Literal["tlb", "table", "cache", "memory", "fault"]

MAX_LEVELS = 5


@dataclass(frozen=True, slots=True)
class Lookup:
    """A TLB or cache: ``hit_rate`` from 0 to 1, ``time`` of a look in nanoseconds.

    ``at_once``: what backs it up is started together with the look.
    """

    hit_rate: Fraction
    time: int
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Faults:
    """``rate`` from 0 to 1 of all accesses; ``service`` in nanoseconds."""

    rate: Fraction
    service: int


@dataclass(frozen=True, slots=True)
class AccessTask:
    """``memory`` is the time of one memory access in nanoseconds.

    ``levels`` of the page table; 0 for a physical address, which needs none and no TLB.
    """

    memory: int
    levels: int = 0
    tlb: Lookup | None = None
    cache: Lookup | None = None
    faults: Faults | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One stretch of an access, in nanoseconds."""

    kind: PartKind
    time: int


@dataclass(frozen=True, slots=True)
class Case:
    """One way that an access may go; a hit is None where there is no TLB or cache to hit."""

    tlb_hit: bool | None
    cache_hit: bool | None
    probability: Fraction
    parts: tuple[Part, ...]

    @property
    def time(self) -> int:
        return sum(part.time for part in self.parts)

    @property
    def is_fault(self) -> bool:
        return any(part.kind == "fault" for part in self.parts)


@dataclass(frozen=True, slots=True)
class AccessRun:
    """The cases, whose probabilities add up to 1; a fault comes last."""

    task: AccessTask
    cases: tuple[Case, ...]

    @property
    def mean(self) -> Fraction:
        """The effective access time in nanoseconds."""
        return sum((case.probability * case.time for case in self.cases), Fraction(0))


def access_times(task: AccessTask) -> AccessRun:
    """List the cases of ``task``; ValueError when a number is out of its range."""
    _check(task)
    present = 1 - (task.faults.rate if task.faults else 0)
    cases = [
        Case(tlb_hit, cache_hit, present * p * q, (*translation, *data))
        for (tlb_hit, p, translation), (cache_hit, q, data) in product(
            _translations(task), _data(task)
        )
    ]
    if task.faults:
        cases.append(Case(None, None, task.faults.rate, (Part("fault", task.faults.service),)))
    return AccessRun(task, tuple(cases))


def hit_rate_for(task: AccessTask, mean: Fraction) -> Fraction:
    """Find the hit rate of the TLB that makes ``mean`` nanoseconds the effective access time.

    The rate that ``task`` gives does not matter. ValueError when there is none from 0 to 1.
    """
    if task.tlb is None:
        raise ValueError("Without a TLB there is no hit rate to find.")
    worst, best = (
        access_times(_with_hit_rate(task, task.tlb, Fraction(rate))).mean for rate in (0, 1)
    )
    if not best <= mean <= worst or best == worst:
        raise ValueError(f"No hit rate makes {mean} ns the effective access time.")
    return (worst - mean) / (worst - best)


def _with_hit_rate(task: AccessTask, tlb: Lookup, rate: Fraction) -> AccessTask:
    return AccessTask(
        task.memory, task.levels, Lookup(rate, tlb.time, tlb.at_once), task.cache, task.faults
    )


_Way = tuple[bool | None, Fraction, tuple[Part, ...]]


def _translations(task: AccessTask) -> list[_Way]:
    walk = (Part("table", task.memory),) * task.levels
    if task.tlb is None:
        return [(None, Fraction(1), walk)]
    return _looked_up("tlb", task.tlb, walk)


def _data(task: AccessTask) -> list[_Way]:
    memory = (Part("memory", task.memory),)
    if task.cache is None:
        return [(None, Fraction(1), memory)]
    return _looked_up("cache", task.cache, memory)


def _looked_up(kind: PartKind, lookup: Lookup, behind: tuple[Part, ...]) -> list[_Way]:
    look = (Part(kind, lookup.time),)
    return [
        (True, lookup.hit_rate, look),
        (False, 1 - lookup.hit_rate, behind if lookup.at_once else look + behind),
    ]


def _check(task: AccessTask) -> None:
    lookups = [lookup for lookup in (task.tlb, task.cache) if lookup]
    rates = [lookup.hit_rate for lookup in lookups]
    times = [task.memory, *(lookup.time for lookup in lookups)]
    if task.faults:
        rates.append(task.faults.rate)
        times.append(task.faults.service)
    if not all(0 <= rate <= 1 for rate in rates):
        raise ValueError("A rate lies between 0 and 1.")
    if task.memory < 1 or min(times) < 0:
        raise ValueError("A time is no less than 0, and that of memory is 1 or more.")
    if not 0 <= task.levels <= MAX_LEVELS or (task.tlb and not task.levels):
        raise ValueError(f"A page table has 1 to {MAX_LEVELS} levels, and a TLB needs one.")
