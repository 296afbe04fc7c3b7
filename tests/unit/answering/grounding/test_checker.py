"""The checker with the small library of the tests and, for names, with the shipped one."""

import pytest

from backend.answering.grounding.checker import Checker
from backend.answering.grounding.sentences import split_sentences
from backend.knowledge.library import load_library
from tests.unit.knowledge.small_library import SHIPPED

SOURCES = (
    "死锁是指一组进程互相等待。产生死锁有四个必要条件：\n"
    "- 互斥\n- 不可剥夺\n- 请求并保持\n- 循环等待",
    "饥饿是进程长期得不到服务，等待时间没有上界，根源是分配策略不公平。",
    "流量控制照顾的是接收方，拥塞控制照顾的是整个网络。",
)


@pytest.fixture(scope="module")
def checker(library):
    return Checker(library)


@pytest.fixture(scope="module")
def shipped():
    return Checker(load_library(SHIPPED))


def problems(checker, text, sources=SOURCES, question="死锁是什么"):
    return [finding.problem for finding in checker.check(text, sources, question)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("死锁就是一组进程在互相等待[1]。", [""]),
        ("死锁有 4 个必要条件。[1]", [""]),
        ("死锁有五个必要条件[1]。", ["number"]),
        ("死锁有四个必要条件[4]。", ["no_such_source"]),
        ("死锁有四个必要条件[0]。", ["no_such_source"]),
        ("死锁是一组进程互相等待。", ["uncited"]),
        ("死锁有四个必要条件[2]。", ["number"]),
        ("饥饿的根源是分配策略不公平[1]。", ["unsupported"]),
        ("等待时间没有上界，根源是分配策略不公平[1]。", ["unsupported"]),
        ("饥饿的根源是分配策略不公平[2]。", [""]),
        ("饥饿的根源是分配策略不公平[1][2]。", [""]),
        ("死锁通常由操作人员用调试器定位并重启数据库解决[1]。", ["unsupported"]),
        ("会。死锁是互相等待[1]。", ["", ""]),
        ("资料里没有提到活锁。", [""]),
        ("资料里没有提到活锁[1]。", [""]),
        ("死锁的必要条件有五个。", ["number"]),
        ("死锁的必要条件有五个：", ["number"]),
        ("死锁的必要条件有五个[1]：", ["number"]),
        ("## 死锁的必要条件有五个，缺一不可", ["number"]),
        ("| 死锁 | 五个必要条件 |", ["number"]),
        ("死锁的必要条件可以分两方面看：", [""]),
        ("等待时间有上界，对吗？", [""]),
        ("等待时间有上界。", ["opposed"]),
        ("**等待时间有上界**", ["opposed"]),
        ("加油，等待时间有上界。", ["opposed"]),
        ("# 死锁由操作人员用调试器解决[1]", ["unsupported"]),
        ("死锁由操作人员用调试器解决，还有疑问[1]？", ["unsupported"]),
        ("| 死锁 | 由操作人员用调试器重启数据库解决 |", ["uncited"]),
        ("希望对你有帮助！", [""]),
    ],
)
def test_each_sentence_is_held_against_what_it_cites(checker, text, expected):
    assert problems(checker, text) == expected


def test_the_items_of_a_list_share_the_citation_of_the_sentence_that_announces_it(checker):
    assert problems(checker, "死锁的条件有四个[1]：\n- 互斥\n- 循环等待") == ["", "", ""]
    assert problems(checker, "死锁的条件有四个：\n- 互斥\n- 循环等待[1]") == ["", "uncited", ""]
    assert problems(checker, "死锁是互相等待[1]。\n- 互斥") == ["", "uncited"]


def test_code_stands_on_the_citation_of_the_sentence_before_it(checker):
    (before, code) = checker.check("互斥这样写[1]：\n```\nP(s);\n```\n", SOURCES, "")
    assert (before.problem, code.problem) == ("", "")
    assert code.citations == (1,)
    assert problems(checker, "互斥这样写：\n```\nP(s);\n```\n") == ["", "uncited"]


