"""Places, turns, cancellation, and the breaker as the client uses it."""

import asyncio
import gc
from contextlib import suppress

import pytest

from backend.errors import (
    GenerationBusy,
    GenerationError,
    GenerationPaused,
    GenerationRefused,
    GenerationTimeout,
    GenerationUnreachable,
)
from backend.generation.failures import RequestNotAccepted
from backend.generation.ports import Usage
from tests.model_server import (
    OK,
    babbles,
    begins,
    model_server,
    says,
    stalls,
    status,
    waits,
)
from tests.unit.generation.clients import (
    PROMPT,
    client,
    closed_port,
    fails,
    reset_at_once,
    told,
    until_closed,
)

# Places


async def test_no_more_requests_than_allowed_run_at_once():
    async with (
        model_server(waits(0.03, says("好"))) as model,
        client(model.url, concurrency=2) as c,
    ):
        answers = await asyncio.gather(*(told(c) for _ in range(7)))
        assert answers == [["好"]] * 7
        assert model.most_open == 2
        assert (c.running, c.waiting) == (0, 0)


async def test_users_take_turns_whoever_asked_most():
    async with (
        model_server(waits(0.02, says("好"))) as model,
        client(model.url, concurrency=1, queue_seconds=60) as c,
    ):
        order = []

        async def ask(user):
            await told(c, user)
            order.append(user)

        await asyncio.gather(*(ask(user) for user in ["greedy"] * 6 + ["one", "other"]))
        assert order == ["greedy", "greedy", "one", "other", *["greedy"] * 4]


async def test_who_gets_no_place_in_time_is_refused_and_the_model_is_not_blamed():
    async with (
        model_server(begins("死", then=stalls)) as model,
        client(model.url, concurrency=1, queue_seconds=0.05, breaker_failures=1) as c,
    ):
        first = asyncio.create_task(told(c))
        await model.busy.wait()
        assert await fails(c, GenerationBusy) == ([], "排队等模型的人太多")
        assert c.state() == "ok"
        first.cancel()


async def test_who_finds_too_many_waiting_is_refused_at_once():
    async with (
        model_server(begins("死", then=stalls)) as model,
        client(model.url, concurrency=1, queue=2, queue_seconds=600) as c,
    ):
        waiting = [asyncio.create_task(told(c, user)) for user in "abc"]
        await model.busy.wait()
        with pytest.raises(GenerationBusy):
            await told(c, "d")
        for task in waiting:
            task.cancel()


async def test_waiting_for_a_place_counts_against_the_total_deadline():
    async with (
        model_server(begins("死", then=stalls)) as model,
        client(model.url, concurrency=1, total_timeout_seconds=0.2) as c,
    ):
        both = await asyncio.gather(told(c), told(c), return_exceptions=True)
        assert {type(result) for result in both} <= {GenerationTimeout, GenerationBusy}
        assert len(model.requests) == 1


# Cancellation


async def test_a_cancelled_answer_closes_its_request_and_frees_its_place():
    seen = []
    async with (
        model_server(begins("死锁", then=stalls), says("好")) as model,
        client(model.url, seen.append, concurrency=1) as c,
    ):
        task = asyncio.create_task(told(c))
        await model.busy.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until_closed(model)
        assert await told(c) == ["好"]
        assert c.state() == "ok"
        assert [asked.outcome for asked in seen] == ["cancelled", "answered"]


async def test_a_reader_that_stops_early_closes_the_request_and_frees_the_place():
    async with (
        model_server(begins(then=babbles), says("好")) as model,
        client(model.url, concurrency=1) as c,
    ):
        stream = c.stream(PROMPT, user="u")
        await anext(stream)
        await stream.aclose()
        await until_closed(model)
        assert await told(c) == ["好"]
        assert c.state() == "ok"


async def test_a_text_that_did_not_satisfy_its_reader_is_told_as_rejected():
    seen = []
    async with model_server(begins(then=babbles)) as model, client(model.url, seen.append) as c:
        stream = c.stream(PROMPT, user="u")
        await anext(stream)
        await stream.aclose()
        assert [asked.outcome for asked in seen] == ["rejected"]


async def test_a_reader_that_forgets_to_close_frees_the_place_all_the_same():
    async with (
        model_server(begins(then=babbles), says("好")) as model,
        client(model.url, concurrency=1) as c,
    ):
        async for _ in c.stream(PROMPT, user="u"):
            break
        gc.collect()
        assert await told(c) == ["好"]


@pytest.mark.parametrize("moment", [0, 0.001, 0.003, 0.01, 0.02, 0.03, 0.05])
async def test_a_cancellation_at_any_moment_loses_no_place_and_no_task(moment):
    async with (
        model_server(waits(0.01, says("一", "二"))) as model,
        client(model.url, concurrency=2, queue_seconds=60) as c,
    ):
        before = asyncio.all_tasks()
        asking = [asyncio.create_task(told(c, str(n))) for n in range(6)]
        await asyncio.sleep(moment)
        for task in asking[::2]:
            task.cancel()
        results = await asyncio.gather(*asking, return_exceptions=True)
        assert all(result == ["一", "二"] for result in results[1::2])
        assert (c.running, c.waiting) == (0, 0)
        assert await told(c) == ["一", "二"]
        await until_closed(model)
        left = [task.get_coro().__qualname__ for task in asyncio.all_tasks() - before]
        assert set(left) <= {"ModelServer.serve"}


