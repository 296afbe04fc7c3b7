"""Recompute every worked example and number of the computer-organisation cards from its inputs."""

import itertools
import struct
from collections.abc import Iterable
from math import ceil, log2

import pytest

from tests.content.cards import section


def shown(concept_id: str, *parts: str, heading: str = "例题") -> None:
    text = section(concept_id, heading)
    missing = [part for part in parts if part not in text]
    assert not missing, f"{concept_id} {heading}: not in the card: {missing}"


def to_signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) else value


def grouped(value: int, bits: int) -> str:
    digits = f"{value:0{bits}b}"
    return " ".join(digits[i : i + 4] for i in range(0, bits, 4)) + "B"


# --- CO01 ---------------------------------------------------------------------------------------


def test_cpi_example_before_and_after_the_compiler_removes_half_the_alu_instructions() -> None:
    cpi_of, hz = (1, 4, 3), 2 * 10**9

    def measure(counts: tuple[int, ...]) -> tuple[int, float, float, float]:
        cycles = sum(c * n for c, n in zip(cpi_of, counts, strict=True))
        seconds = cycles / hz
        return cycles, cycles / sum(counts), seconds, sum(counts) / seconds / 10**6

    _, cpi, seconds, mips = measure((600_000_000, 200_000_000, 200_000_000))
    shown("co.cpi", "主频 2 GHz", "执行 10⁹ 条", "运算类占 60%、CPI 为 1", "访存类占 20%、CPI 为 4")
    shown("co.cpi", "转移类占 20%、CPI 为 3", f"CPI = 0.6×1 + 0.2×4 + 0.2×3 = {cpi:g}\n")
    shown("co.cpi", f"执行时间 = 10⁹ × {cpi:g} ÷ (2×10⁹) = {seconds:g} s\n")
    shown("co.cpi", f"MIPS = 2×10⁹ ÷ ({cpi:g}×10⁶) = {mips:g}\n")
    cycles, cpi, seconds, mips = measure((300_000_000, 200_000_000, 200_000_000))
    shown("co.cpi", "指令条数 = 0.7×10⁹", f"总周期 = {cycles / 1e9:g}×10⁹", f"CPI ≈ {cpi:.2f}，")
    shown("co.cpi", f"执行时间 = {seconds:g} s，", f"MIPS ≈ {mips:.0f}。")


# --- CO02 ---------------------------------------------------------------------------------------


def test_complement_example_codes_of_minus_52_and_the_value_of_a6h() -> None:
    x = -52
    sign_magnitude = 0x80 | -x
    two = struct.pack("b", x)[0]
    ones = (two - 1) & 0xFF
    assert ones == 0x80 | (~(-x) & 0x7F)
    shown("co.complement", "求 8 位补码", "末位加 1，")
    shown("co.complement", f"x = {x}。".replace("-", "−"), f"{-x} = {grouped(-x, 8)}")
    shown("co.complement", f"原码为 {grouped(sign_magnitude, 8)}", f"反码为 {grouped(ones, 8)}")
    shown("co.complement", f"补码为 {grouped(two, 8)}，即 {two:02X}H")
    excess = x + 128
    assert excess == two ^ 0x80
    shown("co.complement", f"移码为 {grouped(excess, 8)}，即 {excess:02X}H（−52 + 128 = {excess}）")
    (value,) = struct.unpack("b", b"\xa6")
    weights = "−128 + 32 + 4 + 2"
    shown("co.complement", f"A6H = {grouped(0xA6, 8)}，真值 = {weights} = −{-value}；")
    shown("co.complement", f"无符号数则是 {0xA6}。")
    assert value == -128 + 32 + 4 + 2


def test_complement_table_gives_the_range_and_zeros_of_each_eight_bit_code() -> None:
    codes = {
        "原码": lambda b: -(b & 0x7F) if b & 0x80 else b,
        "反码": lambda b: b - 0xFF if b & 0x80 else b,
        "补码": lambda b: to_signed(b, 8),
        "移码": lambda b: b - 128,
    }
    for name, decode in codes.items():
        values = [decode(b) for b in range(256)]
        zeros = "、".join(f"{b:02X}H" for b, v in enumerate(values) if v == 0)
        row = f"| {name} | −{-min(values)}～{max(values)} | {zeros} |"
        shown("co.complement", row, heading="比较")


