"""What a QQ bot meets on loopback: tokens, the message API, the gateway, and QQ's rules.

A valid token, five messages in answer to one (four in private), each with a number of its own, and
none unasked but where ``pushable`` allows it. It runs in a thread of its own.
"""

import asyncio
import base64
import itertools
import json
import queue
import secrets
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import WSMsgType, web

APP_ID = "102000001"
SECRET = "DG5g3B4j9X2KOErG"
DROP = "drop"
"""In ``answers``: take the message and close the connection without a word."""
STALL = "stall"
"""In ``answers``: take the message and answer nothing until the end."""

numbers = itertools.count(1000)


@dataclass(frozen=True)
class Sent:
    """One message that the bot sent; ``answers`` is what it named: a message, an event, or ""."""

    id: str
    index: str
    openid: str
    is_group: bool
    body: dict[str, Any]
    picture: bytes | None = None
    file: tuple[str, bytes] | None = None
    at: float = field(default_factory=time.monotonic)

    @property
    def text(self) -> str:
        markdown = self.body.get("markdown") or {}
        return str(self.body.get("content") or markdown.get("content") or "").strip()

    @property
    def quotes(self) -> str:
        """The index of the message that this one quotes."""
        return str((self.body.get("message_reference") or {}).get("message_id") or "")

    @property
    def answers(self) -> str:
        return str(self.body.get("msg_id") or self.body.get("event_id") or "")

    @property
    def buttons(self) -> dict[str, str]:
        """What is written on each button, with its data."""
        rows = ((self.body.get("keyboard") or {}).get("content") or {}).get("rows") or []
        buttons = [button for row in rows for button in row["buttons"]]
        return {button["render_data"]["label"]: button["action"]["data"] for button in buttons}


