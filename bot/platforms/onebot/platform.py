"""QQ accounts behind OneBot clients, as a platform of the house."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import FastAPI
from loguru import logger
from nonebot.adapters import Bot, Event
from nonebot.adapters.onebot.v11 import Adapter, MessageEvent
from nonebot.adapters.onebot.v11 import Bot as OneBotBot

from bot.platforms.desk import Desk
from bot.platforms.downloads import NO_PICTURE, Downloads
from bot.platforms.nonebot_app import NoneBotPart
from bot.platforms.onebot.codec import SentPicture, decode
from bot.platforms.onebot.connections import Connections
from bot.platforms.onebot.door import Door
from bot.platforms.onebot.outbox import OneBotOutbox
from bot.platforms.ports import Clock, shanghai_now
from bot.rendering.outgoing import Painter
from plugins.messages import DeliveryUncertain, IncomingPicture, NotSent, PictureUnavailable

PATH = "/onebot/v11/ws"
PICTURE_HOSTS = frozenset({"multimedia.nt.qq.com.cn", "gchat.qpic.cn", "c2cpicdw.qpic.cn"})
"""Where QQ keeps the pictures of messages."""


@dataclass(frozen=True, slots=True)
class OneBotOptions:
    """How OneBot clients are treated; an empty ``access_token`` lets every client in.

    ``picture_hosts`` are where the pictures of messages may be loaded from.
    """

    access_token: str = ""
    ignored_users: frozenset[str] = frozenset()
    api_timeout_seconds: float = 10.0
    picture_hosts: frozenset[str] = PICTURE_HOSTS


class OneBotPlatform:
    """Receives messages from NoneBot, has them answered, sends the replies.

    The clients connect to us: there is no connection to hold.
    """

    name = "onebot"
    connect = None

    def __init__(
        self,
        desk: Desk,
        options: OneBotOptions,
        *,
        painter: Painter | None = None,
        clock: Clock = shanghai_now,
    ) -> None:
        """``painter`` None: every picture is said in words."""
        self.desk = desk
        self._options = options
        self._clock = clock
        self._downloads = Downloads(options.picture_hosts)
        self._connections = Connections(options.api_timeout_seconds)
        self.outbox = OneBotOutbox(self._connections, options.api_timeout_seconds, painter)

    def nonebot(self) -> NoneBotPart:
        """Bring the adapter, with our token."""
        settings = {
            "onebot_access_token": self._options.access_token or None,
            "api_timeout": self._options.api_timeout_seconds,
        }
        return NoneBotPart(Adapter, settings, self.receive, self.connected, self.disconnected)

    def mount(self, app: FastAPI, address: str) -> Callable[[], None]:
        """Close the entrances that nobody should use; return what says where the open one is."""
        app.add_middleware(Door)
        return lambda: logger.info("OneBot v11 已就绪：ws://{}{}", address, PATH)

    async def receive(self, bot: Bot, event: Event) -> None:
        """Take one message; the work is done by a task of ours, so NoneBot's can end at once."""
        if not isinstance(event, MessageEvent):
            return
        ignored, sent = self._options.ignored_users, self.outbox.sent
        promise = partial(self._promise, bot.self_id)
        decoded = decode(event, self._clock(), ignored, sent, promise)
        if decoded is not None:
            message, target = decoded
            self.desk.take(message, partial(self.outbox.respond, target))

    def _promise(self, account: str, sent: SentPicture) -> IncomingPicture:
        """Promise a picture of a message; nothing is loaded before it is wanted."""
        if sent.url:
            return self._downloads.picture(_secured(sent.url), sent.file or sent.url)
        return IncomingPicture(sent.file, partial(self._load, account, sent.file))

    async def _load(self, account: str, file: str) -> bytes:
        """Ask the client where a picture is, and load it from there."""
        try:
            found = await self._connections.call(
                account, "get_image", within_seconds=0.0, file=file
            )
        except (NotSent, DeliveryUncertain):
            raise PictureUnavailable(NO_PICTURE) from None
        return await self._downloads.fetch(_secured(str(found.get("url") or "")))

    async def connected(self, bot: Bot) -> None:
        """Note an account that came."""
        assert isinstance(bot, OneBotBot)
        self._connections.connected(bot)
        logger.info("OneBot 客户端已连接：QQ {}", bot.self_id)

    async def disconnected(self, bot: Bot) -> None:
        """Note an account that went."""
        assert isinstance(bot, OneBotBot)
        self._connections.disconnected(bot)
        logger.warning("OneBot 客户端已断开：QQ {}", bot.self_id)

    def state(self) -> dict[str, Any]:
        """Describe the connections for ``/healthz``."""
        return {"ok": len(self._connections) > 0, "connected": len(self._connections)}


def _secured(url: str) -> str:
    """Some clients still name QQ's addresses without TLS, which all of them have."""
    plain = "http://"
    hosts = tuple(f"{plain}{host}/" for host in PICTURE_HOSTS)
    return "https://" + url.removeprefix(plain) if url.startswith(hosts) else url
