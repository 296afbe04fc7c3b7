"""A version of the knowledge base while it is open for reading."""

import contextlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from backend.errors import KnowledgeBaseCorrupt, KnowledgeBaseError, KnowledgeBaseMismatch
from backend.retrieval.embedding.port import Embedder, EmbedderKind, load_embedder
from backend.retrieval.milvus_index import LITE_COLLECTION, MilvusIndex, Server, drop_collection
from backend.retrieval.passages import Retrieval
from backend.retrieval.reader_copy import ReaderCopy
from backend.retrieval.reranking.port import Reranker
from backend.retrieval.search import Mode, search_index
from backend.retrieval.versions import REBUILD, SCHEMA, Manifest, Versions

ALIAS = "assistant408"
_FREQUENT = "frequent.json"


def server_collection(version: str) -> str:
    """Name of a version's collection on a Milvus server (letters, digits and underscores)."""
    return f"{ALIAS}_{version.replace('-', '_')}"


def require_match(manifest: Manifest, embedder: str, server: Server | None) -> None:
    """Raise KnowledgeBaseMismatch when a version was built with other settings than these."""
    uri = server.uri if server else None
    if manifest.schema != SCHEMA:
        raise KnowledgeBaseMismatch(f"知识库是另一个版本的程序建的；{REBUILD} 重建。")
    if manifest.embedder != embedder:
        raise KnowledgeBaseMismatch(
            f"知识库用的向量模型是 {manifest.embedder}，设置要求 {embedder}；{REBUILD} 重建。"
        )
    if manifest.server != uri:
        raise KnowledgeBaseMismatch(
            f"知识库建在 {manifest.server or '本机'}，设置指向 {uri or '本机'}；{REBUILD} 重建。"
        )


@dataclass(frozen=True, slots=True)
class OpenVersion:
    """Everything that a search needs, held until ``close``."""

    manifest: Manifest
    embedder: Embedder
    index: MilvusIndex
    copy: ReaderCopy | None
    hold: IO[bytes]

    def search(
        self, query: str, limit: int, mode: Mode | None, reranker: Reranker | None
    ) -> Retrieval:
        """Search this version; without a ``mode``, as well as the models allow now."""
        chosen = mode or ("rerank" if reranker else "hybrid")
        return search_index(
            self.index, self.embedder, query, limit, chosen, reranker, strict=mode is not None
        )

    def close(self) -> None:
        """Let go of the version; harmless when repeated."""
        with contextlib.suppress(KnowledgeBaseError):
            self.index.close()
        if self.copy is not None:
            self.copy.close()
        self.hold.close()


def open_version(
    versions: Versions, version: str, kind: EmbedderKind, server: Server | None
) -> OpenVersion:
    """Open a version for reading; any KnowledgeBaseError. Takes seconds: pymilvus is imported."""
    manifest = versions.manifest(version)
    require_match(manifest, kind.name, server)
    with contextlib.ExitStack() as undo:
        hold = undo.enter_context(versions.hold(version))
        folder = versions.folder(version)
        loaded = load_embedder(kind, folder / "embedder", manifest.dimension)
        ignored = load_frequent(folder)
        copy = None if server else _copy(folder / "milvus.db", versions.root / "readers")
        if copy is not None:
            undo.callback(copy.close)
        collection = server_collection(version) if server else LITE_COLLECTION
        index = MilvusIndex.open(server or _store(copy), collection, ignored)
        undo.callback(index.close)
        if index.count() != manifest.passages:
            raise KnowledgeBaseCorrupt(
                f"知识库应有 {manifest.passages} 段，实有 {index.count()} 段；{REBUILD} 重建。"
            )
        undo.pop_all()
    return OpenVersion(manifest, loaded, index, copy, hold)


def save_frequent(folder: Path, terms: frozenset[str]) -> None:
    """Write the terms that queries of a version leave out."""
    (folder / _FREQUENT).write_text(json.dumps(sorted(terms), ensure_ascii=False), encoding="utf-8")


def load_frequent(folder: Path) -> frozenset[str]:
    """Read what ``save_frequent`` wrote; KnowledgeBaseCorrupt when it cannot be read."""
    try:
        return frozenset(json.loads((folder / _FREQUENT).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise KnowledgeBaseCorrupt(f"知识库缺少 {_FREQUENT}；{REBUILD} 重建。") from error


def collect_old(versions: Versions, server: Server | None, interrupted: bool = False) -> list[str]:
    """Remove the versions that nobody uses any more; see ``Versions.collect``."""

    def drop(version: str) -> None:
        if server is not None:
            with contextlib.suppress(KnowledgeBaseError):  # the server is away: it stays there
                drop_collection(server, server_collection(version))

    return versions.collect(drop, interrupted)


def _copy(store: Path, readers: Path) -> ReaderCopy:
    try:
        return ReaderCopy(store, readers)
    except OSError as error:
        raise KnowledgeBaseCorrupt(f"知识库打不开（{error}）；{REBUILD} 重建。") from error


def _store(copy: ReaderCopy | None) -> Path:
    assert copy is not None
    return copy.store
