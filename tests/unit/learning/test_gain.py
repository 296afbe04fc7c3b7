import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.knowledge.outline import Outline
from backend.learning.ability import INITIAL_RATING
from backend.learning.gain import (
    accuracy,
    days_ahead,
    known,
    point_weights,
    prospect,
    prospects,
    rating_in,
)
from tests.unit.learning.practised import (
    DAY,
    NOBODY,
    NOW,
    OUTLINE,
    after,
    exams,
    points,
    states,
)

WEIGHTS = point_weights(OUTLINE)
EXAM = NOW + 25 * DAY


def _gain(state, point, exam_at=EXAM):
    return prospects(state, {point: WEIGHTS[point]}, NOW, exam_at)[point].gain


def test_the_points_of_a_chapter_share_its_weight():
    for chapter in OUTLINE.chapters.values():
        shared = sum(weight for point, weight in WEIGHTS.items() if point[:4] == chapter.id)
        assert shared == pytest.approx(chapter.weight)


def test_a_starred_point_counts_two_and_a_half_times_as_much_as_its_neighbour():
    assert OUTLINE.points["DS0105"].starred
    assert not OUTLINE.points["DS0104"].starred
    assert WEIGHTS["DS0105"] == pytest.approx(2.5 * WEIGHTS["DS0104"])


def test_without_chapters_only_stars_count():
    assert set(point_weights(Outline(OUTLINE.points)).values()) == {1.0, 2.5}
    assert point_weights(Outline({})) == {}


@pytest.mark.parametrize(("left", "looked"), [(12, 12), (30, 30), (400, 30), (0, 0), (-3, 0)])
def test_gain_looks_ahead_to_the_exam_but_not_beyond_a_month(left, looked):
    assert days_ahead(NOW, NOW + left * DAY) == pytest.approx(looked)


def test_nothing_is_known_of_a_newcomer():
    assert rating_in(NOBODY, "OS03") == INITIAL_RATING
    assert known(NOBODY, "OS0316", NOW) == 0.5
    assert accuracy(0.5) == 0.625


def test_answers_in_other_chapters_say_a_little_of_a_new_one():
    strong = after([(f"DS01{number:02}", "good", 1.0) for number in range(1, 9)])

    assert INITIAL_RATING < rating_in(strong, "OS03") < rating_in(strong, "DS01")


def test_what_was_just_explained_is_known_better_than_before_and_fades():
    wrong = after([("OS0316", "again", 0.0)])

    assert known(wrong, "OS0316", NOW) > known(wrong, "OS0317", NOW)
    assert known(wrong, "OS0316", NOW + 30 * DAY) < known(wrong, "OS0316", NOW)


def test_many_reviews_count_more_than_the_chapter():
    weak = [(f"OS03{number:02}", "again", 1.0) for number in range(1, 12)]
    once = after([*weak, ("OS0316", "good", 0.5)])
    often = after([*weak, *(("OS0316", "good", days) for days in (30.0, 20.0, 10.0, 0.5))])

    assert known(often, "OS0316", NOW) > known(once, "OS0316", NOW)


def test_a_forgotten_point_gains_more_than_one_that_is_remembered():
    forgotten = after([("OS0316", "again", 10.0)])
    remembered = after([("OS0316", "good", days) for days in (60.0, 50.0, 30.0, 10.0)])

    assert _gain(forgotten, "OS0316") > _gain(remembered, "OS0316") > 0


def test_a_weak_chapter_gains_more_than_a_strong_one():
    weak = after([("OS0301", "again", 1.0), ("OS0302", "again", 1.0)])
    strong = after([("OS0301", "good", 1.0), ("OS0302", "good", 1.0)])

    assert _gain(weak, "OS0316") > _gain(strong, "OS0316")


def test_even_what_is_probably_known_is_worth_practising_weeks_before_the_exam():
    strong = after([(f"OS03{number:02}", "good", 1.0) for number in range(1, 12)])

    assert known(strong, "OS0316", NOW) > 0.8
    assert _gain(strong, "OS0316", NOW + 20 * DAY) > 0
    assert _gain(strong, "OS0316", NOW + 20 * DAY) > _gain(strong, "OS0316", NOW + 2 * DAY)


def test_gain_grows_with_what_the_exam_gives():
    assert _gain(NOBODY, "DS0105") == pytest.approx(2.5 * _gain(NOBODY, "DS0104"))


@settings(deadline=None)
@given(states, points, exams)
def test_gain_is_a_share_of_the_weight(state, point, exam_at):
    assert -WEIGHTS[point] <= _gain(state, point, exam_at) <= WEIGHTS[point]


@settings(deadline=None)
@given(states, points)
def test_once_the_exam_began_gain_is_what_is_not_remembered(state, point):
    card = state.cards.get(point)
    found = prospect(card, known(state, point, NOW), 1.0, NOW, 0.0)

    if card is None:
        assert found.gain == pytest.approx(1 - found.known)
    assert 0 <= found.gain <= 1


@settings(deadline=None)
@given(states, points, st.floats(0, 300))
def test_chances_are_chances(state, point, days):
    chance = known(state, point, NOW + days * DAY)

    assert 0 <= chance <= 1
    assert 0.25 <= accuracy(chance) <= 1
