"""Mock exams: the clock, skipping, handing in, scoring; nothing given away before the end."""

import re
from dataclasses import replace

import pytest

from backend.learning.values import study_day
from plugins.messages import Conversation
from plugins.practice import paper_wording, wording
from tests.learning_house import GROUP, at
from tests.unit.plugins.practising import letter, practising


@pytest.fixture
async def me(tmp_path):
    async with practising(tmp_path) as made:
        yield made


async def sit(me, count=5):
    """Begin a paper and return its askings in order."""
    reply = await me.say(f"/模考 {count}")
    first = await me.asked(reply)
    return await me.house.askings.papers.askings_of(first.paper_id)


async def answer_all(me, askings, right):
    """Answer question by question as ``right`` says; return the last reply."""
    reply = None
    for asking, is_right in zip(askings, right, strict=True):
        me.later(seconds=30)
        reply = await me.say(letter(asking, right=is_right))
    return reply


async def test_a_paper_shows_its_rules_and_its_first_question(me):
    reply = await me.say("/模考")
    assert "**模考开始：20 道单选，限时 30 分钟**" in reply.text
    assert "**【模考 1/20 · 剩 30 分钟】" in reply.text
    askings = await me.house.askings.papers.askings_of((await me.asked(reply)).paper_id)
    assert [asking.place for asking in askings] == list(range(1, 21))
    assert len({asking.question.id for asking in askings}) == 20
    assert [asking.question.subject for asking in askings] == sorted(
        (asking.question.subject for asking in askings), key=["DS", "CO", "OS", "CN"].index
    )


@pytest.mark.parametrize("said", ["/模考 4", "/模考 41", "/模考 0", "/模考 很多", "模考四题"])
async def test_a_paper_has_five_to_forty_questions(me, said):
    assert (await me.say(said)).text == paper_wording.SIZE


async def test_a_paper_is_not_sat_in_a_group(me):
    assert (await me.say("/模考", group=True)).text == paper_wording.PRIVATE_ONLY


async def test_what_was_open_before_a_paper_is_not_open_after_it(me):
    await me.say("/练")
    await answer_all(me, await sit(me), [True] * 5)
    assert (await me.say("B")).text == wording.NOTHING_OPEN


async def test_each_letter_shows_the_next_question_and_gives_nothing_away(me):
    askings = await sit(me)
    said = []
    for asking, right in zip(askings[:4], (True, False, True, False), strict=True):
        reply = await me.say(letter(asking, right=right))
        said.append(re.sub(r"[A-D]。", "X。", reply.text.split("\n")[0]))
        assert "✅" not in reply.text
        assert "应选" not in reply.text
        assert reply.asking == askings[asking.place].id
    assert said == [f"已记：第 {place} 题 X。" for place in (1, 2, 3, 4)]


async def test_the_last_answer_hands_in_and_is_scored(me):
    askings = await sit(me)
    report = await answer_all(me, askings, (True, False, True, True, True))
    assert "**模考成绩：8 / 10 分**" in report.text
    assert "5 题对 4 题（80%），折合整套选择题约 64 / 80 分，用时 3 分钟。" in report.text
    wrong = askings[1]
    assert f"第 2 题 你选 {letter(wrong, right=False)}，应选 {wrong.shown_answer}" in report.text
    assert "发“模考解析 2”" in report.text
    assert await me.house.askings.papers.open(wrong.identity_id, "fake:p:1", me.house.now) is None
    assert len(await me.attempts()) == 5


async def test_skipped_questions_come_back_in_their_order_after_all_others(me):
    askings = await sit(me)
    ids = [asking.id for asking in askings]
    assert (await me.say("跳过")).asking == ids[1]
    assert (await me.say("不会")).asking == ids[2]
    shown = [(await me.say(letter(askings[place], right=True))).asking for place in (2, 3)]
    assert shown == [ids[3], ids[4]]
    back = await me.say(letter(askings[4], right=True))
    assert back.asking == ids[0]
    assert paper_wording.RETURNS in back.text
    me.restart()
    assert (await me.say("跳过")).asking == ids[1]
    assert (await me.say("跳过")).asking == ids[0]
    assert (await me.say(letter(askings[0], right=True))).asking == ids[1]
    assert (await me.say("跳过")).text.startswith(paper_wording.ONLY_ONE_LEFT)
    assert "5 题对 5 题" in (await me.say(letter(askings[1], right=True))).text


