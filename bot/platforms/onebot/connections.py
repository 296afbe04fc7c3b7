"""The QQ accounts that are connected now, and sending through them."""

import asyncio
from collections.abc import Sequence

from loguru import logger
from nonebot.adapters.onebot.v11 import ActionFailed, Bot, Message

from bot.platforms.onebot.codec import Target, encode


class Connections:
    """Knows which account is connected, and waits a while for one that is coming back."""

    def __init__(self) -> None:
        self._bots: dict[str, Bot] = {}
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        return len(self._bots)

    def connected(self, bot: Bot) -> None:
        self._bots[bot.self_id] = bot
        self._changed.set()
        self._changed = asyncio.Event()

    def disconnected(self, bot: Bot) -> None:
        if self._bots.get(bot.self_id) is bot:
            del self._bots[bot.self_id]

    def is_current(self, bot: Bot) -> bool:
        """Whether the connection behind ``bot`` is still there."""
        return self._bots.get(bot.self_id) is bot

    async def get(self, self_id: str, within_seconds: float) -> Bot | None:
        """Give the account's connection, None when there is none ``within_seconds``."""
        try:
            async with asyncio.timeout(within_seconds):
                while self_id not in self._bots:
                    await self._changed.wait()
        except TimeoutError:
            return None
        return self._bots[self_id]


class Sender:
    """Sends replies; failures are logged and counted, never raised."""

    def __init__(self, connections: Connections, *, reconnect_seconds: float) -> None:
        self._connections = connections
        self._reconnect_seconds = reconnect_seconds

    async def send(
        self, target: Target, texts: Sequence[str], picture: bytes | None = None
    ) -> bool:
        """Send the parts in order, the first quoting; stop at the first that is not accepted."""
        last = len(texts) - 1
        for index, text in enumerate(texts):
            message = encode(
                text,
                quote=target.quote if index == 0 else None,
                picture=picture if index == last else None,
            )
            if not await self._send_part(target, message):
                logger.warning("回复没有发出：第 {}/{} 部分", index + 1, last + 1)
                return False
        return True

    async def _send_part(self, target: Target, message: Message) -> bool:
        """Send one part, once more when the connection was lost meanwhile.

        A client that stays connected and does not confirm has often sent the message (NapCat
        reports such time-outs); sending again would post it twice, so that is not done.
        """
        for _ in range(2):
            bot = await self._connections.get(target.self_id, self._reconnect_seconds)
            if bot is None:
                logger.warning("OneBot 客户端没有连接，放弃发送")
                return False
            try:
                await _call(bot, target, message)
            except ActionFailed as refused:
                logger.warning("QQ 拒绝了一条回复：retcode={}", refused.info.get("retcode"))
                return False
            except Exception as error:  # noqa: BLE001 - any failure of the socket
                logger.warning("发送失败：{}", type(error).__name__)
                if not await self._is_lost(bot):
                    return False
            else:
                return True
        return False

    async def _is_lost(self, bot: Bot) -> bool:
        """Whether the connection is gone; one that just broke is given a moment to be noticed."""
        if self._connections.is_current(bot):
            await asyncio.sleep(0.1)
        return not self._connections.is_current(bot)


async def _call(bot: Bot, target: Target, message: Message) -> None:
    if target.group_id is not None:
        await bot.send_group_msg(group_id=target.group_id, message=message)
    else:
        await bot.send_private_msg(user_id=target.user_id, message=message)
