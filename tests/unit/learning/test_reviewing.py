from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import fsrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.learning.reviewing import (
    LAST_LAP,
    Rating,
    due_at,
    retention,
    retrievability,
    review,
    stability_after,
)
from backend.learning.values import ReviewCard

SHANGHAI = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 9, 1, 12, 30, tzinfo=SHANGHAI)
DAY = timedelta(days=1)

_ratings = st.sampled_from(["again", "hard", "good"])
_histories = st.lists(
    st.tuples(_ratings, st.floats(0, 60, allow_nan=False)), min_size=1, max_size=12
)


def _card(history: list[tuple[Rating, float]], point: str = "OS0316") -> ReviewCard:
    card, at = None, START
    for rating, gap in history:
        at += timedelta(days=gap)
        card = review(card, point, rating, at)
    assert card is not None
    return card


def test_the_first_right_answer_gives_the_published_initial_stability():
    card = review(None, "OS0316", "good", START)

    assert card.stability == fsrs.Scheduler().parameters[2]
    assert card.due_at == START + 2 * DAY
    assert (card.point, card.reviewed_at, card.reviews) == ("OS0316", START, 1)


def test_after_a_first_answer_right_lasts_longer_than_guessed_and_guessed_than_wrong():
    right, guessed, wrong = (review(None, "OS0316", r, START) for r in ("good", "hard", "again"))

    later = START + 5 * DAY
    assert retrievability(right, later) > retrievability(guessed, later)
    assert retrievability(guessed, later) > retrievability(wrong, later)


def test_a_wrong_answer_brings_a_strong_card_back_soon():
    strong = _card([("good", 0), ("good", 3), ("good", 10)])
    assert strong.due_at - strong.reviewed_at > 10 * DAY

    weak = review(strong, "OS0316", "again", strong.due_at)

    assert weak.due_at - weak.reviewed_at < 10 * DAY
    assert weak.stability < strong.stability


@settings(deadline=None)
@given(_histories)
def test_the_same_answers_always_give_the_same_card(history):
    assert _card(history) == _card(history)


@settings(deadline=None)
@given(_histories)
def test_the_zone_in_which_a_moment_is_written_changes_nothing(history):
    here = _card(history)
    card, at = None, START
    for rating, gap in history:
        at += timedelta(days=gap)
        card = review(card, "OS0316", rating, at.astimezone(UTC))

    assert card == here


@settings(deadline=None)
@given(_histories, st.integers(0, 500))
def test_at_whole_days_it_remembers_what_fsrs_says(history, days):
    card = _card(history)
    at = card.reviewed_at.astimezone(UTC) + days * DAY
    theirs = fsrs.Card(
        card_id=1,
        state=fsrs.State.Review,
        stability=card.stability,
        difficulty=card.difficulty,
        due=card.due_at.astimezone(UTC),
        last_review=card.reviewed_at.astimezone(UTC),
    )

    assert retrievability(card, at) == pytest.approx(
        fsrs.Scheduler().get_card_retrievability(theirs, at), abs=1e-12
    )


@settings(deadline=None)
@given(_histories, st.floats(0, 400), st.floats(0, 400))
def test_nobody_remembers_better_by_waiting(history, one, other):
    card = _card(history)
    sooner, later = sorted((one, other))

    now = retrievability(card, card.reviewed_at + timedelta(days=sooner))

    assert 0 <= retrievability(card, card.reviewed_at + timedelta(days=later)) <= now <= 1


def test_after_as_many_days_as_its_stability_nine_in_ten_are_remembered():
    assert retention(12.5, 12.5) == pytest.approx(0.9)


@settings(deadline=None)
@given(_histories, st.floats(0, 90), _ratings)
def test_what_a_review_would_give_is_what_it_gives(history, gap, rating):
    card = _card(history)
    at = card.reviewed_at + timedelta(days=gap)

    foreseen = stability_after(card, rating, at)

    assert foreseen == pytest.approx(review(card, "OS0316", rating, at).stability, rel=1e-9)


@settings(deadline=None)
@given(_ratings)
def test_what_a_first_answer_would_give_is_what_it_gives(rating):
    assert stability_after(None, rating, START) == review(None, "X", rating, START).stability


def test_a_card_that_was_never_reviewed_is_not_remembered():
    blank = ReviewCard("OS0316", 1, None, None, START, None, 0)

    assert retrievability(blank, START) == 0
    assert review(blank, "OS0316", "good", START).reviews == 1


def test_an_answer_dated_before_the_last_review_counts_as_given_right_after_it():
    card = _card([("good", 0), ("good", 5)])

    after = review(card, "OS0316", "again", START)

    assert after.reviewed_at == card.reviewed_at
    assert retrievability(after, after.reviewed_at) == 1


@settings(deadline=None)
@given(_histories, st.floats(0, 500))
def test_what_was_seen_before_the_last_lap_comes_back_before_the_exam(history, days):
    card = _card(history)
    exam_at = card.reviewed_at + LAST_LAP + timedelta(days=days, seconds=1)

    due = due_at(card, exam_at)

    assert card.reviewed_at < due <= min(card.due_at, exam_at - DAY)


def test_strong_cards_do_not_all_come_back_on_the_same_day():
    exam_at = START + 60 * DAY
    strong = [
        ReviewCard(f"OS03{number:02}", 2, 400.0, 5.0, START + 400 * DAY, START, 5)
        for number in range(60)
    ]

    days = [due_at(card, exam_at) for card in strong]

    assert set(days) == {exam_at - before * DAY for before in range(1, 7)}
    assert max(days.count(day) for day in days) < 20


def test_what_has_come_back_in_the_last_lap_is_left_to_fsrs():
    card = ReviewCard("OS0316", 2, 400.0, 5.0, START + 400 * DAY, START, 5)

    assert due_at(card, START + 3 * DAY) == card.due_at
    assert due_at(card, START - 30 * DAY) == card.due_at
