"""The one connection to WeCom, and having a command carried out over it.

WeCom lets a bot have one connection: a newer one ends the older one with an event.
"""

import asyncio
import contextlib
from collections.abc import Callable

import aiohttp
from loguru import logger

from bot.platforms.supervision import PlatformRefused
from bot.platforms.wecom import frames
from bot.platforms.wecom.frames import Body, Frame
from plugins.messages import DeliveryUncertain, NotSent

REPLACED = (
    "另一个程序用同一个机器人连上了，企业微信断开了这里（一个机器人只能有一个长连接）；"
    "请停掉其中一个。"
)
WRONG_SECRET = (
    "企业微信不认这个机器人（errcode={}），请核对 ASSISTANT408_WECOM__BOT_ID 和 "
    "ASSISTANT408_WECOM__SECRET，并确认后台选的是「长连接」方式。"
)
_CONNECT_SECONDS = 15.0
_CLOSE_SECONDS = 2.0
_MOST_BYTES = 1 << 20
_DOSE = 8
BUSY = frozenset({-1, 45009, 45033, 846607})
"""System busy, called too often, too many at once: the same again later may succeed."""
_TOO_OFTEN = frozenset({45009, 846607})
_NOT_SUBSCRIBED = 846609
"""The platform has forgotten the subscription although the connection is open."""
_EXPIRED = frozenset({846605, 846608})
"""Invalid req_id, stream no longer open: the callback can no longer be answered."""
_FOR_GOOD = {
    40003: "没有这个成员",
    40008: "不支持这种消息",
    60111: "没有这个成员",
    86001: "没有这个会话",
    86003: "机器人不在这个群里",
    93006: "没有这个会话",
}


class NotConnected(NotSent):
    """There is no connection."""


class WriteFailed(NotSent):
    """The connection broke before anything was written."""


class Refused(NotSent):
    """The platform answered that it did not do it."""

    def __init__(self, errcode: int) -> None:
        reason = _FOR_GOOD.get(errcode, "发送太频繁" if errcode in _TOO_OFTEN else "企业微信拒绝了")
        can_retry = errcode not in _FOR_GOOD
        super().__init__(f"{reason}（errcode={errcode}）", can_retry=can_retry)
        self.is_busy = errcode in BUSY
        self.is_expired = errcode in _EXPIRED


class ConnectionLost(DeliveryUncertain):
    """The connection broke after the command was written and before its answer came."""


