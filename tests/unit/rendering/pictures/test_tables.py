"""Tables that fit a phone."""

import pytest

from bot.rendering.pictures.tables import table_parts

WIDTH = 339.0


def cells(rows):
    return [[[[[cell, ""]]] if cell else [[]] for cell in row] for row in rows]


def texts(part):
    return [
        ["".join(text for line in cell for text, _ in line).replace("\u200b", "") for cell in row]
        for row in part["rows"]
    ]


def test_a_page_table_is_a_grid_of_equal_columns():
    rows = [["页号", *map(str, range(1, 13))], ["页框", *"701203042303"]]
    (part,) = table_parts(cells(rows), WIDTH)
    assert part["grid"]
    assert texts(part) == rows
    assert len({round(width, 1) for width in part["widths"][1:]}) == 1
    assert sum(part["widths"]) == pytest.approx(WIDTH, abs=0.2)


def test_a_long_access_string_becomes_grids_that_repeat_the_name_of_the_row():
    rows = [["时刻", *map(str, range(30))], ["页", *(str(n % 7) for n in range(30))]]
    parts = [texts(part) for part in table_parts(cells(rows), WIDTH)]
    assert len(parts) == 3
    assert all(part[0][0] == "时刻" and part[1][0] == "页" for part in parts)
    assert [cell for part in parts for cell in part[0][1:]] == rows[0][1:]
    assert max(len(part[0]) for part in parts) <= 13


def test_narrow_columns_get_what_they_need_and_wide_ones_share_the_rest():
    rows = [["维", "分页", "分段"], ["一", "系统管理的需要，" * 5, "用户编程的需要，" * 6]]
    (part,) = table_parts(cells(rows), WIDTH)
    assert not part["grid"]
    first, second, third = part["widths"]
    assert first < 40
    assert second == pytest.approx(third, abs=0.1)
    assert first + second + third == pytest.approx(WIDTH, abs=0.2)


def test_long_words_get_breaks_that_fit_their_column():
    rows = [["a", "b", "c"], ["x" * 40, "y" * 40, "z" * 40]]
    (part,) = table_parts(cells(rows), WIDTH)
    pieces = [
        piece for cell in part["rows"][1] for text, _ in cell[0] for piece in text.split("\u200b")
    ]
    assert max(map(len, pieces)) * 0.58 * part["size"] <= part["widths"][0]


@pytest.mark.parametrize("columns", [1, 2, 5, 8, 9, 20, 60])
@pytest.mark.parametrize("cell", ["", "1", "带权周转时间", "turnaround_time"])
def test_every_table_fits_and_keeps_its_cells(columns, cell):
    rows = [[f"{cell}{n}" for n in range(columns)]] * 3
    parts = list(table_parts(cells(rows), WIDTH))
    for part in parts:
        assert sum(part["widths"]) == pytest.approx(WIDTH, abs=0.5)
        assert min(part["widths"]) > 2 * part["pad"]
    shown = [text for part in parts for text in texts(part)[0]]
    assert set(shown) == set(rows[0])
