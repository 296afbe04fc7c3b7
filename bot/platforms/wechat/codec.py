"""What WeChat tells us as values of the house."""

import re
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256

from bot.platforms.downloads import Downloads
from bot.platforms.ports import clean_text
from bot.platforms.wechat import wording
from plugins.messages import Conversation, IncomingMessage, IncomingPicture

PLATFORM = "wechat"
PICTURE_HOSTS = frozenset({"mmbiz.qpic.cn", "*.qpic.cn"})
_UNSUPPORTED = "【收到不支持的消息类型，暂无法显示】"
_PLAIN_HTTP = re.compile(r"^http://(?=[a-z0-9.-]+\.qpic\.cn/)", re.IGNORECASE)
_MOST_ID_CHARS = 128

Fields = Mapping[str, str]


class NotAnEvent(Exception):
    """The fields name no sender or no message."""


def person_of(fields: Fields) -> str:
    """Give the openid of the sender; raises NotAnEvent."""
    openid = fields.get("FromUserName", "")
    if not openid or not fields.get("ToUserName") or len(openid) > _MOST_ID_CHARS:
        raise NotAnEvent("no sender")
    return openid


def key_of(fields: Fields) -> str:
    """Give what is the same in WeChat's second and third try; raises NotAnEvent.

    Events have no MsgId: WeChat recommends FromUserName and CreateTime for them. These belong to
    the key of messages as well, for people who spoke at once were seen with the same MsgId
    (binarywang/WxJava#333).
    """
    own = fields.get("MsgId", "") or fields.get("Event", "")
    if not own:
        raise NotAnEvent("no MsgId")
    parts = (person_of(fields), fields.get("CreateTime", ""), own)
    return sha256("\0".join(parts).encode()).hexdigest()[:32]


def decode(fields: Fields, now: datetime, downloads: Downloads) -> IncomingMessage | str | None:
    """Read a message or event: something to answer, a sentence to say at once, or nothing."""
    match fields.get("MsgType", ""):
        case "text":
            text = _clean(fields.get("Content", ""))
            return wording.READS if text == _UNSUPPORTED else _message(fields, now, text)
        case "voice":
            text = _clean(fields.get("Recognition", ""))
            return _message(fields, now, text) if text else wording.NOT_HEARD
        case "image":
            return _message(fields, now, "", _picture(fields, downloads))
        case "event":
            return _event(fields, now)
        case _:
            return wording.READS


def _event(fields: Fields, now: datetime) -> IncomingMessage | str | None:
    match fields.get("Event", "").lower():
        case "subscribe":
            return wording.WELCOME
        case "click":
            text = _clean(fields.get("EventKey", ""))
            return _message(fields, now, text) if text else None
        case _:
            return None


def _message(
    fields: Fields, now: datetime, text: str, *pictures: IncomingPicture
) -> IncomingMessage:
    openid = person_of(fields)
    return IncomingMessage(
        id=key_of(fields),
        conversation=Conversation(PLATFORM, fields["ToUserName"], openid, is_group=False),
        sender=openid,
        text=text,
        addressed=True,
        received_at=now,
        pictures=pictures,
    )


def _picture(fields: Fields, downloads: Downloads) -> IncomingPicture:
    """WeChat names its own host by http, where it answers by https too."""
    url = _PLAIN_HTTP.sub("https://", fields.get("PicUrl", ""), count=1)
    return downloads.picture(url, fields.get("MediaId", "") or key_of(fields))


def _clean(text: str) -> str:
    return clean_text(text).strip()
