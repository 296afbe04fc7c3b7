"""Asks a generator, and waits for what the model server sees of it."""

import asyncio
import socket
from contextlib import asynccontextmanager

import pytest

from backend.errors import GenerationRefused
from backend.generation.endpoint import ModelEndpoint
from backend.generation.openai_client import OpenAiGenerator
from backend.generation.ports import ChatMessage, Finished

PROMPT = [ChatMessage("system", "规则"), ChatMessage("user", "什么是死锁")]


@asynccontextmanager
async def client(url, observe=lambda asked: None, clock=None, **settings):
    more = {} if clock is None else {"clock": clock}
    endpoint = ModelEndpoint(**{"base_url": url, "model": "m", **settings})
    generator = OpenAiGenerator(endpoint, observe, **more)
    try:
        yield generator
    finally:
        await generator.aclose()


async def items_of(generator, user="u", **more):
    return [item async for item in generator.stream(PROMPT, user=user, **more)]


async def told(generator, user="u", **more):
    """Ask; give the pieces of a whole answer."""
    items = await items_of(generator, user, **more)
    assert [type(item) for item in items] == [str] * (len(items) - 1) + [Finished]
    return items[:-1]


async def looked(generator):
    """Wait until it has asked what is served, which it does beside its answers."""
    await asyncio.wait({generator._looking}, timeout=5)
    assert generator._looking.done()


async def finished(generator, **more):
    """Ask; give how the answer ended."""
    return (await items_of(generator, **more))[-1]


async def fails(generator, kind=GenerationRefused, **more):
    """Ask; give the pieces that came before the failure and its sentence."""
    pieces = []

    async def listen():
        async for piece in generator.stream(PROMPT, user="u", **more):
            pieces.append(piece)

    with pytest.raises(kind) as caught:
        await listen()
    assert type(caught.value) is kind
    return pieces, str(caught.value)


async def reset_at_once(wire):
    wire.reset()


async def until_closed(model):
    async with asyncio.timeout(5):
        await model.idle.wait()


def closed_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
