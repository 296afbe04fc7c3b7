"""What does the bot cost over a plain NoneBot echo, a message at a time and at full load?

    python -m benchmarks messages

Both are real processes behind a real WebSocket; they are asked the same things by the same client
in short alternate rounds, so that whatever else the machine does hits both alike. A reply counts
when its last part has come.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.client import Client, connected
from benchmarks.mix import KINDS, Step, Talk, talks, with_parts
from benchmarks.processes import Server, serve_bot, serve_echo

GOAL_MS = 10.0
LANES = 16
_PASSES = 2
_TALKS_A_ROUND = 10
_LOAD_ROUNDS = 3
_UNLIMITED = {"LIMITS__USER_PER_MINUTE": "1000000", "LIMITS__GROUP_PER_MINUTE": "1000000"}


@dataclass(slots=True)
class Side:
    """One server with what was measured on it; times in milliseconds."""

    server: Server
    client: Client
    talks: list[Talk]
    by_kind: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    loaded: list[float] = field(default_factory=list)
    loaded_seconds: float = 0.0
    loaded_cpu_seconds: float = 0.0

    @property
    def all(self) -> list[float]:
        return [ms for times in self.by_kind.values() for ms in times]


def main(data_dir: Path, console: Console) -> None:
    with serve_bot(data_dir, _UNLIMITED) as bot, serve_echo(data_dir) as echo:
        asyncio.run(_measure(bot, echo, console))


async def _measure(bot: Server, echo: Server, console: Console) -> None:
    spoken = talks()
    async with connected(bot.url) as to_bot, connected(echo.url) as to_echo:
        ours = Side(bot, to_bot, await with_parts(to_bot, spoken))
        plain = Side(echo, to_echo, await with_parts(to_echo, spoken))
        for number, first in enumerate(list(range(0, len(spoken), _TALKS_A_ROUND)) * _PASSES):
            for side in _in_turn(ours, plain, number):
                await _one_by_one(side, side.talks[first : first + _TALKS_A_ROUND])
        console.print(_latency_table(ours, plain))
        console.print(_verdict(ours, plain))
        for number in range(_LOAD_ROUNDS):
            for side in _in_turn(ours, plain, number):
                await _at_full_load(side)
        console.print(_load_table(ours, plain))


def _in_turn(ours: Side, plain: Side, number: int) -> tuple[Side, Side]:
    return (ours, plain) if number % 2 == 0 else (plain, ours)


async def _one_by_one(side: Side, spoken: Sequence[Talk]) -> None:
    for talk in spoken:
        user = side.client.new_user()
        for step in talk:
            side.by_kind[step.kind].append(await _ask(side.client, user, step))


async def _at_full_load(side: Side) -> None:
    """Have every talk once, always as many at a time as there are lanes."""
    waiting = iter(side.talks)

    async def lane() -> None:
        for talk in waiting:
            user = side.client.new_user()
            for step in talk:
                side.loaded.append(await _ask(side.client, user, step))

    cpu, started = side.server.cpu_seconds(), time.perf_counter()
    await asyncio.gather(*(lane() for _ in range(LANES)))
    side.loaded_seconds += time.perf_counter() - started
    side.loaded_cpu_seconds += side.server.cpu_seconds() - cpu


async def _ask(client: Client, user: int, step: Step) -> float:
    return await client.ask(user, step.text, step.parts)


def _latency_table(ours: Side, plain: Side) -> Table:
    table = Table(title=f"一问一答的延迟，毫秒（轮流测，每轮 {_TALKS_A_ROUND} 段对话）")
    table.add_column("消息")
    for column in ("条数", "bot p50", "bot p99", "echo p50", "echo p99", "p50 差", "p50 比"):
        table.add_column(column, justify="right")
    table.add_row("全部", *_compared(ours.all, plain.all), end_section=True)
    for kind, name in KINDS.items():
        table.add_row(name, *_compared(ours.by_kind[kind], plain.by_kind[kind]))
    return table


def _compared(ours: Sequence[float], plain: Sequence[float]) -> list[str]:
    values = [np.percentile(times, q) for times in (ours, plain) for q in (50, 99)]
    difference, ratio = values[0] - values[2], values[0] / values[2]
    return [str(len(ours)), *(f"{v:.1f}" for v in values), f"{difference:+.1f}", f"{ratio:.1f}×"]


def _verdict(ours: Side, plain: Side) -> str:
    more = float(np.percentile(ours.all, 50) - np.percentile(plain.all, 50))
    reached = "达标" if more <= GOAL_MS else "未达标"
    return f"目标 bot p50 ≤ echo p50 + {GOAL_MS:g} ms：{more:+.1f} ms，{reached}\n"


def _load_table(ours: Side, plain: Side) -> Table:
    table = Table(title=f"{LANES} 人同时私聊，各自答完再问（{_LOAD_ROUNDS} 轮轮流）", min_width=60)
    table.add_column("服务")
    for column in ("条数", "答复/秒", "p50 毫秒", "p99 毫秒", "CPU 毫秒/条"):
        table.add_column(column, justify="right")
    for side in (ours, plain):
        count = len(side.loaded)
        values = (
            count / side.loaded_seconds,
            *np.percentile(side.loaded, (50, 99)),
            side.loaded_cpu_seconds / count * 1000,
        )
        table.add_row(side.server.name, str(count), *(f"{value:.1f}" for value in values))
    return table
