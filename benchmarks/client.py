"""A lean OneBot v11 client over a real WebSocket: sends private messages, confirms every call.

It behaves as NapCat does (reverse WebSocket, every API call answered with its echo) and keeps no
more than is measured, so that its own cost is small and the same for every server.
"""

import asyncio
import contextlib
import itertools
import json
import time
from collections import defaultdict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

SELF_ID = 10001
_OPEN_SECONDS = 60.0


class Client:
    """One connected account; made by ``connected``.

    ``received`` has for each user the texts that came, in order; ``last_at`` is when the latest
    of all arrived (``perf_counter``).
    """

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._ids = itertools.count(1)
        self._users = itertools.count(1_000_001)
        self._awaited: dict[int, tuple[int, asyncio.Future[float]]] = {}
        self.received: defaultdict[int, list[str]] = defaultdict(list)
        self.last_at = 0.0

    def new_user(self) -> int:
        """Give a user who never wrote before."""
        return next(self._users)

    async def send(self, user: int, text: str) -> None:
        """Send one private message."""
        number = next(self._ids)
        event = {
            "time": int(time.time()),
            "self_id": SELF_ID,
            "post_type": "message",
            "message_type": "private",
            "sub_type": "friend",
            "message_id": number,
            "user_id": user,
            "message": [{"type": "text", "data": {"text": text}}],
            "raw_message": text,
            "message_format": "array",
            "font": 14,
            "sender": {"user_id": user, "nickname": "同学", "card": ""},
        }
        await self._connection.send(json.dumps(event, ensure_ascii=False))

    async def ask(self, user: int, text: str, parts: int, deadline_seconds: float = 30.0) -> float:
        """Send ``text`` and give the milliseconds until the last of ``parts`` replies was here.

        Raises TimeoutError when they do not come.
        """
        done: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._awaited[user] = (len(self.received[user]) + parts, done)
        started = time.perf_counter()
        try:
            await self.send(user, text)
            async with asyncio.timeout(deadline_seconds):
                return (await done - started) * 1000
        finally:
            del self._awaited[user]

    async def quiet(self, seconds: float) -> None:
        """Wait until nothing has come for ``seconds``."""
        begun = time.perf_counter()
        left = seconds
        while left > 0:
            await asyncio.sleep(left)
            left = max(self.last_at, begun) + seconds - time.perf_counter()

    async def read(self) -> None:
        """Take and confirm calls until the connection closes."""
        with contextlib.suppress(ConnectionClosed):
            async for frame in self._connection:
                await self._take(frame, time.perf_counter())

    async def _take(self, frame: str | bytes, at: float) -> None:
        call = json.loads(frame)
        data: dict[str, object] = {"user_id": SELF_ID, "nickname": "408 助手"}
        if call["action"] in ("send_msg", "send_private_msg"):
            data = {"message_id": next(self._ids)}
            self._note(call["params"], at)
        answer = {"status": "ok", "retcode": 0, "data": data, "echo": call["echo"]}
        await self._connection.send(json.dumps(answer))

    def _note(self, params: dict[str, Any], at: float) -> None:
        user = int(params["user_id"])
        texts = self.received[user]
        texts.append("".join(s["data"].get("text", "") for s in params["message"]))
        self.last_at = at
        awaited = self._awaited.get(user)
        if awaited is not None and len(texts) == awaited[0]:
            awaited[1].set_result(at)


@asynccontextmanager
async def connected(url: str) -> AsyncGenerator[Client]:
    """Connect as NapCat does, without compression so that all servers are treated alike."""
    headers = {"X-Self-ID": str(SELF_ID), "X-Client-Role": "Universal"}
    connection = await connect(
        url,
        additional_headers=headers,
        compression=None,
        proxy=None,
        max_queue=None,
        open_timeout=_OPEN_SECONDS,
    )
    client = Client(connection)
    reading = asyncio.create_task(client.read())
    hello = {"post_type": "meta_event", "meta_event_type": "lifecycle", "sub_type": "connect"}
    try:
        await connection.send(json.dumps({"time": int(time.time()), "self_id": SELF_ID} | hello))
        yield client
    finally:
        await connection.close()
        await reading
