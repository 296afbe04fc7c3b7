"""The Markdown subset that replies are written in, and nothing more of Markdown.

Paragraphs, emphasis (``emphasis_rules``), `` `code` ``, fenced code, ``-`` and ``1.`` lists (nested
too), tables, ``#`` headings, and formulas between dollar signs (``formula_rules``). Everything else
is text, because study material is full of characters that Markdown would eat: ``2*3*4``, ``a_b_c``,
``vector<int>``, ``a[0](x)``, ``\\n``, ``x**2+y**2``.
"""

from functools import cache

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from bot.rendering.controls import without_controls
from bot.rendering.emphasis_rules import add_emphasis
from bot.rendering.formula_rules import add_formulas
from bot.rendering.table_rules import add_tables


@cache
def markdown_parser() -> MarkdownIt:
    """Give the parser of the subset; its token types are those of CommonMark and GFM tables."""
    parser = MarkdownIt("zero")
    parser.enable(["fence", "heading", "list", "backticks"])
    add_tables(parser)
    add_emphasis(parser)
    add_formulas(parser)
    return parser


def parse(markdown: str) -> SyntaxTreeNode:
    """Parse ``markdown`` into a tree; any string is valid. Control characters are none of it."""
    return SyntaxTreeNode(markdown_parser().parse(without_controls(markdown)))
