"""Events of Discord as values of the house, and choices as buttons."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import discord

from bot.platforms.discord.commands import COMMANDS, SlashCommand, argument_of
from bot.platforms.ports import clean_text
from plugins.messages import Caps, Conversation, IncomingMessage, IncomingPicture

CAPS = Caps(
    name="discord",
    max_chars=1900,
    markup="discord",
    pictures=True,
    buttons=True,
    quotes=True,
    edits=True,
    unprompted=True,
)
"""Discord takes 2000 characters a message."""

Interaction = discord.Interaction[discord.Client]
MakePicture = Callable[[str, str], IncomingPicture]
"""Takes the address and the id of a picture."""

LETTERS = frozenset("ABCD")
_CHOICE = "408:"
_MAX_CUSTOM_ID = 100
_MAX_LABEL = 80
_MAX_BUTTONS = 25
_MAX_PICTURES = 4
_PICTURE_TYPES = ("image/png", "image/jpeg", "image/webp", "image/gif", "image/bmp")
_TAGS = re.compile(r"(?:[ \t]*<(?:@[!&]?\d+|#\d+|a?:\w+:\d+|/[^<>:]{1,70}:\d+|id:\w+)>[ \t]*)+")
_TEXT_KINDS = (discord.MessageType.default, discord.MessageType.reply)


def guild_of(message: discord.Message) -> int | None:
    """Give the number of the server; None for a private chat.

    A message of a server that is not known yet still comes with its number.
    """
    if message.guild is not None:
        return message.guild.id
    return getattr(message.channel, "guild_id", None)


def decode(
    message: discord.Message,
    me: discord.ClientUser,
    now: datetime,
    make_picture: MakePicture,
) -> IncomingMessage | None:
    """Read a message; None for notices of Discord (somebody joined, a message was pinned)."""
    if message.type not in _TEXT_KINDS:
        return None
    author = message.author
    in_guild = guild_of(message) is not None
    window = message.channel.id if in_guild else author.id
    return IncomingMessage(
        id=str(message.id),
        conversation=_conversation(str(me.id), window, in_guild),
        sender=str(author.id),
        text=_text(message.content),
        addressed=not in_guild or _is_addressed(message, me),
        received_at=now,
        from_bot=author.bot or message.webhook_id is not None,
        quoted=_quoted(message),
        is_group_admin=isinstance(author, discord.Member) and _manages(author.guild_permissions),
        sender_name=clean_text(author.display_name).strip(),
        pictures=_pictures(message.attachments, make_picture),
    )


def decode_command(
    interaction: Interaction, me: str, now: datetime
) -> tuple[IncomingMessage, SlashCommand] | None:
    """Read the use of a slash command; None for one that is ours no more."""
    data = _data(interaction)
    command = COMMANDS.get(str(data.get("name")))
    if command is None:
        return None
    message = _of_interaction(interaction, me, now, command.says(argument_of(data)), None)
    return (message, command) if message is not None else None


def decode_choice(interaction: Interaction, me: str, now: datetime) -> IncomingMessage | None:
    """Read the press of a button on a message of ours, however old; None for a foreign one."""
    choice = choice_of(str(_data(interaction).get("custom_id")))
    if choice is None or interaction.message is None:
        return None
    return _of_interaction(interaction, me, now, choice, str(interaction.message.id))


def choice_of(custom_id: str) -> str | None:
    """Give what a button of ours says; None for another."""
    number, _, choice = custom_id.removeprefix(_CHOICE).partition(":")
    if not custom_id.startswith(_CHOICE) or not number.isdecimal() or not choice:
        return None
    return clean_text(choice)


def buttons(choices: Sequence[str]) -> discord.ui.View | None:
    """Make a button of each choice, which carries all that is needed to read it later.

    None without choices. One that is too long for a button is left to its words in the text.
    """
    fitting = [
        (f"{_CHOICE}{number}:{choice}", choice) for number, choice in enumerate(choices) if choice
    ]
    fitting = [(key, choice) for key, choice in fitting if len(key) <= _MAX_CUSTOM_ID]
    if not fitting:
        return None
    view = discord.ui.View(timeout=None)
    for key, choice in fitting[:_MAX_BUTTONS]:
        label = choice if len(choice) <= _MAX_LABEL else f"{choice[: _MAX_LABEL - 1]}…"
        view.add_item(discord.ui.Button(label=label, custom_id=key))
    view.stop()  # discord.py would keep it for good; presses are read without it
    return view


def is_letter(text: str) -> bool:
    """Whether a choice answers a question."""
    return text in LETTERS


def _of_interaction(
    interaction: Interaction, me: str, now: datetime, text: str, quoted: str | None
) -> IncomingMessage | None:
    user, in_guild = interaction.user, interaction.guild_id is not None
    window = interaction.channel_id if in_guild else user.id
    if window is None:
        return None
    return IncomingMessage(
        id=str(interaction.id),
        conversation=_conversation(me, window, in_guild),
        sender=str(user.id),
        text=text,
        addressed=True,
        received_at=now,
        quoted=quoted,
        is_group_admin=in_guild and _manages(interaction.permissions),
        sender_name=clean_text(user.display_name).strip(),
    )


def _conversation(me: str, window: int, in_guild: bool) -> Conversation:
    return Conversation(platform="discord", bot=me, id=str(window), is_group=in_guild)


def _manages(permissions: discord.Permissions) -> bool:
    return permissions.administrator or permissions.manage_guild


def _data(interaction: Interaction) -> dict[str, Any]:
    return dict(interaction.data or {})


def _text(content: str) -> str:
    """Leave out mentions and custom emoji; whatever stood between two words leaves a space."""
    return _TAGS.sub(" ", clean_text(content)).strip()


def _quoted(message: discord.Message) -> str | None:
    reference = message.reference
    if reference is None or message.type is not discord.MessageType.reply:
        return None
    return str(reference.message_id) if reference.message_id else None


def _is_addressed(message: discord.Message, me: discord.ClientUser) -> bool:
    """Whether the bot is mentioned, itself or by the role that Discord made for it, or replied to.

    @everyone and @here are no mentions of it.
    """
    if any(user.id == me.id for user in message.mentions):
        return True
    if any(role.tags is not None and role.tags.bot_id == me.id for role in message.role_mentions):
        return True
    reply = message.type is discord.MessageType.reply
    resolved = message.reference.resolved if reply and message.reference else None
    return isinstance(resolved, discord.Message) and resolved.author.id == me.id


def _pictures(
    attachments: Sequence[discord.Attachment], make: MakePicture
) -> tuple[IncomingPicture, ...]:
    pictures = [
        attachment
        for attachment in attachments
        if (attachment.content_type or "").partition(";")[0] in _PICTURE_TYPES
    ]
    return tuple(make(each.url, str(each.id)) for each in pictures[:_MAX_PICTURES])
