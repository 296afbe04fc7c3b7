"""The bot in a process of its own, for tests and benchmarks.

with start(SERVE, log_path, {"ASSISTANT408_HTTP__PORT": "0"}) as server:
    async with OneBotClient(server.url) as client: ...
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
SERVE = (sys.executable, "-m", "bot", "serve")
READY = re.compile(r"OneBot v11 已就绪：(ws://\S+)")
LISTENS = re.compile(r"健康检查：(http://\S+)/healthz")
"""For platforms other than OneBot: ``start(..., ready=LISTENS)``, ``url`` is then http://host:port."""


class ServerProcess:
    """A server in a process of its own; its log is kept in ``log_path``."""

    def __init__(self, process: subprocess.Popen, url: str, log_path: Path) -> None:
        self.process = process
        self.url = url
        self.log_path = log_path

    @property
    def log(self) -> str:
        return self.log_path.read_text(encoding="utf-8")

    def get(self, path: str) -> tuple[int, str]:
        """Fetch a page of the same server: its status and body."""
        address = self.url.replace("ws://", "http://").split("/onebot")[0] + path
        try:
            with urllib.request.urlopen(address, timeout=5) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def post(self, path: str, body: bytes, **headers: str) -> int:
        address = self.url.replace("ws://", "http://").split("/onebot")[0] + path
        request = urllib.request.Request(address, body, headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=5) as response:
                return response.status
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    def end(self, number: signal.Signals = signal.SIGTERM, seconds: float = 10.0) -> int:
        """Send a signal and give the exit code."""
        self.process.send_signal(number)
        return self.process.wait(seconds)


@contextlib.contextmanager
def start(
    command: Sequence[str],
    log_path: Path,
    env: dict[str, str] | None = None,
    seconds=60.0,
    ready=READY,
):
    """Run a server and give it once it says that it is ready; kill it at the end."""
    with log_path.open("ab") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=log, stderr=log, env=os.environ | (env or {})
        )
    try:
        yield ServerProcess(process, _ready(process, log_path, seconds, ready), log_path)
    finally:
        _end(process)


def _end(process: subprocess.Popen) -> None:
    """Let it close its own Redis, which would outlive a kill."""
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _ready(
    process: subprocess.Popen, log_path: Path, seconds: float, ready: re.Pattern[str]
) -> str:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        text = log_path.read_text(encoding="utf-8")
        if found := ready.findall(text):
            return found[-1]
        assert process.poll() is None, f"the server ended early:\n{text}"
        time.sleep(0.05)
    raise AssertionError(f"the server was not ready in {seconds} s:\n{log_path.read_text()}")
