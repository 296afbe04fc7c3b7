"""Replies and pushes on their way to WeCom: text, pictures, buttons, files.

The first text of a reply ends the stream that answers the callback; all else is sent actively,
which works where somebody has talked to the bot before. A push is sent once and whoever sent it
decides about the next try. A reply is patient: it waits for the connection to come back and is
sent again when the platform was busy or the connection broke, for the person is looking.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from loguru import logger

from bot.platforms.wecom import cards, frames
from bot.platforms.wecom.codec import CAPS, MAX_BYTES, Origin, fingerprint, origin_of
from bot.platforms.wecom.frames import Body
from bot.platforms.wecom.line import ConnectionLost, Line, Refused, WriteFailed
from bot.platforms.wecom.media import upload
from bot.platforms.wecom.quota import Quota
from bot.platforms.wecom.stream import ReplyStream
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

PRIVATE_SENT = "回复发到单聊了。"
PRIVATE_REFUSED = "单聊发不出去，请先在单聊里给我发一句话，再来一次。"
PRIVATE_UNCERTAIN = "回复发到单聊了；没收到的话，请先在单聊里给我发一句话，再来一次。"
IN_THE_PICTURE = "答案在图里。"
BROKEN_OFF = "没能发完，请再问一次。"
_PUSH_SECONDS = 1.0
_BUSY_SECONDS = (2.0, 8.0, 20.0)
"""Pauses before another try when the platform is busy; its limit is by the minute."""
_POWERS = re.compile(r"<(?=@|/?think)", re.IGNORECASE)
"""WeCom reads ``<@userid>`` as a mention and ``<think>`` as a thought to fold away."""


@dataclass(frozen=True, slots=True)
class _Patience:
    """How long to wait for the connection, and how often to try."""

    seconds: float
    tries: int


class WeComOutbox:
    """``plugins.messages.Outbox`` for WeCom, and the way of replies to their senders."""

    def __init__(self, line: Line, reply_seconds: float, painter: Painter | None = None) -> None:
        """``reply_seconds``: how long a reply waits for a connection that is away."""
        self._line = line
        self._painter = painter
        self._for_push = _Patience(_PUSH_SECONDS, tries=1)
        self._for_reply = _Patience(reply_seconds, tries=len(_BUSY_SECONDS) + 1)
        self._quota = Quota(time.monotonic)

    def caps(self, conversation: Conversation) -> Caps | None:
        """What WeCom can do; None for the conversations of other platforms."""
        return CAPS if conversation.platform == "wecom" else None

    def is_ready(self, conversation: Conversation) -> bool:
        """Whether the bot is connected now."""
        del conversation
        return self._line.is_up

    async def is_member(self, group: Conversation, user: str) -> bool:
        """Say no: the platform tells an AI bot nothing of who is in a group."""
        del group, user
        return False

    async def send(self, conversation: Conversation, reply: Reply) -> Receipt:
        """Push ``reply``.

        Raises NotSent or DeliveryUncertain. Once the first part is confirmed the reply counts as
        delivered: what fails later is logged, and missing in the receipt.
        """
        return await self._deliver(origin_of(conversation), None, reply, self._for_push)

    def stream(self, req_id: str, chat: str) -> ReplyStream:
        """Begin the stream that answers the callback ``req_id`` from ``chat``."""
        return ReplyStream(self._line, req_id, chat, self._quota)

    async def show(self, stream: ReplyStream, text: str) -> None:
        """Show the growing Markdown ``text`` of a reply; raises NotSent or DeliveryUncertain."""
        if not stream.is_due or not text.strip():
            return
        drawn = await outgoing(Reply(text, "answer"), CAPS, None)
        if texts := _sendable(drawn.texts):
            await stream.grow(texts[0])

    async def respond(
        self, origin: Origin, stream: ReplyStream | None, reply: Reply
    ) -> Receipt | None:
        """Send ``reply`` where its message came from, privately when it asks for that.

        ``stream`` answers the callback, None where it cannot be answered so. None when a notice
        went to the group instead. Raises as ``send`` does.
        """
        try:
            if reply.private and origin.is_group:
                return await self._whisper(origin, stream, reply)
            return await self._deliver(origin, stream, reply, self._for_reply)
        except (NotSent, DeliveryUncertain):
            if stream is not None and stream.is_open and self._line.is_up:
                await _logged("没有结束的回复", lambda: stream.finish(BROKEN_OFF, 0.0))
            raise

    async def _whisper(
        self, origin: Origin, stream: ReplyStream | None, reply: Reply
    ) -> Receipt | None:
        privately = Origin(origin.user, is_group=False, user=origin.user)
        try:
            receipt = await self._deliver(privately, None, reply, self._for_reply)
        except Refused as refused:
            if refused.is_busy:
                raise
            notice = PRIVATE_REFUSED
        except DeliveryUncertain:
            notice = PRIVATE_UNCERTAIN
        else:
            if stream is not None and stream.is_open:
                await _logged("没有结束的回复", lambda: stream.finish(PRIVATE_SENT, 0.0))
            return receipt
        await self._say(origin, stream, notice, self._for_reply)
        return None

    async def _deliver(
        self, origin: Origin, stream: ReplyStream | None, reply: Reply, patience: _Patience
    ) -> Receipt:
        drawn = await outgoing(reply, CAPS, self._painter)
        if drawn.picture is not None and not await self._show_picture(origin, drawn, patience):
            drawn = without_picture(reply, CAPS)
        ids = await self._say_all(origin, stream, drawn, patience)
        if cards.fits(reply.choices):
            ids += await self._offer(origin, reply, patience)
        if reply.attachment is not None:
            await self._attach(origin, reply.attachment, patience)
        return Receipt(tuple(ids))

    async def _show_picture(self, origin: Origin, drawn: Outgoing, patience: _Patience) -> bool:
        """Send the picture; False when it certainly did not arrive and words may."""
        assert drawn.picture is not None
        try:
            await self._send_file(origin, "image", "408.png", drawn.picture, patience)
        except (Refused, _NotUploaded) as error:
            logger.warning("图片没有发出，改发文字：{}", error)
            return False
        return True

    async def _say_all(
        self, origin: Origin, stream: ReplyStream | None, drawn: Outgoing, patience: _Patience
    ) -> list[str]:
        """Send the texts in order; only the failure of what comes first of all is raised."""
        texts = _sendable(drawn.texts)
        named_by_text = drawn.picture is None  # captions repeat: a quote of one would be of many
        if not texts and stream is not None and stream.is_open:
            texts = [IN_THE_PICTURE]
        ids: list[str] = []
        for number, text in enumerate(texts, 1):
            try:
                said = await self._say(origin, stream if number == 1 else None, text, patience)
                ids += said if named_by_text else [i for i in said if i != fingerprint(text)]
            except (NotSent, DeliveryUncertain) as error:
                if number == 1 and drawn.picture is None:
                    raise
                logger.warning("第 {}/{} 部分没有发出：{}", number, len(texts), error)
                break
        return ids

    async def _say(
        self, origin: Origin, stream: ReplyStream | None, text: str, patience: _Patience
    ) -> list[str]:
        """Send one text, by the stream where there is one that is still open to it."""
        if stream is not None:
            try:
                # The same stream again shows the same text once; anything else would come twice.
                answer = await _patiently(
                    lambda: stream.finish(text, patience.seconds), patience, ConnectionLost
                )
            except Refused as refused:
                if not refused.is_expired:
                    raise
                logger.warning("原消息已不能回复，改为主动发送：{}", refused)
            else:
                return _ids(text, answer)
        markdown: Body = {"msgtype": "markdown", "markdown": {"content": text}}
        return _ids(text, await self._send(origin, markdown, patience))

    async def _offer(self, origin: Origin, reply: Reply, patience: _Patience) -> list[str]:
        """Send the buttons; without them the choices can still be typed."""
        task_id = cards.new_task_id()
        body: Body = {
            "msgtype": "template_card",
            "template_card": cards.card(reply.choices, task_id),
        }
        sent = await _logged("按钮", lambda: self._send(origin, body, patience))
        return [task_id] if sent else []

    async def _attach(self, origin: Origin, attachment: Attachment, patience: _Patience) -> None:
        """Send the file; its content as messages where it is refused."""
        name = attachment.name.replace("/", "_").replace("\\", "_")[-80:]
        try:
            await self._send_file(origin, "file", name, attachment.data, patience)
        except (Refused, _NotUploaded) as error:
            logger.warning("文件没有发出，改发文字：{}", error)
            texts = Outgoing(file_as_texts(attachment, CAPS.max_chars, CAPS.markup))
            await _logged("文件的内容", lambda: self._say_all(origin, None, texts, patience))
        except (NotSent, DeliveryUncertain) as error:
            logger.warning("文件没有发出：{}", error)

    async def _send_file(
        self,
        origin: Origin,
        kind: Literal["image", "file"],
        name: str,
        data: bytes,
        patience: _Patience,
    ) -> None:
        try:
            media = await upload(self._line, kind, name, data, within_seconds=patience.seconds)
        except (NotSent, DeliveryUncertain) as error:
            raise _NotUploaded(str(error)) from error
        await self._send(origin, {"msgtype": kind, kind: {"media_id": media}}, patience)

    async def _send(self, origin: Origin, content: Body, patience: _Patience) -> Body:
        body: Body = {"chatid": origin.chat, "chat_type": 2 if origin.is_group else 1, **content}
        self._quota.note(origin.chat)
        return await _patiently(
            lambda: self._line.call(frames.SEND, body, within_seconds=patience.seconds), patience
        )


class _NotUploaded(NotSent):
    """A file did not get to the platform, so certainly not to anybody."""


async def _patiently(
    work: Callable[[], Awaitable[Body]], patience: _Patience, *repeatable: type[ConnectionLost]
) -> Body:
    """Do ``work`` again when it was certainly not done: nothing was written, or platform busy.

    After ``repeatable`` it is done again as well.
    """
    for attempt in range(1, patience.tries + 1):
        try:
            return await work()
        except (WriteFailed, Refused, *repeatable) as error:
            busy = isinstance(error, Refused)
            if attempt == patience.tries or (busy and not error.is_busy):
                raise
            logger.warning("发送失败，再试：{}", error)
            if busy:
                await asyncio.sleep(_BUSY_SECONDS[attempt - 1])
    raise AssertionError("there is at least one try")


def _sendable(texts: tuple[str, ...]) -> list[str]:
    """Take the power out of what a user may have written, and keep within the bytes allowed."""
    return [piece for text in texts for piece in _pieces(_POWERS.sub("＜", text))]


def _pieces(text: str) -> list[str]:
    data = text.encode("utf-8", "replace")
    pieces: list[str] = []
    while data:
        piece = data[:MAX_BYTES].decode("utf-8", "ignore")
        pieces.append(piece)
        data = data[len(piece.encode()) :]
    return pieces


def _ids(text: str, answer: Body) -> list[str]:
    """Name a sent text: as the platform does where it does, and as quotes of it will be read."""
    msgid = frames.string(answer, "msgid")
    return [*([msgid] if msgid else []), fingerprint(text)]


async def _logged(what: str, work: Callable[[], Awaitable[object]]) -> bool:
    """Do ``work``; its failure is only logged. Whether it succeeded."""
    try:
        await work()
    except (NotSent, DeliveryUncertain) as error:
        logger.warning("{}没有发出：{}", what, error)
        return False
    return True
