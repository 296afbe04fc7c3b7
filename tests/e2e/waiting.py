"""Waiting for what a process or a server in a thread does, without an event loop."""

import time
from collections.abc import Callable


def until(reached: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait until ``reached`` gives something true; AssertionError after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline, "not reached in time"
        time.sleep(0.05)
