"""What goes over the wire when all is well."""

import asyncio

import pytest
from loguru import logger

from backend.errors import GenerationError, GenerationRefused
from backend.generation.failures import RequestNotAccepted
from backend.generation.ports import ChatMessage, Finished, Usage
from tests.fakes import FakeGenerator
from tests.model_server import (
    OK,
    begins,
    misspeaks,
    model_server,
    says,
    says_in_chunks,
    serves,
    stalls,
    status,
)
from tests.unit.generation.clients import (
    PROMPT,
    client,
    fails,
    finished,
    items_of,
    looked,
    told,
)


async def test_pieces_arrive_as_they_are_written():
    async with model_server(says("死锁", "是", "互相等待[1]。")) as model, client(model.url) as c:
        assert await told(c) == ["死锁", "是", "互相等待[1]。"]
        assert c.state() == "ok"


async def test_the_first_piece_arrives_before_the_last_is_written():
    go_on = asyncio.Event()

    async def patient(wire):
        await wire.send(OK)
        await wire.say("死")
        await go_on.wait()
        await wire.say("锁")
        await wire.event("[DONE]")

    async with model_server(patient) as model, client(model.url) as c:
        answer = c.stream(PROMPT, user="u")
        assert await anext(answer) == "死"
        go_on.set()
        assert [item async for item in answer] == ["锁", Finished("stop")]


async def test_the_request_uses_only_the_common_protocol_by_default():
    async with (
        model_server(says("好")) as model,
        client(model.url + "/", api_key="sk-key", max_tokens=99, temperature=0.5) as c,
    ):
        await told(c)
        (request,) = model.requests
        assert request.line == "POST /v1/chat/completions HTTP/1.1"
        assert request.headers["authorization"] == "Bearer sk-key"
        assert request.body == {
            "model": "m",
            "messages": [
                {"role": "system", "content": "规则"},
                {"role": "user", "content": "什么是死锁"},
            ],
            "stream": True,
            "stream_options": {"include_usage": True},
            "max_tokens": 99,
            "temperature": 0.5,
        }


@pytest.mark.parametrize(
    ("settings", "sent"),
    [
        ({}, {"stop_token_ids": [92542, 2]}),
        ({"stop_token_ids": (7,)}, {"stop_token_ids": [7]}),
        ({"stop": ("</s>",)}, {"stop_token_ids": [92542, 2], "stop": ["</s>"]}),
    ],
)
async def test_internlm2_is_told_its_stop_tokens(settings, sent):
    async with (
        model_server(says("好")) as model,
        client(model.url, family="internlm2", **settings) as c,
    ):
        await told(c, max_tokens=5)
        body = model.requests[0].body
        assert {name: body[name] for name in sent} == sent
        assert body["max_tokens"] == 5


async def test_without_a_key_none_is_sent():
    async with model_server(says("好")) as model, client(model.url) as c:
        await told(c)
        assert "authorization" not in model.requests[0].headers


async def test_a_broken_character_in_a_message_does_not_cost_the_answer():
    async with model_server(says("好")) as model, client(model.url) as c:
        question = [ChatMessage("user", "死锁\ud83d")]
        items = [item async for item in c.stream(question, user="u")]
        assert items == ["好", Finished("stop")]
        assert model.requests[0].body["messages"][0]["content"] == "死锁?"


async def test_the_key_is_never_logged_nor_told():
    lines: list[str] = []
    sink = logger.add(lambda line: lines.append(str(line)), level="TRACE", diagnose=True)
    try:
        async with (
            model_server(status(401, '{"error": "bad key sk-secret"}')) as model,
            client(model.url, api_key="sk-secret") as c,
        ):
            for _ in range(4):
                with pytest.raises(GenerationError) as caught:
                    await told(c)
                logger.opt(exception=caught.value).warning("{}", caught.value)
                assert "sk-secret" not in repr(caught.value)
            assert "sk-secret" not in c.state()
    finally:
        logger.remove(sink)
    assert lines
    assert "sk-secret" not in "".join(lines)


async def test_a_character_split_over_two_packets_arrives_whole():
    async def split(wire):
        await wire.send(OK)
        data = 'data: {"choices":[{"delta":{"content":"锁"}}]}\n\ndata: [DONE]\n\n'.encode()
        at = data.index("锁".encode()) + 1
        for part in (data[:at], data[at:]):
            await wire.send_bytes(part)
            await asyncio.sleep(0.02)

    async with model_server(split) as model, client(model.url) as c:
        assert await told(c) == ["锁"]


