"""What is said to a message, over a small library and a fake search."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.answering.answer import (
    CardBody,
    PairBody,
    PassageBody,
    PrerequisiteBody,
    TableBody,
)
from backend.errors import KnowledgeBaseCorrupt, KnowledgeBaseMissing
from backend.knowledge.aspects import Aspect
from backend.retrieval.passages import make_passage
from tests.fakes import FakeSearch
from tests.unit.answering.dialogue import DOUBTFUL, SURE, UNSURE, Dialogue
from tests.unit.answering.passages import PAGE_PASSAGES, card_passage


@pytest.fixture
def talk(library):
    return Dialogue(library)


def document(text, context="讲义"):
    return make_passage(text, context, "讲义.pdf", "第 3 页", "讲义.pdf")


# One question


@pytest.mark.parametrize(
    ("message", "concept", "aspect"),
    [
        ("死锁", "os.deadlock", Aspect.DEFINITION),
        ("什么是死锁", "os.deadlock", Aspect.DEFINITION),
        ("死锁是怎么产生的", "os.deadlock", Aspect.PRINCIPLE),
        ("lru 命中率怎么算", "os.lru", Aspect.CALCULATION),
        ("LRU的优缺点", "os.lru", Aspect.PROS_CONS),
        ("给个LRU的例题", "os.lru", Aspect.EXAMPLE),
        ("tcp有什么特点", "cn.tcp", Aspect.FEATURES),
        ("sisuo shi shenme", "os.deadlock", Aspect.DEFINITION),
    ],
)
async def test_a_question_is_answered_from_the_section_that_it_asks_for(
    talk, message, concept, aspect
):
    answer = await talk.ask(message)
    assert (answer.verdict, answer.concepts, answer.aspect) == ("answer", (concept,), aspect)
    assert isinstance(answer.body, CardBody)
    assert answer.body.sections[0].aspect is aspect
    assert answer.body.missing is None
    assert answer.confidence >= 0.85
    assert answer.sources


async def test_an_aspect_that_the_card_lacks_is_said_to_be_missing_and_replaced(talk):
    answer = await talk.ask("死锁预防的优缺点")
    assert isinstance(answer.body, CardBody)
    assert answer.body.missing is Aspect.PROS_CONS
    assert answer.body.sections


async def test_a_part_is_answered_from_the_section_that_speaks_of_it(talk):
    answer = await talk.ask("循环等待条件")
    assert isinstance(answer.body, CardBody)
    assert answer.body.part == "循环等待条件"
    assert [s.aspect for s in answer.body.sections] == [Aspect.PRINCIPLE]


async def test_prerequisites_come_from_the_relations(talk):
    answer = await talk.ask("学死锁预防要先学什么")
    assert isinstance(answer.body, PrerequisiteBody)
    assert [c.id for c in answer.body.needed] == ["os.deadlock"]


async def test_a_pasted_choice_question_is_marked_as_such(talk):
    answer = await talk.ask("关于死锁的说法正确的是（ ） A. 互斥 B. 共享 C. 抢占 D. 释放")
    assert answer.pasted_question
    assert not (await talk.ask("死锁")).pasted_question


@pytest.mark.parametrize(
    ("message", "verdict"),
    [
        ("你好", "smalltalk"),
        ("你好呀！", "smalltalk"),
        ("在吗？", "smalltalk"),
        ("谢谢", "smalltalk"),
        ("非常感谢～", "smalltalk"),
        ("", "empty"),
        ("  \n ", "empty"),
        ("😀", "empty"),
        ("？？？", "empty"),
        ("今天中午吃什么", "off_topic"),
        ("明天天气怎么样", "off_topic"),
        ("asdkjfh", "off_topic"),
    ],
)
async def test_what_is_no_question_is_not_answered_as_one(talk, message, verdict):
    answer = await talk.ask(message)
    assert answer.verdict == verdict
    assert answer.concepts == ()


async def test_what_the_material_lacks_is_refused_with_the_nearest_topics(talk):
    answer = await talk.ask("讲讲量子纠缠的原理")
    assert answer.verdict == "deny"
    assert answer.concepts == ()
    assert len(answer.nearest) == 2
    assert answer.confidence < 0.4


async def test_a_point_of_the_outline_without_a_card_is_named_as_such(talk):
    answer = await talk.ask("什么是段式存储")
    assert answer.verdict == "deny"
    assert answer.outside is not None
    assert answer.outside.id == "OS0106"
    assert all(concept.id.startswith("os.") for concept in answer.nearest)
    assert len(answer.nearest) == 2


async def test_a_point_named_in_passing_does_not_hide_what_is_described(library):
    talk = Dialogue(library, FakeSearch(PAGE_PASSAGES), SURE)
    answer = await talk.ask("不用段式存储而是淘汰最久没被访问的内容的办法")
    assert answer.verdict == "answer"
    assert answer.concepts == ("os.lru",)


async def test_what_is_described_but_not_found_is_refused_by_the_point_named(library):
    talk = Dialogue(library, FakeSearch(PAGE_PASSAGES), UNSURE)
    answer = await talk.ask("不用段式存储而是淘汰最久没被访问的内容的办法")
    assert answer.verdict == "deny"
    assert answer.outside is not None
    assert answer.outside.id == "OS0106"


# Comparisons


async def test_two_concepts_with_a_table_are_compared_by_it(talk):
    answer = await talk.ask("TCP 和 UDP 有啥区别")
    assert isinstance(answer.body, TableBody)
    assert answer.concepts == ("cn.tcp", "cn.udp")
    assert len(answer.sources) == 2


async def test_the_order_of_the_two_names_does_not_matter_to_the_table(talk):
    answer = await talk.ask("udp跟tcp比")
    assert isinstance(answer.body, TableBody)
    assert answer.body.concepts[0].id == answer.body.table.ids[0]


async def test_two_concepts_without_a_table_stand_side_by_side(talk):
    answer = await talk.ask("死锁和饥饿的区别")
    assert isinstance(answer.body, PairBody)
    assert (answer.body.first.concept.id, answer.body.second.concept.id) == (
        "os.deadlock",
        "os.starvation",
    )


async def test_a_comparison_within_one_card_is_answered_from_it(talk):
    answer = await talk.ask("头插法和尾插法的区别")
    assert answer.verdict == "answer"
    assert answer.concepts == ("ds.singly-linked-list",)


async def test_a_comparison_with_something_that_has_no_card_is_not_invented(talk):
    answer = await talk.ask("单链表和双链表的区别")
    assert answer.verdict == "deny"
    assert answer.outside is not None
    assert answer.outside.name == "双链表"


# The knowledge base and the operator's documents


@pytest.mark.parametrize("failure", [KnowledgeBaseMissing("没有"), KnowledgeBaseCorrupt("坏了")])
async def test_cards_answer_when_there_is_no_knowledge_base(library, failure):
    talk = Dialogue(library, FakeSearch(failure=failure), DOUBTFUL)
    assert (await talk.ask("什么是死锁")).verdict == "ask_back"
    assert talk.search.queries == ["什么是死锁"]
    assert (await talk.ask("是")).concepts == ("os.deadlock",)
    assert (await talk.ask("TCP和UDP的区别")).concepts == ("cn.tcp", "cn.udp")
    assert (await talk.ask("讲讲量子纠缠的原理")).verdict == "deny"
    assert (await talk.ask("什么是段式存储")).verdict == "deny"


async def test_a_certain_link_is_answered_without_a_search(library):
    talk = Dialogue(library, calibration=SURE)
    await talk.ask("什么是死锁")
    assert talk.search.queries == []


async def test_what_is_retrieved_answers_a_question_that_names_nothing(library):
    passages = [card_passage("os.lru", "淘汰最长时间没有被访问的页", "definition")]
    talk = Dialogue(library, FakeSearch(passages), SURE)
    answer = await talk.ask("最长时间没有被访问的页要淘汰的算法")
    assert answer.concepts == ("os.lru",)


async def test_a_document_answers_what_no_card_has_when_the_words_stand_in_it(library):
    text = "段式存储把程序按逻辑分段，每段有段号和段内地址。"
    talk = Dialogue(library, FakeSearch([document(text)]))
    answer = await talk.ask("什么是段式存储")
    assert answer.verdict == "answer"
    assert isinstance(answer.body, PassageBody)
    assert answer.body.passages[0].text == text
    assert [(s.title, s.locator) for s in answer.sources] == [("讲义.pdf", "第 3 页")]
    assert answer.concepts == ()


async def test_a_document_of_ones_own_goes_before_a_card_that_lacks_its_words(library):
    text = "麒麟系统的死锁由看门狗每五秒扫描一次。"
    talk = Dialogue(library, FakeSearch([document(text)]), SURE)
    answer = await talk.ask("麒麟系统的死锁看门狗多久扫描一次")
    assert isinstance(answer.body, PassageBody)
    assert answer.body.passages[0].text == text


async def test_a_card_goes_before_a_document_that_lacks_words_of_the_message(library):
    talk = Dialogue(library, FakeSearch([document("麒麟系统的死锁很少见。")]), SURE)
    answer = await talk.ask("凤凰系统的死锁看门狗多久扫描一次")
    assert answer.concepts == ("os.deadlock",)


async def test_a_document_answers_what_is_not_even_in_the_outline(library):
    talk = Dialogue(library, FakeSearch([document("布隆过滤器用多个散列函数判重。")]), UNSURE)
    answer = await talk.ask("什么是布隆过滤器")
    assert isinstance(answer.body, PassageBody)


@pytest.mark.parametrize("message", ["什么是段式存储", "什么是布隆过滤器"])
async def test_a_document_without_the_words_answers_nothing(library, message):
    talk = Dialogue(library, FakeSearch([document("存储器是什么，过滤又是什么。")]), UNSURE)
    answer = await talk.ask(message)
    assert answer.verdict in ("deny", "off_topic")
    assert answer.body is None


async def test_a_document_does_not_replace_a_card(library):
    talk = Dialogue(library, FakeSearch([document("死锁是一种很可怕的东西。")]))
    answer = await talk.ask("什么是死锁")
    assert isinstance(answer.body, CardBody)


@pytest.fixture(scope="module")
def talks(library):
    """Make dialogues; a function because hypothesis would print a whole library."""
    return lambda: Dialogue(library, FakeSearch(PAGE_PASSAGES))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.lists(
            st.sampled_from(
                ["死锁", "TCP", "UDP", "和", "区别", "呢", "1", "是", "不是", "页面置换", "双链表",
                 "那", "它", "前者", "怎么", "算", "再详细点", "吃什么", "量子", "你好", "?", "😀"]
            )
            | st.text(max_size=3),
            max_size=5,
        ).map("".join),
        min_size=1, max_size=4,
    )
)  # fmt: skip
def test_no_dialogue_makes_answering_fail(talks, messages):
    asyncio.run(hold(talks(), messages))


async def hold(talk, messages):
    for message in messages:
        answer = await talk.ask(message)
        assert 0 <= answer.confidence <= 1
        assert (answer.body is not None) == (answer.verdict == "answer")
        assert answer.verdict == "ask_back" or not answer.candidates
        assert bool(answer.sources) == (answer.verdict == "answer")
