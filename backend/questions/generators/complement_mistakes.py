"""What typical mistakes make of an addition or subtraction, each computed by making it."""

from backend.questions.generators.complement_codes import hexadecimal, signed
from backend.questions.generators.frame import Distractor
from backend.questions.solvers.complement import (
    ComplementRun,
    ComplementTask,
    Operation,
    decode,
    operate,
)

_WORDS: dict[Operation, str] = {"add": "加法", "sub": "减法"}


def wrong_patterns(run: ComplementRun) -> list[Distractor]:
    """Give wrong patterns of a result."""
    task, whole = run.task, 1 << run.task.bits

    def wrong(pattern: int, mistake: str, why: str) -> Distractor:
        return Distractor(hexadecimal(pattern % whole, task.bits), mistake, why)

    other: Operation = "add" if task.operation == "sub" else "sub"
    swapped = operate(ComplementTask(task.bits, other, task.a, task.b)).result
    half = whole >> (task.bits // 2)
    nibbles = (task.a // half + run.addend // half) * half + (
        task.a % half + run.addend % half + run.carry_in
    ) % half
    bias = whole // 2
    true = decode(task.a, task.bits) + (1 - 2 * run.carry_in) * decode(task.b, task.bits)
    first = (
        [
            wrong(task.a + run.addend, "forgets-plus-one", "减数取反后忘了末位再加 1。"),
            wrong(task.b - task.a, "subtracts-the-wrong-way", "算成了 y − x。"),
        ]
        if run.carry_in
        else [
            wrong(
                run.result + run.carry_out,
                "end-around-carry",
                "把最高位的进位又加到末位，那是反码的循环进位。",
            )
        ]
    )
    return [
        *first,
        wrong(
            swapped, "takes-the-other-operation", f"题目要求做{_WORDS[task.operation]}，做反了。"
        ),
        wrong(bias + abs(true), "writes-sign-magnitude", "把结果写成了原码。"),
        wrong(nibbles, "loses-a-carry", "低半部分向高半部分的进位漏加了。"),
        wrong(bias - 1 if true > 0 else bias, "saturates", "以为超出范围就取最大或最小值。"),
        wrong(run.result - 1, "borrows-once-too-often", "末位多减了 1。"),
    ]


def wrong_values(run: ComplementRun, *, as_unsigned: bool) -> list[Distractor]:
    """Give wrong numbers for a result."""
    task, bits = run.task, run.task.bits

    def wrong(value: int, mistake: str, why: str) -> Distractor:
        return Distractor(signed(value), mistake, why)

    def read(pattern: int) -> int:
        kept = pattern % (1 << bits)
        return kept if as_unsigned else decode(kept, bits)

    a, b = (x if as_unsigned else decode(x, bits) for x in (task.a, task.b))
    true = a - b if run.carry_in else a + b
    other = task.a + task.b if run.carry_in else task.a - task.b
    reread = decode(run.result, bits) if as_unsigned else run.result
    kind = "无符号数" if as_unsigned else "补码"
    wrongs = [
        wrong(true, "ignores-the-width", f"按数学运算得到 {signed(true)}，{bits} 位放不下。"),
        wrong(reread, "reads-the-other-way", f"机器数算对了，但没有看成{kind}。"),
        wrong(
            decode(run.result, bits, "sign_magnitude"),
            "reads-as-sign-magnitude",
            "把结果当成原码读了。",
        ),
    ]
    if run.carry_in:
        wrongs.append(
            wrong(read(task.a + run.addend), "forgets-plus-one", "减数取反后忘了末位再加 1。")
        )
    return [
        *wrongs,
        wrong(
            read(other),
            "takes-the-other-operation",
            f"题目要求做{_WORDS[task.operation]}，做反了。",
        ),
        wrong(decode(run.result, bits, "ones"), "reads-as-ones-complement", "把结果当成反码读了。"),
        wrong(-run.value, "takes-the-other-sign", "绝对值求对了，正负号弄反了。"),
    ]


def flags_of(run: ComplementRun) -> dict[str, int]:
    """Name the four flags."""
    return {"OF": run.overflow, "SF": run.sign, "ZF": run.zero, "CF": run.carry}


def written(flags: dict[str, int], shown: tuple[str, ...]) -> str:
    """Write the flags asked for in the order asked."""
    return "、".join(str(flags[name]) for name in shown)


def wrong_flags(run: ComplementRun, shown: tuple[str, ...]) -> list[Distractor]:
    """Give wrong settings of the flags shown."""
    task, bits, flags = run.task, run.task.bits, flags_of(run)

    def wrong(mistake: str, why: str, **changed: int) -> Distractor:
        return Distractor(written({**flags, **changed}, shown), mistake, why)

    a, b = decode(task.a, bits), decode(task.b, bits)
    other: Operation = "add" if run.carry_in else "sub"
    as_other = operate(ComplementTask(bits, other, task.a, task.b))
    a_sign, b_sign = (x >> (bits - 1) for x in (task.a, task.b))
    if run.carry_in:
        own = [
            wrong(
                "copies-the-carry",
                "CF 直接抄了加法器的进位；减法的 CF 是借位，要取反。",
                CF=run.carry_out,
            ),
            wrong(
                "borrows-by-signed-order",
                "按带符号数的大小判断借位，CF 应按无符号数看。",
                CF=int(a < b),
            ),
            wrong(
                "judges-as-addition",
                "拿加法的规则判断减法溢出；减法是两数异号时才可能溢出。",
                OF=int(a_sign == b_sign != run.sign),
            ),
        ]
    else:
        own = [
            wrong(
                "carry-from-below", "CF 取了次高位的进位，应取最高位的进位。", CF=run.carry_below
            ),
            wrong(
                "judges-as-subtraction",
                "拿减法的规则判断加法溢出；加法是两数同号时才可能溢出。",
                OF=int(a_sign != b_sign and a_sign != run.sign),
            ),
        ]
    true = a - b if run.carry_in else a + b
    return [
        wrong("overflow-for-carry", "把 OF 与 CF 当成一回事，让 CF 等于 OF。", CF=run.overflow),
        wrong("carry-for-overflow", "以为有进位或借位就是溢出，让 OF 等于 CF。", OF=run.carry),
        *own,
        wrong(
            "sign-of-the-true-result",
            "SF 取了数学结果的正负；SF 只看机器结果的最高位。",
            SF=int(true < 0),
        ),
        wrong("swaps-overflow-and-carry", "OF 与 CF 的含义记反了。", OF=run.carry, CF=run.overflow),
        Distractor(
            written(flags_of(as_other), shown),
            "takes-the-other-operation",
            f"题目要求做{_WORDS[task.operation]}，做反了。",
        ),
        wrong("keeps-sign-of-a", "以为结果的符号总与 A 相同。", SF=a_sign),
    ]
