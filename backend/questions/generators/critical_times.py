"""What typical mistakes make of the times in an AOE network, each computed by making it."""

from collections.abc import Sequence

from backend.questions.generators.critical_mistakes import length, onward
from backend.questions.generators.frame import Distractor
from backend.questions.solvers.critical_path import Activity, CriticalRun, Timing


def wrong_earliest(run: CriticalRun, event: int) -> list[Distractor]:
    """Give wrong earliest times of an event with several activities before it."""
    before = [timing for timing in run.timings if timing.activity.end == event]
    reached = [timing.earliest + timing.activity.duration for timing in before]
    durations = [timing.activity.duration for timing in before]
    shortest = min(length(path) for path in onward(run, next(iter(run.earliest)), event))
    after = [run.earliest[event] + t.activity.duration for t in _leaving(run, event)]
    return _numbers(
        [
            (shortest, "takes-the-minimum", "取了最短的，要等所有前面的活动都完成，应取最大。"),
            (run.latest[event], "takes-the-latest", "这是最迟发生时间。"),
            *(
                (
                    timing.earliest + timing.activity.duration,
                    "looks-at-one-predecessor",
                    f"只看了从 v{timing.activity.start} 来的活动，应取各个的最大值。",
                )
                for timing in before
            ),
            (
                max(timing.earliest for timing in before) + max(durations),
                "takes-each-maximum-by-itself",
                "把最大的 ve 与最长的活动相加了，它们不属于同一个进入的活动。",
            ),
            (
                _sum(_leading_to(run, event)),
                "adds-all-activities-before",
                "把前面的全部活动加了起来，有些活动可以同时进行。",
            ),
            (
                max(after, default=run.length),
                "goes-one-activity-too-far",
                "多加了从该事件发出的活动，那时它早已发生。",
            ),
            (sum(reached), "adds-the-predecessors", "把各个进入的活动加了起来，应取最大值。"),
            (
                max(durations),
                "forgets-the-start",
                "只看了进入活动的持续时间，没有加它起点的最早时间。",
            ),
            (run.length - run.earliest[event], "counts-from-the-end", "从汇点往回数了。"),
        ]
    )


def _leaving(run: CriticalRun, event: int) -> list[Timing]:
    return [timing for timing in run.timings if timing.activity.start == event]


def _leading_to(run: CriticalRun, event: int) -> set[Activity]:
    """Give all activities that must be done before ``event``."""
    ways = onward(run, next(iter(run.earliest)), event)
    return {activity for way in ways for activity in way}


def _sum(activities: set[Activity]) -> int:
    return sum(activity.duration for activity in activities)


def wrong_latest(run: CriticalRun, event: int) -> list[Distractor]:
    """Give wrong latest times of an event that is not critical."""
    after = [timing.activity for timing in _leaving(run, event)]
    allowed = [run.latest[activity.end] - activity.duration for activity in after]
    early = [run.earliest[activity.end] - activity.duration for activity in after]
    to_the_end = min(length(path) for path in onward(run, event, list(run.earliest)[-1]))
    return _numbers(
        [
            (run.earliest[event], "takes-the-earliest", "这是最早发生时间。"),
            (max(allowed), "takes-the-maximum", "倒推时取了最大，应取各个后继允许的最小值。"),
            (
                run.length - to_the_end,
                "takes-the-shortest-way-to-the-end",
                "用工期减了到汇点的最短路径，应减最长的，否则工期会推迟。",
            ),
            (min(early), "uses-earliest-times", "倒推时用了后继的最早时间，应用最迟时间。"),
            (
                min(run.latest[activity.end] for activity in after),
                "forgets-the-duration",
                "没有减去活动的持续时间。",
            ),
            (
                run.length - max(activity.duration for activity in after),
                "subtracts-from-the-length",
                "用工期减了活动的持续时间，应用该活动终点的最迟时间来减。",
            ),
            (
                run.length - run.earliest[event],
                "subtracts-the-earliest",
                "用工期减了最早发生时间。",
            ),
            (
                run.latest[event] - run.earliest[event],
                "takes-the-slack",
                "这是最迟与最早发生时间之差。",
            ),
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
            (
                run.latest[start] + duration,
                "goes-forward-from-its-start",
                "用起点的最迟时间加了持续时间；应从终点的最迟时间往回减。",
            ),
            (
                run.length - duration,
                "subtracts-from-the-length",
                "用工期减了持续时间；应用终点的最迟时间来减。",
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
        (
            run.length - timing.earliest - duration,
            "subtracts-from-the-length",
            "用工期代替了终点的最迟发生时间。",
        ),
        (
            timing.latest,
            "takes-the-latest-start",
            "这是最迟开始时间，还要减最早开始时间。",
        ),
        (duration, "takes-the-duration", "这是活动的持续时间。"),
        (run.latest[end], "takes-the-latest-of-its-end", "这是终点事件的最迟发生时间。"),
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


def _numbers(found: Sequence[tuple[int, str, str]]) -> list[Distractor]:
    return [Distractor(str(value), name, why) for value, name, why in found]
