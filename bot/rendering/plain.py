"""Markdown replies as plain text that reads well in a chat window on a phone (QQ, pipes).

**bold** `code`   the text alone            | 维度 | TCP | UDP |
# heading         【heading】                | 连接 | 有 | 无 |    →  连接｜TCP：有；UDP：无
- item            · item                    | 名称 | 说明 |
1. item           1. item                   | 互斥 | 独占 |      →  名称：说明 / 互斥：独占
                                            | j | 1 | 2 | 3 | 4 |  →  j 1 2 3 4
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from markdown_it.tree import SyntaxTreeNode

from bot.rendering.blocks import Block, join_blocks
from bot.rendering.markdown import parse
from bot.rendering.splitting import code_pieces, prose_pieces
from bot.rendering.tables import table_lines

OWN_MARK = re.compile(r"([Ⅰ-Ⅻ][.．、]|[✓√×])\s*")
"""An item that begins with a mark of its own needs no bullet."""


def render_plain(markdown: str) -> str:
    """Render a reply as one plain text without length limit."""
    return join_blocks(render_blocks(markdown))


def render_blocks(markdown: str) -> tuple[Block, ...]:
    """Render a reply as its blocks, none of them empty."""
    return tuple(_blocks(parse(markdown).children))


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
            items = tuple(map(_item, node.children))
            return Block("list", tuple(item.text for item in items), divisible=items)
        case "table":
            return Block("table", tuple(line.text for line in table_lines(table_cells(node))))
        case _:
            return Block("text", (_inline(node),))


@dataclass(frozen=True, slots=True)
class _Item:
    """A list item: its parts, of which those that are code are cut only where they must be."""

    parts: tuple[tuple[str, bool], ...]

    @property
    def text(self) -> str:
        return "\n".join(text for text, _ in self.parts)

    @property
    def continues(self) -> bool:
        return False

    def pieces(self, max_chars: int, first: int | None = None) -> Iterator[str]:
        """Cut it between its parts, and inside one that fits in no message."""
        room, current = max_chars if first is None else first, ""
        for text, is_code in self.parts:
            joint = "\n" if current else ""
            if len(current) + len(joint) + len(text) <= room:
                current += joint + text
                continue
            if current:
                yield current
                room = max_chars
            cut = code_pieces if is_code else prose_pieces
            *whole, current = cut(text, room)
            yield from whole
            room = max_chars if whole else room
        if current:
            yield current


def _item(node: SyntaxTreeNode) -> _Item:
    """Render one list item; what belongs to it stands indented under it."""
    blocks = list(_blocks(node.children))
    bullet = "" if blocks and OWN_MARK.match(blocks[0].text) else "· "
    marker = f"{node.info}{node.markup} " if node.info else bullet
    parts = [(block.text.replace("\n", "\n  "), block.kind == "code") for block in blocks]
    first, *rest = parts or [("", False)]
    below = ((f"  {text}", is_code) for text, is_code in rest)
    return _Item(((marker + first[0], first[1]), *below))


def table_cells(table: SyntaxTreeNode) -> list[list[str]]:
    """Give the texts of all cells, head first."""
    rows = (node for node in table.walk() if node.type == "tr")
    return [[_inline(cell) for cell in row.children] for row in rows]


def _inline(node: SyntaxTreeNode) -> str:
    """Collect the text of a node without its marks."""
    leaves = (leaf for leaf in node.walk() if leaf.type in ("text", "code_inline"))
    return "".join(leaf.content for leaf in leaves).strip()
