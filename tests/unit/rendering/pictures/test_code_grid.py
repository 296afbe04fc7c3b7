"""Code on its grid."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.pictures.code import code_part

WIDTH = 339.0


def rows(part) -> list[str]:
    return ["".join(text for text, _ in line) for line in part["lines"]]


def width(line) -> float:
    return sum((2 if wide else 1) * len(text) for text, wide in line) * 0.6


def test_short_code_is_set_large_and_unchanged():
    code = "for (int i = 0; i < n; i++) {\n    x += a[i];  // 累加\n}"
    part = code_part(code + "\n", WIDTH)
    assert part["size"] == 12.0
    assert rows(part) == code.split("\n")
    assert part["lines"][1] == [["    x += a[i];  // ", False], ["累加", True]]


def test_longer_code_is_set_smaller_so_that_its_longest_line_fits():
    part = code_part("x" * 50 + "\ny", WIDTH)
    assert 10 < part["size"] < 12
    assert len(part["lines"]) == 2


def test_code_wider_than_the_smallest_size_is_continued_at_a_word():
    part = code_part("call(first_argument, " + "another_argument, " * 4 + "last)", WIDTH)
    first, second = rows(part)
    assert first.endswith("another_argument,")
    assert second.startswith(("  another_argument", "  last"))


@given(st.text(alphabet="ab ,死锁(", max_size=300))
def test_every_row_fits_and_nothing_is_lost(line):
    part = code_part(line, WIDTH)
    assert all(width(row) * part["size"] <= 317.01 for row in part["lines"])
    assert "".join(rows(part)).replace(" ", "") == line.replace(" ", "")


@pytest.mark.parametrize("code", ["", "\n", "\n\n"])
def test_no_code_is_an_empty_row(code):
    assert set(rows(code_part(code, WIDTH))) == {""}
