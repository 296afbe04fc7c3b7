"""An outbox that keeps what was sent and misbehaves on demand."""

import itertools
from collections import deque

from plugins.messages import Caps, Conversation, NotSent, Receipt, Reply


class FakeOutbox:
    """Takes everything; ``failures`` are raised by the next sends, one each (None: goes well).

    With ``delivers_anyway`` a failing send still reaches the chat, as with a lost confirmation.
    """

    def __init__(self, *, unprompted: bool = True) -> None:
        self.sent: list[tuple[str, Reply]] = []
        self.failures: deque[Exception | None] = deque()
        self.connected = True
        self.delivers_anyway = False
        self._caps = Caps("fake", 1500, unprompted=unprompted)
        self._ids = itertools.count(1)

    def caps(self, conversation: Conversation) -> Caps | None:
        return None if conversation.platform == "absent" else self._caps

    async def send(self, conversation: Conversation, reply: Reply) -> Receipt:
        failure = self.failures.popleft() if self.failures else None
        if not self.connected:
            failure = NotSent("没有连接")
        if failure is None or self.delivers_anyway:
            self.sent.append((conversation.key, reply))
        if failure is not None:
            raise failure
        return Receipt((str(next(self._ids)),))

    def texts(self, key: str) -> list[str]:
        """What reached one conversation, in order."""
        return [reply.text for to, reply in self.sent if to == key]
