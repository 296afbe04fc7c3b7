"""What may be asked of a run of disk scheduling, and the slips made with the right run."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from backend.questions.solvers.disk_scheduling import DiskAlgorithm, DiskRun


@dataclass(frozen=True, slots=True)
class Ask:
    """A thing to ask: how it stands in an option, and the slips made with the right run.

    ``given`` belongs to the convention and ``harder`` raises the difficulty; ``divides`` tells that
    the value is an average, ``lists`` that it is no number.
    """

    text: str
    value: Callable[[DiskRun], str]
    slips: Callable[[DiskRun], Sequence[tuple[str, str, str]]]
    decisive: Callable[[DiskRun], str]
    given: str = ""
    harder: bool = False
    divides: bool = False
    lists: bool = False


def _tracks(total: Fraction | int) -> str:
    return f"{float(total):g} 个磁道"


def _total_slips(run: DiskRun, show: Callable[[int], str]) -> list[tuple[str, str, str]]:
    tracks = (run.task.head, *run.task.requests)
    begin, end = run.order[0], run.order[-1]
    return [
        (
            "omits-first-move",
            "漏了从磁头起始位置到第一个请求的移动",
            show(run.total - run.moves[0].distance),
        ),
        (
            "returns-to-the-start",
            "最后又算了回到起始磁道的移动",
            show(run.total + abs(end - run.task.head)),
        ),
        ("takes-span", "只算了最大与最小磁道号之差", show(max(tracks) - min(tracks))),
        (
            "starts-at-track-0",
            "把磁头起始位置当成了 0 号磁道",
            show(run.total - abs(begin - run.task.head) + begin),
        ),
        (
            "omits-last-move",
            "漏了到最后一个请求的移动",
            show(run.total - run.moves[-1].distance),
        ),
    ]


def _sum(run: DiskRun) -> str:
    return f"{' + '.join(str(m.distance) for m in run.moves if m.distance)} = {run.total}"


def _total_ask() -> Ask:
    return Ask(
        "总寻道长度是多少个磁道？",
        lambda run: _tracks(run.total),
        lambda run: _total_slips(run, _tracks),
        lambda run: f"总寻道长度 = {_sum(run)} 个磁道",
    )


def _average_ask() -> Ask:
    def value(run: DiskRun) -> str:
        return _tracks(Fraction(run.total, len(run.task.requests)))

    def slips(run: DiskRun) -> list[tuple[str, str, str]]:
        count = len(run.task.requests)
        divided = (
            ("divides-by-stops", "除数把磁头起始位置也算成了一个请求", count + 1),
            ("divides-by-gaps", "除以了请求之间的间隔数，应除以请求数", count - 1),
        )
        return [
            *_total_slips(run, lambda total: _tracks(Fraction(total, count))),
            # Where it does not come out even, no rule says how to round it.
            *(
                (name, why, _tracks(Fraction(run.total, divisor)))
                for name, why, divisor in divided
                if run.total * 10 % divisor == 0
            ),
        ]

    return Ask(
        "平均寻道长度是多少？",
        value,
        slips,
        lambda run: (
            f"总寻道长度 {run.total}，平均 {run.total} ÷ {len(run.task.requests)} = {value(run)}"
        ),
        harder=True,
        divides=True,
    )


def _time_ask(milliseconds: int) -> Ask:
    def show(total: int) -> str:
        return f"{total * milliseconds} ms"

    return Ask(
        f"若磁头每移过一个磁道需 {milliseconds} ms，寻道一共花多少时间？",
        lambda run: show(run.total),
        lambda run: _total_slips(run, show),
        lambda run: f"共移动 {_sum(run)} 个磁道，{run.total} × {milliseconds} = {show(run.total)}",
        given="寻道时间与移过的磁道数成正比，不计启动时间。",
        harder=True,
    )


def _place_ask(place: int) -> Ask:
    def show(track: int) -> str:
        return f"{track} 号磁道"

    return Ask(
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
        lambda run: f"服务次序为 {listed(run.order)}，第 {place} 个是 {run.order[place - 1]}",
    )


def _order_ask() -> Ask:
    def slips(run: DiskRun) -> list[tuple[str, str, str]]:
        ascending = sorted(run.task.requests)
        return [
            ("sorts-upwards", "直接按磁道号从小到大服务", listed(ascending)),
            ("sorts-downwards", "直接按磁道号从大到小服务", listed(ascending[::-1])),
        ]

    return Ask(
        "各请求得到服务的先后次序是什么？",
        lambda run: listed(run.order),
        slips,
        lambda run: f"服务次序为 {listed(run.order)}",
        lists=True,
    )


def listed(tracks: Sequence[int]) -> str:
    """Write tracks with the Chinese comma for lists."""
    return "、".join(str(track) for track in tracks)


def drawn_ask(algorithm: DiskAlgorithm, chance: random.Random) -> Ask:
    """Draw what is asked; FCFS has no order to find."""
    asks = [_total_ask(), _total_ask(), _average_ask(), _time_ask(chance.choice((2, 3, 5)))]
    if algorithm != "FCFS":
        asks += [_place_ask(chance.choice((3, 4))), _order_ask()]
    return chance.choice(asks)
