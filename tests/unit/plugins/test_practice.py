"""Single questions: chosen, asked, graded, skipped, looked up."""

from dataclasses import replace

import pytest

from backend.conversation.turns import Turn
from backend.errors import RecordUnavailable
from backend.questions.scope import Scope
from plugins.practice import wording
from tests.learning_house import GROUP, SMALL, at, learning_house, small_question
from tests.unit.knowledge.shipped import shipped_library
from tests.unit.plugins.practising import letter, practising


@pytest.fixture
async def me(tmp_path):
    async with practising(tmp_path) as made:
        yield made


async def test_a_question_is_asked_and_a_letter_is_graded_at_once(me):
    reply = await me.say("/练")
    assert reply.text.startswith("**【练习】")
    asking = await me.asked(reply)
    assert (asking.kind, asking.conversation) == ("practice", "fake:p:1")
    verdict = await me.say(asking.shown_answer)
    assert verdict.text.startswith(f"**✅ 答对了，选 {asking.shown_answer}。**")
    [attempt] = await me.attempts()
    assert (attempt.question_id, attempt.shown) == (asking.question.id, asking.shown_answer)


@pytest.mark.parametrize(
    ("said", "prefix"),
    [
        ("/练 网络", "CN"),
        ("来一道操作系统的题", "OS"),
        ("/练 DS03", "DS03"),
        ("/练 子网划分", "CN"),
    ],
)
async def test_the_question_belongs_to_what_was_named(me, said, prefix):
    asking = await me.asked(await me.say(said))
    assert asking.question.point.startswith(prefix)


async def test_another_question_stays_in_the_scope_even_after_a_restart(me):
    reply = await me.say("/练 网络")
    for _ in range(6):
        await me.answer(reply, right=True)
        me.restart()
        reply = await me.say("再来一道")
        assert (await me.asked(reply)).question.subject == "CN"


async def test_another_question_without_the_memory_of_the_dialogue_is_any_question(me):
    await me.answer(await me.say("/练 网络"), right=False)
    me.dialogues.down = True
    assert (await me.say("再来一道")).text.startswith("**【练习】")


async def test_an_unknown_scope_is_answered_with_examples_and_only_after_a_plain_wish(me):
    assert (await me.say("/练 量子力学")).text == wording.unknown_scope("量子力学")
    assert (await me.say("来一道量子力学的题")).text == wording.unknown_scope("量子力学")
    assert await me.try_to_say("练习册推荐") is None
    assert await me.try_to_say("来一道红烧肉") is None


async def test_a_scope_without_questions_offers_the_nearest_that_has_some(me):
    chapter = await me.say("/练 信号量")
    assert chapter.text.startswith("“信号量")
    offered = chapter.text.split("“/练 ")[1].split("”")[0]
    assert (await me.asked(await me.say(f"/练 {offered}"))).question.point.startswith("OS02")
    assert (await me.say("/练 DS01")).text.endswith("发“/练 数据结构”。")


async def test_essay_questions_and_past_papers_are_said_not_to_exist(me):
    assert (await me.say("来一道大题")).text == wording.ONLY_CHOICE
    assert (await me.say("来一道真题")).text == wording.NOT_PAST_PAPERS


async def test_a_wrong_answer_enters_the_wrong_book_and_offers_why(me):
    reply = await me.say("/练 子网划分")
    verdict = await me.answer(reply, right=False)
    assert "已记进错题本" in verdict.text
    assert "没想通就接着问" in verdict.text
    [entry] = await me.book()
    assert entry.question_id == (await me.asked(reply)).question.id


async def test_b_as_a_guess_is_marked_at_once(me):
    asking = await me.asked(await me.say("/练"))
    verdict = await me.say(f"{asking.shown_answer} 蒙的")
    assert "✅ 答对了" in verdict.text
    assert "已记进错题本" in verdict.text
    assert [entry.question_id for entry in await me.book()] == [asking.question.id]


async def test_a_guess_said_afterwards_is_marked_once_and_not_after_a_day(me):
    await me.answer(await me.say("/练"), right=True)
    assert await me.book() == []
    assert "蒙对的也放进错题本" in (await me.say("我猜的")).text
    assert len(await me.book()) == 1
    assert (await me.say("蒙的")).text == wording.GUESS_KNOWN
    await me.answer(await me.say("/练"), right=True)
    me.later(hours=25)
    assert (await me.say("蒙的")).text == wording.GUESS_OF_NOTHING
    assert await me.try_to_say("蒙的", group=True) is None
    assert len(await me.book()) == 1


