"""Markdown of a reply as messages in what a platform's texts may hold."""

import sys
from collections.abc import Mapping
from itertools import accumulate

from bot.rendering.blocks import Block
from bot.rendering.controls import without_controls
from bot.rendering.dialects.dialect import Dialect
from bot.rendering.dialects.discord import DISCORD
from bot.rendering.dialects.qq import QQ
from bot.rendering.dialects.wecom import WECOM
from bot.rendering.dialects.writing import dialect_blocks
from bot.rendering.plain import render_blocks
from bot.rendering.splitting import split_blocks
from plugins.messages import Markup

_DIALECTS: Mapping[Markup, Dialect] = {"discord": DISCORD, "qq": QQ, "wecom": WECOM}


def messages(markdown: str, markup: Markup, max_chars: int) -> tuple[str, ...]:
    """Render ``markdown`` as texts of at most ``max_chars``, none of them empty."""
    dialect = _DIALECTS.get(markup)
    if dialect is None:
        return split_blocks(render_blocks(markdown), max_chars)
    roomy = not dialect.breaks_lines
    parts = split_blocks(dialect_blocks(markdown, dialect), max_chars, roomy=roomy)
    return tuple(map(_from_the_margin, parts))


def _from_the_margin(message: str) -> str:
    """Let a message that begins within a list begin at the margin: four spaces would make code."""
    lines = message.split("\n")
    margins = accumulate(map(_indent, lines), min)
    return "\n".join(line[margin:] for line, margin in zip(lines, margins, strict=True))


def _indent(line: str) -> int:
    """Count the spaces before the text of ``line``; an empty one is nowhere near the margin."""
    return len(line) - len(line.lstrip(" ")) if line.strip() else sys.maxsize


def verbatim(text: str, markup: Markup, max_chars: int) -> tuple[str, ...]:
    """Give the lines of ``text`` as they are: in fences where there is Markdown."""
    dialect = _DIALECTS.get(markup)
    text = without_controls(text)
    if not text.strip():
        return ()
    if dialect is None:
        return split_blocks([Block("code", tuple(text.splitlines()))], max_chars)
    lines = dialect.code_lines("\n".join(text.splitlines()))
    return split_blocks([Block("code", lines, dialect.fence(""), "```")], max_chars)
