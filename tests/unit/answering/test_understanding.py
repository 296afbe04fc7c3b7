"""What is asked of what, over the shipped material: names, measures, numbers, pasted questions."""

import pytest

from backend.answering.answer import SolutionBody
from backend.answering.context import Context
from backend.answering.understanding import Understander
from backend.knowledge.aspects import Aspect
from tests.unit.answering.dialogue import DOUBTFUL, SURE, Dialogue
from tests.unit.knowledge.shipped import shipped_library


@pytest.fixture(scope="module")
def understander():
    return Understander(shipped_library())


@pytest.fixture
def talk():
    return Dialogue(shipped_library(), calibration=SURE)


def read(understander, message, *topics):
    return understander.understand(message, Context(topics))


def topic_of(understander, message, *topics):
    return read(understander, message, *topics).topics[0].target.id


@pytest.mark.parametrize(
    ("message", "concept"),
    [
        ("快排最坏时间复杂度多少啊", "ds.quick-sort"),
        ("avl树查找的时间复杂度是多少", "ds.avl-tree"),
        ("快排的空间复杂度", "ds.quick-sort"),
        ("时间复杂度怎么算", "ds.time-complexity"),
    ],
)
def test_a_measure_is_asked_of_the_topic_that_has_it(understander, message, concept):
    assert topic_of(understander, message) == concept


async def test_the_measure_asked_for_stands_in_the_section_that_is_shown(talk):
    answer = await talk.ask("快排最坏时间复杂度多少啊")
    assert "最坏 O(n²)" in answer.body.sections[0].text


@pytest.mark.parametrize(
    ("message", "concept"),
    [
        ("lru会不会有belady异常", "os.lru"),
        ("dma为什么还要中断", "co.dma"),
        ("tcp的拥塞窗口是什么", "cn.tcp-congestion-control"),
        ("死锁的安全序列", "os.bankers-algorithm"),
    ],
)
def test_of_a_topic_and_a_part_of_another_the_subject_of_the_sentence_is_meant(
    understander, message, concept
):
    assert topic_of(understander, message) == concept


def test_what_uses_one_of_two_is_meant_and_not_their_comparison(understander):
    reading = read(understander, "dns用tcp还是udp")
    assert (reading.topics[0].target.id, reading.comparing) == ("cn.dns", False)


@pytest.mark.parametrize(
    ("message", "aspect"),
    [
        ("香农公式 信噪比30dB 带宽3000Hz", Aspect.CALCULATION),
        ("7200转 平均旋转延迟多少", Aspect.CALCULATION),
        ("二分查找最多比较几次", Aspect.CALCULATION),
        ("udp首部多少字节", None),
        ("IEEE 754 单精度", None),
        ("栈的应用有哪些", Aspect.APPLICATION),
        ("死锁有哪些特点", Aspect.FEATURES),
    ],
)
def test_numbers_ask_for_a_calculation_and_weak_words_yield_to_strong_ones(
    understander, message, aspect
):
    assert read(understander, message).aspect is aspect


@pytest.mark.parametrize("message", ["操作系统重点是什么", "数据结构大题考什么", "计网考哪些"])
def test_a_question_on_a_whole_subject_inherits_no_topic(understander, message):
    reading = read(understander, message, "co.microprogram")
    assert (reading.topics, reading.inherited) == ((), False)


def test_latin_letters_within_another_word_are_not_spoken_of(understander):
    assert not read(understander, "IO方式有几种", "co.microprogram").topics


def test_a_feeling_beside_other_words_is_still_answered_as_one(understander):
    reading = read(understander, "好焦虑啊 还有20天考试了")
    assert (reading.intent, reading.smalltalk) == ("smalltalk", "tired")


def test_a_topic_beside_a_feeling_is_answered(understander):
    assert topic_of(understander, "好累啊 死锁怎么预防来着") == "os.deadlock-prevention"


@pytest.mark.parametrize(
    ("first", "then", "concept"),
    [
        ("lru和fifo哪个好", "啥是belady异常", "os.fifo"),
        ("Cache 映射方式", "写回法和全写法区别", "co.cache-write-policy"),
        ("快速排序", "空间复杂度呢", "ds.quick-sort"),
        ("散列表", "查找失败的ASL怎么算", "ds.hash-table"),
        ("进程状态", "就绪变成阻塞可以吗", "os.process-state"),
    ],
)
async def test_a_follow_up_inherits_what_it_leaves_out_and_nothing_else(talk, first, then, concept):
    assert (await talk.asks(first, then)).concepts == (concept,)


async def test_a_follow_up_may_compare_with_something_by_two_words(talk):
    answer = await talk.asks("什么是线程", "和进程比呢")
    assert set(answer.concepts) == {"os.thread", "os.process"}


async def test_a_follow_up_on_what_is_not_in_the_material_is_refused_near_its_topic():
    answer = await Dialogue(shipped_library()).asks("什么是线程", "那协程呢")
    assert answer.verdict == "deny"
    assert answer.nearest[0].id == "os.thread"


async def test_a_pasted_question_is_computed_from_its_stem(talk):
    answer = await talk.ask("3个页框，访问序列 1 2 3 4 2 1 5，LRU 缺页次数为\nA.4 B.5 C.6 D.7")
    assert isinstance(answer.body, SolutionBody)


async def test_a_pasted_question_is_about_its_stem_and_is_not_asked_back():
    talk = Dialogue(shipped_library(), calibration=DOUBTFUL)
    answer = await talk.ask("关于死锁正确的是\nA. 银行家算法\nB. 信号量\nC. TCP\nD. 进程")
    assert (answer.verdict, answer.concepts) == ("answer", ("os.deadlock",))
    assert answer.pasted_question


@pytest.mark.parametrize(
    ("first", "then", "concept"),
    [
        ("DNS", "最少几次最多几次", "cn.dns"),
        ("DMA 方式", "一次传多少", "co.dma"),
    ],
)
async def test_how_many_asks_the_last_topic_for_its_calculation(talk, first, then, concept):
    answer = await talk.asks(first, then)
    assert (answer.concepts, answer.aspect) == ((concept,), Aspect.CALCULATION)


async def test_how_much_of_a_measure_is_asked_of_the_last_topic(talk):
    assert (await talk.asks("Dijkstra", "时间复杂度多少")).concepts == ("ds.dijkstra",)


def test_another_name_of_the_last_topic_is_not_made_of_everyday_words(understander):
    assert not read(understander, "阿巴方式有几种", "co.microprogram").topics