async def test_a_place_can_be_named_and_several_at_once(me):
    askings = await sit(me)
    reply = await me.say(f"3{letter(askings[2], right=True)} 5{letter(askings[4], right=True)}")
    assert reply.text.startswith("已记：第 3 题")
    assert reply.asking == askings[0].id, "the question on the table changed"
    again = await me.say("3A")
    assert f"第 3 题以第一次选的 {askings[2].shown_answer} 为准" in again.text
    assert (await me.say("9A")).text == paper_wording.NOT_A_QUESTION
    assert len(await me.attempts()) == 2


async def test_a_quoted_question_of_the_paper_is_answered(me):
    askings = await sit(me)
    await me.house.askings.note_messages(askings[0].id, "fake:p:1", ["q1"])
    await me.say("跳过")
    reply = await me.say(letter(askings[0], right=True), quoted="q1")
    assert reply.text.startswith("已记：第 1 题")
    assert reply.asking == askings[1].id


async def test_handing_in_early_asks_once_and_then_scores(me):
    askings = await sit(me)
    await me.say(letter(askings[0], right=True))
    confirm = await me.say("交卷")
    assert "还有 4 题没答（第 2、3、4、5 题）" in confirm.text
    await me.say(letter(askings[1], right=True))
    assert "还有 3 题没答" in (await me.say("交卷")).text, "that was another question's"
    report = await me.say("交卷")
    assert "5 题对 2 题（40%）" in report.text
    assert "没答：第 3、4、5 题。" in report.text


async def test_handing_in_for_certain_needs_no_memory(me):
    askings = await sit(me)
    await me.say(letter(askings[0], right=True))
    me.dialogues.down = True
    assert "还有 4 题没答" in (await me.say("交卷")).text
    assert "5 题对 1 题" in (await me.say("确认交卷")).text


async def test_the_confirmation_of_an_earlier_paper_does_not_count(me):
    await sit(me)
    await me.say("交卷")
    await me.say("放弃模考")
    me.later(minutes=1)
    await sit(me)
    assert "还有 5 题没答" in (await me.say("交卷")).text


async def test_when_time_is_over_the_next_word_hands_in(me):
    askings = await sit(me)
    for asking in askings[:3]:
        await me.say(letter(asking, right=True))
    me.later(hours=5)
    me.restart()
    report = await me.say("B")
    assert report.text.startswith("时间到，已经交卷（最后这个 B 没赶上）。")
    assert "5 题对 3 题" in report.text
    assert "用时 8 分钟" in report.text, "five times 90 seconds are 7.5 minutes"
    assert len(await me.attempts()) == 3
    assert (await me.say("B")).text == wording.NOTHING_OPEN


async def test_a_new_question_after_time_is_over_scores_first(me):
    await sit(me)
    me.later(days=3)
    assert (await me.say("/练")).text.startswith("时间到")
    assert (await me.say("/练")).text.startswith("**【练习】")


async def test_a_pause_and_a_restart_lose_nothing(me):
    askings = await sit(me, 40)
    await me.say(letter(askings[0], right=True))
    me.later(minutes=45)
    me.restart()
    reply = await me.say("继续")
    assert reply.asking == askings[1].id
    assert "剩 15 分钟" in reply.text


async def test_while_a_paper_is_open_nothing_else_is_practised(me):
    askings = await sit(me)
    for said in ("/练", "/复习", "/练 错题", "来一道网络的题", "/模考"):
        reply = await me.say(said)
        assert reply.text.startswith("你有一份模考没交卷（答了 0/5 题）"), said
        assert reply.asking == askings[0].id
    assert (await me.say("/练", group=True)).text == paper_wording.OPEN_ELSEWHERE
    assert await me.try_to_say("什么是死锁") is None
    assert await me.try_to_say("练习册推荐") is None


