"""Build a version of the knowledge base beside the one in use, check it, switch to it."""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from zoneinfo import ZoneInfo

import numpy as np

from backend.errors import ContentError, DocumentError, KnowledgeBaseError
from backend.knowledge.library import load_library
from backend.retrieval.analysis import frequent_terms
from backend.retrieval.embedding.lsa import LSA
from backend.retrieval.embedding.port import Embedder, EmbedderKind
from backend.retrieval.milvus_index import LITE_COLLECTION, MilvusIndex, Server, publish_alias
from backend.retrieval.opened import (
    ALIAS,
    collect_old,
    load_frequent,
    save_frequent,
    server_collection,
)
from backend.retrieval.passages import Passage, dumps
from backend.retrieval.ports import Vectors
from backend.retrieval.search import search_index
from backend.retrieval.versions import CALIBRATE, SCHEMA, Manifest, SourceRecord, Versions
from kb_builder.calibrations import calibration_for
from kb_builder.documents import read_document
from kb_builder.passages_from_cards import card_passages
from kb_builder.passages_from_documents import document_passages
from kb_builder.previous import Previous, load_previous
from kb_builder.sources import Inputs, Key, scan

REFIT_FROM = 0.2
"""A fitted embedder is kept while the passages that came or went since its fit are fewer than
this share of those it was fitted on: their vectors stay comparable and are not computed again."""

_SAMPLE, _SAMPLE_DEPTH, _SAMPLE_CHARS = 20, 10, 80
_CHUNK = 200

Progress = Callable[[str, int, int], None]
"""Called with the name of a stage, how much of it is done, and its total."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a build did. ``reused`` passages kept their vector from the previous version.

    ``uncalibrated`` says that the decision was not fitted for the embedder, else it is empty.
    """

    version: str
    files: int
    passages: int
    reused: int
    skipped: tuple[SourceRecord, ...]
    refitted: bool
    uncalibrated: str
    seconds: float


