"""Routing tables to ask about: how they are drawn, shown, and looked through."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from backend.questions.layout import code_block
from backend.questions.solvers.longest_prefix_match import (
    Comparison,
    ForwardTask,
    Route,
    forward,
)
from backend.questions.solvers.subnetting import Block, dotted

_COLUMN = 19
_NETWORKS: tuple[Callable[[random.Random], int], ...] = (
    lambda chance: (10 << 8) + chance.randint(1, 250),
    lambda chance: (172 << 8) + chance.randint(16, 31),
    lambda chance: (192 << 8) + 168,
    lambda chance: (202 << 8) + chance.randint(1, 250),
    lambda chance: (130 << 8) + chance.randint(1, 250),
)


@dataclass(frozen=True, slots=True)
class Table:
    """Nested routes: the default, ``outer``, in it ``target`` and ``beside``, and ``inner``, which
    lies in ``target``; ``routes`` are all of them in the order shown."""

    routes: tuple[Route, ...]
    outer: Route
    target: Route
    beside: Route
    inner: Route
    address: int  # one that ``target`` is used for


def draw_table(chance: random.Random, prefixes: tuple[int, int] = (16, 20)) -> Table:
    """Draw a table around an address; ``prefixes`` bound the one of the outer route."""
    address = chance.choice(_NETWORKS)(chance) << 16
    address += (chance.getrandbits(8) << 8) + chance.randint(1, 254)
    outer = chance.randint(*prefixes)
    target = outer + chance.randint(2, 4)
    inner = min(target + chance.randint(1, 3), 28)
    beside = chance.randint(outer + 1, target + 1)
    apart = chance.choice((inner, inner, chance.randint(target + 1, inner)))
    sibling = chance.randint(outer + 1, min(beside, target))
    blocks = (
        Block(0, 0),
        _block(address, outer),
        _block(address, target),
        _block(address ^ 1 << (32 - sibling), beside),
        _block(address ^ 1 << (32 - apart), inner),
    )
    style = chance.choice(("R{}", "R{}", "E{}"))
    names = [style.format(i) for i in range(1, 6)]
    shown = [*blocks[1:]]
    chance.shuffle(shown)
    shown.insert(chance.choice((0, 4, 4)), blocks[0])
    hops = dict(zip(shown, names, strict=True))
    routes = [Route(block, hops[block]) for block in blocks]
    in_order = tuple(sorted(routes, key=lambda route: route.next_hop))
    _, wide, wanted, near, narrow = routes
    return Table(in_order, wide, wanted, near, narrow, address)


def _block(address: int, prefix: int) -> Block:
    return Block(address & Block(0, prefix).mask, prefix)


def cidr(route: Route) -> str:
    """Write the block of a route with its prefix length."""
    return f"{dotted(route.block.network)}/{route.block.prefix}"


def shown_table(table: Table, chance: random.Random) -> str:
    """Show the table, with prefix lengths or with masks."""
    column = "接口" if table.target.next_hop.startswith("E") else "下一跳"
    if chance.random() < 0.3:
        rows = [
            f"| {dotted(r.block.network)} | {dotted(r.block.mask)} | {r.next_hop} |"
            for r in table.routes
        ]
        head = (f"| 目的网络 | 子网掩码 | {column} |", "|---|---|---|")
        return "\n".join(("某路由器的路由表如下：", "", *head, *rows, ""))
    lines = [f"{'目的网络':<{_COLUMN - 4}}{column}"]
    lines += [f"{cidr(route):<{_COLUMN}}{route.next_hop}" for route in table.routes]
    return f"某路由器的路由表如下：\n{code_block(lines)}"


def steps_of(task: ForwardTask) -> list[str]:
    """Show the way to the route, a paragraph each."""
    return [f"逐条用掩码去比：\n{comparisons(task)}", f"{conclusion(task)}。"]


def comparisons(task: ForwardTask) -> str:
    """List the comparisons, a line each."""
    return "\n".join(f"- {_comparison(task, one)}" for one in forward(task).comparisons)


def _comparison(task: ForwardTask, one: Comparison) -> str:
    """Show what decides: the octets before the mask ends, or the one in which it ends."""
    block = one.route.block
    said = f"{cidr(one.route)}：{'匹配' if one.matches else '不匹配'}"
    byte, ones = divmod(block.prefix, 8)
    if not block.prefix:
        return f"{said}（默认路由）"
    whole = Block(0, 8 * byte).mask
    same = task.destination & whole == block.network & whole
    if not ones or not same:
        return f"{said}（前 {byte} 个字节{'相同' if same else '不同'}）"
    shift = 24 - 8 * byte
    octet, mask = task.destination >> shift & 255, block.mask >> shift & 255
    return f"{said}（第 {byte + 1} 字节 {octet} AND {mask} = {one.masked >> shift & 255}）"


def conclusion(task: ForwardTask) -> str:
    """Say which route is used."""
    run = forward(task)
    assert run.chosen is not None
    return (
        f"{dotted(task.destination)} 匹配的最长前缀是 {cidr(run.chosen)}，走 {run.chosen.next_hop}"
    )