def flags(a: int, b: int, subtract: bool) -> tuple[int, int, int, int, int]:
    """Eight-bit result, OF, CF, SF, ZF by definition (values, not carries)."""
    exact_u = a - b if subtract else a + b
    sa, sb = to_signed(a, 8), to_signed(b, 8)
    exact_s = sa - sb if subtract else sa + sb
    result = exact_u & 0xFF
    of = not -128 <= exact_s <= 127
    cf = not 0 <= exact_u <= 255
    return result, int(of), int(cf), result >> 7, int(result == 0)


def carries(a: int, b: int, subtract: bool) -> tuple[int, int]:
    """Carry out of the sign bit and out of the highest numeric bit in the adder."""
    addend, cin = (b ^ 0xFF, 1) if subtract else (b, 0)
    return (a + addend + cin) >> 8, ((a & 0x7F) + (addend & 0x7F) + cin) >> 7


def test_overflow_example_flags_of_both_operations() -> None:
    for a, b, subtract, line in (
        (0x64, 0x32, False, "64H + 32H（100 + 50）：结果 {r:02X}H"),
        (0x60, 0xA0, True, "A = 60H，B = A0H，求 A − B：60H + 5FH + 1 = {r:02X}H"),
    ):
        r, of, cf, sf, zf = flags(a, b, subtract)
        c8, c7 = carries(a, b, subtract)
        text = line.format(r=r) + f"，最高位进位为 {c8}，次高位进位为 {c7}，"
        shown("co.overflow", text + f"所以 OF={of}、CF={cf}、SF={sf}、ZF={zf}。")
    assert (0x64, 0x32, 0x64 + 0x32) == (100, 50, 150)
    shown("co.overflow", "8 位运算", "无符号结果 150 正确")
    assert (0xA0 ^ 0xFF, 0x60, 0xA0, to_signed(0xA0, 8)) == (0x5F, 96, 160, -96)
    shown("co.overflow", "96 < 160（CF=1）", "96 > −96（SF = OF 且 ZF = 0）")


def test_overflow_rules_hold_for_every_pair_of_bytes() -> None:
    for a, b, subtract in itertools.product(range(256), range(256), (False, True)):
        r, of, cf, sf, zf = flags(a, b, subtract)
        c8, c7 = carries(a, b, subtract)
        assert of == c8 ^ c7
        assert cf == c8 ^ subtract
        differ = (a ^ b) >> 7
        assert of == int(differ == subtract and (r ^ a) >> 7 == 1)
        wide = [v | (v & 0x80) << 1 for v in (a, b)]
        double = (wide[0] - wide[1] if subtract else wide[0] + wide[1]) >> 7 & 3
        exact = to_signed(a, 8) + (-1 if subtract else 1) * to_signed(b, 8)
        assert double == {(0, 0): 0, (0, 1): 3, (1, 0): 1, (1, 1): 2}[of, int(exact < 0)]
        if subtract:
            assert (cf == 1) == (a < b)
            assert (cf == 0 and zf == 0) == (a > b)
            sa, sb = to_signed(a, 8), to_signed(b, 8)
            assert (sf != of) == (sa < sb)
            assert (sf == of and zf == 0) == (sa > sb)
    assert flags(0xFF, 0x01, False)[1:3] == (0, 1)
    shown("co.overflow", "FFH + 01H 有进位，CF=1，但 −1 + 1 没有溢出，OF=0", heading="易错点")


def test_ieee754_example_encodes_and_decodes_single_precision() -> None:
    word = struct.pack(">f", -20.75).hex().upper()
    bits = f"{int(word, 16):032b}"
    s, e, m = bits[0], bits[1:9], bits[9:]
    shown("co.ieee754", "求 −20.75", f"拼接 {s} {e} {m}，即 {word}H", f"S = {s}，")
    assert float(0b1010011) / 4 == 20.75
    assert 0b1010011 / 2**6 * 2**4 == 20.75
    shown("co.ieee754", "20.75 = 10100.11B = 1.010011B × 2⁴")
    shown("co.ieee754", f"4 + 127 = {int(e, 2)} = {e[:4]} {e[4:]}B", f"M = {m[:6]} 后补 0")
    raw = 0x42C80000
    (value,) = struct.unpack(">f", raw.to_bytes(4, "big"))
    e = f"{raw >> 23 & 0xFF:08b}"
    mantissa = f"{raw & 0x7FFFFF:023b}".rstrip("0")
    shown("co.ieee754", f"42C80000H：S = {raw >> 31}，E = {e[:4]} {e[4:]}B = {int(e, 2)}，")
    shown("co.ieee754", f"指数为 {int(e, 2) - 127}，M = {mantissa} 后补 0，")
    shown("co.ieee754", f"值 = 1.{mantissa}B × 2⁶ = {int(value):b}B = {value:g}。")


