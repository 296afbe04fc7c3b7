"""Three ways to ask the same model the same: directly, by the bot's client, through the whole bot.

Each gives the milliseconds until the first text and the number of tokens of the answer.
"""

import asyncio
import itertools
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from backend.generation.endpoint import ModelEndpoint, encoded
from backend.generation.openai_client import OpenAiGenerator
from backend.generation.ports import ChatMessage, Finished
from bot.platforms.ports import shanghai_now
from plugins.messages import Conversation, IncomingMessage
from plugins.router import Router


@dataclass(frozen=True, slots=True)
class Task:
    """A question, and the prompt that the bot makes of it for somebody without a history."""

    question: str
    messages: tuple[ChatMessage, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer; ``tokens`` is 0 where they are not told."""

    first_ms: float
    tokens: int


Arm = Callable[[Task], Awaitable[Heard]]


def direct(client: httpx.AsyncClient, endpoint: ModelEndpoint) -> Arm:
    """As lean as it can be: looks into no event but the last, which tells the tokens."""

    async def ask(task: Task) -> Heard:
        content = encoded(endpoint.body(task.messages, endpoint.max_tokens), endpoint.model)
        started = time.perf_counter()
        first, before, last = 0.0, b"", b""
        async with client.stream(
            "POST", "chat/completions", content=content, headers=_headers(endpoint)
        ) as response:
            response.raise_for_status()
            async for chunk in response.aiter_raw():
                if not first and b'"content":"' in chunk.replace(b'"content":""', b""):
                    first = time.perf_counter()
                before, last = last, chunk
        return Heard((first - started) * 1000, _tokens(before + last))

    return ask


def by_client(generator: OpenAiGenerator) -> Arm:
    """The bot's client with its queue, deadlines, guard and breaker."""
    users = itertools.count()

    async def ask(task: Task) -> Heard:
        started = time.perf_counter()
        first, tokens = 0.0, 0
        async for item in generator.stream(task.messages, user=f"u{next(users)}"):
            if isinstance(item, Finished):
                tokens = 0 if item.usage is None else item.usage.completion_tokens
            elif not first:
                first = time.perf_counter()
        return Heard((first - started) * 1000, tokens)

    return ask


def whole_way(router: Router) -> Arm:
    """A student's message: router, understanding, sources, prompt, client, check of citations.

    Raises RuntimeError when a card answered instead of the model.
    """
    numbers = itertools.count()

    async def ask(task: Task) -> Heard:
        name = f"bench-{time.time_ns()}-{next(numbers)}"
        window = Conversation("bench", "bot", name, is_group=False)
        message = IncomingMessage(name, window, name, task.question, True, shanghai_now())
        started = time.perf_counter()
        first = 0.0

        async def progress(text: str) -> None:
            nonlocal first
            if not first:
                first = time.perf_counter()

        await router.handle(message, progress)
        if not first:
            raise RuntimeError(f"模型没有回答“{task.question}”")
        return Heard((first - started) * 1000, 0)

    return ask


async def together(
    arm: Arm, tasks: Sequence[Task], dialogues: int, turns: int
) -> tuple[list[Heard], float]:
    """Have ``dialogues`` ask ``turns`` times each, one after the other; also return the seconds."""
    heard: list[Heard] = []

    async def dialogue(number: int) -> None:
        for turn in range(turns):
            heard.append(await arm(tasks[(number + turn) % len(tasks)]))

    started = time.perf_counter()
    await asyncio.gather(*(dialogue(number) for number in range(dialogues)))
    return heard, time.perf_counter() - started


def _headers(endpoint: ModelEndpoint) -> dict[str, str]:
    return {**endpoint.headers(), "Content-Type": "application/json"}


def _tokens(tail: bytes) -> int:
    for line in reversed(tail.split(b"\n")):
        if b'"usage":{' in line:
            event: dict[str, Any] = json.loads(line.removeprefix(b"data:"))
            return int(event["usage"]["completion_tokens"])
    return 0
