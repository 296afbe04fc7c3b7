"""Which messages a rendered reply becomes, and how the rest of one is offered."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.platforms.qq.sending import Occasion, Piece
from bot.rendering.outgoing import Outgoing
from plugins.messages import Caps, Reply

MORE = "更多"
OFFER = "还有 {count} 条，一小时内回复“更多”继续看。"
OFFER_IN_GROUP = "还有 {count} 条，提问的人一小时内 @我 发“更多”继续看。"
"""In a group the bot hears what mentions it, and keeps the rest for who asked."""

CHOOSE = "请选择："
_MARKS = re.compile(r"[*`#|\\\[\]<>~]|^(?:- |\d+\. )", re.MULTILINE)
"""What may be a mark of Markdown, and would be seen beside a picture."""


def offer_of(occasion: Occasion, later: Sequence[Piece]) -> str:
    """Say how many pieces are kept, and how to get them."""
    words = OFFER_IN_GROUP if occasion.target.is_group else OFFER
    return words.format(count=len(later))


def pieces_of(drawn: Outgoing, reply: Reply, occasion: Occasion, caps: Caps) -> list[Piece]:
    """Make messages of what was rendered; buttons go with the last text.

    A picture takes neither Markdown nor buttons. In a push, whose number is limited, it goes
    without them.
    """
    markdown = caps.markup == "qq"
    choices = reply.choices if caps.buttons else ()
    texts = [Piece(text, markdown) for text in drawn.texts]
    if drawn.picture is None:
        return _with_choices(texts, choices)
    is_marked = markdown and any(_MARKS.search(text) for text in drawn.texts[:1])
    if occasion.budget is not None and (is_marked or choices):
        picture = Piece("", picture=drawn.picture)
        return [picture, *_with_choices(texts or [Piece(CHOOSE, markdown)], choices)]
    first, *rest = texts or [Piece("")]
    return [Piece(first.text, picture=drawn.picture), *rest]


def _with_choices(texts: list[Piece], choices: tuple[str, ...]) -> list[Piece]:
    return [*texts[:-1], *(replace(last, choices=choices) for last in texts[-1:])]
