"""The address that WeChat calls: what is let in, and what a call is answered with."""

import asyncio
import time

from loguru import logger
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from bot.platforms.downloads import Downloads
from bot.platforms.ports import Clock
from bot.platforms.wechat.answers import Image, Text
from bot.platforms.wechat.codec import Fields, NotAnEvent, decode, person_of
from bot.platforms.wechat.conversing import Conversing, Said
from bot.platforms.wechat.sealing import Seal
from bot.platforms.wechat.signing import Gate, Stamp, Unsigned
from bot.platforms.wechat.wire import NotXml, image_xml, parse, text_xml

MAX_BODY_BYTES = 64 * 1024
_READING_SECONDS = 3.0
_MOST_ECHO_CHARS = 256
_LOG_SECONDS = 60.0
_NOTHING = "success"
_PLAIN_HEADERS = {"X-Content-Type-Options": "nosniff"}


class _TooLarge(Exception):
    """The body is larger than WeChat's ever are."""


class Callback:
    """Answers GET (is it really you?) and POST (a message or event)."""

    def __init__(
        self,
        token: str,
        seal: Seal | None,
        conversing: Conversing,
        downloads: Downloads,
        clock: Clock,
    ) -> None:
        """``seal`` None: the plain mode."""
        self._gate = Gate(token, clock)
        self._seal = seal
        self._conversing = conversing
        self._downloads = downloads
        self._clock = clock
        self._refusals = _Refusals()

    async def __call__(self, request: Request) -> Response:
        stamp = Stamp.of(request.query_params)
        try:
            self._gate.admit(stamp)
            if request.method != "POST":
                echo = request.query_params.get("echostr", "")[:_MOST_ECHO_CHARS]
                return _plain(echo)
            async with asyncio.timeout(_READING_SECONDS):
                body = await _read(request)
            if self._seal is None:  # else the body has a signature of its own
                self._gate.take(stamp, body)
            return await self._answer(body, stamp)
        except Unsigned as reason:
            return self._refuse(403, str(reason))
        except _TooLarge:
            return self._refuse(413, "内容超过 64 kB")
        except (NotXml, NotAnEvent):
            return self._refuse(400, "内容不是微信的消息")
        except (TimeoutError, ClientDisconnect):
            return self._refuse(408, "内容没有传完")

    async def _answer(self, body: bytes, stamp: Stamp) -> Response:
        fields = self._opened(parse(body), stamp)
        said = await self._say(fields)
        if said is None:
            return _plain(_NOTHING)
        xml = _written(fields, int(self._clock().timestamp()), said)
        if self._seal is not None:
            xml = self._seal.close(xml, stamp)
        return Response(xml, media_type="application/xml")

    def _opened(self, outer: Fields, stamp: Stamp) -> Fields:
        """Give the fields of the message; raises Unsigned.

        With a key only what is encrypted counts: in the compatible mode the same call carries an
        unsigned copy. Without one, that copy is all that can be read.
        """
        encrypted = outer.get("Encrypt", "")
        if self._seal is not None:
            if not encrypted:
                raise Unsigned("内容没有加密（后台是明文模式？那就清空 AES_KEY）")
            return parse(self._seal.open(encrypted, stamp))
        if encrypted and "FromUserName" not in outer:
            raise Unsigned("内容是加密的（后台是安全模式？请设置 ASSISTANT408_WECHAT__AES_KEY）")
        return outer

    async def _say(self, fields: Fields) -> Said:
        openid = person_of(fields)
        if fields.get("MsgType") == "event" and fields.get("Event", "").lower() == "unsubscribe":
            self._conversing.gone(openid)
            return None
        heard = decode(fields, self._clock(), self._downloads)
        if heard is None:
            return None
        return Text(heard) if isinstance(heard, str) else await self._conversing.hear(heard)

    def _refuse(self, status: int, reason: str) -> Response:
        self._refusals.note(status, reason)
        return _plain("拒绝", status)


class _Refusals:
    """Logs each reason at most once a minute: anybody can call."""

    def __init__(self) -> None:
        self._logged: dict[str, float] = {}

    def note(self, status: int, reason: str) -> None:
        now = time.monotonic()
        if now - self._logged.get(reason, -_LOG_SECONDS) >= _LOG_SECONDS:
            self._logged[reason] = now
            logger.warning("拒绝了一个公众号回调（{}）：{}", status, reason)


async def _read(request: Request) -> bytes:
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:12]) > MAX_BODY_BYTES:
        raise _TooLarge
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise _TooLarge
    return bytes(body)


def _written(fields: Fields, at_seconds: int, said: Text | Image) -> str:
    to, by = fields["FromUserName"], fields["ToUserName"]
    if isinstance(said, Image):
        return image_xml(to, by, at_seconds, said.media_id)
    return text_xml(to, by, at_seconds, said.text)


def _plain(text: str, status: int = 200) -> Response:
    return PlainTextResponse(text, status, headers=_PLAIN_HEADERS)