async def test_a_paper_gives_nothing_away_on_the_side(me):
    askings = await sit(me)
    await me.say(letter(askings[0], right=False))
    assert (await me.say("/错题本")).text == wording.BOOK_CLOSED
    assert (await me.say("/错题本 导出", group=True)).text == wording.BOOK_CLOSED
    assert (await me.say("看答案")).text == paper_wording.NO_ANSWERS_NOW
    assert (await me.say("蒙的")).text == wording.GUESS_NOTED
    assert (await me.say("模考解析 1")).text == paper_wording.NEVER_FINISHED


async def test_a_guess_in_a_paper_is_marked_silently(me):
    askings = await sit(me)
    reply = await me.say(f"{askings[0].shown_answer} 蒙的")
    assert reply.text.startswith("已记：第 1 题")
    assert len(await me.book()) == 1


async def test_giving_up_keeps_the_answers_and_no_score(me):
    askings = await sit(me)
    await me.say(letter(askings[0], right=False))
    assert "交卷" in (await me.say("退出")).text
    reply = await me.say("放弃模考")
    assert "答过的 1 题照样记在学习记录里" in reply.text
    assert "/ 10 分" not in reply.text
    assert len(await me.book()) == 1
    assert (await me.say("/练")).text.startswith("**【练习】")


async def test_an_empty_paper_has_no_score(me):
    await sit(me)
    assert (await me.say("确认交卷")).text == paper_wording.NOTHING_COUNTS


async def test_a_paper_is_compared_with_the_last_serious_one(me):
    await answer_all(me, await sit(me), (True, False, False, True, False))
    me.later(days=1)
    await sit(me)
    await me.say("放弃模考")
    me.later(days=1)
    better = await answer_all(me, await sit(me), (True, True, False, True, True))
    assert "比上次（11 月 22 日，40%）高 40 个百分点，是目前最好的一次" in better.text
    me.later(days=1)
    same = await answer_all(me, await sit(me), (True, True, False, True, True))
    assert "比上次（11 月 24 日，80%）基本持平。" in same.text


async def test_details_explain_a_question_of_the_last_paper(me):
    askings = await sit(me)
    await answer_all(me, askings, (True, False, True, True, True))
    details = await me.say("模考解析 2")
    assert details.text.startswith("**模考第 2 题**")
    assert "❌ 你选的是" in details.text
    assert "（你选的）" in details.text
    assert (await me.say("模考解析 9")).text == paper_wording.no_such_place(5)
    assert "**模考成绩：8 / 10 分**" in (await me.say("模考成绩")).text
    assert (await me.say("模考解析 2", group=True)).private


async def test_a_retracted_question_does_not_count(me):
    askings = await sit(me)
    await me.say("/纠错 没有正确选项")
    [report] = await me.house.corrections.open()
    await me.house.corrections.accept(report.id, None, "确实", "作废了", me.house.now)
    report = await answer_all(me, askings, (False, True, True, True, True))
    assert "**模考成绩：8 / 8 分**" in report.text
    assert "第 1 题有误，已作废，不计分。" in report.text
    details = (await me.say("模考解析 1")).text
    assert "√" not in details
    assert askings[0].question.why[askings[0].question.answer] not in details


async def test_a_report_during_a_paper_is_about_the_question_on_the_table(me):
    askings = await sit(me)
    await me.say(letter(askings[0], right=True))
    await me.say("跳过")
    assert "纠错 #1 已提交" in (await me.say("/纠错 少了条件")).text
    [report] = await me.house.corrections.open()
    assert report.asking_id == askings[2].id
    assert (await me.say("继续")).asking == askings[2].id


