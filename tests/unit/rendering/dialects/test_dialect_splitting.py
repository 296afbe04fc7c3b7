"""Long replies in the dialects: cut between their parts, with every mark closed."""

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.markdown import parse
from bot.rendering.markups import messages
from tests.unit.rendering.dialects.readers import OURS, READERS

WORDS = st.text(alphabet=st.sampled_from("死锁进程ab12，。！；*_<[`|\\#- "), max_size=80)
BOLD = WORDS.map(lambda text: f"前**{text.strip('* ') or '甲'}**后{text}")
LISTS = st.lists(WORDS, min_size=1, max_size=5).map(
    lambda items: "\n".join(f"- 甲{item}\n  - 乙{item}" for item in items)
)
CODE = st.lists(st.text(alphabet="ab =(){}`甲 ", max_size=50), min_size=1, max_size=7).map(
    lambda lines: "```cpp\n" + "\n".join(f"x{line}".replace("```", "") for line in lines) + "\n```"
)
HEADINGS = st.text(alphabet="标题ab*", min_size=1, max_size=20).map(lambda text: f"## {text}")
TABLES = st.lists(st.text(alphabet="连接ab。*", max_size=30), min_size=1, max_size=5).map(
    lambda cells: (
        "| 名 | A | B |\n|---|---|---|\n" + "\n".join(f"| 行{c} | 一{c} | 二 |" for c in cells)
    )
)
DOCUMENTS = st.lists(WORDS | BOLD | LISTS | CODE | HEADINGS | TABLES, max_size=7).map("\n\n".join)


def letters(text):
    return Counter(re.findall(r"[^\W_]", text))


def said(markdown):
    """All texts and code of the reply, once each."""
    leaves = ("text", "code_inline", "fence")
    return "".join(leaf.content for leaf in parse(markdown).walk() if leaf.type in leaves)


@pytest.mark.parametrize("markup", READERS)
@given(markdown=DOCUMENTS, limit=st.integers(min_value=60, max_value=400))
def test_the_parts_hold_the_whole_reply_and_each_fits(markup, markdown, limit):
    parts = messages(markdown, markup, limit)
    assert all(part.strip() and len(part) <= limit for part in parts)
    assert not letters(said(markdown)) - letters("".join(parts))
    for part in parts:
        assert len(re.findall(r"^```", part, re.MULTILINE)) % 2 == 0
        assert READERS[markup](part)[0] <= OURS


@pytest.mark.parametrize("markup", READERS)
@given(markdown=DOCUMENTS)
def test_what_fits_is_one_message(markup, markdown):
    assert len(messages(markdown, markup, 100_000)) <= 1


@pytest.mark.parametrize("markup", READERS)
def test_long_code_is_cut_between_lines_in_fences_of_its_language(markup):
    code = [f"    line{n} = {n};" for n in range(12)]
    parts = messages("例：\n```c\n" + "\n".join(code) + "\n```\n完", markup, 100)
    fenced = [re.findall(r"```c\n(.*?)\n```", part, re.DOTALL) for part in parts]
    assert "\n".join(body for found in fenced for body in found).split("\n") == code
    assert all(part.count("```") % 2 == 0 for part in parts)
    assert len(parts) > 2


@pytest.mark.parametrize("markup", READERS)
def test_code_that_fits_alone_is_never_cut(markup):
    code = "for i in range(3):\n    print(i)"
    parts = messages("引言" * 20 + "\n\n```python\n" + code + "\n```", markup, 60)
    assert f"```python\n{code}\n```" in parts


@pytest.mark.parametrize("markup", READERS)
def test_items_and_rows_stay_whole(markup):
    items = [f"第{n}项" + "甲" * 20 for n in range(6)]
    parts = messages("\n".join(f"- {item}" for item in items), markup, 80)
    assert all(sum(item in part for part in parts) == 1 for item in items)
    rows = "\n".join(f"| 行{n} | 甲甲甲甲甲甲甲甲 | 乙乙乙乙乙乙乙乙乙乙乙 |" for n in range(6))
    parts = messages(f"| 名 | 第一列 | 第二列 |\n|---|---|---|\n{rows}", markup, 120)
    for n in range(6):
        (line,) = [line for part in parts for line in part.split("\n") if f"行{n}" in line]
        assert "甲" * 8 in line
        assert "乙" * 11 in line


def test_the_head_of_a_table_stands_over_each_part():
    rows = "\n".join(f"| 行{n} | 甲 | 乙 |" for n in range(9))
    parts = messages(f"| 名 | A | B |\n|---|---|---|\n{rows}", "wecom", 90)
    assert len(parts) > 1
    assert all(part.startswith("| 名 | A | B |\n| :--- | :--- | :--- |\n| 行") for part in parts)


@pytest.mark.parametrize("markup", READERS)
def test_no_message_ends_in_a_heading(markup):
    parts = messages("甲" * 50 + "\n\n## 标题\n\n" + "乙" * 60, markup, 75)
    assert [part.split("\n")[0].strip("# ") for part in parts] == ["甲" * 50, "标题"]


@pytest.mark.parametrize("markup", READERS)
def test_bold_is_closed_and_opened_again_where_it_is_cut(markup):
    text = "，".join("死锁四个条件" for _ in range(20))
    parts = messages(f"**{text}**", markup, 70)
    assert len(parts) > 2
    for part in parts:
        assert part.startswith("**死锁")
        assert part.count("**") == 2
    assert "".join(parts).replace("*", "") == text


def test_a_cut_before_a_mark_begins_nothing():
    parts = messages("甲" * 60 + "， # 标题 " + "乙" * 30, "discord", 63)
    assert parts[1].startswith("\\# 标题")
