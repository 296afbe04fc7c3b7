"""Wrong widths of the parts of an address, with one or two sizes mistaken."""

from backend.questions.solvers.cache_mapping import CacheLayout

_NO_INDEX = "全相联映射没有行号，标记不用减去行号的位数。"

Widths = tuple[int, int, int]


def wrong_fields(layout: CacheLayout) -> list[tuple[Widths, str, str]]:
    """Widths of tag, index and offset: with one mistake first, then with two."""
    address, offset, index = layout.task.address_bits, layout.offset_bits, layout.index_bits
    of_index, of_offset = _index_slips(layout), _offset_slips(layout)
    return [
        *(((address - off - offset, shown, offset), m, why) for shown, off, m, why in of_index),
        *(((address - index - wide, index, wide), m, why) for wide, m, why in of_offset),
        *(
            ((address - off - wide, shown, wide), f"{one}-and-{other}", why + also)
            for shown, off, one, why in of_index
            for wide, other, also in of_offset
        ),
    ]


def _index_slips(layout: CacheLayout) -> list[tuple[int, int, str, str]]:
    """The index as it is written and the bits taken off the tag for it."""
    task, index = layout.task, layout.index_bits
    lines, capacity = log2(layout.lines), log2(task.data_bytes)
    if task.ways is None:
        return [(0, lines, "takes-off-the-line-number", _NO_INDEX)]
    unit = "行" if task.ways == 1 else "组"
    whole = (index, 0, "tag-includes-the-index", f"标记中要去掉{unit}号的位数。")
    if task.ways == 1:
        why = "行数 = 容量 ÷ 块大小，没有除以块大小。"
        return [whole, (capacity, capacity, "forgets-the-block-size", why)]
    ways = log2(task.ways)
    return [
        (lines, lines, "takes-lines-as-sets", "行数要除以路数才是组数。"),
        (ways, ways, "takes-ways-as-sets", "把路数当成了组数。"),
        whole,
    ]


def _offset_slips(layout: CacheLayout) -> list[tuple[int, str, str]]:
    task, offset = layout.task, layout.offset_bits
    slips = [
        (offset + 3, "counts-the-block-in-bits", "块的大小按比特算了；按字节编址，用字节数。"),
        (offset - 2, "counts-the-block-in-words", "块的大小按 4 字节的字算了；这里按字节编址。"),
    ]
    if task.ways is not None:
        return slips
    lines, capacity = log2(layout.lines), log2(task.data_bytes)
    return [
        (lines, "takes-lines-as-offset", "块内地址由块大小定，不是行数。"),
        (capacity, "takes-capacity-as-offset", "块内地址由块大小定，不是 Cache 容量。"),
        *slips,
    ]


def log2(power: int) -> int:
    """The exponent of a power of two."""
    return power.bit_length() - 1
