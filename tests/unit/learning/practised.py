"""States of people who practised, for what is chosen from them."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from hypothesis import strategies as st

from backend.knowledge.outline import load_outline
from backend.learning.ability import INITIAL_RATING, updated
from backend.learning.reviewing import Rating, review
from backend.learning.values import SHANGHAI, Ability, PersonState, ReviewCard, Streak
from tests.unit.knowledge.small_library import SHIPPED

NOW = datetime(2026, 9, 1, 12, 30, tzinfo=SHANGHAI)
DAY = timedelta(days=1)
OUTLINE = load_outline(SHIPPED / "outline.yaml")
POINTS = tuple(OUTLINE.points)
NOBODY = PersonState({}, {}, {}, {}, Streak(0, 0, None))

Answer = tuple[str, Rating, float]
"""A point, how it went, and how many days before ``NOW``."""


def after(answers: Iterable[Answer]) -> PersonState:
    """Give the state of a person who gave these answers, the oldest first."""
    cards: dict[str, ReviewCard] = {}
    abilities: dict[str, Ability] = {}
    for point, rating, days in sorted(answers, key=lambda answer: -answer[2]):
        cards[point] = review(cards.get(point), point, rating, NOW - days * DAY)
        old = abilities.get(point[:4]) or Ability(point[:4], INITIAL_RATING, 0, 0)
        right = rating != "again"
        abilities[point[:4]] = Ability(
            point[:4],
            updated(old.rating, old.attempts, INITIAL_RATING, right),
            old.attempts + 1,
            old.right + right,
        )
    return PersonState({}, cards, abilities, {}, Streak(0, 0, None))


points = st.sampled_from(POINTS)
ratings = st.sampled_from(["again", "hard", "good"])
states = st.lists(st.tuples(points, ratings, st.floats(0, 200)), max_size=30).map(after)
moments = st.floats(-500, 20).map(lambda days: NOW + days * DAY)
exams = st.one_of(st.floats(-30, 400), st.just(0.0)).map(lambda days: NOW + days * DAY)
available = st.one_of(st.just(POINTS), st.lists(points, unique=True, max_size=40))
