"""Which question a letter answers: the group's, one's own, or none."""

import pytest

from backend.conversation.turns import Turn
from plugins.daily_quiz import wording
from plugins.daily_quiz.plugin import DailyQuizPlugin, QuizRules
from tests.fakes_conversation import FakeConversationStore
from tests.learning_house import EXAM, GROUP, at, learning_house, small_question
from tests.unit.knowledge.shipped import shipped_library
from tests.unit.plugins.practising import practice_plugin
from tests.unit.plugins.quizzing import answered, dailies, joins, practises, retract, say


@pytest.fixture
async def house(tmp_path):
    async with learning_house(tmp_path) as made:
        yield made


@pytest.fixture
async def asked(house):
    """A house whose group was asked one question at 12:30 and where it is 12:40."""
    await house.switch_on()
    await house.run_due(at(12, 30))
    house.now = at(12, 40)
    return house


@pytest.fixture
async def three(house):
    """A house whose group was asked three questions."""
    await house.switch_on(count=3)
    await house.run_due(at(12, 30))
    house.now = at(12, 40)
    return house


# One's own question and the group's


@pytest.mark.parametrize("hour", [12, 13])
async def test_in_private_a_letter_answers_the_open_question_of_one_s_own(asked, hour):
    await joins(asked, "1")
    await practises(asked, at(hour, 29), private=True)
    asked.now = at(13, 31)
    assert await say(asked, "C", private=True) is None
    assert await answered(asked) == {}


async def test_with_practice_behind_it_each_letter_is_taken_by_the_right_one(asked):
    practice = practice_plugin(asked, FakeConversationStore())

    async def both(text, **more):
        reply = await say(asked, text, **more)
        conversation = asked.private() if more.get("private") else GROUP
        message = asked.message(text, conversation=conversation)
        return reply or await practice.respond(message)

    await joins(asked, "1")
    own = await both("/练", private=True)
    assert own.asking is not None
    assert "今天第 1 题" in (await both("C？", private=True)).text
    assert (await both("选C", private=True)).text.startswith("每日一题：")
    assert (await both("/练")).asking is not None
    assert "今天第 3 题" in (await both("就D了")).text
    assert (await both("D")).text == wording.ALREADY


async def test_in_private_the_group_s_question_is_answered_by_its_name_or_number(three):
    await joins(three, "1")
    await practises(three, at(12, 29), private=True)
    assert "第 2 题" in (await say(three, "2C", private=True)).text
    assert await answered(three) == {2: "C"}
    assert await say(three, "/每日一题 1D", private=True) is not None
    assert await answered(three) == {1: "D", 2: "C"}


async def test_naming_the_daily_question_answers_it_beside_one_s_own(asked):
    await joins(asked, "1")
    await practises(asked, at(12, 39), private=True)
    shown = await say(asked, "每日一题", private=True)
    assert "每日一题 B" in shown.text
    assert (await say(asked, "每日一题 B", private=True)).text.startswith("每日一题：")
    assert await answered(asked) == {1: "B"}


async def test_in_a_group_a_letter_answers_what_was_put_last(asked):
    await practises(asked, at(12, 29), user="1")
    await practises(asked, at(12, 35), user="2")
    assert (await say(asked, "B", user="1")).text.startswith("收到")
    assert await say(asked, "B", user="2") is None


async def test_after_the_daily_answer_a_letter_goes_to_the_older_question_of_one_s_own(asked):
    await practises(asked, at(12, 29))
    assert (await say(asked, "B")).text.startswith("收到")
    assert await say(asked, "C") is None, "one's own question must not become unreachable"


async def test_quoting_decides_over_everything(asked):
    own = await practises(asked, at(12, 35))
    await asked.askings.note_messages(own.id, GROUP.key, ["own"])
    assert (await say(asked, "B", quoted="1")).text.startswith("收到")
    assert await say(asked, "B", user="2", quoted="own") is None
    assert await answered(asked, "2") == {}


async def test_a_revealed_question_gives_way_to_one_s_own(asked):
    await asked.run_due(at(21, 30))
    await practises(asked, at(12, 29))
    asked.now = at(21, 40)
    assert await say(asked, "B") is None


# Several questions


