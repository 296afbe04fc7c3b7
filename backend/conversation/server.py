"""A redis-server of our own in one directory, shared by the processes that use it.

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
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from backend.conversation.locks import lock_within, try_lock, wait_until
from backend.conversation.server_process import ANSWER_SECONDS, STOP_SECONDS, ServerProcess
from backend.errors import StoreUnavailable

JOIN_SECONDS = 10.0

_REASONS = {
    errno.EACCES: "没有读写权限",
    errno.EPERM: "没有读写权限",
    errno.EROFS: "文件系统是只读的",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "磁盘配额已满",
    errno.ENOTDIR: "路径中有一段不是目录",
    errno.EEXIST: "已有同名的文件",
}


class RedisServer:
    """One owner's hold on the server of ``directory``."""

    def __init__(self, directory: Path, executable: str) -> None:
        self._directory = directory.absolute()
        self._process = ServerProcess(self._directory, executable)
        self._mutex = threading.Lock()
        self._owner: int | None = None

    @property
    def socket_path(self) -> str:
        """Where it listens, short enough for AF_UNIX; valid while this owner holds on."""
        return self._process.socket_path

    def acquire(self) -> None:
        """Become an owner: join the living server or start one.

        Raises StoreUnavailable when the directory cannot be used or its server does not answer,
        CannotRun when the binary does not work.
        """
        with self._mutex:
            try:
                self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._process.make_shortcut()
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
                    self._process.drop_shortcut()
            atexit.register(self.release)

    def ensure(self) -> bool:
        """Start the server again if it died; true when it had. Raises like ``acquire``, or OSError.

        Does nothing for someone who is no owner (any more).
        """
        with self._mutex:
            if self._owner is None or self._process.is_alive():
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
            self._process.drop_shortcut()
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
            self._process.shut_down()
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

    def _ensure_running(self) -> None:
        process = self._process
        if process.is_alive():
            if wait_until(lambda: not process.is_alive() or process.answers(), ANSWER_SECONDS):
                if process.is_alive():
                    return
            else:
                process.end_unreachable()
        process.launch()


def _reason(error: OSError) -> str:
    known = _REASONS.get(error.errno) if error.errno else None
    return known or error.strerror or str(error)
