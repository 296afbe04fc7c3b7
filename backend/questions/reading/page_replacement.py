"""Reads a page replacement exercise: algorithms, numbers of frames, one reference string."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import get_args

from backend.questions.reading.fields import COUNT, NUMBERS, Rest, number, numbers, tidy
from backend.questions.solvers.page_replacement import PageAlgorithm, PageTask

MAX_TASKS = 6

_FOREIGN = re.compile(
    "cache|高速缓存|组相联|直接映[射像]|全相联|主存块|快表|tlb|lfu|nru|nur|mru|最不经常使用|改进型?"
    "|二次机会|第二次机会|增强型|工作集|驻留集|lru-?k|fifo-?lru|地址|磁头|磁道|寻道|进程调度|作业调度"
    "|(?:已经?|预先|事先|预先已|开始就?)(?:装入|调入|在内存|存在|放|有)|初始(?:时|状态)?(?:装|有|含)"
)
_NAMES: tuple[tuple[PageAlgorithm, str], ...] = (
    ("LRU", r"(?<![a-z])lru(?![a-z])|最近最久未(?:使用|用)|最近最少使用|最久未(?:使用|用)"),
    ("FIFO", r"(?<![a-z])fifo(?![a-z])|先进先出"),
    ("OPT", r"(?<![a-z])opt(?![a-z])|最[佳优](?:页面)?(?:置换|淘汰)|最[佳优]算法"),
    ("CLOCK", r"(?<![a-z])clock(?![a-z])|时钟(?:页面)?(?:置换|算法)|简单时钟"),
)
_UNIT = (
    r"(?:物理(?:页框|页帧|页面|块|页|帧)|内存(?:页框|页面|块)|主存(?:页框)?|存储块|页框|页帧"
    r"|物理内存块|内存物理块|frames?|帧|框|块)"
)
_IS = r"(?:[数量]|为|是|有|共|分配|总|个数|数目|[=:\s])*"
# In 1 2 5 页框 3 the 5 is a page: a blank before the unit only where no other number stands before.
_FRAMES = (
    re.compile(rf"(?P<n>{COUNT})(?:\s*个\s*空?闲?的?)?{_UNIT}"),
    re.compile(rf"(?:^|[^\d\s,、;>])\s*(?P<n>{COUNT})\s+{_UNIT}"),
    re.compile(rf"{_UNIT}{_IS}(?P<n>{COUNT})(?!\s*[kmgb字位])\s*[个块]?"),
)
_OTHER_COUNT = re.compile(r"[两二三四五六七八九十]\s*[个块页帧]")
_SEVERAL_FRAMES = re.compile(
    rf"(?:^|[^\d\s,、;>])\s*(?P<a>{COUNT})\s*个?\s*(?:[,、和与跟及]|或者?|以及)\s*(?P<b>{COUNT})\s*个?\s*{_UNIT}"
)
_LABELLED = re.compile(
    r"(?:序列|走向|引用串|访问串|页面串|页号串?|访问|引用|顺序|页面|依次|流)"
    rf"(?:[是为:=\s]|依次|如下|页面|页号|号)*(?P<list>{NUMBERS}|\d{{6,200}}(?!\d))"
)
_BARE = re.compile(rf"(?<![\d.])(?P<list>{NUMBERS})(?![\d.])")
_MIN_BARE = 4
_ABOUT_PAGES = re.compile("缺页|页框|页面|置换|命中|物理块|内存块")
_TOPICS: dict[str, PageAlgorithm] = {"os.lru": "LRU", "os.fifo": "FIFO"}


@dataclass(frozen=True, slots=True)
class PageFields:
    """What a message says; ``words`` is what of it remains."""

    algorithms: tuple[PageAlgorithm, ...]
    frames: tuple[int, ...]
    references: tuple[int, ...]
    words: str


def read_page_tasks(message: str, topic_ids: Sequence[str]) -> tuple[PageTask, ...]:
    """Read one task for each algorithm and number of frames; empty when anything is unclear.

    Without an algorithm in the message those of ``topic_ids`` are meant.
    """
    fields = read_fields(message)
    if fields is None or not fields.references or not fields.frames:
        return ()
    named: list[PageAlgorithm] = list(fields.algorithms)
    if not named and _ABOUT_PAGES.search(tidy(message)):
        named.extend(_TOPICS[topic] for topic in topic_ids if topic in _TOPICS)
    return _tasks(named, fields.frames, fields.references)


def vary_page_tasks(fields: PageFields, earlier: Sequence[PageTask]) -> tuple[PageTask, ...]:
    """那 FIFO 呢: the earlier tasks with what ``fields`` changes of them."""
    algorithms = fields.algorithms or tuple([task.algorithm for task in earlier])
    frames = fields.frames or tuple(dict.fromkeys(task.frames for task in earlier))
    return _tasks(algorithms, frames, earlier[0].references)


def read_fields(message: str) -> PageFields | None:
    """Find the fields of a message; None when it is about something else or contradicts itself."""
    text = tidy(message)
    if _FOREIGN.search(text):
        return None
    rest = Rest(text)
    algorithms = _take_algorithms(rest)
    frames = _take_frames(rest)
    references = _take_references(rest)
    if rest.has_digits or rest.has(_OTHER_COUNT):
        return None
    return PageFields(algorithms, frames, references, rest.words)


def _take_algorithms(rest: Rest) -> tuple[PageAlgorithm, ...]:
    return tuple([name for name, pattern in _NAMES if rest.take(pattern)])


def _take_frames(rest: Rest) -> tuple[int, ...]:
    several = rest.take_one([_SEVERAL_FRAMES])
    if several is not None:
        return tuple(dict.fromkeys((number(several["a"]), number(several["b"]))))
    found = [number(match["n"]) for pattern in _FRAMES for match in rest.take(pattern)]
    return tuple(dict.fromkeys(found))


def _take_references(rest: Rest) -> tuple[int, ...]:
    labelled = rest.take_one([_LABELLED])
    if labelled is not None:
        digits = labelled["list"]
        return tuple(map(int, digits)) if digits.isdecimal() else numbers(digits)
    bare = rest.take_one([_BARE])
    found = numbers(bare["list"]) if bare is not None else ()
    return found if len(found) >= _MIN_BARE else ()


def _tasks(
    algorithms: Sequence[PageAlgorithm], frames: Sequence[int], references: tuple[int, ...]
) -> tuple[PageTask, ...]:
    in_order = [a for a in get_args(PageAlgorithm) if a in algorithms]
    tasks = tuple(PageTask(a, n, references) for a, n in product(in_order, frames))
    return tasks if len(tasks) <= MAX_TASKS else ()
