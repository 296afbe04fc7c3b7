"""Disk arm scheduling: seek distance, its average, seek time, and the order of service."""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from backend.questions.generators.disk_asks import Ask, drawn_ask, listed
from backend.questions.generators.disk_mistakes import mistaken_runs, run_of
from backend.questions.generators.frame import Distractor, Draft
from backend.questions.generators.mixing import mixed
from backend.questions.generators.ranking import ranked
from backend.questions.solvers.disk_scheduling import (
    DiskAlgorithm,
    DiskRun,
    DiskTask,
)
from backend.questions.working import working

_ALGORITHMS: tuple[DiskAlgorithm, ...] = ("FCFS", "SSTF", "SCAN", "C-SCAN")
_LAST_TRACK = 199
_MAX_DRAWS = 200
_NAMES: Mapping[DiskAlgorithm, tuple[str, ...]] = {
    "FCFS": ("先来先服务（FCFS）", " FCFS "),
    "SSTF": ("最短寻道时间优先（SSTF）", " SSTF "),
    "SCAN": ("扫描（SCAN，即电梯）", " SCAN "),
    "C-SCAN": ("循环扫描（C-SCAN）", " C-SCAN "),
}
_BASE_DIFFICULTY: Mapping[DiskAlgorithm, int] = {"FCFS": 1, "SSTF": 2, "SCAN": 2, "C-SCAN": 3}
_INTROS = (
    "某磁盘有 200 个磁道（编号 0～199），磁头当前在 {head} 号磁道{direction}。"
    "等待的磁道请求按到达先后为 {requests}，采用{name}算法调度，期间没有新请求。",
    "磁盘的磁道号为 0～199，磁头停在 {head} 号磁道{direction}，"
    "请求队列依次为 {requests}（之后不再有新请求），按{name}算法服务。",
    "系统用{name}算法调度磁盘（磁道号 0～199）。某时刻磁头在 {head} 号磁道{direction}，"
    "先后到达的请求为 {requests}，此后没有新请求。",
)


@dataclass(frozen=True, slots=True)
class DiskScheduling:
    """FCFS, SSTF, SCAN and C-SCAN over a short queue."""

    name: str = "disk-scheduling"
    version: int = 1
    points: tuple[str, ...] = ("OS0509",)

    def draft(self, chance: random.Random) -> Draft:
        algorithm = chance.choices(_ALGORITHMS, (1, 3, 4, 4))[0]
        ask = drawn_ask(algorithm, chance)
        run = _telling_run(algorithm, chance, ask)
        runs = [(name, why, ask.value(other)) for name, why, other in mistaken_runs(run.task)]
        slips = ask.slips(run)
        # Forgetting a move always makes the sum smaller, as other mistakes of C-SCAN do already.
        at = 5 if algorithm == "C-SCAN" else 2
        wrong = [*runs[:at], slips[0], *runs[at:], *slips[1:]]
        why_correct = f"{ask.decisive(run)}。"
        draft = Draft(
            points=("OS0509", "OS0508") if ask.given else ("OS0509",),
            difficulty=_BASE_DIFFICULTY[algorithm] + (ask.harder or run.task.to_edge),
            stem=_stem(run.task, chance) + ask.text,
            correct=ask.value(run),
            why_correct=why_correct,
            distractors=[Distractor(v, name, f"{why}，得到 {v}。") for name, why, v in wrong],
            steps=(*working(run).split("\n\n")[: 3 if ask.divides else 2], why_correct),
            source=("os.disk-scheduling",),
            convention=_convention(run.task) + ask.given,
        )
        draft = mixed(draft, chance)
        return draft if ask.lists else ranked(draft, chance)


def _telling_run(algorithm: DiskAlgorithm, chance: random.Random, ask: Ask) -> DiskRun:
    """Draw a task without ties on which the mistakes tell; after many draws any will do."""
    run = run_of(_task(algorithm, chance, ask))
    for _ in range(_MAX_DRAWS):
        values = {ask.value(other) for _, _, other in mistaken_runs(run.task)}
        if not meets_tie(run) and len(values - {ask.value(run)}) >= 2:
            break
        run = run_of(_task(algorithm, chance, ask))
    return run


def _task(algorithm: DiskAlgorithm, chance: random.Random, ask: Ask) -> DiskTask:
    """Draw a task with at least two requests on each side of the head.

    The way back takes its time, so it counts where time is asked; a fifth of any number has at most
    one decimal.
    """
    head = chance.randint(60, 140)
    count = 5 if ask.divides else chance.choice((5, 6, 6, 8))
    below = chance.randint(2, count - 2)
    low = chance.sample(range(3, head - 2), below)
    high = chance.sample(range(head + 3, _LAST_TRACK - 3), count - below)
    requests = [*low, *high]
    chance.shuffle(requests)
    sweeps = algorithm in ("SCAN", "C-SCAN")
    return DiskTask(
        algorithm,
        head,
        tuple(requests),
        direction=chance.choice(("up", "down")) if sweeps else None,
        tracks=(0, _LAST_TRACK),
        to_edge=sweeps and chance.random() < 0.3,
        count_return=algorithm != "C-SCAN" or bool(ask.given) or chance.random() < 0.8,
    )


def meets_tie(run: DiskRun) -> bool:
    """Whether SSTF must choose between two requests that are equally near."""
    if run.task.algorithm != "SSTF":
        return False
    at, waiting = run.task.head, set(run.order)
    for track in run.order:
        if {2 * at - track} & waiting:
            return True
        waiting.remove(track)
        at = track
    return False


def _stem(task: DiskTask, chance: random.Random) -> str:
    direction = ""
    if task.direction is not None:
        towards = "增大" if task.direction == "up" else "减小"
        direction = f"，正在向磁道号{towards}的方向移动"
    return chance.choice(_INTROS).format(
        head=task.head,
        direction=direction,
        requests=listed(task.requests),
        name=chance.choice(_NAMES[task.algorithm]),
    )


def _convention(task: DiskTask) -> str:
    match task.algorithm:
        case "SCAN" | "LOOK":
            return (
                "磁头走到磁盘边缘（0 号或 199 号磁道）才折返。"
                if task.to_edge
                else "磁头到该方向最后一个请求就折返，不走到磁盘边缘。"
            )
        case "C-SCAN" | "C-LOOK":
            way = (
                "磁头走到磁盘边缘（0 号或 199 号磁道）后直接返回另一端的边缘"
                if task.to_edge
                else "磁头到该方向最后一个请求后直接返回另一端最远的请求，两头都不走到磁盘边缘"
            )
            counted = "计入" if task.count_return else "不计入"
            return f"{way}；返回途中不服务，返回的移动{counted}寻道长度。"
        case "SSTF":
            return "每次服务离磁头当前位置最近的请求；寻道长度从磁头起始位置算起。"
        case "FCFS":
            return "寻道长度从磁头起始位置算起。"
