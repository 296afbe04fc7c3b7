"""What does each platform add to an answer, and how much memory do all five take in one process?

    python -m benchmarks platforms

One person on each of the five, all served by one ``python -m bot serve`` and the platforms' own
protocols on loopback. What is added is the time from sending to the reply's arrival less what the
router took for the answer (its log): decoding, signatures, encryption, rendering, sending, and the
pretended platform, which runs in this process.
"""

import asyncio
import itertools
import re
import time
from pathlib import Path

import numpy as np
import psutil
from rich.console import Console
from rich.table import Table

from tests.e2e.five_platforms import EVERY, House, at_home, platform_servers, settings
from tests.e2e.server_process import LISTENS, SERVE, ServerProcess, start

_ROUNDS = 200
_WARM_UP = 10
_QUESTIONS = ("什么是死锁", "TCP 和 UDP 有什么区别", "快排的空间复杂度", "B树的易错点")
_TOOK = re.compile(r" (\d+\.\d)ms$", re.MULTILINE)


def main(data_dir: Path, console: Console) -> None:
    memory = {names: _memory(data_dir, names) for names in (("onebot",), EVERY)}
    added, answers = asyncio.run(_measure(data_dir))
    table = Table(title=f"比路由的用时多，毫秒（每种 {_ROUNDS} 条，轮流）", min_width=90)
    for column in ("", "p50", "p99", "路由 p50"):
        table.add_column(column, justify="right" if column else "left")
    for name in EVERY:
        p50, p99 = np.percentile(added[name], (50, 99))
        table.add_row(name, f"{p50:.1f}", f"{p99:.1f}", f"{np.median(answers[name]):.1f}")
    console.print(table)
    alone, together = memory.values()
    console.print(
        f"内存：只开 OneBot {alone:.0f} MB，五个平台都开 {together:.0f} MB（答过几条之后）"
    )


async def _measure(data_dir: Path) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    added: dict[str, list[float]] = {name: [] for name in EVERY}
    answers: dict[str, list[float]] = {name: [] for name in EVERY}
    async with platform_servers() as servers:
        running = start(SERVE, data_dir / "bot.log", settings(servers, data_dir), ready=LISTENS)
        server = await asyncio.to_thread(running.__enter__)
        try:
            async with at_home(servers, server) as people:
                for number in range(_WARM_UP + _ROUNDS):
                    for name in EVERY if number % 2 else EVERY[::-1]:
                        words = _QUESTIONS[number % len(_QUESTIONS)]
                        whole, answer = await _one(people, server, name, words)
                        if number >= _WARM_UP:
                            added[name].append(whole - answer)
                            answers[name].append(answer)
        finally:
            await asyncio.to_thread(running.__exit__, None, None, None)
    return added, answers


async def _one(people: House, server: ServerProcess, name: str, words: str) -> tuple[float, float]:
    """Milliseconds of one message from sending to reply, and those that the router tells."""
    before = server.log_path.stat().st_size
    started = time.perf_counter()
    await people.first(name, words)
    whole = (time.perf_counter() - started) * 1000
    for _ in itertools.repeat(None, 100):
        with server.log_path.open("rb") as log:
            log.seek(before)
            took = _TOOK.findall(log.read().decode())
        if took:
            return whole, float(took[0])
        await asyncio.sleep(0.01)
    raise RuntimeError(f"{name} 的这一条不在日志里：{words}")


def _memory(data_dir: Path, names: tuple[str, ...]) -> float:
    """Resident megabytes of a bot with these platforms, after answers on one of them."""

    async def answer_some() -> float:
        async with platform_servers() as servers:
            more = {"PLATFORMS": ",".join(names)}
            env = settings(servers, data_dir, **more)
            log = data_dir / f"memory-{len(names)}.log"
            running = start(SERVE, log, env, ready=LISTENS)
            server = await asyncio.to_thread(running.__enter__)
            try:
                async with at_home(servers, server, names) as people:
                    for words in _QUESTIONS * 3:
                        await people.first("onebot", words)
                    return psutil.Process(server.process.pid).memory_info().rss / 1e6
            finally:
                await asyncio.to_thread(running.__exit__, None, None, None)

    return asyncio.run(answer_some())
