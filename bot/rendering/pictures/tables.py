"""Tables that fit a phone: sizes and column widths are settled here, in points.

{"kind": "table", "size": 12.5, "pad": 6.0, "grid": true, "widths": [40.0, …],
 "rows": [[runs of a cell, …], …]}                                        head first
"""

from collections.abc import Iterator, Sequence
from typing import Any

from bot.rendering.pictures.characters import breakable, columns

Runs = list[list[list[Any]]]
"""Lines of runs; a run is a text and its style, and for a formula what ``formulas`` made of it."""

_NARROWEST = 100.0
_EM_PER_COLUMN = 0.58
"""What a narrow character takes at most, on average over a word; a wide one takes less than two."""
_GRID_CHARS = 4
_GRID_COLUMNS, _PROSE_COLUMNS = 13, 8
"""Beyond these a table is set as several, one under the other."""
_SIZES = ((3, 13.5, 8.0), (5, 12.5, 6.0), (8, 11.5, 4.5), (_GRID_COLUMNS, 11.0, 3.0))


def table_parts(rows: Sequence[Sequence[Runs]], width: float) -> Iterator[dict[str, Any]]:
    """Lay out a table of ``rows`` of the same length, in as many parts of ``width`` as it needs.

    A table of short cells (a page table, an access string) becomes a grid of equal columns.
    """
    room = max(_NARROWEST, width)
    grid = all(_length(cell) <= _GRID_CHARS for row in rows for cell in row[1:])
    for part in _column_groups(rows, _GRID_COLUMNS if grid else _PROSE_COLUMNS):
        count = len(part[0])
        size, pad = next(((size, pad) for most, size, pad in _SIZES if count <= most))
        naturals = [
            max(_length(row[column]) for row in part) * _EM_PER_COLUMN * size + 2 * pad + 1
            for column in range(count)
        ]
        widths = _equal_after_first(naturals, room) if grid else _shared(naturals, room)
        yield {
            "kind": "table",
            "size": size,
            "pad": pad,
            "grid": grid,
            "widths": [round(width, 2) for width in widths],
            "rows": [
                [
                    _breakable(cell, int((width - 2 * pad) / (_EM_PER_COLUMN * size)))
                    for cell, width in zip(row, widths, strict=True)
                ]
                for row in part
            ],
        }


def _column_groups(rows: Sequence[Sequence[Runs]], most: int) -> Iterator[list[list[Runs]]]:
    """Split the columns where there are too many, repeating the first, which names the rows."""
    width = len(rows[0])
    if width <= most:
        yield [list(row) for row in rows]
        return
    parts = -(-(width - 1) // (most - 1))
    each = -(-(width - 1) // parts)
    for start in range(1, width, each):
        yield [[row[0], *row[start : start + each]] for row in rows]


def _shared(naturals: Sequence[float], room: float) -> list[float]:
    """Share the width: narrow columns get what they need, wide ones what is left, equally."""
    spare = room - sum(naturals)
    if spare >= 0:
        return [width * room / sum(naturals) for width in naturals]
    left, widths = room, [0.0] * len(naturals)
    for rank, column in enumerate(sorted(range(len(naturals)), key=lambda c: naturals[c])):
        widths[column] = min(naturals[column], left / (len(naturals) - rank))
        left -= widths[column]
    return widths


def _equal_after_first(naturals: Sequence[float], room: float) -> list[float]:
    if len(naturals) == 1:
        return [room]
    first = min(naturals[0], room / 3)
    return [first] + [(room - first) / (len(naturals) - 1)] * (len(naturals) - 1)


def _breakable(cell: Runs, max_run: int) -> Runs:
    room = max(1, max_run)
    return [[[breakable(text, room), *rest] for text, *rest in line] for line in cell]


def _length(cell: Runs) -> int:
    """Count the columns of the longest line."""
    return max((sum(columns(run[0]) for run in line) for line in cell), default=0)
