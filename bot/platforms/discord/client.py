"""The connection to Discord: what is heard, where it leads, how it is kept.

discord.py resumes a broken session by itself, so that nothing that was said meanwhile is lost. It
gives up here when that fails many times in a row; the supervisor then begins anew.
"""

import asyncio
import logging
from collections import OrderedDict
from typing import Any, Literal, Protocol, TypeVar

import discord
import discord.client
from discord.backoff import ExponentialBackoff
from discord.gateway import DiscordWebSocket
from discord.http import Route
from loguru import logger
from yarl import URL

from bot.platforms.discord.calls import LONGEST_RATE_LIMIT_SECONDS, Calls
from bot.platforms.discord.codec import Interaction
from bot.platforms.supervision import PlatformRefused
from plugins.messages import NotSent

_DEFAULT_GATEWAY = DiscordWebSocket.DEFAULT_GATEWAY
_LONGEST_PAUSE_SECONDS = 30.0
_MOST_FAILURES = 12
_REMEMBERED_CHATS = 2000
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
IN_THE_CLEAR = (
    "ASSISTANT408_DISCORD__API_BASE 要用 https，ASSISTANT408_DISCORD__GATEWAY_URL 要用 wss："
    "不加密的地址只能是本机的，否则令牌会明文上网"
)
TYPING_SECONDS = 8.0
"""Discord shows it for ten."""

_Value = TypeVar("_Value")


class Listener(Protocol):
    """Hears of what happens on a connection."""

    def connected(self) -> None:
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

    def __init__(self, listener: Listener, proxy: str = "") -> None:
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
        self.is_up = False
        self._listener = listener
        self._failures = 0
        self._given_up = asyncio.Event()

    async def hold(self) -> None:
        """Keep the session that ``login`` prepared; raises what ended it.

        ConnectionError when it can be neither resumed nor begun anew.
        """
        keeping = asyncio.create_task(self.connect())
        giving_up = asyncio.create_task(self._given_up.wait())
        try:
            await asyncio.wait({keeping, giving_up}, return_when=asyncio.FIRST_COMPLETED)
            if not keeping.done():
                raise ConnectionError("会话接不上，要重新登录")
            keeping.result()
        finally:
            keeping.cancel()
            giving_up.cancel()
            await asyncio.wait({keeping, giving_up})

    async def on_connect(self) -> None:
        self._up()

    async def on_resumed(self) -> None:
        self._up()

    async def on_disconnect(self) -> None:
        self.is_up = False
        self._failures += 1
        if self._failures > _MOST_FAILURES:
            self._given_up.set()

    async def on_message(self, message: discord.Message) -> None:
        await self._listener.message(self, message)

    async def on_interaction(self, interaction: Interaction) -> None:
        await self._listener.interaction(interaction)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Log what went wrong with an event, without the event: it holds people's words."""
        logger.opt(exception=True).error("Discord 的一个事件没有处理好：{}", event_method)

    def _up(self) -> None:
        self.is_up = True
        self._failures = 0
        self._listener.connected()


class Link:
    """The connection that there is now, and calls through it."""

    def __init__(self, send_seconds: float) -> None:
        """``send_seconds``: how long a call may take."""
        self.calls = Calls(send_seconds, self._broken_off)
        self.client: Connection | None = None
        self._came = asyncio.Event()
        self._chats: OrderedDict[int, int] = OrderedDict()
        self._typed: OrderedDict[int, float] = OrderedDict()

    @property
    def is_up(self) -> bool:
        """Whether events come in now."""
        return self.client is not None and self.client.is_up

    @property
    def account(self) -> str:
        """The bot's own number; "" while it is not connected."""
        user = self.client.user if self.client is not None else None
        return str(user.id) if user is not None else ""

    def opened(self, client: Connection) -> None:
        """Use ``client`` from now on: it has logged in."""
        self.client = client
        self._came.set()

    def lost(self) -> None:
        """Use no connection before the next one is there."""
        self.client = None
        self._came.clear()

    async def current(self, within_seconds: float) -> Connection:
        """Give the connection, waiting a while for one that is coming back; else NotSent."""
        try:
            async with asyncio.timeout(within_seconds):
                await self._came.wait()
        except TimeoutError:
            pass
        if self.client is None:
            raise NotSent("没有连上 Discord")
        return self.client

    def _broken_off(self) -> None:
        """Open the gate that a call leaves closed if it is broken off in a limit for everything.

        Whoever goes through too early is told again to wait.
        """
        if self.client is not None:
            self.client.http._global_over.set()

    async def chat_with(self, client: discord.Client, user: int) -> int:
        """Give the number of the private chat with ``user``; raises as a call does."""
        if user not in self._chats:
            opened = await self.calls(client.http.start_private_message(user))
            self.note_chat(user, int(opened["id"]))
        return self._chats[user]

    def note_chat(self, user: int, channel: int) -> None:
        """Remember the private chat with ``user``."""
        _remember(self._chats, user, channel)

    def may_type(self, channel: int) -> bool:
        """Whether nobody is seen writing in ``channel`` now; from then on the bot is."""
        now = asyncio.get_running_loop().time()
        if now - self._typed.get(channel, -TYPING_SECONDS) < TYPING_SECONDS:
            return False
        _remember(self._typed, channel, now)
        return True


def lead_to(api_base: str, gateway_url: str) -> None:
    """Say where Discord is and keep its library quiet; this holds for the whole process.

    Its log lines have addresses with the tokens of interactions in them. PlatformRefused when the
    token would cross the network in the clear.
    """
    if not all(_is_safe(address) for address in (api_base, gateway_url) if address):
        raise PlatformRefused(IN_THE_CLEAR)
    Route.BASE = api_base.rstrip("/")
    DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway_url) if gateway_url else _DEFAULT_GATEWAY
    discord.client.ExponentialBackoff = _ShortBackoff  # pyright: ignore[reportPrivateImportUsage]
    log = logging.getLogger("discord")
    log.propagate = False
    if not log.handlers:
        log.addHandler(logging.NullHandler())


def _is_safe(address: str) -> bool:
    url = URL(address)
    return url.scheme in ("https", "wss") or url.host in LOOPBACK


def _remember(latest: OrderedDict[int, _Value], key: int, value: _Value) -> None:
    """Keep the latest entries only."""
    latest[key] = value
    latest.move_to_end(key)
    if len(latest) > _REMEMBERED_CHATS:
        latest.popitem(last=False)


class _ShortBackoff(ExponentialBackoff[Literal[False]]):
    """discord.py would wait up to a quarter of an hour after a long outage."""

    def delay(self) -> float:  # pyright: ignore[reportIncompatibleMethodOverride] - see overloads
        """Give the seconds to wait."""
        return min(float(super().delay()), _LONGEST_PAUSE_SECONDS)
