"""Computed solutions as students read them, as golden texts over the shipped cards.

To accept a change of wording, run this file with ``ACCEPT_GOLDEN=1`` in the environment and review
the difference.
"""

import os
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.answering.solving import recognise
from backend.questions.solvers.page_replacement import MAX_REFERENCES, PageTask, replace_pages
from backend.questions.solvers.refusal import Reason, Refusal
from bot.rendering.plain import render_plain
from plugins.qa import wording
from plugins.qa.plugin import QaPlugin
from plugins.qa.solution_wording import solution_text
from tests.fakes import FakeGenerator
from tests.fakes_conversation import FakeConversationStore
from tests.unit.answering.dialogue import Dialogue
from tests.unit.knowledge.shipped import shipped_library
from tests.unit.plugins.messages import message

GOLDEN = Path(__file__).parent / "golden"


def said(text):
    problem = recognise(text)
    assert problem is not None
    return solution_text(problem.solve())


def assert_golden(name, *texts):
    text = "\n----\n".join(texts) + "\n"
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("ACCEPT_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_page_replacement_reads_well():
    texts = (
        "LRU 3个页框 访问序列7 0 1 2 0 3 0 4 2 3 缺页几次",
        "opt 3个页框 访问序列7 0 1 2 0 3 0 4 2 3 0 3 2 1 2 0 1 7 0 1",
        "fifo 2个页框 访问序列 10 2 10 30 10",
        "clock 8个页框 1 2 3 4 1 2 5 6 7 8 9",
        "lru和fifo 1块 1 2 2 1",
    )
    assert_golden("page_replacement", *map(said, texts))


def test_disk_scheduling_reads_well():
    requests = " 磁头在53 请求98 183 37 122 14 124 65 67 "
    texts = (
        "fcfs和sstf" + requests,
        "scan 增大方向" + requests,
        "cscan 减小方向" + requests,
        "cscan 增大方向 磁道0~199 走到边缘 返回不计" + requests,
        "look 增大方向" + requests,
    )
    assert_golden("disk_scheduling", *map(said, texts))


def test_subnetting_reads_well():
    texts = (
        "192.168.1.77/26 有多少可用主机",
        "10.20.30.40 掩码255.255.0.0 网络地址",
        "10.0.0.1/31 可用主机",
        "10.0.0.1/32 可用主机",
        "192.168.1.0/24 划分4个子网",
        "192.168.1.0/24 划分5个子网",
        "172.16.0.0/16 每个子网至少容纳500台主机",
    )
    assert_golden("subnetting", *map(said, texts))


def test_crc_reads_well():
    texts = (
        "数据1101011011 生成多项式10011 求crc",
        "收到1011011110 g(x)=x^4+x+1 crc 有没有错",
        "收到1011011111 g(x)=x^4+x+1 crc 有没有错",
        "crc 数据0000 生成多项式x^3+x",
    )
    assert_golden("crc", *map(said, texts))


def test_every_refusal_is_one_sentence_of_its_own():
    texts = [solution_text([Refusal(reason, "123", 64)]) for reason in get_args(Reason)]
    assert len(set(texts)) == len(texts)
    assert all(text.count("。") == 1 and text.endswith("。") for text in texts)
    assert_golden("refusals", *texts)


def test_a_refusal_that_holds_for_several_algorithms_is_said_once():
    assert said("lru和fifo 0个页框 1 2 3 4") == said("lru 0个页框 1 2 3 4")


async def test_a_whole_answer_reads_well_in_plain_text():
    talk = Dialogue(shipped_library())
    first = await talk.ask("LRU 3个页框 访问序列 1 2 3 1 4 1 2 5 1 2 缺页几次")
    second = await talk.ask("那FIFO呢")
    refused = await talk.ask("0个页框呢")
    texts = (render_plain(wording.answer_text(answer)) for answer in (first, second, refused))
    assert_golden("whole_answers", *texts)


references = st.lists(st.integers(0, 120), min_size=1, max_size=MAX_REFERENCES).map(tuple)


@given(st.integers(1, 64), references)
def test_no_line_of_a_table_is_too_wide_for_a_phone_and_no_access_is_lost(frames, pages):
    text = solution_text([replace_pages(PageTask("LRU", frames, pages))])
    lines = [line for line in text.splitlines() if line.startswith(("访问", "框", "结果", "淘汰"))]
    assert all(2 + len(line) <= 34 for line in lines)
    shown = [cell for line in lines if line.startswith("访问") for cell in line.split()[1:]]
    assert shown == [str(page) for page in pages]


async def test_a_model_is_never_asked_to_compute_and_the_turn_is_remembered():
    library = shipped_library()
    talk = Dialogue(library)
    store = FakeConversationStore()
    generator = FakeGenerator(["模型自己算的"])
    plugin = QaPlugin(library, talk._answerer, store, generator)
    asked = message("192.168.1.0/26 有多少可用主机")
    reply = await plugin.respond(asked)
    assert "2⁶ − 2 = 62 台" in reply.text
    assert (reply.decision, reply.concepts, reply.aspect) == (
        "answer",
        ("cn.subnetting",),
        "calculation",
    )
    assert generator.asked == []
    _, assistant = await store.recent(asked.session, 10)
    assert (assistant.concepts, assistant.aspect) == (("cn.subnetting",), "calculation")


@pytest.mark.parametrize("count", [1, 12, 13, 14, 27, 100])
def test_the_pieces_of_a_long_table_are_about_equally_long(count):
    text = solution_text([replace_pages(PageTask("FIFO", 2, (7,) * count))])
    widths = [len(line) for line in text.splitlines() if line.startswith("访问")]
    assert max(widths) - min(widths) <= 2 * len(widths)
