"""Forwarding by longest prefix match: next hops, the address for a hop, the reach of a route."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from backend.questions.generators.frame import Distractor, Draft
from backend.questions.generators.mixing import mixed
from backend.questions.generators.route_mistakes import MISTAKES, Mistake
from backend.questions.generators.route_tables import (
    Table,
    cidr,
    comparisons,
    conclusion,
    draw_table,
    shown_table,
    steps_of,
)
from backend.questions.solvers.longest_prefix_match import (
    ForwardTask,
    Route,
    addresses_of,
    forward,
)
from backend.questions.solvers.subnetting import dotted

_CONVENTION = (
    "按最长前缀匹配：几条路由都匹配时选前缀最长的；0.0.0.0/0 是默认路由，与任何地址都匹配，"
    "前缀最短。"
)
_DROPPED = "丢弃该分组"
_Slip = tuple[str, str, str]  # the mistake's name, the reason, the option


@dataclass(frozen=True, slots=True)
class LongestPrefixMatch:
    """Tables of five routes that lie in each other and just beside each other."""

    name: str = "longest-prefix-match"
    version: int = 1
    points: tuple[str, ...] = ("CN0411", "CN0422")

    def draft(self, chance: random.Random) -> Draft:
        kinds = (_hop_draft, _pair_draft, _address_draft, _reach_draft)
        kind = chance.choices(kinds, (5, 3, 3, 2))[0]
        return mixed(kind(chance), chance)


def _hop(route: Route | None) -> str:
    return route.next_hop if route else _DROPPED


def _to(table: Table) -> str:
    return "从哪个接口转发" if table.target.next_hop.startswith("E") else "转发给哪个下一跳"


def _points(chance: random.Random) -> tuple[str, ...]:
    return chance.choice((("CN0411", "CN0422"), ("CN0411", "CN0422"), ("CN0422", "CN0411")))


def _draft(
    chance: random.Random,
    table: Table,
    *,
    difficulty: int,
    ask: str,
    correct: str,
    distractors: Sequence[Distractor],
    steps: Sequence[str],
) -> Draft:
    return Draft(
        points=_points(chance),
        difficulty=difficulty,
        stem=f"{shown_table(table, chance)}\n{ask}",
        correct=correct,
        why_correct=steps[-1],
        distractors=distractors,
        steps=tuple(steps),
        source=("cn.subnetting",),
        convention=_CONVENTION,
    )


def _hop_draft(chance: random.Random) -> Draft:
    """Ask for the next hop of one address."""
    table = draw_table(chance)
    address = _host(chance, table)
    task = ForwardTask(table.routes, address)
    wrong = [(m.name, m.why, _hop(m.choose(table.routes, address))) for m in MISTAKES]
    return _draft(
        chance,
        table,
        difficulty=2 + (table.target.block.prefix % 8 > 0),
        ask=f"收到目的地址为 {dotted(address)} 的分组，应{_to(table)}？",
        correct=_hop(forward(task).chosen),
        distractors=[
            Distractor(v, name, f"{why}。" if v == _DROPPED else f"{why}，选了 {v}。")
            for name, why, v in wrong
        ],
        steps=steps_of(task),
    )


def _host(chance: random.Random, table: Table) -> int:
    """Take an address of the target, now and then one of another route."""
    if chance.random() < 0.75:
        return table.address
    return _inside(chance, chance.choice((table.inner, table.outer, table.beside)))


def _inside(chance: random.Random, route: Route) -> int:
    """Draw an address of the block, neither its first nor its last."""
    return route.block.network + chance.randint(1, route.block.size - 2)


def _pair_draft(chance: random.Random) -> Draft:
    """Ask for the next hops of two addresses."""
    table = draw_table(chance)
    routes = (table.inner, table.outer, table.beside, table.target)
    other = _inside(chance, chance.choice(routes))
    addresses = [table.address, other]
    chance.shuffle(addresses)
    tasks = [ForwardTask(table.routes, address) for address in addresses]
    first, second = (_hop(forward(task).chosen) for task in tasks)
    wrong = [slip for mistake in MISTAKES[:-1] for slip in _wrong_pairs(table, mistake, addresses)]
    chance.shuffle(wrong)
    wrong.append(("swaps-the-two", "把两个地址的结果写反了", f"{second}、{first}"))
    shown = [dotted(address) for address in addresses]
    lines = [f"目的地址 {dotted(t.destination)}：\n{comparisons(t)}" for t in tasks]
    return _draft(
        chance,
        table,
        difficulty=3,
        ask=f"目的地址为 {shown[0]} 和 {shown[1]} 的两个分组，依次{_to(table)}？",
        correct=f"{first}、{second}",
        distractors=[Distractor(v, name, f"{why}，得到 {v}。") for name, why, v in wrong],
        steps=[*lines, "；".join(conclusion(task) for task in tasks) + "。"],
    )


def _wrong_pairs(table: Table, mistake: Mistake, addresses: Sequence[int]) -> list[_Slip]:
    """Make the mistake at one of the addresses or at both."""
    right = [_hop(forward(ForwardTask(table.routes, address)).chosen) for address in addresses]
    wrong = [_hop(mistake.choose(table.routes, address)) for address in addresses]
    pairs = (
        (mistake.name, mistake.why, wrong),
        (f"{mistake.name}-first", f"算第一个地址时{mistake.why}", [wrong[0], right[1]]),
        (f"{mistake.name}-second", f"算第二个地址时{mistake.why}", [right[0], wrong[1]]),
    )
    return [(name, why, "、".join(hops)) for name, why, hops in pairs]


def _address_draft(chance: random.Random) -> Draft:
    """Ask which of four addresses goes to the hop of the target."""
    table = draw_table(chance)
    target, bit = table.target, 32 - table.target.block.prefix
    octets_end = 31 - target.block.prefix // 8 * 8
    wrong = [
        ("overlooks-longer-prefix", _inside(chance, table.inner)),
        ("miscounts-last-bit", _flipped(chance, table, bit)),
        ("compares-whole-octets", _flipped(chance, table, octets_end)),
        ("takes-outer-block", _flipped(chance, table, bit + 1)),
        ("takes-neighbour", _inside(chance, table.beside)),
    ]
    hop = target.next_hop
    return _draft(
        chance,
        table,
        difficulty=3,
        ask=f"目的地址为下列哪一个的分组会"
        f"{f'从接口 {hop} 转发' if hop.startswith('E') else f'转发给下一跳 {hop}'}？",
        correct=dotted(table.address),
        distractors=[
            Distractor(dotted(address), name, f"{_belongs(table, address)}。")
            for name, address in wrong
            if forward(ForwardTask(table.routes, address)).chosen != target
        ],
        steps=[
            f"{hop} 对应 {cidr(target)}，范围 {dotted(target.block.network)}～"
            f"{dotted(target.block.broadcast)}，但其中属于 {cidr(table.inner)} 的走 "
            f"{table.inner.next_hop}。",
            f"{_belongs(table, table.address)}。",
        ],
    )


def _flipped(chance: random.Random, table: Table, bit: int) -> int:
    """Flip a bit of the prefix; another last octet, lest the key share its with the others."""
    return (table.address ^ 1 << bit) & ~255 | chance.randint(1, 254)


def _belongs(table: Table, address: int) -> str:
    """Say which route an address uses and why not the target's."""
    run = forward(ForwardTask(table.routes, address))
    assert run.chosen is not None
    said = f"{dotted(address)} 匹配的最长前缀是 {cidr(run.chosen)}，走 {run.chosen.next_hop}"
    if run.chosen != table.target:
        inside = table.target.matches(address)
        block = cidr(table.target)
        said += f"（也属于 {block}，但不是最长）" if inside else f"（不属于 {block}）"
    return said


