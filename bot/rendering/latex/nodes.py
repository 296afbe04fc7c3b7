"""A LaTeX formula as values: what is not one of these cannot be in a formula.

Row ─ Symbol · Words · Space · Script · Fraction · Root · Accent · Stack · Fence · Grid
"""

from dataclasses import dataclass

from bot.rendering.latex.symbols import Role


@dataclass(frozen=True, slots=True)
class Symbol:
    text: str
    role: Role


@dataclass(frozen=True, slots=True)
class Words:
    """Upright text; a ``function`` keeps its distance from letters, an ``operator`` from all."""

    text: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Space:
    """White space that was asked for (1 or more), or stood in the source (0)."""

    width: int


@dataclass(frozen=True, slots=True)
class Row:
    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Script:
    base: Row
    sub: Row | None
    sup: Row | None


@dataclass(frozen=True, slots=True)
class Fraction:
    """``line`` is false for a binomial coefficient."""

    above: Row
    below: Row
    line: bool = True


@dataclass(frozen=True, slots=True)
class Root:
    body: Row
    index: Row | None


@dataclass(frozen=True, slots=True)
class Accent:
    body: Row
    mark: str


@dataclass(frozen=True, slots=True)
class Stack:
    """``base`` with something above or below it; an arrow with words on it."""

    base: Row
    above: Row | None
    below: Row | None


@dataclass(frozen=True, slots=True)
class Fence:
    """Brackets ("" for none) that grow with what they hold."""

    opening: str
    body: Row
    closing: str


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of cells; ``is_lines`` for formulas that stand under each other."""

    rows: tuple[tuple[Row, ...], ...]
    opening: str
    closing: str
    is_lines: bool


Node = Symbol | Words | Space | Row | Script | Fraction | Root | Accent | Stack | Fence | Grid


class Unknown(ValueError):
    """The formula is not LaTeX, or holds a command that is not in the tables."""
