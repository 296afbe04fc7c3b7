"""Pushes against a real ledger on both databases: exactly one for each target and slot."""

import asyncio
from dataclasses import replace
from datetime import time, timedelta
from functools import partial

import pytest

from backend.errors import RecordUnavailable
from backend.learning.groups import GroupSettings, slots_of
from backend.learning.ledger import LEASE
from backend.learning.values import study_day
from plugins.messages import Conversation, DeliveryUncertain, NotSent
from tests.fakes_outbox import FakeOutbox
from tests.learning_house import GROUP, at, learning_house


@pytest.fixture
def open_house(tmp_path, record_url):
    return partial(learning_house, tmp_path, url=record_url)


@pytest.fixture
async def house(open_house):
    async with open_house() as made:
        yield made


async def states(house, day=22):
    return [(row.slot, row.state) for row in await house.ledger.of_day(at(0, day=day).date())]


async def test_a_question_is_pushed_at_its_time_and_only_once(house):
    await house.switch_on()
    await house.run_due(at(12, 29))
    assert house.outbox.sent == []
    for minute in (30, 30, 31, 45):
        await house.run_due(at(12, minute))
    [text] = house.outbox.texts(GROUP.key)
    assert text.startswith("**【408 每日一题 · 距初试 27 天】")
    assert await states(house) == [("question-1", "confirmed")]


async def test_two_instances_at_the_same_moment_send_one(house, open_house):
    await house.switch_on()
    async with open_house(outbox=house.outbox, instance="two") as other:
        other.now = house.now = at(12, 30)
        await asyncio.gather(*(one.pusher.run_due(at(12, 30)) for one in (house, other) * 5))
    assert len(house.outbox.sent) == 1


async def test_a_disconnected_platform_gets_the_same_question_when_it_is_back(house):
    await house.switch_on()
    house.outbox.connected = False
    await house.run_due(at(12, 30))
    assert await states(house) == [("question-1", "failed")]
    await house.run_due(at(12, 30, second=20))
    first = await house.ledger.find(GROUP.key, "question-1", at(12).date())
    assert first.tries == 1, "the back-off was not kept"
    house.outbox.connected = True
    await house.run_due(at(12, 31))
    assert await states(house) == [("question-1", "confirmed")]
    again = await house.ledger.find(GROUP.key, "question-1", at(12).date())
    assert again.asking_id == first.asking_id
    assert len(house.outbox.sent) == 1


async def test_what_stays_disconnected_is_skipped_with_its_reason_and_the_operator_told(house):
    await house.switch_on()
    house.outbox.connected = False
    for minutes in range(0, 75, 1):
        await house.run_due(at(12, 30) + timedelta(minutes=minutes))
    row = await house.ledger.find(GROUP.key, "question-1", at(12).date())
    assert (row.state, row.reason) == ("skipped", "没有连接")
    assert await house.askings.of_group(GROUP.key, at(0)) == [], "nobody saw it, it is not open"
    assert len(house.told) == 1
    house.outbox.connected = True
    await house.run_due(at(14))
    assert house.outbox.sent == []


async def test_a_refusal_for_good_is_not_tried_again(house):
    await house.switch_on()
    house.outbox.failures.append(NotSent("机器人不在群里", can_retry=False))
    await house.run_due(at(12, 30))
    await house.run_due(at(12, 40))
    assert await states(house) == [("question-1", "skipped")]
    assert house.outbox.sent == []


async def test_what_may_have_arrived_is_not_sent_again_and_can_be_answered(house):
    await house.switch_on()
    house.outbox.failures.append(DeliveryUncertain("等确认超时"))
    house.outbox.delivers_anyway = True
    await house.run_due(at(12, 30))
    await house.run_due(at(12, 50))
    assert await states(house) == [("question-1", "unknown")]
    assert len(house.outbox.sent) == 1
    assert "状态不明" in house.told[0]
    reply = await house.quiz.respond(house.message("B"))
    assert reply.text.startswith("收到")


async def test_a_crash_between_sending_and_confirming_leaves_it_unknown(house):
    await house.switch_on()
    house.outbox.failures.append(asyncio.CancelledError())
    with pytest.raises(asyncio.CancelledError):
        await house.run_due(at(12, 30))
    assert await states(house) == [("question-1", "sent")]
    await house.run_due(at(12, 31))
    assert house.outbox.sent == []
    await house.run_due(at(12, 30) + LEASE + timedelta(seconds=1))
    assert await states(house) == [("question-1", "unknown")]
    assert len(house.told) == 1


