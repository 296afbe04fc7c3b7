"""Where pieces of text stand on a page: set straight, in rows, in columns."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from backend.photos.ports import Fragment

_LEAST_LINES_OF_COLUMN = 3
_PROSE_HEIGHTS = 8
_MOST_ACROSS, _ALWAYS_ACROSS = 0.2, 2
"""Of the pieces; a heading and a page number may be more of a short page."""
_STEEPEST_RADIANS = math.radians(40)


@dataclass(frozen=True, slots=True)
class Piece:
    """A fragment on a straight page, in pixels; ``height`` is that of its characters."""

    text: str
    left: float
    right: float
    middle: float
    height: float


@dataclass(frozen=True, slots=True)
class Row:
    """Pieces on one line, from the left; ``full`` says that the line goes to the column's end."""

    pieces: tuple[Piece, ...]
    full: bool


def straighten(fragments: Sequence[Fragment]) -> list[Piece]:
    """Turn the page until its lines are level."""
    angle = _slope(fragments)
    cos, sin = math.cos(-angle), math.sin(-angle)
    pieces: list[Piece] = []
    for fragment in fragments:
        turned = [(x * cos - y * sin, x * sin + y * cos) for x, y in fragment.corners]
        xs, ys = zip(*turned, strict=True)
        upper, lower = (ys[0] + ys[1]) / 2, (ys[2] + ys[3]) / 2
        pieces.append(
            Piece(fragment.text, min(xs), max(xs), (upper + lower) / 2, max(1.0, lower - upper))
        )
    return pieces


def _slope(fragments: Sequence[Fragment]) -> float:
    """The angle of the lines in radians: the median over the longer half of them."""
    measured: list[tuple[float, float]] = []
    for fragment in fragments:
        (x0, y0), (x1, y1), _, _ = fragment.corners
        angle = math.atan2(y1 - y0, x1 - x0)
        if abs(angle) < _STEEPEST_RADIANS:
            measured.append((math.hypot(x1 - x0, y1 - y0), angle))
    measured.sort(reverse=True)
    longer = measured[: max(1, (len(measured) + 1) // 2)]
    return median(angle for _, angle in longer) if longer else 0.0


def rows_of(pieces: Sequence[Piece]) -> list[Row]:
    """Give the rows in reading order: column after column, downwards."""
    whole = _Column.of(pieces)
    return [row for column in _columns(whole) for row in _rows(column)]


@dataclass(frozen=True, slots=True)
class _Column:
    """Pieces between a ``start`` and an ``end``, which lines may fall short of."""

    pieces: Sequence[Piece]
    start: float
    end: float

    @classmethod
    def of(cls, pieces: Sequence[Piece]) -> "_Column":
        start = min((piece.left for piece in pieces), default=0.0)
        return cls(pieces, start, max((piece.right for piece in pieces), default=0.0))


def _rows(column: _Column) -> list[Row]:
    lines: list[list[Piece]] = []
    for piece in sorted(column.pieces, key=lambda p: p.middle):
        last = lines[-1] if lines else []
        if last and piece.middle - median(p.middle for p in last) < 0.5 * min(
            piece.height, median(p.height for p in last)
        ):
            last.append(piece)
        else:
            lines.append([piece])
    return [_row(sorted(line, key=lambda p: p.left), column.end) for line in lines]


def _row(line: Sequence[Piece], end: float) -> Row:
    height = median(piece.height for piece in line)
    reach = max(piece.right for piece in line)
    gaps = (after.left - before.right for before, after in pairwise(line))
    is_prose = reach - line[0].left > _PROSE_HEIGHTS * height and all(g < 2 * height for g in gaps)
    return Row(tuple(line), full=is_prose and reach > end - 2.2 * height)


def _columns(page: _Column) -> list[_Column]:
    """Cut a page of two columns in two; what goes across stays above or below them."""
    cut = _cut(page)
    if cut is None:
        return [page]
    across = [p for p in page.pieces if p.left < cut < p.right]
    left = [p for p in page.pieces if p.right <= cut]
    right = [p for p in page.pieces if p.left >= cut]
    top = min(p.middle for p in (*left, *right))
    above = _Column([p for p in across if p.middle < top], page.start, page.end)
    below = _Column([p for p in across if p.middle >= top], page.start, page.end)
    return [above, _Column.of(left), _Column.of(right), below]


def _cut(page: _Column) -> float | None:
    """Find the x between two columns; None for a page of one.

    Options side by side are no columns: those stand beside each other's letters, in few rows.
    """
    pieces, start, end = page.pieces, page.start, page.end
    if len(pieces) < 2 * _LEAST_LINES_OF_COLUMN:
        return None
    height = median(piece.height for piece in pieces)
    edges = sorted({piece.left for piece in pieces})
    best: tuple[float, float] | None = None
    for edge in edges:
        cut = edge - 0.1 * height
        if not start + 0.25 * (end - start) < cut < start + 0.75 * (end - start):
            continue
        left = [p for p in pieces if p.right <= cut]
        right = [p for p in pieces if p.left >= cut]
        across = [p for p in pieces if p.left < cut < p.right]
        most = max(_ALWAYS_ACROSS, _MOST_ACROSS * len(pieces))
        if len(across) > most or not _outside(across, left, right):
            continue
        if _are_columns(left, right, height):
            gap = cut - max(p.right for p in left)
            if best is None or gap > best[0]:
                best = gap, cut
    return best[1] if best is not None and best[0] >= 0.8 * height else None


def _outside(across: Sequence[Piece], left: Sequence[Piece], right: Sequence[Piece]) -> bool:
    """Whether what goes across stands above or below all that does not."""
    middles = [piece.middle for piece in (*left, *right)]
    if not middles:
        return False
    return all(not min(middles) <= piece.middle <= max(middles) for piece in across)


def _are_columns(left: Sequence[Piece], right: Sequence[Piece], height: float) -> bool:
    """Whether both sides are text of several lines beside each other; a table's cells are short."""
    for side in (left, right):
        longest = max((piece.right - piece.left for piece in side), default=0.0)
        if _lines(side, height) < _LEAST_LINES_OF_COLUMN or longest < _PROSE_HEIGHTS * height:
            return False
    lowest = max(min(p.middle for p in left), min(p.middle for p in right))
    highest = min(max(p.middle for p in left), max(p.middle for p in right))
    middles = [piece.middle for piece in (*left, *right)]
    return highest - lowest > 0.4 * (max(middles) - min(middles))


def _lines(pieces: Sequence[Piece], height: float) -> int:
    middles = sorted(piece.middle for piece in pieces)
    return 1 + sum(after - before > 0.5 * height for before, after in pairwise(middles))
