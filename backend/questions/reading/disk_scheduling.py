"""Reads a disk scheduling exercise: algorithms, start of the head, requests, direction."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from backend.questions.reading.fields import NUMBERS, Rest, numbers, tidy
from backend.questions.solvers.disk_scheduling import Direction, DiskAlgorithm, DiskTask

_FOREIGN = re.compile(
    "n步|n-?step|fscan|f-scan|页框|缺页|进程调度|周转|旋转|扇区|转速|毫秒|ms|每道"
)
_NAMES: tuple[tuple[DiskAlgorithm, str], ...] = (
    ("FCFS", r"(?<![a-z])fcfs(?![a-z])|(?<![a-z])fifo(?![a-z])|先来先服务|先到先服务"),
    ("SSTF", r"(?<![a-z])sstf(?![a-z])|最短寻[道找]时?间?优先"),
    ("C-LOOK", r"(?<![a-z])(?:c-?|circular[ -])look(?![a-z])"),
    ("C-SCAN", r"(?<![a-z])c[-_ ]?scan(?![a-z])|循环扫描|单向扫描"),
    ("LOOK", r"(?<![a-z])look(?![a-z])"),
    ("SCAN", r"(?<![a-z])scan(?![a-z])|电梯|扫描"),
)
_NUMBER = r"(?<![\d.])(?P<n>\d{1,9})(?![\d.])"
_ABOUT_HEAD = "磁头|磁臂|读写头|移动臂|(?<![a-z])head(?![a-z])"
_START = r"(?:起始|初始|当前|开始|现在|目前|起点|出发)"
_PLACE = r"(?:位置?|磁道号?|柱面号?|在|于|为|是|停|处|从|到|第|号|的|[=:\s])*"
_FROM_TO = re.compile(
    r"从\s*第?(?P<before>\d{1,9})\s*号?磁?[道柱]?面?\s*(?:移动?|走|来)?[到至]\s*第?(?P<n>\d{1,9})"
)
_BEFORE = re.compile(
    r"(?:刚刚?|才)(?:完成|服务|处理|访问|从|结束)了?(?:对|在)?(?:第|磁道|柱面|\s)*(?P<before>\d{1,9})"
)
_HEADS = (
    re.compile(rf"(?:{_ABOUT_HEAD})(?:(?!请求|序列|队列|服务)[^\d,。;\0]){{0,12}}?{_NUMBER}"),
    re.compile(rf"{_START}{_PLACE}{_NUMBER}"),
    re.compile(rf"从{_PLACE}{_NUMBER}\s*(?:号|磁|道|柱|面|处)*\s*(?:开始|出发|起)"),
)
_TRACKS = re.compile(
    r"(?P<a>\d{1,9})\s*(?:号?(?:磁道|柱面)?)?\s*(?:~|-{1,2}|—|–|到|至)\s*(?P<b>\d{1,9})"
)
_TRACK_COUNT = re.compile(r"(?P<n>\d{1,9})\s*[个条]\s*(?:磁道|柱面)")
_LABEL = (
    r"(?:请求|序列|队列|磁道|柱面|访问|服务|依次)"
    r"(?:[是为有:=\s]|序列|队列|磁道|柱面|号|依次|如下|访问)*"
)
_LABELLED = re.compile(rf"{_LABEL}(?P<list>{NUMBERS})(?:号磁道|号|道)?")
_BARE = re.compile(rf"(?<![\d.])(?P<list>{NUMBERS})(?![\d.])(?:号磁道|号|道)?")
_MIN_BARE = 3
_UP = re.compile(
    r"增[大加]|变大|递增|[从由]小[到往向至]大|[从由]低[到往向至]高|大号?的?[一那]?[边侧方端]|[向往朝](?:大|上|右|高)"
    r"|(?<![a-z])up(?![a-z])"
)
_DOWN = re.compile(
    r"减[小少]|变小|递减|[从由]大[到往向至]小|[从由]高[到往向至]低|小号?的?[一那]?[边侧方端]|[向往朝](?:小|下|左|低)"
    r"|(?<![a-z])down(?![a-z])"
)
_EDGE = re.compile(
    "边[缘界沿]|尽头|端点|到头|走到底|最外|最内|磁盘两?端|最[大小]磁道|最后一[个条]?磁道"
)
_NO_EDGE = re.compile(
    r"(?:不|无需|不用|不必|没有?)[^,。;\d]{0,8}(?:边[缘界沿]|尽头|端点|到头|最外|最内|两?端)"
)
_RETURN = r"(?:返回|回程|回扫|折返|回到[^,。;\d]{0,4})"
_FREE_RETURN = re.compile(
    rf"{_RETURN}[^,。;\d]{{0,8}}不(?:计|算|统计)|不(?:计|算|统计)[^,。;\d]{{0,4}}{_RETURN}"
)


@dataclass(frozen=True, slots=True)
class DiskFields:
    """What a message says; ``words`` is what of it remains."""

    algorithms: tuple[DiskAlgorithm, ...]
    head: int | None
    requests: tuple[int, ...]
    direction: Direction | None
    tracks: tuple[int, int] | None
    to_edge: bool
    free_return: bool
    words: str


def read_disk_tasks(message: str) -> tuple[DiskTask, ...]:
    """Read one task for each algorithm named; empty when anything is unclear."""
    fields = read_fields(message)
    if fields is None or fields.head is None or not fields.requests:
        return ()
    return tuple(
        DiskTask(
            algorithm,
            fields.head,
            fields.requests,
            fields.direction,
            fields.tracks,
            fields.to_edge,
            not fields.free_return,
        )
        for algorithm in fields.algorithms
    )


def vary_disk_tasks(fields: DiskFields, earlier: Sequence[DiskTask]) -> tuple[DiskTask, ...]:
    """那 SCAN 呢: the earlier tasks with what ``fields`` changes of them."""
    first = replace(
        earlier[0],
        head=earlier[0].head if fields.head is None else fields.head,
        direction=fields.direction or earlier[0].direction,
        tracks=fields.tracks or earlier[0].tracks,
        to_edge=fields.to_edge or earlier[0].to_edge,
        count_return=earlier[0].count_return and not fields.free_return,
    )
    algorithms = fields.algorithms or tuple(t.algorithm for t in earlier)
    return tuple(replace(first, algorithm=algorithm) for algorithm in algorithms)


def read_fields(message: str) -> DiskFields | None:
    """Find the fields of a message; None when it is about something else or contradicts itself."""
    text = tidy(message)
    if _FOREIGN.search(text):
        return None
    rest = Rest(text)
    algorithms = _take_algorithms(rest)
    up, down = bool(rest.take(_UP)), bool(rest.take(_DOWN))
    if up and down:
        return None
    free_return = bool(rest.take(_FREE_RETURN))
    to_edge = not rest.take(_NO_EDGE) and bool(rest.take(_EDGE))
    head, before = _take_head(rest)
    direction: Direction | None = "up" if up else "down" if down else None
    if direction is None and head is not None and before is not None and before != head:
        direction = "up" if head > before else "down"
    tracks = _take_tracks(rest)
    requests = _take_requests(rest)
    if rest.has_digits:
        return None
    return DiskFields(
        algorithms, head, requests, direction, tracks, to_edge, free_return, rest.words
    )


def _take_algorithms(rest: Rest) -> tuple[DiskAlgorithm, ...]:
    return tuple([name for name, pattern in _NAMES if rest.take(pattern)])


def _take_head(rest: Rest) -> tuple[int | None, int | None]:
    """Return where the head is and, if it is told, where it was before."""
    if rest.has(_ABOUT_HEAD) and (moved := rest.take_one([_FROM_TO])):
        return int(moved["n"]), int(moved["before"])
    came = rest.take_one([_BEFORE])
    match = rest.take_one(_HEADS)
    return (int(match["n"]) if match else None), (int(came["before"]) if came else None)


def _take_tracks(rest: Rest) -> tuple[int, int] | None:
    match = rest.take_one([_TRACKS])
    count = rest.take_one([_TRACK_COUNT])
    if match is not None:
        return min(int(match["a"]), int(match["b"])), max(int(match["a"]), int(match["b"]))
    return (0, int(count["n"]) - 1) if count is not None else None


def _take_requests(rest: Rest) -> tuple[int, ...]:
    labelled = rest.take_one([_LABELLED])
    if labelled is not None:
        return numbers(labelled["list"])
    bare = rest.take_one([_BARE])
    found = numbers(bare["list"]) if bare is not None else ()
    return found if len(found) >= _MIN_BARE else ()
