"""Markdown of QQ's official bots: headings, bold, lists and code; it has no tables."""

from collections.abc import Iterator, Sequence

from bot.rendering.blocks import Block
from bot.rendering.dialects.dialect import Dialect
from bot.rendering.dialects.grids import aligned, line_units
from bot.rendering.dialects.neutral import at_line_start, in_code, without_power
from bot.rendering.dialects.styled import Runs, raw
from bot.rendering.tables import is_grid

_WIDEST_GRID = 36


def _table(dialect: Dialect, rows: Sequence[Sequence[Runs]]) -> Iterator[Block]:
    """Give a line a row; a table of short cells, in which columns matter, in a fence."""
    cells = [[raw(cell) for cell in row] for row in rows]
    grid = aligned(cells)
    if is_grid(cells) and max(grid.widths) <= _WIDEST_GRID:
        yield Block("table", dialect.code_lines("\n".join(grid.lines)), "```", "```")
        return
    yield line_units(dialect, cells)


QQ = Dialect(
    escape=without_power,
    at_line_start=at_line_start,
    in_code=in_code,
    table=_table,
    heading="## ",
    breaks_lines=False,
    flanking=True,
)
