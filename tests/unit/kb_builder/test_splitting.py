"""Splitting text into pieces."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb_builder.splitting import LIMIT, split_text

SENTENCE = "页面置换算法在缺页而没有空闲页框时挑一页换出。"


def test_a_short_text_stays_whole():
    assert split_text("死锁是什么？\n四个必要条件。") == ["死锁是什么？\n四个必要条件。"]


def test_nothing_gives_no_piece():
    assert split_text("") == []
    assert split_text(" \n\n ") == []


def test_a_long_text_is_cut_between_sentences():
    pieces = split_text(SENTENCE * 30)
    assert len(pieces) == 3
    assert all(len(piece) <= LIMIT and piece.endswith("。") for piece in pieces)


def test_no_sentence_stands_in_two_pieces():
    sentences = [f"第 {number} 句话讲的是一个互不相同的考点。" for number in range(60)]
    joined = "".join(split_text("".join(sentences)))
    assert all(joined.count(sentence) == 1 for sentence in sentences)


@pytest.mark.parametrize(
    "text",
    [
        "速率为 3.14 Mb/s，时延是 2.5 ms",
        "e.g. TCP",
        "见 RFC 793.",
        "1. 先看标记位",
        "他问：“为什么？”然后走了。",
    ],
)
def test_dots_that_end_no_sentence_are_not_cut_at(text: str):
    filler = "乙" * (LIMIT - len(text) // 2) + "。"
    pieces = split_text(filler + text)
    assert any(text in piece for piece in pieces)


def test_english_sentences_are_cut_after_their_full_stop():
    pieces = split_text("The page is evicted when memory is full. " * 20)
    assert len(pieces) > 1
    assert all(piece.endswith(".") for piece in pieces)


def test_a_sentence_without_end_is_cut_between_clauses_or_at_the_limit():
    assert all(len(piece) <= LIMIT for piece in split_text("先算地址，再查快表，" * 60))
    assert [len(piece) for piece in split_text("甲" * 600)] == [250, 250, 100]


def test_a_code_block_is_not_cut():
    code = "```c\n" + "\n".join(f"int value_{number} = {number};" for number in range(25)) + "\n```"
    assert len(code) > LIMIT
    pieces = split_text(SENTENCE * 9 + "\n" + code + "\n" + SENTENCE * 5)
    assert [code in piece for piece in pieces].count(True) == 1


def test_a_table_is_cut_between_rows_and_repeats_its_header():
    head = "| 方面 | TCP | UDP |\n|---|---|---|\n"
    rows = [f"| 方面 {number} | 面向连接的第 {number} 种说法 | 无连接 |" for number in range(20)]
    pieces = split_text(head + "\n".join(rows))
    assert len(pieces) > 1
    assert all(piece.startswith(head) for piece in pieces)
    kept = [line for piece in pieces for line in piece.removeprefix(head).split("\n")]
    assert kept == rows


def test_a_tiny_tail_joins_the_piece_before_it():
    pieces = split_text(SENTENCE * 10 + "完。")
    assert len(pieces) == 1
    assert pieces[0].endswith("完。")


def test_list_items_start_on_their_own_lines():
    text = "四个条件：\n- 互斥\n- 不可剥夺\n- 请求并保持\n- 循环等待"
    assert split_text(text) == [text]


@given(st.text("死锁页面abc。，.!? \n1|-`#", max_size=1500))
def test_pieces_hold_all_of_the_text_within_bounds(text: str):
    pieces = split_text(text)
    assert all(piece.strip() for piece in pieces)
    assert all(len(piece) <= 1600 for piece in pieces)
    if "|" not in text:
        assert re.sub(r"\s", "", "".join(pieces)) == re.sub(r"\s", "", text)
