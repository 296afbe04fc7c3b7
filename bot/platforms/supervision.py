"""Keeps the connection of one platform up: begins it again after a pause whenever it ends.

Each platform has a supervisor of its own, so that one that fails never stops the others.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from loguru import logger

Phase = Literal["connecting", "connected", "waiting", "refused", "stopped"]
Connect = Callable[[Callable[[], None]], Awaitable[None]]
"""Holds a connection until it ends; calls what it is given once messages can come and go."""


class PlatformRefused(Exception):
    """The platform does not want this bot (wrong token, banned); ``str`` is one Chinese sentence.

    Trying again soon is pointless: somebody has to change a setting.
    """


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds between two tries.

    They double from ``first`` to ``most`` and begin anew after a connection of ``steady`` seconds;
    after a refusal it is ``refused``. Each is shortened or lengthened by up to a fifth, by chance,
    so that many bots do not come back at once.
    """

    first: float = 1.0
    most: float = 60.0
    steady: float = 30.0
    refused: float = 300.0


class Supervisor:
    """Runs ``connect`` again and again until it is cancelled."""

    def __init__(self, platform: str, connect: Connect, pauses: Pauses | None = None) -> None:
        self.platform = platform
        self.phase: Phase = "connecting"
        self.problem = ""
        self.connections = 0
        self._connect = connect
        self._pauses = pauses or Pauses()
        self._failures = 0
        self._connected_at = 0.0

    async def forever(self) -> None:
        """Hold the connection; raises CancelledError only."""
        try:
            while True:
                pause = await self._once()
                await asyncio.sleep(pause)
        finally:
            self.phase = "stopped"

    def state(self) -> dict[str, Any]:
        """Describe the connection for ``/healthz``."""
        said = {"error": self.problem} if self.problem and self.phase != "connected" else {}
        connected = self.phase == "connected"
        return {"ok": connected, "state": self.phase, "connections": self.connections, **said}

    async def _once(self) -> float:
        """Connect, wait for the end, and give the seconds until the next try."""
        self.phase = "connecting"
        try:
            await self._connect(self._connected)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            self._note("waiting", "连接被中止")  # something inside was cancelled, not we
        except PlatformRefused as refused:
            self._note("refused", str(refused))
            return self._pauses.refused * _by_chance()
        except Exception as error:  # noqa: BLE001 - whatever it is, the others go on and so does it
            logger.opt(exception=error).debug("{} 的连接出错", self.platform)
            self._note("waiting", f"连接断开（{_described(error)}）")
        else:
            self._note("waiting", "连接已关闭")
        return self._pause()

    def _connected(self) -> None:
        self.phase = "connected"
        self.problem = ""
        self.connections += 1
        self._connected_at = asyncio.get_running_loop().time()
        logger.info("{} 已连接（第 {} 次）", self.platform, self.connections)

    def _note(self, phase: Phase, problem: str) -> None:
        lasted = asyncio.get_running_loop().time() - self._connected_at
        if self.phase == "connected" and lasted >= self._pauses.steady:
            self._failures = 0
        if problem != self.problem:
            logger.warning("{}：{}", self.platform, problem)
        self.phase, self.problem = phase, problem

    def _pause(self) -> float:
        pause = min(self._pauses.most, self._pauses.first * 2**self._failures)
        self._failures = min(self._failures + 1, 16)
        return pause * _by_chance()


def _by_chance() -> float:
    return random.uniform(0.8, 1.2)


def _described(error: Exception) -> str:
    """Name the error; its text only where it is short, for it may hold an address."""
    text = str(error)
    kind = type(error).__name__
    return f"{kind}: {text}" if text and len(text) <= 80 and "://" not in text else kind
