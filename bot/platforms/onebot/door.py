"""What stands between the network and the OneBot adapter."""

import asyncio
import json

from loguru import logger
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_REASONS = {
    "Authorization Header is invalid": "令牌不对（两边的 access_token 应当相同）",
    "Missing Authorization Header": "没有出示令牌（在客户端填上 access_token）",
    "Missing X-Self-ID Header": "没有 X-Self-ID 请求头（不是 OneBot v11 反向 WebSocket 客户端）",
    "Duplicate X-Self-ID": "这个 QQ 号已经有一个连接",
}
_DOSE = 8


class Door:
    """ASGI middleware: closes the adapter's HTTP entrance and tells the operator of refusals.

    The adapter accepts events over HTTP without looking at the access token: anyone who reaches
    the port could speak as any QQ user. We only use the WebSocket, which does check it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/onebot"):
            await PlainTextResponse("请用 WebSocket 连接", 404)(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._app(scope, _in_doses(_readable(receive)), _tell_refusal(send))
        else:
            await self._app(scope, receive, send)


def _readable(receive: Receive) -> Receive:
    """Leave out what is no JSON, for which the adapter would end the connection."""
    told = False

    async def read() -> Message:
        nonlocal told
        while True:
            message = await receive()
            if message["type"] != "websocket.receive" or _is_json(message):
                return message
            if not told:
                told = True
                logger.warning("OneBot 客户端发来了看不懂的数据，已忽略")

    return read


def _is_json(message: Message) -> bool:
    data = message.get("text")
    try:
        json.loads(message.get("bytes") or b"" if data is None else data)
    except (ValueError, RecursionError):
        return False
    return True


def _in_doses(receive: Receive) -> Receive:
    """Let other tasks run after every few frames.

    The adapter starts a task for each event and never pauses while frames are waiting, so that
    thousands of half-handled events would pile up (33 kB each). Pausing after every single frame
    would be too much: confirmations of what we sent stand in line behind the events, and came
    after ``api_timeout_seconds`` when 2000 people wrote at once.
    """
    taken = 0

    async def dosed() -> Message:
        nonlocal taken
        taken += 1
        if taken % _DOSE == 0:
            await asyncio.sleep(0)
        return await receive()

    return dosed


def _tell_refusal(send: Send) -> Send:
    """Log a connection that is closed before it was accepted."""
    accepted = False

    async def watched(message: Message) -> None:
        nonlocal accepted
        if message["type"] == "websocket.accept":
            accepted = True
        elif message["type"] == "websocket.close" and not accepted:
            reason = str(message.get("reason") or "地址不对")
            logger.warning("拒绝了一个 OneBot 连接：{}", _REASONS.get(reason, reason))
        await send(message)

    return watched
