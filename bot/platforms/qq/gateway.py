"""The WebSocket of QQ: hello, identify or resume, heartbeats, events until it ends.

https://bot.q.qq.com/wiki/develop/api-v2/dev-prepare/interface-framework/event-emit.html
"""

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Any

from nonebot.adapters.qq import Bot
from nonebot.adapters.qq.event import ReadyEvent
from nonebot.adapters.qq.models import Dispatch, Hello, InvalidSession, Reconnect
from nonebot.drivers import Request, Timeout, WebSocket
from nonebot.exception import WebSocketClosed
from pydantic import ValidationError
from yarl import URL

from bot.platforms.qq.adapter import QqAdapter, QqBot
from bot.platforms.supervision import PlatformRefused

MESSAGES = 1 << 25
"""The intent for messages of groups and persons."""
BUTTONS = 1 << 26
"""The intent for interactions; who may not have it is refused altogether."""
_GREETING_SECONDS = 20.0
_SEND_SECONDS = 10.0
_MISSED_HEARTBEATS = 2.5
_NEW_SESSION = frozenset({4006, 4007, *range(4900, 4914)})
_REFUSALS = {
    4010: "QQ 拒绝了连接：分片不对",
    4013: "QQ 拒绝了连接：订阅的事件不对",
    4014: "这个机器人没有群聊和单聊消息的权限，请在 QQ 开放平台申请",
    4914: "这个机器人已下架，只能连沙箱环境（打开 ASSISTANT408_QQ__SANDBOX）",
    4915: "这个机器人已被 QQ 封禁",
}


async def hold(
    adapter: QqAdapter, bot: QqBot, url: str, intents: int, connected: Callable[[], None]
) -> None:
    """Hold a connection until QQ ends it; the next one continues where it stopped.

    Returns when QQ wants a new connection; raises PlatformRefused, or what broke it.
    """
    request = Request("GET", URL(url), timeout=Timeout(read=None, close=2.0))
    try:
        async with asyncio.timeout(_GREETING_SECONDS) as patience:
            async with adapter.websocket(request) as socket:
                interval = await _greet(adapter, bot, socket, intents)
                patience.reschedule(None)
                beating = asyncio.create_task(_beat(bot, socket, interval))
                try:
                    connected()
                    await _listen(adapter, bot, socket, interval * _MISSED_HEARTBEATS)
                finally:
                    beating.cancel()
                    await asyncio.wait([beating])
    except WebSocketClosed as closed:
        if closed.code in _REFUSALS:
            raise PlatformRefused(_REFUSALS[closed.code]) from None
        if closed.code in _NEW_SESSION:
            bot.reset()
        raise ConnectionError(f"代码 {closed.code}") from None
    except TimeoutError:
        raise ConnectionError("QQ 没有动静") from None


async def _greet(adapter: QqAdapter, bot: QqBot, socket: WebSocket, intents: int) -> float:
    """Say who we are; the seconds between heartbeats."""
    hello = await adapter.receive_payload(bot, socket)
    if not isinstance(hello, Hello):
        raise ConnectionError("QQ 的网关没有打招呼")
    token = (await bot.get_authorization_header())["Authorization"]
    if bot.ready:
        session = {"token": token, "session_id": bot.session_id, "seq": _sequence(bot)}
        await _send(socket, 6, session)
    else:
        properties = {"$os": sys.platform, "$sdk": "assistant408"}
        identity = {"token": token, "intents": intents, "shard": [0, 1], "properties": properties}
        await _send(socket, 2, identity)
        await _await_ready(adapter, bot, socket)
    return max(1.0, hello.data.heartbeat_interval / 1000)


async def _await_ready(adapter: QqAdapter, bot: QqBot, socket: WebSocket) -> None:
    payload = await adapter.receive_payload(bot, socket)
    event = adapter.payload_to_event(payload) if isinstance(payload, Dispatch) else None
    if not isinstance(event, ReadyEvent):
        raise ConnectionError("QQ 的网关没有接受登录")
    bot.on_ready(event)


async def _listen(adapter: QqAdapter, bot: QqBot, socket: WebSocket, patience: float) -> None:
    """Hand over events; TimeoutError when not even a heartbeat is answered for ``patience`` s."""
    while True:
        async with asyncio.timeout(patience):
            frame = await socket.receive()
        try:
            payload = adapter.data_to_payload(bot, frame)
        except ValidationError:
            continue
        if isinstance(payload, Dispatch):
            adapter.dispatch_event(bot, payload)
            # Each starts a task: they must not pile up behind waiting frames.
            await asyncio.sleep(0)
        elif isinstance(payload, InvalidSession):
            bot.reset()
            return
        elif isinstance(payload, Reconnect):
            return


async def _beat(bot: QqBot, socket: WebSocket, seconds: float) -> None:
    """Send heartbeats; ends when they cannot be sent, which the listener notices."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await _send(socket, 1, _sequence(bot))
        except Exception:  # noqa: BLE001 - whatever it is, no answer will come
            return


def _sequence(bot: Bot) -> int | None:
    """The number of the latest event; None before the first."""
    try:
        return bot.sequence
    except RuntimeError:
        return None


async def _send(socket: WebSocket, opcode: int, data: Any) -> None:
    async with asyncio.timeout(_SEND_SECONDS):
        await socket.send(json.dumps({"op": opcode, "d": data}))
