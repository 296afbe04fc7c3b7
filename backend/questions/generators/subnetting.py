"""Questions on IPv4 subnets: the addresses of a block, equal splits, who shares a subnet."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backend.questions.generators.frame import Distractor, Draft
from backend.questions.generators.mixing import mixed
from backend.questions.solvers.refusal import Refusal
from backend.questions.solvers.subnetting import (
    Block,
    BlockFacts,
    BlockTask,
    Split,
    SplitTask,
    describe,
    dotted,
    split,
)
from backend.questions.working import working

_SOURCE = ("cn.subnetting",)
_BLOCK_CONVENTION = "主机号全 0 的是网络地址，全 1 的是广播地址，都不分配给主机。"
_SPLIT_CONVENTION = "按 CIDR 口径，子网号可以全 0、全 1；主机号全 0、全 1 的地址不分配给主机。"
# They end inside the third or the fourth byte, with more than two blocks in it.
_PREFIXES = (18, 19, 20, 21, 22, 23, 26, 27, 28, 29)
_WHOLE_PREFIXES = (20, 21, 22, 23, 24, 24, 24)
_MOST_BITS = 30


@dataclass(frozen=True, slots=True)
class SubnettingGenerator:
    """Asks for an address, a mask or a count; half of the forms are about a split."""

    name: str = "subnetting"
    version: int = 1
    points: tuple[str, ...] = ("CN0410",)

    def draft(self, chance: random.Random) -> Draft:
        """Draw the form, then its numbers."""
        return mixed(chance.choice(_FORMS)(chance), chance)


def _network(chance: random.Random) -> Draft:
    facts, given = _host(chance)
    block = facts.block
    wrong = [
        _instead(_as_24(facts).network, "treats-as-slash-24", "按 /24 只把最后一个字节清 0 了。"),
        _instead(block.broadcast, "broadcast-for-network", "这是主机位全 1 的地址，即广播地址。"),
        *_misread_prefix(facts, lambda other: other.network),
        _instead(block.network + 1, "first-host-for-network", "主机号是 1，这是第一个主机地址。"),
        _instead(
            block.network + block.size, "next-block", "这是下一块的起点；网络地址不会大于主机地址。"
        ),
    ]
    why = f"地址与掩码 {dotted(block.mask)} 按位与，主机位全部清 0。"
    stem = f"{given}该主机所在子网的网络地址是哪个？"
    return _about_block(facts, stem, dotted(block.network), why, wrong)


def _broadcast(chance: random.Random) -> Draft:
    facts, given = _host(chance)
    block = facts.block
    wrong = [
        _instead(
            block.network + block.size, "adds-whole-block", "加了整个块的大小没有减 1，到了下一块。"
        ),
        _instead(
            _as_24(facts).broadcast, "treats-as-slash-24", "按 /24 只把最后一个字节置成 255。"
        ),
        _instead(
            block.broadcast - 1, "last-host-for-broadcast", "主机号不是全 1，这是最后一个主机地址。"
        ),
        *_misread_prefix(facts, lambda other: other.broadcast),
        _instead(block.network, "network-for-broadcast", "这是主机位全 0 的地址，即网络地址。"),
    ]
    why = f"主机位有 {32 - block.prefix} 位，全部置 1 就是广播地址。"
    stem = f"{given}该主机所在子网的广播地址是哪个？"
    return _about_block(facts, stem, dotted(block.broadcast), why, wrong)


def _first(chance: random.Random) -> Draft:
    facts, given = _host(chance)
    first, _ = _ends(facts.block)
    wrong = [
        _instead(first - 1, "counts-network-address", "这是网络地址，不能分配给主机。"),
        *_misread_prefix(facts, lambda other: other.network + 1),
        _instead(_as_24(facts).network + 1, "treats-as-slash-24", "按 /24 算了，掩码用错。"),
        _instead(
            first + 1, "keeps-one-for-the-gateway", "多留了一个给网关；网关的地址也算可分配。"
        ),
    ]
    why = "网络地址加 1 就是最小的可分配地址。"
    stem = f"{given}该主机所在子网中，可分配给主机的最小 IP 地址是哪个？"
    return _about_block(facts, stem, dotted(first), why, wrong)


def _last(chance: random.Random) -> Draft:
    facts, given = _host(chance)
    _, last = _ends(facts.block)
    wrong = [
        _instead(last + 1, "counts-broadcast-address", "这是广播地址，不能分配给主机。"),
        *_misread_prefix(facts, lambda other: other.broadcast - 1),
        _instead(_as_24(facts).broadcast - 1, "treats-as-slash-24", "按 /24 算了，掩码用错。"),
        _instead(last - 1, "subtracts-two-from-broadcast", "从广播地址减了 2；只要减 1。"),
    ]
    why = "广播地址减 1 就是最大的可分配地址。"
    stem = f"{given}该主机所在子网中，可分配给主机的最大 IP 地址是哪个？"
    return _about_block(facts, stem, dotted(last), why, wrong)


def _host_count(chance: random.Random) -> Draft:
    facts, given = _host(chance)
    size, bits = facts.block.size, 32 - facts.block.prefix
    wrong = [
        _count(size, "forgets-minus-two", "没有减去网络地址和广播地址。"),
        _count(size // 2 - 2, "host-bits-one-too-few", f"主机位少算了一位，应是 {bits} 位。"),
        _count(2 * size - 2, "host-bits-one-too-many", f"主机位多算了一位，应是 {bits} 位。"),
        _count(size - 1, "subtracts-only-one", "网络地址和广播地址都要减，只减了一个。"),
        _count(
            2**facts.block.prefix - 2, "takes-prefix-as-host-bits", "把前缀长度当成了主机位数。"
        ),
    ]
    why = f"主机位 {bits} 位，共 {size} 个地址，减去网络地址和广播地址。"
    stem = f"{given}该主机所在的子网中，可分配给主机（含路由器接口）的地址有多少个？"
    return _about_block(facts, stem, f"{facts.block.hosts} 个", why, wrong)


def _same_subnet(chance: random.Random) -> Draft:
    facts, given = _host(chance)
    first, last = _ends(facts.block)
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
            _instead(
                block.broadcast, "counts-broadcast-address", "它是该子网的广播地址，不能分配。"
            ),
            _instead(block.network, "counts-network-address", "它是该子网的网络地址，不能分配。"),
        ]
    )
    return [end, *wrong]


def _outside(address: int, block: Block, mistake: str, cause: str) -> Distractor:
    own = _facts(address, block.prefix).block.network
    why = f"{cause}：它的网络地址是 {dotted(own)}，不是 {dotted(block.network)}。"
    return Distractor(dotted(address), mistake, why)


def _split_address(chance: random.Random) -> Draft:
    done, given = _equal_split(chance)
    number = chance.randint(2, min(done.count - 1, done.task.subnets or 0))
    subnet, after = done.subnet(number - 1), done.subnet(number)
    asked, of, other = chance.choice(
        [("网络地址", _network_of, _broadcast_of), ("广播地址", _broadcast_of, _network_of)]
    )
    host = subnet.network + 1 if of is _network_of else subnet.broadcast - 1
    finer = Split(done.task, done.whole, done.prefix + 1).subnet(number - 1)
    wrong = [
        _instead(of(after), "counts-from-zero", f"从 0 数起，得到的是第 {number + 1} 个子网。"),
        _instead(of(finer), "borrows-one-bit-too-many", "多借了一位，块的大小减半了。"),
        _instead(other(subnet), "swaps-network-and-broadcast", "把网络地址和广播地址弄反了。"),
        _instead(host, "host-for-end-of-block", "这是该子网的一个主机地址，可以分配。"),
    ]
    size, before = subnet.size, number - 1
    base = f"{dotted(done.whole.network)} 加 {before} × {size}"
    why = f"每块 {size} 个地址，第 {number} 个子网前面有 {before} 块。"
    step = f"第 {number} 个子网：网络地址 = {base} = {dotted(subnet.network)}，"
    step += f"广播地址是块中最后一个地址 {dotted(subnet.broadcast)}。"
    stem = f"{given}子网按地址从小到大编号为第 1 个、第 2 个……，第 {number} 个子网的{asked}是哪个？"
    return _about_split(done, stem, dotted(of(subnet)), why, wrong, step)


def _split_mask(chance: random.Random) -> Draft:
    done, given = _equal_split(chance)
    wanted, whole = done.task.subnets or 0, done.whole.prefix
    legacy = whole + (wanted + 1).bit_length()
    wrong = [
        _mask(done.prefix - 1, "borrows-one-bit-too-few", f"少借了一位，子网不足 {wanted} 个。"),
        _mask(legacy, "excludes-all-zero-and-all-one", "去掉了全 0、全 1 的子网号，多借了一位。"),
        _mask(done.prefix + 1, "borrows-one-bit-too-many", "多借了一位，子网不是尽可能大。"),
        _mask(whole, "keeps-old-mask", "还是划分之前的掩码，没有加上借用的位。"),
        _mask(done.prefix + 2, "borrows-two-bits-too-many", "多借了两位，子网不是尽可能大。"),
    ]
    why = f"借 {done.borrowed} 位作子网号，前缀长度为 {whole} + {done.borrowed} = {done.prefix}。"
    stem = f"{given}划分后的子网掩码是哪个？"
    return _about_split(done, stem, dotted(done.subnet(0).mask), why, wrong)


def _split_hosts(chance: random.Random) -> Draft:
    done, given = _equal_split(chance)
    size, wanted = done.subnet(0).size, done.task.subnets or 1
    shared = done.whole.size // wanted - 2
    wrong = [
        _count(size, "forgets-minus-two", "没有减去每个子网的网络地址和广播地址。"),
        _count(
            shared, "divides-by-the-number-wanted", "用地址总数除以子网数；块大小必须是 2 的幂。"
        ),
        _count(size // 2 - 2, "borrows-one-bit-too-many", "多借了一位，主机位少了一位。"),
        _count(2 * size - 2, "borrows-one-bit-too-few", f"少借了一位，子网不足 {wanted} 个。"),
        _count(size - 1, "subtracts-only-one", "网络地址和广播地址都要减，只减了一个。"),
    ]
    why = f"剩下 {32 - done.prefix} 位主机号，{size} − 2 = {done.subnet(0).hosts}。"
    stem = f"{given}每个子网中可分配给主机（含路由器接口）的地址有多少个？"
    return _about_split(done, stem, f"{done.subnet(0).hosts} 个", why, wrong)


def _mask_for_hosts(chance: random.Random) -> Draft:
    done, given = _host_split(chance)
    wanted, bits = done.task.hosts or 0, 32 - done.prefix
    tight = 32 - (wanted - 1).bit_length()
    wrong = [
        _mask(tight, "forgets-minus-two", f"没有留出网络地址和广播地址，容不下 {wanted} 个。"),
        _mask(done.prefix + 1, "host-bits-one-too-few", f"主机位少了一位，容不下 {wanted} 个。"),
        _mask(done.prefix - 1, "host-bits-one-too-many", "主机位多了一位，子网数不是最多。"),
        _mask(done.whole.prefix + bits, "host-bits-as-subnet-bits", "把主机号的位数借作了子网号。"),
        _mask(done.whole.prefix, "keeps-old-mask", "还是划分之前的掩码，没有划分。"),
    ]
    why = f"主机号需要 {bits} 位，前缀长度为 32 − {bits} = {done.prefix}。"
    stem = f"{given}应采用的子网掩码是哪个？"
    return _about_split(done, stem, dotted(done.subnet(0).mask), why, wrong)


def _subnets_for_hosts(chance: random.Random) -> Draft:
    done, given = _host_split(chance)
    wanted, count = done.task.hosts or 1, done.count
    shared = done.whole.size // wanted
    wrong = [
        _count(count - 2, "excludes-all-zero-and-all-one", "去掉了全 0、全 1 的子网号。"),
        _count(shared, "divides-by-the-hosts", "用地址总数除以主机数；块大小必须是 2 的幂。"),
        _count(count // 2, "host-bits-one-too-many", "主机位多了一位，子网数少了一半。"),
        _count(count * 2, "host-bits-one-too-few", f"主机位少了一位，容不下 {wanted} 个。"),
        _count(done.borrowed, "gives-the-bits", "这是子网号的位数，不是子网的个数。"),
    ]
    why = f"主机号占 {32 - done.prefix} 位，剩下 {done.borrowed} 位作子网号。"
    stem = f"{given}最多能划分出多少个子网？"
    return _about_split(done, stem, f"{count} 个", why, wrong)


_FORMS: tuple[Callable[[random.Random], Draft], ...] = (
    _network,
    _broadcast,
    _first,
    _last,
    _host_count,
    _same_subnet,
    _same_subnet,
    _split_address,
    _split_address,
    _split_mask,
    _split_hosts,
    _mask_for_hosts,
    _subnets_for_hosts,
)


def _host(chance: random.Random) -> tuple[BlockFacts, str]:
    """Draw a host whose block does not begin where a /24 or /16 does."""
    prefix = chance.choice(_PREFIXES)
    size = 2 ** (32 - prefix)
    unit = 256 if prefix > 24 else 65536
    start = _start(chance, unit) + size * chance.randrange(1, unit // size)
    facts = _facts(start + chance.randint(2, size - 3), prefix)
    address = dotted(facts.address)
    if chance.random() < 0.5:
        return facts, f"某主机的 IP 地址为 {address}/{prefix}。"
    return facts, f"某主机的 IP 地址为 {address}，子网掩码为 {dotted(facts.block.mask)}。"


def _start(chance: random.Random, unit: int) -> int:
    """Draw the start of a private /24 or /16 (``unit`` addresses) with room above it."""
    second, third = chance.randint(16, 30), chance.randint(1, 250)
    heads = [172 << 24 | second << 16, 10 << 24 | chance.randint(1, 200) << 16]
    if unit == 65536:
        return chance.choice(heads)
    return chance.choice([*heads, 192 << 24 | 168 << 16]) + (third << 8)


def _equal_split(chance: random.Random) -> tuple[Split, str]:
    whole = _whole(chance)
    wanted = chance.choice((3, 4, 4, 5, 6, 7, 8, 8, 10, 12, 14))
    done = _done(SplitTask(whole, subnets=wanted))
    named = f"把地址块 {whole.address}/{whole.prefix} 划分成大小相同的子网"
    return done, f"{named}，至少要有 {wanted} 个子网，且每个子网尽可能大。"


def _host_split(chance: random.Random) -> tuple[Split, str]:
    """Draw a need for addresses; often one that a block without the two special ones holds."""
    whole = _whole(chance)
    bits = chance.randint(4, _MOST_BITS - _done(SplitTask(whole, subnets=1)).whole.prefix)
    full = 2**bits
    wanted = chance.choice(
        (full - 2, full // 2 - 1, full // 2, chance.randint(full // 2, full - 3))
    )
    done = _done(SplitTask(whole, hosts=wanted))
    named = f"把地址块 {whole.address}/{whole.prefix} 划分成大小相同的子网"
    return done, (
        f"{named}，每个子网至少要有 {wanted} 个地址可分配给主机（含路由器接口），且子网数尽可能多。"
    )


def _whole(chance: random.Random) -> BlockTask:
    prefix = chance.choice(_WHOLE_PREFIXES)
    size = 2 ** (32 - prefix)
    unit = 65536
    start = _start(chance, unit) + size * chance.randrange(1, unit // size)
    return BlockTask(dotted(start), prefix)


def _done(task: SplitTask) -> Split:
    done = split(task)
    assert not isinstance(done, Refusal), task
    return done


def _facts(address: int, prefix: int) -> BlockFacts:
    facts = describe(BlockTask(dotted(address), prefix))
    assert not isinstance(facts, Refusal), facts
    return facts


def _as_24(facts: BlockFacts) -> Block:
    return _facts(facts.address, 24).block


def _ends(block: Block) -> tuple[int, int]:
    assert block.host_range is not None
    return block.host_range


def _network_of(block: Block) -> int:
    return block.network


def _broadcast_of(block: Block) -> int:
    return block.broadcast


def _misread_prefix(facts: BlockFacts, asked: Callable[[Block], int]) -> list[Distractor]:
    prefix = facts.block.prefix
    longer, shorter = (_facts(facts.address, p).block for p in (prefix + 1, prefix - 1))
    return [
        _instead(asked(longer), "prefix-one-bit-long", f"按 /{prefix + 1} 算了，前缀多了一位。"),
        _instead(asked(shorter), "prefix-one-bit-short", f"按 /{prefix - 1} 算了，前缀少了一位。"),
    ]


def _instead(address: int, mistake: str, why: str) -> Distractor:
    return Distractor(dotted(address), mistake, why)


def _mask(prefix: int, mistake: str, why: str) -> Distractor:
    return Distractor(dotted(Block(0, min(prefix, 32)).mask), mistake, why)


def _count(count: int, mistake: str, why: str) -> Distractor:
    return Distractor(f"{count} 个", mistake, why)


def _about_block(
    facts: BlockFacts, stem: str, right: str, why: str, wrong: Sequence[Distractor]
) -> Draft:
    steps = (*working(facts).split("\n\n"), f"所以答案是 {right}：{why}")
    difficulty = 2 if facts.block.prefix > 24 else 3
    return Draft(
        ("CN0410", "CN0411"), difficulty, stem, right, why, wrong, steps, _SOURCE, _BLOCK_CONVENTION
    )


def _about_split(
    done: Split, stem: str, right: str, why: str, wrong: Sequence[Distractor], step: str = ""
) -> Draft:
    steps = (*working(done).split("\n\n"), step or f"所以答案是 {right}：{why}")
    difficulty = 3 if done.whole.prefix == 24 else 4
    return Draft(
        ("CN0410", "CN0411"), difficulty, stem, right, why, wrong, steps, _SOURCE, _SPLIT_CONVENTION
    )
