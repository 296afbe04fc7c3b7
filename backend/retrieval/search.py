"""One search over one index: lexical and dense, fused by rank, and reranked where a model can."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from backend.errors import EmbedderUnavailable, KnowledgeBaseError, RerankerUnavailable
from backend.retrieval.embedding.port import Embedder
from backend.retrieval.fusion import reciprocal_rank_fusion
from backend.retrieval.passages import Hit, Retrieval
from backend.retrieval.ports import PassageIndex
from backend.retrieval.reranking.port import Reranker

Mode = Literal["lexical", "dense", "hybrid", "rerank"]
"""BM25 alone; vectors alone; both fused by rank; the fused list ordered again by a reranker."""

CANDIDATES = 20
"""How many passages each half offers to the fusion, and the fusion to the reranker, at least."""


def search_index(
    index: PassageIndex,
    embedder: Embedder,
    query: str,
    limit: int,
    mode: Mode = "hybrid",
    reranker: Reranker | None = None,
    *,
    strict: bool = True,
) -> Retrieval:
    """Return at most ``limit`` hits and the best raw score of each half that was searched.

    A model that cannot be asked raises EmbedderUnavailable or RerankerUnavailable; unless
    ``strict``, the search goes on without it. KnowledgeBaseError when ``rerank`` has no reranker.
    """
    depth = max(CANDIDATES, limit)
    lexical = index.lexical(query, depth) if mode != "dense" else []
    dense = nearest = None
    vector = None if mode == "lexical" else _vector(embedder, query, strict=strict)
    if vector is not None:
        dense = index.dense(vector, depth)
        # How near a document is says nothing of how well a card answers.
        documents = any(one.passage.concept_id is None for one in dense)
        nearest = index.dense(vector, depth, cards_only=True) if documents else dense
    hits = reciprocal_rank_fusion([lexical, dense or []], depth if mode == "rerank" else limit)
    if mode == "rerank":
        hits = _reranked(reranker, query, hits, strict=strict)[:limit]
    best = None if nearest is None else nearest[0].score if nearest else 0.0
    return Retrieval(
        hits,
        lexical=lexical[0].score if lexical else 0.0,
        dense=best,
        nearest=tuple(nearest or ()),
    )


def _vector(embedder: Embedder, query: str, *, strict: bool) -> NDArray[np.float32] | None:
    try:
        return embedder.encode_query(query)
    except EmbedderUnavailable:
        if strict:
            raise
        return None


def _reranked(
    reranker: Reranker | None, query: str, hits: Sequence[Hit], *, strict: bool
) -> tuple[Hit, ...]:
    if reranker is None:
        raise KnowledgeBaseError("没有配置重排模型；设置见 ASSISTANT408_RERANKER__KIND。")
    if not hits:
        return ()
    try:
        scores = reranker.scores(query, [hit.passage.searchable for hit in hits])
    except RerankerUnavailable:
        if strict:
            raise
        return tuple(hits)
    # The fused rank settles ties.
    ordered = sorted(zip(scores, hits, strict=True), key=lambda pair: (-pair[0], pair[1].rank))
    return tuple(
        Hit(hit.passage, score, rank) for rank, (score, hit) in enumerate(ordered, start=1)
    )