def test_a_number_of_the_question_or_of_a_supported_sentence_may_be_said(checker):
    assert problems(checker, "8 个进程也会死锁，互相等待[1]。", question="8 个进程会死锁吗") == [""]
    assert problems(checker, "8 个进程也会死锁，互相等待[1]。", question="会死锁吗") == ["number"]
    text = "死锁有四个条件[1]。这四个说完了，饥饿是长期得不到服务[2]。"
    assert problems(checker, text) == ["", ""]


def test_a_computed_value_is_never_taken(checker):
    assert problems(checker, "所以一共是 3 × 17 = 51[1]。", question="3 乘 17") == ["number"]


def test_a_concept_that_no_source_has_is_found_by_any_of_its_names(shipped):
    assert problems(shipped, "死锁要靠虚拟局域网互相等待[1]。") == ["entity"]
    sources = ("LRU 淘汰最久没有使用的页。",)
    assert problems(shipped, "最近最久未使用淘汰最久没有使用的页[1]。", sources) == [""]


def test_what_cites_nothing_is_held_against_all_sources(shipped):
    assert problems(shipped, "死锁要靠虚拟局域网。") == ["entity"]
    assert problems(shipped, "## 虚拟局域网") == ["entity"]
    assert problems(shipped, "资料里没有提到虚拟局域网。") == [""]
    assert problems(shipped, "饥饿的根源是分配策略不公平。") == ["uncited"]


def test_what_a_source_says_of_a_sibling_is_no_support(shipped):
    assert problems(shipped, "拥塞控制照顾的是整个网络[3]。") == [""]
    assert problems(shipped, "流量控制照顾的是整个网络[3]。") == ["opposed"]


def test_checking_one_by_one_gives_the_same_as_checking_the_whole(checker):
    text = "死锁有四个条件[1]：\n- 互斥\n- 循环等待\n\n饥饿没有上界[2]。死锁有五个条件[1]。"
    one_by_one = []
    for sentence in split_sentences(text):
        one_by_one.append(checker.check_sentence(sentence, SOURCES, "死锁", one_by_one))
    assert tuple(one_by_one) == checker.check(text, SOURCES, "死锁")


def test_no_text_breaks_the_checker(checker):
    for text in ("", "\n", "[1]", "[1][2][99]。", "```", "| | |", "。。。", "\x00", "[1" * 50):
        findings = checker.check(text, SOURCES, "")
        assert "".join(f.text for f in findings) == text
    assert problems(checker, "死锁[1]。", sources=()) == ["no_such_source"]


def test_the_passages_kept_are_bounded(library):
    checker = Checker(library)
    for number in range(300):
        checker.check("死锁[1]。", (f"第 {number} 段资料，死锁。",), "死锁")
    assert len(checker._passages) <= 256


@pytest.mark.parametrize(
    ("text", "source", "expected"),
    [
        (r"排序要 $O(n\log n)$[1]。", "排序的时间是 O(n log n)。", [""]),
        ("掩码是 255.255.255.224[1]。", "掩码是 255.255.255.192。", ["number"]),
        ("边权两两不同[1]。", "各边权值互不相同。", [""]),
        ("服务器会记住客户以前的请求[1]。", "服务器不记得客户以前的请求。", ["opposed"]),
        ("入队改 front，出队改 rear[1]。", "入队改 rear，出队改 front。", ["opposed"]),
        ("外部碎片在分区之内[1]。", "内部碎片在分区之内，外部碎片在分区之外。", ["opposed"]),
        ("死锁就是饥饿[1]。", "- 误以为死锁就是饥饿。", ["opposed"]),
        ("循环等待等价于死锁[1]。", "易错点：\n- 死锁与循环等待不等价。", ["opposed"]),
        ("死锁的必要条件有五个[1]。", "死锁有四个必要条件。\n例：5 个进程。", ["number"]),
        ("| 死锁 | 循环等待等价于死锁[1] |", "死锁与循环等待不等价。", ["opposed"]),
        ("| 项目 | 首部 |\n|---|---|\n| 首部 | 8 字节[1] |", "首部 8 字节。", ["", "", ""]),
    ],
)
def test_what_is_written_otherwise_is_the_same_and_what_is_other_is_not(
    shipped, text, source, expected
):
    assert problems(shipped, text, (source,), "") == expected
