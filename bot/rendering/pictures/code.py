"""A block of code on a monospaced grid, where a wide character takes two columns.

{"kind": "code", "size": 11.0, "lines": [[["int a;", false], ["注释", true]]]}    true: wide
"""

from collections.abc import Iterator
from itertools import accumulate, groupby, takewhile
from typing import Any

from bot.rendering.pictures.characters import columns, is_wide

ADVANCE = 0.6
"""Width of a column in em: that of JetBrains Mono (and, to 0.3 %, of DejaVu Sans Mono)."""

_INSET = 11.0
_NARROWEST = 60.0
_LARGEST, _SMALLEST = 12.0, 8.6
_CONTINUED = "  "
_BREAK_AFTER = frozenset(" ,;({[")
_LONGEST_WORD = 16


def code_part(text: str, width: float) -> dict[str, Any]:
    """Set ``text`` as large as its longest line allows; lines longer still are continued.

    ``width`` is that of the whole block, in points.
    """
    inside = max(_NARROWEST, width - 2 * _INSET)
    lines = [line.rstrip() for line in text.rstrip("\n").split("\n")]
    widest = max(1, *(columns(line) for line in lines))
    size = min(_LARGEST, max(_SMALLEST, inside / (ADVANCE * widest)))
    room = int(inside / (ADVANCE * size) + 1e-6)
    rows = [row for line in lines for row in _wrapped(line, room)]
    return {
        "kind": "code",
        "size": int(size * 1000) / 1000,
        "lines": [_by_width(row) for row in rows],
    }


def _wrapped(line: str, room: int) -> Iterator[str]:
    """Cut ``line`` into rows of at most ``room`` columns, later ones indented."""
    while columns(line) > room:
        cut = _cut(line, room)
        yield line[:cut].rstrip()
        line = _CONTINUED + line[cut:].lstrip()
    yield line


def _cut(line: str, room: int) -> int:
    """Find how many characters fit into ``room`` columns, without cutting a word if possible."""
    ends = accumulate(1 + is_wide(char) for char in line)
    fitting = sum(1 for _ in takewhile(lambda end: end <= room, ends))
    for cut in range(fitting, max(len(_CONTINUED), fitting - _LONGEST_WORD), -1):
        if line[cut - 1] in _BREAK_AFTER or is_wide(line[cut - 1]) or is_wide(line[cut]):
            return cut
    return fitting


def _by_width(row: str) -> list[list[str | bool]]:
    return [["".join(chars), wide] for wide, chars in groupby(row, is_wide)]