async def test_a_guess_at_an_unrevealed_daily_question_gives_nothing_away(me):
    await me.house.switch_on()
    await me.house.run_due(at(12, 30))
    [asking] = await me.house.askings.of_group(GROUP.key, at(0))
    for user, right in (("1", True), ("2", False)):
        answer = me.message(letter(asking, right=right), user=user, group=True)
        assert (await me.house.quiz.respond(answer)).text.startswith("收到")
        assert (await me.say("蒙的", user=user, group=True)).text == wording.GUESS_NOTED
        assert len(await me.book(user)) == 1


async def test_a_letter_without_a_question_is_explained_in_private_and_left_alone_in_a_group(me):
    assert (await me.say("B")).text == wording.NOTHING_OPEN
    assert await me.try_to_say("B", group=True) is None


async def test_several_letters_for_one_question_are_not_graded(me):
    await me.say("/练")
    for said in ("1A 2B", "3C"):
        assert (await me.say(said)).text == wording.ONE_LETTER
    assert await me.attempts() == []
    await me.say("1A")
    assert len(await me.attempts()) == 1


async def test_a_skipped_question_is_no_attempt_and_gives_way_to_the_next(me):
    first = await me.say("/练 网络")
    second = await me.say("跳过")
    assert second.text.startswith(wording.SKIPPED)
    one, other = await me.asked(first), await me.asked(second)
    assert one.question.id != other.question.id
    assert other.question.subject == "CN"
    assert await me.attempts() == []
    await me.answer(second, right=True)
    assert (await me.say("A")).text == wording.NOTHING_OPEN, "the skipped one is open again"


async def test_the_answer_shown_to_who_does_not_know_is_not_graded_afterwards(me):
    reply = await me.say("/练")
    asking = await me.asked(reply)
    await me.house.askings.note_messages(asking.id, "fake:p:1", ["q1"])
    shown = await me.say("不会")
    assert shown.text.startswith(f"**答案是 {asking.shown_answer}：**")
    assert (await me.say("B")).text == wording.NOTHING_OPEN
    assert (await me.say("B", quoted="q1")).text == wording.PUT_ASIDE
    assert await me.attempts() == []
    link = shown.text.split("“/练 ")[1].split("”")[0]
    assert (await me.asked(await me.say(f"/练 {link}"))).question.point == asking.question.point


async def test_words_about_an_open_question_are_left_alone_when_none_is_open(me):
    for said in ("跳过", "不会", "看答案", "放弃", "继续", "确认", "提交", "再来一个"):
        assert await me.try_to_say(said) is None, said


async def test_a_quoted_question_is_answered_and_answered_only_once(me):
    first = await me.asked(await me.say("/练 网络"))
    await me.house.askings.note_messages(first.id, "fake:p:1", ["q1"])
    assert "✅" in (await me.say(first.shown_answer, quoted="q1")).text
    again = await me.say(letter(first, right=False), quoted="q1")
    assert again.text.startswith("这题你已经答过了")
    assert len(await me.attempts()) == 1


async def test_a_new_question_puts_the_one_before_aside(me):
    await me.say("/练 网络")
    await me.answer(await me.say("/练 操作系统"), right=True)
    assert (await me.say("A")).text == wording.NOTHING_OPEN


async def test_in_a_group_everyone_answers_only_their_own_question(me):
    mine = await me.say("/练", group=True)
    asking = await me.asked(mine)
    assert asking.conversation == GROUP.key
    assert wording.HOW_GROUP in mine.text
    await me.house.askings.note_messages(asking.id, GROUP.key, ["q1"])
    assert await me.try_to_say("A", user="2", group=True) is None
    assert (await me.say("A", user="2", group=True, quoted="q1")).text == wording.NOT_YOURS
    assert "应选" in (await me.answer(mine, right=False, group=True)).text


async def test_a_linked_account_answers_what_the_other_account_was_asked(me):
    asking = await me.asked(await me.say("/练", group=True))
    await me.house.askings.note_messages(asking.id, GROUP.key, ["q1"])
    mine, other = await me.identity("1"), await me.identity("2")
    code = await me.house.people.issue_link_code(mine.person_id, me.house.now)
    assert await me.house.people.link(code, other, me.house.now) == "linked"
    verdict = await me.say(asking.shown_answer, user="2", group=True, quoted="q1")
    assert "✅" in verdict.text


