"""A text as the checker reads it: its words, numbers and fragments, worked out once."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backend.answering.grounding.numbers import Number, normal, numbers

_HAN_RUN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]+")
_WORD = re.compile(r"[a-z][a-z0-9_+#]*(?:[/\-][a-z0-9]+)*")
_LINE = re.compile(r"[^\n。;!?|]+")
_CLAUSE = re.compile(r"[^\n。;!?,:、|]+")
_ASIDE = re.compile(r"\(([^()]*[\u4e00-\u9fff][^()]*)\)")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,2}[.、])[ \t]*\S")
ONLY_COUNTED = "个"
"""Stands for what a number counts that is named before it: 条件有四个."""
_COUNTED = re.compile(rf"{ONLY_COUNTED}?([a-z]+|[\u4e00-\u9fff])")
_MISTAKES = re.compile("(?:错|当心|误).*:$")
_RULE = re.compile(r"[\s|:\-]*\Z")


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a text: a line of it (``whole``), or a clause of a line.

    ``is_mistake``: it stands in a list of mistakes, so that it may say what is wrong.
    ``pairs`` are its pairs of neighbouring Han, ``letters`` its single Han, ``words`` its Latin
    words; ``quantities`` are the values of its numbers with what they count: ("2", "rtt").
    """

    text: str
    whole: bool
    is_mistake: bool
    pairs: frozenset[str]
    letters: frozenset[str]
    words: frozenset[str]
    quantities: frozenset[tuple[str, str]]

    @property
    def terms(self) -> frozenset[str]:
        """The pairs of Han and the Latin words."""
        return self.pairs | self.words


@dataclass(frozen=True, slots=True)
class Passage:
    """One text or several in normal form, with what stands in them.

    ``parts`` are also the plain numbers inside formulas; ``counts`` are the lengths of lists and
    enumerations, which a sentence may count. A cell of a table, together with the heads of its row
    and column, is both a line and a clause.
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
    whole = _fragment(text, True)
    found = numbers(text)
    return Passage(
        text=text,
        pairs=whole.pairs,
        letters=whole.letters,
        words=whole.words,
        numbers=found,
        values=frozenset(value for number in found for value in _values(number, text)),
        counts=frozenset(_counts(source, text)),
        fragments=tuple(_fragments(text)),
    )


def merged(passages: Sequence[Passage]) -> Passage:
    """Return several texts as one."""
    if len(passages) == 1:
        return passages[0]
    return Passage(
        text="\n".join(p.text for p in passages),
        pairs=frozenset[str]().union(*(p.pairs for p in passages)),
        letters=frozenset[str]().union(*(p.letters for p in passages)),
        words=frozenset[str]().union(*(p.words for p in passages)),
        numbers=tuple(number for p in passages for number in p.numbers),
        values=frozenset[str]().union(*(p.values for p in passages)),
        counts=frozenset[str]().union(*(p.counts for p in passages)),
        fragments=tuple(fragment for p in passages for fragment in p.fragments),
    )


def terms(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring Han and the Latin words of ``text`` (normal form)."""
    return frozenset([*_pairs(_HAN_RUN.findall(text)), *_words(text)])


def _fragment(text: str, whole: bool, is_mistake: bool = False) -> Fragment:
    han = _HAN_RUN.findall(text)
    plain = text.lstrip("-")  # of a list: - 32 位
    return Fragment(
        text=text,
        whole=whole,
        is_mistake=is_mistake,
        pairs=frozenset(_pairs(han)),
        letters=frozenset("".join(han)),
        words=frozenset(_words(text)),
        quantities=frozenset((n.value, _counted(plain, n.end)) for n in numbers(plain)),
    )


def _values(number: Number, text: str) -> Iterator[str]:
    """Return the value, its parts, and at the start of a line the value without the dash."""
    yield number.value
    yield from number.parts
    if text[: number.start][-1:] in ("", "\n"):
        yield number.value.removeprefix("-")


def _counted(text: str, end: int) -> str:
    """Return the word that stands after a number: a Latin word, one Han, or "".

    Where nothing stands after 个 it is ``ONLY_COUNTED``, which the pattern takes for the one Han.
    """
    match = _COUNTED.match(text, end)
    return match[1] if match else ""


def _pairs(runs: list[str]) -> Iterator[str]:
    return (run[i : i + 2] for run in runs for i in range(len(run) - 1))


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text) if len(word) > 1]


def _fragments(text: str) -> Iterator[Fragment]:
    head: list[str] = []
    mistakes = False
    for line in text.split("\n"):
        if line.startswith("|"):
            cells = line.strip("|").split("|")
            if not head:
                head = cells
            elif not _RULE.match(line):
                for column, cell in zip(head[1:], cells[1:], strict=False):
                    for whole in (True, False):
                        yield _fragment(f"{column} {cells[0]} {cell}", whole)
            continue
        head = []
        mistakes = (mistakes and line.startswith("-")) or bool(_MISTAKES.search(line))
        for piece in _LINE.findall(line):
            yield _fragment(piece, True, mistakes)
            for clause in _CLAUSE.findall(_ASIDE.sub(r",\1,", piece)):
                yield _fragment(clause, False, mistakes)


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
