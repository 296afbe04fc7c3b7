"""Questions on integers of 8 and 16 bits: codes, conversions, sums and differences, flags."""

import random
from dataclasses import dataclass

from backend.questions.generators.answers import of_number, of_pattern, ranked_as
from backend.questions.generators.columns import levelled
from backend.questions.generators.complement_codes import (
    binary,
    decoding,
    encoding,
    hexadecimal,
    signed,
)
from backend.questions.generators.complement_conversions import conversion
from backend.questions.generators.complement_mistakes import (
    flags_of,
    written,
    wrong_flags,
    wrong_patterns,
    wrong_values,
)
from backend.questions.generators.frame import Draft
from backend.questions.generators.mixing import mixed
from backend.questions.layout import code_block
from backend.questions.solvers.complement import (
    ComplementRun,
    ComplementTask,
    Operation,
    decode,
    operate,
)

_SIGNS: dict[Operation, str] = {"add": "+", "sub": "−"}
_FLAG_CONVENTIONS: dict[Operation, str] = {
    "add": "OF 按带符号数看，CF 按无符号数看：最高位有进位时 CF = 1。",
    "sub": "OF 按带符号数看，CF 按无符号数看；减法的 CF 是借位标志："
    "按无符号数看被减数小于减数时 CF = 1（与 x86 相同）。",
}


@dataclass(frozen=True, slots=True)
class ComplementGenerator:
    """Encode, decode, convert between types, add or subtract, flags."""

    name: str = "complement"
    version: int = 1
    points: tuple[str, ...] = ("CO0202", "CO0207", "CO0213", "CO0210")

    def draft(self, chance: random.Random) -> Draft:
        forms = (encoding, decoding, conversion, _result, _value, _flags)
        made = mixed(chance.choices(forms, (12, 12, 20, 12, 16, 28))[0](chance), chance)
        if "、" in made.correct:
            return levelled(made, chance, lambda value: value.split("、"))
        return ranked_as(made, chance, of_pattern if made.correct.endswith("H") else of_number)


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
        distractors=wrong_patterns(chance, run),
        steps=(
            f"[x]补 = {hexadecimal(task.a, task.bits)}，[y]补 = {hexadecimal(task.b, task.bits)}。",
            *_adding(run),
            f"结果的机器数为 {answer}，真值 {signed(run.value)}。",
        ),
        source=("co.complement", "co.overflow"),
        convention=f"结果只保留 {task.bits} 位，溢出时也不做修正。",
    )


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
        distractors=wrong_values(run, as_unsigned=as_unsigned),
        steps=(
            *_adding(run),
            f"R = {hexadecimal(run.result, task.bits)}：无符号 {unsigned}，补码真值 {twos}。",
        ),
        source=("co.complement", "co.overflow"),
        convention=f"结果只保留 {task.bits} 位，溢出时也不做修正。",
    )


def _flags(chance: random.Random) -> Draft:
    task = _draw(chance)
    if chance.random() < 0.12:
        # A sum of 0 with a carry, as FFH + 01H: the one case that sets ZF.
        task = ComplementTask(task.bits, "add", task.a, (1 << task.bits) - task.a)
    run = operate(task)
    shown = ("OF", "SF", "ZF", "CF") if run.zero or chance.random() < 0.5 else ("OF", "SF", "CF")
    answer = written(flags_of(run), shown)
    return Draft(
        points=("CO0210", "CO0213"),
        difficulty=3 if task.operation == "add" else 4,
        stem=f"{task.bits} 位 ALU 中，{_given(task)}，执行 A {_SIGNS[task.operation]} B 之后，"
        f"标志位 {'、'.join(shown)} 的值依次是",
        correct=answer,
        why_correct=f"{_sum_line(run)}；{_overflow_line(run)}；{_carry_line(run)}。",
        distractors=wrong_flags(chance, run, shown),
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
        convention=_FLAG_CONVENTIONS[task.operation],
    )


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
