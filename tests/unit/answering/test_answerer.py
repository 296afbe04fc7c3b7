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
from tests.unit.knowledge.small_library import small_library


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    return small_library(tmp_path_factory.mktemp("content"))


@pytest.fixture
def talk(library):
    return Dialogue(library)


def document(text, context="讲义"):
    return make_passage(text, context, "讲义.pdf", "第 3 页", "讲义.pdf")


def card_passage(concept_id, text, aspect=None):
    return make_passage(text, text, concept_id, "OS0101", concept_id, concept_id, aspect)


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
    assert answer.evidence


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


# Follow-ups


@pytest.mark.parametrize(
    ("first", "follow_up", "concept", "aspect"),
    [
        ("什么是死锁", "那怎么预防呢", "os.deadlock-prevention", None),
        ("什么是死锁", "怎么避免", "os.bankers-algorithm", None),
        ("什么是LRU", "那它的缺点呢？", "os.lru", Aspect.PROS_CONS),
        ("什么是LRU", "怎么算", "os.lru", Aspect.CALCULATION),
        ("什么是LRU", "有例题吗", "os.lru", Aspect.EXAMPLE),
        ("LRU的优缺点", "那FIFO呢", "os.fifo", Aspect.PROS_CONS),
        ("什么是死锁", "没看懂", "os.deadlock", Aspect.EXAMPLE),
        ("什么是死锁", "循环等待是啥", "os.deadlock", None),
    ],
)
async def test_a_follow_up_takes_what_it_leaves_out_from_the_dialogue(
    talk, first, follow_up, concept, aspect
):
    answer = await talk.asks(first, follow_up)
    assert (answer.verdict, answer.concepts) == ("answer", (concept,))
    if aspect is not None:
        assert answer.aspect is aspect


async def test_a_follow_up_of_a_follow_up_goes_on_from_it(talk):
    answer = await talk.asks("什么是LRU", "优缺点呢", "那FIFO呢", "原理呢")
    assert (answer.concepts, answer.aspect) == (("os.fifo",), Aspect.PRINCIPLE)


async def test_a_topic_change_inherits_nothing(talk):
    answer = await talk.asks("LRU的优缺点", "什么是死锁")
    assert (answer.concepts, answer.aspect) == (("os.deadlock",), Aspect.DEFINITION)


async def test_a_bare_name_after_another_topic_is_a_question_of_its_own(talk):
    answer = await talk.asks("LRU的优缺点", "FIFO")
    assert (answer.concepts, answer.aspect) == (("os.fifo",), Aspect.DEFINITION)


@pytest.mark.parametrize("message", ["今天中午吃什么", "明天天气怎么样"])
async def test_an_everyday_question_after_a_concept_is_still_off_topic(talk, message):
    assert (await talk.asks("什么是死锁", message)).verdict == "off_topic"


async def test_thanks_after_a_concept_are_small_talk_and_do_not_end_the_topic(talk):
    assert (await talk.asks("什么是LRU", "谢谢")).verdict == "smalltalk"
    assert (await talk.ask("它的优缺点呢")).concepts == ("os.lru",)


async def test_a_full_question_outside_the_material_inherits_nothing(talk):
    answer = await talk.asks("什么是死锁", "讲讲量子纠缠的原理")
    assert (answer.verdict, answer.concepts) == ("deny", ())


async def test_a_follow_up_without_a_dialogue_is_about_nothing(talk):
    answer = await talk.ask("那它的缺点呢")
    assert answer.concepts == ()
    assert answer.verdict != "answer"


async def test_history_older_than_the_window_is_not_meant(talk):
    await talk.ask("什么是LRU")
    talk.wait(minutes=29)
    assert (await talk.ask("优缺点呢")).concepts == ("os.lru",)
    talk.wait(minutes=31)
    assert (await talk.ask("优缺点呢")).concepts == ()


@pytest.mark.parametrize(
    ("word", "concept"),
    [("前者", "cn.tcp"), ("后者", "cn.udp")],
)
async def test_the_former_and_the_latter_are_the_two_of_the_comparison(talk, word, concept):
    answer = await talk.asks("TCP和UDP的区别", f"{word}有什么特点")
    assert (answer.concepts, answer.aspect) == ((concept,), Aspect.FEATURES)


async def test_a_comparison_may_name_only_the_other_side(talk):
    answer = await talk.asks("什么是TCP", "它和UDP有什么区别")
    assert isinstance(answer.body, TableBody)


