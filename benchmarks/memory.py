"""How much memory does it take when 2000 people write at once, and does each of them get a reply?

    python -m benchmarks memory

Limits are the default ones: those who find the queue full must be refused politely. Twice, so that
memory which is never given back would show; and on a plain echo, whose growth is NoneBot's own.
"""

import asyncio
import itertools
import threading
import time
from collections import Counter
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.client import Client, connected
from benchmarks.mix import Step, talks, with_parts
from benchmarks.processes import Server, serve_bot, serve_echo, unconfirmed_sends
from plugins import wording

PEOPLE = 2000
GOAL_MB = 400.0
_BURSTS = 2
_LAST_SECONDS = 120.0
_EXTRA_SECONDS = 3.0
_SAMPLE_SECONDS = 0.01
_FAILED = (wording.FAILED, wording.TOO_SLOW)


@dataclass(frozen=True, slots=True)
class Burst:
    """``outcomes`` counts people by what they got; memory in megabytes (10^6 bytes)."""

    outcomes: Counter[str]
    sent_seconds: float
    seconds: float
    peak: float
    redis_peak: float
    after: float
    redis_after: float


@dataclass(frozen=True, slots=True)
class Course:
    """What became of one server; ``highest`` is the most its process ever had."""

    started: tuple[float, float]
    warm: tuple[float, float]
    bursts: list[Burst]
    highest: float


class MessagesLost(Exception):
    """Somebody got no reply, half of one, or more than one; ``str`` says how many."""


def main(data_dir: Path, console: Console) -> None:
    with serve_bot(data_dir) as server:
        bot = asyncio.run(_course(server))
        unconfirmed = unconfirmed_sends(server)
    with serve_echo(data_dir) as server:
        echo = asyncio.run(_course(server))
    console.print(_memory_table(bot, echo))
    console.print(_outcome_table({"bot": bot, "echo": echo}))
    reached = "达标" if bot.highest < GOAL_MB else "未达标"
    console.print(f"目标 bot 峰值 < {GOAL_MB:g} MB：自启动以来 {bot.highest:.0f} MB，{reached}")
    wrong = sum((_improper(burst) for burst in bot.bursts), Counter[str]())
    if unconfirmed:
        wrong["的答复没有及时得到确认（bot 当作没有发出）"] = unconfirmed
    reached = "未达标" if wrong else "达标"
    console.print(f"目标 每人恰好得到一个答复：{_BURSTS * PEOPLE} 人，{reached}\n")
    if wrong:
        raise MessagesLost("、".join(f"{count} 人{what}" for what, count in wrong.items()))


async def _course(server: Server) -> Course:
    started = _rss(server)
    async with connected(server.url) as client:
        single = {talk[0].text: talk for talk in talks() if len(talk) == 1}
        steps = [talk[0] for talk in await with_parts(client, list(single.values()))]
        warm = _rss(server)
        bursts = [await _burst(server, client, steps) for _ in range(_BURSTS)]
    highest = max(_high_water_mb(server.process), *(burst.peak for burst in bursts))
    return Course(started, warm, bursts, highest)


async def _burst(server: Server, client: Client, steps: list[Step]) -> Burst:
    asked = {client.new_user(): step for step in itertools.islice(itertools.cycle(steps), PEOPLE)}
    with _peaks(server) as peaks:
        begun = time.perf_counter()
        for user, step in asked.items():
            await client.send(user, step.text)
        sent = time.perf_counter()
        while not all(client.received.get(user) for user in asked):
            if time.perf_counter() - sent > _LAST_SECONDS:
                break
            await asyncio.sleep(0.05)
        await client.quiet(_EXTRA_SECONDS)  # the last parts, and any reply too many
    after, redis_after = _rss(server)
    return Burst(
        outcomes=Counter(_outcome(step, client.received[user]) for user, step in asked.items()),
        sent_seconds=sent - begun,
        seconds=client.last_at - begun,
        peak=peaks[0],
        redis_peak=peaks[1],
        after=after,
        redis_after=redis_after,
    )


_ANSWERED, _REFUSED, _TOO_MANY = "得到回答", "被礼貌拒绝", "得到不止一个答复"


def _outcome(step: Step, texts: list[str]) -> str:
    if not texts:
        return "没有得到答复"
    if wording.BUSY in texts:
        return _REFUSED if len(texts) == 1 else _TOO_MANY
    if texts[0] in _FAILED:
        return "得到出错的答复"
    if len(texts) == step.parts:
        return _ANSWERED
    return "得到的答复不完整" if len(texts) < step.parts else _TOO_MANY


def _improper(burst: Burst) -> Counter[str]:
    """Those who did not get exactly one reply."""
    proper = (_ANSWERED, _REFUSED)
    return Counter({what: n for what, n in burst.outcomes.items() if what not in proper})


@contextmanager
def _peaks(server: Server) -> Generator[list[float]]:
    """Give the highest memory of bot and Redis while the block ran."""
    highest = list(_rss(server))
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(_SAMPLE_SECONDS):
            highest[:] = map(max, highest, _rss(server))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield highest
    finally:
        ended.set()
        watcher.join()


def _rss(server: Server) -> tuple[float, float]:
    """Memory of the server and of its Redis."""
    redis = 0.0 if server.redis is None else server.redis.memory_info().rss / 1e6
    return server.process.memory_info().rss / 1e6, redis


def _high_water_mb(process: psutil.Process) -> float:
    """The most the process ever had, as the kernel counts it; 0 where it does not."""
    status = Path(f"/proc/{process.pid}/status")
    if not status.exists():
        return 0.0
    fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
    return int(fields["VmHWM"].split()[0]) * 1024 / 1e6


def _memory_table(bot: Course, echo: Course) -> Table:
    table = Table(title=f"内存（RSS），MB；{PEOPLE} 人同时各发一条，{_BURSTS} 次", min_width=60)
    for column in ("时刻", "bot", "Redis", "echo"):
        table.add_column(column, justify="left" if column == "时刻" else "right")
    rows = [("启动后", *bot.started, echo.started[0]), ("热身后", *bot.warm, echo.warm[0])]
    for number, (ours, plain) in enumerate(zip(bot.bursts, echo.bursts, strict=True), start=1):
        rows.append((f"第 {number} 次，峰值", ours.peak, ours.redis_peak, plain.peak))
        rows.append((f"第 {number} 次，之后", ours.after, ours.redis_after, plain.after))
    for when, *megabytes in rows:
        table.add_row(when, *(f"{value:.0f}" for value in megabytes))
    return table


def _outcome_table(courses: dict[str, Course]) -> Table:
    table = Table(title=f"{PEOPLE} 人得到了什么", min_width=60)
    for column in ("服务", "次", _ANSWERED, _REFUSED, "其他", "发完 秒", "全部答复 秒"):
        table.add_column(column, justify="right")
    for name, course in courses.items():
        for number, burst in enumerate(course.bursts, start=1):
            counts = [burst.outcomes[_ANSWERED], burst.outcomes[_REFUSED]]
            counts.append(_improper(burst).total())
            seconds = (f"{burst.sent_seconds:.2f}", f"{burst.seconds:.2f}")
            table.add_row(name, str(number), *map(str, counts), *seconds)
    return table
