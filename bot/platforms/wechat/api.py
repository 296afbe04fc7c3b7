"""WeChat's own API: the access token, customer-service messages, pictures that go with them.

NotSent
├─ Refused            WeChat answered with an errcode
└─ (plain)            not reached, or no access token
DeliveryUncertain     written, and no answer came

The app secret goes in a body and no error text of the library is passed on: addresses hold tokens.
"""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import aiohttp

from plugins.messages import DeliveryUncertain, NotSent

_RENEWED_BEFORE_SECONDS = 300.0
_PAUSE_SECONDS = 60.0
_UNAUTHORIZED_SECONDS = 3600.0
_TIMEOUT = aiohttp.ClientTimeout(total=10.0, sock_connect=4.0)
_MOST_BYTES = 64_000

_STALE_TOKEN = frozenset({40001, 40014, 42001})
_BUSY = -1
_UNAUTHORIZED = 48001

_REASONS = {
    -1: ("微信系统繁忙", True),
    40001: ("访问令牌不被接受", True),
    40003: ("这个 openid 不属于本公众号", False),
    40013: ("AppID 不对", False),
    40014: ("访问令牌不被接受", True),
    40125: ("AppSecret 不对", False),
    40164: ("服务器的 IP 不在公众号后台的 IP 白名单里", True),
    40243: ("AppSecret 已被冻结，请到公众号后台解冻", True),
    42001: ("访问令牌过期", True),
    43004: ("对方没有关注公众号", False),
    45002: ("内容太长", False),
    45009: ("今天的接口次数用完了", True),
    45011: ("调用太频繁", True),
    45015: ("对方超过 48 小时没有来信", False),
    45047: ("对方来信之后能发的条数用完了", False),
    48001: ("公众号没有这个接口的权限（未认证？）", False),
    50002: ("接口被限制（账号异常？）", True),
}
"""By errcode: the reason, and whether trying again later makes sense."""


class Refused(NotSent):
    """WeChat answered that it did not do it."""

    def __init__(self, code: int) -> None:
        reason, can_retry = _REASONS.get(code, ("微信拒绝了", True))
        super().__init__(f"{reason}（errcode={code}）", can_retry=can_retry)
        self.code = code


@dataclass(frozen=True, slots=True)
class _Token:
    value: str
    until: float


