"""Questions on equal splits of a block: the n-th subnet, the mask, the hosts, how many subnets."""

import random
from collections.abc import Callable, Sequence

from backend.questions.generators.answers import conclusion
from backend.questions.generators.frame import Distractor, Draft
from backend.questions.generators.subnet_parts import (
    beside_count,
    count_of,
    draw_start,
    instead,
    mask,
)
from backend.questions.generators.subnet_steps import split_steps
from backend.questions.solvers.refusal import Refusal
from backend.questions.solvers.subnetting import (
    Block,
    BlockTask,
    Split,
    SplitTask,
    dotted,
    split,
)

_SOURCE = ("cn.subnetting",)
_CONVENTION = "按 CIDR 口径，子网号可以全 0、全 1；主机号全 0、全 1 的地址不分配给主机。"
_WHOLE_PREFIXES = (20, 21, 22, 23, 24, 24, 24)
_MOST_BITS = 30


def _split_address(chance: random.Random) -> Draft:
    done, given = _equal_split(chance)
    number = chance.randint(2, min(done.count - 1, done.task.subnets or 0))
    subnet, after = done.subnet(number - 1), done.subnet(number)
    asked, of, other = chance.choice(
        [("网络地址", _network_of, _broadcast_of), ("广播地址", _broadcast_of, _network_of)]
    )
    host = subnet.network + 1 if of is _network_of else subnet.broadcast - 1
    finer = Split(done.task, done.whole, done.prefix + 1).subnet(number - 1)
    coarser = Split(done.task, done.whole, done.prefix - 1).subnet(number - 1)
    wrong = [
        instead(of(after), "counts-from-zero", f"从 0 数起，得到的是第 {number + 1} 个子网。"),
        instead(of(finer), "borrows-one-bit-too-many", "多借了一位，块的大小减半了。"),
        instead(other(subnet), "swaps-network-and-broadcast", "把网络地址和广播地址弄反了。"),
        instead(host, "host-for-end-of-block", "这是该子网的一个主机地址，可以分配。"),
        instead(
            of(done.subnet(number - 2)),
            "counts-one-too-few",
            f"少数了一块，得到的是第 {number - 1} 个子网。",
        ),
        *(
            [instead(of(coarser), "borrows-one-bit-too-few", "少借了一位，块的大小加倍了。")]
            if number <= done.count // 2
            else []
        ),
    ]
    size, before = subnet.size, number - 1
    why = f"每块 {size} 个地址，第 {number} 个子网前面有 {before} 块。"
    step = (
        f"第 {number} 个子网：从 {dotted(done.whole.network)} 往后数 {before} × {size} 个地址，\n"
        f"- 网络地址 {dotted(subnet.network)}\n"
        f"- 广播地址 {dotted(subnet.broadcast)}（块中最后一个）"
    )
    stem = f"{given}子网按地址从小到大编号为第 1 个、第 2 个……，第 {number} 个子网的{asked}是哪个？"
    steps = (*split_steps(done, number), step)
    difficulty = 3 if done.whole.prefix == 24 else 4
    return _about_split(stem, dotted(of(subnet)), why, wrong, steps, difficulty)


def _split_mask(chance: random.Random) -> Draft:
    done, given = _equal_split(chance)
    wanted, whole = done.task.subnets or 0, done.whole.prefix
    legacy = whole + (wanted + 1).bit_length()
    wrong = [
        mask(done.prefix - 1, "borrows-one-bit-too-few", f"少借了一位，子网不足 {wanted} 个。"),
        mask(legacy, "excludes-all-zero-and-all-one", "去掉了全 0、全 1 的子网号，多借了一位。"),
        mask(done.prefix + 1, "borrows-one-bit-too-many", "多借了一位，子网不是尽可能大。"),
        mask(whole, "keeps-old-mask", "还是划分之前的掩码，没有加上借用的位。"),
        *(
            [mask(whole + wanted, "takes-the-number-as-bits", "把子网的个数当成了要借的位数。")]
            if whole + wanted <= _MOST_BITS
            else []
        ),
        mask(done.prefix + 2, "borrows-two-bits-too-many", "多借了两位，子网不是尽可能大。"),
    ]
    why = f"借 {done.borrowed} 位作子网号，前缀长度为 {whole} + {done.borrowed} = {done.prefix}。"
    stem = f"{given}划分后的子网掩码是哪个？"
    return _about_split(stem, dotted(done.subnet(0).mask), why, wrong, split_steps(done))


