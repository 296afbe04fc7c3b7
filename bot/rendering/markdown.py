"""The Markdown subset that replies are written in, and nothing more of Markdown.

Paragraphs, ``**bold**``, `` `code` ``, fenced code, ``-`` and ``1.`` lists (nested too), tables,
``#`` headings, and formulas between dollar signs (``formula_rules``). Everything else is text,
because study material is full of characters that Markdown would eat: ``2*3*4``, ``a_b_c``,
``vector<int>``, ``a[0](x)``, ``\\n``, ``x**2+y**2``.
"""

import re
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.tree import SyntaxTreeNode

from bot.rendering.formula_rules import add_formulas
from bot.rendering.table_rules import add_tables

MAX_BOLD_CHARS = 300  # keeps the search for a closing mark linear in the text
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


@cache
def markdown_parser() -> MarkdownIt:
    """Give the parser of the subset; its token types are those of CommonMark and GFM tables."""
    parser = MarkdownIt("zero")
    parser.enable(["fence", "heading", "list", "backticks"])
    add_tables(parser)
    parser.inline.ruler.after("backticks", "bold", _bold)
    add_formulas(parser)
    return parser


def parse(markdown: str) -> SyntaxTreeNode:
    """Parse ``markdown`` into a tree; any string is valid. Control characters are dropped."""
    return SyntaxTreeNode(markdown_parser().parse(_CONTROLS.sub("", markdown)))


def _bold(state: StateInline, silent: bool) -> bool:
    """Read ``**bold**``.

    CommonMark's flanking rules are not used: they refuse ``**死锁：**是指``, which is how Chinese
    is written, and accept ``x**2+y**2``, which is arithmetic.
    """
    start, inner = state.pos, state.pos + 2
    end = _closing(state.src, start, state.posMax)
    if end is None:
        return False
    if not silent:
        state.push("strong_open", "strong", 1).markup = "**"
        outer_max, state.pos, state.posMax = state.posMax, inner, end
        state.md.inline.tokenize(state)
        state.posMax = outer_max
        state.push("strong_close", "strong", -1).markup = "**"
    state.pos = end + 2
    return True


def _closing(src: str, start: int, limit: int) -> int | None:
    """Find where the bold that opens at ``start`` closes, or None when it does not open there."""
    inner = start + 2
    if not src.startswith("**", start) or inner >= limit or src[inner] in " \t\n*":
        return None
    line_end = src.find("\n", inner, limit)
    limit = min(line_end if line_end != -1 else limit, inner + MAX_BOLD_CHARS)
    end = src.find("**", inner + 1, limit)
    while end != -1:
        inside_code = src.count("`", inner, end) % 2 == 1
        if not src[end - 1].isspace() and not inside_code:
            return None if _is_arithmetic(src, start, end + 2) else end
        end = src.find("**", end + 2, limit)
    return None


def _is_arithmetic(src: str, start: int, after: int) -> bool:
    """Whether both marks stand between operands, as in ``x**2+y**2``."""
    left = src[start - 1] if start else " "
    right = src[after] if after < len(src) else " "
    return left.isascii() and right.isascii() and _is_operand(left) and _is_operand(right)


def _is_operand(char: str) -> bool:
    return char.isalnum() or char in ")](_"
