"""Text to pieces of at most about 250 characters, cut between sentences."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LIMIT = 250
"""Longest piece in characters, but for what must not be cut."""
_WHOLE_LIMIT = 1000
"""A code block or table row may be this long; beyond it is cut between lines or characters."""
_TINY = 40
"""A last piece shorter than this joins the one before it."""

_FENCE = re.compile(r"[ ]{0,3}(```+|~~~+)")
_SENTENCE = re.compile(
    # Chinese ends of sentence with closing quotes, or . ! ? before a blank, but not after a digit
    # ("1. ") nor a single letter ("e.g. ").
    r".+?(?:[。！？；…]+[”’」』）)]*|(?<![\s.(]\w)(?<!\d)[.!?]+[\"')]*(?=\s)|$)\s*",
    re.DOTALL,
)
_CLAUSE = re.compile(r".+?(?:[，、：,:]|$)\s*", re.DOTALL)
_TABLE_RULE = re.compile(r"\|?[\s:|-]+\|[\s:|-]*")


@dataclass(frozen=True, slots=True)
class _Unit:
    """Text that stays together and what separates it from the unit before it."""

    text: str
    before: str
    prefix: str = ""
    """Stands again at the top of a piece that begins with this unit (a table's header)."""


def split_text(text: str, limit: int = LIMIT) -> list[str]:
    """Split into pieces; joined they hold all of the text but blanks around the cuts.

    Code blocks and table rows are not cut (unless longer than 1000 characters); a table that is
    cut between rows repeats its header.
    """
    pieces: list[str] = []
    current = ""
    for unit in _units(text, limit):
        joined = current + unit.before + unit.text
        if current and len(joined) > limit:
            pieces.append(current)
            current = unit.prefix + unit.text
        else:
            current = joined if current else unit.text
    if current:
        pieces.append(current)
    return _merge_tail([piece.strip("\n").rstrip() for piece in pieces if piece.strip()], limit)


def _merge_tail(pieces: list[str], limit: int) -> list[str]:
    if len(pieces) > 1 and len(pieces[-1]) < _TINY and len(pieces[-2]) <= limit:
        tail = pieces.pop()
        separator = "" if re.search(r"[。！？；，、]$", pieces[-1]) else "\n"
        pieces[-1] += separator + tail
    return pieces


def _units(text: str, limit: int) -> Iterator[_Unit]:
    for kind, lines in _regions(text.split("\n")):
        if kind == "code":
            yield from _code_units(lines)
        elif kind == "table":
            yield from _table_units(lines)
        else:
            for line in lines:
                yield from _line_units(line, limit)


def _regions(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Group lines into code blocks (with their fences), tables and single lines of prose."""
    position = 0
    while position < len(lines):
        start = position
        fence = _FENCE.match(lines[start])
        if fence is not None:
            position += 1
            while position < len(lines) and not lines[position].strip().startswith(fence[1]):
                position += 1
            position = min(position + 1, len(lines))
            yield "code", lines[start:position]
        elif lines[start].lstrip().startswith("|"):
            while position < len(lines) and lines[position].lstrip().startswith("|"):
                position += 1
            yield "table", lines[start:position]
        else:
            position += 1
            if lines[start].strip():
                yield "prose", lines[start:position]


def _code_units(lines: list[str]) -> Iterator[_Unit]:
    text = "\n".join(lines)
    if len(text) <= _WHOLE_LIMIT:
        yield _Unit(text, "\n")
        return
    for line in lines:
        for start in range(0, max(len(line), 1), _WHOLE_LIMIT):
            yield _Unit(line[start : start + _WHOLE_LIMIT], "" if start else "\n")


def _table_units(lines: list[str]) -> Iterator[_Unit]:
    has_rule = len(lines) > 1 and _TABLE_RULE.fullmatch(lines[1].strip()) is not None
    head = "\n".join(lines[:2]) + "\n" if has_rule else ""
    for number, line in enumerate(lines):
        prefix = head if has_rule and number > 1 else ""
        for start in range(0, len(line), _WHOLE_LIMIT):
            yield _Unit(line[start : start + _WHOLE_LIMIT], "" if start else "\n", prefix)


def _line_units(line: str, limit: int) -> Iterator[_Unit]:
    before = "\n"
    for match in _SENTENCE.finditer(line.rstrip()):
        for part in _shorten(match[0], limit):
            yield _Unit(part, before)
            before = ""


def _shorten(sentence: str, limit: int) -> Iterator[str]:
    """Yield a sentence whole, or cut between clauses, or at the limit where it has none."""
    if len(sentence) <= limit:
        yield sentence
        return
    current = ""
    for match in _CLAUSE.finditer(sentence):
        if current and len(current) + len(match[0]) > limit:
            yield current
            current = ""
        current += match[0]
        while len(current) > limit:
            yield current[:limit]
            current = current[limit:]
    if current:
        yield current
