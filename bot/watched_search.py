"""Searching the knowledge base, with the operator told once of what is wrong with it."""

import asyncio

from loguru import logger

from backend.errors import KnowledgeBaseError, KnowledgeBaseLate
from backend.retrieval.knowledge_base import KnowledgeBase
from backend.retrieval.passages import Retrieval
from backend.retrieval.search import Mode


class WatchedSearch:
    """The search of ``base``; whoever asks goes on without it, so nobody else would say so.

    All searches wait in one line. Where one has not ended after ``seconds`` (``first_seconds``
    while the store is being opened), nobody else waits until it has.
    """

    def __init__(
        self, base: KnowledgeBase, *, seconds: float = 5.0, first_seconds: float = 40.0
    ) -> None:
        self._base = base
        self._seconds = seconds
        self._first_seconds = first_seconds
        self._is_open = False
        self._late: asyncio.Task[Retrieval] | None = None
        self._told: type[KnowledgeBaseError] | None = None
        self._embedding = _Watched("暂时只用词面检索。", "向量检索恢复可用。")
        self._reranking = _Watched("暂时不重排。", "重排恢复可用。")

    async def search(self, query: str, limit: int, mode: Mode | None = None) -> Retrieval:
        """Search; raises as ``KnowledgeBase.search`` does, and KnowledgeBaseLate."""
        try:
            found = await self._in_time(query, limit, mode)
        except KnowledgeBaseError as error:
            self.tell(error)
            raise
        self._forgive()
        return found

    async def warm(self) -> None:
        """Open the knowledge base now, so that no student waits for it; never raises."""
        try:
            await self._base.warm()
        except KnowledgeBaseError as error:
            self.tell(error)
            return
        self._is_open = True
        self._forgive()
        unfitted = self._base.uncalibrated()
        if unfitted:
            logger.warning("{}", unfitted)

    async def aclose(self) -> None:
        """Give up the search that is late."""
        if self._late is not None:
            self._late.cancel()
            await asyncio.wait({self._late})

    async def _in_time(self, query: str, limit: int, mode: Mode | None) -> Retrieval:
        if self._late is not None and not self._late.done():
            raise KnowledgeBaseLate("知识库还没有回应上一次检索。")
        seconds = self._seconds if self._is_open else self._first_seconds
        searching = asyncio.ensure_future(self._base.search(query, limit, mode))
        try:
            await asyncio.wait({searching}, timeout=seconds)
        finally:
            if not searching.done():
                self._set_aside(searching)
        if not searching.done():
            raise KnowledgeBaseLate(f"知识库没有在 {seconds:g} 秒内回应检索。")
        self._is_open = True
        return searching.result()

    def _set_aside(self, searching: "asyncio.Task[Retrieval]") -> None:
        """Keep the first search that is late, to see when the store answers again."""
        if self._late is None or self._late.done():
            self._late = searching
            searching.add_done_callback(_ignore_result)
        else:
            searching.cancel()

    def tell(self, error: KnowledgeBaseError) -> None:
        """Warn of ``error`` unless one of its kind was told since the last success."""
        if self._told is not type(error):
            logger.warning("{} 现在只用概念卡片回答。", error)
        self._told = type(error)

    def _forgive(self) -> None:
        if self._told is not None:
            self._told = None
            logger.info("知识库恢复可用。")
        self._embedding.look(self._base.embedder_problem())
        self._reranking.look(self._base.reranker_problem())


class _Watched:
    """A model that searches can go on without: told once when it goes, once when it is back."""

    def __init__(self, without: str, back: str) -> None:
        self._without = without
        self._back = back
        self._gone = False

    def look(self, problem: str) -> None:
        if problem and not self._gone:
            logger.warning("{}{}", problem, self._without)
        elif self._gone and not problem:
            logger.info("{}", self._back)
        self._gone = bool(problem)


def _ignore_result(searching: "asyncio.Task[Retrieval]") -> None:
    """Whoever asked has gone on without it; an exception that nobody takes would be logged."""
    if not searching.cancelled():
        searching.exception()
