"""Remember the vectors of recent queries: students ask the same things, and models are slow."""

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backend.retrieval.analysis import normalise
from backend.retrieval.embedding.port import Embedder
from backend.retrieval.ports import Vectors


class CachedEmbedder:
    """``embedder`` with the last ``size`` different queries kept; passages go straight through.

    Queries that differ in case, width or blanks around them count as one.
    """

    def __init__(self, embedder: Embedder, size: int) -> None:
        self._embedder = embedder
        self._size = size
        self._vectors: OrderedDict[str, NDArray[np.float32]] = OrderedDict()

    @property
    def name(self) -> str:
        return self._embedder.name

    @property
    def dimension(self) -> int:
        return self._embedder.dimension

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._embedder.encode_passages(texts)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        key = normalise(text).strip()
        vector = self._vectors.get(key)
        if vector is None:
            vector = self._embedder.encode_query(text)
            self._vectors[key] = vector
            if len(self._vectors) > self._size:
                self._vectors.popitem(last=False)
        else:
            self._vectors.move_to_end(key)
        return vector

    def save(self, folder: Path) -> None:
        self._embedder.save(folder)
