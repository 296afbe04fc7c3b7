"""The stores of dialogues as plain dicts; they keep the same contract as Redis."""

import time
from collections.abc import Callable

from backend.conversation.ports import Admission, personal_limit_key
from backend.conversation.turns import Turn, decode_turn, encode_turn
from backend.errors import StoreUnavailable


class FakeConversationStore:
    """DialogueStore, Deduplicator and RateLimiter; set ``down`` to make every call fail."""

    def __init__(
        self,
        *,
        max_turns: int = 20,
        ttl_seconds: float = 86_400,
        dedupe_seconds: float = 600,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.down = False
        self._max_entries = max_turns * 2
        self._ttl = ttl_seconds
        self._dedupe = dedupe_seconds
        self._clock = clock
        self._turns: dict[str, tuple[float, list[bytes]]] = {}
        self._sessions: dict[str, set[str]] = {}
        self._seen: dict[str, float] = {}
        self._calls: dict[str, tuple[float, int]] = {}

    async def recent(self, session: str, limit: int) -> list[Turn]:
        self._check()
        entries = self._entries(session)[-limit:] if limit > 0 else []
        return [turn for entry in entries if (turn := decode_turn(entry)) is not None]

    async def append(self, session: str, user: str, *turns: Turn) -> None:
        self._check()
        if not turns:
            return
        entries = self._entries(session) + [encode_turn(turn) for turn in turns]
        self._turns[session] = (self._clock() + self._ttl, entries[-self._max_entries :])
        self._sessions.setdefault(user, set()).add(session)

    async def forget(self, user: str) -> int:
        self._check()
        self._calls.pop(personal_limit_key(user), None)
        known = [name for name in self._sessions.pop(user, set()) if self._entries(name)]
        for session in known:
            del self._turns[session]
        return len(known)

    async def first_seen(self, key: str) -> bool:
        self._check()
        now = self._clock()
        if self._seen.get(key, now) > now:
            return False
        self._seen[key] = now + self._dedupe
        return True

    async def admit(self, key: str, limit: int, window_seconds: float) -> Admission:
        self._check()
        now = self._clock()
        ends, calls = self._calls.get(key, (now, 0))
        ends, calls = (now + window_seconds, 1) if ends <= now else (ends, calls + 1)
        self._calls[key] = (ends, calls)
        if calls <= limit:
            return "allowed"
        return "first_refusal" if calls == limit + 1 else "refused"

    def _entries(self, session: str) -> list[bytes]:
        expires, entries = self._turns.get(session, (0.0, []))
        return list(entries) if expires > self._clock() else []

    def _check(self) -> None:
        if self.down:
            raise StoreUnavailable("Redis 没有应答")