async def test_a_letter_goes_to_ones_own_question_when_it_is_newer_than_the_groups(me):
    await me.house.switch_on()
    await me.house.run_due(at(12, 30))
    me.house.now = at(12, 40)
    await me.say("/练", group=True)
    assert await me.house.quiz.respond(me.message("B", group=True)) is None
    await me.say("跳过", group=True)
    await me.say("不会", group=True)
    reply = await me.house.quiz.respond(me.message("B", group=True))
    assert reply.text.startswith("收到"), "what was put aside still catches the letters"


async def test_a_quoted_daily_question_is_never_answered_as_practice(me):
    await me.house.switch_on()
    await me.house.run_due(at(12, 30))
    [daily] = await me.house.askings.of_group(GROUP.key, at(0))
    await me.house.askings.note_messages(daily.id, GROUP.key, ["q1"])
    me.house.now = at(12, 40)
    await me.say("/练", group=True)
    assert await me.try_to_say("B", group=True, quoted="q1") is None


async def test_no_question_at_all_is_one_sentence(me, tmp_path):
    async with learning_house(tmp_path / "empty") as house:
        house.catalogue._written.clear()
        house.catalogue._drawn.clear()
        me.house.selection = house.selection
        me.restart()
        assert (await me.say("/练")).text == wording.NO_QUESTIONS_AT_ALL
        assert (await me.say("/复习")).text.startswith("还没有要复习的考点")


async def test_a_broken_record_is_one_sentence(me, monkeypatch):
    async def fails(*args, **more):
        raise RecordUnavailable("磁盘满了")

    monkeypatch.setattr(me.house.people, "identify", fails)
    for said in ("/练", "B", "蒙的", "/错题本", "/模考"):
        reply = await me.say(said)
        assert (reply.text, reply.decision) == (wording.RECORD_DOWN, "error")


# Reviews


async def due_cards(me, count=3):
    """Answer ``count`` questions wrongly and let them become due."""
    for subject in ("网络", "操作系统", "数据结构", "组成原理")[:count]:
        await me.answer(await me.say(f"/练 {subject}"), right=False)
    me.later(days=2)


async def test_what_is_due_is_asked_one_after_the_other(me):
    await due_cards(me, 2)
    first = await me.say("/复习")
    assert first.text.startswith("今天有 2 个考点到了复习时间（距初试 25 天）")
    assert (await me.asked(first)).kind == "review"
    assert "还有 1 个考点到期，发“继续”" in (await me.answer(first, right=True)).text
    me.restart()
    second = await me.say("继续")
    assert second.text.startswith("**【复习 · 还有 1 个】"), "introduced a second time"
    assert (await me.asked(second)).question.point != (await me.asked(first)).question.point
    assert "都复习完了" in (await me.answer(second, right=True)).text
    assert (await me.say("/复习")).text.startswith("现在没有到期的考点。下一批")


async def test_a_skipped_review_goes_on_with_another_point(me):
    await due_cards(me, 3)
    seen = [await me.asked(await me.say("复习"))]
    for _ in range(2):
        seen.append(await me.asked(await me.say("跳过")))
    assert len({asking.question.point for asking in seen}) == 3
    assert {asking.kind for asking in seen} == {"review"}


async def test_a_review_can_be_of_one_subject(me):
    await due_cards(me, 2)
    assert (await me.asked(await me.say("/复习 网络"))).question.subject == "CN"
    assert (await me.say("/复习 数据结构")).text == wording.nothing_due_in(
        Scope("subject", ("DS",), "数据结构")
    )


async def test_nothing_to_review_is_said_with_the_next_day(me):
    assert "做过的题会按遗忘曲线排进来" in (await me.say("/复习")).text
    await me.answer(await me.say("/练"), right=True)
    assert "现在没有到期的考点。下一批 1 个在" in (await me.say("今天该复习什么")).text


async def test_go_on_with_an_open_question_shows_it_again(me):
    first = await me.say("/练")
    again = await me.say("继续")
    assert again.asking == first.asking
    assert again.text.startswith(wording.STILL_OPEN)


# The wrong book


