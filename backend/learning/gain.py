"""What practising a point now is worth on the day of the exam, in exam points.

    gain = weight · (chance to remember it then, if it is practised now − the same, if it is not)

The forgetting curve is FSRS's, the chance that a point is known comes from its card and from the
ability in its chapter. The numbers below were chosen with ``python -m benchmarks.learners``, whose
learners forget by other formulas.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.knowledge.outline import Outline
from backend.learning.ability import GUESSING, INITIAL_RATING, knowing
from backend.learning.reviewing import retention, retrievability, stability_after
from backend.learning.values import PersonState, ReviewCard

STARRED_COUNTS = 2.5
"""A starred point is taken to be examined as often as this many others of its chapter."""

HORIZON_DAYS = 30.0
"""Gain is looked at no further ahead: what is practised today will be practised again by then."""

UNPRACTISED_HALF_LIFE_DAYS = 14.0
"""What was learned elsewhere and is not practised loses half in this time.

An assumption: counting on it for longer sends a person to what they know least, which is forgotten
again at once, and keeps it from what a little practice would secure.
"""

_TRUST_IN_ABILITY = 1.0  # the chapter counts as much as one review of the point itself
_TRUST_IN_OTHERS = 10.0  # answers in other chapters before they say half of what a person is like
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a person would have of a point: ``gain`` in exam points, ``known`` the chance of now."""

    known: float
    gain: float


def point_weights(outline: Outline) -> dict[str, float]:
    """Return what each point is worth in the exam, in points a year.

    A chapter's weight is shared over its points; a starred one takes 2.5 shares. Where the outline
    has no weights, a share is worth 1.
    """
    shares = {id_: STARRED_COUNTS if p.starred else 1.0 for id_, p in outline.points.items()}
    totals: dict[str, float] = {}
    for point in outline.points.values():
        totals[point.chapter] = totals.get(point.chapter, 0.0) + shares[point.id]
    worth = {
        chapter: outline.chapters[chapter].weight if chapter in outline.chapters else total
        for chapter, total in totals.items()
    }
    return {
        point.id: worth[point.chapter] * shares[point.id] / totals[point.chapter]
        for point in outline.points.values()
    }


def days_ahead(now: datetime, exam_at: datetime) -> float:
    """Return how many days ahead gain is looked at: to the exam, 30 at most, 0 once it began."""
    return min(HORIZON_DAYS, max(0.0, (exam_at - now) / _DAY))


def rating_in(state: PersonState, chapter: str) -> float:
    """Return the rating of a person in ``chapter``; where nothing was answered, from the others."""
    if chapter in state.abilities:
        return state.abilities[chapter].rating
    attempts = sum(ability.attempts for ability in state.abilities.values())
    surplus = sum(
        ability.attempts * (ability.rating - INITIAL_RATING) for ability in state.abilities.values()
    )
    return INITIAL_RATING + surplus / (attempts + _TRUST_IN_OTHERS)


def known(state: PersonState, point: str, now: datetime, rating: float | None = None) -> float:
    """Return the chance, in [0, 1], that the person knows ``point`` now.

    What the card remembers and what the ability in the chapter says of a question of middle
    difficulty, weighted by the number of reviews against one. ``rating`` saves looking it up.
    """
    if rating is None:
        rating = rating_in(state, point[:4])
    ability = knowing(rating, INITIAL_RATING)
    card = state.cards.get(point)
    if card is None or card.reviewed_at is None:
        return ability
    remembered = card.reviews * retrievability(card, now) + _TRUST_IN_ABILITY * ability
    return remembered / (card.reviews + _TRUST_IN_ABILITY)


def accuracy(known: float) -> float:
    """Return the chance of a right answer: who does not know guesses one option of four."""
    return GUESSING + (1 - GUESSING) * known


def prospect(
    card: ReviewCard | None, known: float, weight: float, now: datetime, days: float
) -> Prospect:
    """Return the gain of practising a point now, ``days`` ahead.

    ``known`` is the chance of a right answer that is not a guess: its card then grows as FSRS
    says of "good", otherwise it is relearned ("again") from the explanation.
    """
    with_practice = known * retention(stability_after(card, "good", now), days)
    with_practice += (1 - known) * retention(stability_after(card, "again", now), days)
    return Prospect(known, weight * (with_practice - _untouched(card, known, now, days)))


def _untouched(card: ReviewCard | None, known: float, now: datetime, days: float) -> float:
    """Return the chance that a point, known now with chance ``known``, is so after ``days``."""
    if card is None or card.reviewed_at is None or card.stability is None:
        return known * 0.5 ** (days / UNPRACTISED_HALF_LIFE_DAYS)
    elapsed = max(0.0, (now - card.reviewed_at) / _DAY)
    kept = retention(card.stability, elapsed + days) / retention(card.stability, elapsed)
    return known * kept


def prospects(
    state: PersonState,
    weights: Mapping[str, float],
    now: datetime,
    exam_at: datetime,
) -> dict[str, Prospect]:
    """Return the prospect of each point that ``weights`` names, in its order."""
    days = days_ahead(now, exam_at)
    ratings = {chapter: rating_in(state, chapter) for chapter in {point[:4] for point in weights}}
    return {
        point: prospect(
            state.cards.get(point),
            known(state, point, now, ratings[point[:4]]),
            weight,
            now,
            days,
        )
        for point, weight in weights.items()
    }
