"""The daily question as members and admins of a group meet it, on a real database."""

import json
import os
from datetime import time
from pathlib import Path

import pytest

from backend.learning.groups import GroupSettings
from plugins.daily_quiz import settings_wording, wording
from plugins.daily_quiz.changes import changed_settings
from plugins.daily_quiz.commands import parse
from tests.learning_house import GROUP, at, learning_house


@pytest.fixture
async def house(tmp_path):
    async with learning_house(tmp_path) as made:
        yield made


@pytest.fixture
async def asked(house):
    """A house whose group has been asked at 12:30 and where it is 12:40."""
    await house.switch_on()
    await house.run_due(at(12, 30))
    house.now = at(12, 40)
    return house


async def say(house, text, **more):
    return await house.quiz.respond(house.message(text, **more))


async def the_asking(house):
    return (await house.askings.of_group(GROUP.key, at(0)))[0]


async def test_only_admins_and_superusers_change_a_group(house):
    refused = await say(house, "/每日一题 开")
    assert "管理员" in refused.text
    assert await house.groups.get(GROUP.key) is None
    reply = await say(house, "/每日一题 开", is_group_admin=True)
    assert reply.text.startswith("每日一题已开启：每天 12:30 出题，21:30 公布答案。")
    assert "下一题：今天 12:30。" in reply.text
    assert (await say(house, "/每日一题 关", user="9")).text.startswith("每日一题已关闭")


async def test_every_setting_can_be_changed_and_is_shown(house):
    for text in (
        "/每日一题 开",
        "/每日一题 时间 12点半 18:00",
        "/每日一题 公布 22:00",
        "/每日一题 数量 3",
        "/每日一题 科目 操作系统 计网",
        "/每日一题 星期 一到五",
        "/每日一题 难度 2-4",
        "/每日一题 安静 23:30-6:30",
    ):
        reply = await say(house, text, is_group_admin=True)
        assert reply.decision == "command"
    settings = (await house.groups.get(GROUP.key)).settings
    assert settings == GroupSettings(
        enabled=True,
        times=(time(12, 30), time(18, 0)),
        reveal=time(22, 0),
        count=3,
        skipped_subjects=("DS", "CO"),
        weekdays=(0, 1, 2, 3, 4),
        quiet=(time(23, 30), time(6, 30)),
        levels=(2, 4),
        changed_at=house.now,
    )
    shown = (await say(house, "/设置")).text
    for part in (
        "12:30、18:00",
        "周一到周五",
        "22:00",
        "数据结构、计算机组成原理",
        "2–4",
        "23:30–06:30",
    ):
        assert part in shown


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/每日一题 时间 25:00", "时间这样写"),
        ("/每日一题 时间 23:30", "安静时段"),
        ("/每日一题 时间 8:00 9:00 10:00 11:00 12:00", "最多 4 个"),
        ("/每日一题 数量 9", "1 到 5"),
        ("/每日一题 科目 微积分", "不认识科目“微积分”"),
        ("/每日一题 跳过 ds co os cn", "没有题可出"),
        ("/每日一题 难度 7", "难度是 1 到 5"),
        ("/每日一题 安静 12:00-13:00", "盖住了"),
        ("/每日一题 飞", "没看懂"),
    ],
)
async def test_a_setting_that_makes_no_sense_gets_a_sentence_and_changes_nothing(house, text, said):
    await house.switch_on()
    before = await house.groups.get(GROUP.key)
    reply = await say(house, text, is_group_admin=True)
    assert said in reply.text
    assert await house.groups.get(GROUP.key) == before


async def test_an_answer_in_the_group_is_confirmed_without_giving_anything_away(asked):
    asking = await the_asking(asked)
    for user, letter in enumerate("ABCD", start=1):
        reply = await say(asked, letter, user=str(user))
        assert reply.text.startswith(f"收到，选 {letter}（第 {user} 位作答，21:30 公布答案）")
        for word in ("对了", "答错", "应选", asking.question.why["A"]):
            assert word not in reply.text


async def test_the_first_answer_counts(asked):
    await say(asked, "B")
    again = await say(asked, "C")
    assert again.text == wording.ALREADY
    tally = await asked.askings.tally((await the_asking(asked)).id)
    assert tally.total == 1


async def test_quoting_the_question_answers_it_and_quoting_chatter_does_not_hurt(asked):
    await asked.askings.note_messages("no such", GROUP.key, [])
    reply = await say(asked, "选 d 吧", quoted="1")
    assert reply.text.startswith("收到，选 D")
    assert (await say(asked, "A", quoted="no such message")).text == wording.ALREADY


async def test_answering_privately_is_graded_at_once_and_counts_for_the_group(asked):
    await say(asked, "A", user="1")
    asking = await the_asking(asked)
    right = asking.shown_answer
    await asked.people.identify("fake", "2", asked.now)
    identity = await asked.people.find("fake", "2")
    await asked.people.seen(GROUP.key, identity.id, asked.now)
    reply = await say(asked, right, user="2", conversation=asked.private("2"))
    assert reply.text.startswith(f"每日一题：{asking.question.stem[:10]}")
    assert f"**✅ 答对了，选 {right}。**" in reply.text
    assert "依据：" in reply.text
    assert (await asked.askings.tally(asking.id)).total == 2


