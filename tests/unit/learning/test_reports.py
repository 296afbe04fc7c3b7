"""What reports add up: by hand on small logs, and against a plain count on many."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.learning.folding import EMPTY, Answered, fold
from backend.learning.reports import (
    BookChanges,
    Score,
    book_changes,
    period_of,
    report_of,
    score_of,
)
from backend.learning.values import SHANGHAI, Attempt, study_day
from tests.unit.knowledge.shipped import shipped_library

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=SHANGHAI)
DAY = timedelta(days=1)
EXAM = datetime(2026, 12, 20, 14, 0, tzinfo=SHANGHAI)


def attempt(number, point="OS0230", *, at=NOON, question=None):
    return Attempt(
        seq=number,
        asking_id=f"a{number}",
        identity_id=1,
        question_id=question or f"q.{number}",
        point=point,
        difficulty=1500.0,
        shown="A",
        chosen="A",
        answer="B",
        kind="practice",
        group_key=None,
        answered_at=at,
        day=study_day(at),
    )


def reported(*answers, askable=("OS0230", "CO0304", "CN0506")):
    """Report on (point, right) answers of successive days."""
    events = [
        Answered(attempt(n, point, at=NOON + n * DAY), right)
        for n, (point, right) in enumerate(answers)
    ]
    return report_of(fold(EMPTY, *events), shipped_library().outline, askable, EXAM)


def test_nothing_has_no_share():
    report = reported()
    assert (report.answered, report.score, report.known) == (0, Score(), None)
    assert report.score.share is None
    assert (report.subjects, report.chapters, report.weak_points) == ((), (), ())


def test_subjects_and_chapters_add_up():
    report = reported(
        ("OS0230", True), ("OS0230", False), ("OS0316", True), ("CO0304", False), ("CN0506", True)
    )
    assert report.score == Score(3, 5)
    assert [(part.id, part.score) for part in report.subjects] == [
        ("CO", Score(0, 1)),
        ("OS", Score(2, 3)),
        ("CN", Score(1, 1)),
    ]
    assert sum((part.score for part in report.chapters), Score()) == report.score
    assert report.chapters[0].id == "CO03"
    assert report.practised == 4


def test_one_unlucky_answer_is_not_the_weakest_chapter():
    report = reported(*[("OS0230", False)] * 4, ("OS0230", True), ("CN0506", False))
    assert [part.id for part in report.chapters] == ["OS02", "CN05"]


def test_a_retracted_question_counts_for_the_day_only():
    report = reported(("OS0230", None), ("OS0230", True))
    assert (report.answered, report.score) == (2, Score(1, 1))


def test_a_point_without_questions_is_not_recommended():
    wrong = (("OS0230", False), ("CO0304", False))
    assert {point.id for point in reported(*wrong).weak_points} == {"OS0230", "CO0304"}
    assert [p.id for p in reported(*wrong, askable=("CO0304",)).weak_points] == ["CO0304"]


def test_what_was_right_is_known_better_at_the_exam_than_what_was_wrong():
    right, wrong = reported(("OS0230", True)).known, reported(("OS0230", False)).known
    assert 0 < wrong < right < 1


def test_a_period_has_both_of_its_ends_and_nothing_beyond():
    answers = [(attempt(n, at=NOON + n * DAY), n % 2 == 0) for n in range(6)]
    answers += [(attempt(9, "CN0506", at=NOON + 2 * DAY), None)]
    period = period_of(answers, date(2026, 11, 3), date(2026, 11, 5))
    assert (period.answered, period.active_days) == (4, 3)
    assert period.score == Score(1, 3)
    assert period.subjects == {"OS": Score(1, 3), "CN": Score()}
    assert period.busiest == (date(2026, 11, 4), 2)


def test_an_empty_period_is_zero():
    period = period_of([], date(2026, 11, 3), date(2026, 11, 5))
    assert (period.answered, period.active_days, period.busiest) == (0, 0, None)


def test_a_question_that_enters_and_leaves_is_counted_on_its_way():
    events = [
        Answered(attempt(0, question="q"), right=False),
        *(Answered(attempt(n, question="q", at=NOON + n * DAY), right=True) for n in (1, 2, 3)),
        Answered(attempt(4, question="q", at=NOON + 4 * DAY), right=True, guessed=True),
    ]
    assert book_changes(events, NOON) == BookChanges(2, 1)
    assert book_changes(events, NOON + DAY) == BookChanges(1, 1)
    assert book_changes(events, NOON + 4 * DAY) == BookChanges(1, 0)
    assert book_changes(events, NOON + 5 * DAY) == BookChanges(0, 0)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from([True, False, None]), st.booleans())),
    st.integers(0, 30),
)
def test_what_entered_less_what_left_is_how_much_the_book_grew(answers, begin):
    events = [
        Answered(attempt(n, question=f"q{q}", at=NOON + n * DAY), right, guessed)
        for n, (q, right, guessed) in enumerate(answers)
    ]
    before = fold(EMPTY, *events[:begin]).wrong_book
    after = fold(EMPTY, *events).wrong_book
    changes = book_changes(events, NOON + begin * DAY)
    assert changes.entered - changes.left == len(after) - len(before)


@pytest.mark.parametrize(
    ("judgements", "score"),
    [([], Score()), ([None], Score()), ([True, False, None, True], Score(2, 3))],
)
def test_only_what_can_be_judged_is_scored(judgements, score):
    assert score_of(judgements) == score
