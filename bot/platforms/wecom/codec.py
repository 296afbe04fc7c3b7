"""WeCom's callbacks as values of the house, and what messages of ours are called.

A quoted message comes without its id, only with its text: what we sent is therefore known by a
fingerprint of its text, which needs no memory and outlives a restart.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from bot.platforms.ports import clean_text
from bot.platforms.wecom.frames import Body, part, parts, string
from bot.platforms.wecom.media import Pictures
from plugins.messages import Caps, Conversation, IncomingMessage, IncomingPicture, NotSent

CAPS = Caps(
    name="wecom",
    max_chars=6000,
    markup="wecom",
    pictures=True,
    buttons=True,
    edits=True,
    unprompted=True,
)
"""A message holds 20480 bytes of UTF-8: 6000 characters of Chinese are 18000."""

MAX_BYTES = 20480
MAX_PICTURES = 9
_MENTION = re.compile(r"(?:^|(?<=\s))@\S+\s*")
_FINGERPRINTED_CHARS = 120
_FOREIGN = "/"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a message came from.

    ``chat`` is the platform's name of the window (a group's chatid or a person's userid).
    ``req_id`` is that of the callback when it can be answered with a stream, else "".
    """

    chat: str
    is_group: bool
    user: str
    req_id: str = ""


def decode(
    body: Body, req_id: str, now: datetime, *, bot: str, name: str, pictures: Pictures
) -> tuple[IncomingMessage, Origin] | None:
    """Read a message callback; None when it says nothing that can be answered.

    ``bot`` is our bot id; ``name`` is how the bot is called in groups, "" when nobody said.
    """
    window = conversation_of(body, bot)
    if window is None:
        return None
    conversation, origin = window
    texts, urls = _content(body)
    quote = part(body, "quote")
    quoted_texts, quoted_urls = _content(quote)
    text = clean_text("\n".join(texts))
    message = IncomingMessage(
        id=string(body, "msgid"),
        conversation=conversation,
        sender=_sender(body),
        text=(without_mention(text, name) if conversation.is_group else text).strip(),
        addressed=True,  # in groups the platform hands over only what mentions the bot
        received_at=now,
        quoted=fingerprint("\n".join(quoted_texts)) if quoted_texts else None,
        pictures=_pictures([*urls, *quoted_urls], pictures),
    )
    if not message.id or not (message.text or message.pictures or texts):
        return None
    return message, Origin(origin.chat, origin.is_group, origin.user, req_id)


def decode_press(
    body: Body, now: datetime, *, bot: str, choice: str, task_id: str
) -> tuple[IncomingMessage, Origin] | None:
    """Read a pressed button as the message that says what is written on it."""
    window = conversation_of(body, bot)
    msgid = string(body, "msgid")
    if window is None or not msgid or not choice:
        return None
    conversation, origin = window
    message = IncomingMessage(
        id=msgid,
        conversation=conversation,
        sender=_sender(body),
        text=clean_text(choice).strip(),
        addressed=True,
        received_at=now,
        quoted=task_id or None,
    )
    return message, origin


def conversation_of(body: Body, bot: str) -> tuple[Conversation, Origin] | None:
    """Say in which window a callback happened; None when it does not say."""
    user, chat = string(part(body, "from"), "userid"), string(body, "chatid")
    is_group = string(body, "chattype") == "group"
    if not user or (is_group and not chat):
        return None
    origin = Origin(chat if is_group else user, is_group, user)
    window = chat if is_group else _sender(body)
    return Conversation("wecom", bot, window, is_group), origin


def origin_of(conversation: Conversation) -> Origin:
    """Say where a push to ``conversation`` goes; NotSent when it is no window of WeCom."""
    if conversation.platform != "wecom" or not conversation.id:
        raise NotSent("不是企业微信的会话", can_retry=False)
    if conversation.is_group:
        return Origin(conversation.id, is_group=True, user="")
    user = conversation.id.rsplit(_FOREIGN, 1)[-1]
    return Origin(user, is_group=False, user=user)


def without_mention(text: str, name: str) -> str:
    """Take the mention of the bot out; without its ``name``, the first mention there is."""
    if not name:
        return _MENTION.sub("", text, count=1)
    return re.sub(rf"@{re.escape(name)}(?:\s+|$)", "", text)


def fingerprint(text: str) -> str:
    """Name a message by its text, however its markup and spaces come back when it is quoted."""
    kept = "".join(char for char in text if char.isalnum())[:_FINGERPRINTED_CHARS]
    return "t-" + hashlib.sha256(kept.encode("utf-8", "replace")).hexdigest()[:32]


def _sender(body: Body) -> str:
    """Name the sender; people of other companies with their company, for userids may coincide."""
    user, company = (string(part(body, "from"), key) for key in ("userid", "corpid"))
    return f"{company}{_FOREIGN}{user}" if company else user


def _content(body: Body) -> tuple[list[str], list[Body]]:
    """Give the texts and the pictures of a message or of a quoted one."""
    match string(body, "msgtype"):
        case "text":
            return [string(part(body, "text"), "content")], []
        case "markdown":
            return [string(part(body, "markdown"), "content")], []
        case "voice":
            return [string(part(body, "voice"), "content")], []
        case "image":
            return [], [part(body, "image")]
        case "mixed":
            items = [_content(item) for item in parts(part(body, "mixed"), "msg_item")]
            return (
                [text for texts, _ in items for text in texts],
                [image for _, images in items for image in images],
            )
        case _:
            return [], []


def _pictures(images: list[Body], pictures: Pictures) -> tuple[IncomingPicture, ...]:
    found = (pictures.picture(image) for image in images[:MAX_PICTURES])
    return tuple(picture for picture in found if picture is not None)
