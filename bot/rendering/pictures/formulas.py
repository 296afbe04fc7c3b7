"""Formulas as plain data for the typesetter: whitelisted symbols, cleaned words, nothing else.

["row", […]]  ["symbol", "α"]  ["words", "命中率", "text"]  ["space", 1]
["script", base, below, above]  ["fraction", above, below, ruled]  ["root", body, index]
["line", body]  ["accent", body, mark]  ["stack", base, above, below]
["fence", "(", body, ")"]  ["grid", [[cell, …], …], "[", "]", is_lines]
"""

from collections.abc import Callable
from typing import Any

from bot.rendering.latex.nodes import (
    Accent,
    Fence,
    Fraction,
    Grid,
    Node,
    Root,
    Row,
    Script,
    Space,
    Stack,
    Symbol,
    Words,
)

_LINES = ("\u0305", "\u0304")
"""Accents that become a line as long as what is under them."""

Clean = Callable[[str], str]
Data = list[Any]


def typeset(node: Node, clean: Clean) -> Data:
    """Give what ``formulas.typ`` draws for ``node``; ``clean`` is applied to words."""

    def inner(row: Row) -> Data:
        return typeset(row, clean)

    def maybe(row: Row | None) -> Data | None:
        return None if row is None else typeset(row, clean)

    match node:
        case Symbol(text=text):
            return ["symbol", text]
        case Words(text=text, kind=kind):
            return ["words", clean(text), kind]
        case Space(width=width):
            return ["space", width]
        case Row(items=items):
            # White space of the source would part signs from what gives them theirs.
            return ["row", [typeset(item, clean) for item in items if item != Space(0)]]
        case Script(base=base, sub=sub, sup=sup):
            return ["script", inner(base), maybe(sub), maybe(sup)]
        case Fraction(above=above, below=below, line=line):
            return ["fraction", inner(above), inner(below), line]
        case Root(body=body, index=index):
            return ["root", inner(body), maybe(index)]
        case Accent(body=body, mark=mark) if mark in _LINES:
            return ["line", inner(body)]
        case Accent(body=body, mark=mark):
            return ["accent", inner(body), mark]
        case Stack(base=base, above=above, below=below):
            return ["stack", inner(base), maybe(above), maybe(below)]
        case Fence(opening=opening, body=body, closing=closing):
            return ["fence", opening, inner(body), closing]
        case Grid():
            widest = max((len(row) for row in node.rows), default=0)
            filled = [[*row, *[Row(())] * (widest - len(row))] for row in node.rows]
            rows = [[inner(cell) for cell in row] for row in filled]
            return ["grid", rows, node.opening, node.closing, node.is_lines]


def has_grid(node: Node) -> bool:
    """Whether ``node`` holds a matrix, cases or formulas under each other at its top."""
    return isinstance(node, Grid) or (isinstance(node, Row) and any(map(has_grid, node.items)))
