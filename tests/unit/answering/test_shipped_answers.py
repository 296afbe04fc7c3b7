"""The shipped material, asked as students ask: every suggestion, every aspect, issue 2."""

import pytest

from backend.answering.answer import CardBody, TableBody
from backend.answering.answerer import Answerer
from backend.answering.composition import Composer
from backend.answering.decision import Calibration
from backend.knowledge.aspects import NAMES, Aspect
from backend.knowledge.normalise import normalise
from backend.retrieval.passages import make_passage
from plugins.qa.wording import example_questions, suggestion
from tests.fakes import FakeSearch
from tests.unit.answering.dialogue import START, Dialogue
from tests.unit.knowledge.shipped import shipped_ids, shipped_library


@pytest.fixture(scope="module")
def answerer():
    return Answerer(shipped_library(), FakeSearch(), Calibration())


@pytest.fixture
def talk():
    return Dialogue(shipped_library())


def pair_of(table):
    one, other = (shipped_library().concepts[i] for i in table.ids)
    return one, other


async def told(answerer, message):
    answer = await answerer.answer(message, [], START)
    return answer.verdict, set(answer.concepts), answer.aspect


@pytest.mark.parametrize("concept_id", shipped_ids())
async def test_every_suggestion_typed_back_is_answered_with_what_it_names(answerer, concept_id):
    concept = shipped_library().concepts[concept_id]
    wrong = {}
    for aspect in (None, *concept.sections):
        for item in Composer(shipped_library()).card(concept, aspect, None, 1.0).suggestions:
            wanted = {c.id for c in (item.concept, item.other) if c is not None}
            verdict, concepts, got = await told(answerer, suggestion(item))
            if (verdict, concepts) != ("answer", wanted) or item.aspect not in (None, got):
                wrong[suggestion(item)] = (verdict, concepts, got)
    assert wrong == {}


async def test_a_document_with_everyday_words_does_not_take_the_place_of_a_card():
    text = "产生死锁只要满足一个条件，其余条件都不用看。"
    found = FakeSearch([make_passage(text, "", "讲义", "全文", "讲义.md")])
    talk = Dialogue(shipped_library(), found)
    answer = await talk.ask("产生死锁要满足哪几个条件")
    assert answer.concepts == ("os.deadlock",)


async def test_every_example_that_is_offered_is_answered(answerer):
    library = shipped_library()
    offered = {
        question: wanted
        for concept in library.concepts.values()
        for table in library.comparisons
        for question, wanted in zip(
            example_questions(concept, pair_of(table)), ({concept.id}, set(table.ids)), strict=True
        )
    }
    wrong = {}
    for question, wanted in offered.items():
        verdict, concepts, _ = await told(answerer, question)
        if (verdict, concepts) != ("answer", wanted):
            wrong[question] = (verdict, concepts)
    assert wrong == {}


@pytest.mark.parametrize("concept_id", shipped_ids())
async def test_every_aspect_of_every_card_is_answered_with_its_section(answerer, concept_id):
    concept = shipped_library().concepts[concept_id]
    wrong = {}
    for aspect in concept.sections:
        for message in (f"{concept.name}的{NAMES[aspect]}", f"{concept.name} {NAMES[aspect]}？"):
            answer = await answerer.answer(message, [], START)
            first = answer.body.sections[0] if isinstance(answer.body, CardBody) else None
            if first is None or answer.concepts != (concept_id,) or first.aspect is not aspect:
                wrong[message] = (answer.verdict, answer.concepts, answer.aspect)
            elif first.text != concept.sections[aspect]:
                wrong[message] = first.text
    assert wrong == {}


# A phrase that makes the name of another card or part (死锁怎么避免: 死锁避免) asks for that.
OTHER_TOPICS = {"死锁怎么避免", "线程的实现"}


@pytest.mark.parametrize("concept_id", shipped_ids())
async def test_every_way_to_ask_for_an_aspect_is_understood_of_every_card(answerer, concept_id):
    library = shipped_library()
    concept = library.concepts[concept_id]
    names = {
        normalise(name).text
        for c in library.concepts.values()
        for name in (c.name, *c.aliases, *c.covers)
    }
    skipped = names | {normalise(topic).text for topic in OTHER_TOPICS}
    wrong = {}
    for aspect, phrases in library.cues.aspects.items():
        for phrase in phrases if aspect in concept.sections else ():
            message = f"{concept.name}的{phrase}"
            if normalise(message).text in skipped:
                continue
            answer = await told(answerer, message)
            if answer != ("answer", {concept_id}, aspect):
                wrong[message] = answer
    assert wrong == {}


