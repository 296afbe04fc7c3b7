"""Follow-ups and asking back, over a small library and a fake search."""

import pytest

from backend.answering.answer import TableBody
from backend.knowledge.aspects import Aspect
from tests.fakes import FakeSearch
from tests.unit.answering.dialogue import DOUBTFUL, Dialogue
from tests.unit.answering.passages import PAGE_PASSAGES


@pytest.fixture
def talk(library):
    return Dialogue(library)


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
