"""A small threaded HTTP server on loopback for models that a thread asks: embeddings, reranking.

with json_server(embeddings(encode)) as api:
    … api.url, api.requests …
    api.behaviour = status(503)
"""

import json
import socket
import struct
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray


@dataclass
class Request:
    """What one request asked: path, headers (lower-case names) and JSON body, None for none."""

    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class JsonServer:
    """``url`` ends in ``/v1``; ``behaviour`` answers the next requests; ``over`` ends slow ones."""

    behaviour: "Behaviour"
    url: str = ""
    requests: list[Request] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)


@dataclass
class Call:
    """One request as a behaviour sees it."""

    request: Request
    server: JsonServer
    handler: BaseHTTPRequestHandler

    def reply(self, value: Any, code: int = 200) -> None:
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.handler.send_response(code)
        self.handler.send_header("Content-Length", str(len(data)))
        self.handler.end_headers()
        self.handler.wfile.write(data)


Behaviour = Callable[[Call], None]


def embeddings(encode: Callable[[Sequence[str]], NDArray[np.float32]]) -> Behaviour:
    """Return a behaviour that gives each input's vector, in the reverse of their order."""

    def behave(call: Call) -> None:
        vectors = encode(call.request.body["input"])
        items = [{"index": i, "embedding": v.tolist()} for i, v in enumerate(vectors)]
        call.reply({"object": "list", "data": items[::-1], "model": call.request.body["model"]})

    return behave


def reranking(score: Callable[[str, Sequence[str]], Sequence[float]]) -> Behaviour:
    """Return a behaviour that gives each document's score, best first as the services do."""

    def behave(call: Call) -> None:
        body = call.request.body
        scores = enumerate(score(body["query"], body["documents"]))
        results = [{"index": i, "relevance_score": float(s)} for i, s in scores]
        call.reply({"results": sorted(results, key=lambda one: -one["relevance_score"])})

    return behave


def says(value: Any) -> Behaviour:
    """Return a behaviour that answers with ``value``, as JSON or as the bytes it is."""
    return lambda call: call.reply(value)


def status(code: int) -> Behaviour:
    """Return a behaviour that answers with an HTTP status."""
    return lambda call: call.reply({"error": "no"}, code)


def hangs(call: Call) -> None:
    """Answer nothing until the test is over."""
    call.server.over.wait(30)


def drips(call: Call) -> None:
    """Send one header after the other and never come to an end: each read is quick."""
    call.handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while not call.server.over.wait(0.02):
        call.handler.wfile.write(b"X-Patience: 1\r\n")


def resets(call: Call) -> None:
    """Drop the connection without a goodbye (RST)."""
    linger = struct.pack("ii", 1, 0)
    call.handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    call.handler.close_connection = True
    call.handler.connection.close()


def first(*behaviours: Behaviour) -> Behaviour:
    """Return a behaviour that takes these in turn; the last one repeats."""
    left = list(behaviours)
    return lambda call: (left.pop(0) if len(left) > 1 else left[0])(call)


@contextmanager
def json_server(behaviour: Behaviour) -> Generator[JsonServer]:
    """Run a server on a free port of loopback."""
    api = JsonServer(behaviour)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.path, headers, json.loads(self.rfile.read(length) or b"null"))
            api.requests.append(request)
            with suppress(ConnectionError):
                api.behaviour(Call(request, api, self))

        do_GET = do_POST

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        open: ClassVar[list[socket.socket]] = []

        def process_request(self, request: Any, client_address: Any) -> None:
            self.open.append(request)
            super().process_request(request, client_address)

        def hang_up(self) -> None:
            for connection in self.open:  # of clients that were never closed, when a test fails
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

        def handle_error(self, request: Any, client_address: Any) -> None:
            pass  # clients that gave up, as the tests want

    server = Server(("127.0.0.1", 0), Handler)
    api.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield api
    finally:
        api.over.set()
        server.shutdown()
        server.hang_up()
        server.server_close()
        thread.join()


def free_url() -> str:
    """Return the address of a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/v1"
