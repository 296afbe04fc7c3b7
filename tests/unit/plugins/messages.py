"""Makes messages and plugins for the tests of the router and of the plugins."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from itertools import count

from backend.conversation.turns import SHANGHAI
from plugins.messages import Conversation, IncomingMessage, Reply, ReplyStream

NOW = datetime(2026, 11, 22, 20, 0, tzinfo=SHANGHAI)
_NUMBERS = count(1)

Respond = Callable[[IncomingMessage], Awaitable[Reply | ReplyStream | None]]


def message(
    text: str = "什么是死锁",
    *,
    sender: str = "u1",
    group: str | None = "g1",
    message_id: str | None = None,
    addressed: bool = True,
    from_bot: bool = False,
    platform: str = "onebot",
    bot: str = "b1",
) -> IncomingMessage:
    """Make a message with an id of its own; ``group`` None is the private chat of ``sender``."""
    conversation = Conversation(platform, bot, group or sender, is_group=group is not None)
    return IncomingMessage(
        id=message_id or f"m{next(_NUMBERS)}",
        conversation=conversation,
        sender=sender,
        text=text,
        addressed=addressed,
        received_at=NOW,
        from_bot=from_bot,
    )


class Scripted:
    """A plugin that answers as ``respond`` says; ``seen`` lists what it was offered."""

    def __init__(self, respond: Respond, name: str = "scripted") -> None:
        self.name = name
        self.seen: list[IncomingMessage] = []
        self._respond = respond

    async def respond(self, message: IncomingMessage) -> Reply | ReplyStream | None:
        self.seen.append(message)
        return await self._respond(message)


async def echo(message: IncomingMessage) -> Reply:
    """Reply with the text of the message."""
    return Reply(f"回：{message.text}", "answer")
