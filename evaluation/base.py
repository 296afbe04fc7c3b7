"""The knowledge base of the settings, as the evaluations search it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from backend.retrieval.embedding.choice import choose_embedder
from backend.retrieval.knowledge_base import KnowledgeBase
from backend.retrieval.milvus_index import Server
from backend.retrieval.passages import Retrieval
from backend.retrieval.reranking.choice import choose_reranker
from backend.retrieval.search import Mode
from config.settings import Settings


@asynccontextmanager
async def open_base(settings: Settings) -> AsyncGenerator[KnowledgeBase]:
    """Open it after checking that it fits the settings; a KnowledgeBaseError otherwise."""
    base = make_base(settings)
    try:
        yield base
    finally:
        await base.close()


def make_base(settings: Settings) -> KnowledgeBase:
    """Make it; no query's vector is kept, or the second mode would be timed without the model."""
    uri, token = settings.milvus.uri, settings.milvus.token.get_secret_value()
    uncached = settings.embedder.model_copy(update={"cache_size": 1})
    return KnowledgeBase.open(
        settings.data_dir.absolute(),
        Server(uri, token) if uri else None,
        choose_embedder(**uncached.plain()),
        choose_reranker(**settings.reranker.plain()),
    )


class StrictSearch:
    """Searches as the bot does, but raises where the bot would go on without a model."""

    def __init__(self, base: KnowledgeBase) -> None:
        self._base = base

    async def search(self, query: str, limit: int, mode: Mode | None = None) -> Retrieval:
        best = "rerank" if self._base.reranker else "hybrid"
        return await self._base.search(query, limit, mode or best)
