"""Tables where Markdown has none: columns of monospaced text, or a line a row."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.rendering.blocks import Block
from bot.rendering.dialects.dialect import Dialect, Unit, unit_block
from bot.rendering.dialects.styled import Run
from bot.rendering.pictures.characters import columns
from bot.rendering.tables import table_lines

_BETWEEN = "  "


@dataclass(frozen=True, slots=True)
class Aligned:
    """Lines of a table in columns, and how many columns of the screen each takes."""

    lines: tuple[str, ...]
    widths: tuple[int, ...]


def aligned(cells: Sequence[Sequence[str]]) -> Aligned:
    """Pad the cells to columns; wide characters count two (UAX #11)."""
    flat = [[" ".join(cell.split()) for cell in row] for row in cells]
    widest = [max(columns(row[place]) for row in flat) for place in range(len(flat[0]))]
    lines = tuple(
        _BETWEEN.join(
            cell + " " * (width - columns(cell)) for cell, width in zip(row, widest, strict=True)
        ).rstrip()
        for row in flat
    )
    return Aligned(lines, tuple(map(columns, lines)))


def line_units(dialect: Dialect, cells: Sequence[Sequence[str]]) -> Block:
    """Give each row as an item that is named in bold."""
    units = [
        Unit(
            dialect,
            (Run(line.name, bold=True), Run(line.rest)),
            *(("", "") if line.is_head else ("- ", "  ")),
        )
        for line in table_lines(cells)
        if line.text
    ]
    return unit_block("table", *units)
