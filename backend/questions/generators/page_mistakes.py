"""The mistakes of page replacement, each a whole run with a wrong rule."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from backend.questions.solvers.page_replacement import (
    PageAlgorithm,
    PageRun,
    PageStep,
    PageTask,
    replace_pages,
)


@dataclass(frozen=True, slots=True)
class Past:
    """What a rule may look at when a page must go; ``loads`` are the times of all its loads."""

    references: Sequence[int]
    now: int
    loads: Mapping[int, Sequence[int]]

    def last_use(self, page: int) -> int:
        return max(i for i in range(self.now) if self.references[i] == page)

    def next_use(self, page: int) -> int:
        later = self.references[self.now :]
        return later.index(page) if page in later else len(later)

    def uses(self, page: int) -> int:
        return self.references[self.loads[page][-1] : self.now].count(page)


Rule = Callable[[Past, int], tuple[int, int]]


def _loaded(past: Past, page: int) -> tuple[int, int]:
    return past.loads[page][-1], 0


def _used(past: Past, page: int) -> tuple[int, int]:
    return past.last_use(page), 0


def _farthest(past: Past, page: int) -> tuple[int, int]:
    return -past.next_use(page), past.loads[page][-1]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A rule that a student follows instead; a page with the smallest value goes."""

    name: str
    why: str
    rule: Rule


MISTAKES: Mapping[PageAlgorithm, tuple[Mistake, ...]] = {
    "FIFO": (
        Mistake("plays-lru", "命中时又把页排回队尾，把 FIFO 做成了 LRU", _used),
        Mistake(
            "keeps-old-age",
            "页被淘汰后再次调入，没有重新计算它的调入时间",
            lambda past, page: (past.loads[page][0], 0),
        ),
        Mistake(
            "evicts-youngest",
            "淘汰了最晚调入的页，次序弄反了",
            lambda past, page: (-past.loads[page][-1], 0),
        ),
        Mistake("plays-opt", "往后看将来的访问来选页，做成了 OPT", _farthest),
    ),
    "LRU": (
        Mistake("plays-fifo", "命中时没有更新使用次序，把 LRU 做成了 FIFO", _loaded),
        Mistake("plays-opt", "往后看将来的访问来选页，做成了 OPT", _farthest),
        Mistake(
            "plays-lfu",
            "淘汰了调入后使用次数最少的页，那是 LFU",
            lambda past, page: (past.uses(page), past.loads[page][-1]),
        ),
        Mistake(
            "evicts-most-recent",
            "淘汰了刚用过的页，方向弄反了",
            lambda past, page: (-past.last_use(page), 0),
        ),
    ),
    "OPT": (
        Mistake("plays-lru", "往回看历史来选页，把 OPT 做成了 LRU", _used),
        Mistake("plays-fifo", "淘汰了最早调入的页，把 OPT 做成了 FIFO", _loaded),
        Mistake(
            "evicts-nearest",
            "淘汰了最快又要用到的页，方向弄反了",
            lambda past, page: (past.next_use(page), past.loads[page][-1]),
        ),
        Mistake(
            "counts-future-uses",
            "淘汰了以后使用次数最少的页，应看下一次使用离现在多远",
            lambda past, page: (past.references[past.now :].count(page), past.loads[page][-1]),
        ),
    ),
    "CLOCK": (
        Mistake("ignores-bits", "没有看访问位，把 CLOCK 做成了 FIFO", _loaded),
        Mistake("plays-lru", "按真正的使用先后来选页，把 CLOCK 做成了 LRU", _used),
        Mistake("plays-opt", "往后看将来的访问来选页，做成了 OPT", _farthest),
    ),
}


def play(task: PageTask, rule: Rule) -> PageRun:
    """Run ``task`` with any rule for the page that goes: how the mistakes are made."""
    slots: list[int] = []
    loads: dict[int, list[int]] = {}
    steps: list[PageStep] = []
    for now, page in enumerate(task.references):
        hit, victim = page in slots, None
        if not hit and len(slots) == task.frames:
            past = Past(task.references, now, loads)
            victim = min(slots, key=lambda held, past=past: rule(past, held))
            slots[slots.index(victim)] = page
        elif not hit:
            slots.append(page)
        if not hit:
            loads.setdefault(page, []).append(now)
        steps.append(PageStep(page, hit, victim, tuple(slots)))
    return PageRun(task, tuple(steps))


def play_clock(task: PageTask, load_bit: int = 1, hit_moves: bool = False) -> PageRun:
    """Run CLOCK; with other arguments, as one who loads with bit 0 or moves the hand on a hit."""
    slots: list[int] = []
    bits: list[int] = []
    hand = 0
    steps: list[PageStep] = []
    for page in task.references:
        hit, victim = page in slots, None
        if hit:
            at = slots.index(page)
            bits[at] = 1
            hand = (at + 1) % task.frames if hit_moves else hand
        elif len(slots) < task.frames:
            slots.append(page)
            bits.append(load_bit)
            hand = len(slots) % task.frames
        else:
            while bits[hand]:
                bits[hand], hand = 0, (hand + 1) % task.frames
            victim, slots[hand], bits[hand] = slots[hand], page, load_bit
            hand = (hand + 1) % task.frames
        steps.append(PageStep(page, hit, victim, tuple(slots)))
    return PageRun(task, tuple(steps))


MistakenRun = tuple[str, str, PageRun]


def mistaken_runs(task: PageTask) -> Iterator[MistakenRun]:
    """Give the name, the reason and the run of every mistake, the most typical first."""
    first, *others = MISTAKES[task.algorithm]
    yield first.name, first.why, play(task, first.rule)
    if task.algorithm == "CLOCK":
        yield "loads-with-bit-0", "装入时没有把访问位置 1", play_clock(task, load_bit=0)
        moved = play_clock(task, hit_moves=True)
        yield "moves-hand-on-hit", "命中时也移动了指针", moved
    for mistake in others:
        yield mistake.name, mistake.why, play(task, mistake.rule)
    for name, why, change in (
        ("one-frame-fewer", "少用了一个页框", -1),
        ("one-frame-more", "多用了一个页框", 1),
    ):
        yield name, why, run_of(replace(task, frames=task.frames + change))


def run_of(task: PageTask) -> PageRun:
    run = replace_pages(task)
    assert isinstance(run, PageRun)
    return run
