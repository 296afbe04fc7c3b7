"""Single precision of IEEE 754: a number to its machine word and back.

Conventions as in the card co.ieee754 and in IEEE 754-2019, 3.4: sign, 8 exponent bits with bias
127, 23 fraction bits behind a hidden 1; exponent 0 is zero or a subnormal number 0.M x 2^-126,
exponent 255 infinity or NaN. Rounding is to nearest, ties to even (4.3.1).
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Kind = Literal["zero", "subnormal", "normal", "infinity", "nan"]

BIAS = 127
FRACTION_BITS = 23
LEAST_POWER = 1 - BIAS
_MOST_POWER = BIAS
_SPECIAL = 255
_WORD_BITS = 32


@dataclass(frozen=True, slots=True)
class Single:
    """The three fields of a word, each as an unsigned integer."""

    sign: int
    exponent: int
    fraction: int

    @property
    def word(self) -> int:
        """The machine word, an unsigned 32-bit integer."""
        return self.sign << (_WORD_BITS - 1) | self.exponent << FRACTION_BITS | self.fraction

    @property
    def kind(self) -> Kind:
        if self.exponent == _SPECIAL:
            return "nan" if self.fraction else "infinity"
        if self.exponent:
            return "normal"
        return "subnormal" if self.fraction else "zero"

    @property
    def power(self) -> int:
        """The power of two that the significand is multiplied with, when the number is finite."""
        return max(self.exponent - BIAS, LEAST_POWER)

    @property
    def significand(self) -> Fraction:
        """1.M of a normal number, 0.M of a subnormal one."""
        hidden = 1 if self.exponent else 0
        return hidden + Fraction(self.fraction, 2**FRACTION_BITS)

    @property
    def value(self) -> Fraction:
        """The exact number; ValueError for infinity and NaN. Both zeros are 0."""
        if self.exponent == _SPECIAL:
            raise ValueError(f"{self.kind} is no number")
        return (-1) ** self.sign * self.significand * Fraction(2) ** self.power


def encode(value: Fraction) -> Single:
    """Round a number to single precision; ValueError when it is too large for a finite one."""
    sign, magnitude = int(value < 0), abs(value)
    power = max(_floor_log2(magnitude), LEAST_POWER) if magnitude else LEAST_POWER
    units = _nearest(magnitude / Fraction(2) ** (power - FRACTION_BITS))
    if units == 2 ** (FRACTION_BITS + 1):
        units, power = units // 2, power + 1
    if power > _MOST_POWER:
        raise ValueError(f"{value} is beyond single precision")
    hidden, fraction = divmod(units, 2**FRACTION_BITS)
    return Single(sign, power + BIAS if hidden else 0, fraction)


def decode(word: int) -> Single:
    """Take a machine word apart; ValueError when it has more than 32 bits."""
    if not 0 <= word < 2**_WORD_BITS:
        raise ValueError(f"{word} is no 32-bit word")
    fraction = word & (2**FRACTION_BITS - 1)
    return Single(word >> (_WORD_BITS - 1), word >> FRACTION_BITS & _SPECIAL, fraction)


def _nearest(value: Fraction) -> int:
    """Round a number of last-place units; Python rounds ties to even."""
    return round(value)


def _floor_log2(value: Fraction) -> int:
    """The power of the highest binary digit of a positive number."""
    guess = value.numerator.bit_length() - value.denominator.bit_length()
    return guess if value >= Fraction(2) ** guess else guess - 1
