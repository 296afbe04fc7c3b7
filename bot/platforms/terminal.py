"""The terminal as a chat platform: a person at the prompt, a pipe of lines, a pipe of JSON."""

import itertools
import os
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from time import perf_counter
from typing import BinaryIO

from bot.platforms.exports import saved_line
from bot.platforms.lines import LineTooLong, read_lines
from bot.platforms.ports import Answerer, Clock, clean_text, shanghai_now
from bot.platforms.terminal_json import LineInvalid, Request, error_line, parse_line, reply_line
from bot.platforms.terminal_screen import chat_on_screen
from bot.rendering.outgoing import plain_text
from plugins.messages import Conversation, IncomingMessage, Receipt, Reply

LINE_TOO_LONG = "这一行太长了，请分成几条发给我。"
EXPORTS = Path("exports")


async def run_chat(
    answerer: Answerer,
    *,
    stream_in: BinaryIO,
    stream_out: BinaryIO,
    interactive: bool,
    exports: Path = EXPORTS,
    clock: Clock = shanghai_now,
) -> None:
    """Chat until the input ends; files are written into ``exports``.

    ``interactive`` talks to the person at the process's own terminal, whatever the streams are;
    otherwise each line of ``stream_in`` is a message and replies go to ``stream_out`` as UTF-8
    plain text, one blank line between them. Returns quietly when the reader goes away.
    """
    terminal = _Terminal(clock)
    if interactive:
        await chat_on_screen(answerer, terminal.message, exports)
        return
    await _write_all(stream_out, _plain_replies(answerer, terminal, stream_in, exports))


async def run_pipe_json(
    answerer: Answerer,
    *,
    stream_in: BinaryIO,
    stream_out: BinaryIO,
    clock: Clock = shanghai_now,
) -> None:
    """Answer each line of JSON with exactly one line of JSON, in order, until the input ends.

    The fields are described in ``terminal_json``. Returns quietly when the reader goes away.
    """
    await _write_all(stream_out, _json_replies(answerer, _Terminal(clock), stream_in))


class _Terminal:
    """Makes messages of lines.

    The account is new for every process, so that message numbers which start at 1 again are not
    taken for duplicates; conversation and sender stay, so that history survives a restart.
    """

    def __init__(self, clock: Clock) -> None:
        self._account = uuid.uuid4().hex
        self._clock = clock
        self._numbers = itertools.count(1)

    def message(self, text: str) -> IncomingMessage:
        """Make the next message of the person at the keyboard."""
        return self.request(Request(id=None, text=text))

    def request(self, request: Request) -> IncomingMessage:
        """Make the message that a line of JSON stands for."""
        number = next(self._numbers)
        return IncomingMessage(
            id=f"line-{number}" if request.id is None else str(request.id),
            conversation=Conversation(
                platform="terminal",
                bot=self._account,
                id=request.conversation,
                is_group=request.group,
            ),
            sender=request.sender,
            text=clean_text(request.text),
            addressed=request.addressed,
            received_at=self._clock(),
        )


async def _plain_replies(
    answerer: Answerer, terminal: _Terminal, stream_in: BinaryIO, exports: Path
) -> AsyncIterator[str]:
    gap = ""
    async for line in read_lines(stream_in):
        if isinstance(line, LineTooLong):
            yield f"{gap}{LINE_TOO_LONG}\n"
            gap = "\n"
            continue
        text = line.decode("utf-8", errors="replace").strip("\ufeff \t\r")
        if not text:
            continue
        message = terminal.message(text)
        reply = await answerer.handle(message)
        if reply.is_silent:
            continue
        yield f"{gap}{_plain(reply, exports)}\n"
        gap = "\n"
        await answerer.delivered(message, reply, Receipt())


def _plain(reply: Reply, exports: Path) -> str:
    text = plain_text(reply)
    return text if reply.attachment is None else f"{text}\n{saved_line(reply.attachment, exports)}"


async def _json_replies(
    answerer: Answerer, terminal: _Terminal, stream_in: BinaryIO
) -> AsyncIterator[str]:
    number = 0
    async for line in read_lines(stream_in):
        number += 1
        if isinstance(line, LineTooLong):
            yield error_line(None, LINE_TOO_LONG)
            continue
        try:
            request = parse_line(line)
        except LineInvalid as invalid:
            yield error_line(invalid.id, str(invalid))
            continue
        message = terminal.request(request)
        began = perf_counter()
        reply = await answerer.handle(message)
        elapsed_ms = (perf_counter() - began) * 1000
        yield reply_line(number if request.id is None else request.id, reply, elapsed_ms)
        if not reply.is_silent:
            await answerer.delivered(message, reply, Receipt())


async def _write_all(stream: BinaryIO, texts: AsyncIterator[str]) -> None:
    async for text in texts:
        try:
            stream.write(text.encode("utf-8", errors="replace"))
            stream.flush()
        except BrokenPipeError:
            _forget(stream)
            return


def _forget(stream: BinaryIO) -> None:
    """Send what is left in the buffer nowhere, or Python complains about it at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, stream.fileno())
    finally:
        os.close(nowhere)
