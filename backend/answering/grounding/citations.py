"""Where a sentence cites sources, and what it says apart from that."""

import re
from dataclasses import dataclass

_MARK = re.compile(r"[\[［【](\d{1,2}(?:\s*[,，、]\s*\d{1,2})*)[\]］】]")
# What stands before `a[1]`, `f(x)[1]` and `a[i][1]`; TCP[1] is no code.
_CODE_BEFORE = re.compile(r"[a-z0-9_)\]]\Z")
_ENDS = re.compile(r"[\s。．.！？!?；;，,：:、）)」』”’*]*\Z")
_STOP = re.compile(r"(?:\[\d{1,2}\])*\s*(?:[。．！？；，：、;,]|\Z)")
_CELL = re.compile(r"(?:\[\d{1,2}\])*\s*\|")
_INLINE_CODE = re.compile(r"`[^`\n]*`")


@dataclass(frozen=True, slots=True)
class Mark:
    """``text[start:end]`` is a citation of the sources ``numbers``, which count from 1."""

    start: int
    end: int
    numbers: tuple[int, ...]


def marks(text: str) -> tuple[Mark, ...]:
    """Return the citations of ``text`` in order: ``[1]``, ``[1][2]``, ``[1, 2]``, ``【1】``.

    An index (``a[1]``, also in inline code) is none. After a closing bracket it is one where a
    sentence or clause ends (最坏 O(n)[1]。), after a letter at the end of a cell of
    a table, or if there is no other citation.
    """
    code = [(m.start(), m.end()) for m in _INLINE_CODE.finditer(text)]
    sure: list[Mark] = []
    doubtful: list[Mark] = []
    for match in _MARK.finditer(text):
        if any(start <= match.start() < end for start, end in code):
            continue
        mark = Mark(match.start(), match.end(), _numbers(match[1]))
        before = text[: match.start()]
        follows_mark = bool(sure) and sure[-1].end == match.start()
        is_code = not follows_mark and match[0][0] == "[" and _CODE_BEFORE.search(before)
        ends_piece = _STOP if before.endswith(")") else _CELL
        if is_code and ends_piece.match(text, match.end()):
            is_code = False
        (doubtful if is_code else sure).append(mark)
    if not sure and doubtful and _ENDS.match(text, doubtful[-1].end):
        last = len(doubtful) - 1
        while last and doubtful[last - 1].end == doubtful[last].start:
            last -= 1
        return tuple(doubtful[last:])
    return tuple(sure)


def cited(text: str) -> tuple[int, ...]:
    """Return the numbers that ``text`` cites, each once, in order of first use."""
    return tuple(dict.fromkeys(n for mark in marks(text) for n in mark.numbers))


def without_marks(text: str) -> str:
    """Return ``text`` without its citations."""
    pieces: list[str] = []
    position = 0
    for mark in marks(text):
        pieces.append(text[position : mark.start])
        position = mark.end
    return "".join([*pieces, text[position:]])


def _numbers(inside: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", inside))
