import asyncio
import signal
import socket
import time
from collections.abc import Iterator
from datetime import datetime

import pytest

from backend.conversation.embedded import open_redis
from backend.conversation.link import RedisLink
from backend.conversation.redis_store import RedisStore
from backend.conversation.turns import SHANGHAI, Turn
from backend.errors import StoreUnavailable
from tests.unit.conversation.redis_process import RedisProcess, free_port

ASKED = Turn("user", "什么是死锁", datetime(2026, 11, 22, 12, 0, tzinfo=SHANGHAI))


@pytest.fixture
def redis(tmp_path) -> Iterator[RedisProcess]:
    process = RedisProcess(tmp_path)
    process.start()
    yield process
    process.kill()


def store_on(handle) -> RedisStore:
    return RedisStore(handle.link, max_turns=20, ttl_seconds=3600, dedupe_seconds=600)


async def until_it_answers(store: RedisStore, seconds: float = 5) -> None:
    for _ in range(int(seconds / 0.05)):
        if (await store.state()).up:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("Redis did not come back")


async def timed(awaitable) -> float:
    started = time.perf_counter()
    with pytest.raises(StoreUnavailable):
        await awaitable
    return time.perf_counter() - started


async def test_every_method_of_a_dead_redis_raises_store_unavailable(tmp_path):
    async with await open_redis(f"redis://127.0.0.1:{free_port()}", tmp_path) as handle:
        store = store_on(handle)
        for call in (
            store.recent("s", 1),
            store.append("s", "u", ASKED),
            store.forget("u"),
            store.first_seen("m"),
            store.admit("u", 1, 60),
            store.ping(),
            handle.persistent(),
        ):
            with pytest.raises(StoreUnavailable, match="Redis"):
                await call
        state = await store.state()
        assert not state.up
        assert "连不上 Redis" in (state.problem or "")


async def test_history_is_there_again_when_a_killed_redis_returns(redis, tmp_path, logged):
    async with await open_redis(redis.url, tmp_path) as handle:
        store = store_on(handle)
        await asyncio.gather(*(store.append("s", "u", ASKED) for _ in range(10)))
        redis.kill()
        with pytest.raises(StoreUnavailable):
            await store.recent("s", 100)
        redis.start()
        await until_it_answers(store)
        assert len(await store.recent("s", 100)) == 10
        assert await store.admit("u", 1, 60) == "allowed"
    assert sum("秒后再试" in line for line in logged) == 1
    assert sum("恢复应答" in line for line in logged) == 1


async def test_idle_connections_survive_a_redis_that_was_restarted_unnoticed(redis, tmp_path):
    async with await open_redis(redis.url, tmp_path) as handle:
        store = store_on(handle)
        await asyncio.gather(*(store.append("s", "u", ASKED) for _ in range(10)))
        redis.kill()
        redis.start()
        await asyncio.sleep(0.05)  # the loop learns that the old connections were closed
        assert len(await store.recent("s", 100)) == 10


async def test_a_hung_redis_costs_one_deadline_and_then_nothing(redis, tmp_path):
    async with await open_redis(redis.url, tmp_path, timeout_seconds=0.3) as handle:
        store = store_on(handle)
        await store.append("s", "u", ASKED)
        redis.send(signal.SIGSTOP)
        assert 0.25 < await timed(store.recent("s", 1)) < 1
        assert await timed(store.recent("s", 1)) < 0.2
        redis.send(signal.SIGCONT)
        await until_it_answers(store)
        assert await store.recent("s", 1) == [ASKED]


async def test_a_late_answer_is_never_taken_for_the_answer_to_another_call(redis, tmp_path):
    async with await open_redis(redis.url, tmp_path, timeout_seconds=0.1) as handle:
        link = RedisLink(handle.link._client, timeout_seconds=0.1, retry_seconds=0)

        async def echo(word: str) -> bytes:
            return await link.run(lambda client: client.echo(word))

        await asyncio.gather(*(echo(f"warm{number}") for number in range(8)))
        redis.send(signal.SIGSTOP)
        late = [echo(f"late{number}") for number in range(8)]
        assert all(
            isinstance(answer, StoreUnavailable)
            for answer in await asyncio.gather(*late, return_exceptions=True)
        )
        redis.send(signal.SIGCONT)
        words = [f"word{number}" for number in range(50)]
        assert await asyncio.gather(*map(echo, words)) == [word.encode() for word in words]