def test_ieee754_boundaries_and_special_values_are_those_of_the_real_format() -> None:
    def single(raw: int) -> float:
        (value,) = struct.unpack(">f", raw.to_bytes(4, "big"))
        return float(value)

    assert single(0x7F7FFFFF) == (2 - 2.0**-23) * 2.0**127
    assert single(0x00800000) == 2.0**-126
    assert single(0x00000001) == 2.0**-149
    parts = ("(2 − 2⁻²³) × 2¹²⁷", "最小规格化 2⁻¹²⁶", "最小非规格化 2⁻¹⁴⁹")
    shown("co.ieee754", *parts, heading="计算")
    assert single(0x00000003) == 3 * 2.0**-23 * 2.0**-126
    assert single(0x7F800000) == float("inf")
    assert single(0x7F800001) != single(0x7F800001)
    shown("co.ieee754", "0.M × 2⁻¹²⁶", "| 1～254 |", "| 255 | 0 |", heading="分类")
    exponents = f"| −{-(1 - 127)}～{254 - 127} | −{-(1 - 1023)}～{2046 - 1023} |"
    shown("co.ieee754", exponents, "| 24 | 53 |", "| 127 | 1023 |", heading="比较")
    assert single(struct.unpack(">I", struct.pack(">f", 2**24 + 1))[0]) != 2**24 + 1


# --- CO03 ---------------------------------------------------------------------------------------


def test_dram_refresh_example_for_256_rows_and_100_ns() -> None:
    rows, cycle_ns, period_ns = 256, 100, 2_000_000
    dead = rows * cycle_ns
    shown("co.sram-dram", "64K×1 位", "256 行 × 256 列", "存取周期 100 ns，2 ms 内")
    shown("co.sram-dram", f"死区 = 256 × 0.1 μs = {dead / 1000:g} μs，")
    shown("co.sram-dram", f"死时间率 = {dead / 1000:g} ÷ 2000 = {dead / period_ns:.2%}\n")
    system = cycle_ns + cycle_ns
    shown(
        "co.sram-dram", f"系统存取周期 = {system} ns，每 256 × 0.2 μs = {rows * system / 1000:g} μs"
    )
    shown("co.sram-dram", f"2000 ÷ 256 = {period_ns / rows / 1000:g} μs")
    address = (64 * 1024 - 1).bit_length()
    row_bits = (rows - 1).bit_length()
    assert 256 * rows == 64 * 1024
    shown("co.sram-dram", f"地址共 {address} 位", f"地址引脚为 {row_bits} 根", f"需要 {address} 根")


def test_cache_mapping_example_fields_total_bits_and_placement() -> None:
    sets = 32 * 1024 // 64 // 4
    lines = sets * 4
    offset, index = (64 - 1).bit_length(), (sets - 1).bit_length()
    tag = 32 - index - offset
    shown("co.cache-mapping", "主存地址 32 位", "数据区 32 KB，块长 64 B，4 路组相联，写回法")
    shown("co.cache-mapping", f"行数 = 32 KB ÷ 64 B = {lines}，组数 = {lines} ÷ 4 = {sets}\n")
    shown("co.cache-mapping", f"块内地址 {offset} 位，组号 {index} 位，标记 32 − 7 − 6 = {tag} 位")
    per_line = sum((1, 1, tag, 64 * 8))
    total = sum(per_line for _ in range(lines))
    shown("co.cache-mapping", f"1 + 1 + {tag} + 512 = {per_line} 位，")
    shown("co.cache-mapping", f"总位数 = {lines} × {per_line} = {total} 位\n")
    block, within = divmod(0x12345, 64)
    bits = f"{0x12345:032b}"
    assert int(bits[:tag], 2) == block // sets
    assert int(bits[tag:-offset], 2) == block % sets
    shown("co.cache-mapping", "地址 00012345H", f"主存块号 = {block}，")
    shown("co.cache-mapping", f"{block} mod {sets} = {block % sets}，标记 = {block // sets}，")
    assert section("co.cache-mapping", "例题").endswith(f"块内地址 = {within}")


