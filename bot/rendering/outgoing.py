"""A reply as the messages that one platform can show."""

from bot.rendering.plain import render_blocks, render_plain
from bot.rendering.splitting import split_blocks
from plugins.messages import Caps, Reply

SOURCES_MARK = "依据："


def plain_messages(reply: Reply, caps: Caps) -> tuple[str, ...]:
    """Render ``reply`` as plain texts of at most ``caps.max_chars``; none when it is silent."""
    if reply.is_silent:
        return ()
    return split_blocks(render_blocks(with_sources(reply)), caps.max_chars)


def plain_text(reply: Reply) -> str:
    """Render ``reply`` as one plain text of any length; "" when it is silent."""
    return "" if reply.is_silent else render_plain(with_sources(reply))


def with_sources(reply: Reply) -> str:
    """Give the Markdown of ``reply``, with a line of its sources unless it has one already."""
    if not reply.sources or SOURCES_MARK in reply.text:
        return reply.text
    return f"{reply.text}\n\n{sources_line(reply)}"


def sources_line(reply: Reply) -> str:
    """Name the sources of ``reply`` in one line."""
    places = (
        f"{source.title}（{source.locator}）" if source.locator else source.title
        for source in reply.sources
    )
    return SOURCES_MARK + "；".join(dict.fromkeys(places))
