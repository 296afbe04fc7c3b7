"""A text as the checker reads it: its words, numbers and fragments, worked out once."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from backend.answering.grounding.numbers import Number, normal, numbers

_HAN_RUN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+")
_WORD = re.compile(r"[a-z][a-z0-9_+#]*(?:[/\-][a-z0-9]+)*")
_FRAGMENT = re.compile(r"[^\n。;!?,:、|()]+")
_CLAUSE = re.compile(r"[^\n。;!?|]+")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,2}[.、])[ \t]*\S")
_RULE = re.compile(r"[\s|:\-]*\Z")


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a text between two marks; ``terms`` are its pairs of Han and Latin words."""

    text: str
    terms: frozenset[str]


@dataclass(frozen=True, slots=True)
class Passage:
    """A text in normal form with what stands in it.

    ``pairs`` are the pairs of neighbouring Han, ``letters`` the single Han, ``words`` the Latin
    words; ``values`` are those of its numbers, ``counts`` the lengths of its lists, which a
    sentence may count. A cell of a table is a fragment together with the heads of its row and
    column.
    """

    text: str
    pairs: frozenset[str]
    letters: frozenset[str]
    words: frozenset[str]
    numbers: tuple[Number, ...]
    values: frozenset[str]
    counts: frozenset[str]
    fragments: tuple[Fragment, ...]


def read(source: str) -> Passage:
    """Work ``source`` out; it may be a passage, a sentence or a question."""
    text = normal(source)
    han = _HAN_RUN.findall(text)
    found = numbers(text)
    return Passage(
        text=text,
        pairs=frozenset(_pairs(han)),
        letters=frozenset("".join(han)),
        words=frozenset(_words(text)),
        numbers=found,
        values=frozenset(value for number in found for value in (number.value, *number.parts)),
        counts=frozenset(_counts(source, text)),
        fragments=tuple(Fragment(piece, terms(piece)) for piece in _fragments(text)),
    )


def terms(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring Han and the Latin words of ``text`` (normal form)."""
    return frozenset([*_pairs(_HAN_RUN.findall(text)), *_words(text)])


def _pairs(runs: list[str]) -> Iterator[str]:
    return (run[i : i + 2] for run in runs for i in range(len(run) - 1))


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if len(word) > 1]


def _fragments(text: str) -> Iterator[str]:
    head: list[str] = []
    for line in text.split("\n"):
        if not line.startswith("|"):
            head = []
            for clause in _CLAUSE.findall(line):
                yield from _FRAGMENT.findall(clause)
                yield clause
            continue
        cells = line.strip("|").split("|")
        if not head:
            head = cells
        elif not _RULE.match(line):
            for column, cell in zip(head[1:], cells[1:], strict=False):
                yield f"{column} {cells[0]} {cell}"


def _counts(source: str, text: str) -> set[str]:
    """Return how many items the lists and enumerations of a text have, as number values."""
    counts: set[str] = set()
    run = 0
    for line in [*source.split("\n"), ""]:
        if _ITEM.match(line):
            run += 1
        else:
            counts.add(str(run))
            run = 0
    for clause in re.findall(r"[^\n。;,:|]+", text):
        items = len(re.split(r"、|和|与|或|及", clause))
        counts.update(str(n) for n in (items, items - 1) if n > 1)
    return counts - {"0", "1"}
