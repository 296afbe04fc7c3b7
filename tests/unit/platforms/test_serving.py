"""The order in which the parts of a server come and go."""

import asyncio
import os
import signal

import pytest
from fastapi import FastAPI

from bot.platforms.listening import claim
from bot.platforms.serving import serve_until_signal


class Hooks:
    """Notes the order in which its hooks run; ``fail`` names the one that raises."""

    def __init__(self, fail: str = "", end_when: str = "") -> None:
        self.ran: list[str] = []
        self._fail = fail
        self._end_when = end_when

    def __getitem__(self, name):
        async def hook() -> None:
            self.ran.append(name)
            if name == self._end_when:
                os.kill(os.getpid(), signal.SIGTERM)
            if name == self._fail:
                raise RuntimeError(name)

        return hook

    async def serve(self) -> None:
        with claim("127.0.0.1", 0) as listener:
            async with asyncio.timeout(10):
                await serve_until_signal(
                    FastAPI(),
                    listener,
                    on_ready=[self["ready"], self["start"]],
                    before_close=[self["stop"], self["drain"]],
                    after_close=[self["close"]],
                )


async def test_hooks_run_in_order_around_the_serving():
    hooks = Hooks(end_when="start")
    await hooks.serve()
    assert hooks.ran == ["ready", "start", "stop", "drain", "close"]


async def test_what_cannot_start_ends_the_serving_and_is_raised():
    hooks = Hooks(fail="start")
    with pytest.raises(RuntimeError, match="start"):
        await hooks.serve()
    assert hooks.ran == ["ready", "start", "stop", "drain", "close"]


async def test_what_cannot_stop_keeps_nothing_else_from_stopping(logged):
    hooks = Hooks(fail="stop", end_when="ready")
    await hooks.serve()
    assert hooks.ran[-3:] == ["stop", "drain", "close"]
    assert any("退出时有一部分没有关好" in line for line in logged)
