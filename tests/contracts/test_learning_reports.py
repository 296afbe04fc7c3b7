"""What reports read from the log, on both databases."""

from datetime import timedelta

from backend.learning.reports import BookChanges, GroupPeriod, Score
from tests.learning import DAY, ELSEWHERE, GROUP, MINUTE, NOON, question

TODAY = NOON.date()
LAST_WEEK = TODAY - timedelta(days=6)


async def test_a_groups_period_counts_its_own_questions_answered_in_time(record):
    one, two = await record.member("1"), await record.member("2")
    for number, back in enumerate((0, 6, 7)):
        asking = await record.daily(question(number), at=NOON - back * DAY)
        await record.answers(asking, one, True, NOON - back * DAY)
        await record.answers(asking, two, back == 0, NOON - back * DAY)
    await record.practises(one, question(8), False, NOON)
    await record.answers(await record.daily(question(9), group=ELSEWHERE), one, False)
    period = await record.progress.group_period(GROUP, LAST_WEEK, TODAY)
    assert period == GroupPeriod(members=2, answered=4, score=Score(3, 4))
    before = await record.progress.group_period(GROUP, LAST_WEEK - 7 * DAY, LAST_WEEK - DAY)
    assert before == GroupPeriod(members=2, answered=2, score=Score(1, 2))


async def test_late_answers_and_retracted_questions_are_not_scored(record):
    me, asking = await record.member("1"), await record.daily()
    late = await record.daily(question(2))
    await record.answers(asking, me, True)
    await record.askings.reveal(late.id, NOON)
    await record.answers(late, me, True, NOON + MINUTE)
    report = await record.corrections.report(asking.id, me.id, "错题", NOON)
    await record.corrections.accept(report.id, None, "", "", NOON)
    period = await record.progress.group_period(GROUP, LAST_WEEK, TODAY)
    assert period == GroupPeriod(members=1, answered=1, score=Score())


async def test_linked_accounts_are_one_member(record):
    one, two = await record.member("1"), await record.member("2")
    asking = await record.daily()
    for account in (one, two):
        await record.answers(asking, account, True)
    code = await record.people.issue_link_code(one.person_id, NOON)
    assert await record.people.link(code, two, NOON) == "linked"
    period = await record.progress.group_period(GROUP, LAST_WEEK, TODAY)
    assert period == GroupPeriod(members=1, answered=1, score=Score(1, 1))


async def test_the_wrong_book_of_a_week_counts_what_came_and_went(record):
    me = await record.person()
    await record.practises(me, question(1), False, NOON)
    for days in (7, 8, 9):
        await record.practises(me, question(1), True, NOON + days * DAY)
    await record.practises(me, question(2), False, NOON + 8 * DAY)
    guess = await record.practice(me, question(3), at=NOON + 9 * DAY)
    await record.answers(guess, me, True, NOON + 9 * DAY)
    await record.attempts.mark_guessed(guess.id, me, NOON + 9 * DAY + MINUTE)
    changes = await record.progress.book_changes(me.person_id, NOON + DAY)
    assert changes == BookChanges(entered=2, left=1)
    assert await record.progress.book_changes(me.person_id + 1, NOON) == BookChanges(0, 0)
