import asyncio
from dataclasses import replace

import pytest

from backend.answering.answerer import Answerer
from backend.conversation.turns import Turn
from backend.errors import GenerationRefused, GenerationTimeout
from plugins.messages import Reply, Source
from plugins.qa import wording
from plugins.qa.plugin import QaPlugin
from tests.fakes import FakeGenerator, FakeSearch
from tests.fakes_conversation import FakeConversationStore
from tests.unit.answering.dialogue import DOUBTFUL, SURE
from tests.unit.plugins.messages import NOW, message


@pytest.fixture
def store():
    return FakeConversationStore()


def plugin_over(library, store, generator=None, calibration=SURE):
    answerer = Answerer(library, FakeSearch(), calibration)
    return QaPlugin(library, answerer, store, generator)


@pytest.fixture
def plugin(library, store):
    return plugin_over(library, store)


async def finished(plugin, incoming):
    """Give the final reply and the texts shown before it."""
    given = await plugin.respond(incoming)
    if isinstance(given, Reply):
        return given, []
    items = [item async for item in given]
    assert isinstance(items[-1], Reply)
    return items[-1], items[:-1]


# Without a model


async def test_an_answer_carries_its_concept_aspect_sources_and_confidence(plugin):
    reply = await plugin.respond(message("LRU的优缺点"))
    assert reply.decision == "answer"
    assert (reply.concepts, reply.aspect) == (("os.lru",), "pros_cons")
    assert reply.sources == (Source("操作系统 · 进程与内存 · LRU 页面置换算法", "OS0104"),)
    assert 0.85 <= reply.confidence <= 1
    assert "缺点是开销大" in reply.text
    assert "依据：操作系统" in reply.text


async def test_the_turns_are_remembered_with_concepts_and_aspect(plugin, store):
    asked = message("LRU的优缺点")
    reply = await plugin.respond(asked)
    user, assistant = await store.recent(asked.session, 10)
    assert user == Turn("user", "LRU的优缺点", NOW)
    assert assistant == Turn(
        "assistant",
        reply.text,
        NOW,
        concepts=("os.lru",),
        aspect="pros_cons",
        decision="answer",
    )


async def test_a_follow_up_goes_on_in_its_session_and_in_no_other(plugin):
    await plugin.respond(message("什么是LRU"))
    assert (await plugin.respond(message("优缺点呢"))).concepts == ("os.lru",)
    for stranger in (message("优缺点呢", sender="u2"), message("优缺点呢", group=None)):
        assert (await plugin.respond(stranger)).concepts == ()


async def test_an_ask_back_offers_its_choices_and_remembers_their_ids(library, store):
    plugin = plugin_over(library, store, calibration=DOUBTFUL)
    asked = message("死锁嘎嘣脆")
    reply = await plugin.respond(asked)
    assert (reply.decision, reply.choices) == ("ask_back", ("死锁",))
    assert (await store.recent(asked.session, 10))[-1].choices == ("os.deadlock",)
    assert (await plugin.respond(message("是"))).concepts == ("os.deadlock",)


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        ("你好", "smalltalk"),
        ("😀", "smalltalk"),
        ("今天吃什么", "off_topic"),
        ("讲讲量子纠缠的原理", "deny"),
        ("什么是段式存储", "deny"),
    ],
)
async def test_every_verdict_has_its_decision_and_some_words(plugin, store, text, decision):
    asked = message(text)
    reply = await plugin.respond(asked)
    assert reply.decision == decision
    assert reply.text
    assert reply.sources == ()
    assert [t.decision for t in await store.recent(asked.session, 10)] == [None, decision]


async def test_an_off_topic_message_is_told_two_questions_that_are_answered(plugin):
    reply = await plugin.respond(message("今天吃什么"))
    offered = reply.text.split("“")[1:]
    questions = [part.partition("”")[0] for part in offered]
    assert len(questions) == 2
    for question in questions:
        assert (await plugin.respond(message(question, sender="u2"))).decision == "answer"


async def test_without_comparison_tables_two_concepts_are_offered(library, store):
    plain = replace(library, comparisons=())
    reply = await plugin_over(plain, store).respond(message("今天吃什么"))
    offered = [part.partition("”")[0] for part in reply.text.split("“")[1:]]
    assert len(set(offered)) == 2
    assert all(question.startswith("什么是") for question in offered)


