"""The connection to Discord: what is heard, where it leads, how it is kept.

discord.py resumes a broken session by itself, so that nothing that was said meanwhile is lost. It
gives up here when that fails many times in a row; the supervisor then begins anew.
"""

import asyncio
import contextlib
import logging
import sys
import threading
from collections.abc import Callable
from typing import Any, Literal, Protocol

import aiohttp
import discord
import discord.client
from discord.backoff import ExponentialBackoff
from discord.gateway import DiscordWebSocket, KeepAliveHandler, ReconnectWebSocket
from discord.http import Route
from loguru import logger
from yarl import URL

from bot.platforms.discord.calls import LONGEST_RATE_LIMIT_SECONDS
from bot.platforms.discord.codec import Interaction
from bot.platforms.discord.link import Logins

_DEFAULT_GATEWAY = DiscordWebSocket.DEFAULT_GATEWAY
_LONGEST_PAUSE_SECONDS = 30.0
_MOST_FAILURES = 12
_CLOSE_SECONDS = 1.0


class Listener(Protocol):
    """Hears of what happens on a connection."""

    def connected(self, client: "Connection") -> None:
        """Messages can come and go (again)."""
        ...

    async def message(self, client: discord.Client, message: discord.Message) -> None:
        """Somebody wrote."""
        ...

    async def interaction(self, interaction: Interaction) -> None:
        """Somebody used a command, pressed a button or is typing a command."""
        ...


class Connection(discord.Client):
    """One session with Discord; made anew for every ``connect`` of the platform."""

    def __init__(self, listener: Listener, logins: Logins, proxy: str = "") -> None:
        intents = discord.Intents.none()
        intents.guilds = intents.guild_messages = intents.dm_messages = True
        intents.message_content = True
        super().__init__(
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            guild_ready_timeout=0.0,
            max_ratelimit_timeout=LONGEST_RATE_LIMIT_SECONDS,
            proxy=proxy or None,
        )
        state = self._connection
        state.parsers = {name: _careful(name, parse) for name, parse in state.parsers.items()}
        self.is_up = False
        self.problem = ""
        self._listener = listener
        self._logins = logins
        self._failures = 0
        self._given_up = asyncio.Event()

    async def hold(self) -> None:
        """Keep the session that ``login`` prepared; raises what ended it.

        ConnectionError when it cannot be begun, resumed or begun anew.
        """
        keeping = asyncio.create_task(self.connect())
        giving_up = asyncio.create_task(self._given_up.wait())
        try:
            await asyncio.wait({keeping, giving_up}, return_when=asyncio.FIRST_COMPLETED)
            if self._given_up.is_set():
                raise ConnectionError(self.problem or "会话接不上，要重新登录")
            keeping.result()
        finally:
            keeping.cancel()
            giving_up.cancel()
            await asyncio.wait({keeping, giving_up})
            await self._leave_sockets()

    async def _leave_sockets(self) -> None:
        """Close what is left of this session: one that was being begun is known to nobody else."""
        for thread in threading.enumerate():
            if isinstance(thread, KeepAliveHandler) and thread.ws._connection is self._connection:
                thread.stop()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_CLOSE_SECONDS):
                        await thread.ws.socket.close()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Count the logins, and take Discord's time between two."""
        self._logins.note()
        if self._logins.are_spent():
            self._given_up.set()
        await super().before_identify_hook(shard_id, initial=initial)

    async def on_connect(self) -> None:
        self._up()

    async def on_resumed(self) -> None:
        self._up()

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Pass an event on; that of a broken session comes while its reason is being handled."""
        if event == "disconnect":
            self._broke(sys.exception())
        super().dispatch(event, *args, **kwargs)

    async def on_message(self, message: discord.Message) -> None:
        await self._listener.message(self, message)

    async def on_interaction(self, interaction: Interaction) -> None:
        await self._listener.interaction(interaction)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Log what went wrong with an event, without the event: it holds people's words."""
        logger.opt(exception=True).error("Discord 的一个事件没有处理好：{}", event_method)

    def _broke(self, error: BaseException | None) -> None:
        """Note why; give up what never began (discord.py would resume it) or fails on and on."""
        has_begun = self.ws is not None  # pyright: ignore[reportUnnecessaryComparison]
        self.is_up = False
        self._failures += 1
        if self._failures > _MOST_FAILURES or not has_begun:
            self._given_up.set()
        problem = _described(error)
        if has_begun and problem != self.problem and not isinstance(error, ReconnectWebSocket):
            logger.warning("discord：会话断了，正在接：{}", problem)
        self.problem = problem

    def _up(self) -> None:
        self.is_up = True
        self.problem = ""
        self._failures = 0
        self._listener.connected(self)


def lead_to(api_base: str, gateway_url: str) -> None:
    """Say where Discord is and keep its library quiet; this holds for the whole process.

    Its log lines have addresses with the tokens of interactions in them.
    """
    Route.BASE = api_base.rstrip("/")
    DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway_url) if gateway_url else _DEFAULT_GATEWAY
    discord.client.ExponentialBackoff = _ShortBackoff  # pyright: ignore[reportPrivateImportUsage]
    log = logging.getLogger("discord")
    log.propagate = False
    if not log.handlers:
        log.addHandler(logging.NullHandler())


def _described(error: BaseException | None) -> str:
    """Say why a session broke, without addresses: they can hold the name of a proxy's user."""
    match error:
        case ReconnectWebSocket():
            return "网关让我们重新接上"
        case discord.ConnectionClosed():
            return f"网关关掉了会话，代码 {error.code}"
        case TimeoutError():
            return "网关没有及时回应"
        case OSError() | aiohttp.ClientError():
            return f"连不上网关：{type(error).__name__}"
        case _:
            return f"网关出错：{type(error).__name__}"


def _careful(name: str, parse: Callable[[Any], Any]) -> Callable[[Any], None]:
    """Let an event that discord.py cannot read cost that event and not the session."""

    def parsed(data: Any) -> None:
        try:
            parse(data)
        except Exception as error:  # noqa: BLE001 - what Discord sends may be new
            logger.warning("看不懂 Discord 的一个 {} 事件（{}）", name, type(error).__name__)

    return parsed


class _ShortBackoff(ExponentialBackoff[Literal[False]]):
    """discord.py would wait up to a quarter of an hour after a long outage."""

    def delay(self) -> float:  # pyright: ignore[reportIncompatibleMethodOverride] - see overloads
        """Give the seconds to wait."""
        return min(float(super().delay()), _LONGEST_PAUSE_SECONDS)
