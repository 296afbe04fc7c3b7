import asyncio
from dataclasses import replace

import pytest

from plugins import wording
from plugins.messages import SILENT, Reply
from plugins.router import Limits
from tests.fakes_conversation import FakeConversationStore
from tests.unit.plugins.messages import Scripted, echo, message
from tests.unit.plugins.routers import FREE, Gate, at_rest, router_over, settle


@pytest.fixture
def store():
    return FakeConversationStore()


# Which messages are answered


async def test_an_addressed_message_gets_the_reply_of_the_first_plugin_that_takes_it():
    async def not_mine(incoming):
        return None

    first, second, third = Scripted(not_mine), Scripted(echo), Scripted(echo)
    router = router_over(first, second, third)
    reply = await router.handle(message("你好"))
    assert (reply.text, reply.decision) == ("回：你好", "answer")
    assert [len(p.seen) for p in (first, second, third)] == [1, 1, 0]
    assert at_rest(router)


@pytest.mark.parametrize("change", [{"addressed": False}, {"from_bot": True}])
async def test_what_is_not_for_the_bot_costs_nothing(change, store):
    plugin = Scripted(echo)
    heard = []
    router = router_over(plugin, store=store, observe=lambda *args: heard.append(args))
    assert await router.handle(message(**change)) is SILENT
    assert (plugin.seen, heard, store._seen, store._calls) == ([], [], {}, {})


async def test_a_message_that_was_unaddressed_first_is_answered_when_it_is_addressed():
    router = router_over(Scripted(echo))
    await router.handle(message(message_id="7", addressed=False))
    assert (await router.handle(message(message_id="7"))).decision == "answer"


async def test_when_no_plugin_takes_a_message_one_sentence_says_so():
    async def not_mine(incoming):
        return None

    reply = await router_over(Scripted(not_mine)).handle(message())
    assert (reply.text, reply.decision) == (wording.NOTHING, "error")


async def test_a_long_message_is_cut_for_the_plugins():
    plugin = Scripted(echo)
    router = router_over(plugin, limits=replace(FREE, max_message_chars=10))
    await router.handle(message("锁" * 10_000))
    assert plugin.seen[0].text == "锁" * 10


# Duplicates


async def test_the_same_message_is_answered_once():
    plugin = Scripted(echo)
    router = router_over(plugin)
    again = message(message_id="7")
    replies = await asyncio.gather(*(router.handle(again) for _ in range(10)))
    assert sorted(r.is_silent for r in replies) == [False] + [True] * 9
    assert len(plugin.seen) == 1


async def test_a_message_that_another_process_took_up_is_not_answered(store):
    first, second = (router_over(Scripted(echo), store=store) for _ in range(2))
    assert (await first.handle(message(message_id="7"))).decision == "answer"
    assert await second.handle(message(message_id="7")) is SILENT
    assert at_rest(second)


@pytest.mark.parametrize("change", [{"platform": "qq"}, {"bot": "b2"}])
async def test_equal_ids_of_different_platforms_or_bots_are_different_messages(change):
    router = router_over(Scripted(echo))
    await router.handle(message(message_id="7"))
    assert (await router.handle(message(message_id="7", **change))).decision == "answer"


# Order and parallel work


async def test_messages_of_one_session_are_answered_in_order_even_if_the_first_is_slow():
    done = []

    async def slow_first(incoming):
        await asyncio.sleep(0.05 if incoming.text == "0" else 0)
        done.append(incoming.text)
        return Reply(incoming.text, "answer")

    router = router_over(Scripted(slow_first))
    replies = await asyncio.gather(*(router.handle(message(str(n))) for n in range(5)))
    assert done == ["0", "1", "2", "3", "4"]
    assert [r.text for r in replies] == done
    assert at_rest(router)


async def test_different_sessions_are_answered_at_the_same_time():
    gate = Gate()
    router = router_over(Scripted(gate))
    messages = [
        message("a", sender="u1"),
        message("b", sender="u2"),
        message("c", sender="u1", group="g2"),
        message("d", sender="u1", group=None),
    ]
    tasks = [asyncio.create_task(router.handle(m)) for m in messages]
    await settle()
    assert gate.inside == 4
    gate.open.set()
    assert [r.text for r in await asyncio.gather(*tasks)] == ["a", "b", "c", "d"]


async def test_no_more_than_the_places_of_work_are_taken_at_once():
    gate = Gate()
    router = router_over(Scripted(gate), limits=replace(FREE, concurrency=3))
    tasks = [asyncio.create_task(router.handle(message(sender=f"u{n}"))) for n in range(10)]
    await settle()
    assert gate.inside == 3
    assert router.pending == 10
    gate.open.set()
    await asyncio.gather(*tasks)
    assert gate.most == 3
    assert at_rest(router)


