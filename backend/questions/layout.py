"""How computed text is laid out in the Markdown subset: blocks of code, powers, polynomials."""

from collections.abc import Iterable

_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def code_block(lines: Iterable[str]) -> str:
    """Show lines in fixed width."""
    return "\n".join(("```", *lines, "```"))


def power_of_two(exponent: int) -> str:
    """Write 2 with its ``exponent``, 0 or more, raised: 2¹⁰."""
    return _raised("2", exponent)


def polynomial(bits: str) -> str:
    """Write the polynomial of a string of coefficients 0 and 1, the highest first: x³ + x + 1."""
    degree = len(bits) - 1
    return " + ".join(_term(degree - at) for at, bit in enumerate(bits) if bit == "1")


def _term(exponent: int) -> str:
    return "1" if exponent == 0 else "x" if exponent == 1 else _raised("x", exponent)


def _raised(base: str, exponent: int) -> str:
    return base + str(exponent).translate(_SUPERSCRIPTS)