class Builder:
    """Builds versions below one data directory; ``kind`` is the embedder to use."""

    def __init__(
        self,
        data_dir: Path,
        server: Server | None = None,
        kind: EmbedderKind = LSA,
        progress: Progress = lambda stage, done, total: None,
    ) -> None:
        self._versions = Versions(data_dir)
        self._server = server
        self._kind = kind
        self._progress = progress

    def build(self, content: Path, docs: Path | None) -> Summary:
        """Build from the content folder and a folder of documents; switch; tidy up.

        ContentError when the content is wrong, KnowledgeBaseBusy when another build runs,
        KnowledgeBaseError or OSError when a store fails. The version in use stays until the
        switch, and whatever goes wrong before it leaves nothing behind that counts.
        """
        with self._versions.building():
            collect_old(self._versions, self._server, interrupted=True)
            now = datetime.now(ZoneInfo("Asia/Shanghai"))
            version = f"{now:%Y%m%dT%H%M%S}-{token_hex(3)}"
            try:
                # Held, so that a running bot does not take it for an old one before the switch.
                with self._versions.create(version):
                    return self._build(version, now, content, docs)
            finally:
                # After a switch this takes the old version; after a failure, the torn new one.
                collect_old(self._versions, self._server, interrupted=True)

    def _build(self, version: str, now: datetime, content: Path, docs: Path | None) -> Summary:
        started = time.monotonic()
        uri = self._server.uri if self._server else None
        inputs = Inputs(content, docs, self._kind.name, uri)
        previous = load_previous(self._versions, self._kind)
        sources, passages = self._read(inputs, previous)
        if not passages:
            raise ContentError(["没有任何可用的段落，知识库会是空的"])
        embedder, fitted_on = self._embedder(passages, previous)
        refitted = previous is None or embedder is not previous.embedder
        vectors, reused = self._embed(passages, embedder, None if refitted else previous)
        folder = self._versions.folder(version)
        embedder.save(folder / "embedder")
        fitted = json.dumps(sorted(fitted_on))
        (folder / "fitted_on.json").write_text(fitted, encoding="utf-8")
        (folder / "passages.jsonl").write_text(dumps(passages), encoding="utf-8")
        np.save(folder / "vectors.npy", vectors)
        save_frequent(folder, frequent_terms([passage.searchable for passage in passages]))
        self._index(version, passages, vectors, embedder)
        manifest = Manifest(
            version=version,
            created=now.isoformat(timespec="seconds"),
            schema=SCHEMA,
            embedder=embedder.name,
            dimension=embedder.dimension,
            passages=len(passages),
            sources=tuple(sources),
            content=str(content),
            docs=str(docs) if docs else None,
            server=uri,
            calibration=calibration_for(content, embedder.name),
        )
        self._versions.write_manifest(manifest)
        self._versions.switch(version)
        if self._server is not None:
            publish_alias(self._server, ALIAS, server_collection(version))
        return Summary(
            version=version,
            files=manifest.files,
            passages=len(passages),
            reused=reused,
            skipped=manifest.skipped,
            refitted=refitted,
            uncalibrated="" if manifest.calibrated else CALIBRATE.format(manifest.embedder),
            seconds=time.monotonic() - started,
        )

    def _read(
        self, inputs: Inputs, previous: Previous | None
    ) -> tuple[list[SourceRecord], list[Passage]]:
        """Return every source with its number of passages, and all passages in order."""
        library = load_library(inputs.content)
        cards = dict(card_passages(library))
        found = scan(inputs, previous.manifest if previous else None)
        sources: list[SourceRecord] = []
        passages: dict[str, Passage] = {}
        for number, (key, record) in enumerate(found.items(), start=1):
            if key[0] == "content":
                own, reason = cards.get(record.path, []), None
            else:
                own, reason = _document(inputs.docs or Path(), key, record, previous)
            passages.update((passage.id, passage) for passage in own)
            sources.append(replace(record, passages=len(own), skipped=record.skipped or reason))
            self._progress("读取", number, len(found))
        return sources, list(passages.values())

    def _embedder(
        self, passages: Sequence[Passage], previous: Previous | None
    ) -> tuple[Embedder, frozenset[str]]:
        """Return the previous embedder while it still fits, else a new one, and its passages."""
        ids = frozenset(passage.id for passage in passages)
        if previous is not None and not self._kind.learns:
            # A model that is asked for by the same name may have become another one.
            found = self._kind.fit(())
            if found.dimension == previous.embedder.dimension:
                return previous.embedder, previous.fitted_on
            return found, ids
        if previous is not None:
            drift = len(ids ^ previous.fitted_on) / max(len(previous.fitted_on), 1)
            if drift < REFIT_FROM:
                return previous.embedder, previous.fitted_on
        stage = "训练向量模型" if self._kind.learns else "载入向量模型"
        self._progress(stage, 0, 1)
        embedder = self._kind.fit([passage.searchable for passage in passages])
        self._progress(stage, 1, 1)
        return embedder, ids

    def _embed(
        self, passages: Sequence[Passage], embedder: Embedder, previous: Previous | None
    ) -> tuple[Vectors, int]:
        """Return the vector of each passage and how many come from the previous version."""
        known = previous.vectors if previous else {}
        vectors = np.zeros((len(passages), embedder.dimension), np.float32)
        new: list[int] = []
        for row, passage in enumerate(passages):
            vector = known.get(passage.id)
            if vector is None:
                new.append(row)
            else:
                vectors[row] = vector
        step = self._kind.batch_size
        for start in range(0, len(new), step):
            rows = new[start : start + step]
            vectors[rows] = embedder.encode_passages([passages[row].searchable for row in rows])
            self._progress("计算向量", min(start + step, len(new)), len(new))
        return vectors, len(passages) - len(new)

    def _index(
        self, version: str, passages: Sequence[Passage], vectors: Vectors, embedder: Embedder
    ) -> None:
        store = self._server or self._versions.folder(version) / "milvus.db"
        collection = server_collection(version) if self._server else LITE_COLLECTION
        index = MilvusIndex.create(store, collection, embedder.dimension, len(passages))
        try:
            for start in range(0, len(passages), _CHUNK):
                index.add(passages[start : start + _CHUNK], vectors[start : start + _CHUNK])
                self._progress("写入", min(start + _CHUNK, len(passages)), len(passages))
            index.seal()
        finally:
            index.close()
        self._progress("检查", 0, 1)
        ignored = load_frequent(self._versions.folder(version))
        reopened = MilvusIndex.open(store, collection, ignored)
        try:
            verify(reopened, embedder, passages)
        finally:
            reopened.close()
        self._progress("检查", 1, 1)


def verify(index: MilvusIndex, embedder: Embedder, passages: Sequence[Passage]) -> None:
    """Raise KnowledgeBaseError unless all passages are there and a sample finds itself."""
    if index.count() != len(passages):
        raise KnowledgeBaseError(
            f"检查没有通过：写入了 {len(passages)} 段，库里有 {index.count()} 段。"
        )
    sample = passages[:: max(1, len(passages) // _SAMPLE)][:_SAMPLE]
    lost = [passage for passage in sample if not _finds_itself(index, embedder, passage)]
    if len(lost) * 10 > len(sample):
        raise KnowledgeBaseError(f"检查没有通过：抽查 {len(sample)} 段，{len(lost)} 段搜不到自己。")


def _finds_itself(index: MilvusIndex, embedder: Embedder, passage: Passage) -> bool:
    query = f"{passage.title} {passage.text[:_SAMPLE_CHARS]}"
    hits = search_index(index, embedder, query, _SAMPLE_DEPTH).hits
    return any(hit.passage.text == passage.text for hit in hits)


def _document(
    docs: Path, key: Key, record: SourceRecord, previous: Previous | None
) -> tuple[list[Passage], str | None]:
    """Return a document's passages, read again only if it changed, or why there are none."""
    known = previous.document(key, record.sha256) if previous else None
    if known is not None:
        return known, None
    try:
        return document_passages(read_document(docs / record.path), record.path), None
    except DocumentError as error:
        return [], str(error)
