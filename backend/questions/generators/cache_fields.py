"""Wrong widths of the parts of an address, each with one size mistaken."""

from backend.questions.solvers.cache_mapping import CacheLayout

_NO_INDEX = "全相联映射没有行号，标记不用减去行号的位数。"
_CAPACITY = "块内地址由块大小定，不是 Cache 容量。"
_LINES = "行数 = 容量 ÷ 块大小，没有除以块大小。"


def wrong_fields(layout: CacheLayout) -> list[tuple[tuple[int, int, int], str, str]]:
    """Widths of tag, index and offset, each with one size mistaken."""
    task = layout.task
    address, offset, index = task.address_bits, layout.offset_bits, layout.index_bits
    lines, capacity = log2(layout.lines), log2(task.data_bytes)
    in_bits = ((address - index - offset - 3, index, offset + 3), "counts-the-block-in-bits")
    in_words = ((address - index - offset + 2, index, offset - 2), "counts-the-block-in-words")
    common = [
        (*in_bits, "块的大小按比特算了；按字节编址，用字节数。"),
        (*in_words, "块的大小按 4 字节的字算了；这里按字节编址。"),
    ]
    if task.ways is None:
        return [
            ((address - lines - offset, 0, offset), "takes-off-the-line-number", _NO_INDEX),
            (
                (address - lines, 0, lines),
                "takes-lines-as-offset",
                "块内地址由块大小定，不是行数。",
            ),
            ((address - capacity, 0, capacity), "takes-capacity-as-offset", _CAPACITY),
            *common,
        ]
    if task.ways == 1:
        memory = address - offset
        return [
            ((memory, index, offset), "tag-includes-the-index", "标记中要去掉行号的位数。"),
            ((address - capacity - offset, capacity, offset), "forgets-the-block-size", _LINES),
            *common,
        ]
    ways = log2(task.ways)
    return [
        (
            (address - lines - offset, lines, offset),
            "takes-lines-as-sets",
            "行数要除以路数才是组数。",
        ),
        ((address - ways - offset, ways, offset), "takes-ways-as-sets", "把路数当成了组数。"),
        ((address - offset, index, offset), "tag-includes-the-index", "标记中要去掉组号的位数。"),
        *common,
    ]


def log2(power: int) -> int:
    """The exponent of a power of two."""
    return power.bit_length() - 1
