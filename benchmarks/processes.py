"""The servers under measurement: real processes with data of their own, ended with all they began.

They start in a folder of their own, without the operator's ``.env`` and ASSISTANT408_ variables:
a measurement must not write into a Redis that is in use, nor depend on a model's speed.
"""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
_START_SECONDS = 120.0
_END_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Server:
    """A running server and its embedded Redis, None for the echo."""

    name: str
    port: int
    process: psutil.Process
    redis: psutil.Process | None

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/onebot/v11/ws"

    def cpu_seconds(self) -> float:
        """Processor time so far, all threads, Redis included."""
        parts = [self.process] if self.redis is None else [self.process, self.redis]
        return sum(t.user + t.system for t in (part.cpu_times() for part in parts))


def build_knowledge_base(data_dir: Path) -> None:
    """Build the shipped content into ``data_dir``; RuntimeError with the builder's output."""
    command = [sys.executable, "-m", "kb_builder", "build"]
    env = environment(data_dir)
    done = subprocess.run(
        command, cwd=data_dir, env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"知识库建不起来：\n{done.stdout}{done.stderr}")


def environment(data_dir: Path, settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """Variables of a process that sees ``settings`` (without prefix) and no others of ours."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("ASSISTANT408_")}
    own = {"DATA_DIR": str(data_dir)} | dict(settings or {})
    return (
        inherited
        | {"PYTHONPATH": str(ROOT)}
        | {f"ASSISTANT408_{key}": value for key, value in own.items()}
    )


@contextlib.contextmanager
def serve_bot(data_dir: Path, settings: Mapping[str, str] | None = None) -> Generator[Server]:
    """Run ``python -m bot serve`` until the block ends; ready with its knowledge base open."""
    port = _free_port()
    env = environment(data_dir, {"HTTP__PORT": str(port)} | dict(settings or {}))
    log = data_dir / f"bot-{port}.log"
    with _running([sys.executable, "-m", "bot", "serve"], data_dir, env, log) as process:
        _wait(process, log, lambda: _is_warm(port))
        redis = psutil.Process(int((data_dir / "redis" / "server.pid").read_text()))
        yield Server("bot", port, psutil.Process(process.pid), redis)


@contextlib.contextmanager
def serve_echo(data_dir: Path) -> Generator[Server]:
    """Run ``benchmarks.echo_bot`` until the block ends."""
    port = _free_port()
    log = data_dir / f"echo-{port}.log"
    command = [sys.executable, "-m", "benchmarks.echo_bot", str(port)]
    with _running(command, data_dir, environment(data_dir), log) as process:
        _wait(process, log, lambda: _accepts(port))
        yield Server("echo", port, psutil.Process(process.pid), None)


@contextlib.contextmanager
def _running(
    command: list[str], folder: Path, env: dict[str, str], log: Path
) -> Generator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, env=env, stdout=output, stderr=output)
    try:
        yield process
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End it and its children: the embedded Redis would outlive a killed bot."""
    children: list[psutil.Process] = []
    with contextlib.suppress(psutil.NoSuchProcess):
        children = psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    try:
        process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for child in psutil.wait_procs(children, _END_SECONDS)[1]:
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()


def _wait(process: subprocess.Popen[bytes], log: Path, is_ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        if is_ready():
            return
        time.sleep(0.1)
    raise RuntimeError(f"服务没有启动起来：\n{log.read_text(encoding='utf-8')}")


def unconfirmed_sends(bot: Server) -> int:
    """How many replies the bot counts as not accepted by the client, from its ``/metrics``."""
    found = re.search(
        r'assistant408_replies_total\{platform="onebot",result="failed"\} (\d+)',
        _page(bot.port, "metrics"),
    )
    return int(found[1]) if found else 0


def _is_warm(port: int) -> bool:
    """Whether the knowledge base is open; RuntimeError when it never will be."""
    try:
        state = json.loads(_page(port, "healthz"))["parts"]["knowledge_base"]["state"]
    except OSError:
        return False
    if state.startswith("不可用"):
        raise RuntimeError(f"知识库{state}")
    return state.startswith("正常")


def _page(port: int, name: str) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://127.0.0.1:{port}/{name}", timeout=5) as response:
        return response.read().decode()


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
