"""A web server on loopback that gives pictures, and whatever hostile thing stands in for one.

with picture_host({"/a.png": ("image/png", data)}) as host:
    … host.url, host.asked …
"""

import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ENDLESS = b"endless"
"""As a content: a PNG's beginning, and then bytes for as long as somebody takes them."""


@dataclass
class PictureHost:
    """``asked`` are the paths that were asked for."""

    url: str = ""
    asked: list[str] = field(default_factory=list)


@contextmanager
def picture_host(contents: Mapping[str, tuple[str, bytes]]) -> Generator[PictureHost]:
    """Serve ``contents``, (type, bytes) by path; 404 for all else."""
    host = PictureHost()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.asked.append(self.path)
            kind, data = contents.get(self.path, ("", b""))
            self.send_response(200 if kind else 404)
            if data != ENDLESS:
                self.send_header("Content-Length", str(len(data)))
            self.send_header("Content-Type", kind or "text/html")
            self.end_headers()
            with suppress(OSError):
                if data == ENDLESS:
                    self.wfile.write(b"\x89PNG\r\n\x1a\n")
                    while True:
                        self.wfile.write(bytes(1 << 16))
                self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    host.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