async def test_a_comparison_of_the_last_two_topics_may_name_neither(talk):
    answer = await talk.asks("什么是TCP", "什么是UDP", "它们有什么区别")
    assert isinstance(answer.body, TableBody)


async def test_more_detail_gives_the_sections_that_were_not_shown_yet(talk):
    first = await talk.ask("什么是LRU")
    second = await talk.ask("再详细点")
    third = await talk.ask("继续")
    shown = [[s.aspect for s in a.body.sections] for a in (first, second, third)]
    assert all(a.concepts == ("os.lru",) for a in (second, third))
    flat = [aspect for aspects in shown for aspect in aspects]
    assert len(flat) == len(set(flat))
    assert flat[0] is Aspect.DEFINITION


async def test_more_detail_of_nothing_is_not_answered(talk):
    assert (await talk.ask("再详细点")).verdict != "answer"


# Asking back

PAGE_PASSAGES = (
    card_passage("os.lru", "页面置换 淘汰最久没用的页"),
    card_passage("os.fifo", "页面置换 淘汰最早调入的页"),
)


@pytest.fixture
def unsure_talk(library):
    return Dialogue(library, FakeSearch(PAGE_PASSAGES), DOUBTFUL)


async def test_a_doubtful_question_is_asked_back_with_its_candidates(unsure_talk):
    answer = await unsure_talk.ask("页面置换是什么")
    assert answer.verdict == "ask_back"
    assert {c.id for c in answer.candidates} >= {"os.lru", "os.fifo"}
    assert len(answer.candidates) <= 3
    assert answer.concepts == ()
    assert 0.4 <= answer.confidence < 0.85


@pytest.mark.parametrize(
    ("reply", "index"),
    [("1", 0), ("2", 1), ("第一个", 0), ("第二个", 1), ("选2", 1), ("②", 1), ("2.", 1), ("２", 1)],
)
async def test_an_ask_back_is_answered_by_a_number(unsure_talk, reply, index):
    asked = await unsure_talk.ask("页面置换的优缺点")
    answer = await unsure_talk.ask(reply)
    assert answer.verdict == "answer"
    assert answer.concepts == (asked.candidates[index].id,)
    assert answer.aspect is Aspect.PROS_CONS


@pytest.mark.parametrize("reply", ["不是", "都不是", "算了", "不对"])
async def test_no_to_an_ask_back_is_a_rejection(unsure_talk, reply):
    assert (await unsure_talk.asks("页面置换是什么", reply)).verdict == "rejection"


@pytest.mark.parametrize("reply", ["是", "是的", "对", "嗯"])
async def test_yes_to_an_ask_back_of_one_is_an_answer(library, reply):
    talk = Dialogue(library, FakeSearch(), DOUBTFUL)
    asked = await talk.ask("死锁嘎嘣脆")
    assert [c.id for c in asked.candidates] == ["os.deadlock"]
    assert (await talk.ask(reply)).concepts == ("os.deadlock",)


async def test_a_number_beyond_the_choices_chooses_nothing(unsure_talk):
    answer = await unsure_talk.asks("页面置换是什么", "5")
    assert answer.concepts == ()


async def test_a_number_without_an_ask_back_chooses_nothing(talk):
    assert (await talk.asks("什么是死锁", "1")).verdict != "answer"


async def test_an_ask_back_may_be_answered_by_another_question(library):
    talk = Dialogue(library, FakeSearch(PAGE_PASSAGES), DOUBTFUL)
    await talk.ask("页面置换是什么")
    answer = await talk.ask("TCP 和 UDP 有啥区别")
    assert answer.concepts == ("cn.tcp", "cn.udp")


async def test_the_same_is_asked_back_only_once(unsure_talk):
    first = await unsure_talk.ask("页面置换是什么")
    second = await unsure_talk.ask("就是页面置换啊")
    assert first.verdict == "ask_back"
    assert second.verdict == "answer"
    assert second.concepts[0] in {"os.lru", "os.fifo"}


async def test_choices_older_than_the_window_are_not_meant(unsure_talk):
    await unsure_talk.ask("页面置换是什么")
    unsure_talk.wait(hours=2)
    assert (await unsure_talk.ask("1")).verdict != "answer"


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
    assert answer.evidence == (text,)
    assert answer.concepts == ()


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
