"""Calls to Discord: each with a deadline and an owner, each failure in our words.

NotSent ◀── Refused                  DeliveryUncertain
no connection, 429   403, 404, 4xx   no answer in time, 5xx, broken off
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import aiohttp
import discord
from loguru import logger

from plugins.messages import DeliveryUncertain, NotSent

_Result = TypeVar("_Result")

LONGEST_RATE_LIMIT_SECONDS = 30.0
"""discord.py waits that long by itself and reports a longer limit (it takes no less than 30)."""
_CLOSE_SECONDS = 1.0


class Refused(NotSent):
    """Discord answered that it will not do it; ``code`` is its own number for the reason."""

    def __init__(self, reason: str, code: int = 0, *, can_retry: bool = False) -> None:
        super().__init__(reason, can_retry=can_retry)
        self.code = code


class Calls:
    """The calls under way to Discord."""

    def __init__(self, seconds: float, broken_off: Callable[[], None] = lambda: None) -> None:
        """``seconds``: how long one may take; ``broken_off`` hears of one that took longer."""
        self._seconds = seconds
        self._broken_off = broken_off
        self._tasks: set[asyncio.Future[Any]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    async def __call__(self, call: Coroutine[Any, Any, _Result]) -> _Result:
        """Give what ``call`` gives; raises NotSent, Refused or DeliveryUncertain.

        It is made to its end when whoever waits for it is cancelled.
        """
        task = self._own(self._in_time(call))
        await asyncio.wait({task})
        if task.cancelled():
            raise DeliveryUncertain("退出时还没有等到 Discord 确认")
        try:
            return task.result()
        except Exception as error:  # noqa: BLE001 - it is raised again, in our words
            raise failure(error) from None

    def later(self, call: Coroutine[Any, Any, Any]) -> None:
        """Have ``call`` made without waiting; its failure is only logged."""
        self._own(self._quietly(call))

    async def close(self) -> None:
        """Break off what is still under way."""
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_CLOSE_SECONDS)

    def _own(self, call: Coroutine[Any, Any, _Result]) -> "asyncio.Task[_Result]":
        task = asyncio.create_task(call)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Future[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # looked at, for whoever waited may have gone

    async def _in_time(self, call: Coroutine[Any, Any, _Result]) -> _Result:
        try:
            async with asyncio.timeout(self._seconds):
                return await call
        except TimeoutError:
            self._broken_off()
            raise DeliveryUncertain("Discord 没有及时确认") from None

    async def _quietly(self, call: Coroutine[Any, Any, Any]) -> None:
        try:
            await self._in_time(call)
        except Exception as error:  # noqa: BLE001 - nobody waits for it
            logger.debug("Discord 的一次附带调用没有成：{}", type(error).__name__)


def failure(error: Exception) -> NotSent | DeliveryUncertain:
    """Name what a call of discord.py raised; texts of Discord are not passed on."""
    match error:
        case NotSent() | DeliveryUncertain():
            return error
        case discord.RateLimited():
            return NotSent(f"Discord 限流，{error.retry_after:.0f} 秒后才能再发")
        case discord.DiscordServerError():
            return DeliveryUncertain(f"Discord 出错（{error.status}）")
        case discord.HTTPException():
            return _refusal(error)
        case aiohttp.ClientConnectorError() | aiohttp.ClientProxyConnectionError():
            return NotSent("连不上 Discord")
        case RuntimeError():
            return NotSent("和 Discord 的连接已经关闭")
        case _:
            return DeliveryUncertain(f"Discord 的回应没有收全（{type(error).__name__}）")


def _refusal(error: discord.HTTPException) -> NotSent:
    if error.status == 429:
        return NotSent("Discord 限流，请稍后再发")
    if error.status == 401:
        return Refused("Discord 不认令牌或应答已过期（401）", error.code)
    reason = _REASONS.get(error.code, "Discord 拒绝了")
    return Refused(f"{reason}（{error.status}/{error.code}）", error.code)


CANNOT_WRITE_TO_USER = 50007
"""The person takes no direct messages from this bot."""
CANNOT_QUOTE = 160002
"""The bot may not read the history of the channel."""
_REASONS = {
    10003: "没有这个频道",
    10008: "没有这条消息",
    10013: "没有这个人",
    10015: "应答已过期",
    10062: "应答已过期",
    40005: "文件太大",
    50001: "机器人看不到这个频道",
    CANNOT_WRITE_TO_USER: "对方不接收私信",
    50013: "机器人在这个频道没有权限",
    50027: "应答已过期",
    50035: "内容不合 Discord 的格式",
    50083: "帖子已归档",
    50278: "和对方没有共同的服务器",
}
"""developers: topics/opcodes-and-status-codes, JSON error codes."""
