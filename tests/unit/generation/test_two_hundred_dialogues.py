"""200 dialogues at once, from the router to the wire, against a model that serves eight."""

import asyncio
import time
import tracemalloc
from collections import Counter
from contextlib import asynccontextmanager

import pytest

from backend.answering.answerer import Answerer
from plugins.qa.plugin import QaPlugin
from tests.fakes import FakeSearch
from tests.fakes_conversation import FakeConversationStore
from tests.model_server import begins, model_server, says, stalls, status
from tests.unit.answering.dialogue import SURE
from tests.unit.generation.clients import client
from tests.unit.plugins.messages import message
from tests.unit.plugins.routers import at_rest, router_over

PEOPLE = 200
SERVED = 8
WRITTEN = "死锁是多个进程互相等待[1]。"
CARD = "死锁是多个进程因竞争资源而互相等待，谁也无法推进。"
DEADLINE = 60
PATIENT = {
    "queue": PEOPLE,
    "queue_seconds": DEADLINE,
    "first_token_timeout_seconds": DEADLINE,
    "total_timeout_seconds": 2 * DEADLINE,
}
HASTY = {
    "queue_seconds": 0.2,
    "first_token_timeout_seconds": 0.3,
    "stall_timeout_seconds": 0.3,
    "total_timeout_seconds": 2,
}


@asynccontextmanager
async def house(library, *script, clock=None, **settings):
    """Give the router, the client, the server and the counts of what became of the requests."""
    outcomes = Counter()

    def count(asked):
        outcomes[asked.outcome] += 1

    before = asyncio.all_tasks()
    async with (
        model_server(*script, at_once=SERVED) as model,
        client(model.url, count, clock=clock, concurrency=SERVED, **settings) as generator,
    ):
        store = FakeConversationStore()
        answerer = Answerer(library, FakeSearch(), SURE)
        router = router_over(QaPlugin(library, answerer, store, generator), store=store)
        yield router, generator, model, outcomes
        assert at_rest(router)
        assert (generator.running, generator.waiting) == (0, 0)
        assert model.most_open <= SERVED
        await until(lambda: generator._looking is None or generator._looking.done())
        await until(lambda: not model.open)
        left = [task.get_coro().__qualname__ for task in asyncio.all_tasks() - before]
        assert set(left) <= {"ModelServer.serve", "BaseSelectorEventLoop._accept_connection2"}


async def all_ask(router, people=PEOPLE):
    async with asyncio.timeout(DEADLINE):
        asking = (router.handle(message("什么是死锁", sender=f"u{n}")) for n in range(people))
        return await asyncio.gather(*asking)


def kinds(replies):
    """Count the replies by who wrote them; there is nothing else."""
    assert {reply.decision for reply in replies} == {"answer"}
    count = Counter("model" if WRITTEN in reply.text else "card" for reply in replies)
    assert count["card"] == sum(CARD in reply.text for reply in replies)
    return count


async def test_with_a_long_queue_the_model_answers_everybody(library):
    async with house(library, says(WRITTEN), **PATIENT) as (router, _, model, outcomes):
        assert kinds(await all_ask(router)) == {"model": PEOPLE}
        assert len(model.requests) == PEOPLE
        assert outcomes == {"answered": PEOPLE}


async def test_with_a_short_queue_the_others_get_their_card_while_the_model_writes(library):
    go_on, behaviour = gated()
    async with house(library, behaviour, **PATIENT | {"queue": 32}) as parts:
        router, generator, _, outcomes = parts
        asking = asyncio.create_task(all_ask(router))
        await until(lambda: outcomes["busy"] == PEOPLE - SERVED - 32)
        assert (generator.running, generator.waiting) == (SERVED, 32)
        go_on.set()
        assert kinds(await asking) == {"model": SERVED + 32, "card": PEOPLE - SERVED - 32}


@pytest.mark.parametrize(
    ("behaviour", "settings", "expected"),
    [
        (stalls, HASTY, {"timeout", "busy", "paused"}),
        (begins("死锁是", then=stalls), HASTY, {"timeout", "busy", "paused"}),
        (status(500), PATIENT, {"refused", "busy", "paused"}),
        (says("死锁是互相等待。" * 400), PATIENT, {"nonsense", "busy", "paused"}),
    ],
    ids=["silent", "stalls", "broken", "loops"],
)
async def test_whatever_the_model_does_everybody_gets_a_card(
    library, behaviour, settings, expected
):
    async with house(library, behaviour, **settings) as (router, _, _, outcomes):
        assert kinds(await all_ask(router)) == {"card": PEOPLE}
        assert set(outcomes) <= expected
        assert outcomes.total() == PEOPLE


async def test_who_asks_fifty_questions_delays_nobody_by_more_than_one(library):
    go_on, behaviour = gated()
    async with house(library, behaviour, **PATIENT) as (router, generator, model, _):
        greedy = [message("什么是饥饿", sender="greedy", group=f"g{n}") for n in range(50)]
        others = [message("什么是死锁", sender=f"u{n}") for n in range(PEOPLE - 50)]
        asking = asyncio.gather(*map(router.handle, [*greedy, *others]))
        await until(lambda: generator.waiting == PEOPLE - SERVED)
        go_on.set()
        async with asyncio.timeout(DEADLINE):
            replies = await asking
        assert all(reply.decision == "answer" for reply in replies)
        greedy_turns = [asks_about("饥饿", request) for request in model.requests]
        assert len(greedy_turns) == PEOPLE
        assert sum(greedy_turns[SERVED : SERVED + len(others)]) == 1


async def test_half_of_them_may_go_while_they_wait(library):
    go_on, behaviour = gated()
    async with house(library, behaviour, **PATIENT) as (router, generator, _, _):
        asked = [message("什么是死锁", sender=f"u{n}") for n in range(PEOPLE)]
        tasks = [asyncio.create_task(router.handle(each)) for each in asked]
        await until(lambda: generator.waiting == PEOPLE - SERVED)
        for task in tasks[::2]:
            task.cancel()
        go_on.set()
        async with asyncio.timeout(DEADLINE):
            results = await asyncio.gather(*tasks, return_exceptions=True)
        assert kinds(results[1::2]) == {"model": PEOPLE // 2}
        assert all(isinstance(result, asyncio.CancelledError) for result in results[::2])


async def test_the_memory_of_those_who_wait_is_small(library):
    go_on, behaviour = gated()
    async with house(library, behaviour, **PATIENT) as (router, generator, _, _):
        tracemalloc.start(1)
        try:
            asking = asyncio.create_task(all_ask(router))
            await until(lambda: generator.waiting == PEOPLE - SERVED)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        go_on.set()
        assert kinds(await asking) == {"model": PEOPLE}
        assert peak < PEOPLE * 200 * 1024


async def test_the_model_is_back_by_itself_after_it_was_down_for_all(library):
    now = [0.0]
    async with house(library, status(500), clock=lambda: now[0]) as (router, generator, model, _):
        assert kinds(await all_ask(router)) == {"card": PEOPLE}
        assert generator.breaker_state == "open"
        model.script = [says(WRITTEN)]
        now[0] += 6
        assert kinds(await all_ask(router, people=1)) == {"model": 1}
        assert generator.state() == "ok"


def gated():
    """Give an event, and a behaviour that writes once it is set."""
    go_on = asyncio.Event()

    async def behave(wire):
        await go_on.wait()
        await says(WRITTEN)(wire)

    return go_on, behave


def asks_about(word, request):
    """Whether the question, the last line of the prompt, has ``word``."""
    return word in request.body["messages"][-1]["content"].rsplit("\n", 1)[-1]


async def until(condition):
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)
