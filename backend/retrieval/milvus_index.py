"""Passages in Milvus: the only module that knows pymilvus and milvus-lite.

A *store* is either a folder, served by a milvus-lite inside this process (one process may hold a
folder), or the URI of a Milvus server. Both speak the same protocol; BM25 is computed by Milvus
from terms that ``analysis`` has prepared.
"""

import json
import logging
import os
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from backend.errors import KnowledgeBaseBusy, KnowledgeBaseCorrupt, KnowledgeBaseError
from backend.retrieval.analysis import encode, query_terms, terms
from backend.retrieval.passages import Passage, Scored, from_record, to_record
from backend.retrieval.ports import Vectors

LITE_COLLECTION = "passages"
BM25_K1, BM25_B = 1.5, 0.75
"""milvus-lite drops these two on the way and always uses its defaults: the same, on purpose."""
_DENSE_METRIC = "IP"
"""Vectors have length 1: their inner product is their cosine, and quicker to compute."""
_CARDS = "is_card == true"
_ANALYZER = {"tokenizer": "standard"}
_HNSW_FROM = 50_000
"""Passages from which the approximate dense index pays; below, FLAT is exact and quick."""
_BATCH = 500
_WRITING = "写不进去"
_SEARCH_SECONDS, _BUILD_SECONDS = 10.0, 120.0


@dataclass(frozen=True, slots=True)
class Server:
    """A Milvus server; ``token`` is ``user:password`` or empty."""

    uri: str
    token: str = ""


Store = Path | Server


class MilvusIndex:
    """The passages of one version; see ``ports.PassageIndex`` for what the methods promise."""

    def __init__(
        self, connection: "_Connection", collection: str, ignored: frozenset[str] = frozenset()
    ) -> None:
        self._connection = connection
        self._ignored = ignored
        self._client = connection.client
        self._collection = collection

    @classmethod
    def create(cls, store: Store, collection: str, dimension: int, expected: int) -> Self:
        """Start an empty collection for about ``expected`` passages, replacing one of its name."""
        with _explained(store, _WRITING):
            connection = _Connection(store)
        index = cls(connection, collection)
        with _explained(store, _WRITING), connection.closed_on_error():
            index._create(dimension, approximate=expected >= _HNSW_FROM)
        return index

    @classmethod
    def open(cls, store: Store, collection: str, ignored: frozenset[str] = frozenset()) -> Self:
        """Open a sealed collection; KnowledgeBaseCorrupt or KnowledgeBaseBusy when it cannot be.

        ``ignored`` terms are left out of queries that have others (see ``frequent_terms``).
        """
        with _explained(store, "打不开"):
            connection = _Connection(store)
        with _explained(store, "打不开"), connection.closed_on_error():
            connection.client.load_collection(collection, timeout=_BUILD_SECONDS)
        return cls(connection, collection, ignored)

    def add(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        with _explained(self._connection.store, _WRITING):
            for start in range(0, len(passages), _BATCH):
                batch = passages[start : start + _BATCH]
                rows = [
                    _row(passage, vectors[start + offset]) for offset, passage in enumerate(batch)
                ]
                self._client.insert(self._collection, rows, timeout=_BUILD_SECONDS)

    def seal(self) -> None:
        with _explained(self._connection.store, _WRITING):
            # Unflushed rows are scanned one by one in Python: 30 times slower to search.
            self._client.flush(self._collection, timeout=_BUILD_SECONDS)
            self._client.load_collection(self._collection, timeout=_BUILD_SECONDS)

    def count(self) -> int:
        with _explained(self._connection.store, "数不出来"):
            rows = self._client.query(
                self._collection, filter="", output_fields=["count(*)"], timeout=_SEARCH_SECONDS
            )
            return int(rows[0]["count(*)"])

    def lexical(self, query: str, limit: int) -> list[Scored]:
        text = encode(query_terms(query, self._ignored))
        return self._search("sparse", text, "BM25", limit) if text else []

    def dense(
        self, vector: NDArray[np.float32], limit: int, *, cards_only: bool = False
    ) -> list[Scored]:
        if not vector.any():
            return []
        wanted = _CARDS if cards_only else ""
        return self._search("dense", vector.tolist(), _DENSE_METRIC, limit, wanted)

    def close(self) -> None:
        self._connection.close()

    def _search(
        self, field: str, query: Any, metric: str, limit: int, wanted: str = ""
    ) -> list[Scored]:
        with _explained(self._connection.store, "查不了"):
            found = self._client.search(
                self._collection,
                [query],
                filter=wanted,
                anns_field=field,
                search_params={"metric_type": metric},
                limit=limit,
                output_fields=["passage"],
                timeout=_SEARCH_SECONDS,
            )[0]
            # milvus-lite gives BM25 scores negated, a server does not.
            sign = abs if metric == "BM25" else float
            scored = [
                Scored(from_record(json.loads(hit["entity"]["passage"])), sign(hit["distance"]))
                for hit in found
            ]
        return sorted(scored, key=lambda one: (-one.score, one.passage.id))

    def _create(self, dimension: int, approximate: bool) -> None:
        from pymilvus import DataType, Function, FunctionType

        if self._client.has_collection(self._collection):
            self._client.drop_collection(self._collection)
        schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("id", DataType.VARCHAR, is_primary=True, max_length=64)
        schema.add_field("passage", DataType.VARCHAR, max_length=65_535)
        schema.add_field("is_card", DataType.BOOL)
        schema.add_field(
            "terms",
            DataType.VARCHAR,
            max_length=65_535,
            enable_analyzer=True,
            analyzer_params=_ANALYZER,
        )
        schema.add_field("sparse", DataType.SPARSE_FLOAT_VECTOR)
        schema.add_field("dense", DataType.FLOAT_VECTOR, dim=dimension)
        bm25 = Function("bm25", FunctionType.BM25, ["terms"], ["sparse"])
        schema.add_function(bm25)
        indexes = self._client.prepare_index_params()
        indexes.add_index(
            "sparse",
            index_type="SPARSE_INVERTED_INDEX",
            metric_type="BM25",
            params={"bm25_k1": BM25_K1, "bm25_b": BM25_B},
        )
        hnsw = {"M": 16, "efConstruction": 200} if approximate else {}
        kind = "HNSW" if approximate else "FLAT"
        indexes.add_index("dense", index_type=kind, metric_type=_DENSE_METRIC, params=hnsw)
        self._client.create_collection(self._collection, schema=schema, timeout=_BUILD_SECONDS)
        # Waiting for an index of nothing would take half a second each; loading waits for both.
        self._client.create_index(self._collection, indexes, timeout=_BUILD_SECONDS, sync=False)


class _Connection:
    """A client, and for a folder the milvus-lite that serves it."""

    def __init__(self, store: Store) -> None:
        # Read when pyarrow is first imported; its own allocator keeps some 30 MB for nothing.
        os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
        from pymilvus import MilvusClient

        # Every failure is raised as well; logged, it would be a second report with a traceback.
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)
        self.store = store
        self._lite: _Lite | None = None
        if isinstance(store, Server):
            uri, token = store.uri, store.token
        else:
            self._lite = _Lite(store)
            uri, token = self._lite.uri, ""
        try:
            # A shared connection would stay open after close, one more with every swap.
            self.client: Any = MilvusClient(
                uri, token=token, timeout=_SEARCH_SECONDS, dedicated=True
            )
        except BaseException:
            if self._lite is not None:
                self._lite.close()
            raise

    @contextmanager
    def closed_on_error(self) -> Generator[None]:
        """Close the connection if the block fails."""
        try:
            yield
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self.client.close()
        if self._lite is not None:
            self._lite.close()
            self._lite = None