# How it ends


def ends(*events):
    async def behave(wire):
        await wire.send(OK)
        await wire.say("死锁")
        for event in events:
            await wire.event(event)

    return behave


def ending(reason):
    return {"choices": [{"delta": {}, "finish_reason": reason}]}


COUNTS = {"prompt_tokens": 30, "completion_tokens": 2}


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        (["[DONE]"], Finished("stop")),
        ([ending("stop")], Finished("stop")),
        ([ending("stop"), "[DONE]"], Finished("stop")),
        ([ending("length"), "[DONE]"], Finished("length")),
        ([ending("stop"), {"choices": [], "usage": COUNTS}], Finished("stop", Usage(30, 2))),
        (
            [
                {"choices": [], "usage": COUNTS | {"prompt_tokens_details": {"cached_tokens": 16}}},
                "[DONE]",
            ],
            Finished("stop", Usage(30, 2, 16)),
        ),
        ([ending("stop"), {"choices": [], "usage": {"prompt_tokens": "?"}}], Finished("stop")),
    ],
)
async def test_the_last_item_says_how_it_ended_and_what_it_cost(events, expected):
    async with model_server(ends(*events)) as model, client(model.url) as c:
        assert await items_of(c) == ["死锁", expected]


@pytest.mark.parametrize("after", [misspeaks, begins("又", then=misspeaks)])
async def test_what_comes_after_the_end_is_of_no_interest(after):
    async def behave(wire):
        await ends(ending("stop"))(wire)
        await after(wire)

    async with model_server(behave) as model, client(model.url) as c:
        assert await items_of(c) == ["死锁", Finished("stop")]


async def test_an_endpoint_that_keeps_the_connection_open_after_the_end_delays_nobody():
    async def lingers(wire):
        await ends(ending("stop"), "[DONE]")(wire)
        await wire.hang_up()

    async with model_server(lingers) as model, client(model.url, total_timeout_seconds=60) as c:
        async with asyncio.timeout(10):
            assert await items_of(c) == ["死锁", Finished("stop")]


async def test_a_connection_serves_again_when_its_answer_was_whole():
    async with model_server(says_in_chunks("好")) as model, client(model.url) as c:
        await told(c)
        await looked(c)
        await told(c)
        before = model.connections
        for _ in range(3):
            await told(c)
        assert model.connections == before


async def test_a_leaked_token_ends_the_answer_and_the_request():
    async def leaks(wire):
        await wire.send(OK)
        await wire.say("死锁。<|im", "_end|>\n<|im_start|>user\n我又问")
        await wire.hang_up()

    async with model_server(leaks) as model, client(model.url) as c:
        assert await items_of(c) == ["死锁。", Finished("leaked")]
        async with asyncio.timeout(5):
            await model.idle.wait()


# Short requests


async def test_a_short_text_comes_whole_and_stripped_and_without_chance():
    async with model_server(says("\n什么是", "死锁？ ")) as model, client(model.url) as c:
        assert await c.complete(PROMPT, user="u", max_tokens=60) == "什么是死锁？"
        assert model.requests[0].body["max_tokens"] == 60
        assert model.requests[0].body["temperature"] == 0


async def test_vllm_is_held_to_the_choices():
    async with model_server(says("B")) as model, client(model.url, family="internlm2") as c:
        assert await c.choose(PROMPT, ["A", "B"], user="u") == "B"
        body = model.requests[0].body
        assert body["structured_outputs"] == {"choice": ["A", "B"]}
        assert body["messages"][-1]["content"] == "什么是死锁"


async def test_other_endpoints_are_asked_for_one_of_the_choices_in_words():
    async with model_server(says("“B”。")) as model, client(model.url) as c:
        assert await c.choose(PROMPT, ["A", "B"], user="u") == "B"
        body = model.requests[0].body
        assert "structured_outputs" not in body
        assert body["messages"][-1]["content"].endswith("不要解释：A / B")
        assert PROMPT[-1].content == "什么是死锁"


