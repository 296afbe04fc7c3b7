"""What answering needs of a language model, whichever serves it.

    Generator ── stream ──▶ str, str, … Finished      the pieces, then how it ended (always last)
        │ ────── complete ▶ str                       short, by a shorter deadline
        └─────── choose ──▶ one of the choices

Each of the three raises GenerationError (``backend/errors.py``) and then nothing was settled: text
already given is to be replaced by an answer that needs no model.
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message of a chat prompt."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one request; ``cached_tokens`` of the prompt came from the server's prefix cache.

    ``cached_tokens`` is None where the endpoint does not tell.
    """

    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int | None = None


FinishReason = Literal["stop", "length", "leaked"]
"""``stop``: the model ended by itself. ``length``: it ran into ``max_tokens``, so that the last
sentence may be torn. ``leaked``: it wrote a special token as text; whole up to there, cut there."""


@dataclass(frozen=True, slots=True)
class Finished:
    """How an answer ended; ``usage`` is None where the endpoint does not tell."""

    reason: FinishReason
    usage: Usage | None = None


class Generator(Protocol):
    """Writes text from a chat prompt.

    ``user`` is whom the work is for (any stable key): waiting requests get their turn user by user.
    """

    @property
    def context_tokens(self) -> int:
        """How many tokens prompt and answer may have together; may change once it is known."""
        ...

    @property
    def max_tokens(self) -> int:
        """How many tokens an answer of ``stream`` has at most, unless it is told otherwise."""
        ...

    def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        user: str,
        max_tokens: int | None = None,
        deadline_seconds: float | None = None,
    ) -> AsyncGenerator[str | Finished]:
        """Yield non-empty pieces of text as they are written, then one ``Finished``.

        ``deadline_seconds`` from now may only shorten the configured deadline. A reader that stops
        early must close the generator (``contextlib.aclosing``), which ends the request at once.
        """
        ...

    async def complete(self, messages: Sequence[ChatMessage], *, user: str, max_tokens: int) -> str:
        """Return a short text, stripped; by a deadline of its own, shorter than that of answers."""
        ...

    async def choose(
        self, messages: Sequence[ChatMessage], choices: Sequence[str], *, user: str
    ) -> str:
        """Return one of ``choices``; GenerationRefused when the model said something else."""
        ...

    def state(self) -> str:
        """Return ``ok``, or in one Chinese sentence why it is not asked or how it failed last."""
        ...
