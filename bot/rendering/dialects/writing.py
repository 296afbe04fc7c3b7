"""A reply in a dialect of Markdown, as blocks."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate

from markdown_it.tree import SyntaxTreeNode

from bot.rendering.blocks import Block
from bot.rendering.dialects.dialect import Dialect, Unit, unit_block
from bot.rendering.dialects.styled import Run, raw, runs_of
from bot.rendering.markdown import parse
from bot.rendering.plain import OWN_MARK


def dialect_blocks(markdown: str, dialect: Dialect) -> tuple[Block, ...]:
    """Render a reply as its blocks, none of them empty."""
    return tuple(_blocks(parse(markdown).children, dialect))


def _blocks(nodes: Iterable[SyntaxTreeNode], dialect: Dialect) -> Iterator[Block]:
    for node in nodes:
        match node.type:
            case "heading":
                # Bold is what a heading is anyway.
                runs = (Run(raw(runs_of(node)).replace("\n", " ")),)
                found = [unit_block("heading", Unit(dialect, runs, dialect.heading))]
            case "fence":
                lines = dialect.code_lines(node.content)
                found = [Block("code", lines, dialect.fence(node.info), "```")]
                found = found if node.content.strip() else []
            case "bullet_list" | "ordered_list":
                found = _list(node, dialect, 0)
            case "table":
                rows = (row for row in node.walk() if row.type == "tr")
                cells = [[runs_of(cell) for cell in row.children] for row in rows]
                found = dialect.table(dialect, cells)
            case _:
                found = [unit_block("text", Unit(dialect, runs_of(node)))]
        yield from (block for block in found if block.text.strip() and block.units)


def _list(node: SyntaxTreeNode, dialect: Dialect, indent: int) -> Iterator[Block]:
    """Give the items, and those below them, as one block up to the next code or table."""
    units: list[Unit] = []
    for block in _items(node, dialect, indent):
        if isinstance(block, Unit):
            units.append(block)
            continue
        if units:
            yield unit_block("list", *_dedented(units))
            units = []
        yield block
    if units:
        yield unit_block("list", *_dedented(units))


def _dedented(units: Sequence[Unit]) -> list[Unit]:
    """Let a list that goes on after code or a table begin anew where it stands."""
    margins = accumulate((len(unit.mark) - len(unit.mark.lstrip(" ")) for unit in units), min)
    return [
        replace(unit, mark=unit.mark[margin:], hang=unit.hang[margin:])
        for unit, margin in zip(units, margins, strict=True)
    ]


def _items(node: SyntaxTreeNode, dialect: Dialect, indent: int) -> Iterator[Unit | Block]:
    for item in node.children:
        mark = f"{item.info}. " if item.info else "- "
        lead = " " * indent + mark
        hang = " " * len(lead)
        for child in item.children:
            if child.type in ("bullet_list", "ordered_list"):
                yield from _items(child, dialect, indent + len(mark))
            elif child.type in ("paragraph", "heading"):
                runs = runs_of(child)
                own = dialect.breaks_lines and lead == "- " and OWN_MARK.match(raw(runs))
                yield Unit(dialect, runs, "" if own else lead, "" if own else hang)
            else:
                yield from _blocks([child], dialect)
            lead = hang