async def test_the_only_unanswered_question_needs_no_number(three):
    await say(three, "1A 2B")
    assert "请带上题号" in (await say(three, "C", user="2")).text
    assert (await say(three, "C")).text.startswith("收到，第 3 题选 C")
    assert (await say(three, "D")).text == wording.all_done(3)
    assert await answered(three) == {1: "A", 2: "B", 3: "C"}


async def test_only_what_is_unanswered_is_offered(three):
    await say(three, "2B")
    reply = await say(three, "C")
    assert "“1A 3A”" in reply.text


async def test_several_letters_get_one_line(three):
    text = (await say(three, "1A 2C 3B")).text
    assert text == "收到：第 1 题 A、第 2 题 C、第 3 题 B，21:30 公布答案。"
    again = (await say(three, "1B 2C")).text
    assert again == "第 1、2 题你已经答过了，以第一次的为准。"


async def test_one_letter_for_all(three):
    await say(three, "2B")
    assert "第 1 题 A、第 3 题 A" in (await say(three, "全选A")).text
    assert await answered(three) == {1: "A", 2: "B", 3: "A"}


async def test_a_guess_among_several_is_marked_alone(three):
    await say(three, "我选1A，2B蒙的，3C")
    person = (await three.people.identify("fake", "1", three.now)).person_id
    book = {entry.asking_id for entry in await three.progress.wrong_book(person)}
    asked = {one.place: one for one in await dailies(three)}
    wrong = {asked[p].id for p, k in ((1, "A"), (3, "C")) if asked[p].shown_answer != k}
    assert book == wrong | {asked[2].id}


async def test_a_number_that_there_is_not_is_told(three):
    assert "“1A 2A 3A”" in (await say(three, "4B")).text


# What is no answer


@pytest.mark.parametrize("text", ["BC", "A或者B", "E", "C or D"])
async def test_two_letters_are_asked_again_while_a_question_waits(asked, text):
    assert (await say(asked, text)).text == wording.ONE_LETTER
    await say(asked, "B")
    assert await say(asked, text) is None, "nothing waits any more"
    assert await answered(asked) == {1: "B"}


async def test_two_letters_are_asked_again_while_a_question_of_one_s_own_waits(house):
    assert await say(house, "BC", private=True) is None
    await practises(house, at(11, 55), private=True)
    assert (await say(house, "BC", private=True)).text == wording.ONE_LETTER


async def test_two_letters_with_several_questions_are_asked_for_numbers(three):
    assert "请带上题号" in (await say(three, "AB")).text


@pytest.mark.parametrize("text", ["不对我选C", "改成C", "我点错了，是D", "我改第1题选C"])
async def test_who_changes_their_mind_is_told_that_the_first_answer_counts(asked, text):
    await say(asked, "B")
    assert (await say(asked, text)).text == "以第一次的答案为准，改不了。"
    assert (await say(asked, text, private=True)).text == "以第一次的 B 为准，改不了。"
    assert await answered(asked) == {1: "B"}


async def test_who_has_not_answered_means_an_answer_by_a_change(asked):
    assert (await say(asked, "不对，我选C")).text.startswith("收到，选 C")
    await practises(asked, at(12, 39), user="2", private=True)
    reply = await say(asked, "改成C", user="2", private=True)
    assert reply.text == wording.NEW_QUESTION


async def test_a_change_of_nothing_is_left_to_the_others(house):
    assert await say(house, "改成C") is None


async def test_a_change_in_a_paper_is_no_answer(house):
    me = await house.people.identify("fake", "1", at(11))
    questions = [small_question(f"p{n}", "OS0230") for n in range(2)]
    _, [first, second] = await house.askings.papers.start(
        me.id, house.private().key, questions, at(11, 30), at(12, 30)
    )
    await house.attempts.answer(first, me, "A", at(11, 40))
    await house.askings.put_again(second.id, at(11, 40, second=1))
    assert "以第一次的 A 为准" in (await say(house, "改成C", private=True)).text
    assert await say(house, "B", private=True) is None
    assert (await say(house, "全选B", private=True)).text == wording.ONE_BY_ONE


async def test_a_retracted_question_takes_no_answers(asked):
    await say(asked, "B", user="2")
    await retract(asked, (await dailies(asked))[0])
    for more in ({}, {"quoted": "1"}, {"user": "2"}):
        assert "这题有误，已经作废" in (await say(asked, "A", **more)).text
    assert await answered(asked) == {}


async def test_a_retracted_question_is_not_among_those_that_wait(three):
    await retract(three, (await dailies(three))[1])
    assert "“1A 3A”" in (await say(three, "B")).text