class Line:
    """Holds the connection, and matches answers to commands."""

    def __init__(
        self, bot_id: str, secret: str, url: str, *, heartbeat_seconds: float, answer_seconds: float
    ) -> None:
        """``answer_seconds``: how long a command waits for its answer."""
        self._bot_id = bot_id
        self._secret = secret
        self._url = url
        self._heartbeat_seconds = heartbeat_seconds
        self._answer_seconds = answer_seconds
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._waiting: dict[str, asyncio.Future[Frame]] = {}
        self._changed = asyncio.Event()

    @property
    def is_up(self) -> bool:
        """Whether commands can be sent now."""
        return self._socket is not None and not self._socket.closed

    async def hold(self, connected: Callable[[], None], take: Callable[[Frame], None]) -> None:
        """Be connected until the connection ends; ``take`` hears every callback.

        Raises PlatformRefused for a wrong secret and when another program took over,
        ConnectionError when the platform does not answer, aiohttp.ClientError when it is not
        reached.
        """
        async with aiohttp.ClientSession() as session:
            async with asyncio.timeout(_CONNECT_SECONDS):
                socket = await session.ws_connect(self._url, max_msg_size=_MOST_BYTES)
            reading = asyncio.create_task(self._read(socket, take))
            try:
                await self._subscribe(socket, reading)
                self._set(socket)
                connected()
                beating = asyncio.create_task(self._beat(socket))
                try:
                    await asyncio.wait({reading, beating}, return_when=asyncio.FIRST_COMPLETED)
                    if beating.done():
                        beating.result()
                    reading.result()
                finally:
                    await _stopped(beating)
            finally:
                self._set(None)
                await _stopped(reading)
                self._lose_answers()
                await self._close(socket)

    async def call(
        self, cmd: str, body: Body, *, req_id: str = "", within_seconds: float = 0.0
    ) -> Body:
        """Have ``cmd`` carried out and give the body of its answer.

        ``req_id`` is that of the callback which it answers, "" for none. Waits at most
        ``within_seconds`` for the connection. Raises NotConnected, WriteFailed, Refused or
        DeliveryUncertain (ConnectionLost).
        """
        socket = await self._get(within_seconds)
        answer = await self._ask(socket, cmd, body, req_id)
        if answer.errcode == _NOT_SUBSCRIBED:
            await self._leave(socket)
            raise WriteFailed("企业微信说这个连接没有登录")
        if answer.errcode:
            raise Refused(answer.errcode)
        return answer.body

    async def _get(self, within_seconds: float) -> aiohttp.ClientWebSocketResponse:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_seconds):
                while not self.is_up:
                    await self._changed.wait()
        if self._socket is None or not self.is_up:
            raise NotConnected("没有连上企业微信")
        return self._socket

    async def _ask(
        self, socket: aiohttp.ClientWebSocketResponse, cmd: str, body: Body | None, req_id: str = ""
    ) -> Frame:
        """Write a frame and give the frame that answers it, whatever it says."""
        req_id = req_id or frames.new_req_id(cmd)
        if req_id in self._waiting:
            raise WriteFailed("同一条消息的上一个回复还没有确认")
        answer = asyncio.get_running_loop().create_future()
        self._waiting[req_id] = answer
        try:
            async with asyncio.timeout(self._answer_seconds):
                try:
                    await socket.send_str(frames.encode(cmd, req_id, body))
                except (aiohttp.ClientError, OSError) as error:
                    if socket is self._socket:
                        self._set(None)  # so that the next try waits for the next connection
                    raise WriteFailed(f"连接刚断开（{type(error).__name__}）") from None
                return await answer
        except TimeoutError:
            raise DeliveryUncertain("没有等到企业微信的确认") from None
        finally:
            self._waiting.pop(req_id, None)
            if not answer.cancel() and not answer.cancelled():
                answer.exception()  # looked at, so that asyncio does not complain of it

    async def _subscribe(
        self, socket: aiohttp.ClientWebSocketResponse, reading: asyncio.Task[None]
    ) -> None:
        body = {"bot_id": self._bot_id, "secret": self._secret}
        asking = asyncio.create_task(self._ask(socket, frames.SUBSCRIBE, body))
        try:
            await asyncio.wait({asking, reading}, return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                reading.result()
                raise ConnectionError("登录时连接被关闭")
            answer = asking.result()
        except (NotSent, DeliveryUncertain) as error:
            raise ConnectionError("登录没有回音") from error
        finally:
            await _stopped(asking)
        if answer.errcode in BUSY:
            raise ConnectionError(f"登录时企业微信繁忙，errcode={answer.errcode}")
        if answer.errcode != 0:
            raise PlatformRefused(WRONG_SECRET.format(answer.errcode))

    async def _beat(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Ask again and again whether the other side is there; ConnectionError when it is not."""
        while True:
            await asyncio.sleep(self._heartbeat_seconds)
            try:
                answer = await self._ask(socket, frames.PING, None)
            except (NotSent, DeliveryUncertain):
                raise ConnectionError("心跳没有回音") from None
            if answer.errcode:
                raise ConnectionError(f"心跳被拒绝，errcode={answer.errcode}")

    async def _read(
        self, socket: aiohttp.ClientWebSocketResponse, take: Callable[[Frame], None]
    ) -> None:
        """Hand on what comes until the connection is closed."""
        garbage = taken = 0
        async for message in socket:
            if message.type is aiohttp.WSMsgType.ERROR:
                raise ConnectionError("连接上来了读不懂的数据")
            frame = frames.decode(message.data) if isinstance(message.data, str) else None
            if frame is None:
                garbage += 1
                if garbage == 1:
                    logger.warning("企业微信发来了看不懂的数据，已忽略")
                continue
            taken += 1
            if taken % _DOSE == 0:  # aiohttp does not pause while frames are waiting
                await asyncio.sleep(0)
            if _says_replaced(frame):
                raise PlatformRefused(REPLACED)
            self._give(frame, take)

    def _give(self, frame: Frame, take: Callable[[Frame], None]) -> None:
        if frame.cmd in (frames.MESSAGE, frames.EVENT):
            try:
                take(frame)
            except Exception:  # noqa: BLE001 - one strange callback must not end the connection
                logger.exception("企业微信的一个回调没有处理好")
            return
        answer = self._waiting.get(frame.req_id)
        if answer is not None and not answer.done() and frame.errcode is not None:
            answer.set_result(frame)

    def _set(self, socket: aiohttp.ClientWebSocketResponse | None) -> None:
        self._socket = socket
        self._changed.set()
        self._changed = asyncio.Event()

    def _lose_answers(self) -> None:
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(ConnectionLost("连接断开，没有等到确认"))

    async def _leave(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Give up a connection that is of no more use; the supervisor makes the next one."""
        if socket is self._socket:
            self._set(None)
        await self._close(socket)

    async def _close(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        with contextlib.suppress(Exception):
            async with asyncio.timeout(_CLOSE_SECONDS):
                await socket.close()


def _says_replaced(frame: Frame) -> bool:
    event = frames.string(frames.part(frame.body, "event"), "eventtype")
    return frame.cmd == frames.EVENT and event == "disconnected_event"


async def _stopped(task: "asyncio.Task[None] | asyncio.Task[Frame]") -> None:
    """Cancel ``task`` and wait for its end; what it raised was looked at before, or is too late."""
    task.cancel()
    await asyncio.wait({task})
    if not task.cancelled():
        task.exception()
