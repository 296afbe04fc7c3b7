"""The structural pieces of a rendered reply, and the white space between them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

BlockKind = Literal["heading", "text", "list", "table", "code"]


class Divisible(Protocol):
    """A unit that knows how to be cut without breaking its marks."""

    @property
    def continues(self) -> bool:
        """Whether it belongs to the item of the unit before it."""
        ...

    def pieces(self, max_chars: int, first: int | None = None) -> Iterator[str]:
        """Give it in pieces of at most ``max_chars``, the first of at most ``first``."""
        ...


@dataclass(frozen=True, slots=True)
class Block:
    """One structural piece of a rendered reply.

    ``units`` are what it may be split into (list items, table rows, lines of code), joined by a
    line feed; a heading or a paragraph is one unit. ``head`` and ``tail`` stand around the units of
    every part (a fence, the header of a table); ``lead``, a heading, stands before the first part.
    ``divisible`` is parallel to ``units`` or empty; then units are cut as text.
    """

    kind: BlockKind
    units: tuple[str, ...]
    head: str = ""
    tail: str = ""
    lead: str = ""
    divisible: tuple[Divisible, ...] = ()

    @property
    def text(self) -> str:
        return framed(self, self.units, lead=self.lead)

    @property
    def is_marked_up(self) -> bool:
        """Whether it is more than its units joined."""
        return bool(self.head or self.tail or self.divisible)


def framed(block: Block, units: Sequence[str], lead: str = "") -> str:
    """Put the head and the tail of ``block`` around some of its units."""
    parts = (*filter(None, (lead, block.head)), *units, *filter(None, (block.tail,)))
    return "\n".join(parts)


def join_blocks(blocks: Sequence[Block], *, roomy: bool = False) -> str:
    """Put blocks together with the gaps that belong between them."""
    text = ""
    previous: Block | None = None
    for block in blocks:
        text += gap(previous, block, roomy=roomy) + block.text
        previous = block
    return text


def gap(previous: Block | None, block: Block, *, roomy: bool = False) -> str:
    """Give the white space between two neighbouring blocks.

    ``roomy`` leaves a line empty before every block that is not under a heading, which Markdown
    needs where a line feed is none.
    """
    if previous is None:
        return ""
    introduces = previous.kind == "text" and block.kind != "text" and block.kind != "heading"
    return "\n" if previous.kind == "heading" or (introduces and not roomy) else "\n\n"
