"""Forwarding by longest prefix match.

Conventions as in the card cn.subnetting and in RFC 4632 (CIDR), section 5.1: of the routes whose
network equals the destination under their mask, the one with the longest prefix is used; 0.0.0.0/0
is the default route and matches everything. Addresses are unsigned 32-bit numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.questions.solvers.subnetting import Block

MAX_ROUTES = 50


@dataclass(frozen=True, slots=True)
class Route:
    """Where packets to ``block`` go; the host bits of the block's network are 0."""

    block: Block
    next_hop: str

    def matches(self, address: int) -> bool:
        return address & self.block.mask == self.block.network


@dataclass(frozen=True, slots=True)
class ForwardTask:
    """``routes`` in the order of the table; no two have the same block."""

    routes: tuple[Route, ...]
    destination: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """``masked`` is the destination under the route's mask."""

    route: Route
    masked: int
    matches: bool


@dataclass(frozen=True, slots=True)
class ForwardRun:
    """A comparison for each route, in the order of the table; ``chosen`` is None when none fits."""

    task: ForwardTask
    comparisons: tuple[Comparison, ...]
    chosen: Route | None

    @property
    def matching(self) -> tuple[Route, ...]:
        """The routes that match, the longest prefix first."""
        found = [comparison.route for comparison in self.comparisons if comparison.matches]
        return tuple(sorted(found, key=lambda route: -route.block.prefix))


def forward(task: ForwardTask) -> ForwardRun:
    """Look up the destination; ValueError when the table is none."""
    _check(task.routes)
    comparisons = tuple(
        Comparison(route, task.destination & route.block.mask, route.matches(task.destination))
        for route in task.routes
    )
    matching = [comparison.route for comparison in comparisons if comparison.matches]
    chosen = max(matching, key=lambda route: route.block.prefix, default=None)
    return ForwardRun(task, comparisons, chosen)


def addresses_of(routes: Sequence[Route], route: Route) -> int:
    """Count the addresses that ``route`` of the table is used for.

    Those of its block, without those of the largest blocks in it that have routes of their own.
    """
    _check(routes)
    inner = [other.block for other in routes if _is_inside(other.block, route.block)]
    outermost = [block for block in inner if not any(_is_inside(block, other) for other in inner)]
    return route.block.size - sum(block.size for block in outermost)


def _is_inside(inner: Block, outer: Block) -> bool:
    return inner.prefix > outer.prefix and inner.network & outer.mask == outer.network


def _check(routes: Sequence[Route]) -> None:
    blocks = [route.block for route in routes]
    if not 1 <= len(blocks) <= MAX_ROUTES or len(set(blocks)) < len(blocks):
        raise ValueError(f"A table has 1 to {MAX_ROUTES} routes to different blocks.")
    if any(not 0 <= b.prefix <= 32 or b.network & ~b.mask or b.network >> 32 for b in blocks):
        raise ValueError("A prefix has 0 to 32 bits, and all others of its network are 0.")
