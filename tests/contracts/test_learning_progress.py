"""What is read of people, groups and questions, on both databases."""

from datetime import timedelta

import pytest

from backend.learning.folding import EMPTY
from backend.learning.values import Streak
from tests.learning import DAY, ELSEWHERE, GROUP, MINUTE, NOON, question

TODAY = NOON.date()


async def test_of_a_stranger_there_is_nothing(record):
    assert await record.progress.state(408) == EMPTY
    assert await record.progress.wrong_book(408) == []
    assert await record.progress.streak(408, TODAY) == Streak(0, 0, None)
    assert await record.progress.days(408, TODAY) == []
    assert await record.progress.recent(408, NOON) == []


async def test_the_wrong_book_comes_newest_first_and_by_subject(record):
    me = await record.person()
    points = ("OS0316", "CN0301", "OS0201")
    for number, point in enumerate(points):
        await record.practises(me, question(number, point=point), False, NOON + number * MINUTE)
    numbers = [one.question_id[-1] for one in await record.progress.wrong_book(me.person_id)]
    assert numbers == ["2", "1", "0"]
    of_os = await record.progress.wrong_book(me.person_id, "OS")
    assert [one.question_id[-1] for one in of_os] == ["2", "0"]


async def test_a_streak_is_broken_the_day_after_the_missed_one(record):
    me = await record.person()
    await record.practises(me, question(1), True, NOON - DAY)
    await record.practises(me, question(2), True, NOON)
    assert await record.progress.streak(me.person_id, TODAY) == Streak(2, 2, TODAY)
    assert (await record.progress.streak(me.person_id, TODAY + DAY)).current == 2
    assert await record.progress.streak(me.person_id, TODAY + 2 * DAY) == Streak(0, 2, TODAY)


async def test_a_study_day_begins_at_four(record):
    me = await record.person()
    night = NOON.replace(hour=3, minute=59)
    await record.practises(me, question(1), True, night)
    await record.practises(me, question(2), False, night + MINUTE)
    days = await record.progress.days(me.person_id, TODAY - DAY)
    assert [(one.day, one.answered, one.right) for one in days] == [
        (TODAY - DAY, 1, 1),
        (TODAY, 1, 0),
    ]
    assert (await record.progress.days(me.person_id, TODAY))[0].day == TODAY


async def test_recent_attempts_are_judged(record):
    me = await record.person()
    await record.practises(me, question(1), True, NOON - DAY)
    await record.practises(me, question(2), False, NOON)
    await record.practises(me, question(3), True, NOON)
    recent = await record.progress.recent(me.person_id, NOON)
    assert [(one.question_id, right) for one, right in recent] == [
        ("q.os.test-2", False),
        ("q.os.test-3", True),
    ]


async def test_the_states_of_a_group_are_those_of_its_active_members(record):
    me, you = await record.member("1"), await record.member("2")
    away = await record.person("3")
    await record.people.seen(GROUP, away.id, NOON - 10 * DAY)
    await record.member("4", group=ELSEWHERE)
    await record.practises(me, question(), True, NOON)
    code = await record.people.issue_link_code(me.person_id, NOON)
    await record.people.link(code, await record.member("5"), NOON)
    states = await record.progress.members_state(GROUP, NOON - DAY)
    assert states == [await record.progress.state(one.person_id) for one in (me, you)]
    assert len(await record.progress.members_state(GROUP, NOON - 20 * DAY)) == 3


async def test_a_ranking_goes_by_days_and_then_by_progress(record):
    steady = await record.member("1", name="稳")
    better = await record.member("2", name="进步")
    worse = await record.member("3", name="退步")
    await record.member("4", name="没来")
    silent = await record.member("5")
    week = [NOON - back * DAY for back in (8, 1, 0)]
    asked = [await record.daily(question(day), at=at) for day, at in enumerate(week)]
    plan = {steady: (True, True, True), better: (False, True, None), worse: (True, False, None)}
    for who, results in (plan | {silent: (True, True, True)}).items():
        for asking, at, right in zip(asked, week, results, strict=True):
            if right is not None:
                await record.answers(asking, who, right, at)
    ranking = await record.progress.ranking(GROUP, TODAY)
    assert [(one.name, one.active_days, one.answered, one.progress) for one in ranking] == [
        ("稳", 2, 2, 0.0),
        ("进步", 1, 1, 1.0),
        ("退步", 1, 1, -1.0),
    ]


async def test_a_ranking_knows_nothing_of_other_places(record):
    me = await record.member("1", name="小明")
    await record.people.seen(ELSEWHERE, me.id, NOON)
    await record.practises(me, question(1), True, NOON)
    await record.answers(await record.daily(question(2), group=ELSEWHERE), me, True)
    late = await record.daily(question(3))
    await record.askings.reveal(late.id, NOON)
    await record.answers(late, me, True, NOON + MINUTE)
    assert await record.progress.ranking(GROUP, TODAY) == []
    assert await record.progress.ranking(ELSEWHERE, TODAY) == []


async def test_the_operator_sees_counts(record):
    assert set((await record.progress.counts()).values()) == {0}
    me = await record.member("1")
    await record.member("2", group=ELSEWHERE)
    asking = await record.daily()
    await record.answers(asking, me, True)
    await record.practises(me, question(2), True, NOON - DAY)
    await record.corrections.report(asking.id, me.id, "错了", NOON)
    assert await record.progress.counts(TODAY) == {
        "people": 2,
        "attempts": 2,
        "attempts_today": 1,
        "groups": 2,
        "open_corrections": 1,
    }


@pytest.mark.parametrize("apart", [timedelta(0), timedelta(microseconds=1)])
async def test_two_answers_of_one_moment_both_count(record, apart):
    me = await record.person()
    await record.practises(me, question(1), True, NOON)
    await record.practises(me, question(2), True, NOON + apart)
    assert (await record.progress.state(me.person_id)).days[TODAY].answered == 2
