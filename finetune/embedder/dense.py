"""An embedding model as searching uses it, but for many texts at a time."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from backend.errors import EmbedderUnavailable
from backend.retrieval.embedding.pretrained import Encoder, passage_input, query_input
from backend.retrieval.passages import Passage
from backend.retrieval.ports import Vectors

Progress = Callable[[str, int, int], None]
"""Called with the stage, and how much of it is done of how much."""

_BATCH = 32


class DenseModel:
    """Unit vectors of passages, and of queries after ``instruction``.

    Encoding raises EmbedderUnavailable when the model cannot be loaded or gives no numbers.
    """

    def __init__(self, encoder: Encoder, instruction: str, progress: Progress) -> None:
        self._encoder = encoder
        self._instruction = instruction
        self._progress = progress

    def encode_passages(self, passages: Sequence[Passage]) -> Vectors:
        """Return a row for each passage."""
        texts = [passage_input(passage.searchable) for passage in passages]
        return self._encode(texts, "计算段落的向量")

    def encode_queries(self, queries: Sequence[str]) -> Vectors:
        """Return a row for each query."""
        texts = [query_input(query, self._instruction) for query in queries]
        return self._encode(texts, "计算查询的向量")

    def _encode(self, texts: Sequence[str], stage: str) -> Vectors:
        rows: list[Vectors] = []
        for start in range(0, len(texts), _BATCH):
            batch = texts[start : start + _BATCH]
            rows.append(np.asarray(self._encoder.encode(batch, query=False), np.float32))
            self._progress(stage, start + len(batch), len(texts))
        vectors = np.concatenate(rows)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(lengths).all() or not lengths.all():
            raise EmbedderUnavailable(
                "模型给出的向量不是有效的数；如果刚训练完，学习率多半太大了。"
            )
        return vectors / lengths


def nearest(vectors: Vectors, query: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return the rows of ``vectors``, best cosine to ``query`` first."""
    return np.argsort(-(vectors @ query), kind="stable")