def _reach_draft(chance: random.Random) -> Draft:
    """Ask how many addresses a route is used for."""
    table = draw_table(chance, prefixes=(19, 22))
    route = chance.choice((table.target, table.outer))
    nested = [r for r in table.routes if r != route and route.matches(r.block.network)]
    nested = sorted(
        (r for r in nested if r.block.prefix > route.block.prefix),
        key=lambda r: r.block.prefix,
    )
    size, count = route.block.size, addresses_of(table.routes, route)
    every = sum(r.block.size for r in nested)
    wrong = [
        ("ignores-longer-prefixes", "没有扣除前缀更长的路由占去的地址", size),
        ("loses-a-bit", "主机位数少算了一位", size // 2 - (size - count)),
        ("subtracts-nested-twice", "把一条路由里面更小的路由又扣了一次", size - every),
        ("counts-prefix-bit", "主机位数多算了一位", 2 * size - (size - count)),
        ("removes-two", "扣掉了网络地址和广播地址，转发时不必扣", count - 2),
        ("gives-the-rest", "求成了被更长前缀占去的地址数", size - count),
        ("subtracts-only-smallest", "只扣除了前缀最长的那一条", size - nested[-1].block.size),
    ]
    return _draft(
        chance,
        table,
        difficulty=4,
        ask=f"IPv4 地址中，有多少个作为目的地址时会按表项 {cidr(route)} 转发？",
        correct=f"{count} 个",
        distractors=[
            Distractor(f"{v} 个", name, f"{why}，得到 {v} 个。") for name, why, v in wrong if v > 0
        ],
        steps=_reach_steps(table, route, count),
    )


def _reach_steps(table: Table, route: Route, count: int) -> list[str]:
    inner = [r for r in table.routes if r != route and route.matches(r.block.network)]
    inner = [r for r in inner if r.block.prefix > route.block.prefix]
    outermost = [r for r in inner if not any(o != r and _holds(o, r) for o in inner)]
    sizes = "".join(f" − {r.block.size}" for r in outermost)
    listed = "、".join(f"{cidr(r)}（{r.block.size} 个）" for r in outermost)
    bits = 32 - route.block.prefix
    return [
        f"{cidr(route)} 有 {bits} 位主机位，共 {route.block.size} 个地址。",
        f"其中前缀更长、互不包含的路由有 {listed}，这些地址不走它。",
        f"{route.block.size}{sizes} = {count} 个。",
    ]


def _holds(outer: Route, inner: Route) -> bool:
    return outer.block.prefix < inner.block.prefix and outer.matches(inner.block.network)