class Api:
    """Calls WeChat with an access token that it renews before its end, one request at a time."""

    def __init__(self, base: str, app_id: str, app_secret: str) -> None:
        self.problem = ""
        self._base = base.rstrip("/")
        self._app_id = app_id
        self._app_secret = app_secret
        self._token: _Token | None = None
        self._renewing = asyncio.Lock()
        self._pause: tuple[float, NotSent] | None = None
        self._unauthorized_until = 0.0

    @property
    def may_send(self) -> bool:
        """Whether customer-service messages are worth a try now."""
        now = asyncio.get_running_loop().time()
        paused = self._pause is not None and now < self._pause[0]
        return now >= self._unauthorized_until and not paused

    async def check(self) -> None:
        """Get an access token; raises NotSent."""
        await self._access_token()

    async def send_text(self, openid: str, text: str) -> None:
        """Send a customer-service message; raises NotSent or DeliveryUncertain."""
        await self._send({"touser": openid, "msgtype": "text", "text": {"content": text}})

    async def send_image(self, openid: str, media_id: str) -> None:
        """Send an uploaded picture; raises NotSent or DeliveryUncertain."""
        await self._send({"touser": openid, "msgtype": "image", "image": {"media_id": media_id}})

    async def upload_image(self, png: bytes) -> str:
        """Upload a picture, which WeChat keeps for three days; its media id.

        Raises NotSent or DeliveryUncertain.
        """

        def form() -> aiohttp.FormData:
            data = aiohttp.FormData()
            data.add_field("media", png, filename="card.png", content_type="image/png")
            return data

        answer = await self._call("/cgi-bin/media/upload", form, type="image")
        media_id = answer.get("media_id")
        if not isinstance(media_id, str) or not media_id:
            raise NotSent("微信没有给出图片的编号")
        return media_id

    async def _send(self, message: dict[str, Any]) -> None:
        # As UTF-8: WeChat shows "\\u4f60" as it stands.
        body = json.dumps(message, ensure_ascii=False).encode()
        await self._call("/cgi-bin/message/custom/send", lambda: body)

    async def _call(self, path: str, body: Any, **query: str) -> dict[str, Any]:
        """Call, and take note where the account may not."""
        try:
            return await self._twice(path, body, **query)
        except Refused as refused:
            if refused.code == _UNAUTHORIZED:
                self.problem = str(refused)
                now = asyncio.get_running_loop().time()
                self._unauthorized_until = now + _UNAUTHORIZED_SECONDS
            raise

    async def _twice(self, path: str, body: Any, **query: str) -> dict[str, Any]:
        """Call with a token; once more with a new one when it is stale, or when WeChat is busy."""
        token = await self._access_token()
        try:
            return await self._post(path, body(), access_token=token, **query)
        except Refused as refused:
            if refused.code in _STALE_TOKEN:
                token = await self._access_token(refused=token)
            elif refused.code != _BUSY:
                raise
        return await self._post(path, body(), access_token=token, **query)

    async def _access_token(self, refused: str = "") -> str:
        """Give a token other than ``refused``; raises NotSent, and the same again for a minute."""
        async with self._renewing:
            now = asyncio.get_running_loop().time()
            held = self._token
            if held is not None and held.value != refused and now < held.until:
                return held.value
            if self._pause is not None and now < self._pause[0]:
                raise NotSent(str(self._pause[1]))
            try:
                held = await self._new_token(now, force=False)
                if held.value == refused:
                    held = await self._new_token(now, force=True)
            except (NotSent, DeliveryUncertain) as error:
                failure = NotSent(f"拿不到访问令牌：{error}")
                self.problem = str(failure)
                self._pause = (now + _PAUSE_SECONDS, failure)
                raise failure from None
            self._token, self._pause, self.problem = held, None, ""
            return held.value

    async def _new_token(self, now: float, *, force: bool) -> _Token:
        asked = {
            "grant_type": "client_credential",
            "appid": self._app_id,
            "secret": self._app_secret,
            "force_refresh": force,
        }
        answer = await self._post("/cgi-bin/stable_token", json.dumps(asked).encode())
        value, lasts = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(value, str) or not value or not isinstance(lasts, int):
            raise NotSent("微信的回答里没有访问令牌")
        return _Token(value, now + lasts - min(_RENEWED_BEFORE_SECONDS, lasts / 2))

    async def _post(self, path: str, body: Any, **query: str) -> dict[str, Any]:
        try:
            async with (
                aiohttp.ClientSession(
                    timeout=_TIMEOUT, cookie_jar=aiohttp.DummyCookieJar()
                ) as session,
                session.post(
                    self._base + path, data=body, params=query, allow_redirects=False
                ) as response,
            ):
                data = await _read(response)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            raise NotSent("连不上微信的接口") from None
        except TimeoutError:
            raise DeliveryUncertain("微信的接口没有在 10 秒内回答") from None
        except (aiohttp.ClientError, OSError) as error:
            raise DeliveryUncertain(f"微信的接口没有回答（{type(error).__name__}）") from None
        return _understood(response.status, data)


async def _read(response: aiohttp.ClientResponse) -> bytes:
    data = bytearray()
    async for chunk in response.content.iter_any():
        data += chunk
        if len(data) > _MOST_BYTES:
            break
    return bytes(data)


def _understood(status: int, data: bytes) -> dict[str, Any]:
    """Read the JSON; raises Refused, or NotSent when it is something else."""
    try:
        answer: Any = json.loads(data)
    except ValueError:
        raise NotSent(f"看不懂微信的接口的回答（HTTP {status}）") from None
    if not isinstance(answer, dict) or status >= 400:
        raise NotSent(f"看不懂微信的接口的回答（HTTP {status}）")
    code = answer.get("errcode", 0)
    if code != 0:
        raise Refused(code if isinstance(code, int) else _BUSY)
    return answer