# The breaker


async def test_after_failures_in_a_row_the_model_is_left_alone_for_a_while():
    now = [100.0]
    async with model_server(status(500)) as model, client(model.url, clock=lambda: now[0]) as c:
        for _ in range(3):
            await fails(c)
        await fails(c, GenerationPaused)
        now[0] += 4.9
        await fails(c, GenerationPaused)
        assert len(model.requests) == 3
        assert c.breaker_state == "open"
        model.script = [says("好")]
        now[0] += 0.2
        assert await told(c) == ["好"]
        assert (c.state(), c.breaker_state) == ("ok", "closed")


async def test_the_pause_doubles_up_to_its_bound_while_probes_fail():
    now = [0.0]
    async with (
        model_server(status(500)) as model,
        client(model.url, clock=lambda: now[0], breaker_failures=1) as c,
    ):
        for pause in (5, 10, 20, 40, 60, 60):
            await fails(c)
            now[0] += pause - 0.1
            await fails(c, GenerationPaused)
            now[0] += 0.2
        assert len(model.requests) == 6


async def test_only_one_request_finds_out_whether_the_model_is_back():
    now = [0.0]
    async with (
        model_server(status(500), waits(0.1, says("好"))) as model,
        client(model.url, clock=lambda: now[0], breaker_failures=1) as c,
    ):
        await fails(c)
        now[0] += 6
        results = await asyncio.gather(*(told(c) for _ in range(4)), return_exceptions=True)
        assert results[0] == ["好"]
        assert [type(r) for r in results[1:]] == [GenerationPaused] * 3
        assert await told(c) == ["好"]


@pytest.mark.parametrize("begins_first", [False, True])
async def test_a_probe_that_is_cancelled_does_not_leave_the_breaker_stuck(begins_first):
    now = [0.0]
    probe = begins("死", then=stalls) if begins_first else stalls
    async with (
        model_server(status(500), probe, says("好")) as model,
        client(model.url, clock=lambda: now[0], breaker_failures=1) as c,
    ):
        await fails(c)
        now[0] += 6
        task = asyncio.create_task(told(c))
        async with asyncio.timeout(5):
            await model.busy.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert await told(c) == ["好"]
        assert c.breaker_state == "closed"


@pytest.mark.parametrize(
    ("behaviour", "kind"), [(status(400), RequestNotAccepted), (status(429), GenerationBusy)]
)
async def test_what_is_not_the_models_fault_never_opens_the_breaker(behaviour, kind):
    async with model_server(behaviour) as model, client(model.url, breaker_failures=1) as c:
        for _ in range(3):
            await fails(c, kind)
        assert c.breaker_state == "closed"


async def test_who_waits_for_a_place_is_let_go_when_the_breaker_opens():
    async with (
        model_server(waits(0.05, status(500))) as model,
        client(model.url, concurrency=1, breaker_failures=1, queue_seconds=60) as c,
    ):
        results = await asyncio.gather(*(told(c) for _ in range(5)), return_exceptions=True)
        assert [type(r) for r in results] == [GenerationRefused] + [GenerationPaused] * 4
        assert len(model.requests) == 1
        assert c.running == 0


async def test_a_success_between_failures_keeps_the_breaker_closed():
    bad, good = status(500), says("好")
    async with model_server(bad, bad, good, bad, bad, good) as model, client(model.url) as c:
        for _ in range(2):
            await fails(c)
            await fails(c)
            assert await told(c) == ["好"]


async def test_a_server_that_comes_up_later_is_found_without_a_restart():
    port, now = closed_port(), [0.0]
    async with client(f"http://127.0.0.1:{port}/v1", clock=lambda: now[0]) as c:
        for _ in range(3):
            await fails(c, GenerationUnreachable)
        await fails(c, GenerationPaused)
        async with model_server(says("好"), port=port):
            now[0] += 6
            assert await told(c) == ["好"]
            assert c.state() == "ok"


# What whoever counts is told


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (says("好"), "answered"),
        (status(500), "refused"),
        (status(429), "busy"),
        (status(503), "unreachable"),
        (reset_at_once, "unreachable"),
        (stalls, "timeout"),
        (begins("死", then=stalls), "timeout"),
        (says(""), "nonsense"),
    ],
)
async def test_each_request_is_told_once_with_its_outcome(behaviour, outcome):
    seen = []
    settings = {"first_token_timeout_seconds": 2, "stall_timeout_seconds": 0.2}
    async with model_server(behaviour) as model, client(model.url, seen.append, **settings) as c:
        with suppress(GenerationError):
            await told(c)
        assert [asked.outcome for asked in seen] == [outcome]


async def test_times_and_tokens_are_told():
    async def counted(wire):
        await wire.send(OK)
        await wire.say("好")
        usage = {"prompt_tokens": 30, "completion_tokens": 2}
        await wire.event({"choices": [], "usage": usage})
        await wire.event("[DONE]")

    seen = []
    async with model_server(waits(0.05, counted)) as model, client(model.url, seen.append) as c:
        await told(c)
        (asked,) = seen
        assert asked.usage == Usage(30, 2)
        assert 0.05 <= asked.first_token_seconds <= asked.total_seconds
        assert not asked.retried
