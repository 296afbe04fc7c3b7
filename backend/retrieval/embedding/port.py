"""What turns text into vectors for the dense half of retrieval.

Embedder
├── LsaEmbedder           ``lsa``: fitted on the passages; needs no weights
├── PretrainedEmbedder    prepares texts for an Encoder and checks what it gives
│   ├── FlagEncoder       ``bge``: BGE on this machine through FlagEmbedding
│   └── EndpointEncoder   ``endpoint``: any OpenAI-compatible /v1/embeddings
└── CachedEmbedder        remembers the queries of another
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from backend.errors import KnowledgeBaseCorrupt, KnowledgeBaseMismatch
from backend.retrieval.ports import Vectors

_REBUILD = "请运行 python -m kb_builder build 重建。"


class Embedder(Protocol):
    """Turns texts into unit vectors whose inner product is their similarity.

    Encoding raises EmbedderUnavailable when the model cannot be asked now.
    """

    @property
    def name(self) -> str:
        """Model and version; equal names give equal vectors."""
        ...

    @property
    def dimension(self) -> int:
        """Length of every vector."""
        ...

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Return shape (len(texts), dimension), float32, rows of length 1."""
        ...

    def encode_query(self, text: str) -> NDArray[np.float32]:
        """Return shape (dimension,): length 1, or all zero when nothing in ``text`` is known."""
        ...

    def save(self, folder: Path) -> None:
        """Write what ``load_embedder`` needs into ``folder``."""
        ...


def _no_problem() -> str:
    return ""


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class EmbedderKind:
    """How to get embedders of one name: ``fit`` on a version's passages, or ``load`` a saved one.

    ``load`` may raise OSError, ValueError, KeyError or EOFError for a damaged folder. ``learns``
    says whether the vectors depend on the passages it was fitted on. ``batch_size`` texts are
    encoded at a time. ``problem`` says in one Chinese sentence why queries go unencoded now, ""
    when they do not; ``close`` lets go of connections and may be repeated.
    """

    name: str
    fit: Callable[[Sequence[str]], Embedder]
    load: Callable[[Path], Embedder]
    learns: bool = False
    batch_size: int = 200
    problem: Callable[[], str] = _no_problem
    close: Callable[[], None] = _nothing


def load_embedder(kind: EmbedderKind, folder: Path, dimension: int) -> Embedder:
    """Read the embedder of a version whose vectors have ``dimension``.

    KnowledgeBaseCorrupt when its folder is damaged, KnowledgeBaseMismatch when it is another.
    """
    try:
        loaded = kind.load(folder)
    # A truncated .npz is reported by zipfile in several ways, EOFError among them.
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise KnowledgeBaseCorrupt(f"知识库里的向量模型读不出来（{error}）；{_REBUILD}") from error
    if loaded.name != kind.name:
        raise KnowledgeBaseMismatch(
            f"知识库用的向量模型是 {loaded.name}，设置要求 {kind.name}；{_REBUILD}"
        )
    if loaded.dimension != dimension:
        raise KnowledgeBaseMismatch(
            f"知识库的向量是 {dimension} 维，向量模型 {loaded.name} 是 {loaded.dimension} 维；"
            f"{_REBUILD}"
        )
    return loaded
