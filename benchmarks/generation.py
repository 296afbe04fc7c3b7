"""What does the bot add to asking the same model directly, and does it slow the writing down?

    python -m benchmarks generation [--base-url URL/v1 --model NAME --api-key KEY]

Without an address the tiny InternLM2 of ``make test-model`` is served by a real vLLM for the
occasion: its own speed says nothing about a real model's, what the bot adds is the same. The arms
take turns in an order that is reversed every round, so that a drift of the machine meets all.
"""

import asyncio
import contextlib
import tempfile
import time
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
DIRECT, CLIENT, WHOLE = "直接问", "经过客户端", "经过整个机器人"
_QUESTIONS = ("什么是死锁", "快速排序稳定吗")
_ROUNDS, _ANSWER_ROUNDS, _TOKEN_ROUNDS = 60, 6, 12
_TURNS = 3
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
            DIRECT: direct(client, endpoint),
            CLIENT: by_client(generator),
            WHOLE: whole_way(house.router),
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
    busy = dict.fromkeys(arms, 0.0)
    for number in range(_ROUNDS):
        for name in _turned(list(arms), number):
            before = time.process_time()
            times[name].append((await arms[name](tasks[number % len(tasks)])).first_ms)
            busy[name] += (time.process_time() - before) * 1000
    table = _table(
        f"首个词元，毫秒（每种 {_ROUNDS} 次，轮流）",
        ("p50", "p99", "比直接问多 p50", "多 p99", "本进程 CPU/答"),
    )
    added = {name: np.subtract(each, times[DIRECT]) for name, each in times.items()}
    for name, each in times.items():
        p50, p99 = np.percentile(each, (50, 99))
        more50, more99 = np.percentile(added[name], (50, 99))
        cells = (f"{p50:.1f}", f"{p99:.1f}", f"{more50:+.1f}", f"{more99:+.1f}")
        table.add_row(name, *cells, f"{busy[name] / _ROUNDS:.1f}")
    console.print(table)
    worst = max(float(np.percentile(each, 50)) for each in added.values())
    _judge(console, f"首个词元多 {worst:.1f} 毫秒", f"≤ {GOAL_ADDED_MS:g}", worst <= GOAL_ADDED_MS)


async def _answers(console: Console, arms: dict[str, Arm], tasks: Sequence[Task]) -> None:
    """Sixteen dialogues at once, the bot's own prompts: answers a second."""
    rates = await _rates(arms, tasks, _ANSWER_ROUNDS, _TURNS, by_tokens=False)
    _show(console, f"{DIALOGUES} 人同时问，每人 {_TURNS} 次，回答/秒（{_ANSWER_ROUNDS} 轮）", rates)


async def _tokens(
    console: Console, client: httpx.AsyncClient, endpoint: ModelEndpoint, served: Served
) -> None:
    """Sixteen dialogues at once, long answers: tokens a second, directly and by the client."""
    long = replace(endpoint, max_tokens=_LONG_TOKENS, queue=DIALOGUES)
    task = Task("", (ChatMessage("user", served.long_question),))
    generator = OpenAiGenerator(long)
    arms = {DIRECT: direct(client, long), CLIENT: by_client(generator)}
    try:
        rates = await _rates(arms, [task], _TOKEN_ROUNDS, 1, by_tokens=True)
    finally:
        await generator.aclose()
    title = f"{DIALOGUES} 人同时，每人 {_LONG_TOKENS} 个词元，词元/秒（{_TOKEN_ROUNDS} 轮）"
    share = _show(console, title, rates)[CLIENT]
    _judge(console, f"吞吐是直接问的 {share:.1%}", f"≥ {GOAL_SHARE:.0%}", share >= GOAL_SHARE)


@dataclass(frozen=True, slots=True)
class _Rate:
    """Answers or tokens a second, and the processor time that each cost this process."""

    per_second: float
    cpu_ms: float


async def _rates(
    arms: dict[str, Arm], tasks: Sequence[Task], rounds: int, turns: int, *, by_tokens: bool
) -> dict[str, list[_Rate]]:
    rates: dict[str, list[_Rate]] = {name: [] for name in arms}
    for number in range(rounds):
        for name in _turned(list(arms), number):
            before = time.process_time()
            heard, seconds = await together(arms[name], tasks, DIALOGUES, turns)
            count = sum(each.tokens for each in heard) if by_tokens else len(heard)
            cpu_ms = (time.process_time() - before) * 1000
            rates[name].append(_Rate(count / seconds, cpu_ms / count))
    return rates


def _show(console: Console, title: str, rates: dict[str, list[_Rate]]) -> dict[str, float]:
    """Print the rates; return each one's share of the direct, the median over the rounds."""
    table = _table(title, ("中位", "最慢", "最快", "各轮之比的中位", "本进程 CPU 毫秒/个"))
    per_second = {name: [rate.per_second for rate in each] for name, each in rates.items()}
    shares: dict[str, float] = {}
    for name, each in per_second.items():
        shares[name] = float(np.median(np.divide(each, per_second[DIRECT])))
        cells = (f"{np.median(each):.1f}", f"{min(each):.1f}", f"{max(each):.1f}")
        cpu_ms = np.median([rate.cpu_ms for rate in rates[name]])
        table.add_row(name, *cells, f"{shares[name]:.1%}", f"{cpu_ms:.3f}")
    console.print(table)
    return shares


def _table(title: str, columns: Sequence[str]) -> Table:
    table = Table(title=title, min_width=90)
    table.add_column("")
    for column in columns:
        table.add_column(column, justify="right")
    return table


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
