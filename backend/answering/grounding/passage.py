"""A source as the checker reads it: its terms, numbers and clauses, worked out once."""

import re
from dataclasses import dataclass

from backend.answering.grounding.numbers import Number, normal, numbers

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_HAN_RUN = re.compile(f"[{_HAN}]+")
_WORD = re.compile(r"[a-z][a-z0-9_+#]*(?:[/\-][a-z0-9]+)*")
_LINE = re.compile(r"[^\n。；！？]+")
_CLAUSE = re.compile(r"[^\n。；！？，：|]+")
_ITEM_LINE = re.compile(r"[ \t]*(?:[-*+]|\d{1,2}[.、])[ \t]*\S")


@dataclass(frozen=True, slots=True)
class Passage:
    """A text in normal form with what stands in it.

    ``pairs`` are the pairs of neighbouring Han, ``letters`` the single Han, ``words`` the Latin
    words; ``counts`` are the lengths of its lists, which a sentence may count.
    """

    text: str
    lines: tuple[str, ...]
    clauses: tuple[str, ...]
    pairs: frozenset[str]
    letters: frozenset[str]
    words: frozenset[str]
    numbers: tuple[Number, ...]
    counts: frozenset[str]


def read(source: str) -> Passage:
    """Work ``source`` out; it may be a passage, a sentence or a question."""
    text = normal(source)
    han = _HAN_RUN.findall(text)
    return Passage(
        text=text,
        lines=tuple(_LINE.findall(text)),
        clauses=tuple(_CLAUSE.findall(text)),
        pairs=frozenset(run[i : i + 2] for run in han for i in range(len(run) - 1)),
        letters=frozenset("".join(han)),
        words=frozenset(latin_words(text)),
        numbers=numbers(text),
        counts=frozenset(_counts(source, text)),
    )


def latin_words(text: str) -> list[str]:
    """Return the Latin words and acronyms of ``text`` (normal form) of two letters or more."""
    return [word for word in _WORD.findall(text) if len(word) > 1]


def _counts(source: str, text: str) -> set[str]:
    """Return how many items the lists and enumerations of a text have, as number values."""
    counts: set[str] = set()
    run = 0
    for line in [*source.split("\n"), ""]:
        if _ITEM_LINE.match(line):
            run += 1
        else:
            counts.add(str(run))
            run = 0
    for clause in re.findall(r"[^\n。；，：|]+", text):
        items = len(re.split(r"、|和|与|或|及", clause))
        counts.update(str(n) for n in (items, items - 1) if n > 1)
    return counts - {"0", "1"}
