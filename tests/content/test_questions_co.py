"""Recompute the keys of the computed 计算机组成原理 questions from their parameters.

Each test reads its parameters' wording in the stem too, so that an edit of one side alone fails.
"""

import ctypes
import itertools
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tests.content.bank import asked, assert_key, assert_wrong, table


def signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) else value


def decimal(value: Fraction) -> str:
    """Write an exact decimal fraction without trailing zeros."""
    shown = f"{float(value):.6f}".rstrip("0").rstrip(".")
    assert Fraction(shown) == value
    return shown


# --- CO01, CO02 ---------------------------------------------------------------------------------


def test_cpi_after_the_compiler_halves_the_memory_instructions() -> None:
    question = asked("q.co.cpi-after-halving-loads", "访存类指令减少了一半")
    rows = [(int(share.strip("%")), int(cpi)) for _, share, cpi in table(question["stem"])]
    assert sum(share for share, _ in rows) == 100
    before = Fraction(sum(share * cpi for share, cpi in rows), 100)
    fewer = [(Fraction(share, 2 if i == 1 else 1), cpi) for i, (share, cpi) in enumerate(rows)]
    cycles = sum(share * cpi for share, cpi in fewer)
    assert_key(question, decimal(cycles / sum(share for share, _ in fewer)))
    assert_wrong(question, A=decimal(before / 2), B=decimal(cycles / 100), D=decimal(before))


def test_order_of_the_values_of_one_byte_in_four_codes() -> None:
    question = asked("q.co.one-byte-in-four-codes", "9DH", "偏置取 128", "从小到大")
    byte = 0x9D
    assert byte & 0x80
    values = {
        "原码": -(byte & 0x7F),
        "反码": -(byte ^ 0xFF),
        "补码": struct.unpack("b", bytes([byte]))[0],
        "移码": byte - 128,
    }
    assert_key(question, " < ".join(sorted(values, key=values.__getitem__)))
    why = question["why"][question["answer"]].replace("−", "-")
    assert f"补码为 {values['补码']}，反码为 {values['反码']}，原码为 {values['原码']}" in why


def test_a_short_that_is_narrowed_to_a_char_and_widened_to_an_int() -> None:
    question = asked(
        "q.co.narrow-then-widen", "short s = -300;", "char  c = (char)s;", "int   x = c;"
    )
    s = ctypes.c_int16(-300).value
    c = ctypes.c_int8(s).value

    def written(value: int) -> str:
        return f"{value >> 16:04X} {value & 0xFFFF:04X}H"

    assert_key(question, written(ctypes.c_uint32(c).value))
    assert_wrong(
        question,
        A=written(s & 0xFF),
        C=written(ctypes.c_uint32(s).value),
        D=written(s & 0xFFFF),
    )


@dataclass(frozen=True, slots=True)
class Difference:
    """The result and flags of a − b in a byte, made by the adder as a + ¬b + 1."""

    result: int
    of: bool
    cf: bool
    sf: bool
    carry: bool


def subtracted(a: int, b: int) -> Difference:
    raw = a + (b ^ 0xFF) + 1
    into_sign = ((a & 0x7F) + ((b ^ 0xFF) & 0x7F) + 1) >> 7
    carry = raw >> 8
    return Difference(
        result=raw & 0xFF,
        of=bool(carry ^ into_sign),
        cf=not carry,
        sf=bool(raw & 0x80),
        carry=bool(carry),
    )


def test_conditions_for_less_than_hold_for_every_pair_of_bytes() -> None:
    question = asked("q.co.flags-for-less-than", "int 型", "unsigned int 型", "`x < y` 与 `u < v`")
    conditions = {
        "SF ≠ OF": lambda d: d.sf != d.of,
        "SF = 1": lambda d: d.sf,
        "CF = 1": lambda d: d.cf,
    }
    standing = {key: text.split("，") for key, text in question["options"].items()}
    for a, b in itertools.product(range(256), repeat=2):
        difference = subtracted(a, b)
        truths = (signed(a, 8) < signed(b, 8), a < b)
        standing = {
            key: names
            for key, names in standing.items()
            if tuple(conditions[name](difference) for name in names) == truths
        }
    assert list(standing) == [question["answer"]]


