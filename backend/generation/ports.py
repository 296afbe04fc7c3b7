"""What answering needs of a language model, whichever serves it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of a chat prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


class Generator(Protocol):
    """Writes text from a chat prompt."""

    def stream(self, messages: Sequence[ChatMessage]) -> AsyncIterator[str]:
        """Yield pieces of text as they are written; raises GenerationError at any point."""
        ...

    def state(self) -> str:
        """Return ``ok``, or in one Chinese sentence why the model is not being asked."""
        ...
