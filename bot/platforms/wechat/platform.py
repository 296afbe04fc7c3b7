"""A WeChat official account as a platform of the house."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI
from loguru import logger

from bot.errors import StartupError
from bot.platforms.desk import Desk
from bot.platforms.downloads import Downloads, picture_hosts
from bot.platforms.ports import Clock, shanghai_now
from bot.platforms.wechat.api import Api
from bot.platforms.wechat.callback import Callback
from bot.platforms.wechat.codec import PICTURE_HOSTS
from bot.platforms.wechat.conversing import Conversing
from bot.platforms.wechat.outbox import WeChatOutbox
from bot.platforms.wechat.sealing import Seal
from bot.rendering.outgoing import Painter
from plugins.messages import NotSent

PATH = "/wechat"


@dataclass(frozen=True, slots=True)
class WeChatOptions:
    """How the account is set up.

    An empty ``aes_key`` is the plain mode; an empty ``app_secret`` does without WeChat's API, so
    without pictures and pushes. ``wait_seconds`` is below the 5 that WeChat waits.
    """

    token: str = field(repr=False)
    aes_key: str = field(default="", repr=False)
    app_id: str = ""
    app_secret: str = field(default="", repr=False)
    api_base: str = "https://api.weixin.qq.com"
    wait_seconds: float = 4.0


class WeChatPlatform:
    """Is called by WeChat, has messages answered, and answers in the response.

    WeChat connects to us: there is no connection to hold.
    """

    name = "wechat"
    connect = None

    def __init__(
        self,
        desk: Desk,
        options: WeChatOptions,
        *,
        painter: Painter | None = None,
        clock: Clock = shanghai_now,
    ) -> None:
        """``painter`` None: every picture is said in words. Raises StartupError."""
        self.desk = desk
        self._api = _api(options)
        self.outbox = WeChatOutbox(self._api, painter)
        self._conversing = Conversing(desk, self.outbox, options.wait_seconds)
        self._mode = "安全模式" if options.aes_key else "明文模式"
        self._callback = Callback(
            options.token,
            _seal(options),
            self._conversing,
            Downloads(picture_hosts(PICTURE_HOSTS, options.api_base)),
            clock,
        )
        self._check: asyncio.Task[None] | None = None

    def nonebot(self) -> None:
        """It does without NoneBot."""

    def mount(self, app: FastAPI, address: str) -> Callable[[], None]:
        """Add the callback; what is returned says where it is, and tries the app secret once."""
        app.add_route(PATH, self._callback.__call__, methods=["GET", "POST"])

        def announce() -> None:
            logger.info("公众号已就绪（{}）：http://{}{}", self._mode, address, PATH)
            if self._api is not None:
                self._check = asyncio.create_task(_checked(self._api))

        return announce

    def state(self) -> dict[str, Any]:
        """Describe the account for ``/healthz``: it waits to be called, and the API may fail."""
        problem = self._api.problem if self._api is not None else ""
        said = {"error": problem} if problem else {}
        return {"ok": not problem, "mode": self._mode, "kept": len(self._conversing.shelf), **said}


def _seal(options: WeChatOptions) -> Seal | None:
    if not options.aes_key:
        return None
    if not options.app_id:
        raise StartupError("公众号的安全模式要设置 ASSISTANT408_WECHAT__APP_ID。")
    try:
        return Seal(options.token, options.aes_key, options.app_id)
    except ValueError:
        raise StartupError(
            "ASSISTANT408_WECHAT__AES_KEY 应是 43 个字符，照公众号后台的 EncodingAESKey 填。"
        ) from None


def _api(options: WeChatOptions) -> Api | None:
    if not options.app_secret:
        return None
    if not options.app_id:
        raise StartupError("设置了公众号的 AppSecret，还要设置 ASSISTANT408_WECHAT__APP_ID。")
    return Api(options.api_base, options.app_id, options.app_secret)


async def _checked(api: Api) -> None:
    try:
        await api.check()
    except NotSent as error:
        logger.warning("公众号的接口用不了，只能被动回复：{}", error)
    else:
        logger.info("公众号的接口可用：可以发图片和客服消息")