async def test_two_hundred_calls_to_a_hung_redis_cost_no_deadline_each(redis, tmp_path):
    async with await open_redis(redis.url, tmp_path, timeout_seconds=0.3) as handle:
        store = store_on(handle)
        redis.send(signal.SIGSTOP)
        # One after another they would take a minute.
        async with asyncio.timeout(20):
            answers = await asyncio.gather(
                *(store.first_seen(str(number)) for number in range(200)), return_exceptions=True
            )
        assert all(isinstance(answer, StoreUnavailable) for answer in answers)


async def test_a_busy_event_loop_is_not_taken_for_a_dead_redis(redis, tmp_path):
    async with await open_redis(redis.url, tmp_path, timeout_seconds=0.3) as handle:
        store = store_on(handle)
        await store.ping()
        asyncio.get_running_loop().call_soon(time.sleep, 1.0)
        assert await store.first_seen("m")


async def test_a_burst_of_two_thousand_calls_is_served_whole(redis, tmp_path):
    async with await open_redis(redis.url, tmp_path) as handle:
        store = store_on(handle)
        answers = await asyncio.gather(*(store.first_seen(str(number)) for number in range(2000)))
        assert all(answers)


async def test_after_a_failure_one_caller_tries_and_the_others_go_without(redis, tmp_path):
    now = 100.0
    async with await open_redis(redis.url, tmp_path) as handle:
        link = RedisLink(handle.link._client, retry_seconds=2, clock=lambda: now)
        redis.kill()
        with pytest.raises(StoreUnavailable):
            await link.ping()
        redis.start()
        now += 1.9
        with pytest.raises(StoreUnavailable):
            await link.ping()
        now += 0.2
        answers = await asyncio.gather(*(link.ping() for _ in range(3)), return_exceptions=True)
        assert [isinstance(answer, StoreUnavailable) for answer in answers] == [False, True, True]
        await link.ping()


async def test_a_cancelled_caller_leaves_redis_in_use_for_the_others(redis, tmp_path):
    async with await open_redis(redis.url, tmp_path, timeout_seconds=5) as handle:
        store = store_on(handle)
        await store.ping()
        redis.send(signal.SIGSTOP)
        calls = [asyncio.create_task(store.first_seen(str(number))) for number in range(40)]
        await asyncio.sleep(0.1)
        for call in calls:
            call.cancel()
        redis.send(signal.SIGCONT)
        await asyncio.gather(*calls, return_exceptions=True)
        assert all(call.cancelled() for call in calls)
        assert await store.first_seen("new")


async def test_an_address_that_never_answers_is_given_up_in_time(tmp_path):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}"
        async with (
            asyncio.timeout(20),
            await open_redis(url, tmp_path, timeout_seconds=0.2) as handle,
        ):
            with pytest.raises(StoreUnavailable, match="没有应答"):
                await handle.link.ping()


async def test_a_refused_write_leaves_reading_in_use(tmp_path):
    full = RedisProcess(tmp_path, "--maxmemory", "1", "--maxmemory-policy", "noeviction")
    full.start()
    try:
        async with await open_redis(full.url, tmp_path) as handle:
            store = store_on(handle)
            with pytest.raises(StoreUnavailable, match="Redis 拒绝了命令"):
                await store.append("s", "u", ASKED)
            assert await store.recent("s", 1) == []
    finally:
        full.kill()


async def test_a_wrong_password_is_said_without_repeating_it(tmp_path, logged):
    guarded = RedisProcess(tmp_path, "--requirepass", "right-secret")
    guarded.start()
    try:
        url = guarded.url.replace("redis://", "redis://:wrong-secret@")
        async with await open_redis(url, tmp_path) as handle:
            with pytest.raises(StoreUnavailable, match="用户名和密码"):
                await handle.link.ping()
        url = guarded.url.replace("redis://", "redis://:right-secret@")
        async with await open_redis(url, tmp_path) as handle:
            assert await handle.link.ping() > 0
            assert await handle.persistent()
    finally:
        guarded.kill()
    assert "secret" not in "".join(logged)


@pytest.mark.parametrize(
    "url", ["127.0.0.1:6379", "http://:my-secret@host", "redis://:my-secret@host:port/0"]
)
async def test_a_malformed_address_is_one_sentence_without_the_password(url, tmp_path):
    with pytest.raises(StoreUnavailable, match="ASSISTANT408_REDIS__URL") as caught:
        await open_redis(url, tmp_path)
    assert "my-secret" not in str(caught.value)
