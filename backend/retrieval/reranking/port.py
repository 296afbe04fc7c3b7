"""What orders the passages found by reading each one together with the query."""

from collections.abc import Sequence
from typing import Protocol


class Reranker(Protocol):
    """A cross-encoder, wherever it runs."""

    @property
    def name(self) -> str:
        """Model and where it runs, for people."""
        ...

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        """Return how well each text answers ``query``: comparable in one call, higher is better.

        RerankerUnavailable when the model cannot be asked, or not within its deadline.
        """
        ...

    def problem(self) -> str:
        """Say in one Chinese sentence why passages go unordered now; "" when they do not."""
        ...

    def close(self) -> None:
        """Let go of connections; harmless when repeated."""
        ...
