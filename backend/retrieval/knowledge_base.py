"""The knowledge base as the bot uses it: opened when first needed, swapped when rebuilt."""

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, Self, TypeVar

from backend.errors import (
    EmbedderUnavailable,
    KnowledgeBaseError,
    KnowledgeBaseMissing,
    RerankerUnavailable,
)
from backend.retrieval.embedding.lsa import LSA
from backend.retrieval.embedding.port import EmbedderKind
from backend.retrieval.milvus_index import Server
from backend.retrieval.opened import OpenVersion, collect_old, open_version, require_match
from backend.retrieval.passages import Retrieval
from backend.retrieval.reranking.port import Reranker
from backend.retrieval.search import Mode
from backend.retrieval.versions import CALIBRATE, Manifest, Versions

_OPEN_ATTEMPTS = 3
_WARMING = "操作系统"
_Result = TypeVar("_Result")


class KnowledgeBase:
    """Searches the current version below a data directory.

    All blocking work runs in one thread of its own, in order, so a swap never meets a search.
    When a version cannot be used every method that needs it raises a KnowledgeBaseError, again at
    once for ``retry_seconds``, and a later build is picked up without a restart.
    """

    def __init__(
        self,
        data_dir: Path,
        server: Server | None = None,
        kind: EmbedderKind = LSA,
        reranker: Reranker | None = None,
        check_seconds: float = 1.0,
        retry_seconds: float = 5.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``check_seconds`` is how often, at most, the pointer to the version is looked at.

        ``kind`` and ``reranker`` are closed together with it.
        """
        self._versions = Versions(data_dir)
        self._server = server
        self._kind = kind
        self._reranker = reranker
        self._check_seconds = check_seconds
        self._retry_seconds = retry_seconds
        self._clock = clock
        self._executor = ThreadPoolExecutor(1, thread_name_prefix="knowledge-base")
        self._open: OpenVersion | None = None
        self._checked_at = float("-inf")
        self._failure: tuple[str, float, KnowledgeBaseError] | None = None

    @classmethod
    def open(
        cls,
        data_dir: Path,
        server: Server | None = None,
        kind: EmbedderKind = LSA,
        reranker: Reranker | None = None,
    ) -> Self:
        """Make one after checking, without importing pymilvus, that a usable version exists."""
        base = cls(data_dir, server, kind, reranker)
        base.require_match()
        return base

    def manifest(self) -> Manifest:
        """Read the current version's manifest from disk; a KnowledgeBaseError if there is none."""
        return self._versions.manifest(self._versions.current())

    def require_match(self) -> None:
        """Raise KnowledgeBaseMismatch when the version on disk was built with other settings."""
        require_match(self.manifest(), self._kind.name, self._server)

    def calibration(self) -> Mapping[str, Any]:
        """Return the calibration stored with the open version, else with the one on disk."""
        opened = self._open
        return (opened.manifest if opened else self.manifest()).calibration

    async def warm(self) -> None:
        """Open the store and load the models now (seconds) so that no student waits for them."""
        await self._run(self._warm)

    async def search(self, query: str, limit: int, mode: Mode | None = None) -> Retrieval:
        """Return the best ``limit`` passages; opens or swaps the store first where needed.

        Without a ``mode`` it reranks when there is a reranker, and goes on without a model that
        cannot be asked. A ``mode`` is kept to, or EmbedderUnavailable, RerankerUnavailable raised.
        """
        return await self._run(lambda: self._current().search(query, limit, mode, self._reranker))

    @property
    def embedder(self) -> str:
        """Name of the embedder that the settings ask for."""
        return self._kind.name

    @property
    def reranker(self) -> str:
        """Name of the reranker, "" without one."""
        return self._reranker.name if self._reranker else ""

    def embedder_problem(self) -> str:
        """Say why only words are searched now; "" when vectors are, too."""
        return self._kind.problem()

    def reranker_problem(self) -> str:
        """Say why the fused order stays now; "" when a reranker works or none is wanted."""
        return self._reranker.problem() if self._reranker else ""

    def uncalibrated(self) -> str:
        """Say that the decision was not fitted for this embedder, and what to do; else ""."""
        try:
            manifest = self._open.manifest if self._open else self.manifest()
        except KnowledgeBaseError:
            return ""
        return "" if manifest.calibrated else CALIBRATE.format(manifest.embedder)

    def state(self) -> str:
        """Say in a few words how the knowledge base is, for ``/healthz``; reads no store."""
        opened, failure = self._open, self._failure
        if opened is not None:
            return f"正常（版本 {opened.manifest.version}，{opened.manifest.passages} 段）"
        if failure is not None:
            return f"不可用：{failure[2]}"
        try:
            return f"尚未打开（{self.manifest().passages} 段）"
        except KnowledgeBaseError as error:
            return f"不可用：{error}"

    async def close(self) -> None:
        """Let go of the store after the searches already asked for; harmless when repeated."""
        try:
            await self._run(self._drop)
            await self._run(self._leave_models)
        except RuntimeError:  # the executor is already shut down
            return
        self._executor.shutdown(wait=False)

    async def _run(self, work: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    def _current(self) -> OpenVersion:
        now = self._clock()
        if self._open is not None and now - self._checked_at < self._check_seconds:
            return self._open
        self._checked_at = now
        try:
            version = self._versions.current()
        except KnowledgeBaseError as error:
            self._drop()
            self._failure = ("", now, error)
            raise
        if self._open is not None and self._open.manifest.version == version:
            return self._open
        if self._failure is not None:
            failed, since, error = self._failure
            if failed == version and now - since < self._retry_seconds:
                raise error
        return self._swap(now)

    def _swap(self, now: float) -> OpenVersion:
        """Leave the old version before opening the new one: what was deleted is gone at once."""
        self._drop()
        version = ""
        for attempt in range(_OPEN_ATTEMPTS):
            try:
                version = self._versions.current()
                self._open = open_version(self._versions, version, self._kind, self._server)
            except KnowledgeBaseError as error:
                # A build may have removed the version between our reading its name and opening it.
                if isinstance(error, KnowledgeBaseMissing) and attempt + 1 < _OPEN_ATTEMPTS:
                    continue
                self._failure = (version, now, error)
                raise
            break
        assert self._open is not None
        self._failure = None
        collect_old(self._versions, self._server)
        return self._open

    def _warm(self) -> None:
        opened = self._current()
        with suppress(EmbedderUnavailable):
            opened.embedder.encode_query(_WARMING)
        if self._reranker is not None:
            with suppress(RerankerUnavailable):
                self._reranker.scores(_WARMING, [_WARMING])

    def _leave_models(self) -> None:
        self._kind.close()
        if self._reranker is not None:
            self._reranker.close()

    def _drop(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None
