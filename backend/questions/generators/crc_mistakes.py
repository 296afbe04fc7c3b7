"""Remainders that a sender or a receiver of a CRC frame comes to when it goes wrong."""

from dataclasses import dataclass

from backend.questions.solvers.crc import CrcRun, CrcTask, divide
from backend.questions.solvers.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Sending:
    """``given`` is how the stem tells the generator, in bits or, ``by_polynomial``, in powers."""

    run: CrcRun
    given: str
    by_polynomial: bool


@dataclass(frozen=True, slots=True)
class Slip:
    """A remainder, or what is sent, that a mistake leads to."""

    remainder: str
    mistake: str
    why: str


def sending_slips(sending: Sending) -> list[Slip]:
    """What a sender writes for the check sequence when it goes wrong."""
    run = sending.run
    data, generator = run.task.bits, run.task.generator
    degree = len(run.remainder)
    return [
        Slip(rest_of(data, generator), "appends-no-zeros", f"没有补 {degree} 个 0 就做了除法。"),
        Slip(_quotient(run)[-degree:], "takes-the-quotient", "把商的末几位当成了余数。"),
        Slip(
            rest_of(data + "0" * (degree + 1), generator),
            "appends-one-zero-too-many",
            f"按除数的位数补了 {degree + 1} 个 0，应补 {degree} 个。",
        ),
        *(_misread_generator(run.dividend, generator) if sending.by_polynomial else ()),
        Slip(
            rest_of(data + "0" * (degree - 1), generator),
            "appends-one-zero-too-few",
            f"只补了 {degree - 1} 个 0，应补 {degree} 个。",
        ),
        _half_divided(run),
        *_borrowing(run),
    ]


def framing_slips(run: CrcRun) -> list[Slip]:
    """What is sent when the check sequence is right but put together wrongly.

    Their length or their order tells them from the key: one of them in a question is enough.
    """
    data, remainder = run.task.bits, run.remainder
    degree, cut = len(remainder), remainder.lstrip("0")
    found = [
        Slip(remainder + data, "check-sequence-in-front", "FCS 接在数据后面，不在前面。"),
        Slip(
            data + "0" * degree + remainder,
            "keeps-the-appended-zeros",
            f"补的 {degree} 个 0 只用来做除法，发送时换成余数。",
        ),
    ]
    if cut != remainder:
        why = f"余数不足 {degree} 位时要在高位补 0。"
        found.append(Slip(data + cut, "drops-leading-zeros", why))
    return found


def receiving_slips(run: CrcRun, by_polynomial: bool) -> list[Slip]:
    """What a receiver finds in the frame of ``run`` when it goes wrong."""
    bits, generator = run.task.bits, run.task.generator
    degree = len(run.remainder)
    zeros, data = "0" * degree, bits[:-degree]
    return [
        Slip(
            rest_of(bits + zeros, generator),
            "appends-zeros-again",
            f"收到的比特串里已有 FCS，不应再补 {degree} 个 0。",
        ),
        Slip(rest_of(data, generator), "divides-only-the-data", "只除了数据部分，应除整个比特串。"),
        Slip(zeros, "trusts-the-frame", "没有做完除法就认为没有差错。"),
        Slip(
            rest_of(data + zeros, generator),
            "recomputes-the-check-sequence",
            "这是数据部分的 FCS，还没有与收到的 FCS 比较。",
        ),
        *(_misread_generator(bits, generator) if by_polynomial else ()),
        *_borrowing(run),
    ]


def _misread_generator(dividend: str, generator: str) -> list[Slip]:
    """Divide by the generator's bits in reverse order."""
    why = f"除数写反了，应按从高次到低次写成 {generator}。"
    return [Slip(rest_of(dividend, generator[::-1]), "reverses-the-generator", why)]


def _half_divided(run: CrcRun) -> Slip:
    """Stop before the last step of the division."""
    before = run.steps[-2].rest if len(run.steps) > 1 else run.dividend
    rest = before[-len(run.remainder) :]
    return Slip(rest, "stops-one-step-early", "除法少做了最后一步，还能再减一次除数。")


def _borrowing(run: CrcRun) -> list[Slip]:
    """Divide as integers are divided; the rest may be one bit too long to be an option."""
    rest = int(run.dividend, 2) % int(run.task.generator, 2)
    written = f"{rest:0{len(run.remainder)}b}"
    why = "做减法时借了位；模 2 除法的减法是异或。"
    return [Slip(written, "borrows", why)] if len(written) == len(run.remainder) else []


def divided(task: CrcTask) -> CrcRun:
    """Divide what is known to be well formed."""
    run = divide(task)
    assert not isinstance(run, Refusal), task
    return run


def rest_of(dividend: str, generator: str) -> str:
    """Divide ``dividend`` as it is."""
    return divided(CrcTask(dividend, generator, received=True)).remainder


def _quotient(run: CrcRun) -> str:
    """The quotient's bits: 1 where the generator was taken off."""
    width = len(run.dividend) - len(run.remainder)
    taken = {step.subtrahend.index("1") for step in run.steps}
    return "".join("01"[at in taken] for at in range(width))
