"""Effective access times with page faults."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from backend.questions.generators.access_mistakes import mistakes_of
from backend.questions.generators.access_text import (
    case_lines,
    ns,
    tlb_convention,
    tlb_given,
    weighted,
)
from backend.questions.generators.frame import Distractor, Draft
from backend.questions.solvers.effective_access_time import (
    AccessTask,
    Faults,
    Lookup,
    access_times,
)

_NANOSECONDS = 10**6  # in a millisecond
_CONVENTION = "缺页率按全部访问次数算；缺页服务时间已包含中断处理、换页和重新访问；1 ms = 10⁶ ns。"


@dataclass(frozen=True, slots=True)
class _Service:
    """Milliseconds of a fault whose victim is clean or dirty, and how many of 100 are dirty."""

    clean: int
    dirty: int
    percent: int

    @property
    def mean(self) -> int:
        return ((100 - self.percent) * self.clean + self.percent * self.dirty) // 100


_SERVICES = (
    _Service(8, 8, 0),
    _Service(10, 10, 0),
    _Service(5, 5, 0),
    _Service(8, 16, 25),
    _Service(8, 16, 50),
    _Service(8, 18, 20),
    _Service(5, 10, 60),
    _Service(5, 10, 20),
    _Service(10, 20, 70),
    _Service(10, 20, 30),
    _Service(4, 8, 75),
)


def fault_draft(chance: random.Random) -> Draft:
    """Ask for the effective access time with page faults, with or without a TLB."""
    service = chance.choice(_SERVICES)
    present = _with_tlb(chance) if chance.random() < 0.4 else AccessTask(chance.choice(_PLAIN))
    faults, accesses = chance.choice(((1, 10**5), (2, 10**5), (5, 10**5), (5, 10**6)))
    rate = Fraction(faults, accesses)
    task = replace(present, faults=Faults(rate, service.mean * _NANOSECONDS))
    mean = access_times(task).mean
    present_mean = access_times(present).mean
    decisive = (
        f"(1 − {_rate(rate)}) × {present_mean} + {_rate(rate)} × {service.mean} × 10⁶ ≈ {_ns(mean)}"
    )
    return Draft(
        points=("OS0311", "OS0309") if present.tlb else ("OS0311", "OS0313"),
        difficulty=3 + bool(present.tlb) + bool(service.percent),
        stem=f"某请求分页系统中，{_present_given(present)}。{_service_given(service)}平均每 "
        f"{accesses} 次访问缺页 {faults} 次，有效访问时间约为多少 ns（四舍五入到整数）？",
        correct=_ns(mean),
        why_correct=f"{decisive}。",
        distractors=_distractors(task, service),
        steps=tuple(_steps(present, service, f"{decisive}。")),
        source=("os.demand-paging", "os.paging") if present.tlb else ("os.demand-paging",),
        convention=f"{tlb_convention(present.tlb) if present.tlb else ''}{_CONVENTION}",
    )


_PLAIN = (60, 80, 100, 100, 120, 150, 200)


def _with_tlb(chance: random.Random) -> AccessTask:
    """Draw a TLB that makes a whole number of nanoseconds; after many draws any will do."""
    task = AccessTask(100, 1, Lookup(Fraction(9, 10), 10))
    for _ in range(50):
        tlb = Lookup(Fraction(chance.choice((80, 90, 95)), 100), chance.choice((5, 10, 20)))
        drawn = AccessTask(chance.choice((60, 80, 100, 120, 200)), chance.choice((1, 1, 2)), tlb)
        if access_times(drawn).mean.denominator == 1:
            return drawn
    return task


def _present_given(present: AccessTask) -> str:
    if present.tlb:
        return f"{tlb_given(present)}，没有 Cache"
    return f"页在内存时，访问一次平均需 {present.memory} ns"


def _service_given(service: _Service) -> str:
    if not service.percent:
        return f"缺页服务时间平均为 {service.mean} ms。"
    return (
        f"每次缺页都要换出一页：换出页未修改过时缺页服务需 {service.clean} ms，修改过时需 "
        f"{service.dirty} ms，其中 {service.percent}% 的换出页修改过。"
    )


def _ns(value: Fraction) -> str:
    return f"{round(value)} ns"


def _rate(rate: Fraction) -> str:
    return f"{float(rate):.7f}".rstrip("0")


def _distractors(task: AccessTask, service: _Service) -> list[Distractor]:
    assert task.faults is not None
    faults, present = task.faults, replace(task, faults=None)
    wrong = _service_mistakes(task, service)
    part = faults.rate * faults.service
    wrong += [
        (mistake.name, mistake.why, mistake.mean(present) + part)
        for mistake in (mistakes_of(present)[:3] if present.tlb else [])
    ]
    often = replace(task, faults=Faults(10 * faults.rate, faults.service))
    seldom = replace(task, faults=Faults(faults.rate / 10, faults.service))
    reverse = replace(task, faults=Faults(1 - faults.rate, faults.service))
    wrong += [
        ("omits-present-time", "漏了页在内存时的访问时间", part),
        ("shifts-rate", "缺页率的小数点移错一位，大了 10 倍", access_times(often).mean),
        ("shifts-unit", "把 1 ms 当成 10⁵ ns", access_times(seldom).mean),
        ("swaps-rates", "把缺页和不缺页的概率用反了", access_times(reverse).mean),
        ("ignores-faults", "没有计入缺页的时间", access_times(present).mean),
    ]
    return [
        Distractor(_ns(value), name, f"{why}，得到 {_ns(value)}。") for name, why, value in wrong
    ]


def _service_mistakes(task: AccessTask, service: _Service) -> list[tuple[str, str, Fraction]]:
    if not service.percent:
        return []
    swapped = _Service(service.clean, service.dirty, 100 - service.percent)
    served = (
        ("ignores-write-back", "没有考虑修改过的页要写回", service.clean),
        ("writes-all-back", "把换出页都当成修改过的", service.dirty),
        ("swaps-dirty-share", "把修改过和未修改过的比例用反了", swapped.mean),
    )
    return [(name, why, _served(task, time)) for name, why, time in served]


def _served(task: AccessTask, milliseconds: int) -> Fraction:
    assert task.faults is not None
    faults = Faults(task.faults.rate, milliseconds * _NANOSECONDS)
    return access_times(replace(task, faults=faults)).mean


def _steps(present: AccessTask, service: _Service, decisive: str) -> Sequence[str]:
    steps: list[str] = []
    if service.percent:
        dirty = Fraction(service.percent, 100)
        steps.append(
            f"平均缺页服务时间 = {float(1 - dirty):g} × {service.clean} + {float(dirty):g} × "
            f"{service.dirty} = {service.mean} ms。"
        )
    if present.tlb:
        run = access_times(present)
        steps += [case_lines(run), f"页在内存时平均：{weighted(run)}。"]
    known = ns(access_times(present).mean)
    return [*steps, f"缺页一次要 {service.mean} ms，不缺页时平均 {known}。", decisive]
