"""Step 2: a message that is a computation which a solver knows becomes a problem to compute.

Strict: every input must stand in the message (or, in a variation such as 那 FIFO 呢, in the problem
just before), and no number may be left that means something unknown.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from backend.answering.answer import Answer
from backend.answering.composition import Composer
from backend.conversation.turns import Turn
from backend.knowledge.library import Library
from backend.questions.reading import disk_scheduling, page_replacement
from backend.questions.reading.crc import read_crc_task
from backend.questions.reading.fields import MAX_CHARS
from backend.questions.reading.subnetting import read_subnet_task
from backend.questions.solvers.crc import CrcTask
from backend.questions.solvers.disk_scheduling import DiskTask
from backend.questions.solvers.page_replacement import PageTask
from backend.questions.solvers.refusal import Refusal
from backend.questions.solvers.solve import Solution, Task, solve
from backend.questions.solvers.subnetting import BlockTask, SplitTask

_MAX_VARIATION_CHARS = 30
_VARIATION = re.compile(
    "(?:那|那么|如果|要是|假如|换成?|改成?|要|走|到|改为|变成|用|按|按照|再|把|让|来|算|一下|下|呢|呐|咧|吗|的|话|是|会|就|又"
    "|和|与|跟|怎么样|怎样|如何|多少|几次|次|结果|缺页率?|缺页次数|命中率|算法|置换|调度|页面|磁头|磁道号?|方向|移动"
    "|寻道|总|长度|距离|请问|顺序|服务|次数|朝|向|往|同样|一样|数据|序列|求|开始|起始|初始|当前|位置|从|在|出发)*"
)
_CONCEPT_OF_PAGE_ALGORITHM = {
    "FIFO": "os.fifo",
    "LRU": "os.lru",
    "OPT": "os.demand-paging",
    "CLOCK": "os.demand-paging",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Tasks of one kind, not empty; several when several algorithms are asked for."""

    tasks: tuple[Task, ...]

    @property
    def concept_ids(self) -> tuple[str, ...]:
        """The concepts whose cards have the methods, in the order of the tasks."""
        return tuple(dict.fromkeys(_concept_id(task) for task in self.tasks))

    def solve(self) -> tuple[Solution | Refusal, ...]:
        """Compute every task."""
        return tuple(solve(task) for task in self.tasks)


class Solver:
    """Answers the messages that are computations; ``window`` bounds how far back one goes on."""

    def __init__(self, library: Library, composer: Composer, window: timedelta) -> None:
        self._concepts = library.concepts
        self._composer = composer
        self._window = window

    def answer(self, message: str, history: Sequence[Turn], now: datetime) -> Answer | None:
        """Compute what ``message`` asks for; None when it is not a computation.

        Nor is it one when the library has no card of the method: there would be no source to name.
        """
        problem = recognise_in_dialogue(message, history, now, self._window)
        if problem is None:
            return None
        concepts = [self._concepts[i] for i in problem.concept_ids if i in self._concepts]
        return self._composer.solution(problem.solve(), concepts) if concepts else None


def recognise(text: str, topic_ids: Sequence[str] = ()) -> Problem | None:
    """Read a computation with all its inputs; None when ``text`` is none or is unclear.

    ``topic_ids`` are the concepts of the dialogue's last answer: they stand in for the name of an
    algorithm where the message has none. Bad inputs make a Problem whose solution is a Refusal.
    """
    if len(text) > MAX_CHARS or not any(character.isdecimal() for character in text):
        return None
    several = page_replacement.read_page_tasks(text, topic_ids) or disk_scheduling.read_disk_tasks(
        text
    )
    if several:
        return Problem(several)
    one = read_crc_task(text) or read_subnet_task(text)
    return Problem((one,)) if one is not None else None


def vary(text: str, earlier: Problem) -> Problem | None:
    """Read 那 FIFO 呢 or 4 个页框呢 as ``earlier`` with that changed; None when it is neither."""
    if len(text) > _MAX_VARIATION_CHARS:
        return None
    match earlier.tasks[0]:
        case PageTask():
            return _vary_pages(text, cast("tuple[PageTask, ...]", earlier.tasks))
        case DiskTask():
            return _vary_disk(text, cast("tuple[DiskTask, ...]", earlier.tasks))
        case BlockTask() | SplitTask() | CrcTask():
            return None


def recognise_in_dialogue(
    text: str, history: Sequence[Turn], now: datetime, window: timedelta
) -> Problem | None:
    """Read ``text`` in the light of ``history`` (oldest first).

    A variation goes on from the computation of the message before it, through other variations;
    turns older than ``window`` before ``now`` are not meant.
    """
    recent = [turn for turn in history if now - turn.at <= window]
    topics = next((t.concepts for t in reversed(recent) if t.role == "assistant"), ())
    problem = recognise(text, topics)
    if problem is not None or len(text) > _MAX_VARIATION_CHARS:
        return problem
    earlier = _last_problem(recent)
    return vary(text, earlier) if earlier is not None else None


def _last_problem(turns: Sequence[Turn]) -> Problem | None:
    problem: Problem | None = None
    topics: tuple[str, ...] = ()
    for turn in turns:
        if turn.role == "assistant":
            topics = turn.concepts
            continue
        own = recognise(turn.text, topics)
        problem = own or (vary(turn.text, problem) if problem is not None else None)
    return problem


def _vary_pages(text: str, earlier: tuple[PageTask, ...]) -> Problem | None:
    fields = page_replacement.read_fields(text)
    if fields is None or fields.references or not (fields.algorithms or fields.frames):
        return None
    # FIFO alone asks for its card; 4 个页框 alone can only be a change.
    if not _VARIATION.fullmatch(fields.words) or not (fields.words or fields.frames):
        return None
    tasks = page_replacement.vary_page_tasks(fields, earlier)
    return Problem(tasks) if tasks else None


def _vary_disk(text: str, earlier: tuple[DiskTask, ...]) -> Problem | None:
    fields = disk_scheduling.read_fields(text)
    if fields is None or fields.requests or not _VARIATION.fullmatch(fields.words):
        return None
    changes = fields.head is not None or fields.direction or fields.tracks or fields.to_edge
    if not changes and not (fields.algorithms and fields.words) and not fields.free_return:
        return None
    return Problem(disk_scheduling.vary_disk_tasks(fields, earlier))


def _concept_id(task: Task) -> str:
    match task:
        case PageTask():
            return _CONCEPT_OF_PAGE_ALGORITHM[task.algorithm]
        case DiskTask():
            return "os.disk-scheduling"
        case BlockTask() | SplitTask():
            return "cn.subnetting"
        case CrcTask():
            return "cn.crc"
