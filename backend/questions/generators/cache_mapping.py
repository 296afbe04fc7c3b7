"""Questions on cache mapping: the parts of an address, a block's place, the bits that it takes."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from backend.questions.generators.answers import conclusion
from backend.questions.generators.cache_accesses import ACCESS_FORMS
from backend.questions.generators.cache_fields import log2, wrong_fields
from backend.questions.generators.columns import levelled
from backend.questions.generators.frame import Distractor, Draft
from backend.questions.generators.mixing import mixed
from backend.questions.generators.ranking import ranked
from backend.questions.solvers.cache_mapping import CacheLayout, CacheTask, lay_out

_SOURCE = ("co.cache-mapping",)
_CONVENTION = "按字节编址；Cache 容量指数据区容量，1 KB = 1024 B；块号、行号、组号从 0 开始。"
_WHOLE_ADDRESS = "只比较标记，不比较整个地址。"
_KIB = 1024
_TYPICAL = 4
_MEMORY = {20: "1 MB", 24: "16 MB", 28: "256 MB", 32: "4 GB"}


@dataclass(frozen=True, slots=True)
class CacheMappingGenerator:
    """Half of the questions are about the layout of a cache, half about a run of accesses."""

    name: str = "cache-mapping"
    version: int = 1
    points: tuple[str, ...] = ("CO0317", "CO0314", "CO0316", "CO0318", "CO0320")

    def draft(self, chance: random.Random) -> Draft:
        """Draw the form, then its sizes or its accesses."""
        return chance.choice((*_FORMS, *ACCESS_FORMS))(chance)


@dataclass(frozen=True, slots=True)
class _Cache:
    """``given`` describes the cache in the stem; ``dirty`` is only said where it counts."""

    layout: CacheLayout
    given: str

    @property
    def task(self) -> CacheTask:
        return self.layout.task


def _fields(chance: random.Random) -> Draft:
    cache = _draw(chance)
    layout = cache.layout
    offset, index, tag = layout.offset_bits, layout.index_bits, layout.tag_bits
    right = _widths(cache.task, tag, index, offset)
    wrong = [
        Distractor(_widths(cache.task, *widths), mistake, why)
        for widths, mistake, why in wrong_fields(cache.layout)
        if widths[0] > 0
    ]
    stem = f"{cache.given}主存地址的各字段分别是多少位？"
    why = f"块内地址 {offset} 位{_index_said(layout)}，其余 {tag} 位是标记。"
    draft = mixed(_draft(cache, stem, right, why, wrong, 2), chance, len(wrong))
    return levelled(draft, chance, _parts)


def _place(chance: random.Random) -> Draft:
    """Ask which line or set an address goes to."""
    cache = _draw(chance, mapped=True)
    layout, task = cache.layout, cache.task
    address = _address(chance, layout)
    place = layout.place(address)
    unit, modulus = ("行", "行数") if task.ways == 1 else ("组", "组数")
    numbers = [
        (place.block % layout.lines, "takes-lines-as-sets", "应对组数取模，不是对行数取模。"),
        (address % layout.sets, "forgets-the-offset", "用地址取模了，应先除以块大小得到块号。"),
        (place.tag, "takes-the-tag", f"取成了标记，应取块号除以{modulus}的余数。"),
        (
            address // (task.block_bytes // 4) % layout.sets,
            "counts-the-block-in-words",
            "块的大小按 4 字节的字算了；这里按字节编址。",
        ),
        (place.block % layout.ways, "takes-ways-as-sets", "对路数取模了，应对组数取模。"),
        (place.block // 2 % layout.sets, "block-size-doubled", "块内地址多取了一位。"),
        (place.set_number + 1, "counts-from-one", f"{unit}号从 0 开始。"),
        (
            (place.block + 1) % layout.sets,
            "counts-blocks-from-one",
            "主存块号也从 0 开始，多算了一块。",
        ),
    ]
    wrong = [Distractor(str(number), *said) for number, *said in numbers]
    stem = f"{cache.given}主存地址 {_hex(address, task)} 所在的块应装入的{unit}号是多少？"
    why = f"块号 {place.block} mod {modulus} {layout.sets} = {place.set_number}。"
    step = (
        f"{_hex(address, task)} = {address}，"
        f"主存块号 = ⌊{address} ÷ {task.block_bytes}⌋ = {place.block}，"
        f"{unit}号 = {place.block} mod {layout.sets} = {place.set_number}。"
    )
    point = "CO0314" if task.ways == 1 else "CO0316"
    draft = _draft(cache, stem, str(place.set_number), why, wrong, 3, (step,), point)
    return ranked(mixed(draft, chance, _TYPICAL), chance)


def _total_bits(chance: random.Random) -> Draft:
    dirty = chance.random() < 0.5
    cache = _draw(chance, dirty=dirty)
    layout, task = cache.layout, cache.task
    data, tag, lines = 8 * task.block_bytes, layout.tag_bits, layout.lines
    control = 1 + dirty
    policy = "写回法，每行 1 位脏位" if dirty else "写直达法"
    sizes = [
        *(
            [
                (lines * (data + tag + 1), "forgets-a-control-bit", "每行要有效位和脏位各 1 位。"),
                (lines * (data + tag), "forgets-valid-and-dirty", "漏了有效位和脏位。"),
            ]
            if dirty
            else [
                (lines * (data + tag), "forgets-the-valid-bit", "每行还要 1 位有效位。"),
                (lines * (data + tag + 2), "counts-a-dirty-bit", "写直达法不需要脏位。"),
            ]
        ),
        (lines * data, "counts-only-the-data", "只算了数据，标记和控制位也在 Cache 中。"),
        (lines * (data + control), "forgets-the-tag", "漏了每行的标记。"),
        (
            lines * (task.block_bytes + tag + control),
            "counts-bytes-as-bits",
            "块的数据没有乘以 8。",
        ),
        (
            lines * (data + task.address_bits + control),
            "stores-the-whole-address",
            "每行只存标记，不存整个主存地址。",
        ),
        (
            lines * (data + tag + layout.index_bits + control),
            "tag-includes-the-index",
            f"标记中要去掉{'行' if task.ways == 1 else '组'}号的位数。",
        ),
        *_replacement_bits(layout, control),
    ]
    wrong = [Distractor(f"{size} 位", mistake, why) for size, mistake, why in sizes]
    stem = (
        f"{cache.given}写策略为{policy}，每行另有 1 位有效位，不计替换算法所用的位。"
        "这个 Cache（数据、标记和控制位）一共有多少位？"
    )
    per_line = f"{data} + {tag} + {' + '.join('1' * control)} = {layout.line_bits}"
    why = f"每行 {per_line} 位，共 {lines} 行。"
    step = f"每行：数据 {data} 位、标记 {tag} 位、有效位 1 位{'、脏位 1 位' if dirty else ''}，"
    step += (
        f"共 {layout.line_bits} 位；总位数 = {lines} × {layout.line_bits} = {layout.total_bits}。"
    )
    draft = _draft(cache, stem, f"{layout.total_bits} 位", why, wrong, 4, (step,))
    return ranked(mixed(draft, chance, _TYPICAL), chance)


def _replacement_bits(layout: CacheLayout, control: int) -> list[tuple[int, str, str]]:
    """The size with the bits that say which line of a set leaves."""
    if layout.ways == 1:
        return []
    line = 8 * layout.task.block_bytes + layout.tag_bits + control + log2(layout.ways)
    why = "题目说明不计替换算法所用的位。"
    return [(layout.lines * line, "counts-replacement-bits", why)]


def _comparators(chance: random.Random) -> Draft:
    """Ask for the number and the width of the comparators."""
    cache = _draw(chance)
    layout = cache.layout
    tag, ways, index = layout.tag_bits, layout.ways, layout.index_bits
    address = cache.task.address_bits
    rule = {
        1: "直接映射只有一行候选，一个比较器就够。",
        None: "全相联映射要与每一行的标记同时比较，每行一个。",
    }.get(cache.task.ways, "只在一组内比较，比较器个数等于路数。")
    unit = "行" if ways == 1 else "组"
    whole = f"{unit}号用来选{unit}，不用比较。"
    sets = "这是行数" if ways == 1 else "这是组数"
    counts = [
        (layout.sets, tag, "one-for-each-set", f"{sets}；{rule}"),
        (layout.lines, tag, "one-for-each-line", f"这是行数；{rule}"),
        (ways, tag + index, "compares-the-index-too", whole),
        (layout.sets, tag + index, "compares-the-index-in-each-set", f"{sets}；{rule}{whole}"),
        (layout.lines, tag + index, "compares-the-index-in-each-line", f"这是行数；{rule}{whole}"),
        (ways, index, "compares-the-index", f"比较的是标记，不是{unit}号。"),
        (1, tag, "one-comparator", rule),
        (ways, tag + layout.offset_bits, "compares-the-offset-too", "块内地址不用比较。"),
        (ways, address, "compares-the-address", _WHOLE_ADDRESS),
        (
            layout.sets,
            address,
            "compares-the-address-in-each-set",
            f"{sets}；{rule}{_WHOLE_ADDRESS}",
        ),
        (max(1, log2(ways)), tag, "takes-the-logarithm", f"这是候选行数的对数；{rule}"),
    ]
    wrong = [
        Distractor(f"{count} 个，每个 {bits} 位", mistake, why)
        for count, bits, mistake, why in counts
        if bits > 0
    ]
    stem = f"{cache.given}判断是否命中时要同时比较标记，需要多少个比较器，每个多少位？"
    why = f"候选行有 {ways} 行，标记 {tag} 位。"
    draft = _draft(cache, stem, f"{ways} 个，每个 {tag} 位", why, wrong, 3)
    return levelled(mixed(draft, chance, len(wrong)), chance, _parts)


_FORMS: tuple[Callable[[random.Random], Draft], ...] = (
    _fields,
    _fields,
    _place,
    _place,
    _total_bits,
    _comparators,
)


def _draw(chance: random.Random, mapped: bool = False, dirty: bool = False) -> _Cache:
    """Draw a cache; ``mapped``: one with line or set numbers."""
    address, block = chance.choice((20, 24, 28, 32)), 2 ** chance.randint(4, 7)
    ways = chance.choice((1, 2, 4, 8) if mapped else (1, 2, 4, 8, None))
    kib = chance.choice((1, 2, 4)) if ways is None else chance.choice((4, 8, 16, 32, 64))
    layout = lay_out(CacheTask(address, kib * _KIB, block, ways, dirty_bit=dirty))
    named = {1: "直接映射", None: "全相联映射"}.get(ways, f" {ways} 路组相联映射")
    memory = chance.choice((f"主存地址 {address} 位", f"主存容量 {_MEMORY[address]}"))
    given = f"某计算机{memory}，按字节编址，Cache 数据区 {kib} KB，块大小 {block} B，采用{named}。"
    return _Cache(layout, given)


def _address(chance: random.Random, layout: CacheLayout) -> int:
    """Draw an address whose block number has few digits and is not smaller than the sets."""
    sets, block_bytes = layout.sets, layout.task.block_bytes
    block = sets * chance.randint(1, 9) + chance.randrange(1, sets)
    return min(block * block_bytes + chance.randrange(block_bytes), 2**layout.task.address_bits - 1)


def _widths(task: CacheTask, tag: int, index: int, offset: int) -> str:
    if task.ways is None:
        return f"标记 {tag} 位，块内地址 {offset} 位"
    return f"标记 {tag} 位，{'行' if task.ways == 1 else '组'}号 {index} 位，块内地址 {offset} 位"


def _parts(value: str) -> list[str]:
    return value.split("，")


def _index_said(layout: CacheLayout) -> str:
    if layout.task.ways is None:
        return "，没有行号"
    if layout.task.ways == 1:
        return f"，{layout.lines} 行，行号 {layout.index_bits} 位"
    return f"，{layout.lines} ÷ {layout.ways} = {layout.sets} 组，组号 {layout.index_bits} 位"


def _hex(address: int, task: CacheTask) -> str:
    return f"{address:0{task.address_bits // 4}X}H"


def _draft(
    cache: _Cache,
    stem: str,
    right: str,
    why: str,
    wrong: Sequence[Distractor],
    difficulty: int,
    steps: tuple[str, ...] = (),
    point: str = "CO0317",
) -> Draft:
    layout, task = cache.layout, cache.task
    lines = f"行数 = {task.data_bytes // _KIB} KB ÷ {task.block_bytes} B = {layout.lines}"
    if task.ways not in (1, None):
        lines += f"，组数 = {layout.lines} ÷ {task.ways} = {layout.sets}"
    address = f"主存地址 {task.address_bits} 位"
    parts = _widths(task, layout.tag_bits, layout.index_bits, layout.offset_bits)
    return Draft(
        (point,),
        difficulty,
        stem,
        right,
        why,
        wrong,
        (f"{lines}。", f"{address}：{parts}。", *steps, conclusion(right, why)),
        _SOURCE,
        _CONVENTION,
    )
