"""Measures of a ranking, from the ranks at which a query's labels were first found.

A query's *finds* are ranks from 1 in ascending order, one for each label that was found, at the
best passage for it; further passages of the same concept neither help nor count, they only push
others down. A passage serves one label at most, so no two finds are equal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2

import numpy as np

DEPTH = 10
"""Where MRR@10 and nDCG@10 stop looking."""

RESAMPLES = 10_000


def finds(matching: Sequence[Sequence[int]]) -> tuple[int, ...]:
    """Return the finds, given for each passage in order which labels (by number) it matches."""
    found: dict[int, int] = {}
    for rank, labels in enumerate(matching, start=1):
        label = next((label for label in labels if label not in found), None)
        if label is not None:
            found[label] = rank
    return tuple(found.values())


def hit_at(k: int, found: Sequence[int]) -> float:
    """Return 1 when anything was found among the best ``k``, else 0 (success at k)."""
    return float(any(rank <= k for rank in found))


def reciprocal_rank(found: Sequence[int], k: int = DEPTH) -> float:
    """Return 1 / rank of the first find among the best ``k``, else 0.

    Its mean is the MRR (Voorhees, "The TREC-8 Question Answering Track Report", 1999).
    """
    return 1 / found[0] if found and found[0] <= k else 0.0


def ndcg(found: Sequence[int], labels: int, k: int = DEPTH) -> float:
    """Return the normalised discounted cumulative gain with gains of 0 and 1.

    DCG sums 1 / log2(rank + 1) over the finds among the best ``k``; the ideal finds all
    ``labels`` (at least 1) at the top (Järvelin and Kekäläinen, TOIS 20(4), 2002; with the
    discount of Burges et al., ICML 2005).
    """
    gained = sum(1 / log2(rank + 1) for rank in found if rank <= k)
    ideal = sum(1 / log2(rank + 1) for rank in range(1, min(labels, k) + 1))
    return gained / ideal


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean of paired differences and its 95 % interval."""

    mean: float
    low: float
    high: float


def paired_bootstrap(
    values: Sequence[float], reference: Sequence[float], resamples: int = RESAMPLES
) -> Difference:
    """Return the mean of ``values - reference``, both by query, and its percentile interval.

    Queries are drawn with replacement (Efron and Tibshirani, "An Introduction to the Bootstrap",
    1993, chapter 13); the seed is fixed. The interval says nothing about other kinds of queries.
    """
    differences = np.asarray(values) - np.asarray(reference)
    chance = np.random.default_rng(408)
    count = len(differences)
    means = [differences[chance.integers(count, size=count)].mean() for _ in range(resamples)]
    low, high = np.percentile(means, (2.5, 97.5))
    return Difference(float(differences.mean()), float(low), float(high))
