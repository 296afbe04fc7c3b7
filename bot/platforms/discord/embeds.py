"""The ending of a reply as an embed: its sources and next questions, coloured by subject."""

import re
from collections.abc import Iterator, Mapping

import discord

from bot.platforms.discord.codec import CAPS
from bot.rendering.markups import messages
from plugins.messages import Reply

MAX_DESCRIPTION = 4000
"""Characters; Discord takes 4096, and 6000 of a whole embed (resources/message, embed limits)."""

NEUTRAL = 0x80848E
COLOURS: Mapping[str, int] = {"ds": 0x2E8B57, "co": 0xC27C0E, "os": 0x3B82F6, "cn": 0x8E44AD}
"""By how the ids of concepts and outline points begin: 数据结构, 组成原理, 操作系统, 网络."""

_SCHEME_END = re.compile(r"(?<=:)(?=//)")
_GAP = "\u200b"


def ending_embed(markdown: str, reply: Reply) -> discord.Embed | None:
    """Write the ending of ``reply`` as an embed without links; None when it is none or too long."""
    texts = messages(_SCHEME_END.sub(_GAP, markdown), CAPS.markup, MAX_DESCRIPTION)
    if len(texts) != 1:
        return None
    return discord.Embed(description=texts[0], colour=colour_of(reply))


def colour_of(reply: Reply) -> int:
    """Give the colour of the one subject that ``reply`` is about, else the neutral one."""
    subjects = set(_subjects(reply))
    return COLOURS.get(subjects.pop(), NEUTRAL) if len(subjects) == 1 else NEUTRAL


def _subjects(reply: Reply) -> Iterator[str]:
    """Name the subjects of the concepts, else of the outline points among the sources."""
    if reply.concepts:
        yield from (concept.partition(".")[0] for concept in reply.concepts)
        return
    yield from (source.locator[:2].lower() for source in reply.sources)
