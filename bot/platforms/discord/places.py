"""Where the parts of a reply go: a channel, or an interaction that waits for its answer."""

import io
from dataclasses import dataclass
from typing import Any, Protocol

import discord

from bot.platforms.discord.calls import CANNOT_QUOTE, Refused
from bot.platforms.discord.codec import Interaction, buttons
from bot.platforms.discord.link import Link
from plugins.messages import Attachment, DeliveryUncertain


@dataclass(frozen=True, slots=True)
class Part:
    """One message: text with at most one file, then an embed and buttons.

    ``grows``: it is still being written, and may get an embed when it is done.
    """

    text: str = ""
    file: Attachment | None = None
    choices: tuple[str, ...] = ()
    embed: discord.Embed | None = None
    grows: bool = False

    @property
    def suppresses_embeds(self) -> bool:
        """Whether Discord is told to show no embed: an edit cannot take that back."""
        return self.embed is None and not self.grows


class Place(Protocol):
    """Takes messages in order. All calls raise NotSent or DeliveryUncertain."""

    @property
    def may_embed(self) -> bool:
        """Whether Discord would show an embed here; it drops one without a word where not."""
        ...

    async def post(self, part: Part) -> str:
        """Send a message and give its id."""
        ...

    async def edit(self, message_id: str, part: Part) -> None:
        """Replace what a message that was posted here says."""
        ...

    async def typing(self) -> None:
        """Show for about ten seconds that something is being written."""
        ...


class Channel:
    """A channel of a server, a thread or a private chat."""

    def __init__(
        self,
        link: Link,
        number: int,
        *,
        in_guild: bool,
        patience_seconds: float,
        quote: int | None = None,
    ) -> None:
        """``patience_seconds``: how long a message waits for a connection that is coming back.

        ``quote`` is the message that the first one replies to, if it is still there.
        """
        self._link = link
        self._number = number
        self._in_guild = in_guild
        self._patience_seconds = patience_seconds
        self._quote = quote

    @property
    def may_embed(self) -> bool:
        """Whether Discord would show an embed here."""
        return not self._in_guild or self._link.may_embed(self._number)

    async def post(self, part: Part) -> str:
        """Send a message and give its id."""
        try:
            number = await self._post(part, self._quote)
        except Refused as refused:
            if self._quote is None or refused.code != CANNOT_QUOTE:
                raise
            number = await self._post(part, None)
        self._quote = None
        return number

    async def edit(self, message_id: str, part: Part) -> None:
        """Replace what a message that was posted here says."""
        message = (await self._channel()).get_partial_message(int(message_id))
        await self._link.calls(message.edit(**_edited(part)))

    async def typing(self) -> None:
        """Show for about ten seconds that something is being written."""
        if self._link.may_type(self._number):
            client = await self._link.current(self._patience_seconds)
            await self._link.calls(client.http.send_typing(self._number))

    async def _post(self, part: Part, quote: int | None) -> str:
        more = _more(part)
        if quote is not None:
            more["reference"] = discord.MessageReference(
                message_id=quote, channel_id=self._number, fail_if_not_exists=False
            )
        channel = await self._channel()
        sent = await self._link.calls(
            channel.send(part.text or None, suppress_embeds=part.suppresses_embeds, **more)
        )
        return str(sent.id)

    async def _channel(self) -> discord.PartialMessageable:
        client = await self._link.current(self._patience_seconds)
        return client.get_partial_messageable(self._number)


class Answer:
    """The answer to an interaction, for the quarter of an hour that Discord takes it."""

    def __init__(
        self, link: Link, interaction: Interaction, *, private: bool, thinking: bool
    ) -> None:
        """``private``: only the person sees it. ``thinking``: Discord shows that we are at it."""
        self.private = private
        self._link = link
        self._interaction = interaction
        self._thinking = thinking

    @property
    def may_embed(self) -> bool:
        """Whether Discord would show an embed here."""
        in_guild = self._interaction.guild_id is not None
        return not in_guild or self._interaction.app_permissions.embed_links

    async def post(self, part: Part) -> str:
        """Send a message and give its id; the first takes the place of "thinking"."""
        if self._thinking:
            try:
                sent = await self._link.calls(
                    self._interaction.edit_original_response(**_edited(part))
                )
            except DeliveryUncertain:
                self._thinking = False  # it may stand there: nothing to be taken away
                raise
            self._thinking = False
            return str(sent.id)
        sent = await self._link.calls(
            self._interaction.followup.send(
                part.text,
                ephemeral=self.private,
                wait=True,
                suppress_embeds=part.suppresses_embeds,
                **_more(part),
            )
        )
        return str(sent.id)

    async def edit(self, message_id: str, part: Part) -> None:
        """Replace what a message that was posted here says."""
        followup = self._interaction.followup
        await self._link.calls(followup.edit_message(int(message_id), **_edited(part)))

    async def typing(self) -> None:
        """Show that something is being written, where Discord does not show it already."""
        number = self._interaction.channel_id
        if not self._thinking and not self.private and number is not None:
            await Channel(self._link, number, in_guild=True, patience_seconds=0.0).typing()

    async def make_private(self) -> None:
        """Let only the person see what follows: Discord decided that with the first sign of us."""
        if not self.private:
            await self.withdraw()
            self.private = True

    async def withdraw(self) -> None:
        """Take "thinking" away when nothing has come of it."""
        if self._thinking:
            self._thinking = False
            await self._link.calls(self._interaction.delete_original_response())


def _more(part: Part) -> dict[str, Any]:
    """Give what a new message has beside its text."""
    more: dict[str, Any] = {}
    if part.file is not None:
        more["file"] = _file(part.file)
    if (view := buttons(part.choices)) is not None:
        more["view"] = view
    if part.embed is not None:
        more["embed"] = part.embed
    return more


def _edited(part: Part) -> dict[str, Any]:
    """Everything of a message, so that nothing of what it said before is left."""
    return {
        "content": part.text or None,
        "attachments": [_file(part.file)] if part.file is not None else [],
        "embed": part.embed,
        "view": buttons(part.choices),
    }


def _file(attachment: Attachment) -> discord.File:
    return discord.File(io.BytesIO(attachment.data), filename=attachment.name)
