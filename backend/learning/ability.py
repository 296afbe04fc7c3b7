"""How good is a person in a chapter, and how hard is a question: Elo ratings on one scale.

After Pelánek, "Applications of the Elo rating system in adaptive educational systems", Computers &
Education 98 (2016): the difference of two ratings gives the chance of a right answer, and each
answer moves the rating by how surprising it was, less and less as answers accumulate.

Our questions have four options, so that even who knows nothing is right once in four. The chance
is therefore 1/4 + 3/4 · logistic(rating − difficulty): a rating is about *knowing*. Without that
floor, guessing would look like a little knowledge and would hold weak learners up.
"""

import math

INITIAL_RATING = 1500.0
"""Where everyone begins; a question of difficulty 3 is as hard as this."""

GUESSING = 0.25

_POINTS_PER_LEVEL = 150.0
_SCALE = 400.0
_FIRST_STEP = _SCALE / math.log(10)  # Pelánek's α = 1 and β = 0.05, on the scale of chess
_STEP_DECAY = 0.05
_LEAST_STEP = 32.0  # people learn: the rating must still be able to follow them after months
_PRIOR_ANSWERS = 20.0
_LEAST_KNOWING = 0.02
_RANGE = 800.0  # to a pure guesser no difficulty pushes back: the rating would wander off


def difficulty_rating(level: int) -> float:
    """Return the rating of the author's difficulty ``level``, 1 (easy) to 5: 1200 to 1800."""
    return INITIAL_RATING + (level - 3) * _POINTS_PER_LEVEL


def knowing(rating: float, difficulty: float) -> float:
    """Return the chance, in (0, 1), that a person knows the answer without guessing."""
    return 1 / (1 + 10 ** ((difficulty - rating) / _SCALE))


def expected(rating: float, difficulty: float) -> float:
    """Return the chance of a right answer to a four-option question, in (0.25, 1)."""
    return GUESSING + (1 - GUESSING) * knowing(rating, difficulty)


def updated(rating: float, attempts: int, difficulty: float, right: bool) -> float:
    """Return the rating after an answer; ``attempts`` is how many there were before.

    The largest possible step is 174 at the first answer, 87 after 20 and never under 32. Ratings
    stay within 800 of the initial one.
    """
    step = max(_LEAST_STEP, _FIRST_STEP / (1 + _STEP_DECAY * attempts))
    moved = rating + step * (float(right) - expected(rating, difficulty))
    return min(max(moved, INITIAL_RATING - _RANGE), INITIAL_RATING + _RANGE)


def blended(level: int, answered: int, right: int) -> float:
    """Return a question's rating from the author's ``level`` and what everybody answered.

    The author's word counts as much as 20 answers of average learners. The rating stays within
    676 of the average, so that a question which nobody solves does not run away.
    """
    prior = expected(INITIAL_RATING, difficulty_rating(level))
    accuracy = (_PRIOR_ANSWERS * prior + right) / (_PRIOR_ANSWERS + answered)
    known = (accuracy - GUESSING) / (1 - GUESSING)
    known = min(max(known, _LEAST_KNOWING), 1 - _LEAST_KNOWING)
    return INITIAL_RATING - _SCALE * math.log10(known / (1 - known))
