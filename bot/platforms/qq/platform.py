"""A bot of QQ's own (q.qq.com), as a platform of the house."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from fastapi import FastAPI
from loguru import logger
from nonebot.adapters import Bot, Event
from nonebot.adapters.qq.event import Event as QqEvent
from nonebot.adapters.qq.event import InteractionCreateEvent

from bot.platforms.desk import Desk
from bot.platforms.downloads import Downloads, picture_hosts
from bot.platforms.nonebot_app import NoneBotPart
from bot.platforms.ports import Clock, shanghai_now
from bot.platforms.qq.account import Account
from bot.platforms.qq.adapter import QqAdapter
from bot.platforms.qq.budget import Budget
from bot.platforms.qq.codec import Heard, decode
from bot.platforms.qq.door import PATH, Door, Guard
from bot.platforms.qq.failures import call
from bot.platforms.qq.gateway import BUTTONS, MESSAGES
from bot.platforms.qq.outbox import QqOutbox
from bot.platforms.qq.pieces import MORE
from bot.platforms.qq.sending import Occasion
from bot.platforms.supervision import Connect
from bot.rendering.outgoing import Painter
from plugins.messages import DeliveryUncertain, NotSent

API_BASE = "https://api.sgroup.qq.com/"
SANDBOX_BASE = "https://sandbox.api.sgroup.qq.com/"
AUTH_BASE = "https://bots.qq.com/app/getAppAccessToken"
PICTURE_HOSTS = frozenset({"multimedia.nt.qq.com.cn", "gchat.qpic.cn"})
_ACKNOWLEDGE_SECONDS = 3.0
_MORE_WORDS = (MORE, f"/{MORE}")


@dataclass(frozen=True, slots=True)
class QqOptions:
    """Which bot it is and how it is run.

    ``webhook`` False: it holds a WebSocket. ``markdown``: QQ allowed it Markdown and buttons.
    ``push_targets``: openids of the groups and persons that may be written to unasked.
    """

    app_id: str
    secret: str = field(repr=False)
    webhook: bool = True
    sandbox: bool = False
    api_base: str = API_BASE
    auth_base: str = AUTH_BASE
    markdown: bool = False
    push_targets: frozenset[str] = frozenset()


class QqPlatform:
    """Receives messages from NoneBot, has them answered, sends the replies."""

    name = "qq"

    def __init__(
        self,
        desk: Desk,
        options: QqOptions,
        *,
        painter: Painter | None = None,
        clock: Clock = shanghai_now,
    ) -> None:
        """``painter`` None: every picture is said in words."""
        self.desk = desk
        self._options = options
        self._clock = clock
        intents = None if options.webhook else MESSAGES | (BUTTONS if options.markdown else 0)
        self._account = Account(options.app_id, options.secret, intents)
        self.connect: Connect = self._account.connect
        self._api_base = _api_base(options)
        self._downloads = Downloads(picture_hosts(PICTURE_HOSTS, self._api_base))
        self.outbox = QqOutbox(
            self._account,
            clock,
            painter,
            markdown=options.markdown,
            push_targets=options.push_targets,
        )

    def nonebot(self) -> NoneBotPart:
        """Bring the adapter; it learns of the account, and of the secret, from us alone."""
        settings = {
            "qq_api_base": self._api_base,
            "qq_auth_base": self._options.auth_base,
            "qq_verify_webhook": True,
            "qq_bots": [],
        }
        return NoneBotPart(QqAdapter, settings, self.receive, self.connected, self.disconnected)

    def mount(self, app: FastAPI, address: str) -> Callable[[], None] | None:
        """Put the door before the webhook, which stays closed with the WebSocket."""
        if not self._options.webhook:
            app.add_middleware(Door, guard=None)
            return None
        given = self._options
        guard = Guard(given.app_id, given.secret, lambda: self._account.is_known)
        app.add_middleware(Door, guard=guard)
        return lambda: logger.info(
            "QQ 机器人的 webhook 已就绪：http://{}{}（让 HTTPS 反向代理转到这里）", address, PATH
        )

    async def receive(self, bot: Bot, event: Event) -> None:
        """Take one message; the work is done by a task of ours, so NoneBot's can end soon."""
        del bot
        if not isinstance(event, QqEvent):
            return
        heard = decode(event, self._options.app_id, self._clock(), self._downloads)
        answering = self._take(heard) if heard is not None else asyncio.sleep(0)
        if isinstance(event, InteractionCreateEvent):
            await asyncio.gather(answering, self._acknowledge(event.id))
        else:
            await answering

    async def connected(self, bot: Bot) -> None:
        """Nothing: the account knows, for it told NoneBot."""

    async def disconnected(self, bot: Bot) -> None:
        """Nothing: the account stays with NoneBot until the end."""

    def state(self) -> dict[str, Any]:
        """Say for ``/healthz`` how events come."""
        return {"mode": "webhook" if self._options.webhook else "websocket"}

    async def _take(self, heard: Heard) -> None:
        message = heard.message
        budget = Budget(heard.sent_at, is_group=heard.target.is_group)
        quote = heard.index if heard.target.is_group else ""
        occasion = Occasion(heard.target, message.session, heard.reference, budget, quote)
        wants_more = message.addressed and not message.from_bot and message.text in _MORE_WORDS
        if wants_more and await self.outbox.more(occasion, message.id):
            return
        self.desk.take(message, partial(self.outbox.respond, occasion))

    async def _acknowledge(self, interaction: str) -> None:
        """Tell QQ that a button worked, so that it stops turning on the screen."""
        try:
            async with asyncio.timeout(_ACKNOWLEDGE_SECONDS):
                await call(self._account.bot, "PUT", "interactions", interaction, body={"code": 0})
        except (NotSent, DeliveryUncertain, TimeoutError) as error:
            logger.warning("没能告诉 QQ 按钮已收到：{}", type(error).__name__)


def _api_base(options: QqOptions) -> str:
    if options.sandbox and options.api_base.rstrip("/") == API_BASE.rstrip("/"):
        return SANDBOX_BASE
    return options.api_base