async def test_a_rejected_ask_back_is_taken_with_grace(library, store):
    plugin = plugin_over(library, store, calibration=DOUBTFUL)
    await plugin.respond(message("死锁嘎嘣脆"))
    reply = await plugin.respond(message("不是"))
    assert (reply.text, reply.decision) == (wording.REJECTED, "smalltalk")


async def test_the_same_message_gets_the_same_words(plugin):
    texts = {(await plugin.respond(message("今天吃什么", sender=f"u{n}"))).text for n in range(5)}
    assert len(texts) == 1


async def test_without_the_store_questions_are_answered_without_history(plugin, store):
    store.down = True
    assert (await plugin.respond(message("什么是LRU"))).concepts == ("os.lru",)
    assert (await plugin.respond(message("优缺点呢"))).concepts == ()
    store.down = False
    await plugin.respond(message("什么是LRU"))
    assert (await plugin.respond(message("优缺点呢"))).concepts == ("os.lru",)


# With a model


async def test_a_cited_text_of_the_model_grows_and_ends_with_the_sources(library, store):
    generator = FakeGenerator(["死锁是", "互相等待[1]。"])
    asked = message("什么是死锁")
    reply, shown = await finished(plugin_over(library, store, generator), asked)
    assert shown[:2] == ["死锁是", "死锁是互相等待[1]。"]
    assert reply.text.startswith("死锁是互相等待[1]。\n\n依据：操作系统")
    assert (reply.decision, reply.concepts) == ("answer", ("os.deadlock",))
    assert (await store.recent(asked.session, 10))[-1].text == reply.text


async def test_the_model_is_shown_the_card_and_the_question(library, store):
    generator = FakeGenerator(["死锁[1]。"])
    await finished(plugin_over(library, store, generator), message("什么是死锁"))
    ((_, user),) = generator.asked
    assert "互相等待" in user.content
    assert user.content.endswith("【问题】\n什么是死锁")


@pytest.mark.parametrize(
    "generator",
    [
        FakeGenerator(["死锁是互相等待。"]),
        FakeGenerator(["死锁是互相等待[7]。"]),
        FakeGenerator(["死锁是[1]"], GenerationTimeout("太慢")),
        FakeGenerator([], GenerationRefused("状态码 500")),
    ],
    ids=["uncited", "wrongly cited", "failing half-way", "failing at once"],
)
async def test_the_card_answers_when_the_model_does_not(library, store, generator):
    asked = message("什么是死锁")
    reply, _ = await finished(plugin_over(library, store, generator), asked)
    card = await plugin_over(library, FakeConversationStore()).respond(message("什么是死锁"))
    assert reply == card
    assert [t.role for t in await store.recent(asked.session, 10)] == ["user", "assistant"]


async def test_citations_of_nothing_are_removed_and_the_rest_is_kept(library, store):
    generator = FakeGenerator(["死锁是互相等待[1]。也叫死结[9]。"])
    reply, _ = await finished(plugin_over(library, store, generator), message("什么是死锁"))
    assert reply.text.startswith("死锁是互相等待[1]。也叫死结。")


@pytest.mark.parametrize("text", ["你好", "今天吃什么", "讲讲量子纠缠的原理", "什么是段式存储"])
async def test_the_model_is_not_asked_what_the_material_does_not_have(library, store, text):
    generator = FakeGenerator(["我编的[1]。"])
    await finished(plugin_over(library, store, generator), message(text))
    assert generator.asked == []


async def test_the_model_sees_the_turns_before(library, store):
    generator = FakeGenerator(["死锁[1]。"])
    plugin = plugin_over(library, store, generator)
    await finished(plugin, message("什么是死锁"))
    await finished(plugin, message("那怎么预防呢"))
    assert "考生：什么是死锁" in generator.asked[1][1].content
    assert "考生：什么是死锁" not in generator.asked[0][1].content


async def test_a_message_given_up_half_way_is_not_remembered(library, store):
    generator = FakeGenerator(["死锁[1]。"], gate=asyncio.Event())
    asked = message("什么是死锁")
    task = asyncio.create_task(finished(plugin_over(library, store, generator), asked))
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await store.recent(asked.session, 10) == []
