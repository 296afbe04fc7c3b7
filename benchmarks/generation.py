"""What does the bot add to asking the same model directly, and does it slow the writing down?

    python -m benchmarks generation [--base-url URL/v1 --model NAME --api-key KEY]

Without an address the tiny InternLM2 of ``make test-model`` is served by a real vLLM for the
occasion: its own speed says nothing about a real model's, what the bot adds is the same. The arms
take turns in an order that is reversed every round, so that a drift of the machine meets all.
"""

import asyncio
import contextlib
import tempfile
from collections.abc import Generator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from loguru import logger
from rich.console import Console
from rich.table import Table

from backend.generation.endpoint import ModelEndpoint
from backend.generation.openai_client import OpenAiGenerator
from backend.generation.ports import ChatMessage
from benchmarks.generation_arms import Arm, Task, by_client, direct, together, whole_way
from bot.wiring import model, open_house
from config.settings import Settings
from tests.model.vllm.bot_lessons import SETTINGS, bot_lessons, prompt_of

GOAL_ADDED_MS, GOAL_SHARE = 20.0, 0.97
DIALOGUES = 16
_QUESTIONS = ("什么是死锁", "快速排序稳定吗")
_ROUNDS, _TURNS = 60, 8
_LONG_TOKENS = 200
_WARM_UP = 5


@dataclass(frozen=True, slots=True)
class Served:
    """Where a model is; ``settings`` are more of the bot's ``llm`` settings."""

    base_url: str
    model: str
    api_key: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    long_question: str = "从头到尾详细讲一遍操作系统的内存管理"


def main(data_dir: Path, console: Console, served: Served | None) -> None:
    logger.remove()
    with contextlib.nullcontext(served) if served else _tiny(data_dir, console) as found:
        variables = {f"LLM__{name.upper()}": str(value) for name, value in _llm(found).items()}
        tasks = [_task(prompt_of(q, data_dir, variables), q) for q in _QUESTIONS]
        asyncio.run(_measure(data_dir, console, found, tasks))


async def _measure(data_dir: Path, console: Console, served: Served, tasks: Sequence[Task]) -> None:
    settings = _settings(data_dir, served)
    async with AsyncExitStack() as stack:
        house = await stack.enter_async_context(open_house(settings, limited=False))
        generator = model(settings)
        assert generator is not None
        stack.push_async_callback(generator.aclose)
        endpoint = generator._endpoint
        client = httpx.AsyncClient(base_url=f"{served.base_url}/", timeout=120, trust_env=False)
        await stack.enter_async_context(client)
        arms = {
            "直接问": direct(client, endpoint),
            "经过客户端": by_client(generator),
            "经过整个机器人": whole_way(house.router),
        }
        for arm in arms.values():
            for number in range(_WARM_UP):
                await arm(tasks[number % len(tasks)])
        await _first_tokens(console, arms, tasks)
        await _answers(console, arms, tasks)
        await _tokens(console, client, endpoint, served)


async def _first_tokens(console: Console, arms: dict[str, Arm], tasks: Sequence[Task]) -> None:
    """One question at a time; what is added is the difference within a round."""
    times: dict[str, list[float]] = {name: [] for name in arms}
    for number in range(_ROUNDS):
        for name in _turned(list(arms), number):
            times[name].append((await arms[name](tasks[number % len(tasks)])).first_ms)
    table = Table(title=f"首个词元，毫秒（每种 {_ROUNDS} 次，轮流）", min_width=70)
    for column in ("", "p50", "p99", "比直接问多 p50", "多 p99"):
        table.add_column(column, justify="right" if column else "left")
    base = np.array(times["直接问"])
    added = {name: np.array(each) - base for name, each in times.items()}
    for name, each in times.items():
        p50, p99 = np.percentile(each, (50, 99))
        more50, more99 = np.percentile(added[name], (50, 99))
        table.add_row(name, f"{p50:.1f}", f"{p99:.1f}", f"{more50:+.1f}", f"{more99:+.1f}")
    console.print(table)
    worst = max(float(np.percentile(each, 50)) for each in added.values())
    _judge(console, f"首个词元多 {worst:.1f} 毫秒", f"≤ {GOAL_ADDED_MS:g}", worst <= GOAL_ADDED_MS)


