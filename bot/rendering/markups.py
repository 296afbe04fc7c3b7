"""Markdown of a reply as messages in what a platform's texts may hold."""

from collections.abc import Mapping

from bot.rendering.blocks import Block
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
    return split_blocks(dialect_blocks(markdown, dialect), max_chars, roomy=roomy)


def verbatim(text: str, markup: Markup, max_chars: int) -> tuple[str, ...]:
    """Give the lines of ``text`` as they are: in fences where there is Markdown."""
    dialect = _DIALECTS.get(markup)
    if not text.strip():
        return ()
    if dialect is None:
        return split_blocks([Block("code", tuple(text.splitlines()))], max_chars)
    lines = dialect.code_lines("\n".join(text.splitlines()))
    return split_blocks([Block("code", lines, dialect.fence(""), "```")], max_chars)
