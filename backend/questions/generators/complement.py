"""Questions on integers of 8 and 16 bits: codes, conversions, sums and differences, flags."""

import random
from dataclasses import dataclass

from backend.questions.generators.complement_codes import (
    binary,
    code_block,
    conversion,
    decoding,
    encoding,
    hexadecimal,
    signed,
)
from backend.questions.generators.frame import Distractor, Draft
from backend.questions.solvers.complement import (
    ComplementRun,
    ComplementTask,
    Operation,
    decode,
    operate,
)

_SIGNS: dict[Operation, str] = {"add": "+", "sub": "−"}
_WORDS: dict[Operation, str] = {"add": "加法", "sub": "减法"}
_FLAG_CONVENTION = (
    "OF 按带符号数看，CF 按无符号数看；减法的 CF 是借位标志："
    "按无符号数看被减数小于减数时 CF = 1（与 x86 相同）。"
)


@dataclass(frozen=True, slots=True)
class ComplementGenerator:
    """Encode, decode, convert between types, add or subtract, flags."""

    name: str = "complement"
    version: int = 1
    points: tuple[str, ...] = ("CO0202", "CO0207", "CO0213", "CO0210")

    def draft(self, chance: random.Random) -> Draft:
        forms = (encoding, decoding, conversion, _result, _value, _flags)
        return chance.choices(forms, (12, 12, 20, 12, 16, 28))[0](chance)


def _draw(chance: random.Random) -> ComplementTask:
    """Draw operands far enough from 0 that most mistakes show; half the results overflow."""
    bits = chance.choice((8, 8, 16))
    step = 1 if bits == 8 else 0x10
    operation: Operation = chance.choice(("add", "sub"))
    overflows = chance.random() < 0.5
    while True:
        a, b = (chance.randrange(5, (1 << bits) // step - 4) * step for _ in range(2))
        run = operate(ComplementTask(bits, operation, a, b))
        if bool(run.overflow) == overflows and a != b and abs(run.value) > 3:
            return run.task


def _given(task: ComplementTask) -> str:
    a, b = hexadecimal(task.a, task.bits), hexadecimal(task.b, task.bits)
    return f"A = {a}，B = {b}"


def _result(chance: random.Random) -> Draft:
    run = operate(_draw(chance))
    task = run.task
    answer = hexadecimal(run.result, task.bits)
    a, b = (signed(decode(x, task.bits)) for x in (task.a, task.b))
    return Draft(
        points=("CO0213", "CO0202"),
        difficulty=2 if task.operation == "add" else 3,
        stem=f"某 {task.bits} 位机器用补码表示带符号整数，x = {a}，y = {b}。"
        f"在 {task.bits} 位加法器中计算 x {_SIGNS[task.operation]} y，结果的机器数是",
        correct=answer,
        why_correct=f"{_sum_line(run)}，只留 {task.bits} 位。",
        distractors=_wrong_patterns(run),
        steps=(
            f"[x]补 = {hexadecimal(task.a, task.bits)}，[y]补 = {hexadecimal(task.b, task.bits)}。",
            *_adding(run),
            f"结果的机器数为 {answer}，真值 {signed(run.value)}。",
        ),
        source=("co.complement", "co.overflow"),
        convention=f"结果只保留 {task.bits} 位，溢出时也不做修正。",
    )


def _wrong_patterns(run: ComplementRun) -> list[Distractor]:
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


def _value(chance: random.Random) -> Draft:
    run = operate(_draw(chance))
    task = run.task
    as_unsigned = chance.random() < 0.3
    unsigned, twos = str(run.result), signed(run.value)
    reading = "无符号整数" if as_unsigned else "带符号整数（补码）"
    answer = unsigned if as_unsigned else twos
    return Draft(
        points=("CO0213", "CO0202"),
        difficulty=3 if run.overflow or task.bits == 16 else 2,
        stem=f"{task.bits} 位寄存器中，{_given(task)}，执行 R = A {_SIGNS[task.operation]} B "
        f"之后，把 R 看成{reading}，它的值是",
        correct=answer,
        why_correct=f"{_sum_line(run)}，只留 {task.bits} 位，"
        f"看成{'无符号整数' if as_unsigned else '补码'}是 {answer}。",
        distractors=_wrong_values(run, as_unsigned=as_unsigned),
        steps=(
            *_adding(run),
            f"R = {hexadecimal(run.result, task.bits)}：无符号 {unsigned}，补码真值 {twos}。",
        ),
        source=("co.complement", "co.overflow"),
        convention=f"结果只保留 {task.bits} 位，溢出时也不做修正。",
    )


def _wrong_values(run: ComplementRun, *, as_unsigned: bool) -> list[Distractor]:
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


def _flags(chance: random.Random) -> Draft:
    task = _draw(chance)
    if chance.random() < 0.12:
        # A sum of 0 with a carry, as FFH + 01H: the one case that sets ZF.
        task = ComplementTask(task.bits, "add", task.a, (1 << task.bits) - task.a)
    run = operate(task)
    shown = ("OF", "SF", "ZF", "CF") if run.zero or chance.random() < 0.5 else ("OF", "SF", "CF")
    answer = _written(_flags_of(run), shown)
    return Draft(
        points=("CO0210", "CO0213"),
        difficulty=3 if task.operation == "add" else 4,
        stem=f"{task.bits} 位 ALU 中，{_given(task)}，执行 A {_SIGNS[task.operation]} B 之后，"
        f"标志位 {'、'.join(shown)} 的值依次是",
        correct=answer,
        why_correct=f"{_sum_line(run)}；{_overflow_line(run)}；{_carry_line(run)}。",
        distractors=_wrong_flags(run, shown),
        steps=(
            *_adding(run),
            f"最高位进位 {run.carry_out}，次高位进位 {run.carry_below}，"
            f"OF = {run.carry_out} ⊕ {run.carry_below} = {run.overflow}。"
            f"验证：{_overflow_line(run)}。",
            f"CF = 最高位进位 ⊕ Sub = {run.carry_out} ⊕ {run.carry_in} = {run.carry}。"
            f"验证：{_carry_line(run)}。",
            f"结果最高位是 {run.sign}，SF = {run.sign}；"
            f"结果{'是' if run.zero else '不是'}全 0，ZF = {run.zero}。",
        ),
        source=("co.overflow",),
        convention=_FLAG_CONVENTION,
    )


def _flags_of(run: ComplementRun) -> dict[str, int]:
    return {"OF": run.overflow, "SF": run.sign, "ZF": run.zero, "CF": run.carry}


def _written(flags: dict[str, int], shown: tuple[str, ...]) -> str:
    return "、".join(str(flags[name]) for name in shown)


def _wrong_flags(run: ComplementRun, shown: tuple[str, ...]) -> list[Distractor]:
    task, bits, flags = run.task, run.task.bits, _flags_of(run)

    def wrong(mistake: str, why: str, **changed: int) -> Distractor:
        return Distractor(_written({**flags, **changed}, shown), mistake, why)

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
            _written(_flags_of(as_other), shown),
            "takes-the-other-operation",
            f"题目要求做{_WORDS[task.operation]}，做反了。",
        ),
        wrong("keeps-sign-of-a", "以为结果的符号总与 A 相同。", SF=a_sign),
    ]


