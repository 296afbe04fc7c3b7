"""Tables as lines that read well on a phone: what a row is called, and what is said of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

ROW_HEADS_WITHOUT_NEWS = frozenset(
    {"", "维度", "对比", "对比项", "比较", "比较项", "项目", "方面", "比较维度", "对比维度"}
)
"""First column names that say nothing about the row and are left out."""

MIN_GRID_COLUMNS, MAX_GRID_CHARS = 5, 3
"""A wide table whose cells are all this short (a next array, an access string) stays a grid."""

Rows = Sequence[Sequence[str]]
"""The cells, head first."""


@dataclass(frozen=True, slots=True)
class TableLine:
    """``rest`` begins with the mark that separates it from ``name``."""

    name: str
    rest: str
    is_head: bool = False

    @property
    def text(self) -> str:
        return self.name + self.rest


def is_grid(rows: Rows) -> bool:
    """Whether the table says nothing in words: many columns of short cells."""
    short = all(len(cell) <= MAX_GRID_CHARS for row in rows for cell in row[1:])
    return short and len(rows[0]) >= MIN_GRID_COLUMNS


def table_lines(rows: Rows) -> Iterator[TableLine]:
    """Give one readable line a row, its columns named; a grid is left to its columns."""
    header, *body = rows
    if is_grid(rows):
        for row in rows:
            yield TableLine("", " ".join(cell or "-" for cell in row))
    elif len(header) <= 2:
        if any(header):
            yield TableLine("：".join(name for name in header if name), "", is_head=True)
        for row in body:
            name, *rest = (cell for cell in row if cell) if any(row) else ("",)
            yield TableLine(name, "".join(f"：{cell}" for cell in rest))
    else:
        for row in body:
            yield _line(header, row)


def _line(header: Sequence[str], row: Sequence[str]) -> TableLine:
    pairs = zip(header[1:], row[1:], strict=False)
    cells = "；".join(f"{column}：{cell}" if column else cell for column, cell in pairs if cell)
    if not row[0]:
        return TableLine("", cells)
    name = row[0] if header[0] in ROW_HEADS_WITHOUT_NEWS else f"{header[0]} {row[0]}"
    return TableLine(name, f"｜{cells}" if cells else "")
