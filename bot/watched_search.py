"""Searching the knowledge base, with the operator told once of what is wrong with it."""

from loguru import logger

from backend.errors import KnowledgeBaseError
from backend.retrieval.knowledge_base import KnowledgeBase
from backend.retrieval.passages import Retrieval
from backend.retrieval.search import Mode


class WatchedSearch:
    """The search of ``base``; whoever asks goes on without it, so nobody else would say so."""

    def __init__(self, base: KnowledgeBase) -> None:
        self._base = base
        self._told: type[KnowledgeBaseError] | None = None
        self._embedding = _Watched("暂时只用词面检索。", "向量检索恢复可用。")
        self._reranking = _Watched("暂时不重排。", "重排恢复可用。")

    async def search(self, query: str, limit: int, mode: Mode | None = None) -> Retrieval:
        """Search; raises as ``KnowledgeBase.search`` does."""
        try:
            found = await self._base.search(query, limit, mode)
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
        self._forgive()
        unfitted = self._base.uncalibrated()
        if unfitted:
            logger.warning("{}", unfitted)

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