def test_difference_and_flags_of_two_bytes() -> None:
    question = asked("q.co.subtract-and-flags", "A = 90H，B = 35H", "A − B", "CF = 1 表示有借位")
    a, b = 0x90, 0x35
    difference = subtracted(a, b)
    assert difference.of == (not -128 <= signed(a, 8) - signed(b, 8) <= 127)
    assert difference.cf == (a < b)

    def written(result: int, of: bool, cf: bool) -> str:
        return f"{result:02X}H，OF = {of:d}，CF = {cf:d}"

    assert_key(question, written(difference.result, difference.of, difference.cf))
    total = (a + b) & 0xFF
    assert -128 <= signed(a, 8) + signed(b, 8) <= 127
    assert_wrong(
        question,
        A=written(difference.result, difference.of, difference.carry),
        B=written(difference.result, False, difference.cf),
        D=written(total, False, a + b > 0xFF),
    )


def test_a_float_times_minus_eight() -> None:
    question = asked("q.co.float-times-minus-eight", "4134 0000H", "y = -8 * x;")
    (x,) = struct.unpack(">f", bytes.fromhex("41340000"))

    def written(value: float) -> str:
        digits = struct.pack(">f", value).hex().upper()
        return f"{digits[:4]} {digits[4:]}H"

    assert_key(question, written(-8 * x))
    assert_wrong(question, A=written(8 * x), B=written(-2 * x), C=written(-64 * x))
    assert f"x = {x}，" in question["why"][question["answer"]]


# --- CO03 ---------------------------------------------------------------------------------------


def test_the_only_address_that_hits_in_the_direct_mapped_cache() -> None:
    question = asked("q.co.direct-mapped-hit", "主存地址 12 位", "有 8 行，块长 16 B")
    lines = {
        int(line): int(tag.strip("B"), 2)
        for line, valid, tag in table(question["stem"])
        if valid == "1"
    }
    hits = []
    for key, text in question["options"].items():
        block = int(text.strip("H"), 16) // 16
        if lines.get(block % 8) == block // 8:
            hits.append(key)
    assert hits == [question["answer"]]


def cache_hits(blocks: Sequence[int], sets: int, ways: int, *, lru: bool) -> int:
    content: list[list[int]] = [[] for _ in range(sets)]
    hits = 0
    for block in blocks:
        here = content[block % sets]
        if block in here:
            hits += 1
            if lru:
                here.remove(block)
                here.append(block)
            continue
        if len(here) == ways:
            here.pop(0)
        here.append(block)
    return hits


def test_hits_of_a_two_way_cache_with_lru() -> None:
    blocks = [30, 19, 3, 19, 3, 30, 7, 30, 3, 9, 19, 3]
    question = asked(
        "q.co.two-way-lru-hits", "共有 8 行", "2 路组相联", ", ".join(map(str, blocks))
    )
    assert_key(question, cache_hits(blocks, 4, 2, lru=True))
    assert_wrong(
        question,
        A=cache_hits(blocks, 8, 1, lru=True),
        B=cache_hits(blocks, 4, 2, lru=False),
        D=cache_hits(blocks, 1, 8, lru=True),
    )


def written_back(addresses: Sequence[int], lines: int, block_size: int) -> int:
    """Count the dirty blocks that a direct-mapped write-back cache writes to memory in all."""
    holding: dict[int, int] = {}
    evicted = 0
    for address in addresses:
        block = address // block_size
        evicted += holding.get(block % lines, block) != block
        holding[block % lines] = block
    return evicted + len(holding)


