r"""Formulas in the Markdown subset: ``$…$``, ``\(…\)``, ``$$…$$`` and ``\[…\]``.

Study material is full of dollars that are none: prices, ``$HOME``, ``$t0, $t1``. So what stands
between two of them must look like a formula, and must be one that can be read. A formula becomes
a ``text`` token of what it says in one line, with ``meta`` = {"formula": its source, "written": the
same with its marks}.
"""

import re
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline

from bot.rendering.latex.formula import Formula, read_formula

MAX_INLINE, MAX_DISPLAYED, MAX_LINES = 300, 2000, 60
"""Characters between the marks, and lines; keeps the search for the closing mark linear."""

_FORMULA = "formula"
_PAIRS = {"$": "$", "$$": "$$", r"\(": r"\)", r"\[": r"\]"}
_DISPLAYED = ("$$", r"\[")
_LATEX = re.compile(r"\\[A-Za-z]{2,}|\\[{}%,;]|\^|_\{|[A-Za-z]_[A-Za-z0-9]\b")
"""What hardly anything but LaTeX contains."""
_PLAUSIBLE = re.compile(r"[A-Za-z0-9\s+\-*/=<>()\[\],.!|':_{}≤≥≠×÷·±−→∞α-ωΑ-Ω]+")
_VARIABLE = re.compile(r"[A-Z_]{2,}[A-Z0-9_]*|\{\w+\}|[a-z]\w{2,}")


def add_formulas(parser: MarkdownIt) -> None:
    """Teach ``parser`` formulas."""
    parser.inline.ruler.before("backticks", _FORMULA, _inline)
    parser.block.ruler.before("fence", _FORMULA, _block, {"alt": ["paragraph", "list"]})
    parser.core.ruler.push(_FORMULA, _as_text)


def _inline(state: StateInline, silent: bool) -> bool:
    found = formula_at(state.src, state.pos, state.posMax)
    if found is None:
        return False
    source, end = found
    if not silent:
        token = state.push(_FORMULA, "", 0)
        token.content = source
        token.markup = state.src[state.pos : end]
    state.pos = end
    return True


def formula_at(src: str, start: int, limit: int) -> tuple[str, int] | None:
    """Read the formula that opens at ``start``: its source, and where it ends."""
    if src[start] not in "$\\":
        return None
    mark = src[start : start + 2] if src[start : start + 2] in _PAIRS else src[start : start + 1]
    if mark not in _PAIRS or (start and src[start - 1] in "$\\"):
        return None
    inner = start + len(mark)
    most = MAX_DISPLAYED if mark in _DISPLAYED else MAX_INLINE
    end = src.find(_PAIRS[mark], inner, min(limit, inner + most))
    if end == -1:
        return None
    source, after = src[inner:end], end + len(_PAIRS[mark])
    following = src[after] if after < limit else " "
    if not _is_formula(source, mark, src[start - 1] if start else " ", following):
        return None
    return source.strip(), after


def _is_formula(source: str, mark: str, before: str, after: str) -> bool:
    if "`" in source or not source.strip() or (mark not in _DISPLAYED and "\n" in source):
        return False
    if mark == "$" and (source[0].isspace() or source[-1].isspace() or source[-1] == "\\"):
        return False
    if after == "$" or not _is_meant(source, mark, before, after):
        return False
    return read_formula(source.strip()) is not None


def _is_meant(source: str, mark: str, before: str, after: str) -> bool:
    """Whether the marks are those of a formula, not of money, shells or escaped brackets."""
    if _LATEX.search(source) and not _is_word(before):
        return True
    if _is_word(before) or (_is_word(after) and mark in _PAIRS.values()):
        return bool(re.search(r"\\[A-Za-z]{2,}|\^", source))
    if not _PLAUSIBLE.fullmatch(source):
        return False
    return mark not in ("$", "$$") or not _VARIABLE.fullmatch(source) or source.islower()


def _is_word(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char in "_{}")


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a displayed formula that begins a line, whatever its lines look like."""
    begin = state.bMarks[start] + state.tShift[start]
    mark = state.src[begin : begin + 2]
    if mark not in _DISPLAYED or state.is_code_block(start):
        return False
    text = state.getLines(start, min(end, start + MAX_LINES), state.blkIndent, False)
    found = formula_at(text.lstrip(), 0, len(text.lstrip()))
    if found is None:
        return False
    skipped = len(text) - len(text.lstrip())
    lines = text[: skipped + found[1]].count("\n") + 1
    rest = text[skipped + found[1] :].split("\n", 1)[0]
    if rest.strip(" .,;。，；"):
        return False
    if silent:
        return True
    state.line = start + lines
    opened = state.push("paragraph_open", "p", 1)
    opened.map = [start, state.line]
    token = state.push("inline", "", 0)
    token.content = state.getLines(start, state.line, state.blkIndent, False).strip()
    token.map = [start, state.line]
    token.children = []
    state.push("paragraph_close", "p", -1)
    return True


def _as_text(state: StateCore) -> None:
    """Give every formula its words, after neighbouring texts have been joined."""
    for block in state.tokens:
        for token in block.children or ():
            if token.type == _FORMULA:
                source = token.content
                formula = read_formula(source)
                token.type = "text"
                token.meta = {_FORMULA: source, "written": token.markup}
                token.content = formula.text if formula else source


@dataclass(frozen=True, slots=True)
class Marked:
    """A formula in a reply; ``written`` as it stands there, with its marks.

    ``displayed`` when its author wanted it on a line of its own.
    """

    formula: Formula
    written: str

    @property
    def displayed(self) -> bool:
        return self.written.startswith(_DISPLAYED)


def marked_formula(meta: dict[Any, Any]) -> Marked | None:
    """Give the formula that a text leaf with ``meta`` is; None for other text."""
    source = meta.get(_FORMULA)
    formula = read_formula(source) if isinstance(source, str) else None
    return None if formula is None else Marked(formula, str(meta["written"]))
