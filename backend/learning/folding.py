"""The log of one person, folded into what is read of it. Pure: the same log, the same state.

An answer is judged before it gets here, by the key now in force. What each event does:

    wrong, or marked 蒙的     enters the wrong book, or starts its row of right days again
    right                    counts one day in the wrong book; after three days the question leaves
    either                   reviews the card of the main point (wrong again, 蒙的 hard, right good)
                             and moves the Elo rating of the chapter
    any, retracted too       counts for the day and the streak
    a day made up            counts for the streak

A late answer counts like one in practice. Dedupe is the caller's: one answer per asking.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from backend.learning.ability import INITIAL_RATING, updated
from backend.learning.reviewing import Rating, review
from backend.learning.values import (
    Ability,
    Attempt,
    PersonState,
    ReviewCard,
    Streak,
    StudyDay,
    WrongEntry,
)

RIGHT_DAYS_TO_LEAVE = 3
EMPTY = PersonState({}, {}, {}, {}, Streak(0, 0, None))
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Answered:
    """An attempt with its judgement; ``right`` is None when the question was retracted."""

    attempt: Attempt
    right: bool | None
    guessed: bool = False


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A missed study day that was made up for (补卡)."""

    day: date


Event = Answered | MadeUp


def fold(state: PersonState, *events: Event) -> PersonState:
    """Return the state after ``events``, which come in the order of the log.

    ``state`` may hold only what the events touch, with one exception: an event on a day before the
    streak's last one (``looks_back``) needs all days.
    """
    draft = _Draft(state)
    for event in events:
        draft.add(event)
    return draft.finished()


def looks_back(state: PersonState, day: date) -> bool:
    """Tell whether something on ``day`` changes the streak in its middle."""
    last = state.streak.last_day
    return last is not None and day < last and day not in state.days


def streak_of(days: Iterable[date]) -> Streak:
    """Count the days in a row among ``days``: the run that ends last, and the longest."""
    current, longest, last = 0, 0, None
    for day in sorted(days):
        current = current + 1 if last is not None and day - last == _ONE_DAY else 1
        longest, last = max(longest, current), day
    return Streak(current, longest, last)


def standing(streak: Streak, today: date) -> Streak:
    """Return the streak as it stands ``today``: nothing is left of it after a day without."""
    if streak.last_day is None or streak.last_day < today - _ONE_DAY:
        return replace(streak, current=0)
    return streak


class _Draft:
    """A state under construction: copied once, however many events follow."""

    def __init__(self, state: PersonState) -> None:
        self._wrong_book = dict(state.wrong_book)
        self._cards = dict(state.cards)
        self._abilities = dict(state.abilities)
        self._days = dict(state.days)
        self._streak = state.streak

    def finished(self) -> PersonState:
        return PersonState(self._wrong_book, self._cards, self._abilities, self._days, self._streak)

    def add(self, event: Event) -> None:
        if isinstance(event, MadeUp):
            self._count(event.day, replace(self._day(event.day), made_up=True))
            return
        attempt, right = event.attempt, event.right
        day = self._day(attempt.day)
        self._count(
            attempt.day, replace(day, answered=day.answered + 1, right=day.right + (right is True))
        )
        if right is None:
            return
        self._learn(attempt, right)
        self._remember(attempt, right, event.guessed)
        if right and not event.guessed:
            self._put_right(attempt)
        else:
            self._put_wrong(attempt)

    def _day(self, day: date) -> StudyDay:
        return self._days.get(day) or StudyDay(day, 0, 0, made_up=False)

    def _count(self, day: date, counted: StudyDay) -> None:
        new, last = day not in self._days, self._streak.last_day
        self._days[day] = counted
        if not new:
            return
        if last is not None and day < last:
            self._streak = streak_of(self._days)
            return
        current = self._streak.current + 1 if last is not None and day - last == _ONE_DAY else 1
        self._streak = Streak(current, max(self._streak.longest, current), day)

    def _learn(self, attempt: Attempt, right: bool) -> None:
        chapter = attempt.point[:4]
        known = self._abilities.get(chapter) or Ability(chapter, INITIAL_RATING, 0, 0)
        self._abilities[chapter] = Ability(
            chapter,
            updated(known.rating, known.attempts, attempt.difficulty, right),
            known.attempts + 1,
            known.right + right,
        )

    def _remember(self, attempt: Attempt, right: bool, guessed: bool) -> None:
        rating: Rating = "again" if not right else "hard" if guessed else "good"
        card: ReviewCard | None = self._cards.get(attempt.point)
        self._cards[attempt.point] = review(card, attempt.point, rating, attempt.answered_at)

    def _put_wrong(self, attempt: Attempt) -> None:
        entry = self._wrong_book.get(attempt.question_id)
        self._wrong_book[attempt.question_id] = WrongEntry(
            question_id=attempt.question_id,
            point=attempt.point,
            asking_id=attempt.asking_id,
            added_at=entry.added_at if entry else attempt.answered_at,
            wrong=(entry.wrong if entry else 0) + 1,
            right_days=0,
            last_right_day=None,
            last_at=attempt.answered_at,
        )

    def _put_right(self, attempt: Attempt) -> None:
        entry = self._wrong_book.get(attempt.question_id)
        if entry is None:
            return
        days = entry.right_days + (entry.last_right_day != attempt.day)
        if days >= RIGHT_DAYS_TO_LEAVE:
            del self._wrong_book[attempt.question_id]
            return
        self._wrong_book[attempt.question_id] = replace(
            entry, right_days=days, last_right_day=attempt.day, last_at=attempt.answered_at
        )
