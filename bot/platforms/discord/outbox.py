"""Pushes to Discord, and who is there."""

import discord

from bot.platforms.discord.calls import Refused
from bot.platforms.discord.codec import CAPS
from bot.platforms.discord.link import Link
from bot.platforms.discord.places import Channel
from bot.platforms.discord.sending import deliver
from bot.rendering.outgoing import Painter
from plugins.messages import Caps, Conversation, DeliveryUncertain, NotSent, Receipt, Reply

_PUSH_SECONDS = 1.0


class DiscordOutbox:
    """``plugins.messages.Outbox`` for Discord."""

    def __init__(self, link: Link, guilds: frozenset[int], painter: Painter | None) -> None:
        """``guilds``: the servers that may be written to; empty for all."""
        self._link = link
        self._guilds = guilds
        self._painter = painter

    def caps(self, conversation: Conversation) -> Caps | None:
        """What Discord can do; None for the conversations of other platforms."""
        return CAPS if conversation.platform == "discord" else None

    async def send(self, conversation: Conversation, reply: Reply) -> Receipt:
        """Push ``reply``: a server's channel or thread, or the private chat with a person.

        Raises NotSent or DeliveryUncertain. Once the first part is confirmed the reply counts as
        delivered: what fails later is logged, and missing in the receipt.
        """
        if conversation.platform != "discord" or not conversation.id.isdecimal():
            raise NotSent("不是 Discord 的会话", can_retry=False)
        window = int(conversation.id)
        client = await self._link.current(_PUSH_SECONDS)
        if conversation.is_group:
            if reply.private:
                raise NotSent("只给一个人看的内容不能发到群里", can_retry=False)
            self._require_allowed(client.get_channel(window))
            channel = window
        else:
            channel = await self._link.chat_with(client, window)
        in_guild = conversation.is_group
        place = Channel(self._link, channel, in_guild=in_guild, patience_seconds=_PUSH_SECONDS)
        return await deliver(reply, place, self._painter)

    def is_ready(self, conversation: Conversation) -> bool:
        """Whether the account ``conversation.bot`` ("" for any) is connected now."""
        return self._link.is_up and conversation.bot in ("", self._link.account)

    async def is_member(self, group: Conversation, user: str) -> bool:
        """Whether ``user`` can read the channel; False when Discord cannot say."""
        client = self._link.client
        if client is None or not (group.id.isdecimal() and user.isdecimal()):
            return False
        channel = client.get_channel(int(group.id))
        if not isinstance(channel, discord.abc.GuildChannel | discord.Thread):
            return False
        calls, number = self._link.calls, int(user)
        try:
            member = await calls(channel.guild.fetch_member(number))
            if isinstance(channel, discord.Thread) and channel.is_private():
                await calls(channel.fetch_member(number))
        except (NotSent, DeliveryUncertain):
            return False
        try:
            return channel.permissions_for(member).view_channel
        except discord.ClientException:  # the parent of a thread is not known
            return False

    def _require_allowed(self, channel: object) -> None:
        guild: discord.Guild | None = getattr(channel, "guild", None)
        if self._guilds and guild is None:
            raise NotSent("还不知道这个频道属于哪个服务器")
        if guild is not None and self._guilds and guild.id not in self._guilds:
            raise Refused("这个服务器不在 ASSISTANT408_DISCORD__GUILDS 里")
