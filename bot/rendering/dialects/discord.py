r"""Discord's Markdown, in which a backslash takes the power from any punctuation.

Mentions and addresses are told apart from text on the server, which knows no backslashes: there an
invisible space parts the @ from what it names, and angle brackets keep a preview from an address.
An invitation or a gift shows its card in angle brackets, too, and without ``https://``.
"""

import re
from collections.abc import Iterator, Sequence

from bot.rendering.blocks import Block
from bot.rendering.dialects.dialect import Dialect
from bot.rendering.dialects.grids import aligned, line_units
from bot.rendering.dialects.styled import Runs, raw

_GAP = "\u200b"
_MENTION = re.compile(r"@(?=everyone|here|[!&]?\d)", re.IGNORECASE)
_CHANNEL = re.compile(r"<(?=#\d|id:|/\w|a?:\w|t:-?\d)", re.IGNORECASE)
_CARD = re.compile(
    r"(?<=discord)(?=\.(?:gg|gift|new)\b|(?:app)?\.com/(?:invite|gifts|template|billing)\b)", re.I
)
_ADDRESS = re.compile(
    r"(https?://(?!\S*discord\u200b)[A-Za-z0-9\-._~/%?=&+:#]*[A-Za-z0-9\-_~/%=&+#])"
)
_SCHEME = re.compile(r"(?<=http:|ttps:)(?=//)", re.IGNORECASE)
_POWER = re.compile(r"[\\*_~`\[<]|\|(?=\|)|(?<=\|)\|")
_LINE_START = re.compile(r"(\s*)(?:(\d+)(?=[.)]\s)|(?=#{1,3}\s|-#|>|[-+]\s))")
_FENCE = re.compile("`{3,}")
_WIDEST_GRID = 36
"""Columns of code that a phone shows without breaking the line."""


def _escape(text: str) -> str:
    """Take all power from ``text``; addresses stay what they are, and clickable."""
    parts = _ADDRESS.split(_without_cards(text))
    parts[::2] = [_POWER.sub(r"\\\g<0>", _unlinked(_unmentioned(part))) for part in parts[::2]]
    parts[1::2] = [f"<{address}>" for address in parts[1::2]]
    return "".join(parts)


def _unlinked(text: str) -> str:
    """Part what is no address of ours but may be one to the server, such as 例子.cn or HTTP://."""
    return _SCHEME.sub(_GAP, text)


def _without_cards(text: str) -> str:
    return _CARD.sub(_GAP, text)


def _unmentioned(text: str) -> str:
    return _CHANNEL.sub(f"<{_GAP}", _MENTION.sub(f"@{_GAP}", text))


def _in_code(text: str) -> str:
    return _FENCE.sub(lambda run: _GAP.join(run[0]), _unmentioned(_without_cards(text)))


def _at_line_start(line: str) -> str:
    found = _LINE_START.match(line)
    return line if found is None else f"{found[0]}\\{line[found.end() :]}"


def _table(dialect: Dialect, rows: Sequence[Sequence[Runs]]) -> Iterator[Block]:
    """Give a narrow table as columns in a fence, a wide one as lines."""
    cells = [[raw(cell) for cell in row] for row in rows]
    lines = aligned(cells)
    if len(cells[0]) > 1 and max(lines.widths) <= _WIDEST_GRID:
        yield Block("table", dialect.code_lines("\n".join(lines.lines)), "```", "```")
        return
    yield line_units(dialect, cells)


DISCORD = Dialect(
    escape=_escape,
    at_line_start=_at_line_start,
    in_code=_in_code,
    table=_table,
    heading="### ",
    breaks_lines=True,
    flanking=False,
)
