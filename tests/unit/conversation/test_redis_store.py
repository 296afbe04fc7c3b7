from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from backend.conversation.embedded import RedisHandle, open_redis
from backend.conversation.ports import personal_limit_key
from backend.conversation.redis_store import RedisStore
from backend.conversation.turns import SHANGHAI, Turn

ME, HERE = "qq:10001", "qq:g:1:10001"
HISTORY, INDEX = "a408:history:qq:g:1:10001", "a408:sessions:qq:10001"
ASKED = Turn("user", "什么是死锁", datetime(2026, 11, 22, 12, 0, tzinfo=SHANGHAI))


@pytest.fixture
async def handle(tmp_path) -> AsyncIterator[RedisHandle]:
    async with await open_redis("", tmp_path) as opened:
        yield opened


@pytest.fixture
def store(handle) -> RedisStore:
    return RedisStore(handle.link, max_turns=20, ttl_seconds=3600, dedupe_seconds=600)


async def ask(handle: RedisHandle, *command):
    return await handle.link.run(lambda client: client.execute_command(*command))


async def test_every_key_has_our_prefix_and_expires(handle, store):
    await store.append(HERE, ME, ASKED)
    await store.first_seen("m1")
    await store.admit("g:1", 3, 60)
    keys = await ask(handle, "KEYS", "*")
    assert len(keys) == 4
    for key in keys:
        assert key.startswith(b"a408:")
        assert await ask(handle, "PTTL", key) > 0


async def test_forgetting_leaves_no_key_of_the_person(handle, store):
    await store.append(HERE, ME, ASKED)
    await store.append("qq:p:10001:10001", ME, ASKED)
    await store.admit(personal_limit_key(ME), 3, 60)
    await store.forget(ME)
    assert await ask(handle, "KEYS", "*") == []


async def test_an_unreadable_entry_is_left_out_of_the_history(handle, store):
    await store.append(HERE, ME, ASKED)
    await ask(handle, "RPUSH", HISTORY, b"{broken", b"\xff")
    await store.append(HERE, ME, ASKED)
    assert await store.recent(HERE, 10) == [ASKED, ASKED]


async def test_a_history_of_the_wrong_type_is_empty_and_overwritten(handle, store):
    await ask(handle, "SET", HISTORY, "not a list")
    assert await store.recent(HERE, 10) == []
    await store.append(HERE, ME, ASKED)
    assert await store.recent(HERE, 10) == [ASKED]
    assert await ask(handle, "PTTL", HISTORY) > 0
    assert await store.forget(ME) == 1


async def test_an_index_of_the_wrong_type_is_overwritten_without_doubling_turns(handle, store):
    await ask(handle, "SET", INDEX, "not a set")
    await store.append(HERE, ME, ASKED)
    assert await store.recent(HERE, 10) == [ASKED]
    assert await store.forget(ME) == 1


async def test_forgetting_with_an_index_of_the_wrong_type_removes_the_index(handle, store):
    await ask(handle, "SET", INDEX, "not a set")
    assert await store.forget(ME) == 0
    assert await ask(handle, "EXISTS", INDEX) == 0


async def test_forgetting_never_deletes_a_key_that_is_not_a_history(handle, store):
    await ask(handle, "SET", "someone:else", "1")
    await ask(handle, "SADD", INDEX, "someone:else")
    await store.append(HERE, ME, ASKED)
    assert await store.forget(ME) == 1
    assert await ask(handle, "GET", "someone:else") == b"1"


@pytest.mark.parametrize(
    "damage", [("SET", "words"), ("RPUSH", "1"), ("SET", "99")], ids=["words", "list", "no expiry"]
)
async def test_a_damaged_counter_starts_again(handle, store, damage):
    command, value = damage
    await ask(handle, command, "a408:rate:g:1", value)
    assert [await store.admit("g:1", 1, 60) for _ in range(2)] == ["allowed", "first_refusal"]
    assert await ask(handle, "PTTL", "a408:rate:g:1") > 0


async def test_the_state_gives_the_round_trip(store):
    state = await store.state()
    assert state.up
    assert state.problem is None
    assert state.ping_ms is not None
    assert 0 < state.ping_ms < 500
