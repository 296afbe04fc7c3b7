"""Forms of the complement generator without arithmetic: encode and decode."""

import random

from backend.questions.generators.frame import Distractor, Draft
from backend.questions.layout import code_block, power_of_two
from backend.questions.solvers.complement import Code, decode, encode


def encoding(chance: random.Random) -> Draft:
    """From a negative number to its pattern."""
    bits = chance.choice((8, 8, 16))
    magnitude = chance.randint(3, 126) if bits == 8 else chance.randint(130, 4000)
    code: Code = chance.choice(("twos", "twos", "excess"))
    name = "移码" if code == "excess" else "补码"
    answer = hexadecimal(encode(-magnitude, bits, code), bits)
    line = _encoding_line(magnitude, bits, code)
    return Draft(
        points=("CO0202",),
        difficulty=1 if bits == 8 and code == "twos" else 2,
        stem=chance.choice(
            (
                f"真值为 {signed(-magnitude)} 的整数用 {bits} 位{name}表示，写成十六进制是",
                f"机器数共 {bits} 位（含符号位），x = {signed(-magnitude)}，"
                f"则 [x]{name[0]} 用十六进制表示是",
            )
        ),
        correct=answer,
        why_correct=f"{line}，即 {answer}。",
        distractors=_misencoded(chance, magnitude, bits, code),
        steps=(
            f"先写绝对值 {magnitude} 的二进制；符号位置 1 得原码，数值位取反得反码，"
            f"末位加 1 得补码{'，补码的符号位取反得移码' if code == 'excess' else ''}。",
            code_block(_ladder(magnitude, bits, code)),
            f"所求{name}为 {answer}。验算：{line}。",
        ),
        source=("co.complement",),
        convention=_width_convention(bits, code),
    )


def _ladder(magnitude: int, bits: int, code: Code) -> list[str]:
    names: dict[Code, str] = {"sign_magnitude": "原码", "ones": "反码", "twos": "补码"}
    if code == "excess":
        names["excess"] = "移码"
    rows = [f"绝对值 {binary(magnitude, bits)}"]
    return rows + [
        f"{name}   {binary(encode(-magnitude, bits, c), bits)}" for c, name in names.items()
    ]


def _encoding_line(magnitude: int, bits: int, code: Code) -> str:
    if code == "excess":
        bias = 1 << (bits - 1)
        return f"移码 = 真值 + 偏置 = −{magnitude} + {bias} = {bias - magnitude}"
    whole = 1 << bits
    return (
        f"负数的补码 = {power_of_two(bits)} − 绝对值 = {whole} − {magnitude} = {whole - magnitude}"
    )


def _misencoded(chance: random.Random, magnitude: int, bits: int, code: Code) -> list[Distractor]:
    bias = 1 << (bits - 1)

    def wrong(pattern: int, mistake: str, why: str) -> Distractor:
        return Distractor(hexadecimal(pattern, bits), mistake, why)

    twos, ones = encode(-magnitude, bits), encode(-magnitude, bits, "ones")
    plain = wrong(bias + magnitude, "writes-sign-magnitude", "只把符号位置 1，这是原码。")
    # Only one neighbour of the key, since two would stand around it.
    late = chance.random() < 0.3
    lost = wrong(magnitude, "loses-the-sign", "只写了绝对值，丢了负号。")
    if code == "excess":
        return [
            wrong(twos, "forgets-to-flip-the-sign", "这是补码：化成移码还要把符号位取反。"),
            wrong(bias - magnitude + 1, "adds-one-too-often", "末位多加了一次 1。")
            if late
            else wrong(
                bias - 1 - magnitude,
                "uses-bias-of-ieee754",
                f"偏置取成了 {bias - 1}（IEEE 754 阶码的取法），本题偏置是 {bias}。",
            ),
            wrong(bias + magnitude, "biases-the-absolute-value", "把绝对值加到偏置上，漏了负号。"),
            wrong(ones, "writes-ones-complement", "这是反码，与移码无关。"),
            lost,
        ]
    return [
        wrong(twos + 1, "adds-one-too-often", "末位多加了一次 1。")
        if late
        else wrong(ones, "forgets-plus-one", "数值位取反后没有在末位加 1，这是反码。"),
        plain,
        wrong(
            bias - magnitude,
            "inverts-sign-bit-too",
            "由原码求补码时连符号位也取反，结果成了正数。",
        ),
        wrong(ones - 1, "subtracts-one", "取反之后应当加 1，这里减了 1。"),
        wrong(
            twos ^ (magnitude & -magnitude) << 1,
            "inverts-from-one-bit-late",
            "从右往左第一个 1 的左边各位都要取反，这里少取反了一位。",
        ),
        lost,
    ]


