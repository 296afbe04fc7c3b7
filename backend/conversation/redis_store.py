"""History, deduplication and rate limits in Redis; several processes may share it.

    a408:history:<session>   list of turns in JSON, oldest first; bounded, expiring
    a408:sessions:<user>     set of the history keys of one person, so that forgetting is complete
    a408:seen:<key>          a message has been taken up
    a408:rate:<key>          calls in the window that the first of them opened

A value of the wrong kind at one of these keys counts as empty and is overwritten.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from loguru import logger
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.exceptions import ResponseError

from backend.conversation.link import RedisLink, is_damage
from backend.conversation.ports import Admission, personal_limit_key
from backend.conversation.turns import Turn, decode_turn, encode_turn
from backend.errors import StoreUnavailable

PREFIX = b"a408:"

_FORGET = """
local removed = 0
if redis.call('TYPE', KEYS[1]).ok == 'set' then
  for _, key in ipairs(redis.call('SMEMBERS', KEYS[1])) do
    if string.sub(key, 1, #ARGV[1]) == ARGV[1] then
      removed = removed + redis.call('DEL', key)
    end
  end
end
redis.call('DEL', KEYS[1], KEYS[2])
return removed
"""


@dataclass(frozen=True, slots=True)
class StoreState:
    """What ``/healthz`` says of the store; ``ping_ms`` is None when ``problem`` is given."""

    up: bool
    ping_ms: float | None = None
    problem: str | None = None


class RedisStore:
    """DialogueStore, Deduplicator and RateLimiter over one link.

    ``max_turns`` counts question and answer as one, so twice as many entries are kept.
    """

    def __init__(
        self, link: RedisLink, *, max_turns: int, ttl_seconds: float, dedupe_seconds: float
    ) -> None:
        self._link = link
        self._max_entries = max_turns * 2
        self._ttl_ms = _milliseconds(ttl_seconds)
        self._dedupe_ms = _milliseconds(dedupe_seconds)

    async def recent(self, session: str, limit: int) -> list[Turn]:
        if limit <= 0:
            return []
        key = _key("history", session)

        async def read(client: Redis) -> list[bytes]:
            return cast("list[bytes]", await cast("Any", client.lrange(key, -limit, -1)))

        try:
            stored = await self._link.run(read)
        except ResponseError:
            return []
        turns = [decode_turn(entry) for entry in stored]
        if None in turns:
            logger.warning("对话记录里有 {} 条读不出来，已略过", turns.count(None))
        return [turn for turn in turns if turn is not None]

    async def append(self, session: str, user: str, *turns: Turn) -> None:
        if not turns:
            return
        history, index = _key("history", session), _key("sessions", user)
        entries = [encode_turn(turn) for turn in turns]

        def push(pipe: Pipeline) -> None:
            pipe.rpush(history, *entries)
            pipe.ltrim(history, -self._max_entries, -1)
            pipe.pexpire(history, self._ttl_ms)

        def enlist(pipe: Pipeline) -> None:
            pipe.sadd(index, history)
            pipe.pexpire(index, self._ttl_ms)

        async def write(client: Redis) -> None:
            async with client.pipeline(transaction=True) as pipe:
                push(pipe)
                enlist(pipe)
                pushed, *_, enlisted, _ = await _execute(pipe)
            if not (_damaged(pushed) or _damaged(enlisted)):
                return
            async with client.pipeline(transaction=True) as pipe:
                if _damaged(pushed):
                    pipe.delete(history)
                    push(pipe)
                if _damaged(enlisted):
                    pipe.delete(index)
                    enlist(pipe)
                await pipe.execute()

        await self._link.run(write)

    async def forget(self, user: str) -> int:
        index = _key("sessions", user)
        counter = _key("rate", personal_limit_key(user))

        async def remove(client: Redis) -> int:
            # In one script, so that an append meanwhile is either removed or wholly after.
            removed = await cast("Any", client).eval(
                _FORGET, 2, index, counter, _key("history", "")
            )
            return int(removed)

        return await self._link.run(remove)

    async def first_seen(self, key: str) -> bool:
        name = _key("seen", key)

        async def claim(client: Redis) -> bool:
            return bool(await client.set(name, 1, nx=True, px=self._dedupe_ms))

        return await self._link.run(claim)

    async def admit(self, key: str, limit: int, window_seconds: float) -> Admission:
        name = _key("rate", key)

        async def count(client: Redis) -> int:
            for _ in range(2):
                async with client.pipeline(transaction=True) as pipe:
                    pipe.set(name, 0, nx=True, px=_milliseconds(window_seconds))
                    pipe.incr(name)
                    pipe.pttl(name)
                    _, calls, left_ms = await _execute(pipe)
                # A counter that never expires would refuse its owner for good.
                if not _damaged(calls) and left_ms != -1:
                    return int(calls)
                await client.delete(name)
            return 1

        calls = await self._link.run(count)
        if calls <= limit:
            return "allowed"
        return "first_refusal" if calls == limit + 1 else "refused"

    async def ping(self) -> float:
        """Give the round trip to Redis in milliseconds; raises StoreUnavailable."""
        return await self._link.ping()

    async def state(self) -> StoreState:
        """Tell whether Redis answers; never raises."""
        try:
            return StoreState(up=True, ping_ms=round(await self._link.ping(), 2))
        except StoreUnavailable as error:
            return StoreState(up=False, problem=str(error))


def _key(kind: str, name: str) -> bytes:
    return PREFIX + f"{kind}:{name}".encode("utf-8", "surrogatepass")


def _milliseconds(seconds: float) -> int:
    return max(1, math.ceil(seconds * 1000))


def _damaged(result: object) -> bool:
    return isinstance(result, ResponseError)


async def _execute(pipe: Pipeline) -> Sequence[Any]:
    """Give every result, a damaged key's as its error; any other error is raised."""
    results: list[Any] = await pipe.execute(raise_on_error=False)
    for result in results:
        if isinstance(result, Exception) and not is_damage(result):
            raise result
    return results
