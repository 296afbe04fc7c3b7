"""Which parts of a reply no text shows well, and the reply divided into a picture and a text.

Only what a reader could not follow in a chat window on a phone counts: a table of many columns, or
of long rows; a formula whose structure a line loses; code whose lines would be broken everywhere.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it.tree import SyntaxTreeNode

from bot.rendering.dialects.grids import aligned
from bot.rendering.formula_rules import Marked, marked_formula
from bot.rendering.markdown import parse
from bot.rendering.pictures.characters import columns
from bot.rendering.plain import table_cells
from bot.rendering.tables import is_grid, table_lines
from plugins.messages import Markup

MAX_COLUMNS, MAX_ROW_CHARS = 4, 120
"""Columns, and characters of a row written as a line, of a table that is read as lines."""

MAX_SHOWN_COLUMNS = 6
"""Columns of a table where the platform draws it."""

MAX_CODE_COLUMNS, MAX_GRID_WIDTH = 56, 36
"""Columns of the screen: a phone shows 36 to 40, and breaks what is longer."""

_MOST_PARTS, _MOST_SHARE = 3, 0.6
_SEEN = {"table": "（表格见图）", "fence": "（代码见图）", "formula": "（公式见图）"}
_LEAD_CHARS, _LEAD_ENDS = 60, ("：", ":", "为", "是")
_ENDINGS = ("依据：", "想接着问")
_NOTE = re.compile(r"（[^（）]*）")
WHOLE = "完整内容在图里。"


@dataclass(frozen=True, slots=True)
class Divided:
    """Markdown for the picture, and for the text that goes with it."""

    picture: str
    text: str


@dataclass(frozen=True, slots=True)
class _Hard:
    """A part that is hard to read: its kind, and where its block stands in the reply."""

    kind: str
    node: SyntaxTreeNode
    block: int
    source: str = ""


def part_ending(markdown: str) -> tuple[str, str]:
    """Part ``markdown`` into what it says and the sources and next questions at its end."""
    blocks, lines = _blocks(markdown), _lines(markdown)
    sources = [_source(node, lines) for node in blocks]
    ending = sources[_end_of_body(sources) :]
    if not ending:
        return markdown, ""
    start, _ = blocks[-len(ending)].map or (0, 0)
    return "\n".join(lines[:start]).rstrip(), "\n\n".join(ending)


def part_to_copy(markdown: str) -> str:
    """Give what ``markdown`` shows at its start to be copied, "" for nothing."""
    blocks, lines = _blocks(markdown), _lines(markdown)
    return "\n\n".join(_source(node, lines) for node in blocks[: _to_copy(blocks, lines)])


def divide(markdown: str, markup: Markup) -> Divided | None:
    """Take out of ``markdown`` what is hard to read as text; None when nothing is."""
    blocks = _blocks(markdown)
    hard = [part for place, node in enumerate(blocks) for part in _hard(node, place, markup)]
    if not hard:
        return None
    lines = _lines(markdown)
    chosen = sorted({part.block for part in hard})
    size = sum(len(_source(blocks[place], lines)) for place in chosen)
    if len(chosen) > _MOST_PARTS or size > _MOST_SHARE * len(markdown):
        return _whole(blocks, lines)
    picture = "\n\n".join(_with_lead(blocks, place, lines) for place in chosen)
    return Divided(picture, _remaining(hard, lines))


def _blocks(markdown: str) -> list[SyntaxTreeNode]:
    return [node for node in parse(markdown).children if node.map is not None]


def _lines(markdown: str) -> list[str]:
    return markdown.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _whole(blocks: Sequence[SyntaxTreeNode], lines: Sequence[str]) -> Divided:
    """Leave only what is to be copied, the sources and the next questions to the text."""
    sources = [_source(node, lines) for node in blocks]
    end = _end_of_body(sources)
    head = sources[: min(end, _to_copy(blocks, lines))]
    return Divided("\n\n".join(sources[:end]), "\n\n".join((*head, WHOLE, *sources[end:])))


def _end_of_body(sources: Sequence[str]) -> int:
    """Count the blocks before the last ones that name sources and next questions."""
    end = len(sources)
    while end and sources[end - 1].startswith(_ENDINGS):
        end -= 1
    return end


def _to_copy(blocks: Sequence[SyntaxTreeNode], lines: Sequence[str]) -> int:
    """How many blocks at the start show something to be copied, which no picture lets one do.

    That is a paragraph whose lines are all code, with the line that introduces it and the notes in
    brackets below it.
    """
    end = 1 if blocks and _introduces(_source(blocks[0], lines), blocks[0].type) else 0
    if end == len(blocks) or not _is_code(blocks[end]):
        return 0
    end += 1
    while end < len(blocks) and _NOTE.fullmatch(_source(blocks[end], lines)):
        end += 1
    return end


def _is_code(block: SyntaxTreeNode) -> bool:
    if block.type != "paragraph":
        return False
    return all(
        leaf.type == "code_inline" or not leaf.content.strip()
        for inline in block.children
        for leaf in inline.children
    )


def _with_lead(blocks: Sequence[SyntaxTreeNode], place: int, lines: Sequence[str]) -> str:
    """Give a block with the heading over it, or the short line that introduces it."""
    before = blocks[place - 1] if place else None
    leads = before is not None and (
        before.type == "heading" or _introduces(_source(before, lines), before.type)
    )
    first = place - 1 if leads else place
    return "\n\n".join(_source(node, lines) for node in blocks[first : place + 1])


def _introduces(source: str, kind: str) -> bool:
    return kind == "paragraph" and len(source) <= _LEAD_CHARS and source.endswith(_LEAD_ENDS)


def _remaining(hard: Sequence[_Hard], lines: Sequence[str]) -> str:
    """Write the reply with a note in the place of each part that is in the picture."""
    kept: list[str | None] = list(lines)
    for part in hard:
        start, end = part.node.map or (0, 0)
        if part.kind == "formula":
            whole = "\n".join(line for line in kept[start:end] if line is not None)
            text = whole.replace(part.source, _SEEN["formula"], 1)
        else:
            indent = len(lines[start]) - len(lines[start].lstrip())
            text = " " * indent + _SEEN[part.kind]
        kept[start:end] = [text, *[None] * (end - start - 1)]
    return "\n".join(line for line in kept if line is not None)


def _source(node: SyntaxTreeNode, lines: Sequence[str]) -> str:
    start, end = node.map or (0, 0)
    return "\n".join(lines[start:end]).strip("\n")


def _hard(block: SyntaxTreeNode, place: int, markup: Markup) -> Iterator[_Hard]:
    for node in block.walk():
        if node.type == "table":
            if _is_hard_table(table_cells(node), markup) or any(_crowded(node)):
                yield _Hard("table", node, place)
        elif node.type == "fence":
            if max(map(columns, node.content.split("\n"))) > MAX_CODE_COLUMNS:
                yield _Hard("fence", node, place)
        elif node.type == "inline":
            yield from _hard_formulas(node, place)


def _hard_formulas(inline: SyntaxTreeNode, place: int) -> Iterator[_Hard]:
    paragraph = inline.parent
    if paragraph is None or paragraph.type != "paragraph" or paragraph.map is None:
        return  # a heading has to do with its text; a cell takes its table along
    for marked in _crowded(inline):
        yield _Hard("formula", paragraph, place, marked.written)


def _crowded(node: SyntaxTreeNode) -> Iterator[Marked]:
    """Give the formulas below ``node`` whose structure a line loses."""
    for leaf in node.walk():
        marked = marked_formula(leaf.meta) if leaf.type == "text" else None
        if marked is not None and not marked.formula.reads_well:
            yield marked


def _is_hard_table(cells: list[list[str]], markup: Markup) -> bool:
    if markup == "wecom":
        return len(cells[0]) > MAX_SHOWN_COLUMNS and not is_grid(cells)
    if (markup == "discord" or is_grid(cells)) and max(aligned(cells).widths) <= MAX_GRID_WIDTH:
        return False
    longest = max((len(line.text) for line in table_lines(cells)), default=0)
    is_long = len(cells[0]) > 2 and longest > MAX_ROW_CHARS
    return len(cells[0]) > MAX_COLUMNS or is_long
