"""The one road to Redis: every call has a deadline, and a dead Redis costs nobody a wait."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar, cast

from loguru import logger
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, RedisError, ResponseError

from backend.errors import StoreUnavailable

T = TypeVar("T")

CONCURRENCY = 16
SLICES = 5
QUEUE_DEADLINES = 10


class RedisLink:
    """Runs operations on a client, each within ``timeout_seconds``.

    After a failure nothing is asked for ``retry_seconds``; then one caller tries while the others
    still go without. At most CONCURRENCY operations run at once; the rest wait their turn, which
    does not count against their deadline but is bounded too.
    """

    def __init__(
        self,
        client: Redis,
        *,
        timeout_seconds: float = 0.5,
        retry_seconds: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._timeout = timeout_seconds
        self._retry_seconds = retry_seconds
        self._clock = clock
        self._slots = asyncio.Semaphore(CONCURRENCY)
        self._failure: str | None = None
        self._retry_at = 0.0

    async def run(self, operation: Callable[[Redis], Awaitable[T]]) -> T:
        """Give the operation's result; StoreUnavailable when Redis fails, refuses or is late.

        A ResponseError for which ``is_damage`` holds passes through: Redis is well, the value
        at the key is not.
        """
        async with self._slot():
            self._refuse_while_down()
            try:
                result = await self._within_deadline(operation(self._client))
            except ResponseError as error:
                self.forgive()
                if is_damage(error):
                    raise
                raise StoreUnavailable(f"Redis 拒绝了命令：{error}") from error
            except (RedisError, OSError) as error:
                raise self._fail(error) from error
            self.forgive()
            return result

    async def ping(self) -> float:
        """Give the round trip in milliseconds; StoreUnavailable like every other call."""
        started = time.perf_counter()
        await self.run(_ping)
        return (time.perf_counter() - started) * 1000

    def forgive(self) -> None:
        """Ask Redis again from now on: it has answered, or was just restarted."""
        if self._failure is not None:
            self._failure = None
            logger.info("Redis 恢复应答")

    async def aclose(self) -> None:
        """Close every connection."""
        await self._client.aclose()
        await self._client.connection_pool.disconnect()

    @asynccontextmanager
    async def _slot(self) -> AsyncGenerator[None]:
        try:
            async with asyncio.timeout(self._timeout * QUEUE_DEADLINES):
                await self._slots.acquire()
        except TimeoutError as error:
            raise StoreUnavailable("等待访问 Redis 的操作太多") from error
        try:
            yield
        finally:
            self._slots.release()

    def _refuse_while_down(self) -> None:
        if self._failure is None:
            return
        now = self._clock()
        if now < self._retry_at:
            raise StoreUnavailable(self._failure)
        self._retry_at = now + self._retry_seconds

    def _fail(self, error: Exception) -> StoreUnavailable:
        sentence = self._sentence(error)
        if self._failure is None:
            logger.warning("{}；{:g} 秒后再试", sentence, self._retry_seconds)
        self._failure = sentence
        self._retry_at = self._clock() + self._retry_seconds
        return StoreUnavailable(sentence)

    def _sentence(self, error: Exception) -> str:
        if isinstance(error, AuthenticationError):
            return "Redis 拒绝登录，请检查地址里的用户名和密码"
        if isinstance(error, TimeoutError):
            return f"Redis 在 {self._timeout:g} 秒内没有应答"
        return f"连不上 Redis：{error}"

    async def _within_deadline(self, awaitable: Awaitable[T]) -> T:
        # In slices, each with at least one pass of the event loop: when it is the loop that was
        # busy for the whole deadline, the answer already waiting in the socket is still read.
        task = asyncio.ensure_future(awaitable)
        try:
            for _ in range(SLICES):
                await asyncio.wait({task}, timeout=self._timeout / SLICES)
                if task.done():
                    return task.result()
            raise TimeoutError
        finally:
            if not task.done():
                task.cancel()
                await asyncio.wait({task}, timeout=self._timeout)
            if task.done() and not task.cancelled():
                task.exception()


def is_damage(error: BaseException) -> bool:
    """Tell a value that is not what we keep at that key from a Redis that cannot work."""
    return isinstance(error, ResponseError) and (
        "WRONGTYPE" in str(error) or "not an integer" in str(error)
    )


async def _ping(client: Redis) -> None:
    await cast("Any", client).ping()
