"""Questions on the hit rate of a walk through an array."""

import random
from dataclasses import dataclass
from fractions import Fraction

from backend.questions.generators.answers import of_number, ranked_as
from backend.questions.generators.frame import Distractor, Draft
from backend.questions.generators.mixing import mixed
from backend.questions.solvers.cache_mapping import AccessTask, access_blocks

_SOURCE = ("co.cache-mapping",)
_CONVENTION = "Cache 初始为空，写未命中时也调入整块；只考虑对数组元素的访问。"


@dataclass(frozen=True, slots=True)
class _Walk:
    """``repeats`` accesses to each element in turn, ``passes`` times over the array."""

    said: str
    repeats: int
    passes: int

    def indices(self, count: int) -> list[int]:
        return [i for _ in range(self.passes) for i in range(count) for _ in range(self.repeats)]


_WALKS = (
    _Walk("按下标从小到大把每个元素读一次", 1, 1),
    _Walk("按下标从小到大对每个元素执行 a[i] = a[i] + 1（先读后写）", 2, 1),
    _Walk("按下标从小到大把每个元素读一次，读完整个数组后再这样读一遍", 1, 2),
)


def _wrong_rates(walk: _Walk, per_block: int, fits: bool) -> list[tuple[Fraction, str, str]]:
    once = 1 - Fraction(1, per_block)
    twice = 1 - Fraction(1, 2 * per_block)
    if walk.passes > 1:
        if fits:
            return [(once, "second-pass-misses-too", "Cache 放得下整个数组，第二遍全部命中。")]
        return [(twice, "second-pass-hits", "Cache 放不下整个数组，第二遍每块仍要重新调入。")]
    if walk.repeats > 1:
        return [(once, "counts-one-access", "每个元素要访问两次：读一次、写一次。")]
    return [(twice, "counts-two-accesses", "每个元素只访问一次。")]


def ask_array(chance: random.Random) -> Draft:
    """An array is walked through; asks for the hit rate."""
    walk = chance.choice(_WALKS)
    size, kind = chance.choice(((4, "int"), (8, "double")))
    block, lines = 2 ** chance.randint(4, 6), 2 ** chance.randint(4, 5)
    fits = chance.random() < 0.5
    count = block * lines // size * 2 // (4 if fits else 1)
    accesses = [i * size // block for i in walk.indices(count)]
    run = access_blocks(AccessTask(lines, 1, tuple(accesses)))
    right = Fraction(run.hits, len(accesses))
    per_block, uses = block // size, len(accesses) // count
    wrong = [
        *_wrong_rates(walk, per_block, fits),
        (1 - right, "gives-the-miss-rate", "这是未命中率。"),
        (
            1 - Fraction(1, block * uses),
            "counts-bytes-as-elements",
            "一块有几个元素要除以元素大小。",
        ),
        (Fraction(uses - 1, uses), "forgets-the-block", "一次调入整块，同块的其余元素也命中。"),
        (
            1 - Fraction(1, 2 * per_block * uses),
            "block-holds-twice-as-many",
            "元素大小少算了一半。",
        ),
    ]
    stem = (
        f"{kind} 型占 {size} B，Cache 数据区 {_bytes(block * lines)}，"
        f"块大小 {block} B，采用直接映射。"
        f"数组 {kind} a[{count}] 的首地址与块边界对齐，{walk.said}。访问数组 a 的命中率是多少？"
    )
    said = f"共访问 {len(accesses)} 次，未命中 {run.misses} 次，命中 {run.hits} 次。"
    fit = f"，Cache 有 {lines} 行，{'放得下' if fits else '放不下'}" if walk.passes > 1 else ""
    steps = (
        f"每块 {block} ÷ {size} = {per_block} 个元素，数组占 {count // per_block} 块{fit}。",
        f"{said}命中率 = {run.hits} ÷ {len(accesses)} = {percent(right)}。",
    )
    draft = Draft(
        ("CO0320", "CO0302"),
        4 if walk.passes > 1 else 3,
        stem,
        percent(right),
        said,
        [Distractor(percent(rate), mistake, why) for rate, mistake, why in wrong if 0 <= rate <= 1],
        steps,
        _SOURCE,
        _CONVENTION,
    )
    return ranked_as(mixed(draft, chance, typical=4), chance, of_number)


def percent(rate: Fraction) -> str:
    """Write a rate exactly or, when it does not end, rounded to one place."""
    value = rate * 100
    if value.denominator in (1, 2, 4, 8, 16, 32):
        return f"{float(value):.10g}%"
    return f"约 {float(value):.1f}%"


def _bytes(size: int) -> str:
    return f"{size // 1024} KB" if size % 1024 == 0 else f"{size} B"
