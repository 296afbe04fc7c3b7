"""OneBot v11 events and messages as values of the house, and back."""

from dataclasses import dataclass
from datetime import datetime

from nonebot.adapters.onebot.v11 import (
    GroupMessageEvent,
    Message,
    MessageEvent,
    MessageSegment,
    PrivateMessageEvent,
)

from bot.platforms.ports import clean_text
from plugins.messages import Caps, Conversation, IncomingMessage

CAPS = Caps(name="onebot", max_chars=1500, pictures=True, quotes=True)
"""QQ takes about 4500 characters a message; 1500 is two or three screens of a phone."""

OFFICIAL_ROBOTS = range(2854196301, 2854216399 + 1)
"""The QQ numbers that Tencent gives to official robots (q.qq.com)."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a reply goes: the account that sends it, the window, the message that it quotes."""

    self_id: str
    user_id: int
    group_id: int | None = None
    quote: int | None = None


def decode(
    event: MessageEvent, now: datetime, ignored_users: frozenset[str]
) -> tuple[IncomingMessage, Target] | None:
    """Read an event; None for kinds that cannot be answered (anonymous, temporary, notices)."""
    if isinstance(event, GroupMessageEvent):
        if event.sub_type not in ("normal", "") or event.anonymous is not None:
            return None
        target = Target(str(event.self_id), event.user_id, event.group_id, event.message_id)
        addressed = event.is_tome() or _mentions(event)
        window = str(event.group_id)
    elif isinstance(event, PrivateMessageEvent):
        if event.sub_type == "group":  # a temporary session through a group: QQ refuses replies
            return None
        target = Target(str(event.self_id), event.user_id)
        addressed, window = True, str(event.user_id)
    else:
        return None
    message = IncomingMessage(
        id=str(event.message_id),
        conversation=Conversation(
            platform="onebot",
            bot=target.self_id,
            id=window,
            is_group=target.group_id is not None,
        ),
        sender=str(event.user_id),
        text=_text(event.message),
        addressed=addressed,
        received_at=now,
        from_bot=_is_bot(event, ignored_users),
    )
    return message, target


def encode(text: str, *, quote: int | None = None, picture: bytes | None = None) -> Message:
    """Make a message of segments, so that "[CQ:…]" in ``text`` stays text."""
    message = Message()
    if quote is not None:
        message.append(MessageSegment.reply(quote))
    if text:
        message.append(MessageSegment.text(text))
    if picture is not None:
        message.append(MessageSegment.image(picture))
    return message


def _text(message: Message) -> str:
    """Join the text segments; whatever stood between two words leaves a space."""
    text = ""
    interrupted = False
    for segment in message:
        if segment.type != "text":
            interrupted = True
            continue
        piece = str(segment.data.get("text", ""))
        if interrupted and text and _is_word(text[-1:]) and _is_word(piece[:1]):
            text += " "
        text += piece
        interrupted = False
    return clean_text(text).strip()


def _is_word(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _mentions(event: GroupMessageEvent) -> bool:
    """Whether the account is mentioned anywhere; NoneBot looks at both ends only."""
    own = str(event.self_id)
    return any(
        segment.type == "at" and str(segment.data.get("qq", "")) == own
        for segment in event.original_message
    )


def _is_bot(event: MessageEvent, ignored_users: frozenset[str]) -> bool:
    return (
        event.user_id == event.self_id
        or event.user_id in OFFICIAL_ROBOTS
        or str(event.user_id) in ignored_users
    )
