"""Runs the web application until the process is told to end, and ends it cleanly.

uvicorn's own signal handling is replaced: it raises the signal again after its shutdown, so that a
SIGTERM would end the process with -15 instead of 0, and it closes the connections before replies
that are being written could leave through them.
"""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Awaitable, Callable, Generator, Sequence

import uvicorn
from fastapi import FastAPI
from loguru import logger

_HOOK_SECONDS = 3.0
_CLOSE_SECONDS = 1
_PING_SECONDS = 20.0

Hook = Callable[[], Awaitable[None]]


async def serve_until_signal(
    app: FastAPI,
    listener: socket.socket,
    *,
    on_ready: Sequence[Hook],
    before_close: Sequence[Hook],
    after_close: Sequence[Hook] = (),
) -> None:
    """Serve ``app`` on ``listener`` until SIGTERM or SIGINT, or until an ``on_ready`` hook raises.

    ``on_ready`` hooks run in order once clients can connect. ``before_close`` hooks still have
    the connections; ``after_close`` hooks run when they are gone. Hooks at the end run in order,
    each within three seconds, whether or not the ones before them failed.
    """
    server = _Server(_config(app))
    try:
        with _signals() as told_to_end:
            serving = asyncio.create_task(server.serve([listener]))
            try:
                await _until_ending(serving, server.ready, told_to_end, on_ready)
            finally:
                for hook in before_close:
                    await _run(hook)
                server.should_exit = True
                await serving
    finally:
        for hook in after_close:
            await _run(hook)


async def _until_ending(
    serving: asyncio.Task[None],
    ready: asyncio.Event,
    told_to_end: asyncio.Event,
    on_ready: Sequence[Hook],
) -> None:
    """Return when the server has ended or was told to; raises what a hook raises."""

    async def start() -> None:
        await ready.wait()
        for hook in on_ready:
            await hook()

    starting = asyncio.create_task(start())
    ending = asyncio.create_task(told_to_end.wait())
    try:
        done, _ = await asyncio.wait(
            {serving, ending, starting}, return_when=asyncio.FIRST_COMPLETED
        )
        if starting in done:
            starting.result()
            await asyncio.wait({serving, ending}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        starting.cancel()
        ending.cancel()


def _config(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        ws_ping_interval=_PING_SECONDS,
        ws_ping_timeout=_PING_SECONDS,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=_CLOSE_SECONDS,
    )


class _Server(uvicorn.Server):
    """uvicorn without its signal handlers, saying when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.ready.set()


@contextlib.contextmanager
def _signals() -> Generator[asyncio.Event]:
    """Turn SIGTERM and SIGINT into an event for as long as the context lasts."""
    told_to_end = asyncio.Event()
    loop = asyncio.get_running_loop()

    def on_signal(*_: object) -> None:
        loop.call_soon_threadsafe(told_to_end.set)

    previous = {number: signal.signal(number, on_signal) for number in _ENDING_SIGNALS}
    try:
        yield told_to_end
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


_ENDING_SIGNALS = (signal.SIGTERM, signal.SIGINT)


async def _run(hook: Hook) -> None:
    try:
        async with asyncio.timeout(_HOOK_SECONDS):
            await hook()
    except Exception as error:  # noqa: BLE001 - the other parts must be closed all the same
        logger.warning("退出时有一部分没有关好：{}", repr(error))
