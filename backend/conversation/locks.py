"""Locks between processes that the kernel drops with their holder (flock), and a bounded wait."""

import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path

POLL_SECONDS = 0.005


def try_lock(path: Path, kind: int) -> int | None:
    """Take ``fcntl.LOCK_SH`` or ``LOCK_EX`` on a file; None when another holder forbids it.

    Gives a descriptor: the lock lasts until it, and every copy of it in a child, is closed.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def lock_within(path: Path, seconds: float) -> int | None:
    """Take the exclusive lock as soon as it is free; None when that takes longer."""
    deadline = time.monotonic() + seconds
    while (lock := try_lock(path, fcntl.LOCK_EX)) is None and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    return lock


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait for a condition; false when it is not met in time."""
    deadline = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    return met
