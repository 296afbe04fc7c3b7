"""Replies and pushes on their way to QQ: rendered, sent part by part, with their files.

A push is sent once and whoever sent it decides about the next try. A reply is patient: it waits
for a client that is coming back, and is sent again when the connection broke before the client
confirmed it, for the person is looking at the chat.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from loguru import logger
from nonebot.adapters.onebot.v11 import Message

from bot.platforms.onebot.codec import CAPS, Target, encode, encode_file, target_of
from bot.platforms.onebot.connections import ConnectionLost, Connections, Refused, WriteFailed
from bot.rendering.outgoing import Outgoing, Painter, file_as_texts, outgoing, without_picture
from plugins.messages import (
    Attachment,
    Caps,
    Conversation,
    DeliveryUncertain,
    NotSent,
    Receipt,
    Reply,
)

PRIVATE_REFUSED = "私聊发不出去，请先加我好友再私聊我。"
PRIVATE_UNCERTAIN = "回复发到私聊了；没收到的话，请先加我好友再私聊我。"
_PUSH_SECONDS = 1.0
_REMEMBERED_IDS = 4000


@dataclass(frozen=True, slots=True)
class _Patience:
    """How long to wait for a connection, and how often to try when it breaks."""

    seconds: float
    tries: int


class OneBotOutbox:
    """``plugins.messages.Outbox`` for QQ, and the way of replies to their senders."""

    def __init__(
        self, connections: Connections, reply_seconds: float, painter: Painter | None = None
    ) -> None:
        """``reply_seconds``: how long a reply waits for a client that is away.

        ``sent`` holds the ids of the latest messages of ours.
        """
        self.sent: OrderedDict[str, None] = OrderedDict()
        self._connections = connections
        self._painter = painter
        self._for_push = _Patience(_PUSH_SECONDS, tries=1)
        self._for_reply = _Patience(reply_seconds, tries=2)

    def caps(self, conversation: Conversation) -> Caps | None:
        """What QQ can do; None for the conversations of other platforms."""
        return CAPS if conversation.platform == "onebot" else None

    async def send(self, conversation: Conversation, reply: Reply) -> Receipt:
        """Push ``reply``, with the account ``conversation.bot`` or, when "", any account.

        Raises NotSent or DeliveryUncertain. Once the first part is confirmed the reply counts as
        delivered: what fails later is logged, and missing in the receipt.
        """
        return await self._deliver(target_of(conversation), reply, self._for_push)

    def is_ready(self, conversation: Conversation) -> bool:
        """Whether the account ``conversation.bot`` ("" for any) is connected now."""
        return self._connections.has(conversation.bot)

    async def is_member(self, group: Conversation, user: str) -> bool:
        """Whether ``user`` is in ``group``, as the client knows it; False when it cannot say."""
        if not (group.id.isdecimal() and user.isdecimal()):
            return False
        asked = {"group_id": int(group.id), "user_id": int(user)}
        try:
            found = await self._connections.call(
                group.bot, "get_group_member_info", within_seconds=0.0, **asked
            )
        except (NotSent, DeliveryUncertain):
            return False
        return str(found.get("user_id")) == user

    async def respond(self, target: Target, reply: Reply) -> Receipt | None:
        """Send ``reply`` where its message came from, privately when it asks for that.

        None when a notice went to the group instead. Raises as ``send`` does.
        """
        if not reply.private or target.group_id is None:
            return await self._deliver(target, reply, self._for_reply)
        try:
            privately = replace(target, group_id=None, quote=None)
            return await self._deliver(privately, reply, self._for_reply)
        except Refused:
            notice = PRIVATE_REFUSED
        except DeliveryUncertain:
            notice = PRIVATE_UNCERTAIN
        await self._send_parts(target, Outgoing((notice,)), self._for_reply)
        return None

    async def _deliver(self, target: Target, reply: Reply, patience: _Patience) -> Receipt:
        drawn = await outgoing(reply, CAPS, self._painter)
        try:
            receipt = await self._send_parts(target, drawn, patience)
        except Refused as refused:
            if drawn.picture is None or not refused.can_retry:
                raise
            logger.warning("图片没有发出，改发文字：{}", refused)
            receipt = await self._send_parts(target, without_picture(reply, CAPS), patience)
        if reply.attachment is not None:
            await self._attach(target, reply.attachment, patience)
        return receipt

    async def _send_parts(self, target: Target, drawn: Outgoing, patience: _Patience) -> Receipt:
        """Send the parts in order, the first quoting; only the failure of the first is raised."""
        ids: list[str] = []
        messages = _messages(drawn, target.quote)
        for number, message in enumerate(messages, 1):
            try:
                ids += await self._send_message(target, message, patience)
            except (NotSent, DeliveryUncertain) as error:
                if number == 1:
                    raise
                logger.warning("第 {}/{} 部分没有发出：{}", number, len(messages), error)
                break
        return Receipt(tuple(ids))

    async def _send_message(
        self, target: Target, message: Message, patience: _Patience
    ) -> list[str]:
        data = await self._call(target, "msg", patience, message=message)
        number = data.get("message_id")
        if number is None:
            return []
        self.sent[str(number)] = None
        if len(self.sent) > _REMEMBERED_IDS:
            self.sent.popitem(last=False)
        return [str(number)]

    async def _attach(self, target: Target, attachment: Attachment, patience: _Patience) -> None:
        """Send the file; its content as messages where the client takes no files."""
        try:
            await self._call(target, "file", patience, **encode_file(attachment))
        except Refused:
            texts = file_as_texts(attachment, CAPS.max_chars)
            unquoted = replace(target, quote=None)
            await _logged(lambda: self._send_parts(unquoted, Outgoing(texts), patience))
        except (NotSent, DeliveryUncertain) as error:
            logger.warning("文件没有发出：{}", error)

    async def _call(
        self, target: Target, what: str, patience: _Patience, **params: Any
    ) -> dict[str, Any]:
        action, window = _ACTIONS[what, target.group_id is not None]
        number = target.user_id if target.group_id is None else target.group_id
        params[window] = number
        for attempt in range(1, patience.tries + 1):
            try:
                return await self._connections.call(
                    target.self_id, action, within_seconds=patience.seconds, **params
                )
            except (WriteFailed, ConnectionLost) as error:
                logger.warning("发送失败：{}", error)
                if attempt == patience.tries:
                    raise
        raise AssertionError("there is at least one try")


_ACTIONS = {
    ("msg", True): ("send_group_msg", "group_id"),
    ("msg", False): ("send_private_msg", "user_id"),
    ("file", True): ("upload_group_file", "group_id"),
    ("file", False): ("upload_private_file", "user_id"),
}


def _messages(drawn: Outgoing, quote: int | None) -> list[Message]:
    """The picture and the first text are one message."""
    first, *rest = drawn.texts or ("",)
    messages = [encode(first, quote=quote, picture=drawn.picture)]
    return messages + [encode(text) for text in rest]


async def _logged(work: Callable[[], Awaitable[object]]) -> None:
    try:
        await work()
    except (NotSent, DeliveryUncertain) as error:
        logger.warning("文件的内容没有发出：{}", error)