async def test_a_stranger_s_private_letter_is_no_answer_to_any_group(asked):
    reply = await say(asked, "A", user="999", conversation=asked.private("999"))
    assert "先在群里 @我 答一次" in reply.text
    assert (await asked.askings.tally((await the_asking(asked)).id)).total == 0


async def test_several_open_questions_ask_for_the_number(house):
    await house.switch_on(count=2)
    await house.run_due(at(12, 30))
    reply = await say(house, "B")
    assert "请带上题号" in reply.text
    both = await say(house, "1B 2C")
    assert both.text == "收到：第 1 题 B、第 2 题 C，21:30 公布答案。"
    by_quote = await say(house, "A", user="8", quoted="2")
    assert by_quote.text.startswith("收到")


async def test_explanations_are_for_those_who_answered_and_in_the_group_after_the_reveal(
    asked,
):
    assert "公布时间" in (await say(asked, "解析")).text
    await say(asked, "B")
    private = {"conversation": asked.private()}
    assert "依据：" in (await say(asked, "解析", **private)).text
    await asked.run_due(at(21, 30))
    assert "依据：" in (await say(asked, "解析")).text


async def test_the_question_can_be_shown_again(asked):
    reply = await say(asked, "每日一题")
    assert (await the_asking(asked)).question.stem in reply.text
    assert reply.asking == (await the_asking(asked)).id


async def test_without_an_open_question_the_next_time_is_said(house):
    assert "管理员" in (await say(house, "每日一题")).text
    await house.switch_on()
    assert "下一题：今天 12:30" in (await say(house, "每日一题")).text


@pytest.mark.parametrize(
    "text",
    [
        "什么是死锁",
        "B树和B+树的区别",
        "每日一题是什么意思",
        "设置断点",
        "c语言",
        "BCD",
        "答案是多少位",
        "解析一下死锁",
    ],
)
async def test_everything_else_is_left_to_the_other_plugins(asked, text):
    assert await say(asked, text) is None


async def test_a_dead_record_is_one_sentence(asked):
    await asked.database.aclose()
    asked.database.engine.sync_engine.dispose()
    folder = asked.database.place
    os.rename(folder, folder + ".gone")
    os.mkdir(folder)
    reply = await say(asked, "B")
    assert (reply.decision, "学习记录暂时用不了" in reply.text) == ("error", True)


def test_resetting_keeps_the_switch(house):
    settings = GroupSettings(enabled=True, count=4, levels=(3, 5))
    reset = changed_settings(settings, parse("/每日一题 重置"), house.scopes)
    assert reset == GroupSettings(enabled=True)


def test_a_letter_without_its_number_is_told_which_numbers_there_are():
    assert "只有第 2 题" in wording.which_of([2])
    assert "“1A 2A 3A”，或引用" in wording.which_of([1, 2, 3])


def test_no_message_of_the_evaluation_is_taken_for_a_command():
    path = Path(__file__).parents[3] / "evaluation/data/messages.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    texts = {text for row in rows for text in (row["text"], *row.get("history", []))}
    assert len(texts) > 600
    assert [text for text in texts if parse(text)] == []


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ((0, 1, 2, 3, 4), "周一到周五"),
        ((0, 1, 2, 3, 4, 5, 6), "每天"),
        ((5, 6), "周六日"),
        ((0, 2, 4), "周一三五"),
        ((3,), "周四"),
    ],
)
def test_weekdays_in_a_row_are_said_as_a_stretch(days, said):
    assert settings_wording.weekdays_text(days) == said


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("7点 12点 18点", (time(7), time(12), time(18))),
        ("7:00 12:00", (time(7), time(12))),
        ("早上7点 晚上9点半", (time(7), time(21, 30))),
    ],
)
async def test_several_times_are_set_as_they_are_said(house, text, times):
    await say(house, f"/每日一题 时间 {text}", is_group_admin=True)
    assert (await house.groups.get(GROUP.key)).settings.times == times


@pytest.mark.parametrize("text", ["时间 7点 12", "公布 21点 30"])
async def test_a_number_that_may_be_a_time_is_never_dropped(house, text):
    assert "这样写" in (await say(house, f"/每日一题 {text}", is_group_admin=True)).text
    assert await house.groups.get(GROUP.key) is None


async def test_answers_are_not_revealed_in_quiet_hours(house):
    reply = await say(house, "/每日一题 公布 23:30", is_group_admin=True)
    assert "安静时段" in reply.text
    assert await house.groups.get(GROUP.key) is None


async def test_switching_on_in_a_pause_says_who_paused(house):
    await house.switch_on(paused=True)
    reply = await say(house, "/每日一题 开", is_group_admin=True)
    assert "运营者暂停" in reply.text
    assert "已开启" not in reply.text
