"""What can go wrong on the way, which of it is tried again, and what the operator reads."""

import asyncio
from contextlib import aclosing

import pytest

from backend.errors import (
    GenerationBusy,
    GenerationNonsense,
    GenerationPaused,
    GenerationRefused,
    GenerationTimeout,
    GenerationUnreachable,
)
from backend.generation.failures import ModelNotServed, RequestNotAccepted
from tests.model_server import (
    OK,
    babbles,
    begins,
    half_closes,
    misspeaks,
    model_server,
    repeats,
    resets,
    says,
    stalls,
    status,
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

# Before the first text: once more


@pytest.mark.parametrize(
    "first",
    [
        reset_at_once,
        begins(then=resets),
        begins(then=half_closes),
        begins("\n", then=half_closes),
        *map(status, (429, 502, 503, 504)),
    ],
    ids=["reset", "reset_later", "closed", "blank", "429", "502", "503", "504"],
)
async def test_what_fails_before_the_first_text_is_tried_once_more(first):
    seen = []
    async with model_server(first, says("好")) as model, client(model.url, seen.append) as c:
        assert await told(c) == ["好"]
        assert len(model.requests) == 2
        assert c.state() == "ok"
        assert seen[0].retried


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (reset_at_once, GenerationUnreachable),
        (status(503), GenerationUnreachable),
        (status(429), GenerationBusy),
    ],
)
async def test_it_is_not_tried_a_third_time(behaviour, kind):
    async with model_server(behaviour) as model, client(model.url) as c:
        await fails(c, kind)
        assert len(model.requests) == 2


@pytest.mark.parametrize(
    ("code", "kind", "advice"),
    [
        (400, RequestNotAccepted, "LLM__MAX_TOKENS"),
        (401, GenerationRefused, "LLM__API_KEY"),
        (403, GenerationRefused, "LLM__API_KEY"),
        (404, ModelNotServed, "LLM__MODEL"),
        (422, RequestNotAccepted, "LLM__FAMILY"),
        (500, GenerationRefused, ""),
        (307, GenerationRefused, ""),
    ],
)
async def test_what_would_fail_again_is_not_tried_again_and_says_what_to_look_at(
    code, kind, advice
):
    async with model_server(status(code), says("好")) as model, client(model.url) as c:
        pieces, sentence = await fails(c, kind)
        assert pieces == []
        assert f"（状态码 {code}）" in sentence
        assert advice in sentence
        assert len(model.requests) == 1


async def test_a_wait_that_the_endpoint_asks_for_is_kept_when_there_is_time():
    asked_for = status(429, retry_after="1")
    async with model_server(asked_for, says("好")) as model, client(model.url) as c:
        assert await told(c) == ["好"]


@pytest.mark.parametrize("when", ["30", "Fri, 01 Jan 2999 00:00:00 GMT"])
async def test_a_wait_that_the_deadline_forbids_is_not_begun(when):
    async with (
        model_server(status(503, retry_after=when), says("好")) as model,
        client(model.url) as c,
    ):
        await fails(c, GenerationUnreachable)
        assert len(model.requests) == 1


@pytest.mark.parametrize("when", ["soon", "-5", "Fri, 01 Jan 1999 00:00:00 GMT", ""])
async def test_a_wait_that_is_none_is_passed_over(when):
    behaviour = status(503, retry_after=when)
    async with model_server(behaviour, says("好")) as model, client(model.url) as c:
        assert await told(c) == ["好"]


async def test_nobody_at_the_address_is_told():
    async with client(f"http://127.0.0.1:{closed_port()}/v1") as c:
        assert await fails(c, GenerationUnreachable) == ([], "模型接口连不上（ConnectError）")


