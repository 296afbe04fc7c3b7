"""A redis-server process of our own in one directory, shared by the processes that use it.

    start.lock    held exclusively while someone starts, joins or leaves
    owners.lock   held shared by every owner; whoever can hold it exclusively was the last
    server.lock   held by redis-server itself (inherited), so it tells whether one lives

The kernel drops a lock with its process, so nothing here goes stale after a kill: a server whose
owners were killed lives on, and the next one joins it with all its data. Every method blocks.
"""

import atexit
import contextlib
import errno
import fcntl
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import psutil
from loguru import logger

from backend.conversation.locks import lock_within, try_lock, wait_until
from backend.errors import StoreUnavailable

SOCKET, LOG, PID, AOF = "redis.sock", "redis.log", "server.pid", "appendonly.aof"

MAX_SOCKET_PATH_BYTES = 100
"""sun_path holds 108 bytes on Linux and 104 on macOS."""

JOIN_SECONDS = 10.0
START_SECONDS = 10.0
ANSWER_SECONDS = 2.0
STOP_SECONDS = 3.0
MAX_LOG_BYTES = 1_000_000

_DAMAGED_AOF = re.compile(
    r"(Bad file format|Unexpected end of file|Unrecoverable error) reading the append only file"
)


_REASONS = {
    errno.EACCES: "没有读写权限",
    errno.EPERM: "没有读写权限",
    errno.EROFS: "文件系统是只读的",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额已满",
    errno.ENOTDIR: "路径中有一段不是目录",
    errno.EEXIST: "已有同名的文件",
}


class CannotRun(Exception):
    """The redis-server binary does not work on this machine; the message says why."""


class RedisServer:
    """One owner's hold on the server of ``directory``."""

    def __init__(self, directory: Path, executable: str) -> None:
        self._directory = directory.absolute()
        self._executable = executable
        self._mutex = threading.Lock()
        self._owner: int | None = None
        self._shortcut: Path | None = None

    @property
    def socket_path(self) -> str:
        """Where it listens, short enough for AF_UNIX; valid while this owner holds on."""
        return str((self._shortcut or self._directory) / SOCKET)

    def acquire(self) -> None:
        """Become an owner: join the living server or start one.

        Raises StoreUnavailable when the directory cannot be used or its server does not answer,
        CannotRun when the binary does not work.
        """
        with self._mutex:
            try:
                self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._make_shortcut()
                with self._changing(JOIN_SECONDS):
                    self._ensure_running()
                    self._owner = try_lock(self._directory / "owners.lock", fcntl.LOCK_SH)
            except OSError as error:
                raise StoreUnavailable(
                    f"内嵌 Redis 的目录 {self._directory} 不能使用：{_reason(error)}"
                    "（检查 ASSISTANT408_DATA_DIR）"
                ) from error
            finally:
                if self._owner is None:
                    self._drop_shortcut()
            atexit.register(self.release)

    def ensure(self) -> bool:
        """Start the server again if it died; true when it had. Raises like ``acquire``, or OSError.

        Does nothing for someone who is no owner (any more).
        """
        with self._mutex:
            if self._owner is None or self._is_alive():
                return False
            with self._changing(JOIN_SECONDS):
                self._ensure_running()
            return True

    def release(self) -> None:
        """Stop being an owner; the last one shuts the server down, its data on disk."""
        with self._mutex:
            if self._owner is None:
                return
            with contextlib.suppress(OSError, StoreUnavailable), self._changing(STOP_SECONDS):
                self._leave()
                self._stop_if_last()
            self._leave()
            self._drop_shortcut()
            atexit.unregister(self.release)

    def _leave(self) -> None:
        if self._owner is not None:
            os.close(self._owner)
            self._owner = None

    def _stop_if_last(self) -> None:
        alone = try_lock(self._directory / "owners.lock", fcntl.LOCK_EX)
        if alone is None:
            return
        try:
            if self._is_alive():
                self._talk(b"SHUTDOWN NOSAVE\r\n", STOP_SECONDS)
                wait_until(lambda: not self._is_alive(), STOP_SECONDS)
        finally:
            os.close(alone)

    @contextmanager
    def _changing(self, seconds: float) -> Generator[None]:
        lock = lock_within(self._directory / "start.lock", seconds)
        if lock is None:
            raise StoreUnavailable(f"另一个进程占着 {self._directory} 的启动锁超过 {seconds:g} 秒")
        try:
            yield
        finally:
            os.close(lock)

    def _is_alive(self) -> bool:
        lock = try_lock(self._directory / "server.lock", fcntl.LOCK_SH)
        if lock is None:
            return True
        os.close(lock)
        return False

    def _ensure_running(self) -> None:
        if self._is_alive():
            if wait_until(lambda: not self._is_alive() or self._answers(), ANSWER_SECONDS):
                if self._is_alive():
                    return
            else:
                self._end_unreachable()
        self._launch()

    def _answers(self) -> bool:
        """Any reply counts: "-LOADING" is a server reading its data."""
        return self._talk(b"PING\r\n", ANSWER_SECONDS) != b""

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

    def _end_unreachable(self) -> None:
        """Stop a living server whose socket file is gone; one that merely hangs is left alone."""
        process = self._process()
        if process is not None and not (self._directory / SOCKET).exists():
            process.terminate()
            if wait_until(lambda: not self._is_alive(), STOP_SECONDS):
                return
        number = f"（进程 {process.pid}）" if process else ""
        raise StoreUnavailable(
            f"{self._directory} 的 redis-server{number}没有应答，请结束它后再启动"
        )

    def _process(self) -> psutil.Process | None:
        try:
            process = psutil.Process(int((self._directory / PID).read_text()))
            return process if "redis-server" in process.name() else None
        except (OSError, ValueError, psutil.Error):
            return None

    def _launch(self) -> None:
        reason = self._try_launch()
        if reason is not None and _DAMAGED_AOF.search(reason):
            aside = self._directory / f"{AOF}.damaged-{int(time.time())}"
            (self._directory / AOF).rename(aside)
            logger.warning("内嵌 Redis 的数据文件损坏，已移到 {}，从空白历史开始", aside)
            reason = self._try_launch()
        if reason is not None:
            raise CannotRun(reason)

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
        wait_until(lambda: self._has_loaded() or not self._is_alive(), START_SECONDS)
        if self._is_alive():
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

    def _make_shortcut(self) -> None:
        if len(os.fsencode(self._directory / SOCKET)) <= MAX_SOCKET_PATH_BYTES:
            return
        self._shortcut = Path(tempfile.mkdtemp(prefix="a408-", dir="/tmp")) / "redis"
        self._shortcut.symlink_to(self._directory)

    def _drop_shortcut(self) -> None:
        if self._shortcut is not None:
            shutil.rmtree(self._shortcut.parent, ignore_errors=True)
            self._shortcut = None


def _reason(error: OSError) -> str:
    known = _REASONS.get(error.errno) if error.errno else None
    return known or error.strerror or str(error)
