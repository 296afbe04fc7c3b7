import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.answering.grounding.sentences import code_block, is_code_block, split_sentences

PIECES = st.lists(
    st.sampled_from(
        ["死锁", "是", "。", "！", "？", "；", "，", "[1]", "[2]", "[", "]", "1", ".", "3.14",
         "e.g.", " ", "\n", "\n\n", "- ", "1. ", "| a | b |", "```", "`a。b`", "$x$", "**",
         "）", "A", "n!", "a?b", "："]
    ),
    max_size=30,
).map("".join)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        ("死锁[1]。饥饿[2]。", ["死锁[1]。", "饥饿[2]。"]),
        ("死锁。[1] 饥饿。[2]", ["死锁。[1] ", "饥饿。[2]"]),
        ("死锁。[1][2]饥饿", ["死锁。[1][2]", "饥饿"]),
        ("A[1]；B[2]。", ["A[1]；", "B[2]。"]),
        ("甲；乙[1]。", ["甲；乙[1]。"]),
        ("**要点。**[1]下一句", ["**要点。**[1]", "下一句"]),
        ("约 3.14 倍。从 10.0.0.1 起？对。", ["约 3.14 倍。", "从 10.0.0.1 起？", "对。"]),
        ("共 n! 种，e.g. 6 种。", ["共 n! 种，e.g. 6 种。"]),
        ("It stops. 然后[1].", ["It stops. ", "然后[1]."]),
        ("条件：\n1. 互斥[1]\n2. 环路[1]\n", ["条件：\n", "1. 互斥[1]\n", "2. 环路[1]\n"]),
        ("| 甲 | 乙。丙 |\n| 丁 | 戊 |", ["| 甲 | 乙。丙 |\n", "| 丁 | 戊 |"]),
        ("写法：\n```c\na。b\n\nc\n```\n完。", ["写法：\n", "```c\na。b\n\nc\n```\n", "完。"]),
        ("用 `a。b` 表示。", ["用 `a。b` 表示。"]),
        ("甲。\n[1]\n乙。", ["甲。\n[1]\n", "乙。"]),
        ("\n\n甲。\n\n乙。", ["\n\n甲。\n\n", "乙。"]),
    ],
)  # fmt: skip
def test_a_text_falls_into_sentences_with_their_citations(text, sentences):
    assert split_sentences(text) == sentences


@given(PIECES)
def test_nothing_is_lost(text):
    assert "".join(split_sentences(text)) == text


@given(PIECES)
def test_of_a_growing_text_all_sentences_but_the_last_are_final(text):
    whole = split_sentences(text)
    for end in range(len(text)):
        final = split_sentences(text[:end])[:-1]
        assert final == whole[: len(final)]


def test_a_code_block_is_told_by_its_fence():
    assert is_code_block("```\na[1]\n```")
    assert not is_code_block("`a[1]` 是第二个元素。")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("```c\na;\nb;\n```\n[1]\n", ("```c\n", ("a;\n", "b;\n"), "```\n", "[1]\n")),
        ("```\na;\n``` 尾巴", ("```\n", ("a;\n",), "``` 尾巴", "")),
        ("```\na;", ("```\n", ("a;",), "", "")),
        ("```头 ```", ("```头 ```", (), "", "")),
        ("~~~\n```\n~~~", ("~~~\n", ("```\n",), "~~~", "")),
    ],
)
def test_a_block_of_code_is_taken_apart_without_losing_a_character(text, parts):
    block = code_block(text)
    assert (block.opening, block.lines, block.closing, block.after) == parts
    assert block.before + block.after == text
