"""Critical path of an AOE network (activity on edge).

Conventions as in 严蔚敏《数据结构》7.5.2: ve of the source is 0, ve(k) = max(ve(j) + d), vl of the
sink is its ve, vl(j) = min(vl(k) − d); an activity <j, k> of duration d has e = ve(j) and
l = vl(k) − d, and is critical when l = e. All activities on all longest paths are critical.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

MAX_ACTIVITIES = 64


@dataclass(frozen=True, slots=True)
class Activity:
    """An edge between two events; ``duration`` is 0 or more."""

    name: str
    start: int
    end: int
    duration: int


@dataclass(frozen=True, slots=True)
class Timing:
    """``earliest`` and ``latest`` start of an activity."""

    activity: Activity
    earliest: int
    latest: int

    @property
    def slack(self) -> int:
        """How much the start can be put off without delaying the project."""
        return self.latest - self.earliest


@dataclass(frozen=True, slots=True)
class CriticalRun:
    """``earliest`` and ``latest`` of the events, which stand in topological order.

    ``timings`` are in the order of the activities given.
    """

    earliest: Mapping[int, int]
    latest: Mapping[int, int]
    timings: tuple[Timing, ...]

    @property
    def length(self) -> int:
        """The shortest time in which the project can be done."""
        return max(self.earliest.values())

    @property
    def critical(self) -> tuple[str, ...]:
        """The names of the critical activities in the order given."""
        return tuple(t.activity.name for t in self.timings if t.slack == 0)

    def timing(self, name: str) -> Timing:
        """Give the timing of one activity; KeyError when there is none of that name."""
        for timing in self.timings:
            if timing.activity.name == name:
                return timing
        raise KeyError(name)


def schedule(activities: tuple[Activity, ...]) -> CriticalRun:
    """Compute all times; ValueError unless there is one source, one sink and no cycle."""
    order = _topological(activities)
    _check_ends(activities, order)
    earliest = dict.fromkeys(order, 0)
    for event in order:
        for activity in activities:
            if activity.start == event:
                reached = earliest[event] + activity.duration
                earliest[activity.end] = max(earliest[activity.end], reached)
    latest = dict.fromkeys(order, earliest[order[-1]])
    for event in reversed(order):
        for activity in activities:
            if activity.start == event:
                allowed = latest[activity.end] - activity.duration
                latest[event] = min(latest[event], allowed)
    timings = tuple(
        Timing(activity, earliest[activity.start], latest[activity.end] - activity.duration)
        for activity in activities
    )
    return CriticalRun(earliest, latest, timings)


def _topological(activities: tuple[Activity, ...]) -> list[int]:
    """Order the events so that every activity leads forward (Kahn's algorithm)."""
    if not 1 <= len(activities) <= MAX_ACTIVITIES:
        raise ValueError(f"{len(activities)} activities are not between 1 and {MAX_ACTIVITIES}")
    if min(activity.duration for activity in activities) < 0:
        raise ValueError("a duration is negative")
    events = sorted({event for a in activities for event in (a.start, a.end)})
    waiting = {event: sum(a.end == event for a in activities) for event in events}
    ready = deque(event for event in events if not waiting[event])
    order: list[int] = []
    while ready:
        event = ready.popleft()
        order.append(event)
        for activity in activities:
            if activity.start == event:
                waiting[activity.end] -= 1
                if not waiting[activity.end]:
                    ready.append(activity.end)
    if len(order) < len(events):
        raise ValueError("the activities form a cycle")
    return order


def _check_ends(activities: tuple[Activity, ...], order: list[int]) -> None:
    sources = set(order) - {activity.end for activity in activities}
    sinks = set(order) - {activity.start for activity in activities}
    if len(sources) != 1 or len(sinks) != 1:
        raise ValueError(f"{len(sources)} sources and {len(sinks)} sinks instead of one of each")
