"""One search over one index: lexical and dense, fused by rank."""

from backend.retrieval.embedders import Embedder
from backend.retrieval.fusion import reciprocal_rank_fusion
from backend.retrieval.passages import Retrieval
from backend.retrieval.ports import PassageIndex

CANDIDATES = 20
"""How many passages each half offers to the fusion, at least."""


def search_index(
    index: PassageIndex, embedder: Embedder, query: str, limit: int, candidates: int = CANDIDATES
) -> Retrieval:
    """Return at most ``limit`` fused hits and the best raw score of each half."""
    depth = max(candidates, limit)
    lexical = index.lexical(query, depth)
    dense = index.dense(embedder.encode_query(query), depth)
    return Retrieval(
        hits=reciprocal_rank_fusion([lexical, dense], limit),
        lexical=lexical[0].score if lexical else 0.0,
        dense=dense[0].score if dense else 0.0,
    )
