"""With a model behind an OpenAI-compatible endpoint, in a real ``python -m bot chat`` process."""

import asyncio
import functools

import pytest

from tests.e2e.processes import run
from tests.model_server import model_server, says, status

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
