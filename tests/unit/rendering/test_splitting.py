"""Long replies as several messages."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.blocks import Block, join_blocks
from bot.rendering.markups import messages
from bot.rendering.plain import render_blocks
from bot.rendering.splitting import split_blocks

SENTENCES = st.text(alphabet=st.sampled_from("死锁进程ab 12，。！？；…”）\n👨‍👩‍👧é"), max_size=120)
PARAGRAPHS = SENTENCES
LISTS = st.lists(SENTENCES, min_size=1, max_size=6).map(
    lambda items: "\n".join("- " + item.replace("\n", " ") for item in items)
)
CODE = st.lists(st.text(alphabet="ab =(){}  ", max_size=60), max_size=8).map(
    lambda lines: "```c\n" + "\n".join(lines) + "\n```"
)
HEADINGS = st.text(alphabet="标题ab", min_size=1, max_size=30).map(lambda text: f"## {text}")
TABLES = st.lists(st.text(alphabet="连接ab。", max_size=40), min_size=1, max_size=6).map(
    lambda cells: (
        "| 维度 | A | B |\n|---|---|---|\n" + "\n".join(f"| {c} | 一{c} | 二 |" for c in cells)
    )
)
DOCUMENTS = st.lists(PARAGRAPHS | LISTS | CODE | HEADINGS | TABLES, max_size=8).map("\n\n".join)


def squeezed(text):
    return re.sub(r"\s", "", text)


def split(markdown, max_chars):
    return split_blocks(render_blocks(markdown), max_chars)


@given(DOCUMENTS, st.integers(min_value=1, max_value=400))
def test_the_parts_together_are_the_text_and_each_fits(markdown, max_chars):
    blocks = render_blocks(markdown)
    parts = split_blocks(blocks, max_chars)
    assert squeezed("".join(parts)) == squeezed(join_blocks(blocks))
    assert all(part.strip() and len(part) <= max_chars for part in parts)


@given(DOCUMENTS)
def test_what_fits_is_one_message_and_exactly_the_text(markdown):
    blocks = render_blocks(markdown)
    text = join_blocks(blocks)
    parts = split_blocks(blocks, len(text) + 1)
    assert len(parts) <= 1
    assert "".join(parts) == text.strip("\n").rstrip()


def test_paragraphs_stay_whole_when_they_fit_alone():
    assert split("甲" * 30 + "\n\n" + "乙" * 30, 50) == ("甲" * 30, "乙" * 30)


def test_short_paragraphs_share_a_message():
    assert split("甲\n\n乙\n\n丙", 10) == ("甲\n\n乙\n\n丙",)


def test_a_list_is_cut_between_items():
    markdown = "\n".join(f"- {digit * 10}" for digit in "12345")
    assert split(markdown, 26) == (
        "· 1111111111\n· 2222222222",
        "· 3333333333\n· 4444444444",
        "· 5555555555",
    )


def test_a_table_is_cut_between_rows():
    rows = "\n".join(f"| 行{n} | 甲 | 乙 |" for n in range(4))
    parts = split(f"| 维度 | A | B |\n|---|---|---|\n{rows}", 26)
    assert parts == ("行0｜A：甲；B：乙\n行1｜A：甲；B：乙", "行2｜A：甲；B：乙\n行3｜A：甲；B：乙")


def test_a_long_paragraph_is_cut_after_sentences_with_their_closing_quotes():
    assert split("他说：“这是死锁。”然后等待。再等待！", 13) == (
        "他说：“这是死锁。”",
        "然后等待。再等待！",
    )


def test_a_long_sentence_is_cut_after_clauses():
    assert (
        split("进程一等待，进程二等待，进程三等待", 12)
        == ("进程一等待，进程二等待，", "进程三等待")[:2]
    )


def test_decimal_points_and_dotted_names_are_not_sentence_ends():
    assert split("时间 3.14 秒 a.b", 8) == ("时间 3.14", "秒 a.b")


def test_code_that_fits_alone_is_never_cut():
    code = "for i in range(3):\n    print(i)"
    parts = split("引言" * 15 + "\n\n```python\n" + code + "\n```", 40)
    assert code in parts


def test_longer_code_is_cut_at_lines_and_keeps_its_indentation():
    code = "\n".join(f"    line{n};" for n in range(6))
    parts = split(f"```c\n{code}\n```", 30)
    assert "\n".join(parts) == code
    assert all(line.startswith("    line") for part in parts for line in part.split("\n"))


def test_no_message_ends_in_a_heading():
    markdown = "甲" * 30 + "\n\n## 标题\n\n" + "乙" * 30
    assert split(markdown, 40) == ("甲" * 30, "【标题】\n" + "乙" * 30)


def test_a_heading_stays_with_the_first_item_of_a_long_list():
    markdown = "## 条件\n\n" + "\n".join(f"- {'甲' * 20}" for _ in range(3))
    parts = split(markdown, 45)
    assert parts[0].startswith("【条件】\n· 甲")


def test_an_emoji_family_and_an_accent_are_not_torn():
    family = "👨‍👩‍👧"
    parts = split("ab" + family + "e\u0301", 6)
    assert parts == ("ab", family, "e\u0301")


def test_a_limit_below_one_is_refused():
    with pytest.raises(ValueError, match="max_chars"):
        split_blocks((Block("text", ("a",)),), 0)


def test_code_in_an_item_is_cut_only_when_it_fits_in_no_message():
    code = "\n".join(f"   line {number};" for number in range(8))
    text = f"1. {'先说一段话，' * 14}\n\n   ```\n{code}\n   ```\n2. 后"
    first, second = messages(text, "plain", 150)
    assert "line" not in first
    assert [line.strip() for line in second.splitlines()] == [
        *(f"line {number};" for number in range(8)),
        "2. 后",
    ]
    for part in messages(text, "plain", 60):
        lines = [line for line in part.splitlines() if "line" in line]
        assert all(line.strip().endswith(";") for line in lines)
