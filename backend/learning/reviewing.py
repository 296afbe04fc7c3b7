"""When a point comes back: one FSRS card per person and outline point.

FSRS-6 with its published default parameters (github.com/open-spaced-repetition, "fsrs" on PyPI),
without learning steps and without fuzz: the same log always folds into the same cards, whatever the
settings say. The date of the exam enters only where a card is read (``due_at``).
"""

import math
from datetime import UTC, datetime, timedelta
from typing import Literal
from zlib import crc32

from fsrs import Card, Scheduler, State
from fsrs import Rating as FsrsRating

from backend.learning.values import ReviewCard

Rating = Literal["again", "hard", "good"]
"""Wrong is "again", right is "good", right but marked 蒙的 is "hard"."""

LAST_LAP = timedelta(days=7)
"""Every card comes back once in this time before the exam."""

_DAY = timedelta(days=1)
_SCHEDULER = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
_RATINGS: dict[Rating, FsrsRating] = {
    "again": FsrsRating.Again,
    "hard": FsrsRating.Hard,
    "good": FsrsRating.Good,
}
_W = _SCHEDULER.parameters
_LEAST = 0.001
_EASIEST = 1.0
_DECAY = -_W[20]
_FACTOR = 0.9 ** (1 / _DECAY) - 1


def review(card: ReviewCard | None, point: str, rating: Rating, at: datetime) -> ReviewCard:
    """Give the card of ``point`` after an answer at the aware moment ``at``; None is a new card.

    Moments only go forward: an answer dated before the last review counts as given right after it.
    """
    moment = at.astimezone(UTC)
    if card is not None and card.reviewed_at is not None:
        moment = max(moment, card.reviewed_at.astimezone(UTC))
    after, _ = _SCHEDULER.review_card(_as_fsrs(card, moment), _RATINGS[rating], moment)
    return ReviewCard(
        point=point,
        state=int(after.state),
        stability=after.stability,
        difficulty=after.difficulty,
        due_at=after.due.astimezone(at.tzinfo),
        reviewed_at=moment.astimezone(at.tzinfo),
        reviews=(card.reviews if card else 0) + 1,
    )


def retrievability(card: ReviewCard, at: datetime) -> float:
    """Return the predicted chance, in [0, 1], that the point is remembered at ``at``.

    The forgetting curve of FSRS-6, (1 + factor·t/S)^decay, over fractions of a day: the library
    rounds t down to whole days, which would make everything practised today look alike.
    """
    if card.reviewed_at is None or card.stability is None:
        return 0.0
    return retention(card.stability, max(0.0, (at - card.reviewed_at) / _DAY))


def retention(stability: float, days: float) -> float:
    """Return the chance to remember after ``days`` with a stability in days (0.9 when equal)."""
    return (1 + _FACTOR * days / stability) ** _DECAY


def stability_after(card: ReviewCard | None, rating: Rating, at: datetime) -> float:
    """Return the stability in days that the card would have after ``review``.

    The same formulas of FSRS-6 without the library's objects, ten times as fast: choosing asks
    twice for every point of every member of a group.
    """
    grade = int(_RATINGS[rating])
    if card is None or card.reviewed_at is None or card.stability is None:
        return _W[grade - 1]
    elapsed = max(0, (at - card.reviewed_at).days)
    if elapsed < 1:
        return _same_day(card.stability, grade)
    recall = retention(card.stability, elapsed)
    difficulty = card.difficulty or _EASIEST
    return _next_day(card.stability, difficulty, recall, grade)


def _same_day(stability: float, grade: int) -> float:
    growth = math.exp(_W[17] * (grade - 3 + _W[18])) * stability ** -_W[19]
    return max(_LEAST, stability * (growth if grade == FsrsRating.Again else max(1.0, growth)))


def _next_day(stability: float, difficulty: float, recall: float, grade: int) -> float:
    if grade == FsrsRating.Again:
        relearned = _W[11] * difficulty ** -_W[12] * ((stability + 1) ** _W[13] - 1)
        relearned *= math.exp((1 - recall) * _W[14])
        return max(_LEAST, min(relearned, stability / math.exp(_W[17] * _W[18])))
    growth = math.exp(_W[8]) * (11 - difficulty) * stability ** -_W[9]
    growth *= math.expm1((1 - recall) * _W[10])
    return stability * (1 + growth * (_W[15] if grade == FsrsRating.Hard else 1))


def due_at(card: ReviewCard, exam_at: datetime) -> datetime:
    """Return when the point should come back, given the exam.

    As FSRS says, but what was last seen before the last lap comes back within it at the latest: on
    a day of its own between six days and one day before the exam, so that not all come at once.
    After the exam, and for what has already come back in the last lap, FSRS alone decides.
    """
    if card.reviewed_at is None or card.reviewed_at >= exam_at - LAST_LAP:
        return card.due_at
    return min(card.due_at, exam_at - (1 + crc32(card.point.encode()) % 6) * _DAY)


def _as_fsrs(card: ReviewCard | None, moment: datetime) -> Card:
    # Without an id, the library sleeps a millisecond to make one.
    if card is None:
        return Card(card_id=0, due=moment)
    state = State(card.state)
    return Card(
        card_id=0,
        state=state,
        step=None if state is State.Review else 0,
        stability=card.stability,
        difficulty=card.difficulty,
        due=card.due_at.astimezone(UTC),
        last_review=card.reviewed_at and card.reviewed_at.astimezone(UTC),
    )
