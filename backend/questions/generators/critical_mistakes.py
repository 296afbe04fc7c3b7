"""What typical mistakes make of an AOE network, each computed by making the mistake."""

import random
from collections.abc import Iterator, Sequence
from itertools import combinations

from backend.questions.generators.frame import Distractor
from backend.questions.solvers.critical_path import Activity, CriticalRun

Path = tuple[Activity, ...]


def paths(run: CriticalRun) -> list[Path]:
    """List all paths from the source to the sink."""
    events = list(run.earliest)
    return list(onward(run, events[0], events[-1]))


def onward(run: CriticalRun, event: int, end: int) -> Iterator[Path]:
    if event == end:
        yield ()
        return
    for timing in run.timings:
        if timing.activity.start == event:
            for rest in onward(run, timing.activity.end, end):
                yield (timing.activity, *rest)


def length(path: Path) -> int:
    """Add the durations."""
    return sum(activity.duration for activity in path)


def critical_paths(run: CriticalRun) -> list[Path]:
    """List the longest paths."""
    return [path for path in paths(run) if length(path) == run.length]


def names(activities: Sequence[Activity]) -> str:
    """Write names in the order of the activities given, as options show them."""
    return "、".join(sorted((a.name for a in activities), key=lambda name: int(name[1:])))


def _greedy(run: CriticalRun) -> Path:
    """Take the longest activity at each event, without looking further."""
    event, taken = next(iter(run.earliest)), ()
    while True:
        ahead = [t.activity for t in run.timings if t.activity.start == event]
        if not ahead:
            return taken
        best = max(ahead, key=lambda activity: activity.duration)
        taken, event = (*taken, best), best.end


def _strays(run: CriticalRun) -> list[tuple[Path, str, str]]:
    """Give paths that are taken for the critical one."""
    every = sorted(paths(run), key=length)
    shorter = [path for path in every if length(path) < run.length]
    return [
        (
            _greedy(run),
            "takes-the-longest-activity-each-time",
            "每到一个事件就选最长的活动往下走，局部最长不等于整条路径最长。",
        ),
        (shorter[-1], "misses-the-longest-path", "漏看了一条更长的路径，这只是次长的。"),
        (
            max(every, key=len),
            "takes-the-path-of-most-activities",
            "选了活动最多的路径，应比较持续时间之和。",
        ),
        (every[0], "takes-the-shortest-path", "找成了最短路径；所有活动都完成才算完工。"),
        (
            min(every, key=len),
            "takes-the-path-of-fewest-activities",
            "选了活动最少的路径，应比较持续时间之和。",
        ),
    ]


def wrong_lengths(run: CriticalRun) -> list[Distractor]:
    """Give wrong durations of the project."""
    end = list(run.earliest)[-1]
    leaving: dict[int, int] = {}
    for activity in (timing.activity for timing in run.timings):
        leaving[activity.start] = max(leaving.get(activity.start, 0), activity.duration)
    arrived = [t.earliest + t.activity.duration for t in run.timings if t.activity.end == end]
    summed = [
        (
            sum(leaving.values()),
            "adds-the-longest-of-each-event",
            "把每个事件发出的最长活动加在一起了，它们不都在同一条路径上。",
        ),
        (
            sum(t.activity.duration for t in run.timings if not t.slack),
            "adds-both-critical-paths",
            "把两条关键路径上的活动都加了起来，它们可以同时进行。",
        ),
        (
            sum(t.activity.duration for t in run.timings),
            "adds-all-activities",
            "把全部活动加了起来，有些活动可以同时进行。",
        ),
        (sum(arrived), "adds-what-meets-at-the-end", "到汇点时把各路的时间相加了，应取最大值。"),
    ]
    strays = [(length(path), name, why) for path, name, why in _strays(run)]
    # The path that is just shorter, and what is just longer, before the absurd ones.
    mixed = [*strays[:3], *summed, *strays[3:]]
    return [Distractor(f"{value} 天", name, why) for value, name, why in mixed]


def wrong_sets(run: CriticalRun) -> list[Distractor]:
    """Give wrong sets of critical activities."""
    tight = {event for event, time in run.earliest.items() if time == run.latest[event]}
    joining = [t.activity for t in run.timings if {t.activity.start, t.activity.end} <= tight]
    first = critical_paths(run)[0]
    between = Distractor(
        names(joining),
        "takes-all-between-critical-events",
        "两端事件都在关键路径上的活动不一定关键，还要看 e 与 l 是否相等。",
    )
    return [
        # All activities together would be an option that nobody takes.
        *([between] if len(joining) < len(run.timings) else []),
        Distractor(
            names(first), "takes-one-critical-path", "关键路径不止一条，漏了另一条上的活动。"
        ),
        *(Distractor(names(path), name, why) for path, name, why in _strays(run)),
    ]


def useless_pairs(run: CriticalRun, chance: random.Random) -> list[Distractor]:
    """List pairs that leave a critical path as long as it is."""
    first, second = (set(path) for path in critical_paths(run))
    reasons = {
        0: ("shortens-no-critical-activity", "两个都不是关键活动，缩短它们不影响工期。"),
        1: ("adds-a-noncritical-activity", "只有一个是关键活动，另一条关键路径没有缩短。"),
        2: ("shortens-one-critical-path", "两个都只在同一条关键路径上，另一条没有缩短。"),
    }
    found: list[Distractor] = []
    for pair in combinations((timing.activity for timing in run.timings), 2):
        chosen = set(pair)
        if chosen & first and chosen & second:
            continue
        mistake, why = reasons[len(chosen & (first | second))]
        found.append(Distractor(names(pair), mistake, why))
    chance.shuffle(found)
    # The subtle ones first: two critical activities that leave the other path as it is.
    return sorted(found, key=lambda d: d.mistake != "shortens-one-critical-path")