async def test_a_crash_before_sending_is_made_up_by_another_instance(house, open_house):
    await house.switch_on()
    [slot] = slots_of((await house.groups.get(GROUP.key)).settings, at(12).date())
    assert await house.ledger.claim(GROUP.key, slot.name, slot.day, slot.due_at, at(12, 30))
    async with open_house(outbox=house.outbox, instance="two") as other:
        await other.run_due(at(12, 31))
        assert house.outbox.sent == []
        await other.run_due(at(12, 30) + LEASE)
    assert len(house.outbox.sent) == 1
    assert await states(house) == [("question-1", "confirmed")]


async def test_a_start_within_the_window_makes_up_and_a_later_one_skips(house):
    await house.switch_on()
    await house.run_due(at(13, 20))
    assert await states(house) == [("question-1", "confirmed")]
    await house.run_due(at(14, 20, day=23))
    [row] = await house.ledger.of_day(at(0, day=23).date())
    assert (row.state, row.reason) == ("skipped", "超过了补发时限（60 分钟）")
    # The reveal of the day before was due meanwhile: late, but it is not forgotten.
    assert len(house.outbox.sent) == 1


async def test_settings_changed_a_minute_before_move_the_push_and_never_double_it(house):
    await house.switch_on()
    house.now = at(12, 29)
    settings = (await house.groups.get(GROUP.key)).settings
    moved = replace(settings, times=(time(12, 40),))
    await house.groups.save(GROUP.key, "fake", "bot", "100", moved, at(12, 29))
    await house.run_due(at(12, 30))
    assert house.outbox.sent == []
    await house.run_due(at(12, 40))
    back = replace(settings, times=(time(12, 50),))
    await house.groups.save(GROUP.key, "fake", "bot", "100", back, at(12, 45))
    await house.run_due(at(12, 50))
    assert len(house.outbox.sent) == 1


async def test_switching_on_after_the_time_starts_tomorrow(house):
    house.now = at(12, 45)
    await house.switch_on()
    group = await house.groups.get(GROUP.key)
    off = await house.groups.save(
        GROUP.key, "fake", "bot", "100", _disabled(group.settings), at(12, 40)
    )
    assert not off.settings.enabled
    await house.groups.save(GROUP.key, "fake", "bot", "100", group.settings, at(12, 45))
    await house.run_due(at(12, 46))
    assert house.outbox.sent == []
    await house.run_due(at(12, 30, day=23))
    assert len(house.outbox.sent) == 1


def _disabled(settings):
    return replace(settings, enabled=False)


async def test_a_clock_that_jumps_back_changes_nothing(house):
    await house.switch_on()
    await house.run_due(at(12, 30))
    await house.run_due(at(11, 0))
    await house.run_due(at(12, 30))
    assert len(house.outbox.sent) == 1


async def test_several_questions_a_day_are_spread_over_the_times(house):
    await house.switch_on(times=(time(12, 30), time(18, 0)), count=3)
    await house.run_due(at(12, 30))
    assert len(house.outbox.sent) == 2
    await house.run_due(at(18, 0))
    heads = [text.split("】")[0] for text in house.outbox.texts(GROUP.key)]
    assert [head.split(" ")[2] for head in heads] == ["1/3", "2/3", "3/3"]
    points = [a.question.point for a in await house.askings.of_group(GROUP.key, at(0))]
    assert len(set(points)) == 3


async def test_the_reveal_tells_the_answer_the_shares_and_closes_the_question(house):
    await house.switch_on()
    await house.run_due(at(12, 30))
    [asking] = await house.askings.of_group(GROUP.key, at(0))
    for user, letter in enumerate("AABCD", start=1):
        await house.quiz.respond(house.message(letter, user=str(user)))
    await house.run_due(at(21, 30))
    await house.run_due(at(21, 31))
    [_, text] = house.outbox.texts(GROUP.key)
    assert f"答案 **{asking.shown_answer}**" in text
    assert "5 人作答" in text
    assert "A 40%  B 20%  C 20%  D 20%" in text
    assert "依据：" in text
    house.now = at(21, 40)
    late = await house.quiz.respond(house.message("A", user="77"))
    assert "算练习" in late.text
    assert (await house.askings.tally(asking.id)).total == 5