class QqApi:
    """The platform; ``answers`` are what the next sends get instead of success.

    Each of them is (HTTP status, body, headers), ``DROP`` or ``STALL``; ``asked_at`` holds when
    those came that got one (seconds of time.monotonic). ``token_answers`` are the same for tokens.
    """

    def __init__(self, *, secret: str = SECRET) -> None:
        self.secret = secret
        self.pushable: set[str] = set()
        self.answers: deque[Any] = deque()
        self.asked_at: list[float] = []
        self.token_answers: deque[Any] = deque()
        self.refused_kinds: dict[int, int] = {}
        self.downloads: dict[str, bytes] = {}
        self.acknowledged: queue.Queue[str] = queue.Queue()
        self.messages: queue.Queue[Sent] = queue.Queue()
        self.refusals: list[int] = []
        self.connections: queue.Queue[str] = queue.Queue()
        self.close_at_once = 0
        self.muted = False
        self.intents = 0
        self.token_seconds = 7200
        self.unauthorized = 0
        self.tokens: set[str] = set()
        self._valid: set[str] = set()
        self._counts: Counter[str] = Counter()
        self._numbers: set[tuple[str, int]] = set()
        self._uploads: dict[str, tuple[int, bytes, str]] = {}
        self._session = ""
        self._sequence = 0
        self._missed: list[dict[str, Any]] = []
        self._socket: web.WebSocketResponse | None = None
        self._wire: asyncio.WriteTransport | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._ready = threading.Event()
        self._end = asyncio.Event()
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(20)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # What the bot meets

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        app = web.Application(client_max_size=32 << 20)
        app.router.add_post("/app/getAppAccessToken", self._token)
        app.router.add_get("/users/@me", self._me)
        app.router.add_get("/gateway/bot", self._gateway)
        app.router.add_get("/websocket", self._websocket)
        app.router.add_get("/picture/{name}", self._picture)
        app.router.add_put("/interactions/{id}", self._interaction)
        app.router.add_post("/v2/{kind}/{openid}/messages", self._message)
        app.router.add_post("/v2/{kind}/{openid}/files", self._file)
        runner = web.AppRunner(app, shutdown_timeout=0.5)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.port = runner.addresses[0][1]
        self._ready.set()
        await self._end.wait()
        await self._disconnect(1001)
        await runner.cleanup()

    def _soon(self, work: Any) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(15)

    async def _token(self, request: web.Request) -> web.Response:
        if self.token_answers:
            status, said, headers = self.token_answers.popleft()
            return web.json_response(said, status=status, headers=headers)
        asked = await request.json()
        if asked != {"appId": APP_ID, "clientSecret": self.secret}:
            return web.json_response({"code": 100016, "message": "invalid appid or secret"})
        token = secrets.token_urlsafe(16)
        self.tokens.add(token)
        self._valid.add(token)
        return web.json_response({"access_token": token, "expires_in": str(self.token_seconds)})

    def _stranger(self, request: web.Request) -> web.Response | None:
        """Refuse who has no valid token."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind == "QQBot" and token in self._valid:
            return None
        self.unauthorized += 1
        return web.json_response({"code": 11244, "message": "TOKEN_EXPIRED"}, status=401)

    async def _me(self, request: web.Request) -> web.Response:
        user = {"id": "1", "username": "408 助手", "bot": True}
        return self._stranger(request) or web.json_response(user)

    async def _picture(self, request: web.Request) -> web.Response:
        found = self.downloads[request.match_info["name"]]
        return web.Response(body=found, content_type="image/png")

    async def _interaction(self, request: web.Request) -> web.Response:
        if (refused := self._stranger(request)) is not None:
            return refused
        assert await request.json() == {"code": 0}
        self.acknowledged.put(request.match_info["id"])
        return web.json_response({})

    async def _file(self, request: web.Request) -> web.Response:
        if (refused := self._stranger(request)) is not None:
            return refused
        body = await request.json()
        kind = body["file_type"]
        assert body["srv_send_msg"] is False
        if kind in self.refused_kinds:
            return web.json_response({"code": self.refused_kinds[kind]}, status=400)
        info = secrets.token_urlsafe(12)
        data = base64.b64decode(body["file_data"], validate=True)
        self._uploads[info] = kind, data, body.get("file_name", "")
        return web.json_response({"file_uuid": "u", "file_info": info, "ttl": 600})

    async def _message(self, request: web.Request) -> web.StreamResponse:
        if (refused := self._stranger(request)) is not None:
            return refused
        body = await request.json()
        answer = self.answers.popleft() if self.answers else None
        if isinstance(answer, tuple):
            self.asked_at.append(time.monotonic())
            status, said, headers = answer
            return web.json_response(said, status=status, headers=headers)
        openid, is_group = request.match_info["openid"], request.match_info["kind"] == "groups"
        code = self._against_the_rules(openid, body, 5 if is_group else 4)
        if code:
            self.refusals.append(code)
            return web.json_response({"code": code, "message": "no"}, status=400)
        sent = self._accept(openid, body, is_group=is_group)
        if answer is not None:
            if answer == STALL:
                await self._end.wait()
            assert request.transport is not None
            request.transport.close()
        said = {"id": sent.id, "timestamp": "2026-11-27T19:00:01+08:00"}
        return web.json_response(said | {"ext_info": {"ref_idx": sent.index}})

    def _against_the_rules(self, openid: str, body: dict[str, Any], most: int) -> int:
        """Give QQ's code for what is wrong with a message; 0 for nothing."""
        named = str(body.get("msg_id") or body.get("event_id") or "")
        if not named:
            return 0 if openid in self.pushable else 40034102
        if (named, body["msg_seq"]) in self._numbers:
            return 40054005
        if body["msg_type"] == 7 and not body.get("content"):
            return 40034001
        return 40034128 if self._counts[named] >= most else 0

    def _accept(self, openid: str, body: dict[str, Any], *, is_group: bool) -> Sent:
        named = str(body.get("msg_id") or body.get("event_id") or "")
        if named:
            self._numbers.add((named, body["msg_seq"]))
            self._counts[named] += 1
        number = next(numbers)
        picture = file = None
        if body["msg_type"] == 7:
            kind, data, name = self._uploads[body["media"]["file_info"]]
            picture, file = (data, None) if kind == 1 else (None, (name, data))
        sent = Sent(f"ROBOT1.0_{number}", f"REFIDX_{number}", openid, is_group, body, picture, file)
        self.messages.put(sent)
        return sent

    # The gateway

    async def _gateway(self, request: web.Request) -> web.Response:
        limit = {"total": 1000, "remaining": 999, "reset_after": 1000, "max_concurrency": 1}
        found = {"url": f"ws://127.0.0.1:{self.port}/websocket", "shards": 1}
        return self._stranger(request) or web.json_response(found | {"session_start_limit": limit})

    async def _websocket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._wire = request.transport
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": 1000}})
        async for frame in socket:
            if frame.type != WSMsgType.TEXT:
                break
            payload = json.loads(frame.data)
            if payload["op"] == 1:
                if not self.muted:
                    await socket.send_json({"op": 11})
            elif payload["op"] in (2, 6):
                await self._greeted(socket, payload)
        return socket

    async def _greeted(self, socket: web.WebSocketResponse, payload: dict[str, Any]) -> None:
        data = payload["d"]
        if data["token"].removeprefix("QQBot ") not in self._valid:
            await socket.close(code=4004)
            return
        if payload["op"] == 6 and data["session_id"] != self._session:
            await socket.send_json({"op": 9, "d": False})
            return
        self._socket = socket
        if payload["op"] == 2:
            self.intents = data["intents"]
            self._session, self._sequence = secrets.token_hex(8), 1
            user = {"id": "1", "username": "408 助手", "bot": True}
            ready = {"version": 1, "session_id": self._session, "user": user, "shard": [0, 1]}
            await socket.send_json({"op": 0, "s": 1, "t": "READY", "d": ready})
        missed, self._missed = self._missed, []
        for event in missed:
            await self._push(event)
        self.connections.put("resumed" if payload["op"] == 6 else "identified")
        if self.close_at_once:
            self.close_at_once -= 1
            await self._disconnect(4009)

    async def _push(self, payload: dict[str, Any]) -> None:
        """Send an event; kept for later where nobody is connected."""
        if self._socket is None or self._socket.closed:
            self._missed.append(payload)
            return
        self._sequence += 1
        await self._socket.send_json(payload | {"s": self._sequence})

    async def _raw(self, frame: str | bytes) -> None:
        assert self._socket is not None
        send = self._socket.send_str if isinstance(frame, str) else self._socket.send_bytes
        await send(frame)  # pyright: ignore[reportArgumentType]

    async def _break_off(self, beginning: bytes) -> None:
        """Send the beginning of a frame and let the connection die."""
        assert self._wire is not None
        self._socket = None
        self._wire.write(beginning)
        await asyncio.sleep(0.1)
        self._wire.abort()

    async def _disconnect(self, code: int) -> None:
        socket, self._socket = self._socket, None
        if socket is not None:
            await socket.close(code=code)
