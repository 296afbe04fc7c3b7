"""A reply as the messages that one platform can show."""

from dataclasses import dataclass, replace
from typing import Protocol

from bot.rendering.legibility import divide, part_ending, part_to_copy
from bot.rendering.markups import messages, verbatim
from bot.rendering.plain import render_plain
from plugins.drawing import Drawing, Prose
from plugins.messages import Attachment, Caps, Markup, Reply

SOURCES_MARK = "依据："
MAX_FILE_CHARS = 6000
"""A file over this is not posted as text: it would be more than four messages."""


class Painter(Protocol):
    """Draws; in production the ``Artist`` of ``bot.rendering.pictures``."""

    async def draw(self, drawing: Drawing) -> bytes | None:
        """Give the PNG of ``drawing``, None when it cannot be drawn now. Never raises."""
        ...


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is sent: texts within the platform's limit, the first together with the picture.

    ``ending`` is the Markdown of the sources and next questions where they were wanted apart.
    """

    texts: tuple[str, ...]
    picture: bytes | None = None
    ending: str = ""


async def outgoing(
    reply: Reply, caps: Caps, painter: Painter | None, *, ending_apart: bool = False
) -> Outgoing:
    """Render ``reply``: its picture and caption where there can be one, else its text.

    A reply without a drawing gets a picture of those parts that no text shows well.
    """
    if caps.pictures and painter is not None and not reply.is_silent:
        drawing, text = _drawn(reply, caps)
        picture = await painter.draw(drawing) if drawing is not None else None
        if picture is not None:
            return _written(text, caps, picture, ending_apart=ending_apart)
    return without_picture(reply, caps, ending_apart=ending_apart)


def _drawn(reply: Reply, caps: Caps) -> tuple[Drawing | None, str]:
    """Give what is to be drawn (None for nothing), and the Markdown that goes with it."""
    if reply.drawing is not None:
        return reply.drawing, reply.caption
    divided = divide(with_sources(reply), caps.markup)
    if divided is None:
        return None, ""
    return Drawing("", (Prose(divided.picture),)), divided.text


async def as_picture(reply: Reply, painter: Painter | None) -> bytes | None:
    """Draw all that ``reply`` says as one picture; None when that cannot be done now."""
    if painter is None or reply.is_silent:
        return None
    return await painter.draw(whole_drawing(reply))


def texts_to_copy(reply: Reply, caps: Caps) -> tuple[str, ...]:
    """Render what must go with a picture of all of ``reply``, because nobody copies from one."""
    if reply.drawing is not None:
        return ()
    return messages(part_to_copy(reply.text), caps.markup, caps.max_chars)


def whole_drawing(reply: Reply) -> Drawing:
    """Give the card of everything in ``reply``: its own with the caption in it, or its text."""
    if reply.drawing is None:
        footer = "" if SOURCES_MARK in reply.text else sources_line(reply)
        return Drawing("", (Prose(reply.text),), footer=footer if reply.sources else "")
    if not reply.caption:
        return reply.drawing
    caption = Prose(reply.caption, tone="quiet")
    return replace(reply.drawing, blocks=(*reply.drawing.blocks, caption))


def without_picture(reply: Reply, caps: Caps, *, ending_apart: bool = False) -> Outgoing:
    """Render ``reply`` as text only; nothing when it is silent."""
    if reply.is_silent:
        return Outgoing(())
    return _written(with_sources(reply), caps, None, ending_apart=ending_apart)


def _written(markdown: str, caps: Caps, picture: bytes | None, *, ending_apart: bool) -> Outgoing:
    """Write the texts; an ending that is all there is stays one of them."""
    body, ending = part_ending(markdown) if ending_apart else (markdown, "")
    if not body.strip():
        body, ending = markdown, ""
    return Outgoing(messages(body, caps.markup, caps.max_chars), picture, ending)


def plain_messages(reply: Reply, caps: Caps) -> tuple[str, ...]:
    """Render ``reply`` as plain texts of at most ``caps.max_chars``; none when it is silent."""
    if reply.is_silent:
        return ()
    return messages(with_sources(reply), "plain", caps.max_chars)


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


def file_as_texts(
    attachment: Attachment, max_chars: int, markup: Markup = "plain"
) -> tuple[str, ...]:
    """Give a text file as messages, or one sentence when that makes no sense.

    Markdown is rendered; of any other text the lines stay as they are.
    """
    name = attachment.name
    try:
        text = attachment.data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return messages(f"这里发不了文件，「{name}」没有发出去。", markup, max_chars)
    if len(text) > MAX_FILE_CHARS:
        return messages(f"这里发不了文件，「{name}」太长，也不能当作消息发。", markup, max_chars)
    says = messages if name.endswith(".md") else verbatim
    parts = says(text, markup, max_chars)
    return parts or messages(f"「{name}」是空的。", markup, max_chars)
