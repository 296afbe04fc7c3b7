"""What makes a dialect of Markdown, and units of text written in one.

Text is data: a dialect's ``escape`` must take every power from it, ``at_line_start`` that which
only the beginning of a line gives. Marks of ours are put around text only after that.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bot.rendering.blocks import Block
from bot.rendering.dialects.styled import Run, Runs, cut, merged, raw, stripped
from bot.rendering.splitting import between_characters

_BREAKS = (
    re.compile(r"\n"),
    re.compile(r"[。！？；!?…][”’」』）)\]]?(?![。！？；!?…”’」』）)\]])|[.;]\s"),
    re.compile(r"[，、：,:\s]"),
)
"""Where prose is cut: after lines, sentences, clauses."""

_LANGUAGE = re.compile(r"[A-Za-z][A-Za-z0-9+#-]{0,15}")


@dataclass(frozen=True, slots=True)
class Dialect:
    """``heading`` is what stands before a heading.

    ``breaks_lines`` says that a line feed is one for the reader, too; ``flanking`` that bold may
    not begin or end in punctuation beside a letter (CommonMark 0.31, section 6.2). ``table`` makes
    the blocks of a table, head first.
    """

    escape: Callable[[str], str]
    at_line_start: Callable[[str], str]
    in_code: Callable[[str], str]
    table: Callable[["Dialect", Sequence[Sequence[Runs]]], Iterator[Block]]
    heading: str
    breaks_lines: bool
    flanking: bool

    def inline(self, runs: Runs) -> str:
        """Write ``runs`` as lines that begin nothing."""
        whole = merged(runs)
        parts = [self._run(whole, place) for place in range(len(whole))]
        lines = "".join(parts).split("\n")
        joint = "\n" if self.breaks_lines else "  \n"
        return joint.join(self.at_line_start(line) for line in lines)

    def code_lines(self, text: str) -> tuple[str, ...]:
        """Give the lines of code that can stand in a fence."""
        return tuple(self.in_code(text).rstrip("\n").split("\n"))

    def fence(self, info: str) -> str:
        """Open a fence for the language that ``info`` begins with."""
        language = _LANGUAGE.match(info.strip())
        return f"```{language[0] if language else ''}"

    def _run(self, runs: Runs, place: int) -> str:
        run = runs[place]
        if run.code:
            return self._code(run)
        if not run.bold:
            return self.escape(run.text)
        before = runs[place - 1].text[-1] if place else " "
        after = runs[place + 1].text[0] if place + 1 < len(runs) else " "
        return self._bold(run.text, before, after)

    def _code(self, run: Run) -> str:
        text = self.in_code(run.text).replace("`", "ˋ").replace("\n", " ")
        return f"`{text}`" if text.strip() else text

    def _bold(self, text: str, before: str, after: str) -> str:
        start, end = len(text) - len(text.lstrip()), len(text.rstrip())
        if self.flanking and _is_letter(before):
            start = next((i for i in range(start, end) if _is_letter(text[i])), end)
        if self.flanking and (_is_letter(after) or end < len(text)):
            end = next((i for i in range(end, start, -1) if _is_letter(text[i - 1])), start)
        if start >= end or "\n" in text[start:end]:
            return self.escape(text)
        # A client may read what is inside the marks as if it began a line.
        inner = self.at_line_start(self.escape(text[start:end]))
        return f"{self.escape(text[:start])}**{inner}**{self.escape(text[end:])}"


@dataclass(frozen=True, slots=True)
class Unit:
    """A paragraph, heading, list item or row; ``mark`` stands before it, as wide as ``hang``."""

    dialect: Dialect
    runs: Runs
    mark: str = ""
    hang: str = ""

    @property
    def text(self) -> str:
        return self._written(0, len(raw(self.runs)))

    @property
    def continues(self) -> bool:
        """Whether it is a later paragraph of an item."""
        return bool(self.hang) and not self.mark.strip()

    def pieces(self, max_chars: int, first: int | None = None) -> Iterator[str]:
        """Cut it where a reader would; bold and code are closed and opened again.

        At least one character is in each piece, however small ``max_chars`` is.
        """
        text = raw(self.runs)
        start, room = 0, max_chars if first is None else first
        while start < len(text):
            end = self._end(text, start, room)
            piece = self._written(start, end)
            if piece.strip():
                yield piece
            start, room = end, max_chars

    def _written(self, start: int, end: int) -> str:
        body = self.dialect.inline(stripped(cut(self.runs, start, end)))
        mark = self.mark if start == 0 else self.hang
        return mark + body.replace("\n", f"\n{self.hang}")

    def _end(self, text: str, start: int, room: int) -> int:
        """Find where a piece from ``start`` ends."""
        end = self._furthest(text, start, room)
        if end == len(text):
            return end
        for pattern in _BREAKS:
            places = [found.end() for found in pattern.finditer(text, start, end)]
            if places and (places[-1] - start) * 3 >= end - start:
                return places[-1]
        return max(start + 1, start + between_characters(text[start:], end - start))

    def _furthest(self, text: str, start: int, room: int) -> int:
        low, high = start + 1, min(len(text), start + room)
        while low < high:
            middle = (low + high + 1) // 2
            if len(self._written(start, middle)) <= room:
                low = middle
            else:
                high = middle - 1
        while low > start + 1 and len(self._written(start, low)) > room:
            low -= 1
        return low


def unit_block(kind: str, *units: Unit) -> Block:
    """Make a block of units that can be cut."""
    texts = tuple(unit.text for unit in units)
    match kind:
        case "heading" | "list" | "table":
            return Block(kind, texts, divisible=units)
        case _:
            return Block("text", texts, divisible=units)


def _is_letter(char: str) -> bool:
    """Whether CommonMark counts ``char`` as neither white space nor punctuation."""
    return not char.isspace() and unicodedata.category(char)[0] not in "PSZ"
