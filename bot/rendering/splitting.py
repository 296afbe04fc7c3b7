"""Long replies as several messages, cut where a reader would: never truncated, nothing lost.

Cuts are tried at paragraphs first, then list items and table rows, then sentences, then clauses,
and inside a clause only when it alone is too long. A block of code is cut, by lines, only when it
does not fit in a message of its own.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from bot.rendering.plain import Block, gap

_LINE_END = re.compile(r"(?<=\n)")
_SENTENCE_END = re.compile(
    r"(?<=[。！？；!?…])(?![。！？；!?…”’」』）)\]])|(?<=[。！？；!?…][”’」』）)\]])|(?<=[.;]\s)"
)
_CLAUSE_END = re.compile(r"(?<=[，、：,:\s])")
_PROSE_CUTS = (_LINE_END, _SENTENCE_END, _CLAUSE_END)
_CODE_CUTS = (_LINE_END,)
_LONGEST_CLUSTER = 12  # code points of a family emoji with skin tones


def split_blocks(blocks: Sequence[Block], max_chars: int) -> tuple[str, ...]:
    """Pack blocks into as few messages as structure allows, each of 1 to ``max_chars`` characters.

    The messages put together are the text of the blocks, up to white space where they were cut.
    """
    if max_chars < 1:
        raise ValueError("max_chars must be positive")
    packer = _Packer(max_chars)
    for gap_before, block in _with_headings_attached(blocks, max_chars):
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
        self._flush()
        self._current = text

    def finish(self) -> tuple[str, ...]:
        self._flush()
        return tuple(self._parts)

    def _flush(self) -> None:
        part = self._current.strip("\n").rstrip()  # the indentation of a first code line stays
        if part:
            self._parts.append(part)
        self._current = ""


def _pack(packer: _Packer, block: Block, gap_before: str) -> None:
    if len(block.text) <= packer.max_chars:
        packer.add(gap_before, block.text)
        return
    cuts = _CODE_CUTS if block.kind == "code" else _PROSE_CUTS
    for unit in block.units:
        for piece in _pieces(unit, packer.max_chars, cuts):
            packer.add(gap_before, piece)
            gap_before = ""
        gap_before = "\n"


def _with_headings_attached(blocks: Iterable[Block], max_chars: int) -> Iterator[tuple[str, Block]]:
    """Join each heading to the first unit after it, so that no message ends in a heading.

    Gives each block with the gap before it.
    """
    previous: Block | None = None
    heading, heading_gap = "", ""
    for block in blocks:
        gap_before = gap(previous, block)
        previous = block
        if block.kind == "heading":
            heading_gap = heading_gap if heading else gap_before
            heading = f"{heading}\n{block.text}".strip()
            continue
        if not heading:
            yield gap_before, block
        elif _belong_together(heading, block.units[0], max_chars):
            first, *rest = block.units
            yield heading_gap, Block(block.kind, (f"{heading}\n{first}", *rest))
        else:
            yield heading_gap, Block("heading", (heading,))
            yield gap_before, block
        heading = ""
    if heading:
        yield heading_gap, Block("heading", (heading,))


def _belong_together(heading: str, first: str, max_chars: int) -> bool:
    """Whether they fit in one message, or have to be cut further anyway."""
    return len(heading) + 1 + len(first) <= max_chars or len(first) > max_chars


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


def _hard_cut(text: str, max_chars: int) -> Iterator[str]:
    while len(text) > max_chars:
        cut = _between_characters(text, max_chars)
        yield text[:cut]
        text = text[cut:]
    yield text


def _between_characters(text: str, cut: int) -> int:
    """Move ``cut`` left out of an emoji sequence or a letter with its accents, where it can."""
    for place in range(cut, max(0, cut - _LONGEST_CLUSTER), -1):
        if not _continues(text[place]) and text[place - 1] != "\u200d":
            return place
    return cut


def _continues(char: str) -> bool:
    """Whether ``char`` belongs to the character before it."""
    is_skin_tone = "\U0001f3fb" <= char <= "\U0001f3ff"
    return char == "\u200d" or is_skin_tone or unicodedata.category(char) in ("Mn", "Me")
