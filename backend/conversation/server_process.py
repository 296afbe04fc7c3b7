"""The redis-server process of one directory: start it, ask it, end it. Every method blocks."""

import contextlib
import fcntl
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import psutil
from loguru import logger

from backend.conversation.locks import lock_within, try_lock, wait_until
from backend.errors import StoreUnavailable

SOCKET, LOG, PID, AOF = "redis.sock", "redis.log", "server.pid", "appendonly.aof"

MAX_SOCKET_PATH_BYTES = 100
"""sun_path holds 108 bytes on Linux and 104 on macOS."""

START_SECONDS = 10.0
ANSWER_SECONDS = 2.0
STOP_SECONDS = 3.0
MAX_LOG_BYTES = 1_000_000

_DAMAGED_AOF = re.compile(
    r"(Bad file format|Unexpected end of file|Unrecoverable error) reading the append only file"
)


class CannotRun(Exception):
    """The redis-server binary does not work on this machine; the message says why."""


class ServerProcess:
    """The server of ``directory``, whoever started it; it holds ``server.lock`` while it lives."""

    def __init__(self, directory: Path, executable: str) -> None:
        self._directory = directory
        self._executable = executable
        self._shortcut: Path | None = None

    @property
    def socket_path(self) -> str:
        """Where it listens; short enough for AF_UNIX while there is a shortcut."""
        return str((self._shortcut or self._directory) / SOCKET)

    def make_shortcut(self) -> None:
        """Link a short path to a directory whose own is too long for a socket."""
        if len(os.fsencode(self._directory / SOCKET)) <= MAX_SOCKET_PATH_BYTES:
            return
        self._shortcut = Path(tempfile.mkdtemp(prefix="a408-", dir="/tmp")) / "redis"
        self._shortcut.symlink_to(self._directory)

    def drop_shortcut(self) -> None:
        """Remove the link, where one was made."""
        if self._shortcut is not None:
            shutil.rmtree(self._shortcut.parent, ignore_errors=True)
            self._shortcut = None

    def is_alive(self) -> bool:
        """Tell whether a server lives, be it one that hangs."""
        lock = try_lock(self._directory / "server.lock", fcntl.LOCK_SH)
        if lock is None:
            return True
        os.close(lock)
        return False

    def answers(self) -> bool:
        """Tell whether it replies at all: "-LOADING" is a server reading its data."""
        return self._talk(b"PING\r\n", ANSWER_SECONDS) != b""

    def shut_down(self) -> None:
        """End a living server, its data on disk."""
        if self.is_alive():
            self._talk(b"SHUTDOWN NOSAVE\r\n", STOP_SECONDS)
            wait_until(lambda: not self.is_alive(), STOP_SECONDS)

    def end_unreachable(self) -> None:
        """Stop a living server whose socket file is gone; one that merely hangs is left alone.

        Raises StoreUnavailable when it lives on.
        """
        process = self._process()
        if process is not None and not (self._directory / SOCKET).exists():
            process.terminate()
            if wait_until(lambda: not self.is_alive(), STOP_SECONDS):
                return
        number = f"（进程 {process.pid}）" if process else ""
        raise StoreUnavailable(
            f"{self._directory} 的 redis-server{number}没有应答，请结束它后再启动"
        )

    def launch(self) -> None:
        """Start the server; a damaged data file is put aside, and it starts with an empty one.

        Raises CannotRun, OSError, or StoreUnavailable when the one before does not end.
        """
        reason = self._try_launch()
        if reason is not None and _DAMAGED_AOF.search(reason):
            aside = self._directory / f"{AOF}.damaged-{int(time.time())}"
            (self._directory / AOF).rename(aside)
            logger.warning("内嵌 Redis 的数据文件损坏，已移到 {}，从空白历史开始", aside)
            reason = self._try_launch()
        if reason is not None:
            raise CannotRun(reason)

    def _has_loaded(self) -> bool:
        answer = self._talk(b"PING\r\n", ANSWER_SECONDS)
        return answer != b"" and not answer.startswith(b"-LOADING")

    def _talk(self, command: bytes, seconds: float) -> bytes:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
            link.settimeout(seconds)
            try:
                link.connect(self.socket_path)
                link.sendall(command)
                return link.recv(64)
            except OSError:
                return b""

    def _process(self) -> psutil.Process | None:
        try:
            process = psutil.Process(int((self._directory / PID).read_text()))
            return process if "redis-server" in process.name() else None
        except (OSError, ValueError, psutil.Error):
            return None

    def _try_launch(self) -> str | None:
        """Start the server and wait until it answers; otherwise tell why it did not."""
        self._check_data_file()
        log = self._directory / LOG
        if log.exists() and log.stat().st_size > MAX_LOG_BYTES:
            log.unlink()
        seen = log.stat().st_size if log.exists() else 0
        # A server that was killed while rewriting its file leaves a child that ends soon.
        lock = lock_within(self._directory / "server.lock", STOP_SECONDS)
        if lock is None:
            raise StoreUnavailable(f"{self._directory} 里上一个 redis-server 还没有退出")
        try:
            refusal = self._spawn(lock)
        finally:
            os.close(lock)
        if refusal is not None:
            return refusal
        # A damaged file is found while it is loaded, when "-LOADING" has been answered already.
        wait_until(lambda: self._has_loaded() or not self.is_alive(), START_SECONDS)
        if self.is_alive():
            return None
        with contextlib.suppress(OSError), log.open("rb") as lines:
            lines.seek(seen)
            return lines.read().decode("utf-8", "replace").strip() or "没有留下日志"
        return "没有留下日志"

    def _spawn(self, lock: int) -> str | None:
        # Relative paths: the depth of the directory then matters to nobody. It daemonises, so
        # Ctrl-C in our terminal does not reach it and it may outlive us for the other owners.
        settings = {
            "port": "0",
            "unixsocket": SOCKET,
            "unixsocketperm": "700",
            "daemonize": "yes",
            "pidfile": PID,
            "logfile": LOG,
            "loglevel": "warning",
            "save": "",
            "appendonly": "yes",
            # At most about a second of dialogue is lost, and only if the machine itself fails.
            # "always" costs an fsync a message and ends the server when the disk is full.
            "appendfsync": "everysec",
            "auto-aof-rewrite-min-size": "16mb",
        }
        options = [word for name, value in settings.items() for word in (f"--{name}", value)]
        try:
            done = subprocess.run(
                [self._executable, *options],
                cwd=self._directory,
                pass_fds=(lock,),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                timeout=START_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
        if done.returncode != 0:
            output = done.stdout.decode("utf-8", "replace").strip()
            return f"退出码 {done.returncode} {output}"
        return None

    def _check_data_file(self) -> None:
        data = self._directory / AOF
        if not os.access(self._directory, os.W_OK | os.X_OK):
            raise PermissionError(None, "没有写入权限")
        if data.exists() and not os.access(data, os.R_OK | os.W_OK):
            raise PermissionError(None, f"{AOF} 属于另一个用户，不能读写")
