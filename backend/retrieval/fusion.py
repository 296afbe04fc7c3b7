"""Reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009)."""

from collections.abc import Sequence

from backend.retrieval.passages import Hit, Passage, Scored

RANK_CONSTANT = 60
"""k in 1 / (k + rank), as in the paper."""


def reciprocal_rank_fusion(rankings: Sequence[Sequence[Scored]], limit: int) -> tuple[Hit, ...]:
    """Fuse rankings, each best first, into one of at most ``limit``; ties go by passage id."""
    scores: dict[str, float] = {}
    passages: dict[str, Passage] = {}
    for ranking in rankings:
        for rank, scored in enumerate(ranking, start=1):
            passage = scored.passage
            passages[passage.id] = passage
            scores[passage.id] = scores.get(passage.id, 0.0) + 1 / (RANK_CONSTANT + rank)
    best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:limit]
    return tuple(Hit(passages[i], score, rank) for rank, (i, score) in enumerate(best, start=1))
