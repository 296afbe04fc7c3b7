"""What there is of Discord now: the session, calls through it, and what must not be overdone."""

import asyncio
import time
from collections import OrderedDict, deque
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

import discord

from bot.platforms.discord.calls import Calls
from plugins.messages import NotSent

if TYPE_CHECKING:
    from bot.platforms.discord.client import Connection

_REMEMBERED_CHATS = 2000
_DAY_SECONDS = 86400.0
MOST_LOGINS = 500
TYPING_SECONDS = 8.0
"""Discord shows it for ten."""

_Value = TypeVar("_Value")


class Logins:
    """How often the bot has logged in: after 1000 times a day Discord takes its token away."""

    def __init__(self) -> None:
        self._latest: deque[float] = deque(maxlen=MOST_LOGINS)

    def note(self) -> None:
        """Count one."""
        self._latest.append(time.monotonic())

    @property
    def seconds_left(self) -> float:
        """How long to wait because there were so many in a day; 0 when one may log in."""
        if len(self._latest) < MOST_LOGINS:
            return 0.0
        return max(0.0, self._latest[0] + _DAY_SECONDS - time.monotonic())

    def are_spent(self) -> bool:
        """Whether there were so many in a day that it is better to wait."""
        return self.seconds_left > 0


def too_many_logins(now: datetime, seconds_left: float) -> str:
    """Say why the bot stops to log in, until when, and what to do."""
    until = now + timedelta(seconds=seconds_left)
    return (
        f"一天里已经登录 Discord {MOST_LOGINS} 次，再多令牌会被收回，所以先停下，"
        f"{until:%m-%d %H:%M} 以后自动再连。"
        "请看日志里为什么一直断线，修好网络或代理；重启机器人会马上再连"
    )


class Link:
    """The connection that there is now, and calls through it."""

    def __init__(self, send_seconds: float) -> None:
        """``send_seconds``: how long a call may take."""
        self.calls = Calls(send_seconds, self._broken_off)
        self.logins = Logins()
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

    def opened(self, client: "Connection") -> None:
        """Use ``client`` from now on: it has logged in."""
        self.client = client
        self._came.set()

    def lost(self) -> None:
        """Use no connection before the next one is there."""
        self.client = None
        self._came.clear()

    async def current(self, within_seconds: float) -> "Connection":
        """Give the connection, waiting a while for one that is coming back; else NotSent."""
        try:
            async with asyncio.timeout(within_seconds):
                await self._came.wait()
        except TimeoutError:
            pass
        if self.client is None:
            raise NotSent("没有连上 Discord")
        return self.client

    def may_embed(self, channel: int) -> bool:
        """Whether the bot may send embeds to a server's channel; False where that is not known."""
        client = self.client
        found = client.get_channel(channel) if client is not None else None
        if not isinstance(found, discord.abc.GuildChannel | discord.Thread):
            return False
        member = found.guild.get_member(int(self.account or 0))
        try:
            return member is not None and found.permissions_for(member).embed_links
        except discord.ClientException:  # the parent of a thread is not known
            return False

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


def _remember(latest: OrderedDict[int, _Value], key: int, value: _Value) -> None:
    """Keep the latest entries only."""
    latest[key] = value
    latest.move_to_end(key)
    if len(latest) > _REMEMBERED_CHATS:
        latest.popitem(last=False)
