"""Long replies as several messages, cut where a reader would: never truncated, nothing lost.

Cuts are tried at paragraphs first, then list items and table rows, then sentences, then clauses,
and inside a clause only when it alone is too long. A block of code is cut, by lines, only when it
does not fit in a message of its own; what stands around it (a fence, the header of a table) then
stands around each part.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from bot.rendering.blocks import Block, framed, gap

_LINE_END = re.compile(r"(?<=\n)")
_SENTENCE_END = re.compile(
    r"(?<=[。！？；!?…])(?![。！？；!?…”’」』）)\]])|(?<=[。！？；!?…][”’」』）)\]])|(?<=[.;]\s)"
)
_CLAUSE_END = re.compile(r"(?<=[，、：,:\s])")
_PROSE_CUTS = (_LINE_END, _SENTENCE_END, _CLAUSE_END)
_CODE_CUTS = (_LINE_END,)
_SMALLEST_FRAMED = 8  # characters; less is not worth a frame of its own
_LONGEST_CLUSTER = 12  # code points of a family emoji with skin tones


def split_blocks(
    blocks: Sequence[Block], max_chars: int, *, roomy: bool = False
) -> tuple[str, ...]:
    """Pack blocks into as few messages as structure allows, each of 1 to ``max_chars`` characters.

    The messages put together are the text of the blocks, up to white space where they were cut and
    marks that are closed and opened again. ``roomy`` is that of ``blocks.gap``.
    """
    if max_chars < 1:
        raise ValueError("max_chars must be positive")
    packer = _Packer(max_chars)
    for gap_before, block in _with_headings_attached(blocks, max_chars, roomy=roomy):
        _pack(packer, block, gap_before)
    return packer.finish()


class _Packer:
    """Fills messages one after the other."""

    def __init__(self, max_chars: int) -> None:
        self.max_chars = max_chars
        self._parts: list[str] = []
        self._current = ""

    def add(self, gap_before: str, text: str) -> None:
        """Append ``text`` (at most ``max_chars``) to this message or begin the next with it."""
        if self._current and len(self._current) + len(gap_before) + len(text) <= self.max_chars:
            self._current += gap_before + text
            return
        self.begin_next()
        self._current = text

    def keep_whole(self, gap_before: str, text: str) -> None:
        """Begin the next message if ``text``, added part by part, fits there and not here."""
        here = len(self._current) + len(gap_before) + len(text)
        if here > self.max_chars and len(text) <= self.max_chars:
            self.begin_next()

    def finish(self) -> tuple[str, ...]:
        self.begin_next()
        return tuple(self._parts)

    def begin_next(self) -> None:
        """End this message."""
        part = self._current.strip("\n").rstrip()  # the indentation of a first code line stays
        if part:
            self._parts.append(part)
        self._current = ""


def _pack(packer: _Packer, block: Block, gap_before: str) -> None:
    if len(block.text) <= packer.max_chars:
        packer.add(gap_before, block.text)
    elif block.head:
        for part in _framed_parts(block, packer.max_chars):
            packer.add(gap_before, part)
            gap_before = "\n\n"
    else:
        _pack_units(packer, block, gap_before)


def _pack_units(packer: _Packer, block: Block, gap_before: str) -> None:
    lead = f"{block.lead}\n" if block.lead else ""
    for number, unit in enumerate(block.units):
        packer.keep_whole(gap_before, lead + _item_at(block, number))
        for part, piece in enumerate(
            _unit_pieces(block, number, unit, packer.max_chars, len(lead))
        ):
            if part:  # put together, two pieces could be an address again
                packer.begin_next()
            packer.add(gap_before, lead + piece)
            gap_before = lead = ""
        gap_before = "\n"


def _item_at(block: Block, number: int) -> str:
    """Give the unit ``number`` with those after it that belong to the same item."""
    after = takewhile(lambda unit: unit.continues, block.divisible[number + 1 :])
    return "\n".join(block.units[number : number + 1 + sum(1 for _ in after)])


def _unit_pieces(
    block: Block, number: int, unit: str, max_chars: int, taken: int = 0
) -> Iterator[str]:
    """Cut one unit of ``block``; ``taken`` characters of the first message are not free."""
    if len(unit) <= max_chars - taken:
        yield unit
    elif block.divisible:
        yield from block.divisible[number].pieces(max_chars, max_chars - taken)
    else:
        cuts = _CODE_CUTS if block.kind == "code" else _PROSE_CUTS
        yield from _pieces(unit, max_chars - taken, cuts)


def _framed_parts(block: Block, max_chars: int) -> Iterator[str]:
    """Give runs of units, each with the head and the tail around it."""
    lead = block.lead
    around = len(framed(block, ())) + 1
    if around + max(_SMALLEST_FRAMED, len(lead) + 1) > max_chars:
        bare = replace(block, head="", tail="", divisible=())
        yield from _pieces(bare.text, max_chars, _CODE_CUTS)
        return
    group: list[str] = []
    for number, unit in enumerate(block.units):
        for piece in _unit_pieces(block, number, unit, max_chars - around):
            if group and len(framed(block, (*group, piece), lead)) > max_chars:
                yield framed(block, group, lead)
                group, lead = [], ""
            if not group and lead and len(framed(block, (piece,), lead)) > max_chars:
                yield lead
                lead = ""
            group.append(piece)
    yield framed(block, group, lead)


def _with_headings_attached(
    blocks: Iterable[Block], max_chars: int, *, roomy: bool
) -> Iterator[tuple[str, Block]]:
    """Let each heading lead what follows it, so that no message ends in a heading.

    Gives each block with the gap before it.
    """
    previous: Block | None = None
    heading: Block | None = None
    heading_gap = ""
    for block in blocks:
        gap_before = gap(previous, block, roomy=roomy)
        previous = block
        if block.kind == "heading":
            heading_gap = heading_gap if heading else gap_before
            heading = _joined(heading, block)
            continue
        if heading is None:
            yield gap_before, block
        elif _belong_together(heading.text, block, max_chars):
            yield heading_gap, replace(block, lead=heading.text)
        else:
            yield heading_gap, heading
            yield gap_before, block
        heading = None
    if heading is not None:
        yield heading_gap, heading


def _joined(heading: Block | None, block: Block) -> Block:
    """Make one block of headings that follow each other."""
    if heading is None:
        return block
    units = (*heading.units, *block.units)
    return replace(block, units=units, divisible=(*heading.divisible, *block.divisible))


def _belong_together(heading: str, block: Block, max_chars: int) -> bool:
    """Whether they fit in one message, or have to be cut further anyway."""
    first = framed(block, block.units[:1])
    fits = len(heading) + 1 + len(first) <= max_chars
    return fits or (len(first) > max_chars and 2 * len(heading) < max_chars)


def _pieces(text: str, max_chars: int, cuts: Sequence[re.Pattern[str]]) -> Iterator[str]:
    """Cut ``text`` into pieces that give it back exactly when put together."""
    if len(text) <= max_chars:
        yield text
        return
    if not cuts:
        yield from _hard_cut(text, max_chars)
        return
    current = ""
    for fragment in cuts[0].split(text):
        if len(current) + len(fragment) <= max_chars:
            current += fragment
            continue
        if current:
            yield current
        *whole, current = _pieces(fragment, max_chars, cuts[1:])
        yield from whole
    if current:
        yield current


def prose_pieces(text: str, max_chars: int) -> Iterator[str]:
    """Cut ``text`` after lines, sentences or clauses; the pieces give it back exactly."""
    yield from _pieces(text, max_chars, _PROSE_CUTS)


def code_pieces(text: str, max_chars: int) -> Iterator[str]:
    """Cut ``text`` after lines; the pieces give it back exactly."""
    yield from _pieces(text, max_chars, _CODE_CUTS)


def _hard_cut(text: str, max_chars: int) -> Iterator[str]:
    while len(text) > max_chars:
        cut = between_characters(text, max_chars)
        yield text[:cut]
        text = text[cut:]
    yield text


def between_characters(text: str, cut: int) -> int:
    """Move ``cut`` left out of an emoji sequence or a letter with its accents, where it can."""
    for place in range(cut, max(0, cut - _LONGEST_CLUSTER), -1):
        if not _continues(text[place]) and text[place - 1] != "\u200d":
            return place
    return cut


def _continues(char: str) -> bool:
    """Whether ``char`` belongs to the character before it."""
    is_skin_tone = "\U0001f3fb" <= char <= "\U0001f3ff"
    return char == "\u200d" or is_skin_tone or unicodedata.category(char) in ("Mn", "Me")