def _split_hosts(chance: random.Random) -> Draft:
    done, given = _equal_split(chance)
    size, wanted = done.subnet(0).size, done.task.subnets or 1
    shared = done.whole.size // wanted - 2
    wrong = [
        count_of(size, "forgets-minus-two", "没有减去每个子网的网络地址和广播地址。"),
        count_of(
            shared, "divides-by-the-number-wanted", "用地址总数除以子网数；块大小必须是 2 的幂。"
        ),
        count_of(size // 2 - 2, "borrows-one-bit-too-many", "多借了一位，主机位少了一位。"),
        count_of(2 * size - 2, "borrows-one-bit-too-few", f"少借了一位，子网不足 {wanted} 个。"),
        beside_count(chance, size),
    ]
    why = f"剩下 {32 - done.prefix} 位主机号，{size} − 2 = {done.subnet(0).hosts}。"
    stem = f"{given}每个子网中可分配给主机（含路由器接口）的地址有多少个？"
    return _about_split(stem, f"{done.subnet(0).hosts} 个", why, wrong, split_steps(done))


def _mask_for_hosts(chance: random.Random) -> Draft:
    done, given = _host_split(chance)
    wanted, bits = done.task.hosts or 0, 32 - done.prefix
    tight = 32 - (wanted - 1).bit_length()
    wrong = [
        mask(tight, "forgets-minus-two", f"没有留出网络地址和广播地址，容不下 {wanted} 个。"),
        mask(done.prefix + 1, "host-bits-one-too-few", f"主机位少了一位，容不下 {wanted} 个。"),
        mask(done.prefix - 1, "host-bits-one-too-many", "主机位多了一位，子网数不是最多。"),
        mask(done.whole.prefix + bits, "host-bits-as-subnet-bits", "把主机号的位数借作了子网号。"),
        mask(done.whole.prefix, "keeps-old-mask", "还是划分之前的掩码，没有划分。"),
        mask(done.prefix + 2, "host-bits-two-too-few", f"主机位少了两位，容不下 {wanted} 个。"),
    ]
    why = f"主机号需要 {bits} 位，前缀长度为 32 − {bits} = {done.prefix}。"
    stem = f"{given}应采用的子网掩码是哪个？"
    return _about_split(stem, dotted(done.subnet(0).mask), why, wrong, split_steps(done))


def _subnets_for_hosts(chance: random.Random) -> Draft:
    done, given = _host_split(chance)
    wanted, count = done.task.hosts or 1, done.count
    shared = done.whole.size // wanted
    wrong = [
        count_of(count - 2, "excludes-all-zero-and-all-one", "去掉了全 0、全 1 的子网号。"),
        count_of(shared, "divides-by-the-hosts", "用地址总数除以主机数；块大小必须是 2 的幂。"),
        count_of(count // 2, "host-bits-one-too-many", "主机位多了一位，子网数少了一半。"),
        count_of(count * 2, "host-bits-one-too-few", f"主机位少了一位，容不下 {wanted} 个。"),
        count_of(done.borrowed, "gives-the-bits", "这是子网号的位数，不是子网的个数。"),
    ]
    why = f"主机号占 {32 - done.prefix} 位，剩下 {done.borrowed} 位作子网号。"
    stem = f"{given}最多能划分出多少个子网？"
    return _about_split(stem, f"{count} 个", why, wrong, split_steps(done))


SPLIT_FORMS: tuple[Callable[[random.Random], Draft], ...] = (
    _split_address,
    _split_address,
    _split_mask,
    _split_hosts,
    _mask_for_hosts,
    _subnets_for_hosts,
)


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
    start = draw_start(chance, unit) + size * chance.randrange(1, unit // size)
    return BlockTask(dotted(start), prefix)


def _done(task: SplitTask) -> Split:
    done = split(task)
    assert not isinstance(done, Refusal), task
    return done


def _network_of(block: Block) -> int:
    return block.network


def _broadcast_of(block: Block) -> int:
    return block.broadcast


def _about_split(
    stem: str,
    right: str,
    why: str,
    wrong: Sequence[Distractor],
    steps: tuple[str, ...],
    difficulty: int = 3,
) -> Draft:
    points = ("CN0410", "CN0411")
    steps = (*steps, conclusion(right, why))
    return Draft(points, difficulty, stem, right, why, wrong, steps, _SOURCE, _CONVENTION)
