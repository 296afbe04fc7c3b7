"""The mistakes of CPU scheduling, each a whole run by a wrong rule."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from backend.questions.solvers.cpu_scheduling import (
    PREEMPTIVE,
    CpuAlgorithm,
    CpuRun,
    CpuTask,
    Slice,
    schedule_cpu,
)

MistakenRun = tuple[str, str, CpuRun]
_FCFS = ("plays-fcfs", "按到达先后依次运行，做成了先来先服务", "FCFS")
_SJF = ("plays-sjf", "每次选运行时间最短的，做成了短作业优先", "SJF")
_SRTF = ("plays-srtf", "有更短的进程到达就抢占，做成了最短剩余时间优先", "SRTF")
_HRRN = ("plays-hrrn", "每次选响应比最高的，做成了高响应比优先", "HRRN")
_OTHERS: dict[CpuAlgorithm, tuple[tuple[str, str, CpuAlgorithm], ...]] = {
    "FCFS": (_SJF, _HRRN, _SRTF),
    "SJF": (_SRTF, _FCFS, _HRRN),
    "SRTF": (("never-preempts", "没有抢占，做成了非抢占的短作业优先", "SJF"), _FCFS, _HRRN),
    "HRRN": (_SJF, _FCFS, _SRTF),
    "RR": (_FCFS, _SRTF, _SJF),
    "PRIORITY": (
        ("preempts", "有更高优先级的进程到达就抢占，题目是非抢占的", "PREEMPTIVE-PRIORITY"),
        _FCFS,
        _SJF,
    ),
    "PREEMPTIVE-PRIORITY": (
        ("never-preempts", "没有抢占，等正在运行的进程运行完才调度", "PRIORITY"),
        _FCFS,
        _SRTF,
    ),
}


def mistaken_runs(task: CpuTask) -> Iterator[MistakenRun]:
    """Give the name, the reason and the run of every mistake, the most typical first."""
    if task.algorithm == "RR":
        yield from _mistaken_turns(task)
    if task.algorithm in ("PRIORITY", "PREEMPTIVE-PRIORITY"):
        reversed_task = replace(task, small_is_urgent=not task.small_is_urgent)
        yield "reverses-priority", "把优先数的大小弄反了", schedule_cpu(reversed_task)
    for name, why, algorithm in _OTHERS[task.algorithm]:
        yield name, why, _schedule(task, algorithm=algorithm, quantum=None)
    if task.algorithm == "SRTF":
        yield "compares-whole-bursts", "抢占时比较的是总运行时间，没有看剩余时间", _by_bursts(task)
    ready = tuple(replace(process, arrival=0) for process in task.processes)
    yield "ignores-arrivals", "当成所有进程在 0 时刻都已到达", _schedule(task, processes=ready)


def _schedule(task: CpuTask, **changes: Any) -> CpuRun:
    return schedule_cpu(replace(task, **changes))


def _by_bursts(task: CpuTask) -> CpuRun:
    processes = tuple(replace(process, priority=process.burst) for process in task.processes)
    run = _schedule(task, algorithm="PREEMPTIVE-PRIORITY", processes=processes)
    return replace(run, task=task)


def _mistaken_turns(task: CpuTask) -> Iterator[MistakenRun]:
    old_first = play_turns(task, newcomers_first=False)
    yield "requeues-before-newcomer", "时间片用完的进程排到了同时到达的新进程前面", old_first
    why = "进程提前结束后，下一个进程只用了上一个时间片剩下的部分，没有获得完整的时间片"
    yield "inherits-quantum", why, play_turns(task, whole_quantum=False)
    yield "cycles-by-number", "按表中的次序循环，没有按就绪队列的次序", play_cycle(task)


def play_turns(task: CpuTask, newcomers_first: bool = True, whole_quantum: bool = True) -> CpuRun:
    """Run a round robin; with other arguments, a mistaken one. The CPU must never be idle.

    Without ``whole_quantum`` the next one gets only the rest when a process is done early.
    """
    quantum = task.quantum or 1
    left = {process.name: process.burst for process in task.processes}
    queue = [process.name for process in task.processes if process.arrival == 0]
    slices: list[Slice] = []
    now, used = 0, 0
    while queue:
        name = queue.pop(0)
        end = now + min(quantum - used, left[name])
        slices.append(Slice(name, now, end))
        left[name] -= end - now
        back = [name] if left[name] else []
        met = [process.name for process in task.processes if process.arrival == end]
        queue += [process.name for process in task.processes if now < process.arrival < end]
        queue += met + back if newcomers_first else back + met
        used = 0 if whole_quantum else (used + end - now) % quantum
        now = end
    return CpuRun(task, (), tuple(slices))


def play_cycle(task: CpuTask) -> CpuRun:
    """Let those who have arrived take turns in the order of the table, without a queue."""
    quantum = task.quantum or 1
    left = {process.name: process.burst for process in task.processes}
    slices: list[Slice] = []
    now = 0
    while any(left.values()):
        for process in task.processes:
            if process.arrival <= now and left[process.name]:
                end = now + min(quantum, left[process.name])
                slices.append(Slice(process.name, now, end))
                left[process.name] -= end - now
                now = end
    return CpuRun(task, (), tuple(slices))


def is_preemptive(task: CpuTask) -> bool:
    """Whether a process may be taken off before it is done."""
    return task.algorithm == "RR" or task.algorithm in PREEMPTIVE
