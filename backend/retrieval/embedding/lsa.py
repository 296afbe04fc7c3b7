"""Character TF-IDF and truncated SVD, fitted on the passages: an embedder without any weights."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from backend.retrieval.analysis import runs
from backend.retrieval.embedding.port import EmbedderKind
from backend.retrieval.ports import Vectors

DEFAULT_EMBEDDER = "lsa-char13-v1"
"""Changes whenever vectors of the same text would: old and new must never be compared."""

_DIMENSION = 256
_MAX_FEATURES = 20_000
_LONGEST_GRAM = 3
_MANY_TEXTS = 100


class LsaEmbedder:
    """Latent semantic analysis over character 1–3-grams (Deerwester et al., 1990).

    The last component is 1 for a passage without any known gram and 0 otherwise, so that every
    passage has a unit vector. Fitting needs scikit-learn; encoding needs numpy only.
    """

    name = DEFAULT_EMBEDDER

    def __init__(
        self, grams: Sequence[str], idf: NDArray[np.float32], components: NDArray[np.float32]
    ) -> None:
        """``components`` has a row for each gram: shape (len(grams), dimension - 1)."""
        self._columns = {gram: column for column, gram in enumerate(grams)}
        self._idf = idf
        self._components = components

    @classmethod
    def fit(cls, texts: Sequence[str], dimension: int = _DIMENSION) -> Self:
        """Learn from the passages; few or short texts give fewer dimensions."""
        from scipy.sparse import csr_matrix
        from sklearn.utils.extmath import randomized_svd

        counted = [_grams(text) for text in texts]
        grams, idf = _vocabulary(counted)
        known = {gram: column for column, gram in enumerate(grams)}
        rows = [_weigh(counts, known, idf) for counts in counted]
        pointers = np.cumsum([0, *(len(columns) for columns, _ in rows)])
        columns = np.concatenate([c for c, _ in rows] or [np.empty(0, np.int64)])
        weights = np.concatenate([w for _, w in rows] or [np.empty(0, np.float32)])
        matrix = csr_matrix((weights, columns, pointers), shape=(len(rows), len(grams)))
        rank = min(dimension - 1, len(grams), len(rows))
        if rank < 2:
            return cls(grams, idf, np.ones((len(grams), 1), np.float32))
        factors: Any = randomized_svd(matrix, rank, random_state=0)
        return cls(grams, idf, np.ascontiguousarray(factors[2].T, dtype=np.float32))

    @property
    def dimension(self) -> int:
        return self._components.shape[1] + 1

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self.encode_query(text)
        vectors[~vectors.any(axis=1), -1] = 1
        return vectors

    def encode_query(self, text: str) -> NDArray[np.float32]:
        vector = np.zeros(self.dimension, np.float32)
        columns, weights = _weigh(_grams(text), self._columns, self._idf)
        vector[:-1] = weights @ self._components[columns]
        length = float(np.linalg.norm(vector))
        return vector / np.float32(length) if length > 1e-6 else np.zeros_like(vector)

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        grams = json.dumps(list(self._columns), ensure_ascii=False)
        (folder / "grams.json").write_text(grams, encoding="utf-8")
        np.savez(folder / "lsa.npz", idf=self._idf, components=self._components)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote; OSError, ValueError or KeyError when it is damaged."""
        grams = json.loads((folder / "grams.json").read_text(encoding="utf-8"))
        # numpy leaves a damaged archive open unless the file is ours.
        with (folder / "lsa.npz").open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            idf, components = arrays["idf"], arrays["components"]
        if not len(grams) == len(idf) == len(components):
            raise ValueError("grams, idf and components differ in length")
        return cls(grams, idf, components)


LSA = EmbedderKind(LsaEmbedder.name, LsaEmbedder.fit, LsaEmbedder.load, learns=True)


def _grams(text: str) -> Counter[str]:
    return Counter(
        run[start : start + length]
        for run in runs(text)
        for length in range(1, _LONGEST_GRAM + 1)
        for start in range(len(run) - length + 1)
    )


def _vocabulary(counted: Sequence[Counter[str]]) -> tuple[list[str], NDArray[np.float32]]:
    """Return the most frequent grams and their smoothed idf; rare ones only of a few texts."""
    frequency = Counter(gram for counts in counted for gram in counts)
    ranked = sorted(frequency.items(), key=lambda item: (-item[1], item[0]))
    least = 2 if len(counted) >= _MANY_TEXTS else 1
    kept = [(gram, count) for gram, count in ranked if count >= least][:_MAX_FEATURES]
    frequencies = np.array([count for _, count in kept], dtype=np.float32)
    idf = np.log((1 + len(counted)) / (1 + frequencies)) + 1
    return [gram for gram, _ in kept], idf.astype(np.float32)


def _weigh(
    counts: Counter[str], columns: dict[str, int], idf: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return columns and tf-idf weights of length 1, with sublinear term frequency."""
    known = [(columns[gram], count) for gram, count in counts.items() if gram in columns]
    where = np.array([column for column, _ in known], dtype=np.int64)
    frequency = np.array([count for _, count in known], dtype=np.float32)
    weights = (1 + np.log(frequency)) * idf[where] if known else frequency
    length = float(np.linalg.norm(weights))
    return where, (weights / length if length else weights).astype(np.float32)
