"""Dividing places in proportion, and drawing by weight: the arithmetic under choosing.py."""

import math
import random
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping


def in_proportion(
    order: Iterable[str],
    group_of: Callable[[str], str],
    shares: Mapping[str, int],
    counts: Counter[str],
) -> Iterator[str]:
    """Give all of ``order``, at each step the next of the group that is most behind its share.

    ``shares`` names every group. ``counts`` is how many there were of each; it goes on counting.
    """
    queues: dict[str, deque[str]] = {}
    for item in order:
        queues.setdefault(group_of(item), deque()).append(item)
    whole = sum(shares.values())

    def behind(group: str) -> tuple[float, int]:
        share = shares[group] / whole
        return share * (counts.total() + 1) - counts[group], shares[group]

    while queues:
        group = max(queues, key=behind)
        yield queues[group].popleft()
        counts[group] += 1
        if not queues[group]:
            del queues[group]


def apportioned(shares: Mapping[str, int], n: int, chance: random.Random) -> dict[str, int]:
    """Divide ``n`` places by largest remainder; ``chance`` decides between equal remainders."""
    whole = sum(shares.values())
    places = {key: n * share // whole for key, share in shares.items()}
    by_remainder = sorted(shares, key=lambda key: (-(n * shares[key] % whole), chance.random()))
    for key in by_remainder[: n - sum(places.values())]:
        places[key] += 1
    return places


def systematic(weights: Mapping[str, float], n: int, chance: random.Random) -> dict[str, int]:
    """Divide ``n`` by systematic sampling: each gets its exact share, rounded up or down.

    Over many papers everyone gets its share (Madow, Annals of Mathematical Statistics 20, 1949).
    """
    whole = sum(weights.values())
    start, sofar, before = chance.random(), 0.0, 0
    places: dict[str, int] = {}
    for place, (key, weight) in enumerate(weights.items(), start=1):
        sofar += weight / whole if whole else 1 / len(weights)
        upto = n if place == len(weights) else math.floor(sofar * n + start)
        places[key], before = upto - before, upto
    return places


def sample(weights: Mapping[str, float], n: int, chance: random.Random) -> list[str]:
    """Choose ``n`` without repeating, by weight (Efraimidis & Spirakis, IPL 97, 2006)."""
    keys = {
        point: -math.log(1 - chance.random()) / max(weight, 1e-9)
        for point, weight in weights.items()
    }
    return sorted(keys, key=lambda point: keys[point])[:n]
