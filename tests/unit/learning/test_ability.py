import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.learning.ability import (
    GUESSING,
    INITIAL_RATING,
    blended,
    difficulty_rating,
    expected,
    knowing,
    updated,
)

_rated = st.floats(700, 2300)


def test_a_question_of_middle_difficulty_is_known_by_half_of_the_average_learners():
    assert knowing(INITIAL_RATING, difficulty_rating(3)) == 0.5
    assert expected(INITIAL_RATING, difficulty_rating(3)) == pytest.approx(0.625)


def test_harder_levels_are_answered_less_often():
    chances = [expected(INITIAL_RATING, difficulty_rating(level)) for level in range(1, 6)]

    assert chances == sorted(chances, reverse=True)
    assert chances[0] == pytest.approx(0.887, abs=0.001)
    assert chances[-1] == pytest.approx(0.363, abs=0.001)


@settings(deadline=None)
@given(_rated, _rated)
def test_nobody_falls_below_guessing_and_nobody_is_certain(rating, difficulty):
    assert GUESSING < expected(rating, difficulty) < 1


@settings(deadline=None)
@given(_rated, st.integers(0, 5000), _rated)
def test_a_right_answer_raises_and_a_wrong_one_lowers(rating, attempts, difficulty):
    assert updated(rating, attempts, difficulty, right=True) >= rating
    assert updated(rating, attempts, difficulty, right=False) <= rating


def test_a_surprise_moves_more_than_what_was_expected():
    easy, hard = difficulty_rating(1), difficulty_rating(5)

    assert updated(1500, 10, hard, True) - 1500 > updated(1500, 10, easy, True) - 1500
    assert 1500 - updated(1500, 10, easy, False) > 1500 - updated(1500, 10, hard, False)


def test_early_answers_move_more_than_late_ones_and_late_ones_still_move():
    steps = [updated(1500, attempts, 1500, True) - 1500 for attempts in (0, 5, 20, 200, 2000)]

    assert steps[0] > steps[1] > steps[2] > steps[3]
    assert steps[3] == steps[4] == pytest.approx(32 * 0.375)


@pytest.mark.parametrize("truth", [1250.0, 1500.0, 1800.0])
def test_answers_of_known_ability_lead_to_that_ability(truth):
    chance = random.Random(7)
    ends = []
    for _ in range(40):
        rating = INITIAL_RATING
        for attempt in range(150):
            difficulty = difficulty_rating(chance.randint(1, 5))
            right = chance.random() < expected(truth, difficulty)
            rating = updated(rating, attempt, difficulty, right)
        ends.append(rating)

    assert sum(ends) / len(ends) == pytest.approx(truth, abs=45)


def test_a_pure_guesser_does_not_wander_off():
    chance = random.Random(7)
    rating = INITIAL_RATING
    for attempt in range(20_000):
        rating = updated(rating, attempt, 1200.0, chance.random() < GUESSING)
        assert abs(rating - INITIAL_RATING) <= 800

    assert knowing(rating, 1200.0) < 0.2


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
def test_before_any_answer_the_author_is_believed(level):
    assert blended(level, 0, 0) == pytest.approx(difficulty_rating(level))


@pytest.mark.parametrize("level", [1, 5])
def test_after_many_answers_the_author_is_forgotten(level):
    assert blended(level, 2000, 1250) == pytest.approx(difficulty_rating(3), abs=15)


@settings(deadline=None)
@given(st.integers(1, 5), st.integers(0, 3000), st.data())
def test_more_right_answers_never_make_a_question_harder(level, answered, data):
    right = data.draw(st.integers(0, answered))

    rating = blended(level, answered, right)

    assert abs(rating - INITIAL_RATING) < 677
    assert blended(level, answered + 1, right + 1) <= rating + 1e-9
    assert blended(level, answered + 1, right) >= rating - 1e-9
