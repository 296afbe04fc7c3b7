"""The mistakes of effective access times, each a wrong way from the task to a mean time."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import zip_longest

from backend.questions.solvers.effective_access_time import (
    AccessTask,
    Case,
    Lookup,
    PartKind,
    access_times,
)


@dataclass(frozen=True, slots=True)
class Mistake:
    """``mean`` gives what the mistake makes of a task, in nanoseconds."""

    name: str
    why: str
    mean: Callable[[AccessTask], Fraction]


def mistakes_of(task: AccessTask) -> list[Mistake]:
    """List what goes wrong in ``task``, most typical first, too much and too little by turns."""
    tlb = _tlb_mistakes(task, task.tlb) if task.tlb else []
    cache = _cache_mistakes(task.cache) if task.cache else []
    pairs = zip_longest(tlb, cache)
    return [*(found for pair in pairs for found in pair if found), *_walk_mistakes(task)]


def _tlb_mistakes(task: AccessTask, tlb: Lookup) -> list[Mistake]:
    found: list[Mistake] = []
    if tlb.at_once:
        why = "快表和页表同时查，未命中时却又加了查快表的时间"
        found.append(Mistake("adds-look-on-miss", why, _with_tlb(at_once=False)))
    elif tlb.time:
        why = "快表未命中时漏算了查快表的时间"
        found.append(Mistake("omits-look-on-miss", why, _with_tlb(at_once=True)))
    found.append(Mistake("swaps-tlb-rates", "把快表的命中和未命中用反了", _swapped_tlb))
    if task.levels > 1:
        why = "把多级页表当成一级，未命中时只多算了一次访存"
        found.append(Mistake("takes-one-level", why, _with(levels=1)))
    why = "快表命中时也去查了页表"
    found += [
        Mistake("walks-every-time", why, _without_tlb_hits),
        Mistake("omits-data-access", "只算了地址变换，漏了最后访问数据的时间", _without_data),
    ]
    if tlb.time:
        found.append(Mistake("ignores-tlb-time", "没有计入查快表的时间", _with_tlb(time=0)))
    return found


def _cache_mistakes(cache: Lookup) -> list[Mistake]:
    if cache.at_once:
        why = "Cache 和主存同时启动，缺失时却又加了访问 Cache 的时间"
        look = Mistake("adds-cache-on-miss", why, _with_cache(at_once=False))
    else:
        why = "Cache 缺失时漏算了先访问 Cache 的时间"
        look = Mistake("omits-cache-on-miss", why, _with_cache(at_once=True))
    return [
        look,
        Mistake("swaps-cache-rates", "把 Cache 的命中和缺失用反了", _swapped_cache),
        Mistake("ignores-cache-time", "没有计入访问 Cache 的时间", _with_cache(time=0)),
        Mistake("memory-every-time", "Cache 命中时也去访问了主存", _without_cache_hits),
    ]


def _walk_mistakes(task: AccessTask) -> list[Mistake]:
    if not task.levels:
        return [
            Mistake("only-hits", "只算了命中的那一部分", _only_hits),
            Mistake("halves-both", "直接取命中和缺失两种时间的平均，没有加权", _unweighted),
        ]
    return [
        Mistake("skips-walk", "快表未命中时没有计入查页表的访存", _without_walk),
        Mistake("adds-a-level", "快表未命中时多算了一次访存", _one_level_more),
    ]


_Mean = Callable[[AccessTask], Fraction]


def _with(levels: int) -> _Mean:
    return lambda task: access_times(replace(task, levels=levels)).mean


def _with_tlb(**changes: int | bool) -> _Mean:
    def mean(task: AccessTask) -> Fraction:
        assert task.tlb is not None
        return access_times(replace(task, tlb=_changed(task.tlb, changes))).mean

    return mean


def _with_cache(**changes: int | bool) -> _Mean:
    def mean(task: AccessTask) -> Fraction:
        assert task.cache is not None
        return access_times(replace(task, cache=_changed(task.cache, changes))).mean

    return mean


def _changed(lookup: Lookup, changes: dict[str, int | bool]) -> Lookup:
    return Lookup(
        lookup.hit_rate,
        int(changes.get("time", lookup.time)),
        bool(changes.get("at_once", lookup.at_once)),
    )


def _swapped_tlb(task: AccessTask) -> Fraction:
    assert task.tlb is not None
    return access_times(replace(task, tlb=_swapped(task.tlb))).mean


def _swapped_cache(task: AccessTask) -> Fraction:
    assert task.cache is not None
    return access_times(replace(task, cache=_swapped(task.cache))).mean


def _swapped(lookup: Lookup) -> Lookup:
    return replace(lookup, hit_rate=1 - lookup.hit_rate)


def _without_tlb_hits(task: AccessTask) -> Fraction:
    """Pay for the walk each time; the look that goes on beside it costs nothing more."""
    assert task.tlb is not None
    return access_times(replace(task, tlb=replace(task.tlb, hit_rate=Fraction(0)))).mean


def _without_cache_hits(task: AccessTask) -> Fraction:
    assert task.cache is not None
    return access_times(replace(task, cache=replace(task.cache, hit_rate=Fraction(0)))).mean


def _only_hits(task: AccessTask) -> Fraction:
    hit = access_times(task).cases[0]
    return hit.probability * hit.time


def _one_level_more(task: AccessTask) -> Fraction:
    return access_times(replace(task, levels=task.levels + 1)).mean


def _without_data(task: AccessTask) -> Fraction:
    return _mean_without(task, "memory", "cache")


def _without_walk(task: AccessTask) -> Fraction:
    return _mean_without(task, "table")


def _mean_without(task: AccessTask, *kinds: PartKind) -> Fraction:
    def time(case: Case) -> int:
        return sum(part.time for part in case.parts if part.kind not in kinds)

    cases = access_times(task).cases
    return sum((case.probability * time(case) for case in cases), Fraction(0))


def _unweighted(task: AccessTask) -> Fraction:
    cases = access_times(task).cases
    return Fraction(sum(case.time for case in cases), len(cases))
