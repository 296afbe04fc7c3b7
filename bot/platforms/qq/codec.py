"""QQ's events as values of the house, and texts, pictures and buttons as bodies of requests."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from nonebot.adapters.qq.event import (
    C2CMessageCreateEvent,
    Event,
    GroupMessageCreateEvent,
    InteractionCreateEvent,
    QQMessageEvent,
)

from bot.platforms.downloads import Downloads
from bot.platforms.ports import clean_text
from bot.platforms.qq.budget import PRIVATE_WINDOW
from plugins.messages import Conversation, IncomingMessage, IncomingPicture, NotSent

PICTURE, FILE = 1, 4
"""Kinds of uploads (``file_type``)."""
_MOST_PICTURES = 9
_OPENID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_PRESSED = re.compile(r"#([0-9a-f]{16}) (.+)", re.DOTALL)
_ROW, _ROWS = 5, 5
_LABEL_CHARS = 20
_POWERFUL = re.compile(r"<(?=/?(?:@|#|emoji:|faceType|qqbot-|cmd))|@(?=everyone)", re.IGNORECASE)
_HARMLESS = {"<": "＜", "@": "＠"}


@dataclass(frozen=True, slots=True)
class Target:
    """Where messages go: a group or a person, by QQ's id of it for this bot."""

    openid: str
    is_group: bool

    @property
    def path(self) -> tuple[str, str, str]:
        return "v2", "groups" if self.is_group else "users", self.openid


@dataclass(frozen=True, slots=True)
class Heard:
    """A message with where its reply goes and what the reply must name: it or its event.

    ``sent_at`` is when that happened (aware); ``index`` by what it can be quoted, "" where QQ does
    not say.
    """

    message: IncomingMessage
    target: Target
    reference: dict[str, str]
    sent_at: datetime
    index: str = ""


def decode(event: Event, bot: str, now: datetime, downloads: Downloads) -> Heard | None:
    """Read an event; None for kinds that are not messages (notices, channels, menus)."""
    if isinstance(event, GroupMessageCreateEvent):
        target = Target(event.group_openid, is_group=True)
    elif isinstance(event, C2CMessageCreateEvent):
        target = Target(event.author.user_openid, is_group=False)
    elif isinstance(event, InteractionCreateEvent):
        return _pressed(event, bot, now)
    else:
        return None
    if not _OPENID.fullmatch(target.openid):
        return None
    in_group = isinstance(event, GroupMessageCreateEvent)
    message = IncomingMessage(
        id=event.id,
        conversation=_window(target, bot),
        sender=event.get_user_id(),
        text=clean_text(event.get_message().extract_plain_text()).strip(),
        addressed=event.is_tome() or target.is_group is False,
        received_at=now,
        from_bot=in_group and event.author.bot,
        quoted=_index(event, "ref_msg_idx=") or None,
        is_group_admin=in_group and event.author.member_role in ("owner", "admin"),
        sender_name=clean_text(event.author.username or "").strip(),
        pictures=_pictures(event, downloads),
    )
    sent_at = moment(event.timestamp, now)
    return Heard(message, target, {"msg_id": event.id}, sent_at, _index(event, "msg_idx="))


def target_of(conversation: Conversation) -> Target:
    """Say where a push to ``conversation`` goes; NotSent when it is no window of QQ."""
    if conversation.platform != "qq" or not _OPENID.fullmatch(conversation.id):
        raise NotSent("不是 QQ 机器人的会话", can_retry=False)
    return Target(conversation.id, conversation.is_group)


def text_body(text: str) -> dict[str, Any]:
    return {"msg_type": 0, "content": harmless(text)}


def markdown_body(text: str) -> dict[str, Any]:
    return {"msg_type": 2, "markdown": {"content": harmless(text)}}


def media_body(uploaded: str, text: str = "") -> dict[str, Any]:
    """Show what was uploaded (its ``file_info``), with a text below; QQ insists on some text."""
    media = {"file_info": uploaded}
    return {"msg_type": 7, "media": media, "content": harmless(text) or " "}


def quoting(index: str) -> dict[str, Any]:
    """Quote the message of that index."""
    return {"message_reference": {"message_id": index}}


def keyboard(choices: Sequence[str], token: str) -> dict[str, Any]:
    """Give buttons that tell us when they are pressed; ``token`` names their message.

    ``token`` is 16 hexadecimal digits: QQ does not say in groups on which message a button is.
    """
    buttons = [_button(str(number), choice, token) for number, choice in enumerate(choices)]
    rows = [{"buttons": buttons[at : at + _ROW]} for at in range(0, len(buttons), _ROW)]
    return {"keyboard": {"content": {"rows": rows[:_ROWS]}}}


def harmless(text: str) -> str:
    """Take the power from what QQ would read as a mention, an emoji or a command."""
    return _POWERFUL.sub(lambda found: _HARMLESS[found[0]], text)


def _button(number: str, choice: str, token: str) -> dict[str, Any]:
    label = choice if len(choice) <= _LABEL_CHARS else choice[: _LABEL_CHARS - 1] + "…"
    return {
        "id": number,
        "render_data": {"label": label, "visited_label": label, "style": 1},
        "action": {
            "type": 1,
            "permission": {"type": 2},
            "data": f"#{token} {choice}",
            "unsupport_tips": "请直接回复选项",
        },
    }


def _pressed(event: InteractionCreateEvent, bot: str, now: datetime) -> Heard | None:
    """Read a button: the same as sending what is written on it, quoting its message."""
    if event.group_openid and event.group_member_openid:
        target, sender = Target(event.group_openid, is_group=True), event.group_member_openid
    elif event.user_openid:
        target, sender = Target(event.user_openid, is_group=False), event.user_openid
    else:
        return None
    pressed = event.data.resolved
    found = _PRESSED.fullmatch(pressed.button_data or "")
    if found is None or not _OPENID.fullmatch(target.openid) or not event.event_id:
        return None
    message = IncomingMessage(
        id=event.id,
        conversation=_window(target, bot),
        sender=sender,
        text=clean_text(found[2]).strip(),
        addressed=True,
        received_at=now,
        quoted=found[1],
    )
    return Heard(message, target, {"event_id": event.event_id}, moment(event.timestamp, now))


def moment(timestamp: str, now: datetime) -> datetime:
    """Read when an event happened; ``now`` where that makes no sense, as with a wrong clock here.

    Events that come after a lost connection may be minutes old.
    """
    try:
        moment = datetime.fromisoformat(timestamp)
        return moment if now - PRIVATE_WINDOW < moment < now else now
    except (ValueError, TypeError):  # no time, or one without its zone
        return now


def _window(target: Target, bot: str) -> Conversation:
    return Conversation("qq", bot, target.openid, target.is_group)


def _index(event: QQMessageEvent, name: str) -> str:
    """Find the index of the message or of the one it quotes; "" where QQ does not say.

    QQ also gives the index of a message of ours when that is sent.
    """
    scene = event.message_scene
    given = (entry for entry in scene.ext if entry.startswith(name)) if scene else ()
    return next((entry.removeprefix(name) for entry in given), "")


def _pictures(event: QQMessageEvent, downloads: Downloads) -> tuple[IncomingPicture, ...]:
    urls = [
        attachment.url
        for attachment in event.attachments or ()
        if attachment.url and attachment.content_type.startswith("image/")
    ]
    return tuple(
        downloads.picture(url, f"{event.id}#{number}")
        for number, url in enumerate(urls[:_MOST_PICTURES], 1)
    )
