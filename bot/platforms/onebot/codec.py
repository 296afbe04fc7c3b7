"""OneBot v11 events and messages as values of the house, and back."""

from base64 import b64encode
from collections.abc import Callable, Container
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
from plugins.messages import (
    Attachment,
    Caps,
    Conversation,
    IncomingMessage,
    IncomingPicture,
    NotSent,
)

CAPS = Caps(name="onebot", max_chars=1500, pictures=True, quotes=True, unprompted=True)
"""QQ takes about 4500 characters a message; 1500 is two or three screens of a phone."""

_MOST_PICTURES = 9

OFFICIAL_ROBOTS = range(2854196301, 2854216399 + 1)
"""The QQ numbers that Tencent gives to official robots (q.qq.com)."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a reply goes: the account that sends it ("" for any), the window, what it quotes.

    A group when ``group_id`` is given, otherwise the person ``user_id``.
    """

    self_id: str
    user_id: int | None = None
    group_id: int | None = None
    quote: int | None = None


@dataclass(frozen=True, slots=True)
class SentPicture:
    """A picture as the client names it: its ``file`` there and its ``url``, "" where unknown."""

    file: str
    url: str


def decode(
    event: MessageEvent,
    now: datetime,
    ignored_users: frozenset[str],
    sent: Container[str] = (),
    promise: Callable[[SentPicture], IncomingPicture] | None = None,
) -> tuple[IncomingMessage, Target] | None:
    """Read an event; None for kinds that cannot be answered (anonymous, temporary, notices).

    ``sent`` are the ids of messages of ours: NoneBot asks the client for a quoted message to see
    whose it is, and a client forgets messages after some thousands or a restart. ``promise`` makes
    a picture of the house of one in a message; without it there are none.
    """
    quoted = _quoted(event)
    if isinstance(event, GroupMessageEvent):
        if event.sub_type not in ("normal", "") or event.anonymous is not None:
            return None
        target = Target(str(event.self_id), event.user_id, event.group_id, event.message_id)
        addressed = event.is_tome() or _mentions(event) or (quoted or "") in sent
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
        quoted=quoted,
        is_group_admin=target.group_id is not None and event.sender.role in ("owner", "admin"),
        sender_name=clean_text(event.sender.card or event.sender.nickname or "").strip(),
        pictures=tuple(map(promise, _pictures(event))) if promise is not None else (),
    )
    return message, target


def target_of(conversation: Conversation) -> Target:
    """Say where a push to ``conversation`` goes; NotSent when it is no window of QQ."""
    if conversation.platform != "onebot" or not conversation.id.isdecimal():
        raise NotSent("不是 QQ 的会话", can_retry=False)
    number = int(conversation.id)
    if conversation.is_group:
        return Target(conversation.bot, group_id=number)
    return Target(conversation.bot, user_id=number)


def encode(text: str, *, quote: int | None = None, picture: bytes | None = None) -> Message:
    """Make a message of segments, so that "[CQ:…]" in ``text`` stays text."""
    message = Message()
    if quote is not None:
        message.append(MessageSegment.reply(quote))
    if picture is not None:
        message.append(MessageSegment.image(picture))
    if text:
        message.append(MessageSegment.text(text))
    return message


def encode_file(attachment: Attachment) -> dict[str, str]:
    """Give the parameters of an upload: the client may be on another machine, so no path."""
    data = b64encode(attachment.data).decode("ascii")
    return {"file": f"base64://{data}", "name": attachment.name}


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


def _pictures(event: MessageEvent) -> list[SentPicture]:
    """Give the pictures of a message, or of the one that it quotes unless that is ours.

    Stickers (``sub_type`` 1 of NapCat and others) are none.
    """
    own = _images(event.message)
    if own or event.reply is None or event.reply.sender.user_id == event.self_id:
        return own
    return _images(event.reply.message)


def _images(message: Message) -> list[SentPicture]:
    found: list[SentPicture] = []
    for segment in message:
        data = segment.data
        sticker = str(data.get("sub_type", data.get("subType", 0))) == "1"
        if segment.type != "image" or sticker or len(found) == _MOST_PICTURES:
            continue
        file, url = str(data.get("file") or ""), str(data.get("url") or "")
        if not url and file.startswith(("http://", "https://")):
            file, url = "", file
        if url or (file and "://" not in file):
            found.append(SentPicture(file, url))
    return found


def _quoted(event: MessageEvent) -> str | None:
    """Find the id of the quoted message: NoneBot takes the segment out of ``event.message``."""
    ids = [
        str(segment.data.get("id", ""))
        for segment in event.original_message
        if segment.type == "reply"
    ]
    return next(filter(None, ids), None)


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
