"""People of one group and the operator, talking to a real ``bot serve`` over a OneBot client."""

import asyncio
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.e2e.onebot_client import OneBotClient, SentReply, at, quote, text

SHANGHAI = ZoneInfo("Asia/Shanghai")
SUPERUSER = 9_408_123
ADMIN = 9_408_001


def settings(data_dir: Path, **more: str) -> dict[str, str]:
    """Give the environment of a server with an operator; names of ``more`` without prefix."""
    given = {
        "DATA_DIR": str(data_dir),
        "HTTP__PORT": "0",
        "SUPERUSERS": f"onebot:{SUPERUSER}",
        "LIMITS__USER_PER_MINUTE": "1000",
    } | more
    return {f"ASSISTANT408_{name}": value for name, value in given.items()}


@dataclass
class Chat:
    """Says something and waits for what comes back to that person or group."""

    client: OneBotClient
    group: int = 20001

    async def whisper(self, words: str, user: int, *, seconds: float = 15) -> SentReply:
        """Send a private message; its first reply."""
        await self.client.private_message(words, user=user)
        return await self._first(lambda reply: reply.user_id == user, seconds)

    async def say(
        self, words: str, user: int, *, quoting: int | None = None, **fields: Any
    ) -> SentReply:
        """Send a group message with a mention or, ``quoting`` one of ours, without."""
        segments = [at(self.client.self_id), text(f" {words}")]
        if quoting is not None:
            segments = [quote(quoting), text(words)]
        sent = await self.client.group_message(segments, group=self.group, user=user, **fields)
        return await self._first(lambda reply: reply.quotes == sent, 15)

    async def as_admin(self, words: str) -> str:
        """Send a group message as an admin of the group; the reply's text."""
        sender = {"user_id": ADMIN, "nickname": "管理", "card": "", "role": "admin"}
        return (await self.say(words, ADMIN, sender=sender)).text

    async def operator(self, words: str) -> str:
        """Send a private message as the superuser; the reply's text."""
        return (await self.whisper(words, SUPERUSER)).text

    async def pushed(self, seconds: float = 10) -> SentReply:
        """Wait for a message to the group that answers nobody."""
        return await self._first(
            lambda reply: reply.group_id == self.group and reply.quotes is None, seconds
        )

    async def question(self) -> SentReply:
        """Switch the daily question on, have one pushed by the operator, and give it.

        At any time of the day: with quiet hours, what is due at night waits until the morning.
        """
        await self.as_admin("/每日一题 开")
        await self.as_admin("/每日一题 安静 无")
        number = await self.number()
        done = asyncio.create_task(self.operator(f"/管理 推送 {number}"))
        pushed = await self.pushed()
        assert "平台已确认" in await done
        return pushed

    async def number(self) -> str:
        """Give the operator's number of the group."""
        listed = (await self.operator("/管理 群")).splitlines()
        [found] = [line.split(".")[0] for line in listed if f" {self.group} " in line]
        return found

    async def file(self, words: str, user: int) -> bytes:
        """Ask for a file in private; its bytes."""
        await self.whisper(words, user)
        file = await self.client.next_file()
        assert file.user_id == user
        return file.data

    async def _first(self, fits: Callable[[SentReply], bool], seconds: float) -> SentReply:
        """Take the first reply that ``fits``; what is for others goes back into the queue."""
        others: list[SentReply] = []
        try:
            async with asyncio.timeout(seconds):
                while True:
                    reply = await self.client.replies.get()
                    if fits(reply):
                        return reply
                    others.append(reply)
                    if self.client.replies.empty():
                        while others:
                            self.client.replies.put_nowait(others.pop(0))
                        await asyncio.sleep(0.02)
        finally:
            for reply in others:
                self.client.replies.put_nowait(reply)


def rows(data_dir: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    """Read the learning record beside the running bot."""
    path = data_dir / "learning.sqlite3"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as record:
        return record.execute(query, values).fetchall()


def make_due(data_dir: Path) -> None:
    """Let the question of the only group have been due two minutes ago; no bot may be running."""
    moment = datetime.now(SHANGHAI) - timedelta(minutes=2)
    with closing(sqlite3.connect(data_dir / "learning.sqlite3")) as record:
        [(found,)] = record.execute('SELECT "values" FROM group_settings').fetchall()
        changed = json.loads(found) | {
            "times": [f"{moment:%H:%M}"],
            "changed_at": (moment - timedelta(days=1)).isoformat(),
        }
        record.execute('UPDATE group_settings SET "values" = ?', (json.dumps(changed),))
        record.commit()


def reveal_now(data_dir: Path, conversation: str) -> None:
    """Let a group's answers be due: otherwise half an hour is the shortest."""
    moment = int(datetime.now(SHANGHAI).timestamp() * 1_000_000)
    with closing(sqlite3.connect(data_dir / "learning.sqlite3", timeout=10)) as record:
        record.execute(
            "UPDATE askings SET reveal_at = ? WHERE conversation = ?", (moment, conversation)
        )
        record.commit()


def states(data_dir: Path, slot: str = "%") -> Mapping[str, int]:
    """Count the deliveries by state."""
    found = rows(data_dir, "SELECT state FROM deliveries WHERE slot LIKE ?", slot)
    return Counter(state for (state,) in found)


async def until(reached: Callable[[], Any], seconds: float = 20) -> Any:
    """Wait until ``reached`` gives something true, and give it; AssertionError when it never does.

    It runs in a thread: it may read the record or a page of the server.
    """
    deadline = asyncio.get_running_loop().time() + seconds
    while not (found := await asyncio.to_thread(reached)):
        assert asyncio.get_running_loop().time() < deadline, "it did not happen in time"
        await asyncio.sleep(0.1)
    return found


def next_full_minute(now: datetime, at_least: timedelta) -> datetime:
    """Give the first full minute that is ``at_least`` away."""
    return (now + at_least + timedelta(seconds=59, microseconds=999_999)).replace(
        second=0, microsecond=0
    )
