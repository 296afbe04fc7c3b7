"""A reranker over a cross-encoder, wherever that model runs."""

import math
from collections.abc import Callable, Sequence
from typing import Protocol

from backend.errors import RerankerUnavailable
from backend.retrieval.analysis import normalise
from backend.retrieval.breaker import Breaker

QUERY_CHARS, TEXT_CHARS = 120, 370
"""Longest query and text that are read: together below the 512 tokens of bge-reranker-base."""


class Scorer(Protocol):
    """A model as it is; raises RerankerUnavailable when it cannot be asked in time."""

    def score(self, query: str, texts: Sequence[str]) -> list[float]:
        """Return one score for each text, in their order."""
        ...

    def close(self) -> None:
        """Let go of connections; harmless when repeated."""
        ...


class ModelReranker:
    """Prepares texts for ``scorer`` and checks what comes back; see ``Reranker``."""

    def __init__(self, name: str, scorer: Scorer, breaker: Breaker) -> None:
        self.name = name
        self._scorer = scorer
        self._breaker = breaker
        self.problem: Callable[[], str] = breaker.problem
        self.close: Callable[[], None] = scorer.close

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        asked = normalise(query)[:QUERY_CHARS]
        with self._breaker.guard():
            found = self._scorer.score(asked, [normalise(text)[:TEXT_CHARS] for text in texts])
            if len(found) != len(texts) or not all(math.isfinite(score) for score in found):
                raise RerankerUnavailable(f"重排模型 {self.name} 没有给每段文字一个分数。")
            return found