async def test_waiting_for_the_session_takes_no_place_of_work():
    gate = Gate()
    router = router_over(Scripted(gate), limits=replace(FREE, concurrency=2))
    same = [asyncio.create_task(router.handle(message(sender="u1"))) for _ in range(5)]
    other = asyncio.create_task(router.handle(message(sender="u2")))
    await settle()
    assert gate.inside == 2
    gate.open.set()
    await asyncio.gather(*same, other)


async def test_a_full_queue_is_refused_politely_and_accepts_again_later():
    gate = Gate()
    router = router_over(Scripted(gate), limits=replace(FREE, concurrency=1, queue=2))
    tasks = [asyncio.create_task(router.handle(message(sender=f"u{n}"))) for n in range(3)]
    await settle()
    refused = await router.handle(message(sender="late"))
    assert (refused.text, refused.decision) == (wording.BUSY, "busy")
    gate.open.set()
    assert [r.decision for r in await asyncio.gather(*tasks)] == ["answer"] * 3
    assert (await router.handle(message(sender="late"))).decision == "answer"


async def test_of_two_thousand_messages_at_once_none_is_lost():
    async def quick(incoming):
        await asyncio.sleep(0)
        return Reply(incoming.text, "answer")

    router = router_over(Scripted(quick))
    messages = [message(str(n), sender=f"u{n % 300}", group=f"g{n % 20}") for n in range(2000)]
    replies = await asyncio.gather(*(router.handle(m) for m in messages))
    answered = [r for r in replies if r.decision == "answer"]
    refused = [r for r in replies if r.decision == "busy"]
    assert len(answered) + len(refused) == 2000
    assert len(answered) == FREE.concurrency + FREE.queue
    assert all(r.text == m.text for r, m in zip(replies, messages, strict=True) if r in answered)
    assert at_rest(router)


# Limits


async def test_who_asks_too_often_gets_one_notice_and_then_silence(store):
    router = router_over(Scripted(echo), store=store, limits=Limits(per_user=2, per_group=None))
    replies = [await router.handle(message()) for _ in range(5)]
    assert [r.decision for r in replies] == ["answer", "answer", "busy", "silent", "silent"]
    assert replies[2].text == wording.SLOW_DOWN_USER
    assert (await router.handle(message(sender="u2"))).decision == "answer"


async def test_the_limit_of_a_person_counts_all_conversations_of_a_platform(store):
    router = router_over(Scripted(echo), store=store, limits=Limits(per_user=1, per_group=None))
    assert (await router.handle(message(group="g1"))).decision == "answer"
    assert (await router.handle(message(group=None))).decision == "busy"
    assert (await router.handle(message(platform="discord"))).decision == "answer"


async def test_a_group_that_asks_too_often_gets_one_notice_and_then_silence(store):
    router = router_over(Scripted(echo), store=store, limits=Limits(per_user=None, per_group=2))
    replies = [await router.handle(message(sender=f"u{n}")) for n in range(5)]
    assert [r.decision for r in replies] == ["answer", "answer", "busy", "silent", "silent"]
    assert replies[2].text == wording.SLOW_DOWN_GROUP
    assert (await router.handle(message(group="g2"))).decision == "answer"
    assert (await router.handle(message(group=None))).decision == "answer"


async def test_a_limit_ends_with_its_minute():
    now = [0.0]
    store = FakeConversationStore(clock=lambda: now[0])
    router = router_over(Scripted(echo), store=store, limits=Limits(per_user=1))
    assert [(await router.handle(message())).decision for _ in range(2)] == ["answer", "busy"]
    now[0] = 61
    assert (await router.handle(message())).decision == "answer"


async def test_duplicates_do_not_count_towards_the_limit(store):
    router = router_over(Scripted(echo), store=store, limits=Limits(per_user=2))
    for _ in range(5):
        await router.handle(message(message_id="7"))
    assert (await router.handle(message())).decision == "answer"


async def test_without_the_store_everything_is_still_answered(store):
    store.down = True
    router = router_over(Scripted(echo), store=store, limits=Limits(per_user=1, per_group=1))
    replies = [await router.handle(message()) for _ in range(4)]
    assert {r.decision for r in replies} == {"answer"}
    assert await router.handle(message(message_id="7")) != SILENT
    assert await router.handle(message(message_id="7")) is SILENT
