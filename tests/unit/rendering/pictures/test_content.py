"""Drawings as plain data."""

import json
import math
from string import printable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.pictures.content import MAX_CHARS, TooLong, card
from bot.rendering.pictures.prose import prose_parts
from plugins.drawing import Bar, Bars, Days, Drawing, Options, Prose, Stat, Stats

DRAWABLE = frozenset(printable) - set("\t\n\r\x0b\x0c") | frozenset("死锁…•")


def drawn(*blocks):
    return card(Drawing("死锁", blocks), DRAWABLE)["blocks"]


def same(text):
    return text


def test_prose_keeps_its_structure():
    parts = prose_parts("**甲**是`乙`\n丙\n\n- 一\n  1. 二\n\n# 题\n\n```\nx=1\n```", same)
    assert parts == [
        {"kind": "text", "runs": [[["甲", "b"], ["是", ""], ["乙", "c"]], [["丙", ""]]]},
        {
            "kind": "list",
            "indented": True,
            "items": [
                {
                    "mark": "•",
                    "parts": [
                        {"kind": "text", "runs": [[["一", ""]]]},
                        {
                            "kind": "list",
                            "indented": True,
                            "items": [
                                {"mark": "1.", "parts": [{"kind": "text", "runs": [[["二", ""]]]}]}
                            ],
                        },
                    ],
                }
            ],
        },
        {"kind": "heading", "runs": [[["题", ""]]]},
        {"kind": "code", "size": 12.0, "lines": [[["x=1", False]]]},
    ]


def test_options_mark_the_right_one_and_show_shares():
    (block,) = drawn(Options((("A", "死"), ("B", "锁\n死")), marked="B", shares=(0.25, 0.75)))
    assert block["items"] == [
        {"key": "A", "lines": [[["死", ""]]], "marked": False, "share": 0.25},
        {"key": "B", "lines": [[["锁", ""]], [["死", ""]]], "marked": True, "share": 0.75},
    ]


def test_nothing_is_marked_before_the_answer_is_known():
    (block,) = drawn(Options((("A", "死"), ("B", "锁"))))
    assert not any(item["marked"] for item in block["items"])
    assert all(item["share"] is None for item in block["items"])


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [(0.5, 0.5), (2.0, 1.0), (-1.0, 0.0), (math.inf, 1.0), (math.nan, None), (None, None)],
)
def test_ratios_are_brought_into_range(ratio, shown):
    (block,) = drawn(Bars("", (Bar("死锁", ratio, "x"),)))
    assert block["items"][0]["ratio"] == shown


def test_levels_of_days_are_brought_into_range_and_the_latest_are_kept():
    (block,) = drawn(Days("", tuple((str(n), n - 5) for n in range(100))))
    assert [item["label"] for item in block["items"]] == [str(n) for n in range(40, 100)]
    assert {item["level"] for item in block["items"]} == {5}
    (block,) = drawn(Days("", (("1", -1), ("2", 9))))
    assert [item["level"] for item in block["items"]] == [0, 5]


def test_labels_are_one_line_clipped_and_breakable():
    (block,) = drawn(Stats((Stat("x\ny", "1" * 99, "死" * 99),)))
    (stat,) = block["items"]
    assert stat["label"] == "x y"
    assert stat["value"].replace("\u200b", "") == "1" * 19 + "…"
    assert stat["note"] == "死" * 39 + "…"


def test_prose_and_options_are_never_clipped_but_too_much_is_refused():
    fits = Prose("死" * (MAX_CHARS - 1))
    assert json.dumps(drawn(fits, Options((("A", "锁"),))), ensure_ascii=False).count("死") == (
        MAX_CHARS - 1
    )
    with pytest.raises(TooLong):
        drawn(fits, Options((("A", "锁锁"),)))


TEXT = st.text(max_size=40)
RATIO = st.none() | st.floats()
BLOCK = st.one_of(
    st.builds(Prose, TEXT, TEXT, st.sampled_from(["plain", "good", "bad", "quiet"])),
    st.builds(Stats, st.lists(st.builds(Stat, TEXT, TEXT, TEXT), max_size=4).map(tuple)),
    st.builds(Bars, TEXT, st.lists(st.builds(Bar, TEXT, RATIO, TEXT), max_size=4).map(tuple)),
    st.builds(Days, TEXT, st.lists(st.tuples(TEXT, st.integers()), max_size=9).map(tuple)),
    st.builds(
        Options,
        st.lists(st.tuples(TEXT, TEXT), max_size=4).map(tuple),
        st.none() | TEXT,
        st.none() | st.lists(st.floats(), max_size=5).map(tuple),
    ),
)


@given(st.builds(Drawing, TEXT, st.lists(BLOCK, max_size=3).map(tuple), TEXT, TEXT))
def test_every_drawing_is_json_of_drawable_characters(drawing):
    data = json.dumps(card(drawing, DRAWABLE), ensure_ascii=False, allow_nan=False)
    assert set(data) <= DRAWABLE | {"\u200b"}
