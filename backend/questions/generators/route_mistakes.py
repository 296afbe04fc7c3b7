"""The mistakes of longest prefix match, each a wrong way to choose a route."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backend.questions.solvers.longest_prefix_match import Route
from backend.questions.solvers.subnetting import Block

_Choose = Callable[[Sequence[Route], int], Route | None]


@dataclass(frozen=True, slots=True)
class Mistake:
    """``choose`` gives the route that the mistake uses for an address; None drops the packet."""

    name: str
    why: str
    choose: _Choose


def agrees(route: Route, address: int, prefix: int) -> bool:
    """Whether the first ``prefix`` bits of the address are those of the route's network."""
    mask = Block(0, max(prefix, 0)).mask
    return address & mask == route.block.network & mask


def _longest(routes: Sequence[Route]) -> Route | None:
    return max(routes, key=lambda route: route.block.prefix, default=None)


def _matching(routes: Sequence[Route], address: int) -> list[Route]:
    return [route for route in routes if agrees(route, address, route.block.prefix)]


def _first(routes: Sequence[Route], address: int) -> Route | None:
    return next(iter(_matching(routes, address)), None)


def _one_bit_fewer(routes: Sequence[Route], address: int) -> Route | None:
    return _longest([r for r in routes if agrees(r, address, r.block.prefix - 1)])


def _whole_octets(routes: Sequence[Route], address: int) -> Route | None:
    return _longest([r for r in routes if agrees(r, address, r.block.prefix // 8 * 8)])


def _second_longest(routes: Sequence[Route], address: int) -> Route | None:
    matching = sorted(_matching(routes, address), key=lambda route: -route.block.prefix)
    return matching[1] if len(matching) > 1 else None


def _shortest(routes: Sequence[Route], address: int) -> Route | None:
    return min(_matching(routes, address), key=lambda route: route.block.prefix, default=None)


def _nearest(routes: Sequence[Route], address: int) -> Route | None:
    below = [route for route in routes if route.block.network <= address]
    return max(below, key=lambda route: (route.block.network, route.block.prefix), default=None)


MISTAKES = (
    Mistake("takes-first-match", "从上往下找到第一条匹配的就用了，没有比较前缀长短", _first),
    Mistake("miscounts-last-bit", "前缀少比较了一位，把不匹配的路由当成匹配", _one_bit_fewer),
    Mistake("takes-wider-route", "匹配的路由中没有选前缀最长的，选了范围更大的", _second_longest),
    Mistake("takes-shortest-prefix", "把规则弄反，选了匹配中前缀最短的", _shortest),
    Mistake(
        "takes-longest-in-table",
        "只看哪条前缀最长，没有检查目的地址是否匹配",
        lambda routes, address: _longest(routes),
    ),
    Mistake("compares-whole-octets", "只比较了前缀中完整的字节，没有看剩下的几位", _whole_octets),
    Mistake("takes-nearest-number", "选了网络号最接近（不大于目的地址）的一条", _nearest),
    Mistake(
        "drops-the-packet",
        "没有与目的地址完全相同的表项，就以为要丢弃",
        lambda routes, address: None,
    ),
)
