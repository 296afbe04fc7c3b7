"""QQ's own bot platform on loopback: tokens, the message API, the webhook's sender, the gateway.

with QqServer() as qq:
    with start(SERVE, log, qq.settings(data_dir), ready=LISTENS) as bot:
        qq.webhook = bot.url + "/qq/webhook"
        sent = qq.in_group("什么是死锁")
        assert "死锁" in qq.next_message().text

It holds the bot to QQ's rules: a valid token, five messages in answer to one (four in private),
each with a number of its own, and none unasked but where ``pushable`` allows it. It runs in a
thread of its own.
"""

import asyncio
import base64
import itertools
import json
import queue
import secrets
import threading
import time
import urllib.error
import urllib.request
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

APP_ID = "102000001"
SECRET = "DG5g3B4j9X2KOErG"
GROUP = "G-20001"
PERSON = "M-30001"
DROP = "drop"
"""In ``answers``: take the message and close the connection without a word."""
STALL = "stall"
"""In ``answers``: take the message and answer nothing until the end."""

_ids = itertools.count(1000)


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


class QqServer:
    """The platform; ``answers`` are what the next sends get instead of success.

    Each of them is (HTTP status, body, headers), ``DROP`` or ``STALL``.
    """

    def __init__(self, *, secret: str = SECRET) -> None:
        self.secret = secret
        self.webhook = ""
        self.pushable: set[str] = set()
        self.answers: deque[Any] = deque()
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
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._ready = threading.Event()
        self._end = asyncio.Event()
        self.port = 0

    # What a test does

    def __enter__(self) -> "QqServer":
        self._thread.start()
        assert self._ready.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(20)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def settings(self, data_dir: Any, **more: str) -> dict[str, str]:
        """Give the environment of the bot; names of ``more`` without prefix."""
        given = {
            "DATA_DIR": str(data_dir),
            "HTTP__PORT": "0",
            "PLATFORMS": "qq",
            "QQ__APP_ID": APP_ID,
            "QQ__SECRET": SECRET,
            "QQ__API_BASE": f"{self.url}/",
            "QQ__AUTH_BASE": f"{self.url}/app/getAppAccessToken",
            "LIMITS__USER_PER_MINUTE": "1000",
            "RECONNECT__FIRST_SECONDS": "0.05",
            "RECONNECT__MOST_SECONDS": "0.2",
            "RECONNECT__REFUSED_SECONDS": "0.5",
        } | more
        return {f"ASSISTANT408_{name}": value for name, value in given.items()}

    def in_group(self, words: str, *, group: str = GROUP, user: str = PERSON, **fields: Any) -> str:
        """Have a member mention the bot; the id of the message. QQ leaves a space before it."""
        author = {"id": user, "member_openid": user, "bot": False, "member_role": "member"}
        return self.message(
            "GROUP_AT_MESSAGE_CREATE",
            {"author": author, "group_id": group, "group_openid": group, "content": f" {words}"}
            | fields,
        )

    def in_private(self, words: str, *, user: str = PERSON, **fields: Any) -> str:
        """Have a person write to the bot; the id of the message."""
        author = {"id": user, "user_openid": user}
        return self.message("C2C_MESSAGE_CREATE", {"author": author, "content": words} | fields)

    def message(self, kind: str, data: dict[str, Any]) -> str:
        """Give a message to the bot, which must take it."""
        number = data.setdefault("id", f"ROBOT1.0_{next(_ids)}")
        assert self.event(kind, {"timestamp": "2026-11-27T19:00:00+08:00"} | data) == 200
        return number

    def press(self, sent: Sent, label: str, *, user: str = PERSON) -> str:
        """Press a button; the id of the event that a reply must name."""
        where = {"chat_type": 2, "scene": "c2c", "user_openid": user}
        if sent.is_group:
            where = {"chat_type": 1, "scene": "group", "group_openid": sent.openid}
            where["group_member_openid"] = user
        number = f"interaction-{next(_ids)}"
        resolved = {"button_id": "0", "button_data": sent.buttons[label]}
        data = {"id": number, "type": 11, "version": 1, "timestamp": "2026-11-27T19:00:00+08:00"}
        data |= where | {"application_id": APP_ID, "data": {"type": 11, "resolved": resolved}}
        event = f"INTERACTION_CREATE:{number}"
        assert self.event("INTERACTION_CREATE", data, event_id=event) == 200
        return event

    def event(self, kind: str, data: dict[str, Any], event_id: str = "") -> int:
        """Give an event to the bot by whatever it listens on; the status of its answer."""
        payload = {"op": 0, "id": event_id or f"{kind}:{next(_ids)}", "t": kind, "d": data}
        if self.webhook:
            return self.post(*self.signed(json.dumps(payload).encode()))
        self._soon(self._push(payload))
        return 200

    def signed(
        self, body: bytes, *, at: float | None = None, app_id: str = APP_ID
    ) -> tuple[bytes, dict[str, str]]:
        """Give a body with the headers that QQ adds."""
        moment = str(int(time.time() if at is None else at))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "QQBot-Callback",
            "X-Bot-Appid": app_id,
            "X-Signature-Method": "Ed25519",
            "X-Signature-Timestamp": moment,
            "X-Signature-Ed25519": sign(SECRET, moment.encode() + body),
        }
        return body, headers

    def post(self, body: bytes, headers: dict[str, str], path: str = "") -> int:
        """Post to the webhook; the status."""
        return self.ask(body, headers, path)[0]

    def ask(self, body: bytes, headers: dict[str, str], path: str = "") -> tuple[int, bytes]:
        """Post to the webhook; status and body."""
        request = urllib.request.Request(self.webhook + path, body, headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=15) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read()

    def next_message(self, seconds: float = 15) -> Sent:
        """Wait for the next message of the bot; queue.Empty when none comes."""
        return self.messages.get(timeout=seconds)

    def answers_to(
        self, number: str, count: int = 0, *, seconds: float = 20, quiet: float = 0.6
    ) -> list[Sent]:
        """Wait for ``count`` answers to a message or event; 0: until none comes in ``quiet`` s."""
        found = [self.first(lambda sent: sent.answers == number, seconds)]
        while len(found) != count:
            patience = seconds if count else quiet
            try:
                found.append(self.first(lambda sent: sent.answers == number, patience))
            except queue.Empty:
                if count:
                    raise
                return found
        return found

    def first(self, fits: Callable[[Sent], bool], seconds: float = 15) -> Sent:
        """Wait for a message that ``fits``; the others stay for later."""
        deadline = time.monotonic() + seconds
        others: list[Sent] = []
        try:
            while True:
                sent = self.messages.get(timeout=max(0.001, deadline - time.monotonic()))
                if fits(sent):
                    return sent
                others.append(sent)
        finally:
            for sent in others:
                self.messages.put(sent)

    def is_silent(self, seconds: float = 0.8) -> bool:
        """Whether the bot sends nothing for so long."""
        try:
            self.next_message(seconds)
        except queue.Empty:
            return True
        return False

    def revoke_tokens(self) -> None:
        """Let no token given so far be valid."""
        self._valid.clear()

    def forget_session(self) -> None:
        """Let the session of the bot end, as after half an hour away."""
        self._session = ""

    def disconnect(self, code: int = 4009) -> None:
        """Close the bot's WebSocket."""
        self._soon(self._disconnect(code))

    def raw(self, frame: str | bytes) -> None:
        """Send a frame to the bot's WebSocket as it is."""
        self._soon(self._raw(frame))

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
        number = next(_ids)
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

    async def _disconnect(self, code: int) -> None:
        socket, self._socket = self._socket, None
        if socket is not None:
            await socket.close(code=code)


def sign(secret: str, message: bytes) -> str:
    """Sign as QQ does."""
    seed = (secret * 32).encode()[:32]
    return Ed25519PrivateKey.from_private_bytes(seed).sign(message).hex()