async def _answers(console: Console, arms: dict[str, Arm], tasks: Sequence[Task]) -> None:
    """Sixteen dialogues at once, the bot's own prompts: answers a second."""
    seconds: dict[str, list[float]] = {name: [] for name in arms}
    for number in range(4):
        for name in _turned(list(arms), number):
            seconds[name].append(await together(arms[name], tasks, DIALOGUES, _TURNS))
    table = Table(title=f"{DIALOGUES} 人同时问，每人 {_TURNS} 次，回答/秒（4 轮）", min_width=70)
    for column in ("", "回答/秒", "相当于直接问的"):
        table.add_column(column, justify="right" if column else "left")
    base = sum(seconds["直接问"])
    for name, each in seconds.items():
        rate = DIALOGUES * _TURNS * len(each) / sum(each)
        table.add_row(name, f"{rate:.2f}", f"{base / sum(each):.1%}")
    console.print(table)


async def _tokens(
    console: Console, client: httpx.AsyncClient, endpoint: ModelEndpoint, served: Served
) -> None:
    """Sixteen dialogues at once, long answers: tokens a second, directly and by the client."""
    long = replace(endpoint, max_tokens=_LONG_TOKENS, queue=DIALOGUES)
    task = Task("", (ChatMessage("user", served.long_question),))
    generator = OpenAiGenerator(long)
    arms = {"直接问": direct(client, long), "经过客户端": by_client(generator)}
    rates: dict[str, list[float]] = {name: [] for name in arms}
    try:
        for number in range(6):
            for name in _turned(list(arms), number):
                rates[name].append(await _rate(arms[name], task))
    finally:
        await generator.aclose()
    table = Table(
        title=f"{DIALOGUES} 人同时，每人 {_LONG_TOKENS} 个词元，词元/秒（6 轮）", min_width=70
    )
    for column in ("", "中位", "最慢", "最快"):
        table.add_column(column, justify="right" if column else "left")
    for name, each in rates.items():
        table.add_row(name, f"{np.median(each):.0f}", f"{min(each):.0f}", f"{max(each):.0f}")
    console.print(table)
    share = float(np.median(rates["经过客户端"]) / np.median(rates["直接问"]))
    _judge(console, f"吞吐是直接问的 {share:.1%}", f"≥ {GOAL_SHARE:.0%}", share >= GOAL_SHARE)


async def _rate(arm: Arm, task: Task) -> float:
    """Return the tokens a second of one answer to each dialogue."""
    total = 0

    async def counting(task: Task) -> Any:
        nonlocal total
        heard = await arm(task)
        total += heard.tokens
        return heard

    seconds = await together(counting, [task], DIALOGUES, 1)
    return total / seconds


def _turned(names: list[str], number: int) -> list[str]:
    return names if number % 2 == 0 else names[::-1]


def _judge(console: Console, found: str, goal: str, reached: bool) -> None:
    console.print(f"{found}，目标 {goal}：{'达标' if reached else '未达标'}\n")


def _task(messages: Sequence[dict[str, Any]], question: str) -> Task:
    return Task(question, tuple(ChatMessage(**message) for message in messages))


def _settings(data_dir: Path, served: Served) -> Settings:
    limits = {"concurrency": DIALOGUES}
    return Settings(_env_file=None, data_dir=data_dir, llm=_llm(served), limits=limits)


def _llm(served: Served) -> dict[str, Any]:
    """Return the same settings for the recorded prompts and for the asking of them."""
    return {
        "base_url": served.base_url,
        "model": served.model,
        "api_key": served.api_key,
        "context_tokens": 4096,
        "concurrency": DIALOGUES,
        "queue": 4 * DIALOGUES,
        "temperature": 0,
        **served.settings,
    }


@contextlib.contextmanager
def _tiny(data_dir: Path, console: Console) -> Generator[Served]:
    from tests.model.vllm.checkpoint import checkpoint
    from tests.model.vllm.lessons import ENDLESS, lessons
    from tests.model.vllm.server import KEY, NAME, VllmServer, serving_command
    from tests.model.vllm.tokenizer import IM_END

    console.print("没有给 --base-url：训练并启动小模型（几分钟）……")
    own = {name.removeprefix("LLM__").lower(): value for name, value in SETTINGS.items()}
    with tempfile.TemporaryDirectory(prefix="a408-vllm-") as folder:
        made = checkpoint(lessons(bot_lessons(data_dir)))
        server = VllmServer(serving_command(made, Path(folder, "config")), Path(folder, "vllm.log"))
        try:
            server.ensure_ready()
            stops = {"stop_token_ids": f"{IM_END},2"}
            yield Served(server.base_url, NAME, KEY, own | stops, ENDLESS)
        finally:
            server.stop()
