"""One message of one person, as the parts of a plugin hand it on."""

from dataclasses import dataclass
from datetime import datetime

from backend.learning.values import Identity
from plugins.messages import IncomingMessage


@dataclass(frozen=True, slots=True)
class Visit:
    """A message and whose it is."""

    message: IncomingMessage
    identity: Identity

    @property
    def now(self) -> datetime:
        return self.message.received_at

    @property
    def is_group(self) -> bool:
        return self.message.conversation.is_group

    @property
    def here(self) -> str:
        """The key of the conversation."""
        return self.message.conversation.key

    @property
    def private_chat(self) -> str:
        """The key of the person's private chat on this platform: where mock exams are sat.

        In private it is the chat itself, which not every platform names after the person.
        """
        if not self.is_group:
            return self.here
        return f"{self.message.conversation.platform}:p:{self.message.sender}"