def test_cache_write_policy_example_by_simulating_both_policies() -> None:
    block, writes = 32, [4 * i for _ in range(10) for i in range(256)]
    through_writes = through_bytes = 0
    for _ in writes:  # no write allocate and no read: nothing ever enters the cache
        through_writes, through_bytes = through_writes + 1, through_bytes + 4
    dirty: set[int] = set()
    misses = 0
    for address in writes:
        misses += address // block not in dirty
        dirty.add(address // block)
    card = "co.cache-write-policy"
    shown(card, "块长 32 B，int 占 4 B，数组 int a[256]", "写 10 遍")
    shown(card, f"数组占 {256 * 4} B，共 {len(dirty)} 块，总写次数 {len(writes)}\n")
    shown(card, f"写主存 {through_writes} 次，写流量 {through_bytes} B，不调块")
    shown(card, f"共 {misses} 次，调入 {misses} 块，最后写回 {len(dirty)} 块，")
    hits = len(writes) - misses
    shown(card, f"写流量 {len(dirty) * block} B，写命中率 = {hits} ÷ {len(writes)} = ")
    shown(card, f"= {hits / len(writes):.2%}")


def hit_rate(addresses: Iterable[int], block: int) -> float:
    cached: set[int] = set()
    results: list[bool] = []
    for address in addresses:
        results.append(address // block in cached)
        cached.add(address // block)
    return sum(results) / len(results)


def test_amat_example_both_conventions_and_the_array_hit_rates() -> None:
    hits, misses = 950, 50
    shown("co.amat", "访存 1000 次，缺失 50 次，Cache 访问 2 ns，主存访问 100 ns")
    shown("co.amat", f"950 ÷ 1000 = {hits / (hits + misses):.0%}\n")
    serial = (hits * 2 + misses * (2 + 100)) / 1000
    parallel = (hits * 2 + misses * 100) / 1000
    shown("co.amat", f"T = 2 + 0.05 × 100 = {serial:g} ns\n")
    shown("co.amat", f"T = 0.95 × 2 + 0.05 × 100 = {parallel:g} ns，")
    shown("co.amat", f"效率 = 2 ÷ {parallel:g} ≈ {2 / parallel:.1%}")
    read = hit_rate((4 * i for i in range(1600)), 64)
    both = hit_rate((4 * i for i in range(1600) for _ in "rw"), 64)
    shown("co.amat", f"每块 {64 // 4} 个元素", "a[i] = a[i] + 1（读写各一次")
    shown("co.amat", "块长 64 B，int 占 4 B", f"15 ÷ 16 = {read:.2%}；", f"31 ÷ 32 = {both:.3%}。")


def test_tlb_example_translates_the_address_and_averages_the_time() -> None:
    vpn, offset = divmod(0x12345678, 4096)
    sets = 64 // 4
    tag, index = divmod(vpn, sets)
    page_bits, set_bits = (4096 - 1).bit_length(), (sets - 1).bit_length()
    shown("co.tlb", "虚拟地址 32 位", "页 4 KB", "64 项、4 路组相联，虚拟地址 12345678H")
    shown("co.tlb", f"页内偏移 {page_bits} 位 = {offset:X}H，")
    shown("co.tlb", f"虚页号 {32 - page_bits} 位 = {vpn:X}H\n")
    shown("co.tlb", f"64 ÷ 4 = {sets}，组号 {set_bits} 位 = {index}，")
    shown("co.tlb", f"标记 {32 - page_bits - set_bits} 位 = {tag:X}H\n", f"第 {index} 组")
    physical = 0x00A * 4096 + offset
    shown(
        "co.tlb", "物理地址 24 位", f"标记为 {tag:X}H、页框号为 00AH", f"物理地址 = {physical:06X}H"
    )
    average = (98 * (1 + 100) + 2 * (1 + 100 + 100)) / 100
    shown("co.tlb", "TLB 查找 1 ns，主存 100 ns，命中率 98%", "0.98 × 101 + 0.02 × 201 = ")
    shown("co.tlb", f" = {average:g} ns。")


# --- CO04 ---------------------------------------------------------------------------------------


def test_addressing_modes_example_effective_addresses_and_branch_target() -> None:
    memory, a, base, index = {0x0050: 0x0300}, 0x0050, 0x1000, 0x0200
    shown("co.addressing-modes", "A = 0050H，(0050H) = 0300H", "BR = 1000H", "IX = 0200H")
    for mode, ea in (
        ("直接寻址", a),
        ("一次间接寻址", memory[a]),
        ("基址寻址", base + a),
        ("变址寻址", index + a),
    ):
        shown("co.addressing-modes", f". {mode}：EA = {ea:04X}H")
    pc = 0x1000 + 4
    (displacement,) = struct.unpack("b", b"\xf0")
    shown("co.addressing-modes", "在 1000H，长 4 字节，8 位位移量 F0H 以字节为单位")
    shown("co.addressing-modes", f"PC = {pc:04X}H，F0H = −{-displacement}，")
    shown("co.addressing-modes", f"目标地址 = {pc + displacement:04X}H。")


# --- CO05 ---------------------------------------------------------------------------------------


def test_pipeline_example_by_walking_the_space_time_diagram() -> None:
    stages, latch, n = (180, 100, 150, 190, 80), 10, 100
    step = max(stages) + latch
    cells = {(i + s, s) for i in range(n) for s in range(len(stages))}
    cycles = max(c for c, _ in cells) + 1
    total = cycles * step
    shown("co.pipeline", "180、100、150、190、80 ps，段寄存器延迟 10 ps，连续执行 100 条")
    shown("co.pipeline", f"190 + 10 = {step} ps\n", f"(5 + {n} − 1) × {step} = {total} ps")
    shown("co.pipeline", f" = {total / 1000:g} ns\n", "需 180+100+150+190+80 = ")
    serial = sum(stages) * n
    shown("co.pipeline", f"= {sum(stages)} ps，100 条需 {serial / 1000:g} ns，")
    shown("co.pipeline", f"70 ÷ 20.8 ≈ {serial / total:.2f}\n")
    shown("co.pipeline", f"100 ÷ 20.8 ns ≈ {n / total * 1000:.2f}×10⁹ 条/秒")
    efficiency = len(cells) / (cycles * len(stages))
    shown("co.pipeline", f"100 ÷ {cycles} ≈ {efficiency:.1%}")


Instruction = tuple[str, str, tuple[str, ...]]


def five_stage_cycles(
    program: list[Instruction], *, forwarding: bool, same_cycle_write_read: bool = True
) -> int:
    """Cycles of an in-order IF ID EX MEM WB pipeline; operands come from ID or a bypass."""
    ready: dict[str, int] = {}  # register -> first cycle in which the consumer's EX may run
    ex = 2
    for op, target, sources in program:
        ex = max([ex + 1, *(ready.get(r, 0) for r in sources)])
        write_back = ex + 2
        if forwarding:
            ready[target] = ex + (2 if op == "lw" else 1)
        else:
            ready[target] = write_back + (1 if same_cycle_write_read else 2)
    return ex + 2


def test_hazard_example_cycle_counts_by_simulation() -> None:
    i1, i2, i3, i4 = program = [
        ("lw", "r1", ("r2",)),
        ("add", "r3", ("r1", "r4")),
        ("sub", "r5", ("r3", "r6")),
        ("or", "r7", ("r8", "r9")),
    ]
    for number, (op, target, sources) in enumerate(program, 1):
        operands = "0(r2)" if op == "lw" else ", ".join(sources)
        shown("co.pipeline-hazards", f"I{number}: {op:<3} {target}, {operands}\n")
    card = "co.pipeline-hazards"
    slow = five_stage_cycles(program, forwarding=False)
    fast = five_stage_cycles(program, forwarding=True)
    best = five_stage_cycles([i1, i4, i2, i3], forwarding=True)
    ideal = 5 + len(program) - 1
    first = five_stage_cycles([i1, i2], forwarding=False) - 6
    second = five_stage_cycles([i2, i3], forwarding=False) - 6
    shown(card, f"I2 等 r1 停 {first}，I3 等 r3 停 {second}，")
    shown(card, f"共 {ideal} + {slow - ideal} = {slow} 个周期")
    shown(card, f"load-use 停 {fast - ideal}，共 {fast} 个周期", f"不停顿，共 {best} 个周期")
    assert best == ideal
    wrong = 20 * 25 * 2 / 100 / 100
    shown(card, "占指令的 20%，预测错误率 25%", "每次错误损失 2 个周期")
    shown(card, f"CPI = 1 + 0.2 × 0.25 × 2 = {1 + wrong:g}。")


@pytest.mark.parametrize(
    ("op", "gap", "forwarding", "same_cycle", "stalls", "phrase"),
    [
        ("add", 0, False, True, 2, "紧邻的相关停 2 个周期"),
        ("add", 1, False, True, 1, "隔一条停 1 个"),
        ("add", 2, False, True, 0, "隔两条不停"),
        ("add", 0, True, True, 0, "运算类结果不用停"),
        ("lw", 0, True, True, 1, "停 1 个周期（load-use 冒险）"),
        ("add", 0, False, False, 3, "无转发时紧邻的相关停 3 个周期"),
    ],
)
def test_hazard_stall_rules_by_simulation(
    op: str, gap: int, forwarding: bool, same_cycle: bool, stalls: int, phrase: str
) -> None:
    filler: list[Instruction] = [("or", f"f{i}", ()) for i in range(gap)]
    program: list[Instruction] = [(op, "r1", ()), *filler, ("sub", "r2", ("r1",))]
    cycles = five_stage_cycles(program, forwarding=forwarding, same_cycle_write_read=same_cycle)
    assert cycles - (5 + len(program) - 1) == stalls
    shown("co.pipeline-hazards", phrase, heading="计算")


def test_microprogram_example_field_widths_and_control_store() -> None:
    groups = (3, 7, 5, 8, 3)
    widths = [len(f"{m:b}") for m in groups]  # codes 0..m, code 0 meaning no command
    assert widths == [ceil(log2(m + 1)) for m in groups]
    control, address = sum(widths), (256 - 1).bit_length()
    shown(
        "co.microprogram",
        f"{sum(groups)} 个微命令分成 {len(groups)} 个互斥组",
        "各有 3、7、5、8、3 个",
        "字段 2 位；控存共 256 条",
    )
    shown("co.microprogram", "各字段位数为 " + "、".join(map(str, widths)) + "，")
    shown("co.microprogram", f"共 {control} 位（直接编码要 {sum(groups)} 位）")
    word = control + 2 + address
    shown("co.microprogram", f"log₂256 = {address} 位", f"14 + 2 + 8 = {word} 位")
    shown("co.microprogram", f"256 × 24 = {256 * word} 位，即 {256 * word // 8} B")
    shown("co.microprogram", f"8 个微命令要 {len(f'{8:b}')} 位，不是 3 位", heading="易错点")


# --- CO06 ---------------------------------------------------------------------------------------


def test_program_interrupt_example_load_and_deadline() -> None:
    per_second = 40_000 // 4
    cycles = per_second * 400
    card = "co.program-interrupt"
    shown(card, "40 KB/s，每次中断传 4 B，每次中断共用 400 个周期，主频 200 MHz")
    shown(card, f"40000 ÷ 4 = {per_second} 次，用 {cycles // 10**6}×10⁶ 个周期")
    shown(card, f"占用率 = {cycles // 10**6}×10⁶ ÷ (200×10⁶) = {cycles / 200e6:.0%}。")
    gap, busy = 10**6 / per_second, 400 / 200
    assert busy <= gap
    shown(card, f"间隔 {gap:g} μs，处理 {busy:g} μs，不丢数据")


def finishing_order(masks: dict[str, str], hardware: str) -> str:
    """Every source requests at once; the service routines open interrupts under their own mask."""
    pending, stack, done = set(hardware), [], ""
    while pending or stack:
        mask = masks[stack[-1]] if stack else "0" * len(hardware)
        allowed = [s for s in hardware if s in pending and mask[hardware.index(s)] == "0"]
        if allowed:
            stack.append(allowed[0])
            pending.remove(allowed[0])
        else:
            done += stack.pop()
    return done


def test_program_interrupt_example_masks_give_the_required_order() -> None:
    wanted, sources = "ACB", "ABC"
    masks = {
        s: "".join("1" if wanted.index(t) >= wanted.index(s) else "0" for t in sources)
        for s in sources
    }
    assert finishing_order(masks, hardware=sources) == wanted
    card = "co.program-interrupt"
    shown(card, "响应优先级 A > B > C，要求处理次序为 A > C > B", "按 A、B、C 排列")
    shown(card, "，".join(f"{s} 为 {masks[s]}" for s in sources) + "。")


def test_dma_example_processor_share_and_stolen_memory_time() -> None:
    rate, hz = 8 * 10**6, 10**9
    times = rate // 4000
    shown("co.dma", "8 MB/s，每次 DMA 传 4000 B", "共 1500 个周期，CPU 主频 1 GHz")
    shown("co.dma", "一次传 8 B，主存存取周期 50 ns", f"8×10⁶ ÷ 4000 = {times}\n")
    shown("co.dma", f"2000 × 1500 ÷ 10⁹ = {times * 1500 / hz:.1%}\n")
    stolen = rate // 8
    assert stolen == 10**6
    busy_ns = stolen * 50
    shown(
        "co.dma",
        "8×10⁶ ÷ 8 = 10⁶ 次",
        f"10⁶ × 50 ns = {busy_ns // 10**6} ms，即 {busy_ns / 10**9:.0%}",
    )
