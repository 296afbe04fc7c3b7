"""NoneBot's adapter and account for QQ bots, with what they lack.

The adapter drops events without a word when a field is missing that it knows and QQ does not
send, such as ``author.bot`` in a group. The account fetches its token once per waiting request,
and tells a wrong secret from an outage by the words of its exception only.
"""

import asyncio
import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from loguru import logger
from nonebot.adapters.qq import Adapter, Bot
from nonebot.adapters.qq.config import BotInfo
from nonebot.adapters.qq.event import Event
from nonebot.adapters.qq.models import Dispatch
from nonebot.drivers import Request, Response, Timeout
from pydantic import ValidationError

from plugins.messages import NotSent

CALL_SECONDS = 10.0
_REFUSED_CODES = (100007, 100016)
"""The token endpoint: no such AppID, or not with this secret."""
_RENEW_BEFORE = timedelta(seconds=40)
"""QQ gives a new token only in the last minute of the old one, which goes on working."""
_OPTIONAL = ("mentions", "message_scene", "attachments", "msg_elements")


class NotSignedIn(NotSent):
    """There is no access token: QQ does not want this bot (``refused``) or cannot be asked."""

    def __init__(self, reason: str, *, refused: bool = False) -> None:
        super().__init__(reason)
        self.refused = refused


class QqBot(Bot):
    """The account of the bot at QQ."""

    def __init__(self, adapter: Adapter, info: BotInfo) -> None:
        super().__init__(adapter, info.id, info)
        self._signing_in = asyncio.Lock()
        self._ends_at = datetime.min.replace(tzinfo=UTC)

    async def get_access_token(self) -> str:
        """Give a token that is valid; raises NotSignedIn.

        A new one is fetched before the old one ends, which does until QQ can be asked.
        """
        async with self._signing_in:
            now = datetime.now(UTC)
            if self._access_token is None or self._expires_in is None or now > self._expires_in:
                try:
                    token, seconds = await self._fetch_token()
                except NotSignedIn as error:
                    has_ended = datetime.now(UTC) >= self._ends_at  # asking took its time
                    if error.refused or self._access_token is None or has_ended:
                        raise
                    return self._access_token
                self._access_token = token
                self._ends_at = now + timedelta(seconds=seconds)
                self._expires_in = max(self._ends_at - _RENEW_BEFORE, now + _MOMENT)
            return self._access_token

    async def api(
        self, method: Literal["GET", "POST", "PUT"], *path: str, body: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Call QQ and give its whole answer; raises what ``failures.call`` puts in our words."""
        url = self.adapter.get_api_base().joinpath(*path)
        answer = await self._request(Request(method, url, json=body, timeout=_TIMEOUT))
        return answer if isinstance(answer, dict) else {}

    async def _fetch_token(self) -> tuple[str, int]:
        """Give a token and for how many seconds it is valid."""
        body = {"appId": self.bot_info.id, "clientSecret": self.bot_info.secret}
        request = Request("POST", self.adapter.get_auth_base(), json=body, timeout=_TIMEOUT)
        try:
            async with asyncio.timeout(CALL_SECONDS):
                response = await self.adapter.request(request)
        except Exception as error:  # noqa: BLE001 - whatever it is, there is no token
            reason = f"换取访问令牌时连不上 QQ（{type(error).__name__}）"
            raise NotSignedIn(reason) from None
        return _token(response)


class QqAdapter(Adapter):
    """The adapter, which reads events with less in them and tells of those it cannot read."""

    @staticmethod
    def payload_to_event(payload: Dispatch) -> Event:
        """Read an event; raises ValidationError, which the adapter keeps to itself."""
        complete = payload.model_copy(update={"data": _completed(payload.type, payload.data)})
        try:
            return Adapter.payload_to_event(complete)
        except ValidationError:
            if not isinstance(complete.data, dict):
                raise
        without = {key: value for key, value in complete.data.items() if key not in _OPTIONAL}
        try:
            return Adapter.payload_to_event(complete.model_copy(update={"data": without}))
        except ValidationError:
            logger.warning("有一个 QQ 事件读不懂，没有处理（{}）", payload.type[:40])
            raise


_WRONG_SECRET = (
    "QQ 不认这个 AppID 或 AppSecret（code={code}），"
    "检查 ASSISTANT408_QQ__APP_ID 和 ASSISTANT408_QQ__SECRET"
)
_MOMENT = timedelta(seconds=1)
_TIMEOUT = Timeout(total=CALL_SECONDS)


def _token(response: Response) -> tuple[str, int]:
    try:
        found = json.loads(response.content or b"")
        token, seconds = found["access_token"], int(found["expires_in"])
        if response.status_code == 200 and isinstance(token, str) and token:
            return token, seconds
    except (ValueError, KeyError, TypeError):
        pass
    code = _code(response)
    refused = code in _REFUSED_CODES or response.status_code in (400, 401, 403)
    if refused:
        raise NotSignedIn(_WRONG_SECRET.format(code=code), refused=True)
    raise NotSignedIn(f"换不到访问令牌（HTTP {response.status_code}，code={code}）")


def _code(response: Response) -> int | None:
    try:
        return int(json.loads(response.content or b"")["code"])
    except (ValueError, KeyError, TypeError):
        return None


def _completed(kind: str, data: Any) -> Any:
    """Add what the adapter insists on and QQ leaves out."""
    if not isinstance(data, dict):
        return data
    data = deepcopy(data)
    author = data.get("author")
    if isinstance(author, dict):
        if kind.startswith("GROUP_"):
            author.setdefault("bot", False)
            author.setdefault("id", author.get("member_openid"))
            if author.get("member_role") not in ("member", "admin", "owner"):
                author["member_role"] = "member"
            data.setdefault("group_id", data.get("group_openid"))
        elif kind.startswith("C2C_"):
            author.setdefault("id", author.get("user_openid"))
    if kind == "INTERACTION_CREATE":
        for name, value in (("version", 1), ("scene", ""), ("timestamp", "")):
            data.setdefault(name, value)
        data["application_id"] = str(data.get("application_id", ""))
        data["timestamp"] = str(data["timestamp"])
    return data
