"""Integers of n bits: the four codes, addition and subtraction in one adder, the four flags.

Conventions as in the cards co.complement and co.overflow: the excess code is biased by 2^(n-1); a
subtraction adds the inverted subtrahend and 1; CF of a subtraction is the borrow (as in x86, Intel
SDM vol. 1, 3.4.3), OF is the exclusive or of the carries out of and into the highest bit.
"""

from dataclasses import dataclass
from typing import Literal

Code = Literal["sign_magnitude", "ones", "twos", "excess"]
Operation = Literal["add", "sub"]

MAX_BITS = 64


@dataclass(frozen=True, slots=True)
class ComplementTask:
    """``a`` and ``b`` are patterns of ``bits`` bits, read as integers from 0 to 2^bits − 1."""

    bits: int
    operation: Operation
    a: int
    b: int


@dataclass(frozen=True, slots=True)
class ComplementRun:
    """One pass through the adder.

    ``addend`` is the pattern added to ``task.a`` (of a subtraction, ``task.b`` inverted) with
    ``carry_in``; ``carry_below`` comes out of the highest bit but one, ``carry_out`` of the
    highest.
    """

    task: ComplementTask
    addend: int
    carry_in: int
    result: int
    carry_below: int
    carry_out: int

    @property
    def overflow(self) -> int:
        """OF: the result is wrong as a signed number."""
        return self.carry_out ^ self.carry_below

    @property
    def carry(self) -> int:
        """CF: the result is wrong as an unsigned number (carry, or borrow of a subtraction)."""
        return self.carry_out ^ self.carry_in

    @property
    def sign(self) -> int:
        """SF: the highest bit of the result."""
        return self.result >> (self.task.bits - 1)

    @property
    def zero(self) -> int:
        """ZF: whether all bits of the result are 0."""
        return int(self.result == 0)

    @property
    def value(self) -> int:
        """The result read as a signed number."""
        return decode(self.result, self.task.bits)


def operate(task: ComplementTask) -> ComplementRun:
    """Add or subtract; ValueError on patterns wider than ``task.bits``."""
    _check_width(task.bits)
    _check_pattern(task.a, task.bits)
    _check_pattern(task.b, task.bits)
    carry_in = 1 if task.operation == "sub" else 0
    addend = task.b ^ _ones(task.bits) if carry_in else task.b
    total = task.a + addend + carry_in
    low = _ones(task.bits - 1)
    carry_below = ((task.a & low) + (addend & low) + carry_in) >> (task.bits - 1)
    return ComplementRun(
        task, addend, carry_in, total & _ones(task.bits), carry_below, total >> task.bits
    )


def encode(value: int, bits: int, code: Code = "twos") -> int:
    """Give the pattern of ``value``; ValueError when the code has none of ``bits`` bits."""
    _check_width(bits)
    bias = 1 << (bits - 1)
    lowest = -bias if code in ("twos", "excess") else 1 - bias
    if not lowest <= value < bias:
        raise ValueError(f"{value} does not fit {bits} bits of {code}")
    if code == "excess":
        return value + bias
    if value >= 0:
        return value
    match code:
        case "sign_magnitude":
            return bias - value
        case "ones":
            return _ones(bits) + value
        case "twos":
            return _ones(bits) + value + 1


def decode(pattern: int, bits: int, code: Code = "twos") -> int:
    """Give the number that ``pattern`` stands for; ValueError when it is wider than ``bits``."""
    _check_width(bits)
    _check_pattern(pattern, bits)
    bias = 1 << (bits - 1)
    sign, low = pattern >> (bits - 1), pattern & _ones(bits - 1)
    match code:
        case "twos":
            return low - sign * bias
        case "ones":
            return low - sign * (bias - 1)
        case "sign_magnitude":
            return -low if sign else low
        case "excess":
            return pattern - bias


def extend(pattern: int, bits: int, wider: int) -> int:
    """Widen by copies of the sign bit; ValueError when ``wider`` is less than ``bits``."""
    if wider < bits:
        raise ValueError(f"{wider} bits are fewer than {bits}")
    return encode(decode(pattern, bits), wider)


def truncate(pattern: int, bits: int, narrower: int) -> int:
    """Keep the lowest ``narrower`` bits; ValueError when that is more than ``bits``."""
    if narrower > bits:
        raise ValueError(f"{narrower} bits are more than {bits}")
    _check_width(narrower)
    _check_pattern(pattern, bits)
    return pattern & _ones(narrower)


def _ones(bits: int) -> int:
    return (1 << bits) - 1


def _check_width(bits: int) -> None:
    if not 2 <= bits <= MAX_BITS:
        raise ValueError(f"a width of {bits} bits is not between 2 and {MAX_BITS}")


def _check_pattern(pattern: int, bits: int) -> None:
    if not 0 <= pattern <= _ones(bits):
        raise ValueError(f"{pattern} is no pattern of {bits} bits")
