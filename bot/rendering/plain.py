"""Markdown replies as plain text that reads well in a chat window on a phone (QQ, pipes).

**bold** `code`   the text alone            | 维度 | TCP | UDP |
# heading         【heading】                | 连接 | 有 | 无 |    →  连接｜TCP：有；UDP：无
- item            · item                    | 名称 | 说明 |
1. item           1. item                   | 互斥 | 独占 |      →  名称：说明 / 互斥：独占
                                            | j | 1 | 2 | 3 | 4 |  →  j 1 2 3 4
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from markdown_it.tree import SyntaxTreeNode

from bot.rendering.markdown import parse

BlockKind = Literal["heading", "text", "list", "table", "code"]

ROW_HEADS_WITHOUT_NEWS = frozenset(
    {"", "维度", "对比", "对比项", "比较", "比较项", "项目", "方面", "比较维度", "对比维度"}
)
"""First column names that say nothing about the row and are left out."""


MIN_GRID_COLUMNS, MAX_GRID_CHARS = 5, 3
"""A wide table whose cells are all this short (a next array, an access string) stays a grid."""


OWN_MARK = re.compile(r"([Ⅰ-Ⅻ][.．、]|[✓√×])\s*")
"""An item that begins with a mark of its own needs no bullet."""


@dataclass(frozen=True, slots=True)
class Block:
    """One structural piece of a rendered reply.

    ``units`` are what it may be split into (list items, table rows, lines of code), joined by a
    line feed; a heading or a paragraph is one unit.
    """

    kind: BlockKind
    units: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.units)


def render_plain(markdown: str) -> str:
    """Render a reply as one plain text without length limit."""
    return join_blocks(render_blocks(markdown))


def render_blocks(markdown: str) -> tuple[Block, ...]:
    """Render a reply as its blocks, none of them empty."""
    return tuple(_blocks(parse(markdown).children))


def join_blocks(blocks: Sequence[Block]) -> str:
    """Put blocks together with the gaps that belong between them."""
    text = ""
    previous: Block | None = None
    for block in blocks:
        text += gap(previous, block) + block.text
        previous = block
    return text


def gap(previous: Block | None, block: Block) -> str:
    """Give the white space between two neighbouring blocks."""
    if previous is None:
        return ""
    introduces = previous.kind == "text" and block.kind != "text" and block.kind != "heading"
    return "\n" if previous.kind == "heading" or introduces else "\n\n"


def _blocks(nodes: Iterable[SyntaxTreeNode]) -> Iterable[Block]:
    for node in nodes:
        block = _block(node)
        if block.text.strip():
            yield block


def _block(node: SyntaxTreeNode) -> Block:
    match node.type:
        case "heading":
            return Block("heading", (f"【{_inline(node)}】",))
        case "fence":
            return Block("code", tuple(node.content.rstrip("\n").split("\n")))
        case "bullet_list" | "ordered_list":
            return Block("list", tuple(_item(child) for child in node.children))
        case "table":
            return Block("table", tuple(_rows(node)))
        case _:
            return Block("text", (_inline(node),))


def _item(node: SyntaxTreeNode) -> str:
    """Render one list item; what belongs to it stands indented under it."""
    body = "\n".join(block.text for block in _blocks(node.children))
    bullet = "" if OWN_MARK.match(body) else "· "
    marker = f"{node.info}{node.markup} " if node.info else bullet
    return marker + body.replace("\n", "\n  ")


def _rows(table: SyntaxTreeNode) -> Iterable[str]:
    """Render a table as one readable line a row, its columns named."""
    rows = (node for node in table.walk() if node.type == "tr")
    header, *body = [[_inline(cell) for cell in row.children] for row in rows]
    if len(header) <= 2:
        if any(header):
            yield "：".join(name for name in header if name)
        for row in body:
            yield "：".join(cell for cell in row if cell)
        return
    short = all(len(cell) <= MAX_GRID_CHARS for row in (header, *body) for cell in row[1:])
    if short and len(header) >= MIN_GRID_COLUMNS:
        for row in (header, *body):
            yield " ".join(cell or "-" for cell in row)
        return
    for row in body:
        yield _row(header, row)


def _row(header: Sequence[str], row: Sequence[str]) -> str:
    name = "" if header[0] in ROW_HEADS_WITHOUT_NEWS else f"{header[0]} "
    pairs = zip(header[1:], row[1:], strict=False)
    cells = "；".join(f"{column}：{cell}" if column else cell for column, cell in pairs if cell)
    if not row[0]:
        return cells
    return f"{name}{row[0]}｜{cells}" if cells else f"{name}{row[0]}"


def _inline(node: SyntaxTreeNode) -> str:
    """Collect the text of a node without its marks."""
    leaves = (leaf for leaf in node.walk() if leaf.type in ("text", "code_inline"))
    return "".join(leaf.content for leaf in leaves).strip()
