"""An embedder over a model that was trained before, wherever that model runs."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from backend.errors import EmbedderUnavailable
from backend.retrieval.analysis import normalise
from backend.retrieval.breaker import Breaker
from backend.retrieval.ports import Vectors

MAX_CHARS = 500
"""Longest text that is encoded, with its instruction: BGE reads 512 tokens, at most one to a
character, and a server refuses more instead of cutting it."""

_SAVED = "embedder.json"


def passage_input(text: str) -> str:
    """Return a passage as the model reads it, in training too."""
    return normalise(text)[:MAX_CHARS]


def query_input(text: str, instruction: str) -> str:
    """Return a query as the model reads it, in training too; "" when nothing is asked."""
    normal = normalise(text).strip()
    return (instruction + normal)[:MAX_CHARS] if normal else ""


class Encoder(Protocol):
    """A model as it is; raises EmbedderUnavailable when it cannot be asked."""

    def encode(self, texts: Sequence[str], *, query: bool) -> NDArray[np.float32]:
        """Return one row for each text; a ``query`` is waited for, passages are built from."""
        ...

    def close(self) -> None:
        """Let go of connections; harmless when repeated."""
        ...


class PretrainedEmbedder:
    """Prepares texts for ``encoder`` and checks what comes back.

    Every text is folded by ``normalise``: the tokenizers of BGE know no upper-case piece and take
    TCP and LRU for the same unknown word. ``instruction`` stands before queries only.
    """

    def __init__(
        self,
        name: str,
        encoder: Encoder,
        instruction: str,
        breaker: Breaker,
        dimension: int,
    ) -> None:
        """``dimension`` is the length of vectors that the model must give."""
        self.name = name
        self.dimension = dimension
        self._encoder = encoder
        self._instruction = instruction
        self._breaker = breaker

    @classmethod
    def measured(cls, name: str, encoder: Encoder, instruction: str, breaker: Breaker) -> Self:
        """Make one after asking the model how long its vectors are."""
        raw = encoder.encode(["维"], query=False)
        if raw.ndim != 2 or not raw.shape[1]:
            raise EmbedderUnavailable(f"向量模型 {name} 给出的不是向量。")
        return cls(name, encoder, instruction, breaker, int(raw.shape[1]))

    @classmethod
    def load(cls, folder: Path, encoder: Encoder, instruction: str, breaker: Breaker) -> Self:
        """Read what ``save`` wrote, without asking the model; ValueError or KeyError if damaged."""
        saved: Any = json.loads((folder / _SAVED).read_text(encoding="utf-8"))
        if not isinstance(saved, dict):
            raise ValueError(f"{_SAVED} holds no object")
        return cls(str(saved["name"]), encoder, instruction, breaker, int(saved["dimension"]))

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        saved = json.dumps({"name": self.name, "dimension": self.dimension}, ensure_ascii=False)
        (folder / _SAVED).write_text(saved, encoding="utf-8")

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        return self._encode([passage_input(text) for text in texts], query=False)

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """See ``Embedder``; after a failure the same one is raised at once for some seconds."""
        asked = query_input(text, self._instruction)
        if not asked:
            return np.zeros(self.dimension, np.float32)
        with self._breaker.guard():
            return self._encode([asked], query=True)[0]

    def _encode(self, texts: Sequence[str], *, query: bool) -> Vectors:
        raw = np.asarray(self._encoder.encode(texts, query=query), np.float32)
        if raw.ndim != 2 or len(raw) != len(texts):
            raise EmbedderUnavailable(f"向量模型 {self.name} 没有给每段文字一个向量。")
        if raw.shape[1] != self.dimension:
            raise EmbedderUnavailable(
                f"向量模型 {self.name} 给出 {raw.shape[1]} 维的向量，知识库是 {self.dimension} 维；"
                "换过模型就要运行 python -m kb_builder build 重建。"
            )
        lengths = np.linalg.norm(raw, axis=1, keepdims=True)
        if not np.isfinite(lengths).all() or not lengths.all():
            raise EmbedderUnavailable(f"向量模型 {self.name} 给出的向量不是有效的数。")
        return (raw / lengths).astype(np.float32)
