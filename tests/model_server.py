"""A small HTTP server on loopback that speaks, or misspeaks, the OpenAI chat protocol.

Each request is answered by the next behaviour of ``script`` (the last one repeats). A behaviour
gets the connection's ``Wire`` and writes what it likes.
"""

import asyncio
import json
import socket
import struct
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

OK = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


@dataclass
class Request:
    """What one request asked: its line, headers (lower-case names) and JSON body."""

    line: str
    headers: dict[str, str]
    body: Any


class Wire:
    """One connection, seen from the server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, text: str) -> None:
        self._writer.write(text.encode())
        await self._writer.drain()

    async def send_bytes(self, data: bytes) -> None:
        self._writer.write(data)
        await self._writer.drain()

    async def event(self, event: object) -> None:
        data = event if isinstance(event, str) else json.dumps(event, ensure_ascii=False)
        await self.send(f"data: {data}\n\n")

    async def say(self, *pieces: str) -> None:
        """Send each piece as one event of a chat completion."""
        for piece in pieces:
            await self.event({"choices": [{"index": 0, "delta": {"content": piece}}]})

    async def hang_up(self) -> None:
        """Wait until the client closes the connection."""
        while await self._reader.read(1024):
            pass

    def reset(self) -> None:
        """Drop the connection without a goodbye (RST)."""
        connection = self._writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()


Behaviour = Callable[[Wire], Awaitable[None]]


def says(*pieces: str) -> Behaviour:
    """Return a behaviour that streams ``pieces`` and ends as the protocol wants."""

    async def behave(wire: Wire) -> None:
        await wire.send(OK)
        await wire.event({"choices": [{"index": 0, "delta": {"role": "assistant"}}]})
        await wire.say(*pieces)
        await wire.event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        await wire.event("[DONE]")

    return behave


def status(code: int, body: str = '{"error": "no"}') -> Behaviour:
    """Return a behaviour that answers with an HTTP status."""

    async def behave(wire: Wire) -> None:
        length = len(body.encode())
        await wire.send(
            f"HTTP/1.1 {code} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        )

    return behave


@dataclass
class ModelServer:
    """``url`` ends in ``/v1``; ``open`` counts the requests that are being answered.

    ``busy`` is set while there are any, ``idle`` once they are over.
    """

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    open: int = 0
    most_open: int = 0
    script: Sequence[Behaviour] = ()
    busy: asyncio.Event = field(default_factory=asyncio.Event)
    idle: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await _read(reader)
            behaviour = self.script[min(len(self.requests), len(self.script) - 1)]
            self.requests.append(request)
            self._count(1)
            try:
                await behaviour(Wire(reader, writer))
            finally:
                self._count(-1)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _count(self, change: int) -> None:
        self.open += change
        self.most_open = max(self.most_open, self.open)
        (self.busy if self.open else self.idle).set()
        (self.idle if self.open else self.busy).clear()


async def _read(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {
        name.lower(): value.strip()
        for name, _, value in (line.partition(":") for line in head[1:] if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(head[0], headers, json.loads(body) if body else None)


@asynccontextmanager
async def model_server(*script: Behaviour) -> AsyncGenerator[ModelServer]:
    """Run a server with ``script`` on a free port of loopback."""
    model = ModelServer(script=script)
    server = await asyncio.start_server(model.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    model.url = f"http://{host}:{port}/v1"
    try:
        yield model
    finally:
        server.close()
        await server.wait_closed()
        if model.open:  # connections end on their own when their client is gone
            with suppress(TimeoutError):
                await asyncio.wait_for(model.idle.wait(), timeout=1)
