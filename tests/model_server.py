"""A small HTTP server on loopback that speaks, or misspeaks, the OpenAI chat protocol.

Each request is answered by the next behaviour of ``script`` (the last one repeats). A behaviour
gets the connection's ``Wire`` and writes what it likes. ``GET /v1/models`` is answered apart, by
``models``.
"""

import asyncio
import json
import socket
import struct
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
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
    """One connection, seen from the server; it ends with the answer unless it ``stays_open``."""

    stays_open = False

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

    def end_of_file(self) -> None:
        """Send nothing more (FIN), but keep listening."""
        self._writer.write_eof()

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


def says_in_chunks(*pieces: str) -> Behaviour:
    """Return a behaviour after which the connection can serve again, as a real server's."""

    async def behave(wire: Wire) -> None:
        await wire.send(OK.replace("Connection: close", "Transfer-Encoding: chunked"))
        events = [{"choices": [{"delta": {"content": piece}}]} for piece in pieces]
        for data in [*(json.dumps(event) for event in events), "[DONE]"]:
            chunk = f"data: {data}\n\n"
            await wire.send(f"{len(chunk):x}\r\n{chunk}\r\n")
        await wire.send("0\r\n\r\n")
        wire.stays_open = True

    return behave


def begins(*pieces: str, then: Behaviour) -> Behaviour:
    """Return a behaviour that streams ``pieces`` and goes on as ``then``."""

    async def behave(wire: Wire) -> None:
        await wire.send(OK)
        await wire.say(*pieces)
        await then(wire)

    return behave


def waits(seconds: float, then: Behaviour) -> Behaviour:
    """Return a behaviour that is slow to begin."""

    async def behave(wire: Wire) -> None:
        await asyncio.sleep(seconds)
        await then(wire)

    return behave


async def stalls(wire: Wire) -> None:
    """Send nothing more until the client goes."""
    await wire.hang_up()


async def resets(wire: Wire) -> None:
    """Break the connection."""
    await asyncio.sleep(0.02)  # what was sent before would else be lost with it
    wire.reset()


async def half_closes(wire: Wire) -> None:
    """End the response as if it were whole, and wait for the client to go."""
    wire.end_of_file()
    await wire.hang_up()


async def babbles(wire: Wire) -> None:
    """Say something new for ever."""
    number = 0
    while True:
        number += 1
        await wire.say(f"第{number}点，{number * 7919}和{number * number}不同。")


async def repeats(wire: Wire) -> None:
    """Say the same for ever."""
    while True:
        await wire.say("死锁", "是互相", "等待。")


async def misspeaks(wire: Wire) -> None:
    """Send an event that is no JSON."""
    await wire.event("{not json")
    await wire.event("[DONE]")


def status(code: int, body: str = '{"error": "no"}', **headers: str) -> Behaviour:
    """Return a behaviour that answers with an HTTP status; ``retry_after="1"`` is a header."""
    extra = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())

    async def behave(wire: Wire) -> None:
        length = len(body.encode())
        await wire.send(
            f"HTTP/1.1 {code} X\r\nContent-Length: {length}\r\nConnection: close\r\n{extra}\r\n"
            f"{body}"
        )

    return behave


def serves(*names: str, context: int | None = 8192) -> Behaviour:
    """Return the answer to ``GET /v1/models`` as vLLM gives it, for models of these names."""
    data = [{"id": name, "object": "model", "max_model_len": context} for name in names]
    return status(200, json.dumps({"object": "list", "data": data}))


@dataclass
class ModelServer:
    """``url`` ends in ``/v1``; ``open`` counts the requests that are there.

    ``busy`` is set while there are any, ``idle`` once they are over. At most ``at_once`` of them
    are answered at a time (None: all), the others wait in their order; ``most_answered`` counts.
    """

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    connections: int = 0
    open: int = 0
    most_open: int = 0
    script: Sequence[Behaviour] = ()
    models: Behaviour = field(default_factory=lambda: serves("internlm2", "m"))
    at_once: int | None = None
    answered: int = 0
    most_answered: int = 0
    busy: asyncio.Event = field(default_factory=asyncio.Event)
    idle: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._places = asyncio.Semaphore(self.at_once) if self.at_once else nullcontext()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while True:
                wire = Wire(reader, writer)
                await self._take(await _read(reader), wire)
                if not wire.stays_open:
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # cancelled only by ``close``: asyncio would log it
        finally:
            self._tasks.discard(task)
            writer.close()

    async def close(self) -> None:
        """End every connection."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _take(self, request: Request, wire: Wire) -> None:
        if request.line.startswith("GET "):
            await self.models(wire)
            return
        behaviour = self.script[min(len(self.requests), len(self.script) - 1)]
        self.requests.append(request)
        self._count(1)
        try:
            async with self._places:
                await self._answer(behaviour, wire)
        finally:
            self._count(-1)

    async def _answer(self, behaviour: Behaviour, wire: Wire) -> None:
        self.answered += 1
        self.most_answered = max(self.most_answered, self.answered)
        try:
            await behaviour(wire)
        finally:
            self.answered -= 1

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
async def model_server(
    *script: Behaviour, at_once: int | None = None, port: int = 0
) -> AsyncGenerator[ModelServer]:
    """Run a server with ``script`` on ``port`` of loopback, by default a free one."""
    model = ModelServer(script=script, at_once=at_once)
    server = await asyncio.start_server(model.serve, "127.0.0.1", port)
    host, port = server.sockets[0].getsockname()[:2]
    model.url = f"http://{host}:{port}/v1"
    try:
        yield model
    finally:
        server.close()
        await model.close()
        await server.wait_closed()