def test_write_traffic_of_a_strided_loop() -> None:
    question = asked(
        "q.co.write-traffic-of-a-stride",
        "数据区为 8 KB，块长 64 B，直接映射",
        "int 占 4 B",
        "`int a[4096]`",
        "k < 2",
        "i += 16",
    )
    writes = [4 * i for _ in range(2) for i in range(0, 4096, 16)]
    back = 64 * written_back(writes, 8192 // 64, 64)
    through = 4 * len(writes)
    assert_key(question, f"{decimal(Fraction(back, through))} 倍")
    once = len({address // 64 for address in writes})
    assert_wrong(
        question,
        A=f"{decimal(Fraction(once, len(writes)))} 倍",
        B=f"{decimal(Fraction(back // 64, len(writes)))} 倍",
        C=f"{decimal(Fraction(64 * once, through))} 倍",
    )


def test_cpi_with_cache_misses() -> None:
    question = asked(
        "q.co.cpi-with-cache-misses", "CPI 为 1.2", "40% 的指令", "缺失率为 3%", "50 个时钟周期"
    )
    ideal, data, miss, penalty = Fraction("1.2"), Fraction("0.4"), Fraction("0.03"), 50
    assert_key(question, decimal(ideal + (1 + data) * miss * penalty))
    assert_wrong(
        question,
        A=decimal(ideal + data * miss * penalty),
        B=decimal(ideal + miss * penalty),
        D=decimal(ideal + (1 + data) * (1 + miss * penalty)),
    )


def test_translation_by_the_two_way_tlb() -> None:
    question = asked(
        "q.co.tlb-lookup", "虚拟地址 16 位", "页大小 256 B", "8 项，2 路组相联", "5B3EH"
    )
    entries: Mapping[tuple[int, int], int] = {
        (int(group), int(tag.strip("H"), 16)): int(frame.strip("H"), 16)
        for group, valid, tag, frame in table(question["stem"])
        if valid == "1"
    }
    page, offset = divmod(0x5B3E, 256)
    groups = 8 // 2

    def found(group: int, tag: int) -> str:
        return f"TLB 命中，物理地址为 {entries[group, tag] * 256 + offset:04X}H"

    assert_key(question, found(page % groups, page // groups))
    assert all(frame * 256 + 255 < 2**14 for frame in entries.values())
    assert_wrong(question, B=found(page >> 6, page & 0x3F), C=found(page % groups, page >> 4))
    assert not any(tag == page for _, tag in entries)


def test_cases_with_exactly_one_memory_access() -> None:
    parts = ("放在主存中，不进 Cache", "页表只有一级", "访问一次主存调入整块")
    question = asked("q.co.one-memory-access", *parts)
    cases = [
        line.removeprefix("- ").split(". ")
        for line in question["stem"].splitlines()
        if line.startswith("- ")
    ]
    once = []
    for name, text in cases:
        tlb_hit, cache_hit = "TLB 命中" in text, "Cache 命中" in text
        resident = "页不在主存" not in text
        possible = resident or not (tlb_hit or cache_hit)
        accesses = (not tlb_hit) + (not cache_hit)
        if possible and resident and accesses == 1:
            once.append(name)
    assert_key(question, "仅 " + "、".join(once))


# --- CO04, CO05 ---------------------------------------------------------------------------------


def test_displacement_of_a_jump_backwards() -> None:
    question = asked(
        "q.co.relative-jump-field", "4 字节", "8 位位移量", "以指令条数为单位", "3A40H", "3A1CH"
    )
    here, target = 0x3A40, 0x3A1C

    def field(value: float) -> str:
        assert value == int(value)
        return f"{int(value) & 0xFF:02X}H"

    distance = target - (here + 4)
    assert_key(question, field(distance / 4))
    assert_wrong(
        question,
        A=field(-distance / 4),
        C=field((target - here) / 4),
        D=field(distance),
    )


def test_total_time_of_fifty_instructions_in_a_pipeline() -> None:
    question = asked("q.co.pipeline-total-time", "70、110、90、50 ps", "延迟为 10 ps", "50 条指令")
    stages, latch, n = (70, 110, 90, 50), 10, 50
    finished, free = 0, [0] * len(stages)
    for _ in range(n):
        for stage in range(len(stages)):
            start = max(finished if stage else 0, free[stage])
            finished = free[stage] = start + max(stages) + latch
    assert_key(question, f"{finished} ps")
    cycles = len(stages) + n - 1
    assert_wrong(
        question,
        A=f"{cycles * (sum(stages) // len(stages) + latch)} ps",
        B=f"{cycles * max(stages)} ps",
        C=f"{n * (max(stages) + latch)} ps",
    )


@dataclass(frozen=True, slots=True)
class Instruction:
    loads: bool
    target: str
    sources: tuple[str, ...]


def read_program(stem: str) -> list[Instruction]:
    program = []
    for line in stem.splitlines():
        if not line.startswith("I"):
            continue
        operation, rest = line.split(": ")[1].split(" ", 1)
        target, *sources = rest.strip().replace("(", ",").replace(")", "").split(",")
        registers = tuple(s.strip() for s in sources if s.strip().startswith("r"))
        program.append(Instruction(operation == "lw", target.strip(), registers))
    return program


def total_cycles(program: Sequence[Instruction], *, forwarding: bool, same_cycle: bool) -> int:
    """Issue in order; EX starts when each operand can be had. Return the cycle of the last WB.

    An instruction that enters EX in cycle c has IF, ID in c − 2, c − 1 and MEM, WB in c + 1, c + 2.
    Without forwarding its operands are read in ID, in the cycle of the writer's WB (or the next).
    """
    ready: dict[str, int] = {}
    execute = 2
    for instruction in program:
        execute = max([execute + 1, *(ready.get(source, 0) for source in instruction.sources)])
        if forwarding:
            ready[instruction.target] = execute + (2 if instruction.loads else 1)
        else:
            ready[instruction.target] = execute + 2 + (0 if same_cycle else 1) + 1
    return execute + 2


def test_cycles_with_and_without_forwarding() -> None:
    question = asked(
        "q.co.cycles-with-and-without-forwarding", "6 条指令", "前半周期写、后半周期读"
    )
    program = read_program(question["stem"])
    assert len(program) == 6
    assert program[3] == Instruction(loads=False, target="r5", sources=("r2", "r4"))
    plain = total_cycles(program, forwarding=False, same_cycle=True)
    forwarded = total_cycles(program, forwarding=True, same_cycle=True)
    slow = total_cycles(program, forwarding=False, same_cycle=False)
    assert_key(question, f"{plain} 和 {forwarded}")
    assert_wrong(question, B=f"{plain} 和 {5 + 6 - 1}", D=f"{slow} 和 {forwarded}")


# --- CO06 ---------------------------------------------------------------------------------------


@dataclass(slots=True)
class Served:
    """What the CPU does with the interrupts: the orders of starting and of finishing."""

    started: list[str]
    finished: list[str]


def serve(
    masks: Mapping[str, Mapping[str, bool]], arrivals: Mapping[str | None, set[str]]
) -> Served:
    """Nest services by their masks; hardware takes the first of the open requests.

    ``arrivals`` says which requests come in the main program (None) or amid a service.
    """
    pending: set[str] = set()
    served = Served([], [])

    def answer(mask: Mapping[str, bool]) -> None:
        while open_ := [source for source in masks if source in pending and not mask.get(source)]:
            run(open_[0])

    def run(source: str) -> None:
        pending.discard(source)
        served.started.append(source)
        answer(masks[source])
        pending.update(arrivals.get(source, set()))
        answer(masks[source])
        served.finished.append(source)

    pending.update(arrivals[None])
    answer({})
    assert not pending
    return served


def test_nested_services_start_by_hardware_order_and_finish_by_masks() -> None:
    question = asked(
        "q.co.nested-interrupts-under-masks",
        "L1 > L2 > L3 > L4",
        "1 为屏蔽",
        "L2 和 L4 同时请求",
        "L4 的设备服务进行到一半时，L1 和 L3 又同时请求",
    )
    names = ("L1", "L2", "L3", "L4")
    masks = {
        source: dict(zip(names, (bit == "1" for bit in bits), strict=True))
        for source, *bits in table(question["stem"])
    }
    served = serve(masks, {None: {"L2", "L4"}, "L4": {"L1", "L3"}})

    def written(sources: Sequence[str]) -> str:
        return "、".join(source[1] for source in sources)

    assert_key(question, f"开始 {written(served.started)}；完成 {written(served.finished)}")
    by_hardware = {s: {t: names.index(t) >= names.index(s) for t in names} for s in names}
    naive = serve(by_hardware, {None: {"L2", "L4"}, "L4": {"L1", "L3"}})
    assert question["options"]["B"].endswith(f"完成 {written(naive.finished)}")


def test_cpu_share_of_interrupts_and_of_dma() -> None:
    question = asked(
        "q.co.interrupt-or-dma-share",
        "2 MB/s",
        "500 MHz",
        "每次中断传送 8 B",
        "100 条指令，CPI 为 5",
        "每次传送 5000 B",
        "2500 个时钟周期",
    )
    rate, hz = 2 * 10**6, 500 * 10**6

    def share(per_transfer: int, cycles: int) -> str:
        return f"{decimal(Fraction(rate, per_transfer) * cycles / hz * 100)}%"

    interrupts, dma = share(8, 100 * 5), share(5000, 2500)
    assert_key(question, f"{interrupts} 和 {dma}")
    assert_wrong(
        question,
        A=f"{share(8, 100)} 和 {dma}",
        B=f"{interrupts} 和 {share(5000, 500)}",
        C=f"{interrupts} 和 {share(5000, 2500 * 5)}",
    )