async def test_an_error_is_read_no_further_than_its_status():
    async def endless_error(wire):
        await wire.send("HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            await wire.send("1000\r\n" + "x" * 4096 + "\r\n")

    async with model_server(endless_error) as model, client(model.url) as c:
        await fails(c)
        await until_closed(model)


# After it: never


@pytest.mark.parametrize("then", [resets, half_closes])
async def test_a_connection_lost_after_the_first_text_is_not_tried_again(then):
    async with model_server(begins("死锁", then=then), says("好")) as model, client(model.url) as c:
        pieces, _ = await fails(c, GenerationUnreachable)
        assert pieces == ["死锁"]
        assert len(model.requests) == 1


async def test_an_answer_that_just_stops_is_not_taken_as_whole():
    async def dies(wire):
        await wire.send(OK)
        await wire.say("死锁的条件有")

    async with model_server(dies) as model, client(model.url) as c:
        assert await fails(c, GenerationUnreachable) == (["死锁的条件有"], "模型的回答没有写完")


@pytest.mark.parametrize("reason", ["abort", "error"])
async def test_an_answer_that_the_server_broke_off_is_not_taken_as_whole(reason):
    async def breaks(wire):
        await wire.send(OK)
        await wire.event({"choices": [{"delta": {"content": "死锁"}, "finish_reason": reason}]})
        await wire.event("[DONE]")

    async with model_server(breaks) as model, client(model.url) as c:
        assert await fails(c, GenerationUnreachable) == (["死锁"], "模型的回答没有写完")


async def test_an_answer_that_was_filtered_is_refused():
    async def filtered(wire):
        await wire.send(OK)
        await wire.event({"choices": [{"delta": {}, "finish_reason": "content_filter"}]})

    async with model_server(filtered) as model, client(model.url) as c:
        for _ in range(4):
            assert await fails(c, RequestNotAccepted) == ([], "模型接口拦下了这个回答")
        assert c.breaker_state == "closed"


@pytest.mark.parametrize(
    ("code", "kind"), [(400, RequestNotAccepted), (422, RequestNotAccepted), (429, GenerationBusy)]
)
async def test_a_refusal_of_every_request_is_told_though_it_opens_no_breaker(code, kind):
    async with model_server(status(code)) as model, client(model.url) as c:
        for _ in range(4):
            await fails(c, kind)
        assert c.breaker_state == "closed"
        assert f"（状态码 {code}）" in c.state()
        model.script = [says("好")]
        await told(c)
        assert c.state() == "ok"


async def test_after_an_abort_the_next_try_has_the_time_for_a_first_text():
    async def aborts(wire):
        await wire.send(OK)
        await wire.event({"choices": [{"delta": {}, "finish_reason": "abort"}]})
        await wire.event("[DONE]")

    async def takes_its_time(wire):
        await asyncio.sleep(0.6)
        await says("好")(wire)

    async with model_server(aborts, takes_its_time) as model, client(model.url) as c:
        assert await told(c) == ["好"]


async def test_others_are_let_through_once_the_probe_gets_text():
    release = asyncio.Event()

    async def slowly(wire):
        await wire.send(OK)
        await wire.say("死锁")
        await release.wait()
        await wire.say("是")
        await wire.event({"choices": [{"delta": {}, "finish_reason": "stop"}]})
        await wire.event("[DONE]")

    now = [0.0]
    async with (
        model_server(status(500), slowly, says("好")) as model,
        client(model.url, clock=lambda: now[0], breaker_failures=1, breaker_seconds=5) as c,
    ):
        await fails(c)
        assert c.breaker_state == "open"
        now[0] = 5
        async with aclosing(c.stream(PROMPT, user="u")) as probe:
            assert await anext(probe) == "死锁"
            assert await told(c, "v") == ["好"]
            release.set()
            assert await anext(probe) == "是"


async def test_an_answer_cut_off_inside_a_chunk_is_told():
    async def dies(wire):
        await wire.send(OK.replace("Connection: close", "Transfer-Encoding: chunked"))
        data = 'data: {"choices":[{"delta":{"content":"死锁"}}]}\n\n'
        await wire.send(f"{len(data.encode()):x}\r\n{data}\r\nff\r\ndata:")

    async with model_server(dies) as model, client(model.url) as c:
        assert await fails(c, GenerationUnreachable) == (
            ["死锁"],
            "模型接口的连接断了（RemoteProtocolError）",
        )


async def test_an_error_event_half_way_is_refused():
    async def breaks(wire):
        await wire.send(OK)
        await wire.say("死锁")
        await wire.event({"error": {"message": "out of memory"}})

    async with model_server(breaks) as model, client(model.url) as c:
        assert await fails(c) == (["死锁"], "模型接口在回答中途报错")


# Nonsense


async def test_what_is_not_the_protocol_is_refused():
    async with model_server(begins("死锁", then=misspeaks)) as model, client(model.url) as c:
        assert await fails(c) == (["死锁"], "模型接口的应答不合协议")


@pytest.mark.parametrize("kind", ["text/html", "application/json", ""])
async def test_a_page_that_is_no_event_stream_is_refused(kind):
    page = status(200, "<html>登录</html>", content_type=kind)
    async with model_server(page) as model, client(model.url) as c:
        _, sentence = await fails(c)
        assert "不是事件流" in sentence
        assert "ASSISTANT408_LLM__BASE_URL" in sentence


@pytest.mark.parametrize("pieces", [[], [""], ["\n", "  ", "\t"], ["<|im_end|>"], ["\n</s>再来"]])
async def test_an_empty_answer_is_refused(pieces):
    async with model_server(says(*pieces)) as model, client(model.url) as c:
        assert await fails(c, GenerationNonsense) == ([], "模型给了空的回答")


@pytest.mark.parametrize(
    ("then", "sentence"),
    [(babbles, "模型的回答没完没了"), (repeats, "模型的回答在原地重复")],
)
async def test_an_answer_without_end_is_cut_off_and_its_request_closed(then, sentence):
    async with model_server(begins(then=then)) as model, client(model.url) as c:
        pieces, said = await fails(c, GenerationNonsense)
        assert said == sentence
        assert 0 < sum(map(len, pieces)) <= 8000
        await until_closed(model)


async def test_a_line_without_end_is_cut_off():
    async def endless_line(wire):
        await wire.send(OK + "data: ")
        while True:
            await wire.send("x" * 65536)

    async with model_server(endless_line) as model, client(model.url) as c:
        assert await fails(c) == ([], "模型接口的应答不合协议")
        await until_closed(model)


async def test_garbled_text_is_refused():
    async with model_server(says("死锁", *["\ufffd\x00"] * 20)) as model, client(model.url) as c:
        pieces, sentence = await fails(c, GenerationNonsense)
        assert (pieces, sentence) == (["死锁"], "模型的回答是乱码")


# Too late


async def test_a_first_text_that_does_not_come_misses_its_deadline():
    for silent in (stalls, begins(then=stalls), begins("\n", then=stalls)):
        async with (
            model_server(silent) as model,
            client(model.url, first_token_timeout_seconds=0.1, stall_timeout_seconds=0.1) as c,
        ):
            pieces, _ = await fails(c, GenerationTimeout)
            assert pieces == []
            await until_closed(model)


async def test_a_slow_first_text_is_told_in_seconds():
    async with (
        model_server(stalls) as model,
        client(model.url, first_token_timeout_seconds=0.1) as c,
    ):
        assert await fails(c, GenerationTimeout) == ([], "模型没有在 0.1 秒内开始回答")
        assert c.state() == "上一次请求失败：模型没有在 0.1 秒内开始回答"


async def test_the_second_try_has_what_is_left_of_the_first_deadline():
    async with (
        model_server(status(503), stalls) as model,
        client(model.url, first_token_timeout_seconds=2) as c,
    ):
        await fails(c, GenerationTimeout)
        assert len(model.requests) == 2


async def test_an_answer_that_stalls_half_way_is_given_up():
    async with (
        model_server(begins("死锁", then=stalls)) as model,
        client(model.url, stall_timeout_seconds=0.1) as c,
    ):
        assert await fails(c, GenerationTimeout) == (["死锁"], "模型写到一半停了 0.1 秒")
        await until_closed(model)


async def test_an_answer_that_goes_on_and_on_misses_the_total_deadline():
    async with (
        model_server(begins(then=trickles)) as model,
        client(model.url, total_timeout_seconds=1) as c,
    ):
        pieces, sentence = await fails(c, GenerationTimeout)
        assert pieces
        assert sentence == "模型没有在 1 秒内答完"


async def test_whoever_asks_may_have_less_time_and_that_is_not_the_models_fault():
    async with (
        model_server(begins("死", then=stalls)) as model,
        client(model.url, breaker_failures=1) as c,
    ):
        await fails(c, GenerationTimeout, deadline_seconds=0.4)
        assert c.state() == "ok"
        await fails(c, GenerationTimeout, deadline_seconds=0.4)
        assert len(model.requests) == 2


async def test_a_reader_that_is_slow_is_no_stall():
    async with (
        model_server(says(*"一二")) as model,
        client(model.url, stall_timeout_seconds=0.4) as c,
    ):
        pieces = []
        async for item in c.stream(PROMPT, user="u"):
            pieces.append(item)
            await asyncio.sleep(0.5)
        assert pieces[:-1] == list("一二")


async def test_a_deadline_never_strikes_the_reader():
    async with (
        model_server(begins("死", then=stalls)) as model,
        client(model.url, total_timeout_seconds=0.1) as c,
    ):
        answer = c.stream(PROMPT, user="u")
        await anext(answer)
        await asyncio.sleep(0.3)  # a cancellation would end this test
        with pytest.raises(GenerationTimeout):
            await anext(answer)


async def test_a_paused_model_is_not_asked():
    async with model_server(status(500)) as model, client(model.url, breaker_failures=1) as c:
        await fails(c)
        _, sentence = await fails(c, GenerationPaused)
        assert sentence == c.state() == "模型接口暂停使用：模型接口出错（状态码 500）"
        assert len(model.requests) == 1


async def trickles(wire):
    number = 0
    while True:
        number += 1
        await wire.say(f"{number}、")
        await asyncio.sleep(0.02)