class _Lite:
    """milvus-lite on a free loopback port, as pymilvus itself would start it for a ``.db`` path.

    Started here so that its refusals arrive as exceptions and its end does not wait for a grace.
    """

    def __init__(self, folder: Path) -> None:
        from milvus_lite.adapter.grpc.server import start_server_in_thread

        self._server, self._db, port = start_server_in_thread(str(folder.absolute()))
        self.uri = f"http://127.0.0.1:{port}"

    def close(self) -> None:
        self._server.stop(grace=0).wait(2)
        self._db.close()


def publish_alias(server: Server, alias: str, collection: str) -> None:
    """Point ``alias`` at ``collection`` for others who look at the server."""
    with _explained(server, "切换不了"):
        connection = _Connection(server)
        with connection.closed_on_error():
            if alias in connection.client.list_aliases().get("aliases", []):
                connection.client.alter_alias(collection, alias)
            else:
                connection.client.create_alias(collection, alias)
        connection.close()


def drop_collection(server: Server, collection: str) -> None:
    """Remove a collection; nothing happens when it is not there."""
    with _explained(server, "清理不了"):
        connection = _Connection(server)
        with connection.closed_on_error():
            if connection.client.has_collection(collection):
                connection.client.drop_collection(collection)
        connection.close()


def _row(passage: Passage, vector: NDArray[np.float32]) -> dict[str, Any]:
    return {
        "id": passage.id,
        "passage": json.dumps(to_record(passage), ensure_ascii=False),
        "is_card": passage.concept_id is not None,
        "terms": encode(terms(passage.searchable)),
        "dense": vector.tolist(),
    }


@contextmanager
def _explained(store: Store, what: str) -> Generator[None]:
    """Turn whatever pymilvus and milvus-lite raise into one sentence of ours."""
    try:
        yield
    except (KnowledgeBaseError, KeyboardInterrupt, SystemExit, MemoryError):
        raise
    # gRPC, Arrow and both libraries have unrelated exception trees.
    except Exception as error:
        reason = _short(error)
        if type(error).__name__ == "DataDirLockedError":
            raise KnowledgeBaseBusy(f"知识库 {store} 正被另一个进程使用。") from error
        if isinstance(store, Server):
            raise KnowledgeBaseError(
                f"Milvus 服务器 {store.uri} {what}（{reason}）；"
                "请检查 ASSISTANT408_MILVUS__URI 和 ASSISTANT408_MILVUS__TOKEN。"
            ) from error
        if what == _WRITING:
            raise KnowledgeBaseError(
                f"知识库{what}（{reason}）；请检查数据目录的磁盘空间和权限。"
            ) from error
        raise KnowledgeBaseCorrupt(
            f"知识库{what}（{reason}）；请运行 python -m kb_builder build 重建。"
        ) from error


def _short(error: Exception) -> str:
    text = " ".join(str(getattr(error, "message", "") or error).split())
    return text[:200] or type(error).__name__
