"""Markdown replies as plain text that reads well in a chat window on a phone (QQ, pipes).

**bold** `code`   the text alone            | 维度 | TCP | UDP |
# heading         【heading】                | 连接 | 有 | 无 |    →  连接｜TCP：有；UDP：无
- item            · item                    | 名称 | 说明 |
1. item           1. item                   | 互斥 | 独占 |      →  名称：说明 / 互斥：独占
                                            | j | 1 | 2 | 3 | 4 |  →  j 1 2 3 4
"""

import re
from collections.abc import Iterable

from markdown_it.tree import SyntaxTreeNode

from bot.rendering.blocks import Block, join_blocks
from bot.rendering.markdown import parse
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
            return Block("list", tuple(_item(child) for child in node.children))
        case "table":
            return Block("table", tuple(line.text for line in table_lines(table_cells(node))))
        case _:
            return Block("text", (_inline(node),))


def _item(node: SyntaxTreeNode) -> str:
    """Render one list item; what belongs to it stands indented under it."""
    body = "\n".join(block.text for block in _blocks(node.children))
    bullet = "" if OWN_MARK.match(body) else "· "
    marker = f"{node.info}{node.markup} " if node.info else bullet
    return marker + body.replace("\n", "\n  ")


def table_cells(table: SyntaxTreeNode) -> list[list[str]]:
    """Give the texts of all cells, head first."""
    rows = (node for node in table.walk() if node.type == "tr")
    return [[_inline(cell) for cell in row.children] for row in rows]


def _inline(node: SyntaxTreeNode) -> str:
    """Collect the text of a node without its marks."""
    leaves = (leaf for leaf in node.walk() if leaf.type in ("text", "code_inline"))
    return "".join(leaf.content for leaf in leaves).strip()
