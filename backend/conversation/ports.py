"""What the bot needs to remember of dialogues, apart from where it is kept.

    DialogueStore   the turns of each session
    Deduplicator    which messages have been taken up already
    RateLimiter     who has asked how often

Each method raises StoreUnavailable, within its time limit, when the store does not answer; the
caller goes on without (no history, not a duplicate, allowed). ``session`` and ``user`` are the
keys of ``IncomingMessage``. The contract that every implementation keeps is
``tests/contracts/test_dialogue_store.py``.
"""

from typing import Literal, Protocol

from backend.conversation.turns import Turn

Admission = Literal["allowed", "first_refusal", "refused"]
"""``first_refusal`` comes once in a window: the moment for one friendly notice."""


def personal_limit_key(user: str) -> str:
    """Give the rate-limit key of one person, the one that ``DialogueStore.forget`` clears."""
    return f"user:{user}"


class DialogueStore(Protocol):
    """The turns of each session, bounded in number and expiring."""

    async def recent(self, session: str, limit: int) -> list[Turn]:
        """Give the last ``limit`` turns, oldest first; unreadable ones are left out."""
        ...

    async def append(self, session: str, user: str, *turns: Turn) -> None:
        """Add turns in order, all or none, and renew the session's time to live."""
        ...

    async def forget(self, user: str) -> int:
        """Remove all that is kept of a person, in every conversation.

        That is their turns with the choices that wait in them, the index of their sessions, and
        the counter at ``personal_limit_key(user)``. Returns the number of sessions removed.
        """
        ...


class Deduplicator(Protocol):
    """Which messages have been taken up, over all processes that share the store."""

    async def first_seen(self, key: str) -> bool:
        """Claim ``key``; true for exactly one caller until the claim expires."""
        ...


class RateLimiter(Protocol):
    """A fixed window for each key, opened by its first call."""

    async def admit(self, key: str, limit: int, window_seconds: float) -> Admission:
        """Count one call; the first ``limit`` (at least 0) of a window are allowed."""
        ...