async def test_a_letter_after_a_private_answer_gives_nothing_away(asked):
    await joins(asked, "1")
    await say(asked, "B", private=True)
    assert (await say(asked, "C")).text == "你已经答过这题了，以第一次的为准。"


# Kind words


@pytest.mark.parametrize("text", ["跳过", "不会", "算了", "这题不会", "我不会", "没思路"])
async def test_who_cannot_answer_the_group_s_question_is_consoled(asked, text):
    reply = await say(asked, text)
    assert reply.text.startswith("不会也没关系，21:30 公布解析。")
    await joins(asked, "1")
    assert "凭感觉选一个字母" in (await say(asked, text, private=True)).text
    await say(asked, "B")
    assert await say(asked, text) is None


async def test_giving_up_one_s_own_question_is_not_the_group_s_business(asked):
    await practises(asked, at(12, 29))
    assert await say(asked, "不会") is None


async def test_nothing_to_give_up_is_left_to_the_others(house):
    assert await say(house, "不会") is None


async def test_a_private_verdict_says_what_comes_next(three):
    await joins(three, "1")
    first = await say(three, "1A", private=True)
    assert first.text.endswith("还有第 2、3 题没答，带上题号回字母就行，例如“2B”。")
    assert first.text.startswith("每日一题第 1 题：")
    last = await say(three, "2A 3A", private=True)
    assert last.text.endswith("想接着练就发“/练”，看错题发“/错题本”。")


async def test_the_last_of_several_questions_is_told_by_its_number_in_private(three):
    await joins(three, "1")
    reply = await say(three, "1A 2A", private=True)
    assert "还有第 3 题没答" in reply.text


# A place among the options


def quiz_with(house, dialogues, is_member=None):
    return DailyQuizPlugin(
        shipped_library(),
        house.groups,
        house.people,
        house.askings,
        house.attempts,
        house.scopes,
        QuizRules(EXAM),
        is_member,
        dialogues,
    )


async def test_a_place_among_the_options_is_a_letter_unless_a_list_was_offered(asked):
    dialogues = FakeConversationStore()
    asked.quiz = quiz_with(asked, dialogues)
    offered = asked.message("什么是地址")
    turn = Turn("assistant", "你问的是？", at(12, 39), decision="ask_back", choices=("MAC 地址",))
    await dialogues.append(offered.session, offered.user, turn)
    assert await say(asked, "第三个") is None
    assert (await say(asked, "选第二个", user="2")).text.startswith("收到，选 B")
    answer = Turn("assistant", "死锁是……", at(12, 39), decision="answer")
    await dialogues.append(offered.session, offered.user, answer)
    assert (await say(asked, "第三个")).text.startswith("收到，选 C")


async def test_without_the_dialogue_a_place_counts_only_with_its_question(asked):
    assert await say(asked, "第三个") is None
    assert (await say(asked, "第三个", quoted="1")).text.startswith("收到，选 C")


# Who only reads the group


async def test_a_member_whom_the_platform_knows_answers_in_private(asked):
    async def is_member(group, user):
        return group == GROUP and user == "5"

    asked.quiz = quiz_with(asked, None, is_member)
    assert (await say(asked, "B", user="5", private=True)).text.startswith("每日一题：")
    assert await answered(asked, "5") == {1: "B"}
    stranger = await say(asked, "B", user="6", private=True)
    assert "先在群里 @我" in stranger.text


async def test_who_asked_for_the_question_in_the_group_answers_it_in_private(asked):
    await say(asked, "每日一题")
    assert (await say(asked, "B", private=True)).text.startswith("每日一题：")


async def test_what_is_answered_is_not_asked_of_a_bare_letter_in_private_again(asked):
    await say(asked, "B")
    assert await say(asked, "C", private=True) is None
    await asked.run_due(at(21, 30))
    assert await say(asked, "C", private=True) is None
    assert "以第一次的 B 为准" in (await say(asked, "1C", private=True)).text


async def test_nobody_s_answer_is_told_in_the_group_after_the_reveal(asked):
    await joins(asked, "1")
    await say(asked, "B", private=True)
    await asked.run_due(at(21, 30))
    for text in ("C", "解析"):
        reply = (await say(asked, text)).text
        assert "你选的" not in reply
        assert "第一次的 B" not in reply
