"""How an AOE network and its times are laid out in questions, narrow enough for a phone."""

from collections.abc import Sequence

from backend.questions.layout import code_block
from backend.questions.solvers.critical_path import Activity, CriticalRun, Timing


def stem(run: CriticalRun, asked: str) -> str:
    """Give the network and then what is asked."""
    cells = [_listed(timing.activity) for timing in run.timings]
    lines = ["  ".join(cells[at : at + 2]).rstrip() for at in range(0, len(cells), 2)]
    last = max(run.earliest)
    return (
        f"某工程的 AOE 网如下（活动 起点→终点 持续天数），v1 为源点，v{last} 为汇点：\n"
        f"{code_block(lines)}\n{asked}"
    )


def _listed(activity: Activity) -> str:
    return f"{activity.name:<3} v{activity.start}→v{activity.end} {activity.duration}"


def _event_table(run: CriticalRun) -> str:
    events = sorted(run.earliest)
    rows = (
        ("事件", [f"v{event}" for event in events]),
        ("ve  ", [str(run.earliest[event]) for event in events]),
        ("vl  ", [str(run.latest[event]) for event in events]),
    )
    return code_block([" ".join([name, *(cell.rjust(2) for cell in row)]) for name, row in rows])


def activity_table(run: CriticalRun) -> str:
    """Show duration, e, l and slack of every activity."""
    lines = ["活动  d  e  l 余量"]
    lines += [
        f"{t.activity.name:<4} {t.activity.duration:>2} {t.earliest:>2} {t.latest:>2} {t.slack:>2}"
        for t in run.timings
    ]
    return code_block(lines)


def steps_of(run: CriticalRun, *more: str) -> tuple[str, ...]:
    """Show the times of the events, and then ``more``."""
    return (
        "从源点起求 ve（取最大），再从汇点起倒推 vl（取最小）：\n" + _event_table(run),
        *more,
    )


def route(path: Sequence[Activity]) -> str:
    """Write a path by its events."""
    return " → ".join([f"v{path[0].start}", *(f"v{activity.end}" for activity in path)])


def slack_line(run: CriticalRun, timing: Timing) -> str:
    """Show how the slack of an activity is computed."""
    activity = timing.activity
    return (
        f"l − e = (vl(v{activity.end}) − {activity.duration}) − ve(v{activity.start}) = "
        f"({run.latest[activity.end]} − {activity.duration}) − {timing.earliest} = {timing.slack}"
    )
