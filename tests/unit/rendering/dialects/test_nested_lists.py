"""Lists in lists, read as CommonMark reads what was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from bot.rendering.markups import messages

READER = MarkdownIt("commonmark")
DEEP = """\
9. 九
   - 子九
10. 第十项
    - 子十甲
      - 孙
        1. 曾孙
    - 子十乙
11. 十一"""


def lists(markdown):
    """Each item with the kinds and numbers of the lists that it is in."""
    found = []

    def walk(node, path):
        for child in node.children:
            if child.type == "list_item":
                place = (*path, node.type[:2] + child.info)
                found.append(
                    (place, child.children[0].children[0].content if child.children else "")
                )
                walk(child, place)
            else:
                walk(child, path)

    walk(SyntaxTreeNode(READER.parse(markdown)), ())
    return found


@pytest.mark.parametrize("markup", ["qq", "wecom"])
def test_items_stay_where_they_are(markup):
    [message] = messages(DEEP, markup, 1000)
    assert lists(message) == lists(DEEP)


@st.composite
def trees(draw, depth=0):
    """Markdown of a list, and the names of its items in order."""
    lines, names = [], []
    ordered = draw(st.booleans())
    start = 1 if depth else draw(st.integers(1, 12))  # only 1 may follow a paragraph at once
    for number in range(draw(st.integers(1, 3))):
        mark = f"{start + number}. " if ordered else "- "
        name = f"项{draw(st.integers(100, 999))}"
        lines.append(mark + name)
        names.append(name)
        if depth < 3 and draw(st.booleans()):
            below, more = draw(trees(depth + 1))
            lines += [" " * len(mark) + line for line in below]
            names += more
    return lines, names


@given(trees(), st.sampled_from(["qq", "wecom"]))
def test_any_tree_is_read_as_it_was_written(tree, markup):
    markdown = "\n".join(tree[0])
    [message] = messages(markdown, markup, 4000)
    assert lists(message) == lists(markdown)


@given(trees(), st.sampled_from(["qq", "wecom", "discord"]), st.integers(30, 60))
def test_no_item_is_lost_or_becomes_code_where_a_list_is_cut(tree, markup, limit):
    lines, names = tree
    parts = messages("\n".join(lines), markup, limit)
    assert max(map(len, parts)) <= limit
    joined = "\n".join(parts)
    places = [joined.find(name) for name in names if names.count(name) == 1]
    assert places == sorted(places)
    assert -1 not in places
    for part in parts:
        kinds = {node.type for node in SyntaxTreeNode(READER.parse(part)).walk()}
        assert "code_block" not in kinds


@pytest.mark.parametrize("markup", ["qq", "wecom"])
def test_a_list_goes_on_after_code_in_an_item(markup):
    markdown = "10. 十\n\n    ```\n    code\n    ```\n\n    - 子\n      - 孙\n11. 十一"
    [message] = messages(markdown, markup, 1000)
    assert [name for _, name in lists(message)] == ["十", "子", "孙", "十一"]
    assert [len(place) for place, _ in lists(message)] == [1, 1, 2, 1]


@pytest.mark.parametrize("markup", ["plain", "qq", "discord", "wecom"])
def test_an_item_of_several_paragraphs_is_cut_only_when_it_fits_nowhere(markup):
    item = f"2. {'甲' * 20}\n\n   {'乙' * 20}\n\n   {'丙' * 20}"
    first, second = messages(f"1. {'零' * 30}\n{item}\n3. 丁", markup, 90)
    assert "甲" not in first
    assert second.startswith("2. ")
    assert "丙" in second
    parts = messages(item, markup, 50)
    assert len(parts) > 1
    assert "".join(char for part in parts for char in part if char in "甲乙丙") == (
        "甲" * 20 + "乙" * 20 + "丙" * 20
    )
