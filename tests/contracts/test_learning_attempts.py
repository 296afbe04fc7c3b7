"""Answers on both databases: each counted once, durable, judged by the key in force."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from backend.errors import RecordUnavailable
from backend.learning import tables
from backend.learning.ability import difficulty_rating
from backend.learning.rebuild import rebuild
from backend.learning.values import Attempt, Streak
from backend.questions.question import OPTION_KEYS
from tests.learning import DAY, GROUP, MINUTE, NOON, open_record, question, wrong_letter


async def rows(record, table) -> int:
    async with record.database.reading() as connection:
        return (await connection.execute(select(func.count()).select_from(table))).scalar()


async def test_a_right_answer_is_recorded_with_all_that_judges_it(record):
    me, asking = await record.person(), await record.daily(question(1, difficulty=4))
    outcome = await record.attempts.answer(asking, me, asking.shown_answer, NOON + MINUTE)
    assert (outcome.status, outcome.right) == ("recorded", True)
    assert (outcome.streak, outcome.answered_today) == (Streak(1, 1, NOON.date()), 1)
    assert not outcome.entered_wrong_book
    stored = await record.attempts.of_asking(asking.id, me.id)
    assert stored == outcome.attempt
    assert stored == Attempt(
        seq=stored.seq,
        asking_id=asking.id,
        identity_id=me.id,
        question_id="q.os.test-1",
        point="OS0316",
        difficulty=1650.0,
        shown=asking.shown_answer,
        chosen="B",
        answer="B",
        kind="daily",
        group_key=GROUP,
        answered_at=NOON + MINUTE,
        day=NOON.date(),
        fingerprint=stored.fingerprint,
    )
    assert len(stored.fingerprint) == 12


async def test_the_letter_is_read_in_the_order_that_was_shown(record):
    asking = await record.daily()
    for number, letter in enumerate(OPTION_KEYS):
        me = await record.person(str(number))
        outcome = await record.attempts.answer(asking, me, letter, NOON)
        assert outcome.attempt.chosen == asking.order[number]
        assert outcome.right == (asking.order[number] == "B")


async def test_a_wrong_answer_enters_the_wrong_book(record):
    me, asking = await record.person(), await record.daily()
    outcome = await record.answers(asking, me, False)
    assert outcome.right is False
    assert outcome.entered_wrong_book
    [entry] = await record.progress.wrong_book(me.person_id)
    assert (entry.question_id, entry.wrong, entry.asking_id) == ("q.os.test-1", 1, asking.id)


async def test_the_first_answer_counts(record):
    me, asking = await record.person(), await record.daily()
    first = await record.answers(asking, me, False)
    again = await record.answers(asking, me, True, NOON + MINUTE)
    assert again.status == "repeated"
    assert again.attempt == first.attempt
    assert again.right is False
    assert (again.entered_wrong_book, again.left_wrong_book) == (False, False)
    assert again.answered_today == 1
    assert again.streak.current == 1
    assert await rows(record, tables.attempts) == 1


async def test_of_two_answers_in_one_batch_the_earlier_one_counts(record):
    me, you, asking = await record.person("1"), await record.person("2"), await record.daily()
    outcomes = await asyncio.gather(
        record.answers(asking, you, True),  # goes alone; the others wait for it together
        record.answers(asking, me, False),
        record.answers(asking, me, True),
    )
    assert [outcome.status for outcome in outcomes[1:]] == ["recorded", "repeated"]
    assert outcomes[2].attempt == outcomes[1].attempt
    assert outcomes[2].right is False


async def test_two_answers_to_different_questions_in_one_batch_both_fold(record):
    me = await record.person()
    asked = [await record.practice(me, question(number)) for number in range(6)]
    outcomes = await asyncio.gather(*(record.answers(one, me, False) for one in asked))
    assert {outcome.answered_today for outcome in outcomes} == {1, 2, 3, 4, 5, 6}
    state = await record.progress.state(me.person_id)
    assert len(state.wrong_book) == 6
    assert state.abilities["OS03"].attempts == 6
    assert state.cards["OS0316"].reviews == 6
    assert state.days[NOON.date()].answered == 6


async def test_a_late_answer_is_practice(record):
    me, asking = await record.member("1", name="小明"), await record.daily()
    assert await record.askings.reveal(asking.id, NOON + MINUTE)
    outcome = await record.answers(asking, me, True, NOON + 2 * MINUTE)
    assert (outcome.status, outcome.attempt.kind) == ("late", "late")
    assert outcome.streak.current == 1
    tally = await record.askings.tally(asking.id)
    assert (tally.total, tally.names) == (0, ())
    assert (await record.progress.state(me.person_id)).abilities["OS03"].right == 1


async def test_an_answer_that_arrived_before_the_reveal_is_in_time(record):
    me, asking = await record.person(), await record.daily()
    await record.askings.reveal(asking.id, NOON + MINUTE)
    assert (await record.answers(asking, me, True, NOON)).status == "recorded"


async def test_200_members_at_once_are_all_counted_once(record):
    asking = await record.daily()
    members = await asyncio.gather(*(record.person(str(number)) for number in range(200)))
    assert len({member.person_id for member in members}) == 200
    answers = [
        record.attempts.answer(asking, member, OPTION_KEYS[number % 4], NOON)
        for number, member in enumerate(members)
        for _ in range(3)
    ]
    outcomes = await asyncio.gather(*answers)
    statuses = [outcome.status for outcome in outcomes]
    assert statuses.count("recorded") == 200
    assert statuses.count("repeated") == 400
    assert await rows(record, tables.attempts) == 200
    assert (await record.askings.tally(asking.id)).counts == dict.fromkeys(OPTION_KEYS, 50)
    states = [await record.progress.state(member.person_id) for member in members]
    assert all(state.days[NOON.date()].answered == 1 for state in states)
    assert sum(len(state.wrong_book) for state in states) == 150


async def test_two_instances_count_each_answer_once(record, record_url, tmp_path):
    asking = await record.daily()
    members = [await record.person(str(number)) for number in range(40)]
    async with open_record(record_url, tmp_path) as other:
        answers = [
            instance.attempts.answer(asking, member, "A", NOON)
            for member in members
            for instance in (record, other)
        ]
        outcomes = await asyncio.gather(*answers)
    assert [outcome.status for outcome in outcomes].count("recorded") == 40
    assert await rows(record, tables.attempts) == 40
    for member in members:
        assert (await record.progress.state(member.person_id)).days[NOON.date()].answered == 1


async def test_an_answer_to_nothing_fails_alone(record):
    me, you = await record.person("1"), await record.person("2")
    asking, gone = await record.daily(), await record.practice(me, question(2))
    async with record.database.writing() as connection:
        await connection.execute(delete(tables.askings).where(tables.askings.c.id == gone.id))
    good, bad = await asyncio.gather(
        record.answers(asking, you, True),
        record.answers(gone, me, True),
        return_exceptions=True,
    )
    assert good.status == "recorded"
    assert isinstance(bad, RecordUnavailable)
    assert await rows(record, tables.attempts) == 1


async def test_an_answer_that_the_database_refuses_fails_alone(record):
    people = [await record.person(str(number)) for number in range(5)]
    asking = await record.daily()
    moments = [NOON] * 5
    moments[2] = NOON.replace(tzinfo=None)  # a bug of a caller: no time zone
    outcomes = await asyncio.gather(
        *(
            record.attempts.answer(asking, person, "A", at)
            for person, at in zip(people, moments, strict=True)
        ),
        return_exceptions=True,
    )
    assert isinstance(outcomes.pop(2), Exception)
    assert [outcome.status for outcome in outcomes] == ["recorded"] * 4
    assert await rows(record, tables.attempts) == 4


async def test_a_caller_that_goes_away_loses_and_doubles_nothing(record):
    people = [await record.person(str(number)) for number in range(30)]
    asking = await record.daily()
    waiting = [asyncio.create_task(record.answers(asking, one, True)) for one in people]
    await asyncio.sleep(0)
    for task in waiting[::3]:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    again = await asyncio.gather(*(record.answers(asking, one, True) for one in people))
    assert {outcome.status for outcome in again} == {"repeated"}
    assert await rows(record, tables.attempts) == 30


async def test_closing_writes_what_was_accepted_and_refuses_the_rest(record):
    me, asking = await record.person(), await record.daily()
    answering = asyncio.create_task(record.answers(asking, me, True))
    await asyncio.sleep(0)
    await record.attempts.aclose()
    assert (await answering).status == "recorded"
    with pytest.raises(RecordUnavailable, match="关闭"):
        await record.answers(asking, me, True)


async def test_a_question_leaves_the_wrong_book_after_three_right_days(record):
    me = await record.person()
    await record.practises(me, question(), False, NOON)
    outcomes = []
    for at in (NOON + MINUTE, NOON + DAY, NOON + DAY + MINUTE, NOON + 2 * DAY):
        outcomes.append(await record.practises(me, question(), True, at))
    assert [outcome.left_wrong_book for outcome in outcomes] == [False, False, False, True]
    assert await record.progress.wrong_book(me.person_id) == []


async def test_an_answer_dated_before_the_last_day_joins_the_streak(record):
    me = await record.person()
    for back in (0, 2, 1):
        outcome = await record.practises(me, question(back), True, NOON - back * DAY)
    assert (await record.progress.streak(me.person_id, NOON.date())).current == 3
    assert outcome.streak.longest == 3


async def test_a_guess_enters_the_wrong_book_though_it_was_right(record):
    me, asking = await record.person(), await record.daily()
    await record.answers(asking, me, True)
    good = (await record.progress.state(me.person_id)).cards["OS0316"]
    marked = await record.attempts.mark_guessed(asking.id, me, NOON + MINUTE)
    assert (marked.status, marked.right, marked.entered_wrong_book) == ("recorded", True, True)
    hard = (await record.progress.state(me.person_id)).cards["OS0316"]
    assert hard.stability < good.stability
    again = await record.attempts.mark_guessed(asking.id, me, NOON + 2 * MINUTE)
    assert (again.status, again.entered_wrong_book) == ("repeated", False)
    assert await rows(record, tables.marks) == 1


async def test_what_was_not_answered_cannot_be_marked(record):
    me, asking = await record.person(), await record.daily()
    assert await record.attempts.mark_guessed(asking.id, me, NOON) is None


async def test_a_day_is_made_up_once_a_week(record):
    me = await record.person()
    monday = NOON
    for day in (0, 1, 3, 5):
        await record.practises(me, question(day), True, monday + day * DAY)
    saturday = monday + 5 * DAY + MINUTE
    assert (await record.progress.streak(me.person_id, saturday.date())).current == 1
    assert await record.attempts.make_up(me, saturday) == "made"  # Friday
    assert (await record.progress.streak(me.person_id, saturday.date())).current == 3
    assert await record.attempts.make_up(me, saturday) == "used_this_week"  # Wednesday
    await record.practises(me, question(9), True, monday + 7 * DAY)
    assert await record.attempts.make_up(me, monday + 7 * DAY) == "made"  # Sunday
    streak = await record.progress.streak(me.person_id, (monday + 7 * DAY).date())
    assert streak == Streak(5, 5, (monday + 7 * DAY).date())
    days = await record.progress.days(me.person_id, monday.date())
    assert [one.day.day for one in days if one.made_up] == [6, 8]


async def test_who_has_missed_nothing_or_too_much_has_nothing_to_make_up(record):
    me = await record.person()
    assert await record.attempts.make_up(me, NOON) == "none_missing"
    await record.practises(me, question(1), True, NOON)
    assert await record.attempts.make_up(me, NOON + DAY) == "none_missing"
    assert await record.attempts.make_up(me, NOON + 3 * DAY) == "none_missing"
    assert await record.attempts.make_up(me, NOON + 2 * DAY) == "made"


async def test_the_log_cannot_be_changed(record):
    me, asking = await record.person(), await record.daily()
    await record.answers(asking, me, True)
    await record.attempts.mark_guessed(asking.id, me, NOON)
    await record.practises(me, question(2), True, NOON - DAY)
    await record.practises(me, question(3), True, NOON - 3 * DAY)
    assert await record.attempts.make_up(me, NOON - DAY) == "made"
    report = await record.corrections.report(asking.id, me.id, "答案不对", NOON)
    await record.corrections.accept(report.id, "C", "算错了", "已更正", NOON)
    for table in (tables.attempts, tables.marks, tables.makeups, tables.key_changes):
        assert await rows(record, table) > 0
        column = next(one for one in table.columns if one.name in ("day", "mark", "question_id"))
        for statement in (update(table).values({column: column}), delete(table)):
            with pytest.raises((RecordUnavailable, IntegrityError), match="append-only"):
                async with record.database.writing() as connection:
                    await connection.execute(statement)


async def test_moments_keep_their_instant_and_come_back_in_shanghai(record):
    me, asking = await record.person(), await record.daily()
    at = datetime(2026, 11, 1, 20, 0, 0, 123456, tzinfo=UTC)
    outcome = await record.attempts.answer(asking, me, wrong_letter(asking), at)
    assert outcome.attempt.day.isoformat() == "2026-11-02"
    stored = await record.attempts.latest_of(me.id)
    assert stored.answered_at == at
    assert stored.answered_at.isoformat() == "2026-11-02T04:00:00.123456+08:00"


async def test_the_latest_answer_of_an_account_is_the_last_one_given(record):
    me = await record.person()
    assert await record.attempts.latest_of(me.id) is None
    await record.practises(me, question(1), True, NOON)
    await record.practises(me, question(2), True, NOON)
    assert (await record.attempts.latest_of(me.id)).question_id == "q.os.test-2"


async def test_what_many_got_wrong_counts_as_harder_than_its_author_thought(record):
    async def rating(number, right, asked=None):
        me = await record.person(str(number))
        asking = await record.practice(me, asked or question())
        return (await record.answers(asking, me, right)).attempt.difficulty

    ratings = [await rating(number, False) for number in range(10)]
    assert ratings[0] == difficulty_rating(3)
    assert ratings == sorted(ratings)
    assert ratings[-1] > ratings[0] + 50
    rewritten = replace(question(), stem="重写过的题。")
    assert await rating(10, True, rewritten) == difficulty_rating(3)
    assert (await rebuild(record.database)).differences == []


async def test_a_corrected_key_turns_what_was_hard_into_what_was_easy(record):
    people = [await record.person(str(number)) for number in range(10)]
    for me in people:
        asking = await record.practice(me)
        await record.attempts.answer(asking, me, asking.shown("C"), NOON)
    report = await record.corrections.report(asking.id, me.id, "应选 C", NOON)
    await record.corrections.accept(report.id, "C", "", "已更正", NOON)
    last = await record.person("last")
    outcome = await record.answers(await record.practice(last), last, True)
    assert outcome.attempt.difficulty < difficulty_rating(3) - 50
