"""The outboxes of the platforms that run in this process, as one."""

from plugins.messages import Caps, Conversation, NotSent, Outbox, Receipt, Reply

_TERMINAL = Caps(name="terminal", max_chars=100_000)
"""Somebody reads it, but only what answers a line: nothing can be pushed there."""


class Outboxes:
    """Sends by the platform that a conversation is on; platforms are added when they start."""

    def __init__(self) -> None:
        self._outboxes: dict[str, Outbox] = {}

    def add(self, platform: str, outbox: Outbox) -> None:
        """Send what goes to ``platform`` through ``outbox``."""
        self._outboxes[platform] = outbox

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
