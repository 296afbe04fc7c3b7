"""Strings as they can stand on a card."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.pictures.characters import MAX_RUN, breakable, clean, clip, columns
from bot.rendering.pictures.fonts import find_fonts

DRAWABLE = frozenset("abcdé死锁 \u0301😀✓×")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("死锁", "死锁"),
        ("a\x00\x07\x1b[b", "ab"),
        ("a\u200bb\u202ec\u2066d", "abcd"),
        ("a\r\nb\u2028c\x0bd", "a\nb\nc\nd"),
        ("a\tb", "a    b"),
        ("e\u0301", "é"),
        ("死\u0301\u0301\u0301b", "死\u0301b"),
        ("😀🏻\ufe0f\u200d😀", "😀😀"),
        ("a꧁b\ue000c", "abc"),
        ("✔✗", "✓×"),
        ("\ud800a", "a"),
    ],
)
def test_only_what_has_a_glyph_is_kept(text, shown):
    assert clean(text, DRAWABLE) == shown


@given(st.text())
def test_whatever_comes_is_drawable_afterwards(text):
    kept = clean(text, DRAWABLE)
    assert set(kept) <= DRAWABLE | {"\n"}
    assert clean(kept, DRAWABLE) == kept


@given(st.text(alphabet="ab/_. 死锁(", max_size=80), st.integers(1, 20))
def test_breaks_change_nothing_and_leave_no_long_word(text, max_run):
    broken = breakable(text, max_run)
    assert broken.replace("\u200b", "") == text
    words = broken.replace("\u200b", " ").replace("死", " ").replace("锁", " ").split()
    assert max(map(len, words), default=0) <= max_run


def test_words_break_after_punctuation_first():
    assert breakable("path/to/some/resource") == "path/\u200bto/\u200bsome/\u200bresource"
    assert breakable("x" * MAX_RUN) == "x" * MAX_RUN
    assert breakable("x" * (MAX_RUN + 1)) == "x" * MAX_RUN + "\u200bx"


def test_clipping_keeps_one_line_and_says_that_there_was_more():
    assert clip(" a\n b ", 5) == "a b"
    assert clip("abcdef", 6) == "abcdef"
    assert clip("abcdefg", 6) == "abcde…"


def test_wide_characters_take_two_columns():
    assert columns("ab死锁，") == 8


def test_the_packaged_fonts_cover_what_is_written_about_the_subject():
    needed = "死锁龘〇①Ⅱ⌈⌉⌊⌋≤≥≠×÷∑√→←↑↓⇒∈∪∩⊕∧∨¬∞αβλμΩΔ²³ⁿ⁻₁₂ᵢ★☆●□│├└─█·…—“”《》【】℃‰😀🎉"
    fonts = find_fonts()
    assert fonts is not None
    assert set(needed) - fonts.characters == set()
    assert "\U000e0001" not in fonts.characters
