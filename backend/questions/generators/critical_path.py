"""Questions on AOE networks: duration, times of events and activities, critical activities."""

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from backend.questions.generators.critical_layout import (
    activity_table,
    route,
    slack_line,
    stem,
    steps_of,
)
from backend.questions.generators.critical_mistakes import (
    critical_paths,
    names,
    paths,
    useless_pairs,
    wrong_lengths,
    wrong_sets,
)
from backend.questions.generators.critical_times import (
    wrong_delays,
    wrong_earliest,
    wrong_latest,
    wrong_slacks,
    wrong_starts,
)
from backend.questions.generators.frame import Draft
from backend.questions.generators.mixing import mixed
from backend.questions.generators.ranking import ranked
from backend.questions.solvers.critical_path import Activity, CriticalRun, Timing, schedule

_CONVENTION = "边表示活动，顶点表示事件；源点的最早发生时间为 0，汇点的最迟时间等于它的最早时间；"
_NO_SLACK = 0.2  # else 0 would never be right where a slack is asked
_SLACK = "时间余量指不推迟工期时活动的开始可以推后的天数，即 l − e。"


@dataclass(frozen=True, slots=True)
class CriticalPathGenerator:
    """Length, an event's times, an activity's start and slack, delays, critical activities."""

    name: str = "critical-path"
    version: int = 1
    points: tuple[str, ...] = ("DS0518",)

    def draft(self, chance: random.Random) -> Draft:
        forms = (_length, _event, _start, _slack, _delay, _critical, _shortening)
        form = chance.choices(forms, (3, 3, 2, 3, 3, 4, 2))[0]
        draft = form(chance)
        return (
            draft if form in (_critical, _shortening) else ranked(mixed(draft, chance, 6), chance)
        )


def _draw(chance: random.Random, critical: tuple[int, ...] = (1, 2)) -> CriticalRun:
    """Draw 6 or 7 events with 8 to 10 activities and as many critical paths as asked for."""
    while True:
        count = chance.randint(6, 7)
        pairs = {(chance.randint(max(1, i - 3), i - 1), i) for i in range(2, count + 1)}
        pairs |= {(i, chance.randint(i + 1, min(count, i + 3))) for i in range(1, count)}
        if not 8 <= len(pairs) <= 10:
            continue
        run = schedule(
            tuple(
                Activity(f"a{number}", start, end, chance.randint(2, 9))
                for number, (start, end) in enumerate(sorted(pairs), start=1)
            )
        )
        if _is_telling(run) and len(critical_paths(run)) in critical:
            return run


def _is_telling(run: CriticalRun) -> bool:
    """Whether there is enough to compare, and the critical path is not just the last listed."""
    late = [timing for timing in run.timings if timing.slack]
    return len(late) >= 3 and len(run.critical) >= 3 and len(paths(run)) >= 4


def _length(chance: random.Random) -> Draft:
    run = _draw(chance)
    path = critical_paths(run)[0]
    sum_ = " + ".join(str(activity.duration) for activity in path)
    line = f"最长的路径 {route(path)}，{sum_} = {run.length} 天"
    return Draft(
        points=("DS0518",),
        difficulty=2,
        stem=stem(run, "完成整个工程所需的最短时间是"),
        correct=f"{run.length} 天",
        why_correct=f"工期等于关键路径的长度：{line}。",
        distractors=wrong_lengths(run),
        steps=steps_of(run, f"汇点的 ve 就是工期。{line}。"),
        source=(),
        convention=_CONVENTION + "没有先后关系的活动可以同时进行。",
    )


def _event(chance: random.Random) -> Draft:
    return _event_earliest(chance) if chance.random() < 0.4 else _event_latest(chance)


def _draw_event(
    chance: random.Random, fitting: Callable[[CriticalRun], list[int]]
) -> tuple[CriticalRun, int]:
    while True:
        run = _draw(chance)
        if events := fitting(run):
            return run, chance.choice(events)


def _late(run: CriticalRun) -> list[int]:
    """List events with slack from which several activities start."""
    left = [timing.activity.start for timing in run.timings]
    late = [event for event, time in run.earliest.items() if time < run.latest[event]]
    return [event for event in late if left.count(event) > 1]


def _joined(run: CriticalRun) -> list[int]:
    """List inner events in which several activities end."""
    entered = [timing.activity.end for timing in run.timings]
    return [event for event in list(run.earliest)[2:-1] if entered.count(event) > 1]


def _event_latest(chance: random.Random) -> Draft:
    run, event = _draw_event(chance, _late)
    terms = "，".join(
        f"{run.latest[t.activity.end]} − {t.activity.duration}"
        for t in run.timings
        if t.activity.start == event
    )
    line = f"vl(v{event}) = min({terms}) = {run.latest[event]}"
    return Draft(
        points=("DS0518",),
        difficulty=3,
        stem=stem(run, f"事件 v{event} 的最迟发生时间是"),
        correct=str(run.latest[event]),
        why_correct=f"{line}。",
        distractors=wrong_latest(run, event),
        steps=steps_of(
            run, f"对 v{event} 发出的每个活动，用终点的 vl 减持续时间，取最小：{line}。"
        ),
        source=(),
        convention=_CONVENTION + "最迟发生时间以不推迟工期为准。",
    )


