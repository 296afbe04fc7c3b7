"""Whether a sentence crosses over two parallel statements of its source.

入队改 rear，出队改 front: the two differ in two places, and who says 入队改 front has taken one
place from the one and the other place from the other.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations

from backend.answering.grounding.passage import Passage

_ASIDE = re.compile(r"\([^()]*\)")
_PIECE = re.compile(r"[^,、]+")
_TOKEN = re.compile(r"[a-z0-9][a-z0-9.\-]*|.")
_MISTAKE = re.compile(r"-?(?:把|误?以为|误|忘|漏|认为)")
_MAX_LENGTH, _MIN_LENGTH = 30, 4  # characters of a statement
_MIN_COMMON = 0.35  # the share of the shorter statement that both have
_MIN_RATIO = 0.27  # of their longest common parts, as difflib has it
_MAX_STATEMENTS = 40


@dataclass(frozen=True, slots=True)
class Contrast:
    """Where two statements differ: first and second place of the ``one`` and of the ``other``."""

    one: tuple[str, str]
    other: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Statements:
    """The statements of a text and the contrasts between any two of them."""

    texts: tuple[str, ...]
    contrasts: tuple[Contrast, ...]


def compared(source: Passage) -> Statements:
    """Return the statements of ``source`` with their contrasts; some milliseconds."""
    texts = _statements(source)[:_MAX_STATEMENTS]
    found: list[Contrast] = []
    for one, other in combinations(texts, 2):
        common = len(set(one) & set(other))
        if common >= max(2, _MIN_COMMON * min(len(set(one)), len(set(other)))):
            found += _contrasts(one, other)
    return Statements(tuple(texts), tuple(found))


def crosses(claim: Passage, known: Sequence[Statements]) -> bool:
    """Tell whether a statement of ``claim`` takes its places from two that ``known`` contrasts."""
    texts = [text for statements in known for text in statements.texts]
    for said in _statements(claim):
        for contrast in (c for statements in known for c in statements.contrasts):
            both = (contrast.one, contrast.other)
            for (a, b), (c, d) in (both, both[::-1]):
                if _takes(said, a, b, c, d) and not any(_has(t, a) and _has(t, d) for t in texts):
                    return True
    return False


def _statements(source: Passage) -> list[str]:
    """Return the clauses of ``source``, each with the head of its line before it."""
    result: dict[str, None] = {}
    lines = [f.text for f in source.fragments if f.whole and " " not in f.text]  # no cells
    for line in lines:
        plain = _ASIDE.sub("", line).lstrip("-")
        head, _, rest = plain.rpartition(":")
        if not _MISTAKE.match(plain):
            for piece in _PIECE.findall(rest):
                result[head + piece] = None
    return [text for text in result if _MIN_LENGTH <= len(text) <= _MAX_LENGTH]


def _takes(said: str, a: str, b: str, c: str, d: str) -> bool:
    """Tell whether ``said`` has ``a`` and later ``d``, but neither ``b`` nor ``c``."""
    first = _place(said, a)
    return first >= 0 and _place(said, d) > first and not _has(said, b) and not _has(said, c)


def _contrasts(one: str, other: str) -> Iterator[Contrast]:
    left, right = _TOKEN.findall(one), _TOKEN.findall(other)
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if matcher.quick_ratio() < _MIN_RATIO or matcher.ratio() < _MIN_RATIO:
        return
    places = [
        (i1, _widened(left, i1, i2), _widened(right, j1, j2))
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        if tag == "replace"
    ]
    if len(places) == 2:
        (_, a, c), (_, b, d) = places
        yield Contrast((a, b), (c, d))


def _widened(tokens: list[str], start: int, end: int) -> str:
    """Return a place as text; one of a single character takes in its neighbour."""
    place = "".join(tokens[start:end])
    if len(place) > 1:
        return place
    return place + tokens[end] if end < len(tokens) else "".join(tokens[start - 1 : end])


def _has(text: str, place: str) -> bool:
    return _place(text, place) >= 0


def _place(text: str, place: str) -> int:
    """Return where two thirds of ``place``, at least two characters, stand in ``text``, or -1."""
    if place.isascii():
        match = re.search(rf"(?<![a-z0-9]){re.escape(place)}(?![a-z0-9])", text)
        return match.start() if match else -1
    length = max(2, -(-2 * len(place) // 3))
    found = (text.find(place[i : i + length]) for i in range(len(place) - length + 1))
    return min((position for position in found if position >= 0), default=-1)
