"""Page replacement with a fixed number of frames (demand paging, local replacement).

Conventions as in the cards os.fifo, os.lru and os.demand-paging and in Silberschatz, Operating
System Concepts (10th ed.), 10.4: the frames are empty at first and every first load counts as a
fault.
"""

from dataclasses import dataclass, field
from typing import Literal

from backend.questions.solvers.refusal import Refusal

PageAlgorithm = Literal["FIFO", "LRU", "OPT", "CLOCK"]

MAX_REFERENCES = 200
MAX_FRAMES = 64


@dataclass(frozen=True, slots=True)
class PageTask:
    """``references`` are page numbers in the order of access, not empty."""

    algorithm: PageAlgorithm
    frames: int
    references: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PageStep:
    """One access: ``frames`` holds what lies in each frame afterwards, None in an empty one."""

    page: int
    hit: bool
    victim: int | None
    frames: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class PageRun:
    """One step for each reference."""

    task: PageTask
    steps: tuple[PageStep, ...]

    @property
    def faults(self) -> int:
        return sum(not step.hit for step in self.steps)

    @property
    def hits(self) -> int:
        return len(self.steps) - self.faults


def replace_pages(task: PageTask) -> PageRun | Refusal:
    """Run ``task``.

    OPT: of pages that are never used again, the one loaded first goes (ties by FIFO). CLOCK: one
    reference bit, set by loading and by every hit; the hand moves on after a load and stays on a
    hit.
    """
    if not 1 <= task.frames <= MAX_FRAMES:
        return Refusal("frames_out_of_range", str(task.frames), MAX_FRAMES)
    if len(task.references) > MAX_REFERENCES:
        return Refusal("too_many_references", str(len(task.references)), MAX_REFERENCES)
    memory = _Memory(task)
    return PageRun(task, tuple(memory.access(now) for now in range(len(task.references))))


@dataclass(slots=True)
class _Memory:
    """What lies in the frames; ``loaded`` and ``used`` are the times of the last load and use."""

    task: PageTask
    slots: list[int] = field(default_factory=list[int])
    loaded: dict[int, int] = field(default_factory=dict[int, int])
    used: dict[int, int] = field(default_factory=dict[int, int])
    referenced: set[int] = field(default_factory=set[int])
    hand: int = 0

    def access(self, now: int) -> PageStep:
        page = self.task.references[now]
        hit = page in self.slots
        victim = None if hit else self._load(page, now)
        self.used[page] = now
        self.referenced.add(page)
        empty = (None,) * (self.task.frames - len(self.slots))
        return PageStep(page, hit, victim, (*self.slots, *empty))

    def _load(self, page: int, now: int) -> int | None:
        self.loaded[page] = now
        if len(self.slots) < self.task.frames:
            self.slots.append(page)
            return None
        victim = self._victim(now)
        self.slots[self.slots.index(victim)] = page
        return victim

    def _victim(self, now: int) -> int:
        match self.task.algorithm:
            case "FIFO":
                return min(self.slots, key=self.loaded.__getitem__)
            case "LRU":
                return min(self.slots, key=self.used.__getitem__)
            case "OPT":
                return min(self.slots, key=lambda p: (-self._next_use(p, now), self.loaded[p]))
            case "CLOCK":
                return self._sweep()

    def _next_use(self, page: int, now: int) -> int:
        later = self.task.references[now:]
        return later.index(page) if page in later else len(later)

    def _sweep(self) -> int:
        """Move the hand, clearing bits, to the first page without one, and past it."""
        while (page := self.slots[self.hand]) in self.referenced:
            self.referenced.discard(page)
            self._advance()
        self._advance()
        return page

    def _advance(self) -> None:
        self.hand = (self.hand + 1) % self.task.frames
