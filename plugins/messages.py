"""The values that travel between the chat platforms and the plugins.

    IncomingMessage ── in a ──▶ Conversation
          │ offered by the router to each
          ▼
       Plugin ── gives ──▶ Reply | stream of growing text that ends in a Reply | None (not mine)

A plugin says what it would like (choices, a picture, privacy); ``Caps`` says what a platform can
show; ``bot/rendering`` settles the difference, so no plugin asks which platform it is on.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from plugins.drawing import Drawing

Decision = Literal[
    "answer",
    "ask_back",
    "deny",
    "off_topic",
    "smalltalk",
    "command",
    "silent",
    "busy",
    "error",
]


@dataclass(frozen=True, slots=True)
class Conversation:
    """A chat window: a group, or the private chat with one person.

    ``bot`` is the account that the platform delivered the message to; ``id`` is the platform's
    own id of the group or person.
    """

    platform: str
    bot: str
    id: str
    is_group: bool

    @property
    def key(self) -> str:
        """The key of this window over accounts and restarts, such as ``onebot:g:123``."""
        return f"{self.platform}:{'g' if self.is_group else 'p'}:{self.id}"


class PictureUnavailable(Exception):
    """A picture that somebody sent cannot be had; ``str`` is one Chinese sentence for them."""


@dataclass(frozen=True, slots=True)
class IncomingPicture:
    """A picture in a message; ``fetch`` loads its bytes from the platform when it is wanted.

    ``id`` tells it from others. ``fetch`` raises PictureUnavailable.
    """

    id: str
    fetch: Callable[[], Awaitable[bytes]] = field(compare=False)


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """One message from a user, decoded by a platform.

    ``text`` is plain text without the mention of the bot. ``addressed`` is true for every private
    message and for group messages that @mention the bot (or reply to it); @全体成员 does not count.
    ``from_bot`` marks the bot's own messages and those of other bots. ``received_at`` is aware.
    ``quoted`` is the platform's id of the message that this one quotes. ``is_group_admin`` is true
    for the owner and the admins of the group. ``sender_name`` is how the platform calls the sender
    now, "" when it does not say. ``pictures`` came with the message, in order.
    """

    id: str
    conversation: Conversation
    sender: str
    text: str
    addressed: bool
    received_at: datetime
    from_bot: bool = False
    quoted: str | None = None
    is_group_admin: bool = False
    sender_name: str = ""
    pictures: tuple[IncomingPicture, ...] = ()

    @property
    def session(self) -> str:
        """The key of this person's dialogue in this conversation; stable over restarts."""
        return f"{self.conversation.key}:{self.sender}"

    @property
    def user(self) -> str:
        """The key of this person on this platform, over all conversations."""
        return f"{self.conversation.platform}:{self.sender}"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement comes from: ``title`` for a reader, ``locator`` to find the place."""

    title: str
    locator: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file: ``name`` with its ending, and the bytes."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Reply:
    """What the bot says to one message.

    ``text`` is the Markdown subset of ``bot/rendering`` and is empty when, and only when, the bot
    stays silent. ``choices`` are offered as buttons where a platform has them, each of which says
    to the bot what is written on it, quoting the reply; they also stand in ``text``. ``drawing`` is
    what a platform with pictures shows instead of ``text``, followed by ``caption`` ("" for
    nothing). ``attachment`` is a file that goes with it. ``private`` asks for a reply that only the
    sender sees. ``confidence`` is the calibrated probability in [0, 1] that the answer is
    supported. ``asking`` is the id of the question that this reply asks: the platform's id of the
    sent message is noted for it, so that it can be quoted.
    """

    text: str
    decision: Decision
    sources: tuple[Source, ...] = ()
    concepts: tuple[str, ...] = ()
    aspect: str | None = None
    confidence: float = 1.0
    choices: tuple[str, ...] = ()
    drawing: Drawing | None = None
    caption: str = ""
    attachment: Attachment | None = None
    private: bool = False
    asking: str | None = None

    @property
    def is_silent(self) -> bool:
        return self.decision == "silent"


SILENT = Reply(text="", decision="silent")

ReplyStream = AsyncIterator["str | Reply"]
"""Growing text (each item the whole text so far), the last item being the final ``Reply``."""


Markup = Literal["plain", "discord", "qq", "wecom"]
"""What the texts of a platform may hold: nothing, or one of the dialects of Markdown."""


@dataclass(frozen=True, slots=True)
class Caps:
    """What a platform can show and do; ``max_chars`` bounds one sent message in characters."""

    name: str
    max_chars: int
    markup: Markup = "plain"
    pictures: bool = False
    buttons: bool = False
    quotes: bool = False
    edits: bool = False
    unprompted: bool = False


class Plugin(Protocol):
    """One thing that the bot can do."""

    name: str

    async def respond(self, message: IncomingMessage) -> "Reply | ReplyStream | None":
        """Give the reply to an addressed message, or None when it is not this plugin's."""
        ...


@dataclass(frozen=True, slots=True)
class Receipt:
    """The platform's ids of the messages that were sent, in order; empty where it gives none."""

    message_ids: tuple[str, ...] = ()


class NotSent(Exception):
    """Certainly not delivered: not connected, or refused; ``str`` is the reason, in Chinese.

    ``can_retry`` is false when trying again is pointless (the bot is no longer in the group).
    """

    def __init__(self, reason: str, *, can_retry: bool = True) -> None:
        super().__init__(reason)
        self.can_retry = can_retry


class DeliveryUncertain(Exception):
    """Handed over but not confirmed: it may have been delivered, so it must not be sent again."""


class Outbox(Protocol):
    """Sends what nobody asked for just now (pushes), where ``Caps.unprompted`` allows it."""

    def caps(self, conversation: Conversation) -> Caps | None:
        """What the conversation's platform can do; None for a platform that is not running."""
        ...

    async def send(self, conversation: Conversation, reply: Reply) -> Receipt:
        """Deliver ``reply``.

        Raises NotSent when it certainly was not delivered and DeliveryUncertain when it may have
        been.
        """
        ...
