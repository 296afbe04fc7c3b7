"""What stands between the network and the webhook of the QQ adapter.

The adapter checks signatures, but takes a request again that it took before. And it signs for
anybody whatever stands in a request for validation (op 13), with the same key and in the same
form as events: a stranger could have an event of his own signed. Such requests are answered here,
and only where the token cannot be the body of an event.
"""

import asyncio
import json
import re
import time
from collections.abc import Callable

from loguru import logger
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.platforms.qq.signatures import Seen, Signer

PATH = "/qq/webhook"
MAX_BODY_BYTES = 256 * 1024
AROUND_NOW_SECONDS = 300
_MAX_VALIDATION_BYTES = 4096
_READ_SECONDS = 10.0
_QUIET_SECONDS = 60.0
_PLAIN_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,128}")
_TIMESTAMP = re.compile(r"[0-9]{1,16}")


class Guard:
    """What the door knows: the key of the bot, what came before, whether events can be taken."""

    def __init__(
        self,
        app_id: str,
        secret: str,
        is_open: Callable[[], bool],
        *,
        seen: Seen | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``is_open``: whether the account is signed in; ``clock`` gives seconds since 1970."""
        self.seen = Seen() if seen is None else seen
        self._app_id = app_id
        self._signer = Signer(secret)
        self._is_open = is_open
        self._clock = clock
        self._told: dict[str, float] = {}

    def validation(self, body: bytes) -> Response | None:
        """Answer the request by which QQ finds out whether we know the secret; None for others."""
        asked = _validation(body)
        if asked is None:
            return None
        token, moment = asked.get("plain_token"), asked.get("event_ts")
        if not (isinstance(token, str) and _PLAIN_TOKEN.fullmatch(token)):
            return self.refuse(400, "验证请求的格式不对")
        if not (isinstance(moment, str) and _TIMESTAMP.fullmatch(moment)):
            return self.refuse(400, "验证请求的格式不对")
        logger.info("QQ 验证了回调地址")
        signature = self._signer.sign(f"{moment}{token}".encode())
        return JSONResponse({"plain_token": token, "signature": signature})

    def admit(self, request: Request, body: bytes) -> bytes | Response:
        """Give the signature of an event that may come in, which is now known; else the refusal."""
        if request.headers.get("X-Bot-Appid") != self._app_id:
            return self.refuse(403, "不是这个机器人的 AppID")
        moment = request.headers.get("X-Signature-Timestamp", "")
        given = request.headers.get("X-Signature-Ed25519", "")
        if not _TIMESTAMP.fullmatch(moment):
            return self.refuse(401, "没有签名")
        signature = self._signer.check(given, moment.encode() + body)
        if signature is None:
            return self.refuse(401, "签名不对（检查 AppSecret）")
        now = self._clock()
        if abs(now - int(moment)) > AROUND_NOW_SECONDS:
            return self.refuse(401, "时间差了五分钟以上（检查本机的时钟）")
        if not self._is_open():
            return self.refuse(503, "还没有登录 QQ 开放平台")
        if not self.seen.add(signature, int(moment) + AROUND_NOW_SECONDS, now):
            return self.refuse(409, "这个请求来过了")
        return signature

    def refuse(self, status: int, reason: str) -> Response:
        """Give the answer, and tell the operator once a minute."""
        now = time.monotonic()
        if now - self._told.get(reason, -_QUIET_SECONDS) >= _QUIET_SECONDS:
            self._told[reason] = now
            logger.warning("拒绝了一个 QQ webhook 请求：{}", reason)
        return PlainTextResponse(reason, status)


class Door:
    """ASGI middleware: lets nothing under /qq in but events of QQ that come the first time.

    Without a ``guard`` (the bot has a WebSocket) nothing comes in at all.
    """

    def __init__(self, app: ASGIApp, guard: Guard | None) -> None:
        self._app = app
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not (path == "/qq" or path.startswith("/qq/")):
            await self._app(scope, receive, send)
            return
        if self._guard is None or path.rstrip("/") != PATH or scope["method"] != "POST":
            await PlainTextResponse("没有这个页面", 404)(scope, receive, send)
            return
        await self._take(self._guard, scope, receive, send)

    async def _take(self, guard: Guard, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _read(receive)
        if body is None:
            await guard.refuse(413, "请求太大或太慢")(scope, receive, send)
            return
        answer = guard.validation(body)
        if answer is not None:
            await answer(scope, receive, send)
            return
        admitted = guard.admit(Request(scope), body)
        if isinstance(admitted, Response):
            await admitted(scope, receive, send)
            return

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= 500:
                guard.seen.discard(admitted)  # not taken: QQ may send it again
            await send(message)

        try:
            await self._app(scope, _again(body, receive), watched)
        except Exception:
            guard.seen.discard(admitted)
            raise


def _validation(body: bytes) -> dict[str, object] | None:
    if len(body) > _MAX_VALIDATION_BYTES:
        return None
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(asked, dict) or asked.get("op") != 13:
        return None
    data = asked.get("d")
    return data if isinstance(data, dict) else {}


async def _read(receive: Receive) -> bytes | None:
    """Read the whole body; None when it is too much, too slow or breaks off."""
    body = bytearray()
    try:
        async with asyncio.timeout(_READ_SECONDS):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    return None
                body += message.get("body", b"")
                if len(body) > MAX_BODY_BYTES:
                    return None
                if not message.get("more_body", False):
                    return bytes(body)
    except TimeoutError:
        return None


def _again(body: bytes, receive: Receive) -> Receive:
    """Give the body that was read once more, then what comes after it."""
    given = False

    async def read() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return read
