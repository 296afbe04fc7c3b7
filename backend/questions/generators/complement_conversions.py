"""Forms of the complement generator on C types: wider, narrower, or read otherwise."""

import random

from backend.questions.generators.complement_codes import binary, hexadecimal, signed
from backend.questions.generators.frame import Distractor, Draft
from backend.questions.solvers.complement import decode, extend, truncate

_C_CONVENTION = "char 为 8 位，short 为 16 位，带符号整数用补码表示。"


def conversion(chance: random.Random) -> Draft:
    """Between C types: wider, narrower, or the same pattern read otherwise."""
    return chance.choice((_widening, _narrowing, _rereading))(chance)


def _widening(chance: random.Random) -> Draft:
    pattern = chance.randint(0x84, 0xFC)
    is_signed = chance.random() < 0.5
    kind = "signed char" if is_signed else "unsigned char"
    answer = extend(pattern, 8, 16) if is_signed else pattern
    low = pattern & 0x7F

    def wrong(value: int, mistake: str, why: str) -> Distractor:
        return Distractor(hexadecimal(value, 16), mistake, why)

    other = (
        wrong(pattern, "zero-extends", "高位补了 0，那是无符号数的零扩展，值变成了正数。")
        if is_signed
        else wrong(
            extend(pattern, 8, 16), "sign-extends", "源类型是无符号数，应当零扩展，这里补了符号位。"
        )
    )
    rule = (
        "带符号数做符号扩展，高 8 位全填符号位 1"
        if is_signed
        else "无符号数做零扩展，高 8 位全填 0"
    )
    return Draft(
        points=("CO0207", "CO0202"),
        difficulty=2,
        stem=f"C 语言中，{kind} 型变量 x 的机器数为 {hexadecimal(pattern, 8)}，"
        "执行 `short y = x;` 之后，y 的机器数是",
        correct=hexadecimal(answer, 16),
        why_correct=f"{rule}，得 {hexadecimal(answer, 16)}，值不变。",
        distractors=[
            other,
            wrong(0x8000 | low, "moves-only-the-sign-bit", "只把符号位移到最高位，中间补了 0。"),
            wrong(pattern << 8, "pads-the-low-end", "把新的位补在了低位，值扩大了 256 倍。"),
            wrong(0xFF00 | low, "clears-the-old-sign", "高位填 1 以后又把原来的符号位清成了 0。"),
            wrong(0x0F00 | pattern, "fills-one-digit", "只多填了一个十六进制位，没有填满 16 位。"),
            wrong(low, "drops-the-sign-bit", "高位填 0，又把原来的最高位清成了 0。"),
        ],
        steps=(
            f"扩展看源类型：x 是 {kind}，{rule}。",
            f"{hexadecimal(pattern, 8)} 扩展成 {hexadecimal(answer, 16)}，"
            f"真值仍是 {signed(decode(answer, 16))}。",
        ),
        source=("co.complement",),
        convention=_C_CONVENTION,
    )


def _narrowing(chance: random.Random) -> Draft:
    pattern = chance.randint(1, 0x7E) << 8 | chance.randint(0x04, 0xFC)
    if chance.random() < 0.4:
        pattern |= 0x8000
    kept = truncate(pattern, 16, 8)
    answer = decode(kept, 8)

    def wrong(value: int, mistake: str, why: str) -> Distractor:
        return Distractor(signed(value), mistake, why)

    whole = decode(pattern, 16)
    return Draft(
        points=("CO0207", "CO0202"),
        difficulty=3,
        stem=f"C 语言中，short 型变量 x 的机器数为 {hexadecimal(pattern, 16)}，"
        "执行 `signed char y = (signed char)x;` 之后，y 的值是",
        correct=signed(answer),
        why_correct=f"只保留低 8 位 {hexadecimal(kept, 8)}，按 8 位补码读是 {signed(answer)}。",
        distractors=[
            wrong(kept, "reads-as-unsigned", "低 8 位取对了，却按无符号数读。"),
            wrong(decode(pattern >> 8, 8), "keeps-the-high-byte", "保留了高 8 位，应保留低 8 位。"),
            wrong(
                decode(kept, 8, "sign_magnitude"),
                "reads-as-sign-magnitude",
                "低 8 位取对了，却按原码读。",
            ),
            wrong(whole, "keeps-the-value", "以为类型转换不改变数值，8 位放不下这个数。"),
            wrong(127 if whole > 0 else -128, "saturates", "以为超出范围就取最大或最小值。"),
            wrong(decode(kept, 8, "ones"), "forgets-plus-one", "求负数的绝对值时取反没有加 1。"),
            wrong(-answer, "takes-the-other-sign", "绝对值求对了，正负号判断反了。"),
        ],
        steps=(
            f"截断：{hexadecimal(pattern, 16)} 只留低 8 位 {hexadecimal(kept, 8)} = "
            f"{binary(kept, 8)}B。",
            f"按 8 位补码读：{_reading_line(kept, 8)}。",
        ),
        source=("co.complement",),
        convention=f"{_C_CONVENTION}长类型转换为短类型按截断处理。",
    )


def _rereading(chance: random.Random) -> Draft:
    bits = chance.choice((8, 16))
    # Half of the absolute values of 16 bits are above 2^14, where they pass the middle.
    low = (
        chance.randint(0x04, 0x7C)
        if bits == 8
        else chance.choice((chance.randint(0x0100, 0x3F00), chance.randint(0x4100, 0x7FF0)))
    )
    bias = 1 << (bits - 1)
    pattern, name = low | bias, "char" if bits == 8 else "short"
    value = decode(pattern, bits)

    def wrong(result: int, mistake: str, why: str) -> Distractor:
        return Distractor(signed(result), mistake, why)

    return Draft(
        points=("CO0207", "CO0202"),
        difficulty=2,
        stem=f"C 语言中有 `{'signed char' if bits == 8 else 'short'} x = {value};`，"
        f"执行 `unsigned {name} y = (unsigned {name})x;` 之后，y 的值是",
        correct=str(pattern),
        why_correct=f"机器数不变，按无符号数读：{1 << bits} − {-value} = {pattern}。",
        distractors=[
            wrong(-value, "takes-the-absolute-value", "以为转换成无符号数就是取绝对值。"),
            wrong(bias - value, "rereads-sign-magnitude", "把原码当机器数来读，x 存的是补码。"),
            # Both would stand around the key.
            chance.choice(
                (
                    wrong(
                        pattern - 1,
                        "rereads-ones-complement",
                        "求机器数时取反没有加 1，用了反码。",
                    ),
                    wrong(pattern + 1, "adds-one-too-often", "求机器数时取反后多加了一次 1。"),
                )
            ),
            wrong(low, "drops-the-sign-bit", "丢掉了最高位；它在无符号数中有权值，不能丢。"),
            wrong(value, "keeps-the-value", "以为类型转换不改变数值，无符号数不可能是负数。"),
        ],
        steps=(
            f"同长度的转换不改变机器数：{signed(value)} 的 {bits} 位补码是 "
            f"{hexadecimal(pattern, bits)}。",
            f"按无符号数读：{1 << bits} − {-value} = {pattern}。",
        ),
        source=("co.complement",),
        convention=_C_CONVENTION,
    )


def _reading_line(pattern: int, bits: int) -> str:
    value = decode(pattern, bits)
    if value >= 0:
        return f"符号位是 0，真值 = {value}"
    return f"符号位是 1，真值 = {pattern} − {1 << bits} = {signed(value)}"
