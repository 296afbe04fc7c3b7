"""Practice and the knowledge base in one dialogue: 为什么 after a verdict, 来道题 on a topic."""

from datetime import timedelta

import pytest

from backend.answering.answerer import Answerer
from plugins.qa.plugin import QaPlugin
from tests.fakes import FakeSearch
from tests.unit.answering.dialogue import SURE
from tests.unit.knowledge.shipped import shipped_library
from tests.unit.plugins.practising import practising


@pytest.fixture
async def me(tmp_path):
    async with practising(tmp_path) as made:
        yield made


@pytest.fixture
def qa(me):
    return QaPlugin(
        shipped_library(), Answerer(shipped_library(), FakeSearch(), SURE), me.dialogues
    )


async def through(me, qa, text, **more):
    """Offer a message as the router would; return who took it and the reply."""
    message = me.message(text, **more)
    reply = await me.plugin.respond(message)
    return ("practice", reply) if reply is not None else ("qa", await qa.respond(message))


@pytest.mark.parametrize(
    "text", ["为什么", "讲讲这个考点", "它的易错点", "这个考点是什么意思", "易错点呢"]
)
async def test_a_verdict_is_a_topic_that_the_knowledge_base_goes_on_from(me, qa, text):
    question = await me.say("/练 子网划分")
    await me.answer(question, right=False)
    who, reply = await through(me, qa, text)
    assert (who, reply.decision) == ("qa", "answer")
    assert reply.concepts[0] in (await me.asked(question)).question.source


async def test_the_answer_shown_on_request_is_a_topic_too(me, qa):
    question = await me.say("/练 子网划分")
    await me.say("不会")
    _, reply = await through(me, qa, "它的易错点")
    assert reply.concepts[0] in (await me.asked(question)).question.source


async def test_go_on_after_an_explanation_is_for_the_knowledge_base(me, qa):
    await me.answer(await me.say("/练 网络"), right=False)
    await through(me, qa, "什么是死锁")
    assert (await through(me, qa, "继续"))[0] == "qa"
    who, reply = await through(me, qa, "再来一道")
    assert who == "practice"
    assert (await me.asked(reply)).question.subject == "CN"
    assert (await through(me, qa, "再来一个"))[0] == "practice", "the open question is skipped"


async def test_a_question_in_the_middle_of_a_topic_is_on_that_topic(me, qa):
    await through(me, qa, "什么是死锁")
    who, reply = await through(me, qa, "来道题")
    assert who == "practice"
    assert reply.text.startswith("**【练习 · 死锁】")
    await me.answer(reply, right=True)
    _, reply = await through(me, qa, "再来一道")
    assert reply.text.startswith("**【练习 · 死锁】")


async def test_a_topic_without_questions_gets_its_example_from_the_knowledge_base(me, qa):
    await through(me, qa, "银行家算法步骤")
    concept = shipped_library().concepts["os.bankers-algorithm"]
    for point in concept.points:
        me.house.catalogue._written.pop(point, None)
        me.house.catalogue._drawn.pop(point, None)
    who, reply = await through(me, qa, "来道题")
    assert (who, reply.concepts, reply.aspect) == ("qa", (concept.id,), "example")
    who, reply = await through(me, qa, "来一道")
    assert who == "practice", "nothing says that an example is meant"
    assert (await me.asked(reply)).question


async def test_an_old_topic_does_not_choose_the_question(me, qa):
    await through(me, qa, "什么是死锁")
    me.house.now += timedelta(hours=1)
    _, reply = await through(me, qa, "来道题")
    assert reply.text.startswith("**【练习】")


async def test_the_dialogues_of_two_people_do_not_mix(me, qa):
    await me.answer(await me.say("/练 网络", group=True), right=True, group=True)
    reply = await me.say("再来一道", user="2", group=True)
    assert reply.text.startswith("**【练习】")
    assert "还是计算机网络" not in (await me.answer(reply, right=True, user="2", group=True)).text


async def test_without_the_store_everything_but_the_memory_works(me, qa):
    me.dialogues.down = True
    await me.answer(await me.say("/练 网络"), right=False)
    assert await me.try_to_say("继续") is None
    assert len(await me.attempts()) == 1
