"""The account of the bot: signed in, kept signed in, and connected where it needs to be."""

import asyncio
from collections.abc import Callable

import nonebot
from nonebot.adapters.qq.config import BotInfo
from nonebot.adapters.qq.models import User

from bot.platforms.qq.adapter import NotSignedIn, QqAdapter, QqBot
from bot.platforms.qq.failures import Refused, call
from bot.platforms.qq.gateway import hold
from bot.platforms.supervision import PlatformRefused
from plugins.messages import NotSent

_LOOK_SECONDS = 30.0


class Account:
    """Signs in with an AppID and its secret."""

    def __init__(self, app_id: str, secret: str, intents: int | None = None) -> None:
        """``intents``: the events that come by the WebSocket; None: the webhook brings them."""
        self.app_id = app_id
        self._secret = secret
        self._intents = intents
        self._bot: QqBot | None = None
        self._signed_in = False
        self._known = False

    @property
    def is_signed_in(self) -> bool:
        """Whether there is a token now, so that something can be sent."""
        return self._signed_in

    @property
    def is_known(self) -> bool:
        """Whether NoneBot has the account, so that events can be taken."""
        return self._known

    @property
    def bot(self) -> QqBot:
        """What sends; NotSent before the first sign-in."""
        if self._bot is None or not self._known:
            raise NotSent("还没有登录 QQ 开放平台")
        return self._bot

    async def connect(self, connected: Callable[[], None]) -> None:
        """Sign in and stay so; with the WebSocket, until it ends. Raises PlatformRefused."""
        adapter = nonebot.get_adapter(QqAdapter)
        bot = self._of(adapter)
        try:
            await self._sign_in(adapter, bot)
            if self._intents is None:
                connected()
                await self._watch(bot)
            else:
                gateway = await call(bot, "GET", "gateway", "bot")
                url = str(gateway.get("url", ""))
                await hold(adapter, bot, url, self._intents, connected)
        except NotSignedIn as error:
            self._signed_in = False
            if error.refused:
                raise PlatformRefused(str(error)) from None
            raise
        except Refused as error:
            if error.can_retry:
                raise
            raise PlatformRefused(str(error)) from None

    def _of(self, adapter: QqAdapter) -> QqBot:
        """Give the account; the same every time, for it knows the session to resume."""
        if self._bot is None:
            self._bot = QqBot(adapter, _Info(id=self.app_id, secret=self._secret))
        return self._bot

    async def _sign_in(self, adapter: QqAdapter, bot: QqBot) -> None:
        await bot.get_access_token()
        if not self._known:
            bot.self_info = User.model_validate(await call(bot, "GET", "users", "@me"))
            adapter.bot_connect(bot)
            self._known = True
        self._signed_in = True

    async def _watch(self, bot: QqBot) -> None:
        """Fetch a new token whenever the old one ends; raises NotSignedIn when there is none."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            await bot.get_access_token()


class _Info(BotInfo):
    """What the adapter knows of the account, without the secret in its ``repr``."""

    def __repr__(self) -> str:
        return f"BotInfo({self.id})"

    __str__ = __repr__