async def test_wrong_questions_come_back_the_most_wrong_first_and_not_twice_a_day(me):
    ids = []
    for subject in ("网络", "操作系统"):
        reply = await me.say(f"/练 {subject}")
        ids.append((await me.asked(reply)).question.id)
        await me.answer(reply, right=False)
        me.later(minutes=1)
    me.later(days=1)
    for wanted in (ids[0], ids[1]):
        reply = await me.say("/练 错题")
        assert (await me.asked(reply)).question.id == wanted
        await me.answer(reply, right=wanted == ids[0])
        me.later(minutes=1)
    again = await me.say("/练 错题")
    assert wording.WRONG_AGAIN_TODAY in again.text
    assert wording.WRONG_AGAIN_TODAY not in reply.text
    me.later(days=1)
    reply = await me.say("练错题")
    assert (await me.asked(reply)).question.id == ids[1], "twice wrong comes before once wrong"
    assert "【错题重练 · ○○○】" in reply.text


async def test_three_right_days_empty_the_wrong_book(me):
    await me.answer(await me.say("/练"), right=False)
    for _ in range(3):
        me.later(days=1)
        verdict = await me.answer(await me.say("/练 错题"), right=True)
    assert "移出错题本" in verdict.text
    assert "错题本清空了" in verdict.text
    assert (await me.say("/练 错题")).text == wording.NO_WRONG_YET


async def test_skipping_the_only_wrong_question_ends_the_round(me):
    await me.answer(await me.say("/练"), right=False)
    me.later(days=1)
    await me.say("/练 错题")
    assert (await me.say("跳过")).text == wording.NO_OTHER_WRONG


async def test_wrong_questions_of_a_subject(me):
    await due_cards(me, 2)
    assert (await me.asked(await me.say("/练 错题 操作系统"))).question.subject == "OS"
    assert (await me.asked(await me.say("做网络的错题"))).question.subject == "CN"
    assert "里没有错题" in (await me.say("/练 错题 数据结构")).text


async def test_in_a_group_nobody_sees_that_it_is_from_the_wrong_book(me):
    await due_cards(me, 2)
    reply = await me.say("/练 错题", group=True)
    verdict = await me.answer(reply, right=True, group=True)
    again = await me.say("继续", group=True)
    for said in (reply, verdict, again):
        assert "错题" not in said.text
        assert "●" not in said.text
    assert (await me.asked(again)).kind == "wrong_book"


# The group's daily question is nobody's practice in the group before its reveal


async def daily_question(me, question):
    """Put ``question`` to the group as its daily one."""
    return await me.house.askings.ask(
        question,
        kind="daily",
        conversation=GROUP.key,
        group_key=GROUP.key,
        now=me.house.now,
        reveal_at=at(21, 30),
    )


async def test_a_wrong_answer_to_the_daily_question_is_not_practised_in_the_group(me):
    [question] = [q for q in SMALL if q.id == "q.os0230-0"]
    daily = await daily_question(me, question)
    await me.house.quiz.respond(me.message(letter(daily, right=False), group=True))
    assert [entry.question_id for entry in await me.book()] == [question.id]
    assert (await me.say("/练 错题", group=True)).text == wording.NOTHING_HERE
    assert (await me.asked(await me.say("/练 错题"))).question.id == question.id
    await me.house.askings.reveal(daily.id, me.house.now)
    again = await me.asked(await me.say("/练 错题", group=True))
    assert again.question.id == question.id


async def test_an_unrevealed_daily_question_is_never_drawn_for_practice_in_its_group(me):
    questions = me.house.catalogue._written["OS0230"]
    del questions[2:]
    hidden, other = questions
    await daily_question(me, hidden)
    for _ in range(4):
        drawn = await me.asked(await me.say("/练 OS0230", group=True))
        assert drawn.question.id == other.id
    in_private = {(await me.asked(await me.say("/练 OS0230"))).question.id for _ in range(4)}
    assert hidden.id in in_private


async def test_a_review_in_the_group_leaves_the_daily_question_out(me):
    questions = me.house.catalogue._written["OS0230"]
    del questions[2:]
    await me.answer(await me.say("/练 OS0230"), right=False)
    me.later(days=2)
    await daily_question(me, questions[0])
    for _ in range(3):
        drawn = await me.asked(await me.say("/复习", group=True))
        assert drawn.question.id == questions[1].id