async def test_quiet_hours_paused_groups_and_days_off_stay_silent(house):
    await house.switch_on(weekdays=(0, 1, 2, 3, 4))  # the 22nd is a Sunday
    await house.run_due(at(12, 30))
    await house.switch_on(paused=True)
    await house.run_due(at(12, 31))
    await house.switch_on(quiet=(time(12, 0), time(13, 0)))
    await house.run_due(at(12, 32))
    assert house.outbox.sent == []


async def test_no_group_gets_the_question_or_members_of_another(house):
    other = Conversation("fake", "bot", "200", is_group=True)
    await house.switch_on()
    await house.switch_on(other)
    await house.run_due(at(12, 30))
    mine = (await house.askings.of_group(GROUP.key, at(0)))[0]
    await house.quiz.respond(house.message("A", user="5"))
    await house.people.show_name(GROUP.key, 1, "小明", at(12, 31))
    await house.run_due(at(21, 30))
    assert (await house.askings.tally(mine.id)).total == 1
    assert not any("小明" in text for text in house.outbox.texts(other.key))
    assert any("小明" in text for text in house.outbox.texts(GROUP.key))


async def test_a_platform_without_pushes_gets_the_question_with_the_first_message(open_house):
    async with open_house(outbox=FakeOutbox(unprompted=False)) as house:
        await house.switch_on()
        await house.run_due(at(12, 30))
        assert house.outbox.sent == []
        assert "不允许主动推送" in house.told[0]
        house.now = at(15)
        [reply] = await house.pusher.owed(GROUP, at(15))
        assert "408 每日一题" in reply.text
        assert await house.pusher.owed(GROUP, at(15, 1)) == []
        row = await house.ledger.find(GROUP.key, "question-1", at(12).date())
        assert (row.state, row.reason[:6]) == ("confirmed", "平台不允许主")
        [reveal] = await house.pusher.owed(GROUP, at(22))
        assert "答案" in reveal.text
        await house.run_due(at(22, 1))
        assert house.outbox.sent == []
        await house.run_due(at(1, day=24))
        skipped = await house.ledger.find(GROUP.key, "question-1", at(12, day=23).date())
        assert skipped.state == "skipped"


async def test_a_reminder_comes_once_a_day_in_private(house):
    identity = await house.people.identify("fake", "5", at(10))
    target = {"platform": "fake", "bot": "bot", "id": "5"}
    await house.people.set_reminder(identity.person_id, time(20, 0), target, at(10))
    await house.run_due(at(19, 59))
    for minute in (0, 0, 5):
        await house.run_due(at(20, minute))
    [(key, reply)] = house.outbox.sent
    assert key == "fake:p:5"
    assert "今天还没做题" in reply.text
    await house.run_due(at(20, 0, day=23))
    assert len(house.outbox.sent) == 2


async def test_the_question_keeps_to_the_subjects_and_levels_of_the_group(house):
    await house.switch_on(skipped_subjects=("DS", "CO", "CN"))
    for day in range(22, 27):
        await house.run_due(at(12, 30, day=day))
    asked = await house.askings.of_group(GROUP.key, at(0))
    assert len(asked) == 5
    assert {asking.question.subject for asking in asked} == {"OS"}
    assert study_day(asked[0].asked_at).day == 26


async def test_instances_side_by_side_know_what_the_other_has_just_put(house, open_house):
    await house.switch_on(times=(time(12, 30),), count=5)
    async with open_house(outbox=house.outbox, instance="two", seed=408) as other:
        for day in range(22, 27):
            for minute in (30, 31, 33):
                other.now = house.now = at(12, minute, day=day)
                await asyncio.gather(*(one.pusher.run_due(house.now) for one in (house, other)))
    asked = await house.askings.of_group(GROUP.key, at(0))
    assert len(asked) == 25
    assert len({asking.question.id for asking in asked}) == 25
    assert len({(asking.day, asking.question.point) for asking in asked}) == 25


async def test_a_question_retracted_before_its_reveal_is_revealed_as_such(house):
    await house.switch_on()
    await house.run_due(at(12, 30))
    await house.quiz.respond(house.message("B"))
    [asking] = await house.askings.of_group(GROUP.key, at(0))
    me = await house.people.identify("fake", "1", at(13))
    report = await house.corrections.report(asking.id, me.id, "没有对的", at(13))
    await house.corrections.accept(report.id, None, "确实", "作废了", at(14))
    await house.run_due(at(21, 30))
    reveal = house.outbox.texts(GROUP.key)[-1]
    assert "已经作废" in reveal
    private = house.message("解析", conversation=house.private())
    verdict = (await house.quiz.respond(private)).text
    assert "已经作废" in verdict
    for text in (reveal, verdict):
        assert asking.question.why[asking.question.answer] not in text


