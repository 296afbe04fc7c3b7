"""What typical mistakes make of an addition or subtraction, each computed by making it."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations

from backend.questions.generators.complement_codes import hexadecimal, signed
from backend.questions.generators.frame import Distractor
from backend.questions.solvers.complement import (
    ComplementRun,
    ComplementTask,
    Operation,
    decode,
    operate,
)

_REVERSED: dict[Operation, str] = {
    "add": "题目要求做加法，这里做成了减法。",
    "sub": "题目要求做减法，这里做成了加法。",
}


@dataclass(frozen=True, slots=True)
class _Slip:
    """Flags that a mistake sets wrongly; it goes by ``uses``, or by other things than flags."""

    changed: dict[str, int]
    mistake: str
    why: str
    uses: frozenset[str] = frozenset()

    @property
    def touched(self) -> frozenset[str]:
        return self.uses.union(self.changed)


def wrong_patterns(chance: random.Random, run: ComplementRun) -> list[Distractor]:
    """Give wrong patterns of a result, only one of the two beside it among them."""
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
    a, b, sign = decode(task.a, task.bits), decode(task.b, task.bits), 1 - 2 * run.carry_in
    true = a + sign * b
    late = wrong(run.result + 1, "adds-one-too-often", "末位多加了一次 1。")
    early = wrong(task.a + run.addend, "forgets-plus-one", "减数取反后忘了末位再加 1。")
    first = (
        [
            chance.choice((early, early, late)),
            wrong(task.b - task.a, "subtracts-the-wrong-way", "算成了 y − x。"),
        ]
        if run.carry_in
        else [
            wrong(
                run.result + run.carry_out,
                "end-around-carry",
                "把最高位的进位又加到末位，那是反码的循环进位。",
            ),
            late,
        ]
    )
    return [
        *first,
        wrong(swapped, "takes-the-other-operation", _REVERSED[task.operation]),
        wrong(bias + abs(true), "writes-sign-magnitude", "把结果写成了原码。"),
        wrong(nibbles, "loses-a-carry", "低半部分向高半部分的进位漏加了。"),
        *(
            [wrong(bias - 1 if true > 0 else bias, "saturates", "以为超出范围就取最大或最小值。")]
            if run.overflow
            else []
        ),
        wrong(abs(a) + sign * abs(b), "ignores-the-signs", "丢了负号，按绝对值算了。"),
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
        wrong(read(other), "takes-the-other-operation", _REVERSED[task.operation]),
        wrong(decode(run.result, bits, "ones"), "reads-as-ones-complement", "把结果当成反码读了。"),
        wrong(-run.value, "takes-the-other-sign", "绝对值求对了，正负号弄反了。"),
    ]


def flags_of(run: ComplementRun) -> dict[str, int]:
    """Name the four flags."""
    return {"OF": run.overflow, "SF": run.sign, "ZF": run.zero, "CF": run.carry}


def written(flags: dict[str, int], shown: tuple[str, ...]) -> str:
    """Write the flags asked for in the order asked."""
    return "、".join(str(flags[name]) for name in shown)


def wrong_flags(
    chance: random.Random, run: ComplementRun, shown: tuple[str, ...]
) -> list[Distractor]:
    """Give wrong settings of the flags shown: by one mistake first, then by two."""
    flags = flags_of(run)
    slips = _flag_slips(run, shown)
    pairs = [_both(one, other) for one, other in combinations(slips, 2) if _apart(one, other)]
    chance.shuffle(pairs)
    return [
        Distractor(written({**flags, **slip.changed}, shown), slip.mistake, slip.why)
        for slip in (*slips, *pairs)
    ]


def _both(one: _Slip, other: _Slip) -> _Slip:
    changed = {**one.changed, **other.changed}
    return _Slip(changed, f"{one.mistake}-and-{other.mistake}", one.why + other.why)


def _apart(one: _Slip, other: _Slip) -> bool:
    """Whether both change something, and neither what the other one changes or goes by."""
    return (
        bool(one.changed and other.changed)
        and not one.touched & other.changed.keys()
        and not other.touched & one.changed.keys()
    )


def _flag_slips(run: ComplementRun, shown: tuple[str, ...]) -> list[_Slip]:
    """Mistakes about flags of ``run``; one that happens to change none shown is among them."""
    flags, task = flags_of(run), run.task

    def slip(mistake: str, why: str, uses: str = "", **found: int) -> _Slip:
        changed = {
            name: found[name] for name in shown if found.get(name, flags[name]) != flags[name]
        }
        return _Slip(changed, mistake, why, frozenset(uses.split()))

    other: Operation = "add" if run.carry_in else "sub"
    as_other = flags_of(operate(ComplementTask(task.bits, other, task.a, task.b)))
    a, b = decode(task.a, task.bits), decode(task.b, task.bits)
    true = a - b if run.carry_in else a + b
    return [
        slip(
            "overflow-for-carry", "把 OF 与 CF 当成一回事，让 CF 等于 OF。", "OF", CF=run.overflow
        ),
        slip("carry-for-overflow", "以为有进位或借位就是溢出，让 OF 等于 CF。", "CF", OF=run.carry),
        *(_borrow_slips(run, slip) if run.carry_in else _carry_slips(run, slip)),
        slip(
            "sign-of-the-true-result",
            "SF 取了数学结果的正负；SF 只看机器结果的最高位。",
            SF=int(true < 0),
        ),
        slip(
            "swaps-overflow-and-carry",
            "OF 与 CF 的含义记反了。",
            "OF CF",
            OF=run.carry,
            CF=run.overflow,
        ),
        slip("takes-the-other-operation", _REVERSED[task.operation], "OF SF ZF CF", **as_other),
        slip("keeps-sign-of-a", "以为结果的符号总与 A 相同。", SF=int(a < 0)),
        slip("inverts-zero", "ZF 记反了：结果全 0 时 ZF = 1，否则 ZF = 0。", ZF=1 - run.zero),
    ]


def _borrow_slips(run: ComplementRun, slip: Callable[..., _Slip]) -> list[_Slip]:
    """Mistakes about the flags of a subtraction."""
    a, b = (decode(x, run.task.bits) for x in (run.task.a, run.task.b))
    return [
        slip(
            "copies-the-carry",
            "CF 直接抄了加法器的进位；减法的 CF 是借位，要取反。",
            CF=run.carry_out,
        ),
        slip(
            "borrows-by-signed-order",
            "按带符号数的大小判断借位，CF 应按无符号数看。",
            CF=int(a < b),
        ),
        slip(
            "judges-as-addition",
            "拿加法的规则判断减法溢出；减法是两数异号时才可能溢出。",
            OF=int((a < 0) == (b < 0) != run.sign),
        ),
    ]


def _carry_slips(run: ComplementRun, slip: Callable[..., _Slip]) -> list[_Slip]:
    """Mistakes about the flags of an addition."""
    a, b = (decode(x, run.task.bits) < 0 for x in (run.task.a, run.task.b))
    return [
        slip("carry-from-below", "CF 取了次高位的进位，应取最高位的进位。", CF=run.carry_below),
        slip(
            "judges-as-subtraction",
            "拿减法的规则判断加法溢出；加法是两数同号时才可能溢出。",
            OF=int(a != b and a != run.sign),
        ),
    ]
