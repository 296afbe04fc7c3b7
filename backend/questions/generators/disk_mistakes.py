"""The mistakes of disk arm scheduling, each a whole run of another task."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from backend.questions.solvers.disk_scheduling import Direction, DiskRun, DiskTask, schedule

_Change = tuple[str, str, Mapping[str, Any]]


def run_of(task: DiskTask) -> DiskRun:
    run = schedule(task)
    assert isinstance(run, DiskRun)
    return run


def nearest_to_start(task: DiskTask) -> DiskRun:
    """Order the requests by their distance from the first place of the head, a mistaken SSTF."""
    order = sorted(task.requests, key=lambda track: (abs(track - task.head), track))
    return run_of(replace(task, algorithm="FCFS", requests=tuple(order)))


MistakenRun = tuple[str, str, DiskRun]


def mistaken_runs(task: DiskTask) -> Iterator[MistakenRun]:
    """Give the name, the reason and the run of every mistake, the most typical first."""
    for name, why, change in _changes(task):
        yield name, why, run_of(replace(task, **change))
    if task.algorithm == "SSTF":
        why = "磁头移动后没有更新位置，一直按与起点的距离排序"
        yield "measures-from-start", why, nearest_to_start(task)


def _changes(task: DiskTask) -> list[_Change]:
    """List what a student takes for the task instead, as changed fields."""
    other: Direction = "down" if task.direction == "up" else "up"
    sstf: _Change = ("plays-sstf", "每次去最近的磁道，做成了 SSTF", {"algorithm": "SSTF"})
    fcfs: _Change = ("plays-fcfs", "直接按请求到达的先后服务，做成了 FCFS", {"algorithm": "FCFS"})
    upwards = {"algorithm": "SCAN", "direction": "up"}
    downwards = {"algorithm": "SCAN", "direction": "down"}
    sweeps: list[_Change] = [
        ("sweeps-upwards", "先一路向磁道号增大方向扫再折返，做成了 SCAN", upwards),
        ("sweeps-downwards", "先一路向磁道号减小方向扫再折返，做成了 SCAN", downwards),
    ]
    turned: _Change = ("wrong-direction", "磁头的移动方向看反了", {"direction": other})
    name, why = (
        ("turns-at-last-request", "到最后一个请求就折返，没有走到磁盘边缘")
        if task.to_edge
        else ("goes-to-edge", "走到了磁盘边缘才折返")
    )
    edge: _Change = (name, why, {"to_edge": not task.to_edge})
    match task.algorithm:
        case "FCFS":
            backwards: _Change = (
                "serves-last-first",
                "先服务了最后到达的请求，次序弄反了",
                {"requests": task.requests[::-1]},
            )
            return [sstf, *sweeps, backwards]
        case "SSTF":
            return [*sweeps, fcfs]
        case "SCAN" | "LOOK":
            circular: _Change = (
                "plays-c-scan",
                "返回途中不服务，做成了 C-SCAN",
                {"algorithm": "C-SCAN"},
            )
            return [edge, circular, sstf, turned, fcfs]
        case "C-SCAN" | "C-LOOK":
            serves: _Change = (
                "plays-scan",
                "返回途中也服务请求，做成了 SCAN",
                {"algorithm": "SCAN"},
            )
            counted = "没有计入返回的移动" if task.count_return else "计入了返回的移动"
            name = "omits-return" if task.count_return else "counts-return"
            returns: _Change = (name, counted, {"count_return": not task.count_return})
            return [serves, returns, edge, turned, fcfs, sstf]
