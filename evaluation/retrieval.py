"""Compare modes of retrieval: the same queries, one after another, over the same open base."""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from backend.retrieval.passages import Passage, Retrieval
from backend.retrieval.search import Mode
from evaluation.measures import (
    DEPTH,
    Difference,
    finds,
    hit_at,
    ndcg,
    paired_bootstrap,
    reciprocal_rank,
)
from evaluation.queries import LabelledQuery

HITS = (1, 3, 5, 10)


class Search(Protocol):
    """Finds passages in the way that is asked for."""

    async def search(self, query: str, limit: int, mode: Mode) -> Retrieval:
        """Return the best ``limit`` passages."""
        ...


@dataclass(frozen=True, slots=True)
class Run:
    """One query in one mode; ``found`` as in ``evaluation.measures``."""

    query: LabelledQuery
    passages: tuple[Passage, ...]
    found: tuple[int, ...]
    elapsed_ms: float

    @property
    def reciprocal_rank(self) -> float:
        return reciprocal_rank(self.found)


@dataclass(frozen=True, slots=True)
class Row:
    """Means over the queries; ``hits`` by k; ``difference`` of the MRR from the first mode's."""

    queries: int
    hits: Mapping[int, float]
    mrr: float
    ndcg: float
    p50_ms: float
    p99_ms: float
    difference: Difference | None = None


async def run(
    search: Search,
    queries: Sequence[LabelledQuery],
    modes: Sequence[Mode],
    progress: Callable[[str, int, int], None] = lambda mode, done, total: None,
) -> dict[Mode, list[Run]]:
    """Search for every query in every mode; the first search of each mode is not timed."""
    runs: dict[Mode, list[Run]] = {}
    for mode in modes:
        await search.search(queries[-1].text, DEPTH, mode)
        runs[mode] = []
        for query in queries:
            runs[mode].append(await _run(search, query, mode))
            progress(mode, len(runs[mode]), len(queries))
    return runs


async def _run(search: Search, query: LabelledQuery, mode: Mode) -> Run:
    started = time.perf_counter()
    found = await search.search(query.text, DEPTH, mode)
    elapsed_ms = (time.perf_counter() - started) * 1000
    return judged(query, [hit.passage for hit in found.hits], elapsed_ms)


def judged(query: LabelledQuery, passages: Sequence[Passage], elapsed_ms: float = 0.0) -> Run:
    """Return the run that brought up ``passages``, best first."""
    labels = list(enumerate(query.relevant))
    matching = [[number for number, label in labels if label.matches(p)] for p in passages]
    return Run(query, tuple(passages), finds(matching), elapsed_ms)


def summary(runs: Sequence[Run], reference: Sequence[Run] | None = None) -> Row:
    """Return the means over ``runs`` (not empty); ``reference`` has the same queries in order."""
    count = len(runs)
    ranks = [run.reciprocal_rank for run in runs]
    times = sorted(run.elapsed_ms for run in runs)
    return Row(
        queries=count,
        hits={k: sum(hit_at(k, run.found) for run in runs) / count for k in HITS},
        mrr=sum(ranks) / count,
        ndcg=sum(ndcg(run.found, len(run.query.relevant)) for run in runs) / count,
        p50_ms=times[count // 2],
        p99_ms=times[int(count * 0.99)],
        difference=(
            paired_bootstrap(ranks, [run.reciprocal_rank for run in reference])
            if reference is not None
            else None
        ),
    )


def mrr_by_kind(runs: Sequence[Run]) -> dict[str, tuple[int, float]]:
    """Return the number of queries and the MRR of each kind, sorted by its name."""
    groups: dict[str, list[float]] = defaultdict(list)
    for one in runs:
        groups[one.query.kind].append(one.reciprocal_rank)
    return {kind: (len(r), sum(r) / len(r)) for kind, r in sorted(groups.items())}
