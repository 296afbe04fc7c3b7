"""The gateway of Discord as a bot sees it: identify, resume, heartbeats, events; for tests.

Written after Discord's documentation (topics/gateway).
"""

import asyncio
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.e2e.discord_payloads import (
    BOT,
    CHANNEL,
    GUILD,
    IDS,
    TOKEN,
    Json,
    channel_json,
    guild_json,
    user_json,
)
from tests.e2e.discord_rest import Rest


@dataclass
class Session:
    """What the gateway knows of one IDENTIFY: all its events, for who resumes."""

    id: str
    events: list[Json] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None
    deflate: Any = None
    transport: Any = None

    async def send(self, payload: Json) -> None:
        text = json.dumps(payload)
        if self.socket is None or self.socket.closed:
            return
        if self.deflate is None:
            await self.socket.send_str(text)
        else:
            data = self.deflate.compress(text.encode()) + self.deflate.flush(zlib.Z_SYNC_FLUSH)
            await self.socket.send_bytes(data)


class Gateway(Rest):
    """Sessions and their events; ``is_deaf``: heartbeats, every ``heartbeat_ms``, get no answer."""

    def __init__(self) -> None:
        super().__init__()
        self.identifies = 0
        self.resumes = 0
        self.close_identify_with = 0
        self.sessions: dict[str, Session] = {}
        self._channels = [channel_json(CHANNEL)]
        self._session: Session | None = None
        self.slams_the_door = False
        self.open_sockets = 0
        self.heartbeat_ms = 20_000
        self.is_deaf = False
        self.port = 0

    async def dispatch(self, name: str, data: Json) -> None:
        """Let an event happen; who is away gets it when the session is resumed."""
        session = self._session
        assert session is not None, "the bot has not been here yet"
        event = {"op": 0, "t": name, "s": len(session.events) + 1, "d": data}
        session.events.append(event)
        await session.send(event)

    async def ready(self) -> None:
        """Wait until the bot is connected."""
        await self.until(lambda: self._session and self._session.socket is not None)

    async def until(self, find: Callable[[], Any], seconds: float = 40) -> Any:
        """Wait until ``find`` gives something true, and give it."""
        try:
            async with asyncio.timeout(seconds):
                while not (found := find()):
                    await self._changed.wait()
                    self._changed = asyncio.Event()
                return found
        except TimeoutError:
            raise AssertionError("it did not happen in time") from None

    async def until_soon(self, find: Callable[[], Any], seconds: float = 40) -> Any:
        """Wait, as ``until`` does, for what happens in the bot and not here."""
        deadline = asyncio.get_running_loop().time() + seconds
        while not (found := find()):
            assert asyncio.get_running_loop().time() < deadline, "it did not happen in time"
            await asyncio.sleep(0.01)
        return found

    # What goes wrong

    async def drop(self, *, code: int = 0) -> None:
        """Break the connection off: with a close frame of ``code``, or in the middle of one."""
        session = await self._live()
        socket, session.socket = session.socket, None
        if code:
            await socket.close(code=code)
            return
        session.transport.write(b"\x82\x7e\x40")  # the beginning of a long frame
        session.transport.close()

    async def order(self, op: int, data: Any = None) -> None:
        """Send an order of the gateway: 7 reconnect, 9 invalid session."""
        await (await self._live()).send({"op": op, "d": data, "s": None, "t": None})

    async def babble(self) -> None:
        """Send what is no JSON."""
        session = await self._live()
        text = b"{not json"
        if session.deflate is not None:
            text = session.deflate.compress(text) + session.deflate.flush(zlib.Z_SYNC_FLUSH)
            await session.socket.send_bytes(text)
        else:
            await session.socket.send_str(text.decode())

    def forget_sessions(self) -> None:
        """Let no session be resumed any more."""
        self.sessions.clear()

    # What the bot meets

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        compressed = request.query.get("compress") == "zlib-stream"
        here = Session("", socket=socket, transport=request.transport)
        here.deflate = zlib.compressobj() if compressed else None
        if self.slams_the_door:
            await socket.close(code=1011)
            return socket
        self.open_sockets += 1
        await here.send(
            {"op": 10, "d": {"heartbeat_interval": self.heartbeat_ms}, "s": None, "t": None}
        )
        try:
            async for frame in socket:
                if frame.type is not WSMsgType.TEXT:
                    break
                here = await self._heard(here, json.loads(frame.data)) or here
        except ConnectionResetError:
            pass
        finally:
            self.open_sockets -= 1
            if here.socket is socket:
                here.socket = None
                self._tell()
        return socket

    async def _heard(self, here: Session, said: Json) -> Session | None:
        match said["op"]:
            case 1 if self.is_deaf:
                pass
            case 1:
                await here.send({"op": 11, "d": None, "s": None, "t": None})
            case 2:
                return await self._identified(here, said["d"])
            case 6:
                return await self._resumed(here, said["d"])
        return None

    async def _identified(self, here: Session, said: Json) -> Session | None:
        self.identifies += 1
        if said["token"] != TOKEN or self.close_identify_with:
            await here.socket.close(code=self.close_identify_with or 4004)
            return None
        here.id = f"session-{next(IDS)}"
        self.sessions[here.id] = self._session = here
        ready = {
            "v": 10,
            "user": user_json(BOT),
            "guilds": [{"id": str(GUILD), "unavailable": True}],
            "session_id": here.id,
            "resume_gateway_url": f"ws://127.0.0.1:{self.port}/gateway/",
            "application": {"id": str(BOT), "flags": 0},
        }
        await self.dispatch("READY", ready)
        await self.dispatch("GUILD_CREATE", guild_json(self._channels))
        self._tell()
        return here

    async def _resumed(self, here: Session, said: Json) -> Session | None:
        session = self.sessions.get(said["session_id"])
        if session is None or said["token"] != TOKEN:
            await here.send({"op": 9, "d": False, "s": None, "t": None})
            return None
        self.resumes += 1
        session.socket, session.deflate = here.socket, here.deflate
        session.transport = here.transport
        for event in session.events[said["seq"] or 0 :]:
            await session.send(event)
        await self.dispatch("RESUMED", {})
        self._tell()
        return session

    async def _live(self) -> Session:
        await self.ready()
        assert self._session is not None
        return self._session