def decoding(chance: random.Random) -> Draft:
    """From a pattern to its number."""
    bits = chance.choice((8, 8, 16))
    code: Code = chance.choice(("twos", "twos", "excess"))
    low = chance.randint(4, 124) if bits == 8 else chance.randint(0x6000, 0x7FF0)
    sign = 1 if code == "twos" else chance.randint(0, 1)
    pattern = low | sign << (bits - 1)
    name = "移码" if code == "excess" else "补码"
    answer = signed(decode(pattern, bits, code))
    subtrahend = 1 << (bits - 1 if code == "excess" else bits)
    line = (
        f"真值 = 机器数 − 偏置 = {pattern} − {subtrahend} = {answer}"
        if code == "excess"
        else f"符号位是 1，真值 = {pattern} − {power_of_two(bits)} "
        f"= {pattern} − {subtrahend} = {answer}"
    )
    return Draft(
        points=("CO0202",),
        difficulty=1 if bits == 8 and code == "twos" else 2,
        stem=chance.choice(
            (
                f"某 {bits} 位整数的{name}为 {hexadecimal(pattern, bits)}，它的真值是",
                f"寄存器中的 {hexadecimal(pattern, bits)} 是一个 {bits} 位{name}整数，它的真值是",
            )
        ),
        correct=answer,
        why_correct=f"{line}。",
        distractors=_misdecoded(pattern, bits, code),
        steps=(
            f"展开：{hexadecimal(pattern, bits)} = {binary(pattern, bits)}B，"
            f"按无符号数看是 {pattern}。",
            f"{line}。",
        ),
        source=("co.complement",),
        convention=_width_convention(bits, code),
    )


def _misdecoded(pattern: int, bits: int, code: Code) -> list[Distractor]:
    bias = 1 << (bits - 1)
    twos, low = decode(pattern, bits), pattern % bias

    def wrong(value: int, mistake: str, why: str) -> Distractor:
        return Distractor(signed(value), mistake, why)

    plain = wrong(-low, "reads-as-sign-magnitude", "把其余各位直接读成绝对值，前面加了负号。")
    unsigned = wrong(pattern, "reads-as-unsigned", "把机器数当成无符号数读出来了。")
    if code == "excess":
        return [
            wrong(twos, "reads-as-twos-complement", "按补码读了，题目给的是移码。"),
            wrong(
                pattern - (bias - 1),
                "uses-bias-of-ieee754",
                f"偏置取成了 {bias - 1}（IEEE 754 阶码的取法），本题偏置是 {bias}。",
            ),
            plain,
            unsigned,
            wrong(bias - pattern, "subtracts-the-wrong-way", "用偏置减机器数，符号反了。"),
        ]
    return [
        wrong(decode(pattern, bits, "ones"), "forgets-plus-one", "取反后没有加 1，当成了反码。"),
        plain,
        unsigned,
        wrong(-twos, "loses-the-sign", "绝对值求对了，但符号位为 1 是负数，漏了负号。"),
        wrong(low, "drops-the-sign-bit", "丢掉符号位，只读了其余各位。"),
        wrong(twos + 2, "subtracts-one", "取反之后应当加 1 得绝对值，这里减了 1。"),
    ]


def _width_convention(bits: int, code: Code) -> str:
    bias = f"；移码的偏置取 {power_of_two(bits - 1)}" if code == "excess" else ""
    return f"机器数共 {bits} 位，含 1 位符号位{bias}。"


def hexadecimal(pattern: int, bits: int) -> str:
    """Write a pattern as "00A6H", a digit for every four bits."""
    return f"{pattern:0{bits // 4}X}H"


def binary(pattern: int, bits: int) -> str:
    """Write a pattern in groups of four bits."""
    digits = f"{pattern:0{bits}b}"
    return " ".join(digits[at : at + 4] for at in range(0, bits, 4))


def signed(value: int) -> str:
    """Write a number with the minus sign of print."""
    return str(value).replace("-", "−")
