"""Lines of a byte stream, read without ever blocking the event loop."""

import asyncio
import contextlib
import select
import threading
from collections.abc import AsyncIterator, Callable
from typing import BinaryIO, TypeVar, cast

MAX_LINE_BYTES = 8 * 1024 * 1024
_CHUNK_BYTES = 65536

T = TypeVar("T")


class LineTooLong:
    """Stands for a line over the limit, whose bytes were dropped."""


async def in_daemon_thread(work: Callable[[], T]) -> T:
    """Run blocking ``work`` in a thread that does not keep the process alive.

    A thread of the default executor would be joined at exit, and reading may never return.
    """
    loop = asyncio.get_running_loop()
    outcome: asyncio.Future[T] = loop.create_future()

    def settle(value: T | None, error: BaseException | None) -> None:
        if outcome.done():
            return
        if error is not None:
            outcome.set_exception(error)
        else:
            outcome.set_result(value)  # pyright: ignore[reportArgumentType]

    def run() -> None:
        value, failure = None, None
        try:
            value = work()
        except BaseException as error:  # noqa: BLE001 - handed to the waiting coroutine
            failure = error
        with contextlib.suppress(RuntimeError):  # the loop may be closed by now
            loop.call_soon_threadsafe(settle, value, failure)

    threading.Thread(target=run, daemon=True).start()
    return await outcome


async def read_lines(
    stream: BinaryIO, max_line_bytes: int = MAX_LINE_BYTES
) -> AsyncIterator[bytes | LineTooLong]:
    """Yield the lines of a pipe, file or terminal without their ends; OSError when it fails.

    The unbuffered stream is read: a daemon thread that sits in a buffered one when the process
    ends holds a lock that the interpreter needs to shut down.
    """
    raw: BinaryIO = getattr(stream, "raw", stream)
    pending, too_long = bytearray(), False
    while chunk := await in_daemon_thread(lambda: _read(raw)):
        *ends, rest = chunk.split(b"\n")
        for end in ends:
            pending += end
            yield _line(pending, too_long, max_line_bytes)
            pending, too_long = bytearray(), False
        pending += rest
        if len(pending) > max_line_bytes:
            pending, too_long = bytearray(), True
    if pending or too_long:
        yield _line(pending, too_long, max_line_bytes)


def _line(line: bytearray, too_long: bool, max_line_bytes: int) -> bytes | LineTooLong:
    if too_long or len(line) > max_line_bytes:
        return LineTooLong()
    return bytes(line).removesuffix(b"\r")


def _read(raw: BinaryIO) -> bytes:
    """Read what is there, at least one byte; b"" at the end."""
    while True:
        chunk = cast("bytes | None", raw.read(_CHUNK_BYTES))
        if chunk is not None:
            return chunk
        select.select([raw], [], [])  # a pipe that its other end made non-blocking
