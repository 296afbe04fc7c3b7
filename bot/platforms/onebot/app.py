"""NoneBot with one matcher behind one web application, and serving it.

NoneBot has no back-pressure and costs a millisecond per matcher: the matcher only decodes and
hands over; the router behind ``Answerer`` bounds the work.
"""

import asyncio
import os
import socket
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

import nonebot
from fastapi import FastAPI
from loguru import logger
from nonebot.adapters.onebot.v11 import Adapter, Bot, MessageEvent
from prometheus_client import Counter
from starlette.responses import JSONResponse, Response

from bot.health import METRICS_CONTENT_TYPE, Health
from bot.platforms.listening import display_host, port_of
from bot.platforms.onebot.codec import Target, decode
from bot.platforms.onebot.connections import Connections
from bot.platforms.onebot.door import Door
from bot.platforms.onebot.outbox import OneBotOutbox
from bot.platforms.ports import Answerer, Clock, shanghai_now
from bot.platforms.serving import Hook, serve_until_signal
from bot.rendering.outgoing import Painter
from plugins.messages import DeliveryUncertain, IncomingMessage, NotSent, Receipt, Reply

PATH = "/onebot/v11/ws"
_DRAIN_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class OneBotOptions:
    """How OneBot clients are treated; an empty ``access_token`` lets every client in."""

    access_token: str = ""
    ignored_users: frozenset[str] = frozenset()
    api_timeout_seconds: float = 10.0


class OneBotPlatform:
    """Receives messages from NoneBot, has them answered, sends the replies.

    Made before ``serve``, so that whoever pushes can be given its ``outbox``.
    """

    def __init__(
        self,
        answerer: Answerer,
        options: OneBotOptions,
        health: Health,
        *,
        painter: Painter | None = None,
        clock: Clock = shanghai_now,
    ) -> None:
        """``painter`` None: every picture is said in words."""
        self.options = options
        self.health = health
        self._answerer = answerer
        self._clock = clock
        self._connections = Connections(options.api_timeout_seconds)
        self.outbox = OneBotOutbox(self._connections, options.api_timeout_seconds, painter)
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False
        self._sent = Counter(
            "assistant408_onebot_replies",
            "Replies by whether the OneBot client accepted them",
            ["result"],
            registry=health.registry,
        )
        health.add("onebot", self._probe)

    async def receive(self, bot: Bot, event: MessageEvent) -> None:
        """Take one message; the work is done by a task of ours, so NoneBot's can end at once."""
        del bot
        decoded = decode(event, self._clock(), self.options.ignored_users, self.outbox.sent)
        if decoded is not None and not self._closing:
            self._start(self._answer(*decoded))

    async def connected(self, bot: Bot) -> None:
        """Note an account that came."""
        self._connections.connected(bot)
        logger.info("OneBot 客户端已连接：QQ {}", bot.self_id)

    async def disconnected(self, bot: Bot) -> None:
        """Note an account that went."""
        self._connections.disconnected(bot)
        logger.warning("OneBot 客户端已断开：QQ {}", bot.self_id)

    async def drain(self) -> None:
        """Take nothing new, let the replies under way leave for a second, cancel the rest."""
        self._closing = True
        tasks = set(self._tasks)
        if not tasks:
            return
        _, late = await asyncio.wait(tasks, timeout=_DRAIN_SECONDS)
        for task in late:
            task.cancel()
        if late:
            logger.warning("退出时放弃了 {} 条还没答完的消息", len(late))
            await asyncio.wait(late, timeout=_DRAIN_SECONDS)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, message: IncomingMessage, target: Target) -> None:
        try:
            reply = await self._answerer.handle(message)
            if reply.is_silent:
                return
            receipt = await self._respond(target, reply)
            if receipt is not None:
                await self._answerer.delivered(message, reply, receipt)
        except Exception:  # noqa: BLE001 - the last net: one message must not take down others
            logger.exception("一条消息没有处理好")

    async def _respond(self, target: Target, reply: Reply) -> Receipt | None:
        """Send the reply and count how it went; None when its sender did not get it."""
        try:
            receipt = await self.outbox.respond(target, reply)
        except NotSent as error:
            logger.warning("回复没有发出：{}", error)
            self._sent.labels("failed").inc()
        except DeliveryUncertain as error:
            logger.warning("回复不知有没有发出：{}", error)
            self._sent.labels("uncertain").inc()
        else:
            self._sent.labels("ok").inc()
            return receipt
        return None

    async def _probe(self) -> dict[str, Any]:
        return {"ok": len(self._connections) > 0, "connected": len(self._connections)}


def create_app(platform: OneBotPlatform) -> FastAPI:
    """Build the web application; once per process, for NoneBot is global."""
    _init_nonebot(platform.options)
    driver = nonebot.get_driver()
    driver.register_adapter(Adapter)
    nonebot.on_message(handlers=[platform.receive], priority=1, block=True)
    driver.on_bot_connect(platform.connected)
    driver.on_bot_disconnect(platform.disconnected)
    app = nonebot.get_app()
    app.add_middleware(Door)
    _add_health_routes(app, platform.health)
    return app


async def serve(
    platform: OneBotPlatform,
    *,
    host: str,
    listener: socket.socket,
    on_ready: Sequence[Hook] = (),
    before_close: Sequence[Hook] = (),
    on_shutdown: Sequence[Hook] = (),
) -> None:
    """Serve OneBot v11 and the health pages until SIGTERM or SIGINT.

    ``listener`` comes from ``listening.claim(host, port)``. ``on_ready`` hooks run when clients
    can connect; one that raises ends the serving. At the end ``before_close`` hooks run, replies
    under way get a second to leave, connections are closed, then the ``on_shutdown`` hooks run.
    """
    address = f"ws://{display_host(host)}:{port_of(listener)}{PATH}"

    async def ready() -> None:
        logger.info("OneBot v11 已就绪：{}", address)

    await serve_until_signal(
        create_app(platform),
        listener,
        on_ready=(ready, *on_ready),
        before_close=(*before_close, platform.drain),
        after_close=on_shutdown,
    )


def _init_nonebot(options: OneBotOptions) -> None:
    """Start NoneBot with our values only.

    Values from environment variables such as NICKNAME or PORT and from our own .env, where the
    secrets are, must not reach it.
    """
    nonebot.init(
        _env_file=(os.devnull,),
        driver="~fastapi+~aiohttp",
        host="127.0.0.1",
        port=8080,
        log_level="WARNING",
        api_timeout=options.api_timeout_seconds,
        onebot_access_token=options.access_token or None,
        nickname=set(),
        superusers=set(),
    )
    logger.configure(patcher=lambda _: None)  # NoneBot shortens the names of all modules


def _add_health_routes(app: FastAPI, health: Health) -> None:
    async def healthz() -> Response:
        report = await health.report()
        return JSONResponse(report.as_json(), report.http_status)

    async def metrics() -> Response:
        return Response(health.metrics(), media_type=METRICS_CONTENT_TYPE)

    app.add_api_route("/healthz", healthz, include_in_schema=False)
    app.add_api_route("/metrics", metrics, include_in_schema=False)
