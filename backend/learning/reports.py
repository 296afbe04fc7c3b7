"""What a report says of a person or a group, as plain values: sums, shares, what is weakest. Pure.

Shares are of answers that can be judged: a retracted question counts for the day and for nothing
else. "Known" is the chance, in [0, 1], that a point will be known at some moment, usually the exam,
if it is not practised again until then (``gain.known``). It is said of points that were practised
only: of the others we would be guessing. It is not said of today, because an answer that was wrong
is well remembered on the day when its explanation was read.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from backend.knowledge.outline import Outline
from backend.learning.folding import EMPTY, Answered, Event, fold
from backend.learning.gain import known, point_weights
from backend.learning.values import Attempt, PersonState

Judged = tuple[Attempt, bool | None]
"""An attempt, and whether it is right by the key now in force (None: retracted)."""

WEAK_BELOW = 0.75
"""A point that will be known better than this is not called weak."""


@dataclass(frozen=True, slots=True)
class Score:
    """``right`` of ``judged`` answers."""

    right: int = 0
    judged: int = 0

    @property
    def share(self) -> float | None:
        """The part that was right; None when there is none."""
        return self.right / self.judged if self.judged else None

    def __add__(self, other: "Score") -> "Score":
        return Score(self.right + other.right, self.judged + other.judged)


@dataclass(frozen=True, slots=True)
class Part:
    """A subject or chapter that was practised; ``known`` is the mean over its practised points."""

    id: str
    name: str
    score: Score
    known: float | None


@dataclass(frozen=True, slots=True)
class WeakPoint:
    """A practised point that will not be known well."""

    id: str
    name: str
    known: float


@dataclass(frozen=True, slots=True)
class Report:
    """All that a person has done: subjects in the outline's order, the rest weakest first."""

    answered: int
    score: Score
    known: float | None
    practised: int
    subjects: tuple[Part, ...]
    chapters: tuple[Part, ...]
    weak_points: tuple[WeakPoint, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """What was answered on some days; ``busiest`` is the day of most answers, and their number."""

    answered: int
    active_days: int
    score: Score
    subjects: Mapping[str, Score]
    chapters: Mapping[str, Score]
    busiest: tuple[date, int] | None


@dataclass(frozen=True, slots=True)
class BookChanges:
    """How many questions entered and left a wrong book, those that came back counted again."""

    entered: int
    left: int


@dataclass(frozen=True, slots=True)
class GroupPeriod:
    """What ``members`` different people answered of a group's questions, in time."""

    members: int
    answered: int
    score: Score

    @property
    def judged_members(self) -> int:
        """At least so many people have an answer that can be judged: each other one costs one."""
        return max(0, self.members - (self.answered - self.score.judged))


def report_of(
    state: PersonState, outline: Outline, askable: Collection[str], then: datetime
) -> Report:
    """Sum up a person's state and what will be known ``then``.

    Weak points are among ``askable``, so that they can be practised.

    Chapters are ordered by (right + 1) / (judged + 2): one unlucky answer is not yet the weakest
    chapter. Points by what the exam loses through them: weight · (1 − known).
    """
    memory = {p: known(state, p, then) for p in state.cards if p in outline.points}
    chapters = [
        Part(
            id_,
            chapter.name,
            Score(state.abilities[id_].right, state.abilities[id_].attempts),
            _mean(value for point, value in memory.items() if point.startswith(id_)),
        )
        for id_, chapter in outline.chapters.items()
        if id_ in state.abilities
    ]
    return Report(
        answered=sum(day.answered for day in state.days.values()),
        score=_total(part.score for part in chapters),
        known=_mean(memory.values()),
        practised=len(memory),
        subjects=_subjects(outline, chapters, memory),
        chapters=tuple(sorted(chapters, key=lambda part: (_strength(part.score), part.id))),
        weak_points=_weak_points(outline, memory, askable),
    )


def period_of(attempts: Iterable[Judged], first: date, last: date) -> Period:
    """Sum up the attempts of the study days ``first`` to ``last``, both included."""
    inside = [(one, right) for one, right in attempts if first <= one.day <= last]
    days: dict[date, int] = {}
    subjects: dict[str, Score] = {}
    chapters: dict[str, Score] = {}
    for attempt, right in inside:
        days[attempt.day] = days.get(attempt.day, 0) + 1
        for sums, key in ((subjects, attempt.point[:2]), (chapters, attempt.point[:4])):
            sums[key] = sums.get(key, Score()) + _score(right)
    return Period(
        answered=len(inside),
        active_days=len(days),
        score=score_of(right for _, right in inside),
        subjects=subjects,
        chapters=chapters,
        busiest=max(days.items(), key=lambda day: (day[1], day[0])) if days else None,
    )


def score_of(judgements: Iterable[bool | None]) -> Score:
    """Count judgements."""
    return _total(map(_score, judgements))


def book_changes(events: Sequence[Event], since: datetime) -> BookChanges:
    """Count what entered and left a wrong book from ``since`` on; ``events`` is the whole log.

    An event counts as its answer's moment; a mark 蒙的 as that of the answer it marks.
    """
    answers = [event for event in events if isinstance(event, Answered)]
    state = fold(EMPTY, *(one for one in answers if one.attempt.answered_at < since))
    entered = left = 0
    for answer in answers:
        if answer.attempt.answered_at < since:
            continue
        # Only the wrong book is asked for: folding the rest would cost a copy of it each time.
        before = PersonState(state.wrong_book, {}, {}, {}, EMPTY.streak)
        state = fold(before, answer)
        entered += len(state.wrong_book.keys() - before.wrong_book.keys())
        left += len(before.wrong_book.keys() - state.wrong_book.keys())
    return BookChanges(entered, left)


def _subjects(
    outline: Outline, chapters: Sequence[Part], memory: Mapping[str, float]
) -> tuple[Part, ...]:
    parts: list[Part] = []
    for id_, subject in outline.subjects.items():
        score = _total(part.score for part in chapters if part.id.startswith(id_))
        if score.judged:
            mean = _mean(value for point, value in memory.items() if point.startswith(id_))
            parts.append(Part(id_, subject.name, score, mean))
    return tuple(parts)


def _weak_points(
    outline: Outline, memory: Mapping[str, float], askable: Collection[str]
) -> tuple[WeakPoint, ...]:
    weights = point_weights(outline)
    weak = [point for point, value in memory.items() if value < WEAK_BELOW and point in askable]
    weak.sort(key=lambda point: (-weights[point] * (1 - memory[point]), point))
    return tuple(WeakPoint(point, outline.points[point].name, memory[point]) for point in weak)


def _strength(score: Score) -> float:
    return (score.right + 1) / (score.judged + 2)


def _score(right: bool | None) -> Score:
    return Score() if right is None else Score(int(right), 1)


def _total(scores: Iterable[Score]) -> Score:
    return sum(scores, Score())


def _mean(values: Iterable[float]) -> float | None:
    found = list(values)
    return sum(found) / len(found) if found else None
