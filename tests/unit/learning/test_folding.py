"""Folding against a second, naive reading of the rules."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.learning.ability import INITIAL_RATING, difficulty_rating, updated
from backend.learning.folding import (
    EMPTY,
    Answered,
    Event,
    MadeUp,
    fold,
    looks_back,
    standing,
    streak_of,
)
from backend.learning.reviewing import review
from backend.learning.values import Attempt, Streak, study_day
from tests.learning import DAY, NOON

TODAY = NOON.date()


def answered(
    day: float = 0,
    right: bool | None = True,
    *,
    guessed: bool = False,
    question: str = "q.1",
    point: str = "OS0316",
    kind: str = "daily",
) -> Answered:
    at = NOON + day * DAY
    attempt = Attempt(
        seq=0,
        asking_id=f"a{day}",
        identity_id=1,
        question_id=question,
        point=point,
        difficulty=difficulty_rating(3),
        shown="A",
        chosen="A",
        answer="A",
        kind=kind,
        group_key=None,
        answered_at=at,
        day=study_day(at),
    )
    return Answered(attempt, right, guessed)


def test_nothing_folds_to_nothing():
    assert fold(EMPTY) == EMPTY


def test_an_event_leaves_the_state_before_it_alone():
    before = fold(EMPTY, answered(right=False))
    fold(before, answered(1), MadeUp(TODAY - DAY))
    assert before == fold(EMPTY, answered(right=False))


def test_a_wrong_answer_enters_the_wrong_book():
    [entry] = fold(EMPTY, answered(right=False)).wrong_book.values()
    assert (entry.question_id, entry.point, entry.asking_id) == ("q.1", "OS0316", "a0")
    assert (entry.wrong, entry.right_days, entry.last_right_day) == (1, 0, None)
    assert (entry.added_at, entry.last_at) == (NOON, NOON)


def test_a_right_answer_enters_nothing():
    assert fold(EMPTY, answered()).wrong_book == {}


def test_three_right_days_in_a_row_leave_it():
    state = fold(EMPTY, answered(right=False), answered(1), answered(2))
    assert state.wrong_book["q.1"].right_days == 2
    assert fold(state, answered(3)).wrong_book == {}


def test_twice_on_one_day_counts_once():
    state = fold(EMPTY, answered(right=False), answered(1), answered(1.1), answered(1.2))
    assert state.wrong_book["q.1"].right_days == 1


def test_the_day_of_the_mistake_can_be_the_first_right_one():
    state = fold(EMPTY, answered(right=False), answered(0.1), answered(1), answered(2))
    assert state.wrong_book == {}


@pytest.mark.parametrize("again", [answered(3, right=False), answered(3, guessed=True)])
def test_a_mistake_or_a_guess_begins_again(again):
    state = fold(EMPTY, answered(right=False), answered(1), answered(2), again)
    entry = state.wrong_book["q.1"]
    assert (entry.wrong, entry.right_days, entry.last_right_day) == (2, 0, None)
    assert entry.added_at == NOON
    assert "q.1" in fold(state, answered(4), answered(5)).wrong_book
    assert fold(state, answered(4), answered(5), answered(6)).wrong_book == {}


def test_questions_do_not_help_each_other():
    state = fold(EMPTY, answered(right=False), *(answered(day, question="q.2") for day in range(3)))
    assert list(state.wrong_book) == ["q.1"]


def test_a_guess_that_was_right_is_reviewed_as_hard_and_counts_as_right():
    state = fold(EMPTY, answered(guessed=True))
    assert state.cards["OS0316"] == review(None, "OS0316", "hard", NOON)
    assert (state.days[TODAY].right, state.abilities["OS03"].right) == (1, 1)
    assert list(state.wrong_book) == ["q.1"]


def test_a_guess_that_was_wrong_is_wrong():
    assert fold(EMPTY, answered(right=False, guessed=True)) == fold(EMPTY, answered(right=False))


def test_answers_are_reviewed_in_turn():
    card = review(review(None, "OS0316", "again", NOON), "OS0316", "good", NOON + DAY)
    assert fold(EMPTY, answered(right=False), answered(1)).cards == {"OS0316": card}


def test_ability_moves_by_chapter():
    state = fold(EMPTY, answered(), answered(right=False, point="CN0301"), answered(point="OS0301"))
    first = updated(INITIAL_RATING, 0, difficulty_rating(3), True)
    of_os = state.abilities["OS03"]
    assert of_os.rating == updated(first, 1, difficulty_rating(3), True)
    assert (of_os.attempts, of_os.right) == (2, 2)
    assert state.abilities["CN03"].rating < INITIAL_RATING


def test_a_retracted_question_counts_for_the_day_and_the_streak_only():
    state = fold(EMPTY, answered(right=None))
    assert (state.days[TODAY].answered, state.days[TODAY].right) == (1, 0)
    assert state.streak == Streak(1, 1, TODAY)
    assert (state.wrong_book, state.cards, state.abilities) == ({}, {}, {})


def test_a_late_answer_counts_like_practice():
    assert fold(EMPTY, answered(kind="late")) == fold(EMPTY, answered(kind="practice"))


def test_a_day_made_up_joins_the_streak():
    state = fold(EMPTY, answered(0), answered(2), MadeUp(TODAY + DAY))
    assert state.streak == Streak(3, 3, TODAY + 2 * DAY)
    made_up = state.days[TODAY + DAY]
    assert (made_up.answered, made_up.made_up) == (0, True)


def test_an_answer_on_a_day_made_up_keeps_it_made_up():
    day = fold(EMPTY, MadeUp(TODAY), answered()).days[TODAY]
    assert (day.answered, day.made_up) == (1, True)


def test_a_streak_stands_until_the_day_after():
    streak = Streak(4, 9, TODAY)
    assert standing(streak, TODAY) == standing(streak, TODAY + DAY) == streak
    assert standing(streak, TODAY + 2 * DAY) == Streak(0, 9, TODAY)
    assert standing(EMPTY.streak, TODAY) == EMPTY.streak


def test_only_a_day_in_the_middle_looks_back():
    state = fold(EMPTY, answered(0), answered(2))
    looking = [looks_back(state, TODAY + timedelta(days=day)) for day in (-1, 0, 1, 2, 3)]
    assert looking == [True, False, True, False, False]
    assert not looks_back(EMPTY, TODAY)


_days = st.integers(0, 40)
_events = st.lists(
    st.one_of(
        st.builds(
            answered,
            _days,
            st.sampled_from([True, False, None]),
            guessed=st.booleans(),
            question=st.sampled_from(["q.1", "q.2"]),
        ),
        st.builds(lambda day: MadeUp(TODAY + day * DAY), _days),
    ),
    max_size=40,
)


def naive_streak(days: set[date]) -> Streak:
    """Count by asking for each day how far the days go on before it."""

    def run(day: date) -> int:
        return 1 + run(day - DAY) if day - DAY in days else 1

    if not days:
        return Streak(0, 0, None)
    return Streak(run(max(days)), max(map(run, days)), max(days))


def naive_wrong_book(events: Sequence[Event]) -> set[str]:
    """Look from each question's last mistake on for three different right days."""
    book = set()
    for question in ("q.1", "q.2"):
        judged = [
            (event.right and not event.guessed, event.attempt.day)
            for event in events
            if isinstance(event, Answered)
            and event.attempt.question_id == question
            and event.right is not None
        ]
        mistakes = [place for place, (right, _) in enumerate(judged) if not right]
        if not mistakes:
            continue
        after = [day for _, day in judged[mistakes[-1] + 1 :]]
        changes = [day for day, before in zip(after, [None, *after], strict=False) if day != before]
        if len(changes) < 3:
            book.add(question)
    return book


@given(_events)
def test_any_history_reads_as_the_rules_say(events):
    state = fold(EMPTY, *events)
    days = {event.day if isinstance(event, MadeUp) else event.attempt.day for event in events}
    assert state.streak == naive_streak(days) == streak_of(days)
    assert set(state.wrong_book) == naive_wrong_book(events)
    answers = [event for event in events if isinstance(event, Answered)]
    assert sum(day.answered for day in state.days.values()) == len(answers)
    counted = [event for event in answers if event.right is not None]
    assert sum(card.reviews for card in state.cards.values()) == len(counted)
    assert sum(one.right for one in state.abilities.values()) == sum(
        event.right for event in counted
    )


@given(_events)
def test_folding_one_by_one_is_folding_at_once(events):
    state = EMPTY
    for event in events:
        state = fold(state, event)
    assert state == fold(EMPTY, *events)