def _event_earliest(chance: random.Random) -> Draft:
    run, event = _draw_event(chance, _joined)
    terms = "，".join(
        f"{run.earliest[t.activity.start]} + {t.activity.duration}"
        for t in run.timings
        if t.activity.end == event
    )
    line = f"ve(v{event}) = max({terms}) = {run.earliest[event]}"
    return Draft(
        points=("DS0518",),
        difficulty=2,
        stem=stem(run, f"事件 v{event} 的最早发生时间是"),
        correct=str(run.earliest[event]),
        why_correct=f"{line}。",
        distractors=wrong_earliest(run, event),
        steps=steps_of(
            run, f"对进入 v{event} 的每个活动，用起点的 ve 加持续时间，取最大：{line}。"
        ),
        source=(),
        convention=_CONVENTION + "进入某事件的活动全部完成，该事件才发生。",
    )


def _pick(run: CriticalRun, chance: random.Random) -> Timing:
    """Choose an activity with slack."""
    return chance.choice([timing for timing in run.timings if timing.slack])


def _start(chance: random.Random) -> Draft:
    run = _draw(chance)
    timing = _pick(run, chance)
    activity = timing.activity
    line = (
        f"l({activity.name}) = vl(v{activity.end}) − {activity.duration} = "
        f"{run.latest[activity.end]} − {activity.duration} = {timing.latest}"
    )
    return Draft(
        points=("DS0518",),
        difficulty=3,
        stem=stem(run, f"在不推迟工期的前提下，活动 {activity.name} 的最迟开始时间是"),
        correct=str(timing.latest),
        why_correct=f"{line}。",
        distractors=wrong_starts(run, timing),
        steps=steps_of(run, f"{line}。"),
        source=(),
        convention=_CONVENTION + "开始时间从第 0 天起计。",
    )


def _slack(chance: random.Random) -> Draft:
    run = _draw(chance)
    timing = _pick(run, chance)
    if chance.random() < _NO_SLACK:
        timing = chance.choice([timing for timing in run.timings if not timing.slack])
    return Draft(
        points=("DS0518",),
        difficulty=3,
        stem=stem(run, f"活动 {timing.activity.name} 的时间余量是"),
        correct=f"{timing.slack} 天",
        why_correct=f"{slack_line(run, timing)} 天。",
        distractors=wrong_slacks(run, timing),
        steps=steps_of(run, f"{timing.activity.name}：{slack_line(run, timing)} 天。"),
        source=(),
        convention=_CONVENTION + _SLACK,
    )


def _delay(chance: random.Random) -> Draft:
    run = _draw(chance)
    timing = _pick(run, chance)
    name, slack = timing.activity.name, timing.slack
    days = chance.randint(1, slack) if chance.random() < 0.25 else slack + chance.randint(1, 5)
    longer = replace(timing.activity, duration=timing.activity.duration + days)
    new = schedule(tuple(longer if t is timing else t.activity for t in run.timings)).length
    line = f"余量 {slack} 天，延长 {days} 天，没有超过余量，工期仍为 {new} 天"
    if days > slack:
        line = (
            f"余量 {slack} 天，延长 {days} 天，工期推迟 {days} − {slack} = {days - slack} 天，"
            f"成为 {run.length} + {days - slack} = {new} 天"
        )
    return Draft(
        points=("DS0518",),
        difficulty=4,
        stem=stem(
            run, f"若活动 {name} 的持续时间延长 {days} 天，其余不变，则完成整个工程的最短时间为"
        ),
        correct=f"{new} 天",
        why_correct=f"{name} 的{line}。",
        distractors=wrong_delays(run, timing, days),
        steps=steps_of(
            run,
            f"原工期 {run.length} 天。{name}：{slack_line(run, timing)} 天。",
            f"{line}。",
        ),
        source=(),
        convention=_CONVENTION + _SLACK,
    )


def _critical(chance: random.Random) -> Draft:
    run = _draw(chance)
    routes = "；".join(route(path) for path in critical_paths(run))
    answer = "、".join(run.critical)
    return Draft(
        points=("DS0518",),
        difficulty=4 if len(critical_paths(run)) > 1 else 3,
        stem=stem(run, "该网的全部关键活动是"),
        correct=answer,
        why_correct=f"e = l 的活动是 {answer}，关键路径为 {routes}。",
        distractors=wrong_sets(run),
        steps=steps_of(
            run,
            "再求每个活动的 e、l 和余量 l − e：\n" + activity_table(run),
            f"余量为 0 的是 {answer}；关键路径：{routes}。",
        ),
        source=(),
        convention=_CONVENTION + "最早与最迟开始时间相等的活动是关键活动。",
    )


def _shortening(chance: random.Random) -> Draft:
    """Two critical paths: only a pair with one activity on each of them helps."""
    while True:
        run = _draw(chance, (2,))
        first, second = (set(path) for path in critical_paths(run))
        if len(first - second) and len(second - first) > 1:
            break
    one = chance.choice(sorted(first - second, key=lambda a: a.name))
    other = chance.choice(sorted(second - first, key=lambda a: a.name))
    answer = names([one, other])
    routes = "；".join(route(path) for path in critical_paths(run))
    return Draft(
        points=("DS0518",),
        difficulty=4,
        stem=stem(run, "下列各组活动中，同时缩短组内每个活动 1 天就能使工期缩短的是"),
        correct=answer,
        why_correct=f"关键路径有两条：{routes}；{one.name}、{other.name} 分别在这两条上，"
        "两条都缩短了。",
        distractors=useless_pairs(run, chance),
        steps=steps_of(
            run,
            f"关键路径有两条：{routes}。",
            "只缩短其中一条，另一条的长度不变，工期也不变；必须两条同时缩短。",
            f"{answer} 各在一条上，缩短后两条都变短，工期减少 1 天。",
        ),
        source=(),
        convention=_CONVENTION + "工期等于关键路径的长度。",
    )
