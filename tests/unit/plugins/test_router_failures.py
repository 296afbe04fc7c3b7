"""What goes wrong, streams, observing and ending."""

import asyncio
from dataclasses import replace

import pytest

from plugins import wording
from plugins.messages import Reply
from tests.fakes_conversation import FakeConversationStore
from tests.unit.plugins.messages import Scripted, echo, message
from tests.unit.plugins.routers import FREE, Gate, at_rest, router_over, settle

# Failures


async def test_a_plugin_that_fails_costs_one_sentence_and_nothing_else():
    async def broken(incoming):
        if incoming.text == "炸":
            raise ZeroDivisionError("secret")
        return await echo(incoming)

    router = router_over(Scripted(broken))
    failed = await router.handle(message("炸"))
    assert (failed.text, failed.decision) == (wording.FAILED, "error")
    assert (await router.handle(message("好"))).decision == "answer"
    assert at_rest(router)


async def test_a_store_that_breaks_in_an_unforeseen_way_costs_one_sentence():
    class Broken(FakeConversationStore):
        async def first_seen(self, key):
            raise RuntimeError

    router = router_over(Scripted(echo), store=Broken())
    assert (await router.handle(message())).text == wording.FAILED


async def test_a_message_that_takes_too_long_is_given_up_with_a_sentence():
    gate = Gate()
    router = router_over(Scripted(gate), limits=replace(FREE, message_seconds=0.02))
    reply = await router.handle(message())
    assert (reply.text, reply.decision) == (wording.TOO_SLOW, "error")
    assert gate.inside == 0
    assert at_rest(router)


async def test_the_wait_for_ones_turn_does_not_count_against_the_time_limit():
    async def takes_a_while(incoming):
        await asyncio.sleep(0.06)
        return Reply(incoming.text, "answer")

    router = router_over(Scripted(takes_a_while), limits=replace(FREE, message_seconds=0.15))
    replies = await asyncio.gather(*(router.handle(message()) for _ in range(4)))
    assert [r.decision for r in replies] == ["answer"] * 4


async def test_who_waits_longer_than_two_answers_may_take_is_refused_politely():
    gate = Gate()
    limits = replace(FREE, concurrency=1, message_seconds=0.2)
    router = router_over(Scripted(gate), limits=limits)
    router._places = asyncio.Semaphore(0)  # somebody else's work does not end
    reply = await router.handle(message())
    assert (reply.text, reply.decision) == (wording.BUSY, "busy")
    assert gate.inside == 0
    assert router.pending == 0
    assert not router._sessions


async def test_a_cancelled_message_frees_its_place():
    gate = Gate()
    router = router_over(Scripted(gate), limits=replace(FREE, concurrency=1))
    running, waiting, queued = (
        asyncio.create_task(router.handle(message(sender=sender))) for sender in ("a", "a", "b")
    )
    await settle()
    for task in (running, waiting):
        task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    with pytest.raises(asyncio.CancelledError):
        await waiting
    gate.open.set()
    assert (await queued).decision == "answer"
    assert at_rest(router)


# Streams


async def test_a_reply_that_is_being_written_takes_no_place_of_work():
    gate = Gate()

    async def written(incoming):
        async def stream():
            yield "…"
            yield await gate(incoming)

        return stream()

    router = router_over(Scripted(written), limits=replace(FREE, concurrency=1))
    tasks = [asyncio.create_task(router.handle(message(sender=f"u{n}"))) for n in range(3)]
    await settle()
    assert gate.inside == 3
    gate.open.set()
    assert [r.decision for r in await asyncio.gather(*tasks)] == ["answer"] * 3
    assert at_rest(router)


async def test_a_reply_that_nobody_waits_for_any_more_is_not_written_on():
    closed = []

    async def written(incoming):
        async def stream():
            try:
                yield "…"
                yield Reply("不会到这里", "answer")
            finally:
                closed.append(True)

        return stream()

    async def slow_screen(text):
        await asyncio.sleep(600)

    router = router_over(Scripted(written), limits=replace(FREE, message_seconds=0.05))
    reply = await router.handle(message(), slow_screen)
    assert reply.text == wording.TOO_SLOW
    assert closed


def stream_of(*items):
    async def respond(incoming):
        async def stream():
            for item in items:
                if isinstance(item, Exception):
                    raise item
                yield item

        return stream()

    return Scripted(respond)


async def collect_progress(router):
    shown = []

    async def progress(text):
        shown.append(text)

    return await router.handle(message(), progress), shown


async def test_a_stream_shows_its_progress_and_ends_in_its_reply():
    final = Reply("死锁是互相等待。", "answer")
    reply, shown = await collect_progress(router_over(stream_of("死锁", "死锁是", final)))
    assert reply is final
    assert shown == ["死锁", "死锁是"]


async def test_a_stream_is_followed_to_its_end_when_nobody_watches():
    final = Reply("完", "answer")
    assert await router_over(stream_of("一", final)).handle(message()) is final


async def test_a_stream_that_ends_without_a_reply_is_an_error():
    reply, _ = await collect_progress(router_over(stream_of("死锁")))
    assert (reply.text, reply.decision) == (wording.FAILED, "error")


async def test_a_stream_that_fails_half_way_is_an_error():
    reply, shown = await collect_progress(router_over(stream_of("死锁", ValueError())))
    assert reply.text == wording.FAILED
    assert shown == ["死锁"]


@pytest.mark.parametrize("failure", [ConnectionError, TimeoutError])
async def test_a_progress_that_fails_is_given_up_and_the_answer_is_not(failure, logged):
    tried = []

    async def progress(text):
        tried.append(text)
        raise failure

    final = Reply("完", "answer")
    router = router_over(stream_of("死锁", "死锁是", "死锁是互相", final))
    assert await router.handle(message(), progress) is final
    assert tried == ["死锁"]
    assert [line.partition(" ")[0] for line in logged] == ["WARNING"]
    assert at_rest(router)


async def test_a_message_cancelled_while_it_shows_progress_is_cancelled():
    reached = asyncio.Event()

    async def progress(text):
        reached.set()
        await asyncio.Event().wait()

    router = router_over(stream_of("死锁", Reply("完", "answer")))
    task = asyncio.create_task(router.handle(message(), progress))
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert at_rest(router)


# Observing and ending


async def test_every_message_handled_is_observed_with_its_reply_and_time():
    heard = []
    router = router_over(Scripted(echo), observe=lambda *args: heard.append(args))
    asked = message("你好")
    reply = await router.handle(asked)
    ((observed, given, seconds),) = heard
    assert (observed, given) == (asked, reply)
    assert isinstance(seconds, float)


async def test_draining_waits_for_what_is_pending():
    gate = Gate()
    router = router_over(Scripted(gate))
    assert await router.drain(0.01)
    task = asyncio.create_task(router.handle(message()))
    await settle()
    assert not await router.drain(0.02)
    asyncio.get_running_loop().call_later(0.02, gate.open.set)
    assert await router.drain(5)
    assert (await task).decision == "answer"
