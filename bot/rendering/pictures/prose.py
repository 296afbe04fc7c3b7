"""The Markdown subset of replies as plain data for the typesetter.

    {"kind": "text", "runs": [[["死锁", "b"], ["是…", ""]], …one list a line…]}
    {"kind": "heading", "runs": …}
    {"kind": "list", "indented": true, "items": [{"mark": "1.", "parts": […]}]}
    {"kind": "code", …}    see code.py
    {"kind": "table", …}   see tables.py
    {"kind": "formula", "tree": …}   see formulas.py

A run is a text and its style: "" plain, "b" bold, "c" code, "f" a formula, whose tree follows.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from markdown_it.tree import SyntaxTreeNode

from bot.rendering.formula_rules import marked_formula
from bot.rendering.markdown import parse
from bot.rendering.pictures.characters import breakable, clip
from bot.rendering.pictures.code import code_part
from bot.rendering.pictures.formulas import has_grid, typeset
from bot.rendering.pictures.tables import Runs, table_parts
from bot.rendering.plain import OWN_MARK

Clean = Callable[[str], str]

WIDTH, PANEL_WIDTH = 339.0, 313.0
"""Points for the text of a card, and inside a tinted panel on it."""

_MARK_GAP, _EM, _WIDEST_MARK_CHAR = 7.0, 15.0, 0.6
_MARK = 5
_PUNCTUATION = "，。；、：,.;"
_INLINE_FORMULA = 30
"""Characters; a longer formula stands on its own."""

_MAX_INDENTS = 3
"""Lists nested deeper, which nobody writes, would leave no width for their text."""


def prose_parts(markdown: str, clean: Clean, width: float = WIDTH) -> list[dict[str, Any]]:
    """Read ``markdown`` into parts for ``width`` points; ``clean`` is applied to every text."""
    return list(_parts(parse(markdown.replace("\0", "")).children, clean, width, depth=0))


def one_style(text: str) -> Runs:
    """Make the runs of plain text, which keeps its line feeds."""
    return [[[breakable(line), ""]] for line in text.split("\n")]


def _parts(
    nodes: Iterable[SyntaxTreeNode], clean: Clean, width: float, depth: int
) -> Iterator[dict[str, Any]]:
    for node in nodes:
        match node.type:
            case "fence":
                yield code_part(clean(node.content), width)
            case "table":
                rows = (row for row in node.walk() if row.type == "tr")
                cells = [[_runs(cell, clean) for cell in row.children] for row in rows]
                yield from table_parts(cells, width)
            case "bullet_list" | "ordered_list":
                yield _list(node, clean, width, depth)
            case "heading":
                yield {"kind": "heading", "runs": _breakable(_runs(node, clean))}
            case _:
                yield from _paragraph(_runs(node, clean))


def _paragraph(runs: Runs) -> Iterator[dict[str, Any]]:
    """Set formulas that are tall or long apart from the text around them."""
    lines: Runs = [[]]
    for number, line in enumerate(runs):
        if number:
            lines.append([])
        for place, run in enumerate(line):
            if run[1] != "f" or not run[3]:
                lines[-1].append(run)
                continue
            yield from _text(lines)
            lines = [[]]
            mark = _taken_mark(line[place + 1 :])
            yield {"kind": "formula", "tree": ["row", [run[2], ["words", mark, "text"]]]}
    yield from _text(lines)


def _taken_mark(following: list[list[Any]]) -> str:
    """Take the punctuation that the next run begins with, which belongs to the formula."""
    if not following or following[0][1] == "f":
        return ""
    text: str = following[0][0]
    bare = text.lstrip(_PUNCTUATION)
    following[0][0] = bare
    return text[: len(text) - len(bare)]


def _text(lines: Runs) -> Iterator[dict[str, Any]]:
    if any(text.strip() for line in lines for text, *_ in line):
        yield {"kind": "text", "runs": _breakable(lines)}


def _list(node: SyntaxTreeNode, clean: Clean, width: float, depth: int) -> dict[str, Any]:
    marks = [clip(clean(f"{i.info}{i.markup}"), _MARK) if i.info else "•" for i in node.children]
    indent = max(map(len, marks), default=0) * _WIDEST_MARK_CHAR * _EM + _MARK_GAP
    inner = width - indent
    items = [
        _with_own_mark(mark, list(_parts(item.children, clean, inner, depth + 1)))
        for mark, item in zip(marks, node.children, strict=True)
    ]
    return {"kind": "list", "indented": depth < _MAX_INDENTS, "items": items}


def _with_own_mark(mark: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Make a list item; Ⅰ. or ✓ at the beginning of its text takes the bullet's place."""
    runs: Runs = parts[0].get("runs", []) if parts else []
    if mark == "•" and runs and runs[0]:
        text, *rest = runs[0][0]
        own = OWN_MARK.match(text)
        if own is not None:
            mark, runs[0][0] = own[1], [text[own.end() :], *rest]
    return {"mark": mark, "parts": parts}


def _runs(node: SyntaxTreeNode, clean: Clean) -> Runs:
    """Collect the styled texts below ``node``, one list a line."""
    lines: Runs = [[]]
    for leaf in node.walk():
        if leaf.type not in ("text", "code_inline"):
            continue
        formula = _formula(leaf, clean)
        if formula is not None:
            lines[-1].append(formula)
            continue
        first, *others = clean(leaf.content).split("\n")
        style = _style(leaf)
        lines[-1] += [[first, style]] if first else []
        lines += [[[other, style]] if other else [] for other in others]
    return lines


def _breakable(runs: Runs) -> Runs:
    return [[[breakable(text), *rest] for text, *rest in line] for line in runs]


def _formula(leaf: SyntaxTreeNode, clean: Clean) -> list[Any] | None:
    """Make the run of a formula: its text, "f", its tree, and whether it stands on its own."""
    marked = marked_formula(leaf.meta)
    if marked is None:
        return None
    formula = marked.formula
    alone = marked.displayed or len(formula.text) > _INLINE_FORMULA or has_grid(formula.tree)
    return [formula.text, "f", typeset(formula.tree, clean), alone]


def _style(leaf: SyntaxTreeNode) -> str:
    if leaf.type == "code_inline":
        return "c"
    parent = leaf.parent
    while parent is not None:
        if parent.type == "strong":
            return "b"
        parent = parent.parent
    return ""
