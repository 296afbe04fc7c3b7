"""Huffman trees of two and more ways.

Conventions as in the card ds.huffman-tree (and Knuth, TAOCP vol. 1, 2.3.4.5): a path is counted in
edges; for k ways, leaves of weight 0 are added until (n − 1) mod (k − 1) = 0. Of equal weights the
one that stood first goes first, leaves in the given order before merged trees; the choice changes
code lengths but never the total.
"""

from collections.abc import Sequence
from dataclasses import dataclass

MAX_WEIGHTS = 64


@dataclass(frozen=True, slots=True)
class HuffmanTask:
    """``weights`` of the leaves, each 1 or more; ``ways`` children under every inner node."""

    weights: tuple[int, ...]
    ways: int = 2


@dataclass(frozen=True, slots=True)
class Merge:
    """The weights that were joined, ascending, and their sum."""

    parts: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True)
class HuffmanRun:
    """``depths`` are the code lengths of ``task.weights`` in the same order.

    ``dummies`` is the number of added leaves. ``tied`` tells that at some merge another choice of
    equal weights was possible, so that the depths may depend on it.
    """

    task: HuffmanTask
    dummies: int
    merges: tuple[Merge, ...]
    depths: tuple[int, ...]
    tied: bool

    @property
    def wpl(self) -> int:
        """Weighted path length: the sum of weight × depth over the leaves."""
        return sum(w * depth for w, depth in zip(self.task.weights, self.depths, strict=True))


@dataclass(frozen=True, slots=True)
class _Root:
    """A tree in the forest; ``leaves`` are the places of its weights in the task."""

    weight: int
    leaves: tuple[int, ...]


def build(task: HuffmanTask) -> HuffmanRun:
    """Build the tree; ValueError on fewer than two weights, weights below 1 or ways below 2."""
    _check(task)
    dummies = -(len(task.weights) - 1) % (task.ways - 1)
    forest = [_Root(0, ())] * dummies
    forest += [_Root(weight, (at,)) for at, weight in enumerate(task.weights)]
    depths = [0] * len(task.weights)
    merges: list[Merge] = []
    tied = False
    while len(forest) > 1:
        forest.sort(key=lambda root: root.weight)
        taken, forest = forest[: task.ways], forest[task.ways :]
        tied = tied or (bool(forest) and forest[0].weight == taken[-1].weight)
        merged = _merge(taken)
        for leaf in merged.leaves:
            depths[leaf] += 1
        merges.append(Merge(tuple(root.weight for root in taken), merged.weight))
        forest.append(merged)
    return HuffmanRun(task, dummies, tuple(merges), tuple(depths), tied)


def _merge(taken: Sequence[_Root]) -> _Root:
    leaves = tuple(leaf for root in taken for leaf in root.leaves)
    return _Root(sum(root.weight for root in taken), leaves)


def _check(task: HuffmanTask) -> None:
    if not 2 <= len(task.weights) <= MAX_WEIGHTS:
        raise ValueError(f"{len(task.weights)} weights are not between 2 and {MAX_WEIGHTS}")
    if min(task.weights) < 1:
        raise ValueError(f"the weight {min(task.weights)} is less than 1")
    if task.ways < 2:
        raise ValueError(f"a tree of {task.ways} ways cannot branch")
