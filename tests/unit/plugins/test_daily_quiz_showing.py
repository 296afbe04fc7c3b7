"""The group's questions shown again, and their explanations."""

import re

import pytest

from plugins.daily_quiz.commands import Command, parse
from tests.learning_house import GROUP, at, learning_house
from tests.unit.plugins.quizzing import dailies, joins, practises, retract, say


@pytest.fixture
async def house(tmp_path):
    async with learning_house(tmp_path) as made:
        yield made


@pytest.fixture
async def three(house):
    await house.switch_on(count=3)
    await house.run_due(at(12, 30))
    house.now = at(12, 40)
    return house


# 每日一题


async def test_all_open_questions_are_named_and_each_can_be_shown(three):
    one, two, last = await dailies(three)
    text = (await say(three, "/每日一题")).text
    assert "【408 每日一题 3/3 · 距初试" in text
    assert last.options[0][1] in text
    for other in (one, two):
        assert f"- 第 {other.place} 题：{other.question.stem.splitlines()[0][:20]}" in text
    assert "看题发“/每日一题 1”，作答带上题号，例如“1B”" in text
    shown = await say(three, "/每日一题 1")
    assert shown.asking == one.id
    assert "每日一题 1/3" in shown.text
    assert "例如“2B”" in shown.text
    assert "现在等大家作答的是第 1、2、3 题" in (await say(three, "每日一题 第5题")).text


async def test_after_the_reveal_nothing_is_shown_as_open(three):
    await three.run_due(at(21, 30))
    three.now = at(21, 40)
    text = (await say(three, "/每日一题")).text
    assert "已经公布答案，发“解析”可以再看" in text
    assert "下一题：明天 12:30" in text
    await joins(three, "1")
    assert "下一题：明天 12:30" in (await say(three, "/每日一题", private=True)).text


async def test_a_retracted_question_is_not_shown(house):
    await house.switch_on()
    await house.run_due(at(12, 30))
    await retract(house, (await dailies(house))[0])
    assert "已经作废" in (await say(house, "/每日一题")).text


async def test_a_stranger_learns_how_to_be_known(three):
    text = (await say(three, "/每日一题", user="9", private=True)).text
    assert "先在群里 @我 答一次" in text


async def test_the_question_that_is_shown_can_be_answered_by_quoting_it(three):
    shown = await say(three, "/每日一题 2")
    await three.askings.note_messages(shown.asking, GROUP.key, ["again"])
    assert (await say(three, "B", quoted="again")).text.startswith("收到，第 2 题选 B")


# 解析


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        ("解析|答案|看解析|看看解析|今天的解析|这题的答案？|/解析|每日一题的解析|求答案", ()),
        (
            "解析 2|解析2|2的解析|第2题解析|看第2题答案|第 2 题的解析|解析第二题|答案 2|2题解析",
            (2,),
        ),
    ],
)
def test_explanations_are_asked_for_in_many_ways(texts, numbers):
    for text in texts.split("|"):
        assert parse(text) == Command("explain", numbers=numbers), text


@pytest.mark.parametrize("text", ["解析一下死锁", "域名解析", "答案不对", "模考解析 3", "语法解析"])
def test_other_explanations_are_not_asked_of_the_daily_question(text):
    assert parse(text) is None


async def test_everything_answered_that_day_is_explained_with_its_stem(three):
    await joins(three, "1")
    await say(three, "1A 3B", private=True)
    text = (await say(three, "解析", private=True)).text
    first, second, third = await dailies(three)
    assert text.index("每日一题第 1 题：") < text.index("每日一题第 3 题：")
    assert first.question.stem.splitlines()[0][:20] in text
    assert third.question.stem.splitlines()[0][:20] in text
    assert "第 2 题" not in text
    assert "已经答过" not in text
    only = (await say(three, "第3题解析", private=True)).text
    assert only.startswith("每日一题第 3 题：")
    assert "第 1 题" not in only
    assert "先作答" in (await say(three, "解析 2", private=True)).text
    assert second.question.why["A"] not in text


async def test_nothing_is_explained_in_the_group_before_the_reveal(three):
    await say(three, "1A 2A 3A")
    for text in ("解析", "解析 1", "答案"):
        assert (await say(three, text)).text.startswith("群里到公布时间（21:30）才放解析")


async def test_what_is_revealed_is_explained_to_everybody(three):
    await three.run_due(at(21, 30))
    three.now = at(21, 40)
    [first, *_] = await dailies(three)
    text = (await say(three, "解析 1", user="5")).text
    assert f"**答案是 {first.shown_answer}：**" in text
    assert first.question.why["A"] in text
    assert "你选的" not in text


async def test_without_a_question_it_is_said_where_explanations_are(house):
    for private in (True, False):
        text = (await say(house, "解析", private=private)).text
        assert "/练" in text
        assert "模考解析 3" in text
    assert "“模考解析 3”" in (await say(house, "第3题解析")).text


async def test_the_explanation_of_one_s_own_question_is_left_to_practice(three):
    await practises(three, at(12, 39), private=True)
    await joins(three, "1")
    assert await say(three, "解析", private=True) is None
    assert "先作答" in (await say(three, "解析 2", private=True)).text


async def test_a_paper_is_not_explained_before_it_is_handed_in(house):
    me = await house.people.identify("fake", "1", at(11))
    questions = [one.question for one in [await practises(house, at(11))]]
    await house.askings.papers.start(me.id, house.private().key, questions, at(11, 30), at(12, 30))
    assert "交卷后发“模考解析 3”" in (await say(house, "第3题解析", private=True)).text
    assert await say(house, "解析", private=True) is None


async def test_a_retracted_question_is_explained_as_such(three):
    asking = (await dailies(three))[0]
    await retract(three, asking)
    text = (await say(three, "解析 1")).text
    assert "已经作废" in text
    assert asking.question.why["A"] not in text
    assert not re.search(r"答案是", text)
