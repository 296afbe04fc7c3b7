"""Emphasis in the Markdown subset: ``**bold**``, ``***bold***`` and ``*emphasis*``.

All three are bold to the reader, for Chinese has no italics. CommonMark's flanking rules are not
used: they refuse ``**死锁：**是指``, which is how Chinese is written, and accept ``x**2+y**2``,
which is arithmetic. One star is a product, a pointer, a closure or a wildcard more often than a
mark: two are marks only around words that stand apart from what is before and after them.
"""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

MAX_CHARS = 300
"""Characters between the marks; keeps the search for the closing one linear in the text."""

_STARS = re.compile(r"\*+")
_APART_BEFORE = re.compile(r"[\s，。；：、！？,;:!?（(「『“‘《【—~～]")
_APART_AFTER = re.compile(r"[\s，。；：、！？,.;:!?）)」』”’》】—~～]")
_WORDS = re.compile(
    r"(?=[^*]*(?:[\u3400-\u9fff]|[A-Za-z]{2}))"  # Chinese, or more than the name of a variable
    r"[^\W\d_](?:[^*`\n]*[^\W_])?[）)”」』》]?"
)


def add_emphasis(parser: MarkdownIt) -> None:
    """Teach ``parser`` emphasis, as tokens of the type ``strong``."""
    parser.inline.ruler.after("backticks", "emphasis", _emphasis)


def _emphasis(state: StateInline, silent: bool) -> bool:
    found = _marked(state.src, state.pos, state.posMax)
    if found is None:
        return False
    mark, end = found
    if not silent:
        state.push("strong_open", "strong", 1).markup = mark
        outer_max, state.pos, state.posMax = state.posMax, state.pos + len(mark), end
        state.md.inline.tokenize(state)
        state.posMax = outer_max
        state.push("strong_close", "strong", -1).markup = mark
    state.pos = end + len(mark)
    return True


def _marked(src: str, start: int, limit: int) -> tuple[str, int] | None:
    """Find the mark that opens at ``start``, and where its words end; None when none opens."""
    if src[start] != "*" or (start and src[start - 1] == "*"):
        return None
    run = _STARS.match(src, start, limit)
    match run[0] if run else "":
        case "**":
            end = _bold_end(src, start, limit)
            return None if end is None else ("**", end)
        case "*" | "***" as stars:
            end = _words_end(src, start, stars, limit)
            return None if end is None else (stars, end)
        case _:
            return None


def _words_end(src: str, start: int, mark: str, limit: int) -> int | None:
    """Find the end of words that stand apart and have ``mark`` at both sides."""
    if start and not _APART_BEFORE.match(src[start - 1]):
        return None
    inner = start + len(mark)
    found = _WORDS.match(src, inner, min(limit, inner + MAX_CHARS))
    if found is None or not src.startswith(mark, found.end()):
        return None
    after = found.end() + len(mark)
    apart = after >= limit or _APART_AFTER.match(src[after])
    return found.end() if apart and after <= limit else None


def _bold_end(src: str, start: int, limit: int) -> int | None:
    """Find where the bold that opens at ``start`` closes, or None when it does not open there."""
    inner = start + 2
    if inner >= limit or src[inner].isspace():
        return None
    line_end = src.find("\n", inner, limit)
    limit = min(line_end if line_end != -1 else limit, inner + MAX_CHARS)
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
