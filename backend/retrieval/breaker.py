"""Leave a failing model alone for a while, so that not every message waits for it."""

import time
from collections.abc import Callable, Generator
from contextlib import contextmanager

from backend.errors import KnowledgeBaseError

PAUSE_SECONDS = 10.0
"""After a failure: how long nothing is asked. Then one caller tries, and all follow if it works."""


class Breaker:
    """Remembers the last failure of one model. Used from one thread."""

    def __init__(
        self, pause_seconds: float = PAUSE_SECONDS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._pause_seconds = pause_seconds
        self._clock = clock
        self._failure: KnowledgeBaseError | None = None
        self._open_until = 0.0

    @contextmanager
    def guard(self) -> Generator[None]:
        """Raise the last failure again while it is fresh; remember a KnowledgeBaseError within."""
        if self._failure is not None and self._clock() < self._open_until:
            raise self._failure.with_traceback(None)
        try:
            yield
        except KnowledgeBaseError as error:
            self._failure = error
            self._open_until = self._clock() + self._pause_seconds
            raise
        self._failure = None

    def problem(self) -> str:
        """Return the sentence of the last failure; "" since something worked."""
        return str(self._failure) if self._failure is not None else ""
