"""The bot's own client on the real server, and what its answers are made of."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from backend.generation.endpoint import ModelEndpoint
from backend.generation.openai_client import OpenAiGenerator
from backend.generation.ports import ChatMessage, Finished
from tests.model.vllm.server import KEY, NAME, VllmServer
from tests.model.vllm.tokenizer import IM_END

STOPS = (IM_END, 2)


@asynccontextmanager
async def client(server: VllmServer, **changes: Any) -> AsyncGenerator[OpenAiGenerator]:
    """A client of ``server`` with patience for two busy cores; ``changes`` are of its endpoint."""
    values: dict[str, Any] = {
        "base_url": server.base_url,
        "model": NAME,
        "api_key": KEY,
        "family": "internlm2",
        "stop_token_ids": STOPS,
        "queue_seconds": 60.0,
        "connect_timeout_seconds": 10.0,
        "first_token_timeout_seconds": 60.0,
        "stall_timeout_seconds": 60.0,
        "total_timeout_seconds": 120.0,
        "short_timeout_seconds": 60.0,
    }
    generator = OpenAiGenerator(ModelEndpoint(**(values | changes)))
    try:
        yield generator
    finally:
        await generator.aclose()


def question(text: str) -> list[ChatMessage]:
    """The prompt that the tiny model learnt ``text`` by."""
    return [ChatMessage("user", text)]


async def answer(
    generator: OpenAiGenerator, messages: list[ChatMessage], user: str = "u", **bounds: Any
) -> tuple[str, Finished]:
    """Read one answer to its end."""
    items = [item async for item in generator.stream(messages, user=user, **bounds)]
    assert isinstance(items[-1], Finished)
    return "".join(item for item in items if isinstance(item, str)), items[-1]
