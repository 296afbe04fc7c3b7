"""Misread names are put right; numbers, and what is a word already, are not."""

import random
import re
from dataclasses import replace
from functools import cache

import pytest

from backend.knowledge.comparisons import Row
from backend.photos.correcting import Corrector
from backend.photos.photos import corrector_of
from backend.questions.bank import load_bank
from backend.questions.generators.frame import generate
from backend.questions.generators.registry import ALL
from tests.unit.knowledge.shipped import shipped_library
from tests.unit.knowledge.small_library import SHIPPED

SEEDS = 20
"""Of each generator."""


@pytest.fixture(scope="module")
def corrector() -> Corrector:
    return corrector_of(shipped_library())


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """Questions of the bank: correct, and unknown to the corrector."""
    bank = load_bank(SHIPPED, shipped_library())
    return ["\n".join([q.stem, *q.options.values()]) for q in bank.written.values()]


@cache
def shown() -> tuple[str, ...]:
    """Every line that a photo of our own material may show; all of them are right."""
    files = (path for path in SHIPPED.rglob("*") if path.suffix in (".md", ".yaml"))
    texts = [path.read_text(encoding="utf-8") for path in files]
    drawn = (generate(generator, seed) for generator in ALL for seed in range(SEEDS))
    for q in (*load_bank(SHIPPED, shipped_library()).written.values(), *drawn):
        texts += [q.stem, q.convention, *q.steps, *q.options.values(), *q.why.values()]
    return tuple(sorted({line for text in texts for line in text.split("\n")}))


@pytest.mark.parametrize(
    ("read", "meant"),
    [
        ("下列关于迸程和线程的说法", "下列关于进程和线程的说法"),
        ("卜列关于死销预防的说法", "下列关于死锁预防的说法"),
        ("页表己经装入内存", "页表已经装入内存"),
        ("缓冲区盗出", "缓冲区溢出"),
        ("拥塞窗囗变为", "拥塞窗口变为"),
        ("虚拟存储嚣", "虚拟存储器"),
        ("银行家箅法", "银行家算法"),
        ("快速拍序的时间复杂度", "快速排序的时间复杂度"),
        ("时间片抡转", "时间片轮转"),
        ("循坏队列", "循环队列"),
        ("0SI 参考模型", "OSI 参考模型"),
        ("TCP/lP 协议", "TCP/IP 协议"),
        ("lP 地址", "IP 地址"),
        ("l/O 设备", "I/O 设备"),
        ("时间复杂度为0(nlogn)", "时间复杂度为O(nlogn)"),
        ("空间复杂度为 0（n）", "空间复杂度为 O（n）"),
    ],
)
def test_a_misread_name_is_put_right(corrector, read, meant):
    assert corrector.correct(read) == meant


@pytest.mark.parametrize(
    "text",
    [
        "有 100 个进程，每个占 10B，地址 0x1F00、1AH、0110、1O1",
        "7,0,1,2,0,3,0,4 与 172.16.0.1/20",
        "自己已经知道",
        "单向链表与双向链表",
        "若用程序查询方式",
        "采用写回法加写分配法",
        "1/0",
        "比值为0(见图)",
        "",
    ],
)
def test_what_may_be_right_is_left_alone(corrector, text):
    assert corrector.correct(text) == text


def test_no_line_of_ours_is_changed_in_the_bot():
    bank = load_bank(SHIPPED, shipped_library())
    known = corrector_of(shipped_library(), bank.written.values())
    assert len(shown()) >= 10_000
    assert [line for line in shown() if known.correct(line) != line] == []


def test_no_right_line_is_changed_that_the_corrector_never_saw():
    """As are the questions of other books: it has the names alone."""
    concepts = shipped_library().concepts.values()
    points = shipped_library().outline.points.values()
    listed = [name for c in (*concepts, *points) for name in (c.name, *c.aliases, *c.covers)]
    names = Corrector(listed)
    assert [line for line in shown() if names.correct(line) != line] == []


@pytest.mark.parametrize(
    ("source", "pair"),
    [("table", "甲乙犬丁"), ("stem", "戊大己"), ("why", "庚犬辛"), ("stem", "X5Y")],
)
def test_what_stands_in_tables_and_questions_is_right(source, pair):
    library = shipped_library()
    texts = {"table": "无", "stem": "无", "why": "无"} | {source: pair}
    row = Row("维度", texts["table"], "无")
    table = replace(library.comparisons[0], rows=(row,))
    aliases = ("甲乙大丁", "戊太己", "庚大辛", "XSY")
    concept = replace(next(iter(library.concepts.values())), aliases=aliases)
    small = replace(library, comparisons=(table,), concepts={concept.id: concept})
    bank = load_bank(SHIPPED, library)
    question = next(iter(bank.written.values()))
    question = replace(question, stem=texts["stem"], why=dict.fromkeys(question.why, texts["why"]))
    assert corrector_of(small, [question]).correct(pair) == pair
    unknown = corrector_of(replace(small, comparisons=()))
    assert unknown.correct(pair) in aliases


def test_numbers_and_length_survive_any_slips(corrector, texts):
    chance = random.Random(408)
    strange = "迸己囗箅盗嚣土入日0Ol1"
    for text in texts:
        spoilt = "".join(chance.choice(strange) if chance.random() < 0.1 else c for c in text)
        mended = corrector.correct(spoilt)
        assert len(mended) == len(spoilt)
        numbers = re.compile(r"(?<![A-Za-z0-9|/])\d+(?![A-Za-z0-9|/(（])")
        for found in numbers.finditer(spoilt):
            assert mended[found.start() : found.end()] == found[0]


def test_correcting_twice_changes_nothing_more(corrector, texts):
    for text in texts[:30]:
        spoilt = text.replace("进", "迸").replace("算", "箅").replace("口", "囗")
        once = corrector.correct(spoilt)
        assert corrector.correct(once) == once


def test_most_slips_in_names_are_mended_and_none_becomes_another_name(corrector):
    names = sorted(
        {
            name
            for concept in shipped_library().concepts.values()
            for name in (concept.name, *concept.aliases, *concept.covers)
            if re.fullmatch(r"[\u4e00-\u9fff]{3,}", name)
        }
    )
    alike = {"进": "迸", "算": "箅", "存": "仔", "器": "嚣", "排": "拍", "锁": "销", "页": "贝",
             "链": "锭", "表": "衷", "程": "逞", "度": "庋", "线": "栈", "置": "署"}  # fmt: skip
    mended = spoilt = 0
    for name in names:
        for char, wrong in alike.items():
            if char not in name:
                continue
            read = name.replace(char, wrong, 1)
            after = corrector.correct(f"关于{read}的说法")
            assert after in (f"关于{name}的说法", f"关于{read}的说法")
            spoilt += 1
            mended += after == f"关于{name}的说法"
    assert spoilt >= 40
    assert mended / spoilt > 0.8


def test_a_rival_name_means_no_change():
    two = Corrector(["甲乙大丁", "甲乙太丁"])
    assert two.correct("甲乙犬丁") == "甲乙犬丁"
    one = Corrector(["甲乙大丁"])
    assert one.correct("甲乙犬丁") == "甲乙大丁"


@pytest.mark.parametrize(
    "line",
    ["OSI七层模型", "TCP/IP五层模型", "k=0(n为偶数)", "i=0(N>0)", "0(Valid=1)"],
)
def test_what_was_read_rightly_is_left(line):
    assert corrector_of(shipped_library()).correct(line) == line
