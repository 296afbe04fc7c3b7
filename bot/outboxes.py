"""The outboxes of the platforms that run in this process, as one."""

import asyncio
from typing import Protocol

from plugins.messages import Caps, Conversation, NotSent, Outbox, Receipt, Reply

_TERMINAL = Caps(name="terminal", max_chars=100_000)
"""Somebody reads it, but only what answers a line: nothing can be pushed there."""
_ASKING_SECONDS = 3.0


class Presence(Protocol):
    """What a platform knows of who is there."""

    def is_ready(self, conversation: Conversation) -> bool:
        """Whether the account that sends to ``conversation`` is connected now."""
        ...

    async def is_member(self, group: Conversation, user: str) -> bool:
        """Whether ``user`` is in ``group``; False when nobody can say. Never raises."""
        ...


class Outboxes:
    """Sends by the platform that a conversation is on; platforms are added when they start."""

    def __init__(self) -> None:
        self._outboxes: dict[str, Outbox] = {}
        self._presences: dict[str, Presence] = {}

    def add(self, platform: str, outbox: Outbox, presence: Presence | None = None) -> None:
        """Send what goes to ``platform`` through ``outbox``; without ``presence``, always."""
        self._outboxes[platform] = outbox
        if presence is not None:
            self._presences[platform] = presence

    def caps(self, conversation: Conversation) -> Caps | None:
        """What the conversation's platform can do; None for one that does not run here."""
        outbox = self._outboxes.get(conversation.platform)
        if outbox is not None:
            return outbox.caps(conversation)
        return _TERMINAL if conversation.platform == "terminal" else None

    async def send(self, conversation: Conversation, reply: Reply) -> Receipt:
        """Deliver ``reply``; NotSent for a platform that does not run here."""
        outbox = self._outboxes.get(conversation.platform)
        if outbox is None:
            raise NotSent(f"平台 {conversation.platform} 没有在这个进程里启动")
        return await outbox.send(conversation, reply)

    def is_ready(self, conversation: Conversation) -> bool:
        """Whether something sent to ``conversation`` could leave now."""
        presence = self._presences.get(conversation.platform)
        return presence is None or presence.is_ready(conversation)

    async def is_member(self, group: Conversation, user: str) -> bool:
        """Whether ``user`` is in ``group``; False when that is not known soon."""
        presence = self._presences.get(group.platform)
        if presence is None:
            return False
        try:
            async with asyncio.timeout(_ASKING_SECONDS):
                return await presence.is_member(group, user)
        except TimeoutError:
            return False
