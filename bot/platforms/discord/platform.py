"""The Discord bot as a platform of the house."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import discord
from discord import app_commands
from fastapi import FastAPI
from loguru import logger

from bot.platforms.desk import Desk
from bot.platforms.discord.calls import LONGEST_RATE_LIMIT_SECONDS, failure
from bot.platforms.discord.client import Connection, lead_to
from bot.platforms.discord.codec import (
    Interaction,
    decode,
    decode_choice,
    decode_command,
    guild_of,
    is_letter,
)
from bot.platforms.discord.commands import COMMANDS, argument_of, same, suggestions
from bot.platforms.discord.link import Link, too_many_logins
from bot.platforms.discord.outbox import DiscordOutbox
from bot.platforms.discord.places import Answer, Channel
from bot.platforms.discord.responding import REPLY_SECONDS, Response, ToInteraction, ToMessage
from bot.platforms.downloads import Downloads, picture_hosts
from bot.platforms.ports import Clock, shanghai_now
from bot.platforms.supervision import PlatformRefused
from bot.rendering.outgoing import Painter
from plugins.messages import DeliveryUncertain, IncomingMessage, NotSent

API_BASE = "https://discord.com/api/v10"
_PICTURE_HOSTS = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
_LOGIN_SECONDS = 30.0
_CLOSE_SECONDS = 2.0
_FIRST_SIGN_SECONDS = 2.5
"""Discord gives up on an interaction after three seconds."""

BAD_TOKEN = (
    "Discord 不认令牌：请检查 ASSISTANT408_DISCORD__TOKEN"
    "（在 Discord 开发者后台的 Bot 页面点 Reset Token 取得）"
)
NO_INTENT = (
    "Discord 没有给读消息内容的权限：请在开发者后台的 Bot 页面打开 MESSAGE CONTENT INTENT 开关"
)
NOT_HERE = "这个服务器没有开通我，请联系运营者。"
GONE = "这个命令或按钮已经不用了，请发 /帮助 看看现在有哪些。"


@dataclass(frozen=True, slots=True)
class DiscordOptions:
    """How to get to Discord; ``guilds`` are the servers to answer in, none for all.

    ``gateway_url`` "" is Discord's own; ``proxy`` "" goes there directly. ``send_seconds`` is how
    long one call is waited for: more than discord.py may wait for a rate limit to end.
    """

    token: str
    guilds: frozenset[int] = frozenset()
    api_base: str = API_BASE
    gateway_url: str = ""
    proxy: str = ""
    send_seconds: float = LONGEST_RATE_LIMIT_SECONDS + 10


class DiscordPlatform:
    """Holds the connection to Discord, has messages answered, sends the replies."""

    name = "discord"

    def __init__(
        self,
        desk: Desk,
        options: DiscordOptions,
        *,
        painter: Painter | None = None,
        clock: Clock = shanghai_now,
        scopes: Sequence[str] = (),
    ) -> None:
        """``painter`` None: every picture is said in words.

        ``scopes``: what to suggest after /练, in the order of the outline.
        """
        self.desk = desk
        self._options = options
        self._painter = painter
        self._clock = clock
        self._scopes = tuple(scopes)
        self._link = Link(options.send_seconds)
        self._downloads = Downloads(
            picture_hosts(_PICTURE_HOSTS, options.api_base), proxy=options.proxy
        )
        self._has_commands = False
        self._tell_connected: Callable[[], None] = lambda: None
        self.outbox = DiscordOutbox(self._link, options.guilds, painter)

    async def connect(self, connected: Callable[[], None]) -> None:
        """Hold a session until it ends; PlatformRefused when a setting must be changed."""
        lead_to(self._options.api_base, self._options.gateway_url)
        if self._link.logins.are_spent():
            raise PlatformRefused(too_many_logins(self._clock(), self._link.logins.seconds_left))
        client = Connection(self, self._link.logins, self._options.proxy)
        self._tell_connected = connected
        try:
            async with asyncio.timeout(_LOGIN_SECONDS):
                await client.login(self._options.token)
            self._link.opened(client)
            await client.hold()
        except discord.LoginFailure:
            raise PlatformRefused(BAD_TOKEN) from None
        except discord.PrivilegedIntentsRequired:
            raise PlatformRefused(NO_INTENT) from None
        except discord.ConnectionClosed as closed:
            if closed.code == _CLOSED_BAD_TOKEN:
                raise PlatformRefused(BAD_TOKEN) from None
            raise
        finally:
            self._link.lost()
            await _close(client)
            await self._link.calls.close()

    def nonebot(self) -> None:
        """Do without NoneBot."""

    def mount(self, app: FastAPI, address: str) -> None:
        """Add no routes: we go to Discord."""

    def state(self) -> dict[str, Any]:
        """Describe the session for ``/healthz``."""
        client = self._link.client
        if client is None:
            return {"ok": False}
        said = {"ok": client.is_up, "servers": len(client.guilds)}
        if client.is_up:
            return said
        why = {"error": client.problem} if client.problem else {}
        return {**said, "state": "connecting", **why}

    def connected(self, client: Connection) -> None:
        """Note that a session began or was resumed."""
        if client is not self._link.client:
            return
        self._tell_connected()
        if not self._has_commands:
            self._has_commands = True
            self._link.calls.later(self._register_commands(client))

    async def message(self, client: discord.Client, message: discord.Message) -> None:
        """Have a message answered that is for the bot."""
        me = client.user
        if me is None or not self._is_allowed(guild_of(message)):
            return
        incoming = decode(message, me, self._clock(), self._downloads.picture)
        if incoming is None or incoming.from_bot or not incoming.addressed:
            return
        in_guild = incoming.conversation.is_group
        channel = Channel(
            self._link,
            message.channel.id,
            in_guild=in_guild,
            patience_seconds=REPLY_SECONDS,
            quote=message.id if in_guild else None,
        )
        if not in_guild:
            self._link.note_chat(message.author.id, message.channel.id)
        user = message.author.id
        response = ToMessage(self._link, self._painter, channel, user=user, in_guild=in_guild)
        self._take(incoming, response)

    async def interaction(self, interaction: Interaction) -> None:
        """Have a command or a button answered; suggest what a command being typed may take."""
        try:
            async with asyncio.timeout(_FIRST_SIGN_SECONDS):
                await self._interaction(interaction)
        except Exception as error:  # noqa: BLE001 - discord.py raises whatever its HTTP raises
            logger.warning("没有来得及接住一次交互：{}", _reason(error))

    async def _interaction(self, interaction: Interaction) -> None:
        """Give the first sign, which is due within seconds, and hand the work to the desk."""
        kind = interaction.type
        if kind is discord.InteractionType.autocomplete:
            await self._suggest(interaction)
        elif not self._is_allowed(interaction.guild_id):
            await interaction.response.send_message(NOT_HERE, ephemeral=True)
        elif kind is discord.InteractionType.application_command:
            await self._command(interaction)
        elif kind is discord.InteractionType.component:
            await self._choice(interaction)

    async def _command(self, interaction: Interaction) -> None:
        decoded = decode_command(interaction, self._link.account, self._clock())
        if decoded is None:
            await interaction.response.send_message(GONE, ephemeral=True)
            return
        message, command = decoded
        private = command.private and message.conversation.is_group
        await interaction.response.defer(ephemeral=private, thinking=True)
        self._answer(message, Answer(self._link, interaction, private=private, thinking=True))

    async def _choice(self, interaction: Interaction) -> None:
        message = decode_choice(interaction, self._link.account, self._clock())
        if message is None:
            await interaction.response.send_message(GONE, ephemeral=True)
            return
        asked = interaction.message
        in_private = asked is not None and asked.flags.ephemeral
        private = message.conversation.is_group and (is_letter(message.text) or in_private)
        await interaction.response.defer()
        self._answer(message, Answer(self._link, interaction, private=private, thinking=False))

    def _answer(self, message: IncomingMessage, answer: Answer) -> None:
        self._take(message, ToInteraction(self._link, self._painter, answer))

    def _take(self, message: IncomingMessage, response: Response) -> None:
        task = self.desk.take(message, response.respond, response.progress)
        if task is None:
            response.end()
        else:
            task.add_done_callback(lambda _: response.end())

    async def _suggest(self, interaction: Interaction) -> None:
        typed = argument_of(cast("Mapping[str, Any]", interaction.data or {}))
        await interaction.response.autocomplete(
            [
                app_commands.Choice(name=scope, value=scope)
                for scope in suggestions(self._scopes, typed)
            ]
        )

    async def _register_commands(self, client: Connection) -> None:
        """Register the slash commands, once a process and only when they have changed."""
        wanted = [command.payload() for command in COMMANDS.values()]
        number = client.application_id
        assert number is not None, "the application is known once logged in"
        try:
            there = await client.http.get_global_commands(number)
            if not same(cast("Sequence[Mapping[str, Any]]", there), wanted):
                await client.http.bulk_upsert_global_commands(number, wanted)
                logger.info("Discord 的斜杠命令已更新：{} 个", len(wanted))
        except BaseException as error:  # a time-out cancels
            self._has_commands = False
            why = _reason(error) if isinstance(error, Exception) else "没有及时完成"
            logger.warning("Discord 的斜杠命令没有登记上：{}", why)
            raise

    def _is_allowed(self, guild: int | None) -> bool:
        return guild is None or not self._options.guilds or guild in self._options.guilds


_CLOSED_BAD_TOKEN = 4004
"""developers: topics/opcodes-and-status-codes, gateway close event codes."""


def _reason(error: Exception) -> str:
    if isinstance(error, NotSent | DeliveryUncertain):
        return str(error)
    return str(failure(error))


async def _close(client: discord.Client) -> None:
    """Close the session; Discord need not answer."""
    try:
        async with asyncio.timeout(_CLOSE_SECONDS):
            await client.close()
    except Exception as error:  # noqa: BLE001 - the next session is what matters
        logger.debug("Discord 的会话没有关好：{}", type(error).__name__)
