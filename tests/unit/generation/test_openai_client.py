import asyncio
import socket

import pytest
from loguru import logger

from backend.errors import GenerationError, GenerationTimeout
from tests.model_server import OK, model_server, says, status
from tests.unit.generation.clients import client, fails, reset_at_once, told, until_closed


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# What goes over the wire


async def test_pieces_arrive_as_they_are_written():
    async with model_server(says("死锁", "是", "互相等待[1]。")) as model, client(model.url) as c:
        assert await told(c) == ["死锁", "是", "互相等待[1]。"]
        assert c.state() == "ok"


async def test_the_request_says_what_the_endpoint_expects():
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
            "max_tokens": 99,
            "temperature": 0.5,
        }


async def test_without_a_key_none_is_sent():
    async with model_server(says("好")) as model, client(model.url) as c:
        await told(c)
        assert "authorization" not in model.requests[0].headers


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


async def test_comments_blank_lines_and_other_events_are_passed_over():
    async def chatty(wire):
        await wire.send(OK + ": keep-alive\n\nevent: ping\nid: 7\n\n")
        await wire.say("死")
        await wire.event({"choices": [], "usage": {"total_tokens": 3}})
        await wire.event({"choices": [{"delta": {"content": None}}]})
        await wire.send('data:{"choices":[{"delta":{"content":"锁"}}]}\r\n\r\n')
        await wire.event("[DONE]")

    async with model_server(chatty) as model, client(model.url) as c:
        assert await told(c) == ["死", "锁"]


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


async def test_an_answer_may_end_by_its_finish_reason():
    async def no_done(wire):
        await wire.send(OK)
        await wire.say("死")
        await wire.event({"choices": [{"delta": {"content": "锁"}, "finish_reason": "stop"}]})

    async with model_server(no_done) as model, client(model.url) as c:
        assert await told(c) == ["死", "锁"]


# What can go wrong


async def test_a_slow_first_token_misses_its_deadline():
    async def slow(wire):
        await wire.send(OK)
        await wire.hang_up()

    async with (
        model_server(slow) as model,
        client(model.url, first_token_timeout_seconds=0.1) as c,
    ):
        began = asyncio.get_running_loop().time()
        assert await fails(c, GenerationTimeout) == ([], "模型没有在时限内答完")
        assert asyncio.get_running_loop().time() - began < 2
        assert "上一次请求失败" in c.state()


async def test_a_server_that_never_answers_misses_the_same_deadline():
    async def silent(wire):
        await wire.hang_up()

    async with (
        model_server(silent) as model,
        client(model.url, first_token_timeout_seconds=0.1) as c,
    ):
        await fails(c, GenerationTimeout)


async def test_after_the_first_token_only_the_total_deadline_counts():
    async def leisurely(wire):
        await wire.send(OK)
        for piece in "一二三四":
            await wire.say(piece)
            await asyncio.sleep(0.06)
        await wire.event("[DONE]")

    async with (
        model_server(leisurely) as model,
        client(model.url, first_token_timeout_seconds=0.1) as c,
    ):
        assert await told(c) == list("一二三四")


async def test_an_answer_that_stalls_half_way_misses_the_total_deadline():
    async def stalls(wire):
        await wire.send(OK)
        await wire.say("死锁")
        await wire.hang_up()

    async with model_server(stalls) as model, client(model.url, total_timeout_seconds=0.2) as c:
        assert await fails(c, GenerationTimeout) == (["死锁"], "模型没有在时限内答完")


async def reset_after_first(wire):
    await wire.send(OK)
    await wire.say("死锁")
    await asyncio.sleep(0.02)
    wire.reset()


async def test_a_connection_lost_before_the_first_token_is_tried_once_more():
    async with model_server(reset_at_once, says("好")) as model, client(model.url) as c:
        assert await told(c) == ["好"]
        assert len(model.requests) == 2
        assert c.state() == "ok"


async def test_it_is_not_tried_a_third_time():
    async with model_server(reset_at_once) as model, client(model.url) as c:
        await fails(c)
        assert len(model.requests) == 2


async def test_a_connection_lost_after_the_first_token_is_not_tried_again():
    async with model_server(reset_after_first, says("好")) as model, client(model.url) as c:
        pieces, _ = await fails(c)
        assert pieces == ["死锁"]
        assert len(model.requests) == 1


async def test_an_answer_that_just_stops_is_not_taken_as_whole():
    async def dies(wire):
        await wire.send(OK)
        await wire.say("死锁的条件有")

    async with model_server(dies) as model, client(model.url) as c:
        assert await fails(c) == (["死锁的条件有"], "模型的回答没有写完")


async def test_an_answer_cut_off_inside_a_chunk_is_refused():
    async def dies(wire):
        await wire.send(OK.replace("Connection: close", "Transfer-Encoding: chunked"))
        data = 'data: {"choices":[{"delta":{"content":"死锁"}}]}\n\n'
        await wire.send(f"{len(data.encode()):x}\r\n{data}\r\nff\r\ndata:")

    async with model_server(dies) as model, client(model.url) as c:
        assert await fails(c) == (["死锁"], "模型接口出错（RemoteProtocolError）")


async def test_nobody_at_the_address_is_refused():
    async with client(f"http://127.0.0.1:{closed_port()}/v1") as c:
        assert await fails(c) == ([], "模型接口出错（ConnectError）")


@pytest.mark.parametrize("code", [400, 401, 404, 429, 500, 503])
async def test_an_error_status_is_refused_without_another_try(code):
    async with model_server(status(code), says("好")) as model, client(model.url) as c:
        assert await fails(c) == ([], f"模型接口出错（状态码 {code}）")
        assert len(model.requests) == 1


@pytest.mark.parametrize(
    "event",
    [
        "{not json",
        "[1, 2]",
        '"text"',
        "3",
        "null",
        '{"choices": [3]}',
        '{"choices": {"a": 1}}',
        '{"choices": [{"delta": "text"}]}',
        '{"choices": [{"delta": null}]}',
    ],
)
async def test_what_is_not_the_protocol_is_refused(event):
    async def nonsense(wire):
        await wire.send(OK)
        await wire.say("死锁")
        await wire.event(event)
        await wire.event("[DONE]")

    async with model_server(nonsense) as model, client(model.url) as c:
        assert await fails(c) == (["死锁"], "模型接口的应答不合协议")


async def test_a_page_that_is_no_event_stream_is_an_empty_answer():
    async with model_server(status(200, "<html>登录</html>")) as model, client(model.url) as c:
        assert await fails(c) == ([], "模型给了空的回答")


async def test_an_empty_answer_is_refused():
    async with model_server(says()) as model, client(model.url) as c:
        assert await fails(c) == ([], "模型给了空的回答")


async def test_an_error_event_half_way_is_refused():
    async def breaks(wire):
        await wire.send(OK)
        await wire.say("死锁")
        await wire.event({"error": {"message": "out of memory"}})

    async with model_server(breaks) as model, client(model.url) as c:
        assert await fails(c) == (["死锁"], "模型接口在回答中途报错")


async def test_a_never_ending_answer_is_cut_off_and_refused():
    async def never_ending(wire):
        await wire.send(OK)
        while True:
            await wire.say("死锁" * 200)

    async with model_server(never_ending) as model, client(model.url) as c:
        pieces, sentence = await fails(c)
        assert sentence == "模型的回答没完没了"
        assert 0 < sum(map(len, pieces)) <= 8000
        await until_closed(model)
