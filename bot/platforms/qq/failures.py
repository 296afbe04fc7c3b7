"""Calls the API of QQ and says in our words what went wrong.

NotSent
├── NotSignedIn       no access token (adapter.py)
├── RateLimited       too often; ``seconds`` to wait
└── Refused           QQ did not do it
    ├── WindowClosed  too late, or too often, in answer to that message
    ├── Duplicate     QQ has a message of this number already
    ├── MarkdownRefused
    └── TextRefused   an address in it, or too much of it
DeliveryUncertain
"""

import asyncio
from typing import Any, Literal

from aiohttp import ClientConnectorError
from nonebot.adapters.qq.exception import (
    ActionFailed,
    ApiNotAvailable,
    AuditException,
    NetworkError,
)

from bot.platforms.qq.adapter import CALL_SECONDS, QqBot
from plugins.messages import DeliveryUncertain, NotSent

DEFAULT_WAIT_SECONDS = 1.0


class Refused(NotSent):
    """QQ answered that it did not do it; ``code`` is its own."""

    def __init__(self, reason: str, code: int | None = None, *, can_retry: bool = True) -> None:
        super().__init__(f"{reason}（code={code}）" if code else reason, can_retry=can_retry)
        self.code = code


class WindowClosed(Refused):
    """It is too late to answer that message, or it was answered too often."""


class Duplicate(Refused):
    """A message with the same number was taken before."""


class MarkdownRefused(Refused):
    """This bot may not send Markdown or buttons, or not these."""


class TextRefused(Refused):
    """QQ does not take this text: there is an address in it, or too much of it."""


class RateLimited(NotSent):
    """Too many messages; in ``seconds`` it may go again."""

    def __init__(self, seconds: float) -> None:
        super().__init__("QQ 限制了发送频率")
        self.seconds = seconds


async def call(
    bot: QqBot,
    method: Literal["GET", "POST", "PUT"],
    *path: str,
    body: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Call QQ and give its answer; raises NotSent or DeliveryUncertain, see above."""
    try:
        async with asyncio.timeout(2 * CALL_SECONDS):  # a refused token is fetched anew
            return await bot.api(method, *path, body=body)
    except NotSent:
        raise
    except ActionFailed as failed:
        raise failure(failed) from None
    except ApiNotAvailable:
        raise Refused("QQ 没有这个接口", 404, can_retry=False) from None
    except AuditException:
        raise DeliveryUncertain("消息进了 QQ 的人工审核") from None
    except NetworkError as error:
        if isinstance(error.__cause__, ClientConnectorError):
            raise NotSent("连不上 QQ 的接口") from None
        raise DeliveryUncertain("连接断开，没有等到 QQ 的确认") from None
    except Exception as error:  # noqa: BLE001 - an answer that makes no sense, or none in time
        raise DeliveryUncertain(f"没有等到 QQ 的确认（{type(error).__name__}）") from None


def failure(failed: ActionFailed) -> NotSent | DeliveryUncertain:
    """Say what an answer other than success means; the words of QQ are never passed on."""
    code = failed.code if isinstance(failed.code, int) else None
    if failed.status_code == 429 or code in _TOO_OFTEN:
        return RateLimited(_wait_seconds(failed))
    if code in _WINDOW_CLOSED:
        return WindowClosed("超过了 QQ 允许回复的时间或次数", code, can_retry=False)
    if code in _DUPLICATE:
        return Duplicate("QQ 说这条消息发过了", code, can_retry=False)
    if code in _MARKDOWN:
        return MarkdownRefused("QQ 不让发这样的 Markdown 或按钮", code, can_retry=False)
    if code in _TEXT:
        return TextRefused("QQ 不让发带网址或太长的消息", code, can_retry=False)
    for codes, reason in _FOR_GOOD.items():
        if code in codes:
            return Refused(reason, code, can_retry=False)
    if failed.status_code in (201, 202):
        return DeliveryUncertain(f"QQ 还在处理（code={code}）")
    if failed.status_code >= 500:
        return DeliveryUncertain(f"QQ 内部出错（HTTP {failed.status_code}，code={code}）")
    return Refused(f"QQ 拒绝了（HTTP {failed.status_code}）", code)


_TOO_OFTEN = (22009, 20028)
_WINDOW_CLOSED = (304027, 304103, 40034005, 40034024, 40034025, 40034026, 40034027, 40034128)
_DUPLICATE = (40054005,)
_MARKDOWN = (304036, 40034008, 40034009, 40034010, 40034011, 40034124, 40034127, 50056)
_TEXT = (304003, 40034028, 40054010, 40054007, 40054018)
_FOR_GOOD = {
    (40034100, 40034102, 40034105, 304045, 304049, 304050): (
        "QQ 不让主动发消息（群主没有打开，或这个月的次数用完了）"
    ),
    (40054003, 40034101): "机器人不在这个群里",
    (40054002,): "机器人被禁言",
    (40054004, 40054013): "对方没有加这个机器人，或不收它的消息",
    (40034006,): "消息没有通过 QQ 的审核",
    (11298,): "这台机器的 IP 不在 QQ 开放平台的白名单里",
    (11253, 11254, 11264, 11265): "这个机器人没有这个接口的权限",
}


def _wait_seconds(failed: ActionFailed) -> float:
    """Read ``Retry-After``; a second where there is none."""
    try:
        return max(0.0, float(failed.response.headers.get("Retry-After", "")))
    except ValueError:
        return DEFAULT_WAIT_SECONDS
