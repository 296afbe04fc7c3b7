"""Asks a generator, and waits for what the model server sees of it."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from backend.errors import GenerationRefused
from backend.generation.openai_client import ModelEndpoint, OpenAiGenerator
from backend.generation.ports import ChatMessage, Finished

PROMPT = [ChatMessage("system", "规则"), ChatMessage("user", "什么是死锁")]


@asynccontextmanager
async def client(url, clock=None, **settings):
    more = {} if clock is None else {"clock": clock}
    generator = OpenAiGenerator(ModelEndpoint(base_url=url, model="m", **settings), **more)
    try:
        yield generator
    finally:
        await generator.aclose()


async def told(generator, user="u", **more):
    """Ask; give the pieces of a whole answer."""
    items = [item async for item in generator.stream(PROMPT, user=user, **more)]
    assert [type(item) for item in items] == [str] * (len(items) - 1) + [Finished]
    return items[:-1]


async def fails(generator, kind=GenerationRefused):
    """Ask; give the pieces that came before the failure and its sentence."""
    pieces = []

    async def listen():
        async for piece in generator.stream(PROMPT, user="u"):
            pieces.append(piece)

    with pytest.raises(kind) as caught:
        await listen()
    return pieces, str(caught.value)


async def reset_at_once(wire):
    wire.reset()


async def until_closed(model):
    async with asyncio.timeout(5):
        await model.idle.wait()
