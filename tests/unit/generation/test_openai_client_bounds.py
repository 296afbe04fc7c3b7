"""The breaker, the bounds, cancellation, the check, and the fake beside the client."""

import asyncio

import pytest

from backend.errors import GenerationError, GenerationRefused, GenerationTimeout
from tests.fakes import FakeGenerator
from tests.model_server import OK, model_server, says, status
from tests.unit.generation.clients import PROMPT, client, fails, reset_at_once, told, until_closed

# The breaker


async def test_after_three_failures_in_a_row_the_model_is_left_alone_for_a_while():
    now = [100.0]
    async with (
        model_server(status(500)) as model,
        client(model.url, clock=lambda: now[0]) as c,
    ):
        for _ in range(3):
            await fails(c)
        assert len(model.requests) == 3
        assert c.state() == "模型接口暂停使用：模型接口出错（状态码 500）"
        _, sentence = await fails(c)
        assert "暂停使用" in sentence
        assert len(model.requests) == 3
        now[0] += 29
        await fails(c)
        assert len(model.requests) == 3
        model.script = [says("好")]
        now[0] += 2
        assert await told(c) == ["好"]
        assert c.state() == "ok"


async def test_a_success_between_failures_keeps_the_breaker_closed():
    bad = status(500)
    good = says("好")
    async with model_server(bad, bad, good, bad, bad, good) as model, client(model.url) as c:
        for _ in range(2):
            await fails(c)
            await fails(c)
            assert await told(c) == ["好"]


# Bounds and cancellation


async def test_no_more_requests_than_allowed_run_at_once():
    async def slowly(wire):
        await asyncio.sleep(0.03)
        await says("好")(wire)

    async with model_server(slowly) as model, client(model.url, concurrency=2) as c:
        answers = await asyncio.gather(*(told(c) for _ in range(7)))
        assert answers == [["好"]] * 7
        assert model.most_open == 2


async def test_waiting_for_a_place_counts_against_the_total_deadline():
    async def hangs(wire):
        await wire.send(OK)
        await wire.say("死锁")
        await wire.hang_up()

    async with (
        model_server(hangs) as model,
        client(model.url, concurrency=1, total_timeout_seconds=0.2) as c,
    ):
        both = await asyncio.gather(told(c), told(c), return_exceptions=True)
        assert [type(result) for result in both] == [GenerationTimeout] * 2
        assert len(model.requests) == 1


async def test_a_cancelled_answer_closes_its_request_and_frees_its_place():
    async def hangs(wire):
        await wire.send(OK)
        await wire.say("死锁")
        await wire.hang_up()

    async with model_server(hangs, says("好")) as model, client(model.url, concurrency=1) as c:
        task = asyncio.create_task(told(c))
        await model.busy.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until_closed(model)
        assert await told(c) == ["好"]
        assert c.state() == "ok"


async def test_a_reader_that_stops_early_closes_the_request_and_frees_the_place():
    async def endless(wire):
        await wire.send(OK)
        while True:
            await wire.say("死")
            await asyncio.sleep(0.005)

    async with model_server(endless, says("好")) as model, client(model.url, concurrency=1) as c:
        stream = c.stream(PROMPT, user="u")
        assert await anext(stream) == "死"
        await stream.aclose()
        await until_closed(model)
        assert await told(c) == ["好"]
        assert c.state() == "ok"


# Checking the endpoint


async def test_the_models_of_the_endpoint_are_named():
    body = '{"data": [{"id": "internlm2"}, {"id": "other"}]}'
    async with model_server(status(200, body)) as model, client(model.url) as c:
        assert await c.check() == "internlm2、other"
        assert model.requests[0].line == "GET /v1/models HTTP/1.1"


@pytest.mark.parametrize(
    "behaviour", [status(500), status(200, "<html>"), status(200, '{"data": 3}'), reset_at_once]
)
async def test_an_endpoint_that_is_none_is_told(behaviour):
    async with model_server(behaviour) as model, client(model.url) as c:
        with pytest.raises(GenerationRefused, match="没有正常应答"):
            await c.check()


# The fake keeps the same promises


@pytest.mark.parametrize("kind", ["fake", "real"])
async def test_a_generator_gives_its_pieces_in_order_and_then_its_failure(kind):
    async def breaks(wire):
        await wire.send(OK)
        await wire.say("一", "二")
        await wire.event({"error": "x"})

    if kind == "fake":
        await gives_its_pieces_then_fails(FakeGenerator(["一", "二"], GenerationRefused("x")))
        return
    async with model_server(breaks) as model, client(model.url) as c:
        await gives_its_pieces_then_fails(c)


async def gives_its_pieces_then_fails(generator):
    assert generator.state() == "ok"
    pieces, sentence = await fails(generator, GenerationError)
    assert pieces == ["一", "二"]
    assert sentence
