"""How the way to an answer about CPU scheduling is shown, with its conventions."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from backend.questions.layout import code_block
from backend.questions.solvers.cpu_scheduling import (
    Choice,
    CpuAlgorithm,
    CpuRun,
    CpuTask,
    Process,
)

_COMPARED: Mapping[CpuAlgorithm, str] = {
    "SJF": "运行时间",
    "SRTF": "剩余时间",
    "HRRN": "响应比",
    "PRIORITY": "优先数",
    "PREEMPTIVE-PRIORITY": "优先数",
}
_BASE = "单 CPU，不计切换开销，进程不做 I/O。"
_AT_ONCE = "恰在调度时刻到达的进程也参加这次调度。"


def convention(task: CpuTask) -> str:
    """State what decides between readings."""
    match task.algorithm:
        case "RR":
            return (
                f"{_BASE}新进程到达与时间片用完恰在同一时刻时，新到的先入队；"
                "进程在时间片内提前结束时，下一个进程获得完整的时间片。"
            )
        case "HRRN":
            return f"{_BASE}响应比 = (等待时间 + 运行时间) ÷ 运行时间，非抢占；{_AT_ONCE}"
        case "SRTF":
            return f"{_BASE}新到进程的运行时间小于正在运行进程的剩余时间就抢占。"
        case "PRIORITY":
            return f"{_BASE}非抢占：正在运行的进程运行完才重新调度；{_AT_ONCE}"
        case "PREEMPTIVE-PRIORITY":
            return f"{_BASE}抢占：有优先级更高的进程到达就立即抢占。"
        case "SJF":
            return f"{_BASE}非抢占，只在已到达的进程中选；{_AT_ONCE}"
        case "FCFS":
            return _BASE


def two_places(value: Fraction) -> str:
    """Write a value of 0 or more with two decimals, a half rounded up."""
    hundredths = int(value * 100 + Fraction(1, 2))
    return f"{hundredths // 100}.{hundredths % 100:02}"


def process_table(processes: Sequence[Process], with_priority: bool) -> str:
    """Show what is given, as a code block."""
    lines = ["进程 到达 运行" + (" 优先数" if with_priority else "")]
    for process in processes:
        row = f"{process.name:<4}{process.arrival:>5}{process.burst:>5}"
        lines.append(row + (f"{process.priority:>7}" if with_priority else ""))
    return code_block(lines)


def steps_of(run: CpuRun) -> list[str]:
    """Show the choices, the slices and the times of each process, a paragraph each."""
    shown: list[str] = []
    if run.task.algorithm == "RR":
        shown = ["每行是一个时间片开始时的情况：", _queue(run)]
    elif run.task.algorithm in _COMPARED:
        shown = [_choices(run)]
    line = "，".join(f"{piece.name} {piece.start}–{piece.end}" for piece in run.slices)
    return [*shown, f"时间轴：{line}。", _times(run)]


def _choices(run: CpuRun) -> str:
    lines = [_choice(run, choice) for choice in run.choices if len(choice.candidates) > 1]
    return "\n".join((f"每次调度比较各就绪进程的{_COMPARED[run.task.algorithm]}：", *lines))


def _choice(run: CpuRun, choice: Choice) -> str:
    ratios = run.task.algorithm == "HRRN"
    values = "、".join(
        f"{c.name} {two_places(c.value) if ratios else c.value}" for c in choice.candidates
    )
    return f"- 时刻 {choice.time}：{values}，选 {choice.chosen}"


def _queue(run: CpuRun) -> str:
    lines = ["时刻  运行 其后的就绪队列"]
    for choice in run.choices:
        waiting = " ".join(c.name for c in choice.candidates if c.name != choice.chosen)
        lines.append(f"{choice.time:>3}   {choice.chosen:<4} {waiting or '-'}")
    return code_block(lines)


def _times(run: CpuRun) -> str:
    lines = ["进程 到达 运行 完成 周转 带权"]
    for timing in run.timings:
        process = timing.process
        numbers = (process.arrival, process.burst, timing.completion, timing.turnaround)
        cells = "".join(f"{number:>4} " for number in numbers)
        lines.append(f"{process.name:<5}{cells}{two_places(timing.weighted)}")
    return code_block(lines)
