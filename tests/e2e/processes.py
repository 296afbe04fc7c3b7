"""Starts ``python -m …`` as an operator would: its own data directory, no settings but the given.

    done = run("bot", "chat", data_dir=tmp_path, lines=["什么是死锁"])
    with started("bot", "serve", data_dir=tmp_path, settings={"HTTP__PORT": "0"}) as process: …

The working directory is empty, so that no developer's own ``.env`` is read.
"""

import atexit
import contextlib
import functools
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Finished:
    """How a process ended; ``code`` is negative after a signal."""

    code: int
    out: str
    err: str

    @property
    def replies(self) -> list[dict[str, Any]]:
        """The lines of standard output as JSON objects."""
        return [json.loads(line) for line in self.out.splitlines()]


def environment(data_dir: Path, settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give a clean environment; ``settings`` are named without their prefix."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    ours = {f"ASSISTANT408_{name}": value for name, value in (settings or {}).items()}
    return {
        **kept,
        "PYTHONPATH": str(ROOT),
        "PYTHONWARNINGS": "default",
        "ASSISTANT408_DATA_DIR": str(data_dir),
        **ours,
    }


def run(
    module: str,
    *arguments: str,
    data_dir: Path,
    settings: Mapping[str, str] | None = None,
    lines: Sequence[str | dict[str, Any]] = (),
    raw: bytes | None = None,
    cwd: Path | None = None,
    extra: Mapping[str, str] | None = None,
    seconds: float = 90,
) -> Finished:
    """Run to the end with ``lines`` (or the bytes ``raw``) on standard input.

    ``extra`` are environment variables by their full names.
    """
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        input=as_input(lines) if raw is None else raw,
        capture_output=True,
        cwd=cwd or empty_directory(),
        env=environment(data_dir, settings) | dict(extra or {}),
        timeout=seconds,
        check=False,
    )
    return Finished(done.returncode, done.stdout.decode(), done.stderr.decode())


class Started:
    """A process that runs; what it says is collected meanwhile."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.errors: list[str] = []
        self._lines: queue.Queue[str | None] = queue.Queue()
        for work in (self._read_out, self._read_err):
            threading.Thread(target=work, daemon=True).start()

    def ask(self, request: dict[str, Any], seconds: float = 60) -> dict[str, Any]:
        """Send one line of JSON and wait for the line that answers it."""
        assert self.process.stdin is not None
        self.process.stdin.write(as_input([request]))
        self.process.stdin.flush()
        line = self._lines.get(timeout=seconds)
        assert line is not None, f"it ended: {self.log}"
        return json.loads(line)

    def wait_for_log(self, text: str, seconds: float = 60) -> str:
        """Wait until a line of standard error contains ``text``; give that line."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for line in self.errors:
                if text in line:
                    return line
            assert self.process.poll() is None, f"it ended: {self.log}"
            time.sleep(0.02)
        raise AssertionError(f"not in the log within {seconds} s: {text}\n{self.log}")

    @property
    def log(self) -> str:
        """Standard error so far."""
        return "".join(self.errors)

    def kill(self) -> None:
        """End it with SIGKILL."""
        self.process.kill()
        self.process.wait()

    def stop(self, seconds: float = 20) -> int:
        """End it with SIGTERM; give its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)

    def _read_out(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.decode())
        self._lines.put(None)

    def _read_err(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.errors.append(line.decode())


@contextmanager
def started(
    module: str,
    *arguments: str,
    data_dir: Path,
    settings: Mapping[str, str] | None = None,
) -> Generator[Started]:
    """Start a process; it is killed at the end of the block if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=empty_directory(),
        env=environment(data_dir, settings),
    )
    try:
        yield Started(process)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            assert stream is not None
            with contextlib.suppress(BrokenPipeError):
                stream.close()


def shut_redis_down(data_dir: Path) -> None:
    """End the redis-server that outlived killed owners, by becoming the last owner and leaving."""
    run("bot", "chat", data_dir=data_dir)


def as_input(lines: Sequence[str | dict[str, Any]]) -> bytes:
    """Give lines of text, or of JSON for dicts, as bytes."""
    texts = [
        line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines
    ]
    return "".join(f"{text}\n" for text in texts).encode()


@functools.cache
def empty_directory() -> Path:
    """Give a working directory that holds no ``.env``."""
    folder = Path(tempfile.mkdtemp(prefix="assistant408-tests-"))
    atexit.register(folder.rmdir)
    return folder
