r"""Tables in the Markdown subset, of which no cell is lost.

GFM drops the cells of a row beyond those of its head, and takes a bar in ``code`` or $a formula$
for the end of a cell: ``| `a || b` | 或 |`` would lose 或. Here a row with too many cells is read
again with such bars as text, and what is still too much belongs to the last cell.
"""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock

from bot.rendering.formula_rules import formula_at

MAX_COLUMNS = 64
_DELIMITERS = re.compile(r"\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")
_CODE = re.compile(r"(?<!`)(`+)(?!`).{1,300}?(?<!`)\1(?!`)")


def add_tables(parser: MarkdownIt) -> None:
    """Teach ``parser`` tables; the tokens are those of GFM's."""
    parser.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    parser.enable("table")


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    heads = _heads(state, start, end)
    if heads is None:
        return False
    if silent:
        return True
    table = state.push("table_open", "table", 1)
    state.push("thead_open", "thead", 1)
    _push_row(state, start, "th", heads)
    state.push("thead_close", "thead", -1)
    line = start + 2
    body = _has_row(state, line, end)
    if body:
        state.push("tbody_open", "tbody", 1)
    while _has_row(state, line, end):
        _push_row(state, line, "td", _cells(_text(state, line), len(heads)))
        line += 1
    if body:
        state.push("tbody_close", "tbody", -1)
    state.push("table_close", "table", -1)
    table.map = [start, line]
    state.line = line
    return True


def _heads(state: StateBlock, start: int, end: int) -> list[str] | None:
    """Give the cells over a row of dashes, None where no table begins."""
    if start + 2 > end or state.sCount[start + 1] < state.blkIndent:
        return None
    text, below = _text(state, start), _text(state, start + 1)
    if "|" not in text or "|" not in below or not _DELIMITERS.fullmatch(below):
        return None
    count = len(_split(below))
    if count > MAX_COLUMNS:
        return None
    heads = _cells(text, count)
    return heads if len(_split(text)) == count or len(_split(text, whole=True)) == count else None


def _has_row(state: StateBlock, line: int, end: int) -> bool:
    """Whether the table goes on: no empty line, and nothing else that begins."""
    if line >= end or state.sCount[line] < state.blkIndent or not _text(state, line):
        return False
    others = state.md.block.ruler.getRules("blockquote")
    return not any(rule(state, line, end, True) for rule in others)


def _text(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].strip()


def _push_row(state: StateBlock, line: int, tag: str, cells: Sequence[str]) -> None:
    state.push("tr_open", "tr", 1)
    for cell in cells:
        state.push(f"{tag}_open", tag, 1)
        token = state.push("inline", "", 0)
        token.content, token.map, token.children = cell, [line, line + 1], []
        state.push(f"{tag}_close", tag, -1)
    state.push("tr_close", "tr", -1)


def _cells(text: str, count: int) -> list[str]:
    """Split a row into ``count`` cells."""
    cells = _split(text)
    if len(cells) > count:
        cells = _split(text, whole=True)
    surplus = cells[count - 1 :]
    cells = [*cells[: count - 1], " | ".join(filter(None, surplus))] if surplus else cells
    return cells + [""] * (count - len(cells))


def _split(row: str, *, whole: bool = False) -> list[str]:
    """Split ``row`` at its bars, ``whole`` code and formulas left out; an escaped bar is one."""
    cells, cell, place = list[str](), "", 0
    row = row.removeprefix("|")
    while place < len(row):
        if row.startswith(r"\|", place):
            cell, place = cell + "|", place + 2
        elif row[place] == "|":
            cells.append(cell.strip())
            cell, place = "", place + 1
        else:
            after = _end_of_whole(row, place) if whole else place + 1
            cell, place = cell + row[place:after], after
    return [*cells, cell.strip()] if cell.strip() or not cells else cells


def _end_of_whole(row: str, place: int) -> int:
    """Where the code or formula that begins at ``place`` ends, else the next place."""
    code = _CODE.match(row, place)
    if code is not None:
        return code.end()
    found = formula_at(row, place, len(row))
    return place + 1 if found is None else found[1]
