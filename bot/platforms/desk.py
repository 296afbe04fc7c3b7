"""Has the messages of a platform answered, each by a task of its own, the same for every platform.

decode → ``Desk.take`` → Answerer → ``respond`` of the platform → receipt → Answerer
"""

import asyncio
from collections.abc import Awaitable, Callable

from loguru import logger
from prometheus_client import CollectorRegistry, Counter

from bot.platforms.ports import Answerer, Progress
from plugins.messages import DeliveryUncertain, IncomingMessage, NotSent, Receipt, Reply

_DRAIN_SECONDS = 1.0

Respond = Callable[[Reply], Awaitable[Receipt | None]]
"""Sends a reply where its message came from; None when the sender got only a notice.

Raises NotSent or DeliveryUncertain.
"""


class ReplyCounter:
    """Counts what became of replies; one for all platforms of a process."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._replies = Counter(
            "assistant408_replies",
            "Replies by platform and by whether the platform accepted them",
            ["platform", "result"],
            registry=registry,
        )

    def count(self, platform: str, result: str) -> None:
        """Count one reply as ``ok``, ``failed`` or ``uncertain``."""
        self._replies.labels(platform, result).inc()


class Desk:
    """The tasks that answer the messages of one platform."""

    def __init__(self, platform: str, answerer: Answerer, counter: ReplyCounter) -> None:
        self._platform = platform
        self._answerer = answerer
        self._counter = counter
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    def __len__(self) -> int:
        """How many messages are being answered."""
        return len(self._tasks)

    def take(
        self, message: IncomingMessage, respond: Respond, progress: Progress | None = None
    ) -> asyncio.Task[None] | None:
        """Have ``message`` answered; None while closing. The task never raises.

        Cancelling it gives the answer up, as when its reader is gone.
        """
        if self._closing:
            return None
        task = asyncio.create_task(self._answer(message, respond, progress))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

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

    async def _answer(
        self, message: IncomingMessage, respond: Respond, progress: Progress | None
    ) -> None:
        try:
            reply = await self._answerer.handle(message, progress)
            if reply.is_silent:
                return
            receipt = await self._send(reply, respond)
            if receipt is not None:
                await self._answerer.delivered(message, reply, receipt)
        except Exception:  # noqa: BLE001 - the last net: one message must not take down others
            logger.exception("一条消息没有处理好")

    async def _send(self, reply: Reply, respond: Respond) -> Receipt | None:
        """Send the reply and count how it went; None when its sender did not get it."""
        try:
            receipt = await respond(reply)
        except NotSent as error:
            logger.warning("回复没有发出：{}", error)
            self._counter.count(self._platform, "failed")
        except DeliveryUncertain as error:
            logger.warning("回复不知有没有发出：{}", error)
            self._counter.count(self._platform, "uncertain")
        else:
            self._counter.count(self._platform, "ok")
            return receipt
        return None