async def test_every_point_of_the_outline_is_answered_or_said_to_be_missing(answerer):
    wrong = {}
    for point in shipped_library().outline.points.values():
        answer = await answerer.answer(f"什么是{point.name}", [], START)
        honest = answer.verdict == "deny" and answer.outside and len(answer.nearest) == 2
        if answer.verdict != "answer" and not honest:
            wrong[point.name] = (answer.verdict, answer.outside)
    assert wrong == {}


# Issue 2, what a student sees


async def test_a_definition_then_a_follow_up(talk):
    first = await talk.ask("什么是死锁")
    assert (first.concepts, first.aspect) == (("os.deadlock",), Aspect.DEFINITION)
    assert first.sources[0].locator.startswith("OS02")
    assert first.suggestions
    second = await talk.ask("那怎么预防呢")
    assert (second.verdict, second.concepts) == ("answer", ("os.deadlock-prevention",))


async def test_a_comparison(talk):
    answer = await talk.ask("TCP 和 UDP 有啥区别")
    assert isinstance(answer.body, TableBody)
    assert set(answer.concepts) == {"cn.tcp", "cn.udp"}


async def test_a_calculation(talk):
    answer = await talk.ask("lru 命中率怎么算")
    assert (answer.concepts, answer.aspect) == (("os.lru",), Aspect.CALCULATION)
    assert isinstance(answer.body, CardBody)
    assert "命中率" in answer.body.sections[0].text


async def test_the_whole_transcript_in_one_dialogue(talk):
    asked = {
        "什么是死锁": ("answer", ("os.deadlock",)),
        "那怎么预防呢": ("answer", ("os.deadlock-prevention",)),
        "TCP 和 UDP 有啥区别": ("answer", ("cn.tcp", "cn.udp")),
        "lru 命中率怎么算": ("answer", ("os.lru",)),
        "今天中午吃什么": ("off_topic", ()),
        "讲讲量子纠缠": ("deny", ()),
        "你好": ("smalltalk", ()),
        "谢谢": ("smalltalk", ()),
        "你是谁": ("smalltalk", ()),
    }
    told = {}
    for message in asked:
        answer = await talk.ask(message)
        told[message] = (answer.verdict, answer.concepts)
    assert told == asked


async def test_a_refusal_names_the_two_nearest_topics_and_invents_nothing(talk):
    answer = await talk.ask("讲讲量子纠缠")
    assert len(answer.nearest) == 2
    assert answer.body is None


async def test_every_example_of_small_talk_is_recognised(answerer):
    wrong = {}
    for item in shipped_library().smalltalk.values():
        for example in item.examples:
            for message in (example, f"{example}！", f"{example}～", f" {example}。😀"):
                answer = await answerer.answer(message, [], START)
                if answer.smalltalk != item.intent:
                    wrong[message] = (answer.verdict, answer.smalltalk)
    assert wrong == {}


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("快排啥时候是最坏情况", "初始有序或逆序"),
        ("快速排序什么时候最慢", "初始有序或逆序"),
        ("快排最坏时间复杂度", "最坏 O(n²)"),
        ("快排的空间复杂度", "递归工作栈"),
        ("快排为什么不稳定", "不稳定：相等元素的先后可能改变"),
        ("迪杰斯特拉为什么不能有负权", "不能有负权边"),
        ("LRU为什么不会有belady异常", "没有 Belady 异常"),
        ("AVL什么时候要旋转", "平衡因子绝对值变为 2"),
    ],
)
async def test_the_section_is_shown_that_says_what_was_asked(talk, message, told):
    answer = await talk.ask(message)
    assert answer.verdict == "answer"
    assert told in "\n".join(section.text for section in answer.body.sections)


async def test_a_measure_asked_of_a_topic_is_no_other_topic(talk):
    await talk.ask("快速排序什么时候最慢")
    answer = await talk.ask("快排最坏时间复杂度")
    assert answer.concepts == ("ds.quick-sort",)