async def test_a_question_that_was_chosen_and_never_sent_is_neither_open_nor_revealed(
    house, monkeypatch
):
    async def dies(*_):
        raise asyncio.CancelledError

    await house.switch_on()
    with monkeypatch.context() as dying:
        dying.setattr(house.ledger, "sending", dies)
        with pytest.raises(asyncio.CancelledError):
            await house.run_due(at(12, 30))
    assert len(await house.askings.of_group(GROUP.key, at(0))) == 1
    await house.run_due(at(14))
    assert await states(house) == [("question-1", "skipped")]
    assert await house.askings.of_group(GROUP.key, at(0)) == []
    await house.run_due(at(21, 30))
    assert house.outbox.sent == []


async def test_a_push_that_arrived_is_confirmed_even_if_its_message_cannot_be_noted(
    house, monkeypatch
):
    async def fails(*_):
        raise RecordUnavailable("磁盘满了")

    await house.switch_on()
    monkeypatch.setattr(house.askings, "note_messages", fails)
    await house.run_due(at(12, 30))
    assert await states(house) == [("question-1", "confirmed")]
    assert house.told == []


async def test_nothing_unforeseen_stops_the_clock(house, monkeypatch):
    async def fails():
        raise ValueError("settings that nobody can read")

    await house.switch_on()
    with monkeypatch.context() as broken:
        broken.setattr(house.groups, "all", fails)
        await house.run_due(at(12, 30))
    await house.run_due(at(12, 31))
    assert len(house.outbox.sent) == 1


async def test_a_paused_group_gets_its_reveal_when_it_goes_on(house):
    await house.switch_on()
    await house.run_due(at(12, 30))
    group = await house.groups.get(GROUP.key)
    for minute, paused in ((0, True), (40, False)):
        settings = replace(group.settings, paused=paused)
        await house.groups.save(GROUP.key, "fake", "bot", "100", settings, at(21, minute))
        await house.run_due(at(21, minute + 35 * paused))
        assert len(house.outbox.sent) == (1 if paused else 2)


async def test_a_reveal_waits_for_a_message_where_pushes_are_forbidden(open_house):
    async with open_house(outbox=FakeOutbox(unprompted=False)) as house:
        await house.switch_on()
        [_] = await house.pusher.owed(GROUP, at(15))
        for minute in (30, 31, 45):
            await house.run_due(at(21, minute))
        assert house.outbox.sent == []
        [reveal] = await house.pusher.owed(GROUP, at(22))
        assert "答案" in reveal.text


async def test_what_was_settled_with_a_message_is_given_though_the_next_fails(
    open_house, monkeypatch
):
    async with open_house(outbox=FakeOutbox(unprompted=False)) as house:
        await house.switch_on(count=2)
        choose, chosen = house.selection.for_group, []

        async def fails_later(*arguments):
            if chosen:
                raise RecordUnavailable("磁盘满了")
            chosen.append(arguments)
            return await choose(*arguments)

        with monkeypatch.context() as failing:
            failing.setattr(house.selection, "for_group", fails_later)
            [first] = await house.pusher.owed(GROUP, at(15))
        assert " 1/2" in first.text
        [second] = await house.pusher.owed(GROUP, at(15) + LEASE)
        assert " 2/2" in second.text


async def remind(house, hour, minute, since):
    identity = await house.people.identify("fake", "5", since)
    target = {"platform": "fake", "bot": "bot", "id": "5"}
    await house.people.set_reminder(identity.person_id, time(hour, minute), target, since)


async def test_a_reminder_wished_for_after_its_time_begins_tomorrow(house):
    await remind(house, 20, 0, at(20, 30))
    await house.run_due(at(20, 31))
    assert house.outbox.sent == []
    await house.run_due(at(20, 0, day=23))
    assert len(house.outbox.sent) == 1


async def test_a_reminder_shortly_before_midnight_is_made_up_after_it(house):
    await remind(house, 23, 50, at(10))
    house.outbox.connected = False
    await house.run_due(at(23, 55))
    house.outbox.connected = True
    await house.run_due(at(0, 5, day=23))
    assert len(house.outbox.sent) == 1
    await house.run_due(at(0, 6, day=23))
    assert len(house.outbox.sent) == 1