def _adding(run: ComplementRun) -> tuple[str, ...]:
    """Show the pass through the adder."""
    task = run.task
    head = (
        "减法变加法：加上减数的按位取反，末位再加 1。"
        if run.carry_in
        else "补码加法：符号位一起参加运算。"
    )
    lines = [f"  {binary(task.a, task.bits)}", f"+ {binary(run.addend, task.bits)}"]
    if run.carry_in:
        lines.append("+ " + "1".rjust(len(binary(task.a, task.bits))))
    lines.append(f"= {binary(run.result, task.bits)}")
    kept = f"最高位的进位 {run.carry_out} 不留在结果中。" if run.carry_out else ""
    return (head + kept, code_block(lines))


def _sum_line(run: ComplementRun) -> str:
    bits = run.task.bits
    parts = [hexadecimal(run.task.a, bits), hexadecimal(run.addend, bits)]
    if run.carry_in:
        parts.append("1")
    return f"{' + '.join(parts)} → {hexadecimal(run.result, bits)}"


def _overflow_line(run: ComplementRun) -> str:
    task, sign = run.task, _SIGNS[run.task.operation]
    a, b = decode(task.a, task.bits), decode(task.b, task.bits)
    true = a - b if run.carry_in else a + b
    second = f"({signed(b)})" if b < 0 else str(b)
    limit = 1 << (task.bits - 1)
    verdict = f"超出 −{limit}～{limit - 1}" if run.overflow else "没有超出范围"
    return f"带符号 {signed(a)} {sign} {second} = {signed(true)}，{verdict}，OF = {run.overflow}"


def _carry_line(run: ComplementRun) -> str:
    task = run.task
    if run.carry_in:
        relation, verdict = ("<", "要借位") if run.carry else ("≥", "不借位")
        return f"无符号 {task.a} {relation} {task.b}，{verdict}，CF = {run.carry}"
    total, limit = task.a + task.b, 1 << task.bits
    relation = "≥" if run.carry else "<"
    return f"无符号 {task.a} + {task.b} = {total} {relation} {limit}，CF = {run.carry}"
