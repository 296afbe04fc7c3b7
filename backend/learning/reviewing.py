"""When a point comes back: one FSRS card per person and outline point.

FSRS-6 with its published default parameters (github.com/open-spaced-repetition, "fsrs" on PyPI),
without learning steps and without fuzz: the same log always folds into the same cards, whatever the
settings say. The date of the exam enters only where a card is read (``due_at``).
"""

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
_DECAY = -_SCHEDULER.parameters[20]
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
