"""Cyclic redundancy check by long division modulo 2.

Conventions as in the card cn.crc and in Tanenbaum, Computer Networks (5th ed.), 3.2.2: a generator
of degree r is written with r + 1 bits; r zeros are appended to the message; the remainder, padded
to r bits, is the frame check sequence. No initial value, no reflection and no final inversion,
unlike the CRC-32 of Ethernet.
"""

from dataclasses import dataclass

from backend.questions.solvers.refusal import Refusal

MAX_BITS = 64


@dataclass(frozen=True, slots=True)
class CrcTask:
    """``bits`` are a message to send or, when ``received``, a whole frame to check.

    ``bits`` and ``generator`` are strings of 0 and 1, the highest power first.
    """

    bits: str
    generator: str
    received: bool = False


@dataclass(frozen=True, slots=True)
class DivisionStep:
    """``subtrahend``: the generator under the leading one, padded to the full width;
    ``rest``: what is left after the exclusive or."""

    subtrahend: str
    rest: str


@dataclass(frozen=True, slots=True)
class CrcRun:
    """The division of ``dividend``; ``remainder`` has as many bits as the generator's degree."""

    task: CrcTask
    dividend: str
    steps: tuple[DivisionStep, ...]
    remainder: str

    @property
    def frame(self) -> str:
        """What is sent: the message and its check sequence; a received frame as it is."""
        return self.task.bits if self.task.received else self.task.bits + self.remainder

    @property
    def accepted(self) -> bool:
        """Whether the receiver finds no error in the dividend."""
        return "1" not in self.remainder


def divide(task: CrcTask) -> CrcRun | Refusal:
    """Compute the check sequence of a message, or check a received frame."""
    degree = len(task.generator) - 1
    if degree < 1:
        return Refusal("generator_too_short", task.generator)
    if task.generator[0] == "0":
        return Refusal("generator_leading_zero", task.generator)
    if max(len(task.bits), len(task.generator)) > MAX_BITS:
        return Refusal("too_many_bits", str(max(len(task.bits), len(task.generator))), MAX_BITS)
    if task.received and len(task.bits) <= degree:
        return Refusal("frame_too_short", task.bits, degree)
    dividend = task.bits if task.received else task.bits + "0" * degree
    steps: list[DivisionStep] = []
    rest = dividend
    for at in range(len(dividend) - degree):
        if rest[at] == "1":
            subtrahend = ("0" * at + task.generator).ljust(len(dividend), "0")
            rest = _exclusive_or(rest, subtrahend)
            steps.append(DivisionStep(subtrahend, rest))
    return CrcRun(task, dividend, tuple(steps), rest[-degree:])


def _exclusive_or(one: str, other: str) -> str:
    return "".join("01"[a != b] for a, b in zip(one, other, strict=True))
