"""What typical mistakes make of an AOE network, each computed by making the mistake."""

import random
from collections.abc import Iterator, Sequence
from itertools import combinations

from backend.questions.generators.frame import Distractor
from backend.questions.solvers.critical_path import Activity, CriticalRun, Timing

Path = tuple[Activity, ...]


def paths(run: CriticalRun) -> list[Path]:
    """List all paths from the source to the sink."""
    events = list(run.earliest)
    return list(_onward(run, events[0], events[-1]))


def _onward(run: CriticalRun, event: int, end: int) -> Iterator[Path]:
    if event == end:
        yield ()
        return
    for timing in run.timings:
        if timing.activity.start == event:
            for rest in _onward(run, timing.activity.end, end):
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
    total = sum(timing.activity.duration for timing in run.timings)
    return [
        *(Distractor(f"{length(path)} 天", name, why) for path, name, why in _strays(run)),
        Distractor(
            f"{total} 天", "adds-all-activities", "把全部活动加了起来，有些活动可以同时进行。"
        ),
    ]


def wrong_sets(run: CriticalRun) -> list[Distractor]:
    """Give wrong sets of critical activities."""
    tight = {event for event, time in run.earliest.items() if time == run.latest[event]}
    joining = [t.activity for t in run.timings if {t.activity.start, t.activity.end} <= tight]
    first = critical_paths(run)[0]
    return [
        Distractor(
            names(joining),
            "takes-all-between-critical-events",
            "两端事件都在关键路径上的活动不一定关键，还要看 e 与 l 是否相等。",
        ),
        Distractor(
            names(first), "takes-one-critical-path", "关键路径不止一条，漏了另一条上的活动。"
        ),
        *(Distractor(names(path), name, why) for path, name, why in _strays(run)),
    ]


def wrong_earliest(run: CriticalRun, event: int) -> list[Distractor]:
    """Give wrong earliest times of an event with several activities before it."""
    reached = [
        run.earliest[t.activity.start] + t.activity.duration
        for t in run.timings
        if t.activity.end == event
    ]
    shortest = min(length(path) for path in _onward(run, next(iter(run.earliest)), event))
    last = max(t.activity.duration for t in run.timings if t.activity.end == event)
    return _numbers(
        [
            (shortest, "takes-the-minimum", "取了最短的，要等所有前面的活动都完成，应取最大。"),
            (run.latest[event], "takes-the-latest", "这是最迟发生时间。"),
            *(
                (time, "looks-at-one-predecessor", "只看了一个进入的活动，应取各个的最大值。")
                for time in reached
            ),
            (sum(reached), "adds-the-predecessors", "把各个进入的活动加了起来，应取最大值。"),
            (last, "forgets-the-start", "只看了进入活动的持续时间，没有加它起点的最早时间。"),
            (run.length - run.earliest[event], "counts-from-the-end", "从汇点往回数了。"),
        ]
    )


def wrong_latest(run: CriticalRun, event: int) -> list[Distractor]:
    """Give wrong latest times of an event that is not critical."""
    allowed = [
        run.latest[t.activity.end] - t.activity.duration
        for t in run.timings
        if t.activity.start == event
    ]
    following = [run.latest[t.activity.end] for t in run.timings if t.activity.start == event]
    early = [
        run.earliest[t.activity.end] - t.activity.duration
        for t in run.timings
        if t.activity.start == event
    ]
    return _numbers(
        [
            (run.earliest[event], "takes-the-earliest", "这是最早发生时间。"),
            (max(allowed), "takes-the-maximum", "倒推时取了最大，应取各个后继允许的最小值。"),
            (min(early), "uses-earliest-times", "倒推时用了后继的最早时间，应用最迟时间。"),
            (min(following), "forgets-the-duration", "没有减去活动的持续时间。"),
            (run.length - run.earliest[event], "subtracts-the-earliest", "用总时间减了最早时间。"),
            (run.latest[event] - run.earliest[event], "takes-the-slack", "这是两个时间之差。"),
        ]
    )


def wrong_starts(run: CriticalRun, timing: Timing) -> list[Distractor]:
    """Give wrong latest starts of an activity."""
    start, end, duration = timing.activity.start, timing.activity.end, timing.activity.duration
    return _numbers(
        [
            (timing.earliest, "takes-the-earliest-start", "这是最早开始时间。"),
            (run.latest[start], "takes-the-latest-of-its-start", "取了起点事件的最迟发生时间。"),
            (run.latest[end], "forgets-the-duration", "没有减去活动的持续时间。"),
            (
                run.earliest[end] - duration,
                "uses-the-earliest-of-its-end",
                "用了终点的最早时间来减。",
            ),
            (timing.slack, "takes-the-slack", "这是时间余量。"),
            (timing.earliest + duration, "takes-the-earliest-end", "这是最早完成时间。"),
        ]
    )


def wrong_slacks(run: CriticalRun, timing: Timing) -> list[Distractor]:
    """Give wrong slacks of an activity."""
    start, end, duration = timing.activity.start, timing.activity.end, timing.activity.duration
    found = [
        (
            run.latest[end] - run.earliest[start],
            "forgets-the-duration",
            "用终点最迟减起点最早，没有再减持续时间。",
        ),
        (
            run.earliest[end] - run.earliest[start] - duration,
            "uses-the-earliest-of-its-end",
            "用了终点的最早时间，应用终点的最迟时间。",
        ),
        (
            run.latest[end] - run.latest[start] - duration,
            "uses-the-latest-of-its-start",
            "用了起点的最迟时间，应用起点的最早时间。",
        ),
        (
            run.latest[end] - run.earliest[end],
            "takes-the-slack-of-its-end",
            "这是终点事件最迟与最早时间之差。",
        ),
        (
            run.latest[start] - run.earliest[start],
            "takes-the-slack-of-its-start",
            "这是起点事件最迟与最早时间之差。",
        ),
        (timing.latest, "takes-the-latest-start", "这是最迟开始时间，还要减最早开始时间。"),
        (duration, "takes-the-duration", "这是活动的持续时间。"),
    ]
    return [Distractor(f"{value} 天", name, why) for value, name, why in found]


def wrong_delays(run: CriticalRun, timing: Timing, days: int) -> list[Distractor]:
    """Give wrong durations of the project after ``days`` more for one activity."""
    start, end, duration = timing.activity.start, timing.activity.end, timing.activity.duration
    free = run.earliest[end] - run.earliest[start] - duration
    found = [
        (days, "assumes-critical", "把延长的天数全部加到了工期上，没有扣除时间余量。"),
        (0, "assumes-harmless", "以为非关键活动怎样延长都不影响工期。"),
        (max(0, days - free), "uses-the-earliest-of-its-end", "余量算小了，用了终点的最早时间。"),
        (timing.slack, "adds-the-slack", "把时间余量加到了工期上。"),
        (abs(timing.slack - days), "adds-the-difference", "把余量与延长天数之差加到了工期上。"),
        (days + timing.slack, "adds-the-slack-too", "时间余量应从延长的天数中扣除，却加上了。"),
    ]
    return [Distractor(f"{run.length + value} 天", name, why) for value, name, why in found]


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


def _numbers(found: Sequence[tuple[int, str, str]]) -> list[Distractor]:
    return [Distractor(str(value), name, why) for value, name, why in found]
