"""The QQ accounts that are connected now, and calling a OneBot action through one of them."""

import asyncio
from collections.abc import Callable
from typing import Any

from nonebot.adapters.onebot.v11 import ActionFailed, Adapter, Bot
from nonebot.adapters.onebot.v11.exception import ApiNotAvailable, NetworkError

from plugins.messages import DeliveryUncertain, NotSent

_STALLED_SECONDS = 5.0
_LAST_ANSWER_SECONDS = 0.2


class NotConnected(NotSent):
    """The account is not connected."""


class WriteFailed(NotSent):
    """The connection broke before anything was written."""


class Refused(NotSent):
    """The client answered that it did not do it."""


class ConnectionLost(DeliveryUncertain):
    """The connection broke after the action was written and before its answer came."""


class Connections:
    """Knows which account is connected, and waits a while for one that is coming back."""

    def __init__(self, confirm_seconds: float) -> None:
        """``confirm_seconds``: how long the adapter waits for the answer to an action."""
        self._confirm_seconds = confirm_seconds
        self._bots: dict[str, Bot] = {}
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        return len(self._bots)

    def has(self, account: str) -> bool:
        """Whether ``account`` ("" for any) is connected now."""
        return self._choose(account) is not None

    def connected(self, bot: Bot) -> None:
        self._bots[bot.self_id] = bot
        self._tell()

    def disconnected(self, bot: Bot) -> None:
        if self._bots.get(bot.self_id) is bot:
            del self._bots[bot.self_id]
        self._tell()

    async def call(
        self, account: str, action: str, *, within_seconds: float, **params: Any
    ) -> dict[str, Any]:
        """Have a client perform ``action`` and give the data of its answer.

        ``account`` "" is any account. Waits at most ``within_seconds`` for it to be connected.
        Raises NotConnected, WriteFailed, Refused or DeliveryUncertain (ConnectionLost).
        """
        bot = await self._get(account, within_seconds)
        calling = asyncio.ensure_future(bot.call_api(action, **params))
        losing = asyncio.ensure_future(self._until(lambda: self._bots.get(bot.self_id) is not bot))
        try:
            async with asyncio.timeout(self._confirm_seconds + _STALLED_SECONDS):
                await asyncio.wait({calling, losing}, return_when=asyncio.FIRST_COMPLETED)
                if not calling.done():  # its answer may have been the last thing that came
                    await asyncio.wait({calling}, timeout=_LAST_ANSWER_SECONDS)
            if not calling.done():
                raise ConnectionLost("连接断开，没有等到确认")
            return _answer(calling)
        except TimeoutError:
            raise DeliveryUncertain("没有等到确认") from None
        finally:
            calling.cancel()
            losing.cancel()

    async def _get(self, account: str, within_seconds: float) -> Bot:
        try:
            async with asyncio.timeout(within_seconds):
                await self._until(lambda: self._choose(account) is not None)
        except TimeoutError:
            pass
        bot = self._choose(account)
        if bot is None:
            raise NotConnected("没有连接 OneBot 客户端")
        return bot

    def _choose(self, account: str) -> Bot | None:
        bots = self._bots.values() if not account else filter(None, [self._bots.get(account)])
        return next((bot for bot in bots if _has_connection(bot)), None)

    async def _until(self, reached: Callable[[], bool]) -> None:
        while not reached():
            await self._changed.wait()

    def _tell(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def _has_connection(bot: Bot) -> bool:
    """Whether the adapter still has it: it tells us of a loss a little later."""
    adapter = bot.adapter
    return isinstance(adapter, Adapter) and bot.self_id in adapter.connections


def _answer(calling: "asyncio.Future[Any]") -> dict[str, Any]:
    """Give what the client answered, or its failure in our words.

    The adapter raises NetworkError when no answer came. Anything else was raised by the socket,
    which refuses to write once it is closed and raises nothing after it has written.
    """
    try:
        data = calling.result()
    except ActionFailed as failed:
        raise _failure(failed.info) from None
    except ApiNotAvailable:
        raise NotConnected("没有连接 OneBot 客户端") from None
    except NetworkError:
        raise DeliveryUncertain("没有等到确认") from None
    except Exception as error:
        raise WriteFailed(f"连接刚断开（{type(error).__name__}）") from error
    return data if isinstance(data, dict) else {}


def _failure(info: dict[str, Any]) -> Exception:
    """Tell a refusal from a time-out of the client, whose message has often been sent.

    NapCat reports such a time-out as ``Timeout: NTEvent …/sendMsg … EventRet``, with retcode 200
    or 1200; the words are read and never passed on, for they may name people.
    """
    said = f"{info.get('message') or ''} {info.get('wording') or ''}"
    retcode = info.get("retcode")
    if "timeout" in said.lower() or "超时" in said:
        return DeliveryUncertain(f"客户端报告发送超时（retcode={retcode}）")
    for words, reason in _FOR_GOOD.items():
        if any(word in said for word in words):
            return Refused(f"{reason}（retcode={retcode}）", can_retry=False)
    muted = "被禁言" if "禁言" in said else "QQ 拒绝了"
    return Refused(f"{muted}（retcode={retcode}）", can_retry=retcode not in _UNSUPPORTED)


_FOR_GOOD = {
    ("移出该群", "不在群", "群不存在", "GROUP_NOT_FOUND", "重新加群"): "机器人不在这个群里",
    ("加好友", "添加好友", "不是好友", "好友不存在", "为好友", "临时消息"): "对方不是好友",
}
_UNSUPPORTED = (1400, 1404)
"""OneBot v11: the action does not exist, or not with such parameters."""
