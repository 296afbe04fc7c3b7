"""What every store of dialogues keeps: the fake, an embedded, an external and a stand-in Redis."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Protocol

import pytest

from backend.conversation import embedded
from backend.conversation.embedded import open_redis
from backend.conversation.link import RedisLink
from backend.conversation.ports import (
    Deduplicator,
    DialogueStore,
    RateLimiter,
    personal_limit_key,
)
from backend.conversation.redis_store import RedisStore
from backend.conversation.turns import SHANGHAI, Turn
from tests.fakes_conversation import FakeConversationStore
from tests.unit.conversation.redis_process import RedisProcess

ME, YOU = "qq:10001", "qq:10002"
HERE, THERE, YOURS = "qq:g:1:10001", "qq:p:10001:10001", "qq:g:1:10002"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=SHANGHAI)


class Store(DialogueStore, Deduplicator, RateLimiter, Protocol):
    """All that the bot keeps of dialogues."""


Opener = Callable[..., Awaitable[Store]]


@pytest.fixture(scope="session")
def external(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisProcess]:
    process = RedisProcess(tmp_path_factory.mktemp("external"))
    process.start()
    yield process
    process.kill()


@pytest.fixture(params=["dicts", "embedded", "external", "fakeredis"])
async def open_store(
    request: pytest.FixtureRequest, tmp_path, external: RedisProcess
) -> AsyncIterator[Opener]:
    async with AsyncExitStack() as stack:

        async def opener(
            *, max_turns: int = 20, ttl_seconds: float = 3600, dedupe_seconds: float = 600
        ) -> Store:
            bounds = {
                "max_turns": max_turns,
                "ttl_seconds": ttl_seconds,
                "dedupe_seconds": dedupe_seconds,
            }
            if request.param == "dicts":
                return FakeConversationStore(**bounds)
            if request.param == "fakeredis":
                client = embedded._fake_client()
                link = RedisLink(client)
                stack.push_async_callback(link.aclose)
                return RedisStore(link, **bounds)
            url = external.url if request.param == "external" else ""
            handle = await stack.enter_async_context(await open_redis(url, tmp_path))
            await handle.link.run(lambda client: client.flushall())
            return RedisStore(handle.link, **bounds)

        yield opener


@pytest.fixture
async def store(open_store: Opener) -> Store:
    return await open_store()


def said(text: str, role="user", **fields) -> Turn:
    return Turn(role, text, NOON, **fields)


async def texts(store: Store, session: str, limit: int = 100) -> list[str]:
    return [turn.text for turn in await store.recent(session, limit)]


async def test_an_unknown_session_has_no_turns(store):
    assert await store.recent(HERE, 10) == []


async def test_turns_come_back_whole_and_oldest_first(store):
    asked = said("什么是死锁", concepts=("os.deadlock",), aspect="定义")
    asked_back = said(
        "您想问的是：1)…", "assistant", decision="ask_back", choices=("死锁预防", "死锁避免")
    )
    await store.append(HERE, ME, asked, asked_back)
    await store.append(HERE, ME, said("1"))
    assert await store.recent(HERE, 10) == [asked, asked_back, said("1")]


async def test_recent_gives_the_last_ones_up_to_the_limit(store):
    await store.append(HERE, ME, *(said(str(number)) for number in range(6)))
    assert await texts(store, HERE, 2) == ["4", "5"]
    assert await texts(store, HERE, 0) == []
    assert await texts(store, HERE, -1) == []


async def test_appending_nothing_changes_nothing(store):
    await store.append(HERE, ME)
    assert await store.recent(HERE, 10) == []
    assert await store.forget(ME) == 0


async def test_only_the_newest_turns_are_kept(open_store):
    store = await open_store(max_turns=2)
    for number in range(7):
        await store.append(HERE, ME, said(str(number)))
    assert await texts(store, HERE) == ["3", "4", "5", "6"]


async def test_a_session_expires_and_starts_afresh(open_store):
    store = await open_store(ttl_seconds=0.2)
    await store.append(HERE, ME, said("早"))
    await asyncio.sleep(0.3)
    assert await texts(store, HERE) == []
    await store.append(HERE, ME, said("晚"))
    assert await texts(store, HERE) == ["晚"]


async def test_each_append_renews_the_time_to_live(open_store):
    store = await open_store(ttl_seconds=0.6)
    await store.append(HERE, ME, said("一"))
    await asyncio.sleep(0.4)
    await store.append(HERE, ME, said("二"))
    await asyncio.sleep(0.4)
    assert await texts(store, HERE) == ["一", "二"]
    assert await store.forget(ME) == 1


async def test_sessions_do_not_mix(store):
    await store.append(HERE, ME, said("我"))
    await store.append(YOURS, YOU, said("你"))
    assert await texts(store, HERE) == ["我"]
    assert await texts(store, YOURS) == ["你"]


@pytest.mark.parametrize(
    "text",
    [
        "死锁 🙂👩‍👩‍👧 \u202e ¿ñ \x00 \r\n",
        "half an emoji \ud83d",
        "页" * 10_000,
        "",
        '{"role": "user"}',
        "[CQ:at,qq=all]",
    ],
    ids=["unicode", "lone surrogate", "long", "empty", "json", "cq code"],
)
async def test_any_text_comes_back_as_it_was(store, text):
    await store.append(HERE, ME, said(text, choices=(text,)))
    assert await store.recent(HERE, 1) == [said(text, choices=(text,))]


async def test_any_session_and_user_key_works(store):
    odd = "qq:g:\n* {a} \ud83d 群"
    await store.append(odd, odd, said("在"))
    assert await texts(store, odd) == ["在"]
    assert await store.forget(odd) == 1
    assert await texts(store, odd) == []


async def test_a_time_in_another_zone_is_the_same_moment_in_shanghai(store):
    await store.append(HERE, ME, Turn("user", "早", datetime(2026, 11, 22, 4, 0, tzinfo=UTC)))
    [turn] = await store.recent(HERE, 1)
    assert turn.at == NOON
    assert turn.at.isoformat() == "2026-11-22T12:00:00+08:00"


async def test_forgetting_removes_one_person_everywhere_and_nobody_else(store):
    await store.append(HERE, ME, said("群里"))
    await store.append(THERE, ME, said("私聊", choices=("死锁预防",)))
    await store.append(YOURS, YOU, said("别人"))
    assert await store.forget(ME) == 2
    assert await texts(store, HERE) == []
    assert await texts(store, THERE) == []
    assert await texts(store, YOURS) == ["别人"]
    assert await store.forget(ME) == 0


async def test_a_forgotten_person_can_start_again(store):
    await store.append(HERE, ME, said("旧"))
    await store.forget(ME)
    await store.append(HERE, ME, said("新"))
    assert await texts(store, HERE) == ["新"]
    assert await store.forget(ME) == 1


async def test_forgetting_clears_the_persons_own_limit_and_no_others(store):
    for key in (personal_limit_key(ME), personal_limit_key(YOU)):
        assert await store.admit(key, 1, 60) == "allowed"
        assert await store.admit(key, 1, 60) == "first_refusal"
    await store.forget(ME)
    assert await store.admit(personal_limit_key(ME), 1, 60) == "allowed"
    assert await store.admit(personal_limit_key(YOU), 1, 60) == "refused"


async def test_forgetting_amid_appends_leaves_only_what_came_after(store):
    async def keep_talking():
        for number in range(20):
            await store.append(HERE, ME, said(str(number)))

    talking = asyncio.create_task(keep_talking())
    await asyncio.sleep(0)
    await store.forget(ME)
    await talking
    left = await texts(store, HERE)
    assert left == [str(number) for number in range(20)][20 - len(left) :]
    await store.forget(ME)
    assert await texts(store, HERE) == []


async def test_concurrent_appends_lose_nothing_and_stay_in_pairs(store):
    pairs = [(said(f"问{number}"), said(f"答{number}", "assistant")) for number in range(15)]
    await asyncio.gather(*(store.append(HERE, ME, *pair) for pair in pairs))
    kept = await texts(store, HERE)
    assert sorted(kept) == sorted(turn.text for pair in pairs for turn in pair)
    assert all(kept[i][1:] == kept[i + 1][1:] for i in range(0, 30, 2))


async def test_a_message_is_first_seen_once(store):
    assert await store.first_seen("qq:bot:1") is True
    assert await store.first_seen("qq:bot:1") is False
    assert await store.first_seen("qq:bot:2") is True


async def test_of_200_at_once_exactly_one_is_first(store):
    answers = await asyncio.gather(*(store.first_seen("qq:bot:9") for _ in range(200)))
    assert answers.count(True) == 1


async def test_a_claim_expires(open_store):
    store = await open_store(dedupe_seconds=0.2)
    assert await store.first_seen("qq:bot:1")
    await asyncio.sleep(0.3)
    assert await store.first_seen("qq:bot:1")


async def test_over_the_limit_there_is_one_notice_then_quiet(store):
    answers = [await store.admit("g:1", 3, 60) for _ in range(6)]
    assert answers == ["allowed"] * 3 + ["first_refusal"] + ["refused"] * 2
    assert await store.admit("g:2", 3, 60) == "allowed"


async def test_a_new_window_admits_again(store):
    assert [await store.admit("u", 1, 0.2) for _ in range(2)] == ["allowed", "first_refusal"]
    await asyncio.sleep(0.3)
    assert [await store.admit("u", 1, 0.2) for _ in range(2)] == ["allowed", "first_refusal"]


async def test_of_100_at_once_the_limit_is_exact_with_one_notice(store):
    answers = await asyncio.gather(*(store.admit("u", 12, 60) for _ in range(100)))
    assert answers.count("allowed") == 12
    assert answers.count("first_refusal") == 1


async def test_a_limit_of_nothing_refuses_the_first(store):
    assert await store.admit("u", 0, 60) == "first_refusal"