async def test_nobody_is_reminded_where_pushes_are_forbidden(open_house):
    async with open_house(outbox=FakeOutbox(unprompted=False)) as house:
        await remind(house, 20, 0, at(10))
        await house.run_due(at(20))
        assert (house.outbox.sent, house.told, await states(house)) == ([], [], [])


# Questions that the operator pushes in addition


async def pushes_now(house, moment):
    house.now = moment
    return await house.pusher.push_now(await house.groups.get(GROUP.key), moment)


async def test_an_extra_question_where_pushes_are_forbidden_never_opens(open_house):
    async with open_house(outbox=FakeOutbox(unprompted=False)) as house:
        await house.switch_on()
        assert "不允许主动推送" in await pushes_now(house, at(10))
        assert await house.askings.of_group(GROUP.key, at(0)) == []
        assert await states(house) == []


async def test_an_extra_question_that_did_not_go_out_is_given_up_and_withdrawn(house):
    await house.switch_on()
    house.outbox.connected = False
    assert await pushes_now(house, at(10)) == "没有连接"
    assert [state for _, state in await states(house)] == ["skipped"]
    assert await house.askings.of_group(GROUP.key, at(0)) == []
    house.outbox.connected = True
    await house.run_due(at(10, 1))
    assert house.outbox.sent == []


async def test_extra_questions_are_numbered_after_the_day_s_and_can_be_answered(house):
    await house.switch_on()
    await house.run_due(at(12, 30))
    for minute in (31, 32):
        assert await pushes_now(house, at(12, minute)) is None
    heads = [text.split("】")[0] for text in house.outbox.texts(GROUP.key)]
    assert "加推" not in heads[0]
    assert "第 2 题（加推）" in heads[1]
    assert "第 3 题（加推）" in heads[2]
    house.now = at(12, 40)
    reply = await house.quiz.respond(house.message("1A 2B 3C"))
    taken = "收到：第 1 题 A、第 2 题 B、第 3 题 C，14:31、14:32、21:30 公布答案。"
    assert reply.text == taken


async def test_two_extra_questions_of_one_second_are_two(house):
    await house.switch_on()
    for microsecond in (1000, 9000):
        assert await pushes_now(house, at(10).replace(microsecond=microsecond)) is None
    assert len(house.outbox.sent) == 2


async def test_the_numbers_of_extra_questions_begin_anew_every_day(house):
    await house.switch_on()
    for day in (22, 23):
        await pushes_now(house, at(10, day=day))
        await house.run_due(at(12, 30, day=day))
        await house.run_due(at(21, 30, day=day))
    assert [one.place for one in await house.askings.of_group(GROUP.key, at(0))] == [1, 2, 1, 2]


@pytest.mark.parametrize(
    ("asked", "revealed", "promised"),
    [
        (at(10), at(12), "12:00"),
        (at(21, 30), at(22, 55), "22:55"),
        (at(22, 40), at(7, day=23), "明天 07:00"),
        (at(0, 30), at(7), "07:00"),
        (at(4, 59), at(7), "07:00"),
    ],
)
async def test_an_extra_question_is_revealed_when_it_was_promised(house, asked, revealed, promised):
    await house.switch_on(times=(time(13),))
    assert await pushes_now(house, asked) is None
    house.now = asked + timedelta(minutes=1)
    reply = await house.quiz.respond(house.message("B"))
    assert f"{promised} 公布答案" in reply.text
    await house.run_due(revealed - timedelta(minutes=1))
    assert len(house.outbox.sent) == 1
    await house.run_due(revealed)
    assert len(house.outbox.sent) == 2


async def test_each_of_several_reveals_says_which_question_it_is_of(house):
    await house.switch_on(count=2)
    await house.run_due(at(12, 30))
    await house.run_due(at(21, 30))
    heads = [text.split("】")[0] for text in house.outbox.texts(GROUP.key)]
    assert "每日一题第 1 题 · 11 月 22 日答案" in heads[2]
    assert "每日一题第 2 题 · 11 月 22 日答案" in heads[3]


async def test_two_processes_may_be_the_first_to_save_a_group_s_settings(house, open_house):
    settings = GroupSettings(enabled=True)
    async with open_house(outbox=house.outbox, instance="two") as other:
        saved = await asyncio.gather(
            *(
                one.groups.save(GROUP.key, "fake", "bot", "100", settings, at(12))
                for one in (house, other) * 5
            )
        )
    assert sorted(group.version for group in saved) == list(range(1, 11))
