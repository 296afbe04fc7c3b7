"""Whole replies against their source: every word is shown, once, in its order, in every dialect.

Each word of a generated reply is one character that occurs nowhere else, so that no cut can part
it and no other text can be taken for it.
"""

import re
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.markups import messages
from bot.rendering.pictures.prose import prose_parts
from plugins.messages import Markup

FIRST, LAST = "\u5000", "\u6fff"
_WORD = re.compile(f"[{FIRST}-{LAST}]")
MARKUPS: tuple[Markup, ...] = ("plain", "discord", "qq", "wecom")

PIECES = [
    "W", "W，", "W。", "W：\n", "WWWWW", "（W）", "**W**", "*W*、", "***W***，", "**WW：**W", "`W`",
    r" $\text{W}+1$ ", "W*2*3", "a_b W", "https://a.example/b W", "<W>", "W | W", "@W", "\\W",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=12).map(
    lambda pieces: "W" + "".join(pieces).rstrip("\n")
)
ONE_LINE = TEXTS.map(lambda text: text.replace("\n", " "))
HEADINGS = st.builds("{} {}".format, st.sampled_from(["#", "##", "###"]), ONE_LINE)
CODES = st.lists(
    st.sampled_from(["W", "    W = *W;", "`W`", "**W**", "", "| W |", "- W"]),
    min_size=1,
    max_size=9,
).map(lambda lines: "```c\n" + "\n".join(lines) + "\nW\n```")
CELLS = ONE_LINE.map(lambda text: text.replace("|", "\\|"))


@st.composite
def tables(draw):
    """A table; its column names are written as `H`, for they may be repeated."""
    columns = draw(st.integers(min_value=1, max_value=5))
    rows = draw(st.lists(st.lists(CELLS, min_size=columns, max_size=columns), max_size=5))
    lines = [["H"] * columns, ["---"] * columns, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _indented(text, width):
    return text.replace("\n", "\n" + " " * width)


@st.composite
def lists(draw, depth=2):
    """A list, its items with paragraphs, code and lists below them."""
    numbered = draw(st.booleans())
    items = []
    for number in range(draw(st.integers(min_value=1, max_value=4))):
        mark = f"{number + 1}. " if numbered else "- "
        parts = [draw(TEXTS)]
        if draw(st.integers(min_value=0, max_value=3)) == 0:
            parts.append("\n" + draw(TEXTS | CODES))
        if depth and draw(st.booleans()):
            parts.append(draw(lists(depth=depth - 1)))
        items.append(mark + _indented("\n".join(parts), len(mark)))
    return "\n".join(items)


FORMULAS = st.just("$$\n\\frac{\\text{W}}{\\text{W}}\n$$")


@st.composite
def replies(draw):
    blocks = draw(
        st.lists(TEXTS | HEADINGS | CODES | tables() | lists() | FORMULAS, min_size=1, max_size=6)
    )
    words = map(chr, count(ord(FIRST)))
    return re.sub("[WH]", lambda kind: next(words), "\n\n".join(blocks)), _names(blocks)


def _names(blocks):
    """The words that are names of columns."""
    kinds = re.findall("[WH]", "\n\n".join(blocks))
    return {chr(ord(FIRST) + place) for place, kind in enumerate(kinds) if kind == "H"}


def _once(text, names):
    """The words of ``text`` in order, without names of columns."""
    return [word for word in _WORD.findall(text) if word not in names]


@pytest.mark.parametrize("markup", MARKUPS)
@given(reply=replies(), limit=st.integers(min_value=60, max_value=600))
def test_every_word_is_in_the_messages_once_and_in_its_order(markup, reply, limit):
    markdown, names = reply
    parts = messages(markdown, markup, limit)
    assert all(0 < len(part) <= limit for part in parts)
    shown = "".join(parts)
    assert _once(shown, names) == _once(markdown, names)


@given(reply=replies())
def test_every_word_is_in_the_picture_once_and_in_its_order(reply):
    markdown, names = reply
    shown = _leaves(prose_parts(markdown, str))
    assert _once(shown, names) == _once(markdown, names)


def _leaves(part):
    """All the texts in ``part``, in the order in which they are set."""
    match part:
        case str():
            return part
        case dict():
            return "".join(map(_leaves, part.values()))
        case [_, "f", tree, _]:  # before its tree stands what it says in one line
            return _leaves(tree)
        case list():
            return "".join(map(_leaves, part))
        case _:
            return ""
