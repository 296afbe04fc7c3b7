"""The least weighted path length of a tree, found without merging anything."""

from collections.abc import Sequence
from functools import cache


@cache
def least_wpl(weights: Sequence[int], ways: int) -> int:
    """Try every number of leaves on every level of trees with ``ways`` branches a node."""
    ordered = sorted(weights, reverse=True)

    @cache
    def best(placed, slots):
        left = len(ordered) - placed
        if left <= slots:
            return 0
        return min(
            sum(ordered[placed + here :]) + best(placed + here, (slots - here) * ways)
            for here in range(min(slots, left))
        )

    return best(0, 1)
