"""How long does a member wait until an answer is durable, when 200 answer at once?

    python -m benchmarks answers

On SQLite and on a PostgreSQL of its own that waits for the disk, with group commit and, as the
baseline in the same run, with one transaction for each answer. "At once" is the worst case; "in one
second" is a group that has just seen the question. Every answer is counted afterwards.
"""

import asyncio
import math
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table
from sqlalchemy import func, select

from backend.learning.grading import Answer, record
from backend.learning.tables import attempts
from backend.learning.values import Asking, Identity
from plugins.answers import is_answer
from plugins.messages import IncomingMessage
from plugins.router import Limits, Router
from tests.fakes_conversation import FakeConversationStore
from tests.learning import NOON, Record, open_record, question
from tests.learning_house import GROUP, at, learning_house
from tests.postgres import Cluster, find_programs

MEMBERS = 200
GOAL_MS = 300.0
_ROUNDS = 5
_WARMING = 5

Answering = Callable[[Record, Asking, Identity], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds that each answer took, over all rounds, and that each round took."""

    name: str
    waits: list[float]
    rounds: list[float]


def main(data_dir: Path, console: Console) -> None:
    console.print(f"一次 fsync：{_fsync_ms(data_dir):.1f} 毫秒（中位数）")
    measured = asyncio.run(_measure("", data_dir))
    measured.append(asyncio.run(_whole_way(data_dir / "whole")))
    console.print(_table("SQLite", measured))
    programs = find_programs()
    if programs is None:
        console.print("PostgreSQL 没有安装，不测。")
        return
    cluster = Cluster(programs, durable=True)
    cluster.create()
    try:
        measured = asyncio.run(_on(cluster, data_dir))
    finally:
        cluster.destroy()
    console.print(_table("PostgreSQL", measured))


async def _on(cluster: Cluster, data_dir: Path) -> list[Measured]:
    return await _measure(await cluster.new_database(), data_dir)


async def _measure(url: str, data_dir: Path) -> list[Measured]:
    ways: dict[str, tuple[Answering, float]] = {
        "合并提交，同时": (_together, 0.0),
        "逐条事务，同时（基线）": (_alone, 0.0),
        "合并提交，一秒内": (_together, 1.0),
        "逐条事务，一秒内（基线）": (_alone, 1.0),
    }
    async with open_record(url, data_dir) as learning:
        started = time.perf_counter()
        members = await asyncio.gather(*(learning.person(str(n)) for n in range(MEMBERS)))
        first = Measured("200 人初次见面", [], [_ms_since(started)])
        measured = {name: ([], []) for name in ways}
        for number in range(_ROUNDS):  # taken in turn: others use this machine too
            for name, (answering, within_seconds) in ways.items():
                asking = await learning.daily(question(number))
                started = time.perf_counter()
                waits = await asyncio.gather(
                    *(
                        _timed(answering, learning, asking, member, within_seconds * n / MEMBERS)
                        for n, member in enumerate(members)
                    )
                )
                measured[name][0].extend(waits)
                measured[name][1].append(_ms_since(started))
                await _check(learning, asking)
    return [first, *(Measured(name, *values) for name, values in measured.items())]


async def _whole_way(folder: Path) -> Measured:
    """From the router through the plugin to the record and back, each round by new members."""
    whole = Measured("整条路，同时，都是新面孔", [], [])
    store = FakeConversationStore()
    async with learning_house(folder) as house:
        router = Router([house.quiz], store, store, Limits(), unmetered=is_answer)
        await house.switch_on()
        await house.run_due(at(12, 30))
        for n in range(_WARMING):
            await _handled(router, house.message("A", user=f"warm-{n}"))
        for number in range(_ROUNDS):
            started = time.perf_counter()
            letters = ("ABCD"[n % 4] for n in range(MEMBERS))
            messages = [house.message(x, user=f"{number}-{n}") for n, x in enumerate(letters)]
            whole.waits.extend(await asyncio.gather(*(_handled(router, m) for m in messages)))
            whole.rounds.append(_ms_since(started))
        [asking] = await house.askings.of_group(GROUP.key, at(0))
        tally = await house.askings.tally(asking.id)
    if tally.total != MEMBERS * _ROUNDS + _WARMING:
        raise RuntimeError(f"{MEMBERS * _ROUNDS + _WARMING} 人作答，记下 {tally.total} 条")
    return whole


async def _handled(router: Router, message: IncomingMessage) -> float:
    started = time.perf_counter()
    reply = await router.handle(message)
    if not reply.text.startswith("收到"):
        raise RuntimeError(f"没有确认：{reply.text}")
    return _ms_since(started)


async def _timed(
    answering: Answering, learning: Record, asking: Asking, member: Identity, after: float
) -> float:
    await asyncio.sleep(after)
    started = time.perf_counter()
    await answering(learning, asking, member)
    return _ms_since(started)


async def _together(learning: Record, asking: Asking, member: Identity) -> None:
    await learning.attempts.answer(asking, member, "A", NOON)


async def _alone(learning: Record, asking: Asking, member: Identity) -> None:
    async with learning.database.recording() as connection:
        await record(connection, [Answer(asking, member, "A", NOON)])


async def _check(learning: Record, asking: Asking) -> None:
    query = select(func.count()).where(attempts.c.asking_id == asking.id)
    async with learning.database.reading() as connection:
        counted = (await connection.execute(query)).scalar()
    if counted != MEMBERS:
        raise RuntimeError(f"{MEMBERS} 人作答，记下 {counted} 条")


def _table(title: str, measured: Sequence[Measured]) -> Table:
    table = Table(
        title=f"{title}：{MEMBERS} 人作答，{_ROUNDS} 轮，毫秒（目标 p99 < {GOAL_MS:.0f}）"
    )
    for column in ("", "p50", "p99", "最慢", "一轮（中位数）"):
        table.add_column(column, justify="left" if not column else "right")
    for one in measured:
        waits = sorted(one.waits)
        parts = [median(waits), _percentile(waits, 0.99), waits[-1]] if waits else []
        shown = [f"{part:.0f}" for part in parts] or ["", "", ""]
        table.add_row(one.name, *shown, f"{median(one.rounds):.0f}")
    return table


def _percentile(ordered: Sequence[float], share: float) -> float:
    """Return the nearest-rank percentile of ascending values."""
    return ordered[math.ceil(share * len(ordered)) - 1]


def _fsync_ms(folder: Path) -> float:
    path = folder / "fsync"
    waits: list[float] = []
    with path.open("wb") as file:
        for _ in range(20):
            file.write(b"x" * 4096)
            file.flush()
            started = time.perf_counter()
            os.fsync(file.fileno())
            waits.append(_ms_since(started))
    path.unlink()
    return median(waits)


def _ms_since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