async def test_a_letter_for_a_paper_that_was_handed_in_changes_nothing(me):
    askings = await sit(me)
    await me.house.askings.note_messages(askings[0].id, "fake:p:1", ["q1"])
    await me.say(letter(askings[1], right=True))
    await me.say("确认交卷")
    assert (await me.say("A", quoted="q1")).text == paper_wording.HANDED_IN
    assert len(await me.attempts()) == 1


async def test_a_report_links_to_its_weakest_chapters(me):
    askings = await sit(me, 10)
    report = await answer_all(me, askings, [False] * 10)
    links = re.findall(r"“/练 (.+?)”", report.text)
    assert len(links) >= 3
    for link in links[:3]:
        asking = await me.asked(await me.say(f"/练 {link}"))
        assert asking.question.chapter in {one.question.chapter for one in askings}


async def test_words_of_a_paper_without_one_say_so(me):
    for said in ("交卷", "确认交卷", "放弃模考"):
        assert (await me.say(said)).text == paper_wording.NO_PAPER
    for said in ("确认", "提交", "退出"):
        assert await me.try_to_say(said) is None
    assert (await me.say("模考解析 1")).text == paper_wording.NEVER_FINISHED


async def test_a_paper_of_a_small_bank_is_as_long_as_it_can_be(me):
    me.house.catalogue._drawn.clear()
    for questions in me.house.catalogue._written.values():
        del questions[1:]
    reply = await me.say("/模考 40")
    assert "8 道单选，限时 12 分钟" in reply.text
    assert "【模考 1/8" in reply.text


async def test_the_daily_question_stays_the_groups_business_during_a_paper(me):
    await me.house.switch_on()
    await me.house.run_due(at(12, 30))
    me.house.now = at(12, 40)
    askings = await sit(me)
    reply = await me.house.quiz.respond(me.message("B", group=True))
    assert reply.text.startswith("收到")
    assert await me.house.quiz.respond(me.message("B")) is None
    await me.say(letter(askings[0], right=True))
    kinds = [attempt.kind for attempt in await me.attempts()]
    assert kinds == ["daily", "mock"]
    assert (await me.house.askings.of_group(GROUP.key, at(0)))[0].day == study_day(me.house.now)


async def test_a_paper_is_found_again_where_a_chat_is_not_named_after_its_person(me):
    chat = Conversation("fake", "bot", "terminal", is_group=False)

    async def say(text):
        return await me.plugin.respond(me.house.message(text, user="you", conversation=chat))

    await say("/模考 5")
    for _ in range(4):
        assert "已记" in (await say("A")).text
    assert "模考成绩" in (await say("A")).text


async def test_a_linked_account_learns_nothing_of_a_paper(me):
    askings = await sit(me)
    await me.say(letter(askings[0], right=False))
    mine, other = await me.identity("1"), await me.identity("2")
    code = await me.house.people.issue_link_code(mine.person_id, me.house.now)
    assert await me.house.people.link(code, other, me.house.now) == "linked"
    assert (await me.say("/错题本", user="2")).text == wording.BOOK_CLOSED
    assert (await me.say("/练 错题", user="2")).text == paper_wording.OPEN_ELSEWHERE


@pytest.mark.parametrize("between", ["跳过", "/练", "看答案", "还有多少题", "继续模考", "A"])
async def test_a_confirmation_counts_only_right_after_the_question(me, between):
    await sit(me)
    await me.say("交卷")
    await me.say(between)
    again = await me.say("确定")
    assert "没答的算错" in again.text
    assert "模考成绩" not in again.text
    await me.say("确定")
    assert await me.house.askings.papers.finished((await me.identity()).id, 1)


async def test_a_confirmation_does_not_wait_for_ever(me):
    await sit(me, 40)
    await me.say("交卷")
    me.later(minutes=11)
    assert "没答的算错" in (await me.say("交卷")).text


