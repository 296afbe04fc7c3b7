"""Draws cards beside the event loop: one thread, a bounded queue, a deadline, a small cache.

A picture is never needed: the text of the reply says the same. So ``draw`` gives None whenever
there is no picture soon, and never raises.
"""

import asyncio
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor

from loguru import logger

from bot.rendering.pictures.content import TooLong
from bot.rendering.pictures.press import Press, TypstPress
from plugins.drawing import Drawing, Prose

_NOT_INSTALLED = "未安装，用文字代替（pip install -r requirements/pictures.txt）"
_SAMPLE = Drawing("408", (Prose("预热 **warm** `code`"),))


class Artist:
    """The ``Painter`` of the bot; one per process."""

    def __init__(
        self,
        press: Press | None = None,
        *,
        deadline_seconds: float = 5.0,
        max_waiting: int = 32,
        max_kept: int = 64,
        kept_seconds: float = 600.0,
    ) -> None:
        """Warn the operator once when nothing can be drawn.

        ``max_kept`` pictures are kept for drawings of the same value (0.1 to 0.3 MB each), at most
        ``kept_seconds``.
        """
        self._press = press or TypstPress()
        self._deadline_seconds = deadline_seconds
        self._max_waiting = max_waiting
        self._max_kept = max_kept
        self._kept_seconds = kept_seconds
        self._kept: OrderedDict[Drawing, tuple[float, bytes]] = OrderedDict()
        self._under_way: dict[Drawing, asyncio.Future[bytes | None]] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="artist")
        self._problem = "" if self._press.is_installed() else _NOT_INSTALLED
        self._closed = False
        if self._problem:
            logger.warning("图片：{}", self._problem)

    def state(self) -> str:
        """Say how drawing goes: "ok", or a Chinese phrase."""
        return self._problem or "ok"

    async def warm(self) -> None:
        """Load the typesetter and its fonts (half a second), so that nobody waits for it."""
        await self.draw(_SAMPLE)

    async def aclose(self) -> None:
        """Let the card under way be finished, drop the ones that wait."""
        self._closed = True
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def draw(self, drawing: Drawing) -> bytes | None:
        """Give the PNG of ``drawing``; None when it is not drawn within the deadline."""
        if self._problem == _NOT_INSTALLED or self._closed:
            return None
        try:
            self._drop_old()
            if drawing in self._kept:
                self._kept.move_to_end(drawing)
                return self._kept[drawing][1]
            working = self._under_way.get(drawing) or self._begin(drawing)
            if working is None:
                logger.warning("等着画的图片太多，这一张用文字代替")
                return None
            done, _ = await asyncio.wait({working}, timeout=self._deadline_seconds)
            if not done:
                logger.warning("图片在 {} 秒内没有画好，用文字代替", self._deadline_seconds)
            return working.result() if done and not working.cancelled() else None
        except Exception as error:  # noqa: BLE001 - the text says the same
            self._failed(error)
            return None

    def _begin(self, drawing: Drawing) -> "asyncio.Future[bytes | None] | None":
        """Queue a drawing; None when too many wait."""
        if len(self._under_way) > self._max_waiting:
            return None
        give_up_at = time.monotonic() + self._deadline_seconds
        loop = asyncio.get_running_loop()
        working = loop.run_in_executor(self._thread, self._work, drawing, give_up_at)
        self._under_way[drawing] = working
        working.add_done_callback(lambda done: self._ended(drawing, done))
        return working

    def _ended(self, drawing: Drawing, done: "asyncio.Future[bytes | None]") -> None:
        del self._under_way[drawing]
        picture = None if done.cancelled() else done.result()
        if picture is None:
            return
        self._kept[drawing] = time.monotonic(), picture
        while len(self._kept) > self._max_kept:
            self._kept.popitem(last=False)

    def _drop_old(self) -> None:
        """Forget pictures of a while ago: some show what a person may have had deleted since."""
        oldest = time.monotonic() - self._kept_seconds
        for drawing in [one for one, (drawn_at, _) in self._kept.items() if drawn_at < oldest]:
            del self._kept[drawing]

    def _work(self, drawing: Drawing, give_up_at: float) -> bytes | None:
        """Draw in the thread; a drawing that nobody waits for any more is passed over."""
        if time.monotonic() > give_up_at:
            return None
        try:
            picture = self._press.png(drawing)
        except TooLong:
            return None
        except BaseException as error:  # noqa: BLE001 - also what a panic in Rust raises
            self._failed(error)
            return None
        self._problem = ""
        return picture

    def _failed(self, error: BaseException) -> None:
        """Note the failure without the drawing's words, which may name people."""
        self._problem = f"上一张没有画出来（{type(error).__name__}），用文字代替"
        logger.warning("图片没有画出来，用文字代替：{}", type(error).__name__)
