"""What a finished mock exam came to, as plain values. Pure.

A choice question is worth 2 points as in the real paper, whose 40 make 80; a question that was
retracted counts nowhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from backend.learning.values import Asking, Attempt, Paper

POINTS_EACH = 2
REAL_CHOICES = 40


@dataclass(frozen=True, slots=True)
class Line:
    """One question of a paper; ``attempt`` None was not answered; ``right`` None is retracted."""

    asking: Asking
    attempt: Attempt | None
    right: bool | None


@dataclass(frozen=True, slots=True)
class Part:
    """How many questions of a subject or chapter (``id``) counted and how many were right."""

    id: str
    right: int
    total: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper with its lines, in its order."""

    paper: Paper
    lines: tuple[Line, ...]

    @property
    def counted(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.right is not None)

    @property
    def right(self) -> int:
        return sum(line.right is True for line in self.lines)

    @property
    def total(self) -> int:
        return len(self.counted)

    @property
    def answered(self) -> int:
        return sum(line.attempt is not None for line in self.lines)

    @property
    def accuracy(self) -> float:
        """The share of right answers, in [0, 1]; what was not answered is wrong."""
        return self.right / self.total if self.total else 0.0

    @property
    def used(self) -> timedelta:
        """The time from the first question to the end."""
        return (self.paper.finished_at or self.paper.ends_at) - self.paper.started_at

    @property
    def is_comparable(self) -> bool:
        """Whether enough was answered to compare it with another paper: at least half."""
        return 2 * self.answered >= len(self.lines) > 0

    def subjects(self) -> list[Part]:
        """Count by subject, in the order of the paper."""
        return _parts(self.counted, 2)

    def weakest_chapters(self, most: int) -> list[Part]:
        """Return the chapters with wrong answers, most wrong first, then the least accurate."""
        parts = [part for part in _parts(self.counted, 4) if part.right < part.total]
        return sorted(parts, key=lambda part: (part.right - part.total, part.right))[:most]


def was_given_up(paper: Paper) -> bool:
    """Whether a finished paper was given up: such a one is noted as ended before it began."""
    return paper.finished_at is not None and paper.finished_at < paper.started_at


def sheet_of(paper: Paper, askings: Sequence[Asking], attempts: Sequence[Attempt]) -> Sheet:
    """Put a paper together; keys are those in force, as ``askings`` have them."""
    by_asking = {attempt.asking_id: attempt for attempt in attempts}

    def line(asking: Asking) -> Line:
        attempt = by_asking.get(asking.id)
        if asking.retracted:
            return Line(asking, attempt, None)
        right = attempt is not None and attempt.chosen == asking.question.answer
        return Line(asking, attempt, right)

    return Sheet(paper, tuple(line(asking) for asking in askings))


def _parts(lines: Sequence[Line], prefix: int) -> list[Part]:
    counts: dict[str, list[int]] = {}
    for line in lines:
        count = counts.setdefault(line.asking.question.point[:prefix], [0, 0])
        count[0] += line.right is True
        count[1] += 1
    return [Part(id_, right, total) for id_, (right, total) in counts.items()]
