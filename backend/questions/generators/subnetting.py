"""Questions on IPv4 subnets: the addresses of a block, equal splits, who shares a subnet."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backend.questions.generators.answers import conclusion
from backend.questions.generators.frame import Distractor, Draft
from backend.questions.generators.mixing import mixed
from backend.questions.generators.subnet_parts import (
    beside_count,
    count_of,
    draw_start,
    ends_of,
    facts_of,
    instead,
    sized,
)
from backend.questions.generators.subnet_splits import SPLIT_FORMS
from backend.questions.generators.subnet_steps import block_steps
from backend.questions.solvers.subnetting import (
    Block,
    BlockFacts,
    dotted,
)

_SOURCE = ("cn.subnetting",)
_BLOCK_CONVENTION = "主机号全 0 的是网络地址，全 1 的是广播地址，都不分配给主机。"
# They end inside the third or the fourth byte, with more than two blocks in it.
_PREFIXES = (18, 19, 20, 21, 22, 23, 26, 27, 28, 29)


@dataclass(frozen=True, slots=True)
class SubnettingGenerator:
    """Asks for an address, a mask or a count; half of the forms are about a split."""

    name: str = "subnetting"
    version: int = 1
    points: tuple[str, ...] = ("CN0410",)

    def draft(self, chance: random.Random) -> Draft:
        """Draw the form, then its numbers."""
        return sized(mixed(chance.choice(_FORMS)(chance), chance), chance)


def _network(chance: random.Random) -> Draft:
    facts, given = _host(chance)
    block = facts.block
    wrong = [
        instead(_as_24(facts).network, "treats-as-slash-24", "按 /24 只把最后一个字节清 0 了。"),
        instead(block.broadcast, "broadcast-for-network", "这是主机位全 1 的地址，即广播地址。"),
        *_misread_prefix(facts, lambda other: other.network),
        instead(block.network + 1, "first-host-for-network", "主机号是 1，这是第一个主机地址。"),
        instead(
            block.network + block.size, "next-block", "这是下一块的起点；网络地址不会大于主机地址。"
        ),
        instead(
            block.network - block.size, "previous-block", "这是上一块的起点，主机不在那一块里。"
        ),
    ]
    why = f"地址与掩码 {dotted(block.mask)} 按位与，主机位全部清 0。"
    stem = f"{given}该主机所在子网的网络地址是哪个？"
    return _about_block(facts, stem, dotted(block.network), why, wrong)


def _broadcast(chance: random.Random) -> Draft:
    facts, given = _host(chance)
    block = facts.block
    wrong = [
        instead(
            block.network + block.size, "adds-whole-block", "加了整个块的大小没有减 1，到了下一块。"
        ),
        instead(_as_24(facts).broadcast, "treats-as-slash-24", "按 /24 只把最后一个字节置成 255。"),
        instead(
            block.broadcast - 1, "last-host-for-broadcast", "主机号不是全 1，这是最后一个主机地址。"
        ),
        *_misread_prefix(facts, lambda other: other.broadcast),
        instead(block.network, "network-for-broadcast", "这是主机位全 0 的地址，即网络地址。"),
    ]
    why = f"主机位有 {32 - block.prefix} 位，全部置 1 就是广播地址。"
    stem = f"{given}该主机所在子网的广播地址是哪个？"
    return _about_block(facts, stem, dotted(block.broadcast), why, wrong)


def _first(chance: random.Random) -> Draft:
    facts, given = _host(chance)
    first, _ = ends_of(facts.block)
    wrong = [
        instead(first - 1, "counts-network-address", "这是网络地址，不能分配给主机。"),
        *_misread_prefix(facts, lambda other: other.network + 1),
        instead(_as_24(facts).network + 1, "treats-as-slash-24", "按 /24 算了，掩码用错。"),
        instead(first + 1, "keeps-one-for-the-gateway", "多留了一个给网关；网关的地址也算可分配。"),
    ]
    why = "网络地址加 1 就是最小的可分配地址。"
    stem = f"{given}该主机所在子网中，可分配给主机的最小 IP 地址是哪个？"
    return _about_block(facts, stem, dotted(first), why, wrong)


def _last(chance: random.Random) -> Draft:
    facts, given = _host(chance)
    _, last = ends_of(facts.block)
    wrong = [
        instead(last + 1, "counts-broadcast-address", "这是广播地址，不能分配给主机。"),
        *_misread_prefix(facts, lambda other: other.broadcast - 1),
        instead(_as_24(facts).broadcast - 1, "treats-as-slash-24", "按 /24 算了，掩码用错。"),
        instead(last - 1, "subtracts-two-from-broadcast", "从广播地址减了 2；只要减 1。"),
    ]
    why = "广播地址减 1 就是最大的可分配地址。"
    stem = f"{given}该主机所在子网中，可分配给主机的最大 IP 地址是哪个？"
    return _about_block(facts, stem, dotted(last), why, wrong)


def _host_count(chance: random.Random) -> Draft:
    facts, given = _host(chance)
    size, bits = facts.block.size, 32 - facts.block.prefix
    wrong = [
        count_of(size, "forgets-minus-two", "没有减去网络地址和广播地址。"),
        count_of(size // 2 - 2, "host-bits-one-too-few", f"主机位少算了一位，应是 {bits} 位。"),
        count_of(2 * size - 2, "host-bits-one-too-many", f"主机位多算了一位，应是 {bits} 位。"),
        beside_count(chance, size),
        count_of(
            2**facts.block.prefix - 2, "takes-prefix-as-host-bits", "把前缀长度当成了主机位数。"
        ),
    ]
    why = f"主机位 {bits} 位，共 {size} 个地址，减去网络地址和广播地址。"
    stem = f"{given}该主机所在的子网中，可分配给主机（含路由器接口）的地址有多少个？"
    return _about_block(facts, stem, f"{facts.block.hosts} 个", why, wrong)


def _same_subnet(chance: random.Random) -> Draft:
    facts, given = _host(chance)
    first, last = ends_of(facts.block)
    right = facts.address
    while right == facts.address:
        right = chance.randint(first, last)
    stem = f"{given}下列地址中，哪个可以分配给同一子网中的另一台主机？"
    why = f"它在主机范围 {dotted(first)}～{dotted(last)} 之内。"
    return _about_block(facts, stem, dotted(right), why, _outsiders(chance, facts.block))


def _outsiders(chance: random.Random, block: Block) -> list[Distractor]:
    """Addresses that each seem to belong, wrong on one count; an end of the block among them."""
    size, far = block.size, 256 if block.prefix > 24 else 65536
    at = chance.randint(1, size - 2)
    wrong = [
        _outside((block.network ^ size) + at, block, "compares-one-bit-too-few", "少比了一位前缀"),
        _outside(block.network - 2, block, "lower-bound-missed", "没有算准子网的下界"),
        _outside(block.network + size + 1, block, "upper-bound-missed", "没有算准子网的上界"),
        _outside(block.network + far + at, block, "compares-the-last-bytes", "只看了后面的字节"),
    ]
    chance.shuffle(wrong)
    end = chance.choice(
        [
            instead(
                block.broadcast, "counts-broadcast-address", "它是该子网的广播地址，不能分配。"
            ),
            instead(block.network, "counts-network-address", "它是该子网的网络地址，不能分配。"),
        ]
    )
    return [end, *wrong]


def _outside(address: int, block: Block, mistake: str, cause: str) -> Distractor:
    own = facts_of(address, block.prefix).block.network
    why = f"{cause}：它的网络地址是 {dotted(own)}，不是 {dotted(block.network)}。"
    return Distractor(dotted(address), mistake, why)


_FORMS: tuple[Callable[[random.Random], Draft], ...] = (
    _network,
    _broadcast,
    _first,
    _last,
    _host_count,
    _same_subnet,
    _same_subnet,
    *SPLIT_FORMS,
)


def _host(chance: random.Random) -> tuple[BlockFacts, str]:
    """Draw a host whose block does not begin where a /24 or /16 does."""
    prefix = chance.choice(_PREFIXES)
    size = 2 ** (32 - prefix)
    unit = 256 if prefix > 24 else 65536
    start = draw_start(chance, unit) + size * chance.randrange(1, unit // size)
    facts = facts_of(start + chance.randint(2, size - 3), prefix)
    address = dotted(facts.address)
    if chance.random() < 0.5:
        return facts, f"某主机的 IP 地址为 {address}/{prefix}。"
    return facts, f"某主机的 IP 地址为 {address}，子网掩码为 {dotted(facts.block.mask)}。"


def _as_24(facts: BlockFacts) -> Block:
    return facts_of(facts.address, 24).block


def _misread_prefix(facts: BlockFacts, asked: Callable[[Block], int]) -> list[Distractor]:
    prefix = facts.block.prefix
    longer, shorter = (facts_of(facts.address, p).block for p in (prefix + 1, prefix - 1))
    return [
        instead(asked(longer), "prefix-one-bit-long", f"按 /{prefix + 1} 算了，前缀多了一位。"),
        instead(asked(shorter), "prefix-one-bit-short", f"按 /{prefix - 1} 算了，前缀少了一位。"),
    ]


def _about_block(
    facts: BlockFacts, stem: str, right: str, why: str, wrong: Sequence[Distractor]
) -> Draft:
    steps = (*block_steps(facts), conclusion(right, why))
    difficulty = 2 if facts.block.prefix > 24 else 3
    return Draft(
        ("CN0410", "CN0411"), difficulty, stem, right, why, wrong, steps, _SOURCE, _BLOCK_CONVENTION
    )
