"""What is seen while an answer is being written: that somebody writes, then the growing text."""

import asyncio
from collections.abc import Awaitable, Callable

from loguru import logger

from bot.platforms.discord.link import TYPING_SECONDS
from bot.platforms.discord.places import Part, Place
from plugins.messages import DeliveryUncertain, NotSent

SHOW_EVERY_SECONDS = 1.5
_TYPING_AFTER_SECONDS = 0.7
_MOST_TYPING = 12
_LAST_CALL_SECONDS = 5.0

Render = Callable[[str], Awaitable[str]]
"""Takes Markdown of any length and gives the text of one message."""


class Draft:
    """One message that shows the text so far, changed at most every ``SHOW_EVERY_SECONDS``."""

    def __init__(self, place: Place, render: Render) -> None:
        self._place = place
        self._render = render
        self._newest = ""
        self._shown = ""
        self._message_id: str | None = None
        self._ending = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._typing = asyncio.create_task(self._type())

    async def show(self, text: str) -> None:
        """Show ``text`` as soon as it is time; returns at once."""
        self._newest = text
        if not self._ending.is_set() and (self._task is None or self._task.done()):
            self._typing.cancel()
            self._task = asyncio.create_task(self._write())

    async def finish(self) -> str | None:
        """Show nothing more; the id of the message to be replaced, None when there is none."""
        self._ending.set()
        self._typing.cancel()
        if self._task is not None:
            # The first message has a deadline of its own; given up, it would come all the same.
            timeout = _LAST_CALL_SECONDS if self._message_id is not None else None
            await asyncio.wait({self._task}, timeout=timeout)
        return self._message_id

    def cancel(self) -> None:
        """Stop at once."""
        self._ending.set()
        self._typing.cancel()
        if self._task is not None:
            self._task.cancel()

    async def _write(self) -> None:
        while self._newest != self._shown and not self._ending.is_set():
            text = self._newest
            try:
                await self._put(await self._render(text))
            except (NotSent, DeliveryUncertain) as error:
                logger.debug("正在写的答案没有显示出来：{}", error)
                self._ending.set()
                return
            self._shown = text
            try:
                async with asyncio.timeout(SHOW_EVERY_SECONDS):
                    await self._ending.wait()
            except TimeoutError:
                continue

    async def _put(self, text: str) -> None:
        if not text:
            return
        if self._message_id is None:
            self._message_id = await self._place.post(Part(text, grows=True))
        else:
            await self._place.edit(self._message_id, Part(text, grows=True))

    async def _type(self) -> None:
        await asyncio.sleep(_TYPING_AFTER_SECONDS)
        for _ in range(_MOST_TYPING):
            try:
                await self._place.typing()
            except (NotSent, DeliveryUncertain) as error:
                logger.debug("“正在输入”没有显示出来：{}", error)
                return
            await asyncio.sleep(TYPING_SECONDS)
