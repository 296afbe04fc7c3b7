"""Tables as they are read: every cell is there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.markdown import parse
from bot.rendering.markups import messages
from bot.rendering.plain import table_cells


def cells(markdown):
    """The cells of the only table."""
    [table] = [node for node in parse(markdown).walk() if node.type == "table"]
    return table_cells(table)


def table(heads, *rows):
    return "\n".join(("| " + " | ".join(heads) + " |", "|" + "---|" * len(heads), *rows))


@pytest.mark.parametrize(
    ("row", "read"),
    [
        ("| `||` | `a || b` |", ["`||`", "`a || b`"]),
        ("| $|V|$ | 顶点数 |", ["$|V|$", "顶点数"]),
        ("| $P(A|B)$ | 0.5 |", ["$P(A|B)$", "0.5"]),
        ("| 1 | 2 | 3 说明 |", ["1", "2 | 3 说明"]),
        ("| 1 | 2 | | |", ["1", "2"]),
        ("| $5 | $6 |", ["$5", "$6"]),
        ("|$5|$6|", ["$5", "$6"]),
        (r"| a \| b | 2 |", ["a | b", "2"]),
        ("| ` | 反引号 |", ["`", "反引号"]),
        ("| 一格 |", ["一格", ""]),
        ("一格 | 两格", ["一格", "两格"]),
        ("| | 空在前 |", ["", "空在前"]),
    ],
)
def test_a_row_of_two_cells(row, read):
    [_, found] = cells(table(("记号", "含义"), row))
    assert [cell.replace("`", "").replace("$", "") for cell in found] == [
        cell.replace("`", "").replace("$", "") for cell in read
    ]


def test_a_head_may_have_bars_in_formulas():
    assert cells(table(("$|V|$", "边数"), "| 1 | 2 |")) == [["|V|", "边数"], ["1", "2"]]


@pytest.mark.parametrize(
    "markdown",
    ["a | b\n没有横线", "| a | b |\n|---|", "| a |\n---", "| a |\n|-x-|", "|", "| a |", "\n|-|"],
)
def test_what_is_no_table(markdown):
    assert all(node.type != "table" for node in parse(markdown).walk())


def test_a_table_ends_where_something_else_begins():
    kinds = [node.type for node in parse(table("ab", "| 1 | 2 |", "# 标题")).children]
    assert kinds == ["table", "heading"]
    kinds = [node.type for node in parse(table("ab", "| 1 | 2 |", "", "后面")).children]
    assert kinds == ["table", "paragraph"]


WORDS = st.text("甲乙丙丁戊", min_size=1, max_size=4)
CELLS = st.one_of(WORDS, WORDS.map(lambda word: f"`{word}|x`"), WORDS.map(lambda _: "$|V|$"))


@given(
    st.lists(WORDS, min_size=2, max_size=4),
    st.lists(st.lists(CELLS, min_size=1, max_size=6), max_size=4),
    st.sampled_from(["", "- 项\n\n  "]),
    st.sampled_from(["plain", "discord", "qq", "wecom"]),
)
def test_no_word_of_a_row_is_lost_in_any_dialect(heads, rows, before, markup):
    """Compared with what was put in, and not with our own reading of it."""
    lines = table(heads, *("| " + " | ".join(row) + " |" for row in rows)).splitlines()
    indent = " " * (2 if before else 0)
    said = "".join(messages(before + f"\n{indent}".join(lines), markup, 4000))
    for word in "甲乙丙丁戊":
        put_in = sum(cell.count(word) for row in rows for cell in row)
        assert said.count(word) >= put_in
    assert said.count("V") == sum(cell.count("V") for row in rows for cell in row)
