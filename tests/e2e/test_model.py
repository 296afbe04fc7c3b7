"""With a model behind an OpenAI-compatible endpoint, in real processes of the bot."""

import asyncio
import functools
import json
from itertools import count

import pytest

from tests.e2e.onebot_client import OneBotClient
from tests.e2e.processes import environment, run
from tests.e2e.server_process import SERVE, start
from tests.model_server import (
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
from tests.unit.generation.clients import closed_port

CITED = "死锁就是谁也等不到谁 [1]。"


async def ask(tmp_path, url, *lines):
    """Ask in a process of its own while this one serves the model."""
    settings = {"LLM__BASE_URL": url, "LLM__FIRST_TOKEN_TIMEOUT_SECONDS": "3"}
    call = functools.partial(run, "bot", "chat", data_dir=tmp_path, lines=lines, settings=settings)
    return await asyncio.to_thread(call)


async def test_the_model_writes_from_the_card_and_the_source_is_named(tmp_path):
    async with model_server(says("死锁就是", "谁也等不到谁 [1]。")) as model:
        done = await ask(tmp_path, model.url, "什么是死锁")

    assert CITED in done.out
    assert "OS0230" in done.out
    [request] = model.requests
    prompt = request.body["messages"][-1]["content"]
    assert "循环等待" in prompt
    assert "什么是死锁" in prompt


async def test_what_needs_no_model_is_not_sent_to_it(tmp_path):
    async with model_server(says(CITED)) as model:
        done = await ask(tmp_path, model.url, "你好", "今天中午吃什么", "/帮助", "什么是管程")

    assert model.requests == []
    assert "OS0225" in done.out


@pytest.mark.parametrize(
    "behaviour", [says("没有依据的话"), status(500), says("")], ids=["uncited", "error", "empty"]
)
async def test_a_model_that_is_no_use_leaves_the_answer_to_the_card(tmp_path, behaviour):
    async with model_server(behaviour) as model:
        done = await ask(tmp_path, model.url, "什么是死锁")

    assert model.requests
    assert "循环等待条件" in done.out
    assert "没有依据的话" not in done.out


# A model that comes, goes and misbehaves while the bot runs

IMPATIENT = {
    "LLM__FIRST_TOKEN_TIMEOUT_SECONDS": "2",
    "LLM__STALL_TIMEOUT_SECONDS": "0.5",
    "LLM__TOTAL_TIMEOUT_SECONDS": "8",
    "LLM__BREAKER_SECONDS": "0.2",
    "LLM__BREAKER_MOST_SECONDS": "0.2",
}
WHOLE = "死锁是一组进程互相等待对方才能引发的事件[1]。"
TROUBLES = {
    "refused": (status(401), "refused"),
    "slow": (stalls, "timeout"),
    "stalling": (begins("死锁是", then=stalls), "timeout"),
    "breaking": (begins("死锁是一组进程", then=resets), "unreachable"),
    "half closed": (begins("死锁是一组进程", then=half_closes), "unreachable"),
    "nonsense": (begins("死锁", then=misspeaks), "refused"),
    "garbled": (says("\ufffd" * 50), "nonsense"),
    "looping": (begins(then=repeats), "rejected"),
    "endless": (begins(then=babbles), "rejected"),
    "too busy": (status(429), "busy"),
    "loading": (status(503), "unreachable"),
}


async def test_whatever_happens_to_the_model_the_card_answers_and_the_operator_sees_it(tmp_path):
    port = closed_port()
    people = count(1)
    env = environment(tmp_path / "data", {"HTTP__PORT": "0", **IMPATIENT}) | {
        "ASSISTANT408_LLM__BASE_URL": f"http://127.0.0.1:{port}/v1"
    }
    with start(SERVE, tmp_path / "log", env) as server:
        async with OneBotClient(server.url) as client:

            async def ask_anew():
                await client.private_message("什么是死锁", user=50000 + next(people))
                return (await client.next_reply()).text

            async def health():
                _, page = await asyncio.to_thread(server.get, "/healthz")
                return json.loads(page)["parts"]["model"]

            async def counted(outcome):
                _, page = await asyncio.to_thread(server.get, "/metrics")
                name = f'assistant408_model_requests_total{{outcome="{outcome}"}}'
                return float(page.split(name)[1].split("\n")[0])

            async def fallbacks(reason):
                _, page = await asyncio.to_thread(server.get, "/metrics")
                name = f'assistant408_model_fallbacks_total{{reason="{reason}"}}'
                return float(page.split(name)[1].split("\n")[0]) if name in page else 0.0

            async def until_written():
                for _ in range(50):  # each waits for its reply, the breaker for a fifth of a second
                    if WHOLE in await ask_anew():
                        return
                pytest.fail("the model was never asked again")

            assert "循环等待条件" in await ask_anew()
            assert await counted("unreachable") == 1
            state = await health()
            assert not state["ok"]
            assert "连不上" in state["state"]
            assert state["today"]["unreachable"] == 1

            async with model_server(says(WHOLE), port=port) as model:
                await until_written()
                for trouble, (behaviour, outcome) in TROUBLES.items():
                    before = await counted(outcome)
                    model.script = [behaviour]
                    answer = await ask_anew()
                    assert "循环等待条件" in answer, trouble
                    assert "依据：" in answer, trouble
                    assert await counted(outcome) == before + 1, trouble
                    if outcome not in ("busy", "rejected"):
                        assert not (await health())["ok"], trouble
                    model.script = [says(WHOLE)]
                    await until_written()
                    state = await health()
                    assert (state["state"], state["breaker"]) == ("ok", "closed"), trouble
                    assert state["context_tokens"] == 8192
                    assert state["running"] == state["waiting"] == 0
                model.script = [says("今天天气很好。")]
                assert "循环等待条件" in await ask_anew()
                assert await fallbacks("unsupported") >= 1
                assert await fallbacks("timeout") == 2
                assert model.open == 0

            for _ in range(3):
                assert "循环等待条件" in await ask_anew()
            state = await health()
            assert "暂停使用" in state["state"]
            assert state["breaker"] != "closed"
            async with model_server(says(WHOLE), port=port):
                await until_written()
            assert server.process.poll() is None
