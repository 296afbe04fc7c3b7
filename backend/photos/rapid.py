"""RapidOCR in a process of its own: begun with the first picture, ended when nobody sends any.

One picture at a time. A process that misses the deadline or breaks is ended, and the next picture
begins another one.
"""

import asyncio
import importlib.util
import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from loguru import logger

from backend.photos.ports import Fragment, PhotoNotRead, Point, Problem

MODULES = ("rapidocr", "onnxruntime", "PIL")
NOT_INSTALLED = "未安装，照片读不了（pip install -r requirements/photos.txt）"
_COMMAND = (sys.executable, "-m", "backend.photos.worker")
_ROOT = Path(__file__).parents[2]
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "VIRTUAL_ENV")
_FEW_THREADS = {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2", "MALLOC_ARENA_MAX": "2"}
"""Each thread takes address space before it does anything, which is bounded in the process."""
_ANSWER_BYTES = 1 << 20
_END_SECONDS = 2.0


def is_installed() -> bool:
    """Whether the packages are there; nothing is imported."""
    return all(importlib.util.find_spec(module) for module in MODULES)


class RapidOcr:
    """``ports.Ocr`` by a worker process."""

    def __init__(
        self,
        *,
        seconds: float = 30.0,
        idle_seconds: float = 600.0,
        command: tuple[str, ...] = _COMMAND,
    ) -> None:
        """``seconds`` is the deadline of one picture, with the process's start (a second or two).

        After ``idle_seconds`` without a picture the process ends: it holds about 400 MB.
        """
        self._seconds = seconds
        self._idle_seconds = idle_seconds
        self._command = command
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._idle: asyncio.TimerHandle | None = None
        self._resting: asyncio.Task[None] | None = None
        self._installed = is_installed()
        self._problem = "" if self._installed else NOT_INSTALLED
        self._closed = False
        if self._problem:
            logger.warning("照片：{}", self._problem)

    def can_read(self) -> bool:
        """Whether the packages are there."""
        return self._installed

    def state(self) -> str:
        """Say how it goes: "ok", or a Chinese phrase."""
        return self._problem or "ok"

    async def fragments(self, picture: bytes) -> tuple[Fragment, ...]:
        """Find the words of an encoded picture, in no order. Raises PhotoNotRead."""
        if not self._installed:
            raise PhotoNotRead("not_installed")
        async with self._turn:
            if self._closed:
                raise PhotoNotRead("failed", "closed")
            self._stop_idling()
            try:
                return await self._answered(picture)
            finally:
                if self._process is not None and not self._closed:
                    loop = asyncio.get_running_loop()
                    self._idle = loop.call_later(self._idle_seconds, self._rest)

    async def aclose(self) -> None:
        """End the process, with the picture that it is at; none is left, nor begun any more."""
        self._closed = True
        self._stop_idling()
        await self._end()  # first: whoever holds the turn gives it up with that
        async with self._turn:  # and whoever was beginning a process has ended it
            await self._end()
        if self._resting is not None:
            await self._resting

    async def _answered(self, picture: bytes) -> tuple[Fragment, ...]:
        try:
            async with asyncio.timeout(self._seconds):
                answer = await self._ask(picture)
            found = _fragments(answer)
        except PhotoNotRead as error:
            if error.problem == "failed":
                self._failed(str(error))
            raise
        except TimeoutError:
            await self._end()
            self._failed("超时")
            raise PhotoNotRead("too_slow") from None
        except (OSError, EOFError, ValueError, TypeError, LookupError) as error:
            code = await self._end()
            self._failed(f"识别进程意外结束，{type(error).__name__}，退出码 {code}")
            raise PhotoNotRead("failed", type(error).__name__) from None
        except asyncio.CancelledError:
            # What it would still answer belongs to nobody: the next one must not get it.
            await self._end()
            raise
        self._problem = ""
        return found

    async def _ask(self, picture: bytes) -> dict[str, Any]:
        if self._process is None or self._process.returncode is not None:
            await self._end()
            self._process = await self._begin()
            if self._closed:
                raise EOFError("closed meanwhile")
        to, answers = self._process.stdin, self._process.stdout
        assert to is not None
        assert answers is not None
        to.write(len(picture).to_bytes(4, "big") + picture)
        await to.drain()
        size = int.from_bytes(await answers.readexactly(4), "big")
        if size > _ANSWER_BYTES:
            raise ValueError("an answer without end")
        return cast("dict[str, Any]", json.loads(await answers.readexactly(size)))

    async def _begin(self) -> asyncio.subprocess.Process:
        """Start the process without our settings: it looks at what strangers send."""
        kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        return await asyncio.create_subprocess_exec(
            *self._command,
            cwd=_ROOT,
            env=kept | _FEW_THREADS,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )

    async def _end(self) -> int | None:
        """End the process at once and give its exit code."""
        process, self._process = self._process, None
        if process is None:
            return None
        with suppress(ProcessLookupError):
            process.kill()
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(_END_SECONDS):
                    await process.wait()
        finally:
            # A pipe with more in it than anybody reads never comes to its end by itself.
            cast("Any", process)._transport.close()
        return process.returncode

    def _rest(self) -> None:
        self._resting = asyncio.create_task(self._end_idle())

    async def _end_idle(self) -> None:
        async with self._turn:
            await self._end()

    def _stop_idling(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _failed(self, why: str) -> None:
        self._problem = f"上一张照片没有读出来（{why}）"
        if not self._closed:
            logger.warning("照片没有读出来：{}", why)


def _fragments(answer: dict[str, Any]) -> tuple[Fragment, ...]:
    """Read an answer; PhotoNotRead for one that says so, ValueError for nonsense."""
    if "problem" in answer:
        problem = cast("Problem", answer["problem"])
        raise PhotoNotRead(problem, str(answer.get("detail", "")))
    return tuple(_fragment(*each) for each in answer["fragments"])


def _fragment(text: str, score: float, corners: list[tuple[float, float]]) -> Fragment:
    first, second, third, fourth = (_point(*corner) for corner in corners)
    return Fragment(str(text), float(score), (first, second, third, fourth))


def _point(x: float, y: float) -> Point:
    return float(x), float(y)
