"""Disk arm scheduling: seek distance, its average, seek time, and the order of service."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from backend.questions.generators.disk_mistakes import mistaken_runs, run_of
from backend.questions.generators.frame import Distractor, Draft
from backend.questions.generators.mixing import mixed
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
class _Ask:
    """A thing to ask: how it stands in an option, and the slips made with the right run."""

    text: str
    value: Callable[[DiskRun], str]
    slips: Callable[[DiskRun], Sequence[tuple[str, str, str]]]
    decisive: Callable[[DiskRun], str]
    given: str = ""
    harder: bool = False
    divides: bool = False


def _tracks(total: Fraction | int) -> str:
    return f"{float(total):g} 个磁道"


def _total_slips(run: DiskRun, show: Callable[[int], str]) -> list[tuple[str, str, str]]:
    tracks = (run.task.head, *run.task.requests)
    return [
        (
            "omits-first-move",
            "漏了从磁头起始位置到第一个请求的移动",
            show(run.total - run.moves[0].distance),
        ),
        ("takes-span", "只算了最大与最小磁道号之差", show(max(tracks) - min(tracks))),
        (
            "omits-last-move",
            "漏了到最后一个请求的移动",
            show(run.total - run.moves[-1].distance),
        ),
    ]


def _sum(run: DiskRun) -> str:
    return f"{' + '.join(str(m.distance) for m in run.moves if m.distance)} = {run.total}"


def _total_ask() -> _Ask:
    return _Ask(
        "总寻道长度是多少个磁道？",
        lambda run: _tracks(run.total),
        lambda run: _total_slips(run, _tracks),
        lambda run: f"总寻道长度 = {_sum(run)} 个磁道",
    )


def _average_ask() -> _Ask:
    def value(run: DiskRun) -> str:
        return _tracks(_rounded(Fraction(run.total, len(run.task.requests))))

    def slips(run: DiskRun) -> list[tuple[str, str, str]]:
        count = len(run.task.requests)
        wrong = _total_slips(run, lambda t: _tracks(_rounded(Fraction(t, count))))
        more = _tracks(_rounded(Fraction(run.total, count + 1)))
        return [*wrong, ("divides-by-stops", "除数把磁头起始位置也算成了一个请求", more)]

    return _Ask(
        "平均寻道长度是多少？",
        value,
        slips,
        lambda run: (
            f"总寻道长度 {run.total}，平均 {run.total} ÷ {len(run.task.requests)} = {value(run)}"
        ),
        harder=True,
        divides=True,
    )


def _rounded(value: Fraction) -> Fraction:
    return round(value, 1)


def _time_ask(milliseconds: int) -> _Ask:
    def show(total: int) -> str:
        return f"{total * milliseconds} ms"

    return _Ask(
        f"若磁头每移过一个磁道需 {milliseconds} ms，寻道一共花多少时间？",
        lambda run: show(run.total),
        lambda run: _total_slips(run, show),
        lambda run: f"共移动 {_sum(run)} 个磁道，{run.total} × {milliseconds} = {show(run.total)}",
        given="寻道时间与移过的磁道数成正比，不计启动时间。",
        harder=True,
    )


def _place_ask(place: int) -> _Ask:
    def show(track: int) -> str:
        return f"{track} 号磁道"

    return _Ask(
        f"第 {place} 个得到服务的是哪个磁道的请求？",
        lambda run: show(run.order[place - 1]),
        lambda run: [
            (
                "counts-head-as-first",
                "把磁头起始位置数成了第 1 个",
                show(run.order[place - 2]),
            ),
            ("counts-one-further", "多数了一个", show(run.order[place])),
        ],
        lambda run: f"服务次序为 {_list(run.order)}，第 {place} 个是 {run.order[place - 1]}",
    )


def _order_ask() -> _Ask:
    def slips(run: DiskRun) -> list[tuple[str, str, str]]:
        ascending = sorted(run.task.requests)
        return [
            ("sorts-upwards", "直接按磁道号从小到大服务", _list(ascending)),
            ("sorts-downwards", "直接按磁道号从大到小服务", _list(ascending[::-1])),
        ]

    return _Ask(
        "各请求得到服务的先后次序是什么？",
        lambda run: _list(run.order),
        slips,
        lambda run: f"服务次序为 {_list(run.order)}",
    )


def _list(tracks: Sequence[int]) -> str:
    return "、".join(str(track) for track in tracks)


@dataclass(frozen=True, slots=True)
class DiskScheduling:
    """FCFS, SSTF, SCAN and C-SCAN over a short queue."""

    name: str = "disk-scheduling"
    version: int = 1
    points: tuple[str, ...] = ("OS0509",)

    def draft(self, chance: random.Random) -> Draft:
        algorithm = chance.choices(_ALGORITHMS, (1, 3, 4, 4))[0]
        ask = _ask(algorithm, chance)
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
        return mixed(draft, chance)


def _ask(algorithm: DiskAlgorithm, chance: random.Random) -> _Ask:
    asks = [_total_ask(), _total_ask(), _average_ask(), _time_ask(chance.choice((2, 3, 5)))]
    if algorithm != "FCFS":
        asks += [_place_ask(chance.choice((3, 4))), _order_ask()]
    return chance.choice(asks)


def _telling_run(algorithm: DiskAlgorithm, chance: random.Random, ask: _Ask) -> DiskRun:
    """Draw a task without ties on which the mistakes tell; after many draws any will do."""
    run = run_of(_task(algorithm, chance, ask))
    for _ in range(_MAX_DRAWS):
        values = {ask.value(other) for _, _, other in mistaken_runs(run.task)}
        even = not ask.divides or run.total * 10 % len(run.task.requests) == 0
        if even and not meets_tie(run) and len(values - {ask.value(run)}) >= 2:
            break
        run = run_of(_task(algorithm, chance, ask))
    return run


def _task(algorithm: DiskAlgorithm, chance: random.Random, ask: _Ask) -> DiskTask:
    """Draw a task with at least two requests on each side of the head.

    The way back takes its time, so it counts where time is asked.
    """
    head = chance.randint(60, 140)
    count = chance.choice((5, 6, 6, 8))
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
        requests=_list(task.requests),
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