@pytest.mark.parametrize("said", ["C", "A 或 B", "我认为是 B", "AB", "b"])
async def test_anything_but_one_of_the_choices_is_refused(said):
    async with model_server(says(said)) as model, client(model.url) as c:
        with pytest.raises(GenerationRefused, match="选项"):
            await c.choose(PROMPT, ["A", "B"], user="u")
        assert c.state() == "ok"


# What is served


async def test_an_adapter_is_asked_for_by_its_name():
    async with model_server(says("好")) as model, client(model.url, adapter="tutor") as c:
        await told(c)
        assert [r.body["model"] for r in model.requests] == ["tutor"]


async def test_a_lacking_adapter_leaves_the_model_and_one_warning_until_it_is_there(logged):
    async def by_name(wire):
        lacks = model.requests[-1].body["model"] == "tutor" and not there
        await (status(404) if lacks else says("好"))(wire)

    now, there = [0.0], []
    async with (
        model_server(by_name) as model,
        client(model.url, adapter="tutor", clock=lambda: now[0]) as c,
    ):
        assert await told(c) == ["好"]
        assert await told(c) == ["好"]
        assert [r.body["model"] for r in model.requests] == ["tutor", "m", "m"]
        assert c.state() == "ok"
        assert len([line for line in logged if "tutor" in line]) == 1

        there.append(True)
        model.models = serves("m", "tutor")
        now[0] += 301
        await told(c)
        await looked(c)
        assert c.model == "tutor"


async def test_the_context_is_what_the_endpoint_tells_unless_it_is_set():
    async with model_server(says("好")) as model, client(model.url) as c:
        assert c.context_tokens == 4096
        await told(c)
        await looked(c)
        assert c.context_tokens == 8192
    async with (
        model_server(says("好")) as model,
        client(model.url, context_tokens=1000) as c,
    ):
        await told(c)
        await looked(c)
        assert c.context_tokens == 1000


async def test_a_prompt_that_is_too_long_teaches_the_context():
    async with model_server(status(400)) as model, client(model.url) as c:
        model.models = serves("m", context=2048)
        await fails(c, RequestNotAccepted)
        await looked(c)
        assert c.context_tokens == 2048


async def test_a_look_that_hangs_delays_no_answer_and_is_repeated_soon():
    now = [0.0]
    async with (
        model_server(says("好")) as model,
        client(model.url, clock=lambda: now[0]) as c,
    ):
        model.models = stalls
        assert await told(c) == ["好"]
        assert not c._looking.done()
        assert await told(c) == ["好"]

        model.models = serves("m", context=2048)
        await looked(c)
        now[0] += 11
        await told(c)
        await looked(c)
        assert c.context_tokens == 2048


@pytest.mark.parametrize("answer", [status(500), status(200, "<html>"), status(200, '{"data": 3}')])
async def test_an_endpoint_that_does_not_tell_what_it_serves_still_answers(answer):
    async with model_server(says("好")) as model, client(model.url) as c:
        model.models = answer
        assert await told(c) == ["好"]
        await looked(c)
        assert c.context_tokens == 4096
        with pytest.raises(GenerationRefused):
            await c.models()


async def test_the_models_of_the_endpoint_are_named():
    async with model_server(says("好")) as model, client(model.url) as c:
        assert [m.name for m in await c.models()] == ["internlm2", "m"]


# The fake keeps the same promises


@pytest.mark.parametrize("kind", ["fake", "real"])
async def test_a_generator_gives_its_pieces_in_order_and_then_its_failure(kind):
    if kind == "fake":
        await gives_its_pieces_then_fails(FakeGenerator(["一", "二"], GenerationRefused("x")))
        return
    async with model_server(begins("一", "二", then=misspeaks)) as model, client(model.url) as c:
        await gives_its_pieces_then_fails(c)


async def gives_its_pieces_then_fails(generator):
    assert generator.state() == "ok"
    pieces, sentence = await fails(generator)
    assert pieces == ["一", "二"]
    assert sentence


@pytest.mark.parametrize("kind", ["fake", "real"])
async def test_a_generator_says_last_how_it_ended(kind):
    if kind == "fake":
        assert await finished(FakeGenerator(["一"])) == Finished("stop")
        return
    async with model_server(says("一")) as model, client(model.url) as c:
        assert await finished(c) == Finished("stop")
