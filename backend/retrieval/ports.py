"""What a store of passages does, whoever keeps it."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from backend.retrieval.passages import Passage, Scored

Vectors = NDArray[np.float32]
"""float32, shape (n, d), every row of Euclidean length 1."""


class PassageIndex(Protocol):
    """One version of the indexed passages. Not safe for use from several threads at once."""

    def add(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        """Take in passages with their vectors (row i belongs to ``passages[i]``)."""
        ...

    def seal(self) -> None:
        """Make everything added durable and quick to search; nothing is added afterwards."""
        ...

    def count(self) -> int:
        """Return the number of passages."""
        ...

    def lexical(self, query: str, limit: int) -> list[Scored]:
        """Return passages that share a term with ``query``, best BM25 score first."""
        ...

    def dense(
        self, vector: NDArray[np.float32], limit: int, *, cards_only: bool = False
    ) -> list[Scored]:
        """Return the passages nearest to ``vector`` (shape (d,), length 1), best cosine first.

        ``cards_only`` leaves the operator's documents out.
        """
        ...

    def close(self) -> None:
        """Let go of every file, thread and connection; harmless when repeated."""
        ...