@pytest.mark.parametrize("said", ["letter", "不会", "蒙的"])
async def test_what_became_the_daily_question_while_it_was_open_is_not_explained(me, said):
    asking = await me.asked(await me.say("/练 OS0230", group=True))
    await daily_question(me, asking.question)
    if said == "不会":
        assert (await me.say(said, group=True)).text == wording.ANSWER_LATER
        return
    reply = await me.say(letter(asking, right=True), group=True)
    assert reply.text == wording.VERDICT_LATER
    assert len(await me.attempts()) == 1
    if said == "蒙的":
        assert (await me.say(said, group=True)).text == wording.GUESS_NOTED


async def test_an_empty_wrong_book_is_not_told_to_the_group(me):
    assert (await me.say("/练 错题", group=True)).text == wording.NOTHING_HERE


@pytest.mark.parametrize(
    "said", ["来一道计算机组成原理的题", "来道计算机组成原理", "来一道组成原理的题", "练习组成原理"]
)
async def test_a_subject_called_principles_is_practised(me, said):
    assert (await me.asked(await me.say(said))).question.subject == "CO"


# Wishes in plain words


@pytest.mark.parametrize("said", ["来三道网络题", "可以给我出几道网络的题吗"])
async def test_of_several_questions_the_first_is_asked_and_go_on_brings_the_next(me, said):
    reply = await me.say(said)
    assert reply.text.startswith(wording.ONE_AT_A_TIME)
    await me.answer(reply, right=True)
    assert (await me.asked(await me.say("继续"))).question.subject == "CN"


async def test_who_wants_ten_questions_is_told_of_the_mock_exam(me):
    reply = await me.say("给我来10道题")
    assert "私聊我发“/模考 10”" in reply.text
    assert reply.asking is not None
    assert "/模考" not in (await me.say("给我来50道题")).text


async def hard_questions(me):
    """Make some questions on the network hard."""
    written = me.house.catalogue._written
    me.house.catalogue._drawn.clear()
    for point in ("CN0506", "CN0602"):
        written[point][:6] = [replace(one, difficulty=5) for one in written[point][:6]]


async def test_a_harder_question_keeps_the_scope_and_stays_hard(me):
    await hard_questions(me)
    first = await me.asked(await me.say("/练 网络"))
    assert first.question.difficulty == 2
    for said in ("来点难的", "再来一道", "换一个", "太简单了"):
        asking = await me.asked(await me.say(said))
        assert (asking.question.subject, asking.question.difficulty) == ("CN", 5), said
    assert (await me.asked(await me.say("来一道难一点的网络题"))).question.difficulty == 5


async def test_where_nothing_is_hard_the_hardest_is_asked(me):
    assert (await me.asked(await me.say("来道操作系统的难题"))).question.subject == "OS"


async def test_harder_without_practice_is_about_something_else(me):
    assert await me.try_to_say("难一点") is None
    assert await me.try_to_say("太简单了") is None


async def test_a_point_that_is_read_as_its_chapter_stays_a_point(me):
    concept = shipped_library().concepts["ds.stack"]
    on_point = [small_question(f"stack-{n}", concept.points[0]) for n in range(4)]
    other = [small_question(f"array-{n}", "DS0309") for n in range(4)]
    me.house.catalogue._written |= {concept.points[0]: on_point, "DS0309": other}
    said = me.message("什么是栈")
    explained = Turn("assistant", "栈是……", said.received_at, (concept.id,), decision="answer")
    await me.dialogues.append(said.session, said.user, explained)
    reply = await me.say("来道题")
    for _ in range(4):
        assert (await me.asked(reply)).question.point == concept.points[0]
        await me.answer(reply, right=True)
        reply = await me.say("再来一道")


async def test_after_a_scope_without_questions_the_nearest_goes_on(me):
    nothing = await me.say("/练 信号量")
    offered = nothing.text.split("“/练 ")[1].split("”")[0]
    asked = await me.asked(await me.say("继续"))
    assert me.house.scopes.read(offered).holds(asked.question.point)


async def test_a_single_wrong_question_of_today_is_spoken_of_as_one(me):
    await me.answer(await me.say("/练"), right=False)
    assert (await me.say("/练 错题")).text.startswith(wording.THIS_AGAIN_TODAY)


async def test_how_a_question_leaves_the_wrong_book_is_explained(me):
    for said in ("移出错题本", "怎么移出错题本"):
        assert (await me.say(said)).text == wording.HOW_TO_LEAVE


async def test_the_bank_of_the_test_is_what_the_tests_think(me):
    assert {question.answer for question in SMALL} == {"C"}
