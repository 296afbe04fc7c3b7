"""Markdown of 企业微信 (``markdown_v2``): headings, bold, lists, code and tables."""

from collections.abc import Iterator, Sequence

from bot.rendering.blocks import Block
from bot.rendering.dialects.dialect import Dialect
from bot.rendering.dialects.grids import line_units
from bot.rendering.dialects.neutral import at_line_start, in_code, without_power
from bot.rendering.dialects.styled import Run, Runs, raw

_MAX_COLUMNS, _MAX_CELL, _MAX_ROW = 12, 80, 240
"""Columns and characters; a larger table is lines, which can be cut anywhere."""


def _table(dialect: Dialect, rows: Sequence[Sequence[Runs]]) -> Iterator[Block]:
    cells = [[raw(cell) for cell in row] for row in rows]
    longest = max(len(cell) for row in cells for cell in row)
    widest = max(sum(map(len, row)) for row in cells)
    if len(cells[0]) > _MAX_COLUMNS or longest > _MAX_CELL or widest > _MAX_ROW:
        yield line_units(dialect, cells)
        return
    header, *body = ([_cell(dialect, cell) for cell in row] for row in rows)
    rule = _row([":---"] * len(header))
    if body:
        yield Block("table", tuple(map(_row, body)), head=f"{_row(header)}\n{rule}")
    else:
        yield Block("table", (_row(header), rule))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(dialect: Dialect, runs: Runs) -> str:
    """Write a cell; a bar in it would end it."""
    flat = (
        Run(" ".join(run.text.replace("|", "｜").split("\n")), run.bold, run.code) for run in runs
    )
    return dialect.inline(tuple(flat))


WECOM = Dialect(
    escape=without_power,
    at_line_start=at_line_start,
    in_code=in_code,
    table=_table,
    heading="### ",
    breaks_lines=False,
    flanking=True,
)
