"""NoneBot with one matcher behind the web application, for every platform that comes through it.

NoneBot has no back-pressure and costs a millisecond per matcher: the one matcher only hands over
to the platform; the router behind the desk bounds the work.
"""

import bot.platforms.nonebot_quietly  # noqa: F401, I001 # pyright: ignore[reportUnusedImport]

import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import nonebot
from fastapi import FastAPI
from loguru import logger
from nonebot.adapters import Adapter, Bot, Event


@dataclass(frozen=True, slots=True)
class NoneBotPart:
    """What a platform brings: its adapter with the adapter's settings, and who hears of events.

    ``receive`` gets every event of the adapter, of whatever type, and must return soon.
    """

    adapter: type[Adapter]
    settings: Mapping[str, Any]
    receive: Callable[[Bot, Event], Awaitable[None]]
    connected: Callable[[Bot], Awaitable[None]]
    disconnected: Callable[[Bot], Awaitable[None]]


def nonebot_app(parts: Sequence[NoneBotPart]) -> FastAPI:
    """Build the web application with the adapters of ``parts``; once per process.

    Values from environment variables such as NICKNAME or PORT and from our own .env, where the
    secrets are, must not reach NoneBot.
    """
    settings = {name: value for part in parts for name, value in part.settings.items()}
    nonebot.init(
        _env_file=(os.devnull,),
        driver="~fastapi+~aiohttp",
        host="127.0.0.1",
        port=8080,
        log_level="WARNING",
        nickname=set(),
        superusers=set(),
        **settings,
    )
    logger.configure(patcher=lambda _: None)  # NoneBot shortens the names of all modules
    driver = nonebot.get_driver()
    of_adapter: dict[str, NoneBotPart] = {}
    for part in parts:
        driver.register_adapter(part.adapter)
        of_adapter[part.adapter.get_name()] = part

    async def receive(bot: Bot, event: Event) -> None:
        await _told(of_adapter[bot.adapter.get_name()].receive(bot, event))

    async def connected(bot: Bot) -> None:
        await _told(of_adapter[bot.adapter.get_name()].connected(bot))

    async def disconnected(bot: Bot) -> None:
        await _told(of_adapter[bot.adapter.get_name()].disconnected(bot))

    nonebot.on(handlers=[receive], priority=1, block=True)
    driver.on_bot_connect(connected)
    driver.on_bot_disconnect(disconnected)
    return nonebot.get_app()


async def _told(work: Awaitable[None]) -> None:
    """Log what goes wrong: NoneBot would, to its own log, which is silenced."""
    try:
        await work
    except Exception:  # noqa: BLE001 - one event must not take down others
        logger.exception("一个事件没有处理好")
