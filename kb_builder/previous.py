"""What a build can take over from the version before it."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backend.errors import KnowledgeBaseError
from backend.retrieval.embedding.port import Embedder, EmbedderKind, load_embedder
from backend.retrieval.passages import Passage, loads
from backend.retrieval.versions import SCHEMA, Manifest, Versions
from kb_builder.sources import Key


@dataclass(frozen=True, slots=True)
class Previous:
    """The version in use, as far as it can serve again; ``vectors`` are by passage id."""

    manifest: Manifest
    embedder: Embedder
    fitted_on: frozenset[str]
    vectors: dict[str, NDArray[np.float32]]
    passages: dict[str, list[Passage]]
    """Passages of each document, by its path."""

    def document(self, key: Key, sha256: str) -> list[Passage] | None:
        """Return the passages of a document that was read before with this digest."""
        for source in self.manifest.sources:
            if (source.kind, source.path) == key and source.sha256 == sha256 and source.passages:
                return self.passages.get(source.path)
        return None


def load_previous(versions: Versions, kind: EmbedderKind) -> Previous | None:
    """Read the version in use; None when there is none, it is damaged, or nothing fits."""
    try:
        manifest = versions.manifest(versions.current())
        if manifest.schema != SCHEMA or manifest.embedder != kind.name:
            return None
        return _load(versions.folder(manifest.version), manifest, kind)
    # Whatever is wrong with the old version, a full build does not need it.
    except (KnowledgeBaseError, OSError, ValueError, KeyError, TypeError, EOFError):
        return None


def _load(folder: Path, manifest: Manifest, kind: EmbedderKind) -> Previous:
    passages = loads((folder / "passages.jsonl").read_text(encoding="utf-8"))
    vectors: NDArray[np.float32] = np.load(folder / "vectors.npy", allow_pickle=False)
    embedder = load_embedder(kind, folder / "embedder", manifest.dimension)
    if vectors.shape != (len(passages), manifest.dimension):
        raise ValueError("vectors and passages do not match")
    by_document: dict[str, list[Passage]] = {}
    for passage in passages:
        if passage.concept_id is None:
            by_document.setdefault(passage.source, []).append(passage)
    return Previous(
        manifest=manifest,
        embedder=embedder,
        fitted_on=frozenset(json.loads((folder / "fitted_on.json").read_text(encoding="utf-8"))),
        vectors={passage.id: vectors[row] for row, passage in enumerate(passages)},
        passages=by_document,
    )
