"""A WeCom AI bot as a platform of the house."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import FastAPI
from loguru import logger

from bot.platforms.desk import Desk
from bot.platforms.downloads import picture_hosts
from bot.platforms.ports import Clock, shanghai_now
from bot.platforms.wecom import cards, frames
from bot.platforms.wecom.codec import conversation_of, decode, decode_press
from bot.platforms.wecom.frames import Body, Frame, part, string
from bot.platforms.wecom.line import Line
from bot.platforms.wecom.media import HOSTS, Pictures
from bot.platforms.wecom.outbox import WeComOutbox
from bot.rendering.outgoing import Painter
from plugins.messages import DeliveryUncertain, NotSent

WELCOME = "你好，我是 408 学习助手。直接发问题就行，例如「什么是死锁」；发「/帮助」看我还会什么。"
UNREADABLE = "我看得懂文字、图片和语音，这种消息还看不懂。"
_REMEMBERED_EVENTS = 1000
_MOST_ERRANDS = 64


@dataclass(frozen=True, slots=True)
class WeComOptions:
    """How to reach WeCom; ``name`` is how the bot is called in groups, "" when nobody said."""

    bot_id: str
    secret: str
    url: str = "wss://openws.work.weixin.qq.com"
    name: str = ""
    heartbeat_seconds: float = 30.0
    api_timeout_seconds: float = 10.0

    def __repr__(self) -> str:
        return f"WeComOptions(bot_id={self.bot_id!r}, url={self.url!r})"


class WeComPlatform:
    """Receives callbacks over the long connection, has them answered, sends the replies."""

    name = "wecom"

    def __init__(
        self,
        desk: Desk,
        options: WeComOptions,
        *,
        painter: Painter | None = None,
        clock: Clock = shanghai_now,
    ) -> None:
        """``painter`` None: every picture is said in words."""
        self.desk = desk
        self._options = options
        self._clock = clock
        self._line = Line(
            options.bot_id,
            options.secret,
            options.url,
            heartbeat_seconds=options.heartbeat_seconds,
            answer_seconds=options.api_timeout_seconds,
        )
        self._pictures = Pictures(picture_hosts(HOSTS, options.url))
        self.outbox = WeComOutbox(self._line, options.api_timeout_seconds, painter)
        self._errands: set[asyncio.Task[None]] = set()
        self._seen: OrderedDict[str, None] = OrderedDict()

    async def connect(self, connected: Callable[[], None]) -> None:
        """Hold the connection; see ``Line.hold`` for what it raises."""
        try:
            await self._line.hold(connected, self.receive)
        finally:
            for errand in self._errands:
                errand.cancel()

    def nonebot(self) -> None:
        """Do without NoneBot: it has no adapter for the long connection."""

    def mount(self, app: FastAPI, address: str) -> None:
        """Add no routes: the connection goes out from here."""
        del app, address

    def state(self) -> dict[str, Any]:
        """Say how many messages are being answered."""
        return {"answering": len(self.desk)}

    def receive(self, frame: Frame) -> None:
        """Take one callback; the work is done by tasks."""
        if frame.cmd == frames.MESSAGE:
            self._take_message(frame)
            return
        event = part(frame.body, "event")
        if string(event, "eventtype") == "enter_chat":
            self._once(frame, self._welcome(frame.req_id))
        elif (press := cards.read_press(event)) is not None:
            self._take_press(frame, press)

    def _take_message(self, frame: Frame) -> None:
        decoded = decode(
            frame.body,
            frame.req_id,
            self._clock(),
            bot=self._options.bot_id,
            name=self._options.name,
            pictures=self._pictures,
        )
        if decoded is None:
            self._once(frame, self._tell_unreadable(frame))
            return
        message, origin = decoded
        stream = self.outbox.stream(frame.req_id, origin.chat)
        respond = partial(self.outbox.respond, origin, stream)
        self.desk.take(message, respond, partial(self.outbox.show, stream))

    def _take_press(self, frame: Frame, press: cards.Press) -> None:
        """Have a pressed button answered, and show on it that it was pressed.

        An event can be answered with a new card only; the reply is sent actively.
        """
        decoded = decode_press(
            frame.body,
            self._clock(),
            bot=self._options.bot_id,
            choice=press.choice,
            task_id=press.task_id,
        )
        if decoded is None:
            return
        message, origin = decoded
        self._once(frame, self._mark(frame.req_id, press, origin.user))
        self.desk.take(message, partial(self.outbox.respond, origin, None))

    async def _welcome(self, req_id: str) -> None:
        """Greet who opens the chat: the platform allows one message, within five seconds."""
        body: Body = {"msgtype": "text", "text": {"content": WELCOME}}
        await self._line.call(frames.WELCOME, body, req_id=req_id)

    async def _tell_unreadable(self, frame: Frame) -> None:
        window = conversation_of(frame.body, self._options.bot_id)
        if window is not None:
            stream = self.outbox.stream(frame.req_id, window[1].chat)
            await stream.finish(UNREADABLE, 0.0)

    async def _mark(self, req_id: str, press: cards.Press, user: str) -> None:
        """Change the card for who pressed it, which the platform allows within five seconds."""
        body: Body = {
            "response_type": "update_template_card",
            "userids": [user],
            "template_card": cards.pressed_card(press),
        }
        await self._line.call(frames.UPDATE, body, req_id=req_id)

    def _once(self, frame: Frame, errand: Coroutine[Any, Any, None]) -> None:
        """Run a small answer in a task of its own, once for a callback and not too many at once."""
        msgid = string(frame.body, "msgid") or frame.req_id
        if msgid in self._seen or len(self._errands) >= _MOST_ERRANDS:
            errand.close()
            return
        self._seen[msgid] = None
        if len(self._seen) > _REMEMBERED_EVENTS:
            self._seen.popitem(last=False)
        task = asyncio.create_task(_logged(errand))
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)


async def _logged(errand: Coroutine[Any, Any, None]) -> None:
    try:
        await errand
    except (NotSent, DeliveryUncertain) as error:
        logger.warning("企业微信的一个回应没有发出：{}", error)
