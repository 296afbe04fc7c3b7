"""How times, rates and ratios of a pipeline are written; halves are rounded up."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

_PER_SECOND = 10**12  # times are in picoseconds
_SCRIPT = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def _rounded(value: Fraction, places: int) -> Decimal:
    unit = Decimal(1).scaleb(-places)
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(unit, rounding=ROUND_HALF_UP)


def nanoseconds(picoseconds: Fraction) -> str:
    """Write a time in whole picoseconds as 20.8 ns."""
    return f"{_rounded(picoseconds / 1000, 3).normalize():f} ns"


def per_second(per_picosecond: Fraction) -> str:
    """Write a rate with three significant digits, as 4.81×10⁹ 条/秒."""
    rate = per_picosecond * _PER_SECOND
    power = len(str(int(rate))) - 1
    if (digits := _rounded(rate / 10**power, 2)) == 10:
        digits, power = Decimal("1.00"), power + 1
    return f"{digits}×10{str(power).translate(_SCRIPT)} 条/秒"


def two_places(value: Fraction) -> str:
    """Write a ratio as 3.37."""
    return f"{_rounded(value, 2)}"


def three_places(value: Fraction) -> str:
    """Write a ratio as 1.680."""
    return f"{_rounded(value, 3)}"


def gigahertz(value: Fraction) -> str:
    """Write a frequency as 4.76 GHz."""
    return f"{_rounded(value, 2)} GHz"


def percent(value: Fraction) -> str:
    """Write a share of 1 as 66.7%."""
    return f"{_rounded(value * 100, 1)}%"


def in_cycles(value: Fraction) -> str:
    """Write a whole number of cycles."""
    return f"{int(value)} 个"