async def test_an_abandoned_or_empty_paper_does_not_hide_the_one_before(me):
    await answer_all(me, await sit(me), (True, False, True, True, True))
    me.later(minutes=1)
    abandoned = await sit(me)
    await me.say(letter(abandoned[0], right=False))
    await me.say("放弃模考")
    me.later(minutes=1)
    await sit(me)
    await me.say("确认交卷")
    assert "**模考成绩：8 / 10 分**" in (await me.say("模考成绩")).text
    assert abandoned[0].question.stem not in (await me.say("模考解析 1")).text


async def test_an_abandoned_paper_never_shows_its_keys_and_is_no_yardstick(me):
    abandoned = await sit(me)
    for asking in abandoned[:3]:
        await me.say(letter(asking, right=False))
    await me.house.askings.note_messages(abandoned[4].id, "fake:p:1", ["q1"])
    await me.say("放弃模考")
    assert (await me.say("模考解析 1")).text == paper_wording.NEVER_FINISHED
    assert (await me.say("A", quoted="q1")).text == paper_wording.GIVEN_UP
    me.later(days=1)
    report = await answer_all(me, await sit(me), [True] * 5)
    assert "比上次" not in report.text


async def test_a_limit_that_is_said_is_the_one_that_holds(me):
    reply = await me.say("/模考 5")
    assert "限时 8 分钟" in reply.text
    assert "剩 8 分钟" in reply.text
    me.later(minutes=7, seconds=59)
    assert "剩 1 秒" in (await me.say("继续")).text
    me.later(seconds=1)
    assert (await me.say("继续")).text.startswith("时间到")


async def test_a_long_list_of_questions_is_cut(me):
    await sit(me, 20)
    assert "（第 1、2、3、4、5 题等）" in (await me.say("交卷")).text
    askings = await me.house.askings.papers.askings_of(
        (await me.asked(await me.say("继续"))).paper_id
    )
    report = await answer_all(me, askings, [False] * 20)
    assert report.text.count("你选") == 8
    assert "- 其余 12 题（第 9、10、11、12、13 题等）发“模考解析 9”这样看" in report.text


@pytest.mark.parametrize(
    ("why", "shown"),
    [
        (
            "不可能。4 最先出时，1、2、3 都在栈里，只能倒着出。",
            "不可能。4 最先出时，1、2、3 都在栈里，只能倒着出",
        ),
        ("第 1、2、3、5、6 次缺页。只有第 4 次命中。", "第 1、2、3、5、6 次缺页"),
        ("对。", "对"),
    ],
)
async def test_a_reason_says_something(me, why, shown):
    for questions in me.house.catalogue._written.values():
        questions[:] = [replace(one, why=dict(one.why) | {"C": why}) for one in questions]
    me.house.catalogue._drawn.clear()
    askings = await sit(me)
    report = await answer_all(me, askings, (False, True, True, True, True))
    [line] = [line for line in report.text.splitlines() if "你选" in line]
    assert line.split("：", 1)[1] == shown


async def test_what_is_left_can_be_asked_and_nothing_is_turned_back(me):
    askings = await sit(me)
    await me.say(letter(askings[0], right=True))
    me.later(minutes=3)
    for said in ("还剩多少时间", "还有多少题？"):
        assert "还剩 5 分钟，4 题没答（第 2、3、4、5 题）" in (await me.say(said)).text
    assert (await me.say("上一题")).text == paper_wording.NO_WAY_BACK
    assert (await me.say("继续模考")).asking == askings[1].id
    assert "没答的算错" in (await me.say("我要交卷了")).text
    await me.say("确认交卷")
    assert (await me.say("继续模考")).text == paper_wording.NO_PAPER
    for said in ("还剩多少时间", "还有多少题", "上一题"):
        assert await me.try_to_say(said) is None
    assert "**模考开始" in (await me.say("考试开始")).text


async def test_each_letter_of_several_may_be_a_guess_of_its_own(me):
    await me.say("/模考 5")
    await me.say("1A 2B蒙的")
    [first, second] = await me.attempts()
    book = {entry.question_id for entry in await me.book()}
    assert second.question_id in book
    assert (first.question_id in book) == (first.chosen != first.answer)
