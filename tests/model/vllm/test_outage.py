"""A real vLLM that is killed in the middle of an answer, is away, loads, and comes back."""

import asyncio
import shutil
import time
from contextlib import aclosing
from pathlib import Path

import pytest

from backend.errors import GenerationError, GenerationPaused, GenerationUnreachable
from tests.model.vllm.asking import answer, client, question
from tests.model.vllm.bot_lessons import CITED
from tests.model.vllm.lessons import ANSWERS, ENDLESS
from tests.model.vllm.server import READY_SECONDS
from tests.model.vllm.test_whole_way import DEADLOCK, ON_THE_CARD, chat

KNOWN = "什么是死锁？"


async def test_a_killed_server_costs_one_error_and_is_used_again_once_it_is_back(
    server, data_dir, built_data_dir, tmp_path
):
    async with client(server, breaker_seconds=0.5, breaker_most_seconds=2.0) as generator:
        await _dies_in_the_middle_of_an_answer(server, generator)
        await _is_left_alone(generator)

        server.start()
        assert await asyncio.to_thread(_card_while_it_loads, server, data_dir)
        with pytest.raises(GenerationError):
            await answer(generator, question(KNOWN))

        assert await _answers_again(generator)
        assert generator.state() == "ok"
    # In a house of its own: with a history the tiny model would not know the prompt.
    other = Path(shutil.copytree(built_data_dir, tmp_path / "other"))
    done = await asyncio.to_thread(chat, server, other, DEADLOCK)
    assert done.replies[0]["reply"].startswith(CITED[DEADLOCK])


async def _dies_in_the_middle_of_an_answer(server, generator) -> None:
    items = generator.stream(question(ENDLESS), user="u")
    async with aclosing(items), asyncio.timeout(30):
        assert await anext(items)
        server.kill()  # from this thread: another may begin when the answer is whole
        with pytest.raises(GenerationUnreachable):
            [item async for item in items]


async def _is_left_alone(generator) -> None:
    """Refused connections open the breaker; then nothing is even tried."""
    async with asyncio.timeout(30):
        while generator.breaker_state == "closed":
            with pytest.raises(GenerationError):
                await answer(generator, question(KNOWN))
    with pytest.raises(GenerationPaused):
        await answer(generator, question(KNOWN))
    assert "暂停使用" in generator.state()


def _card_while_it_loads(server, data_dir) -> bool:
    done = chat(server, data_dir, DEADLOCK)
    return ON_THE_CARD in done.replies[0]["reply"]


async def _answers_again(generator) -> bool:
    """Keep asking as students do; nobody restarts the bot."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            text, _ = await answer(generator, question(KNOWN))
        except GenerationError:
            await asyncio.sleep(0.5)
        else:
            return text == ANSWERS[KNOWN]
    return False
