"""Which words of a sentence a source accounts for: its own, their synonyms, and everyday ones."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import ahocorasick_rs

from backend.answering.grounding.passage import Fragment, Passage

_FOLDER = Path(__file__).parent
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_LONGEST = ahocorasick_rs.MatchKind.LeftmostLongest

# How far a character is accounted for that stands in the source apart from its neighbour, in a
# word of general use, in a synonym of a word of the source; chosen on the dev half.
_LETTER, _GENERAL, _SYNONYM = 0.5, 0.6, 0.9


@dataclass(frozen=True, slots=True)
class _Open:
    """A Han at ``position`` that says something; ``pairs`` are with its neighbours, ``share`` is
    how far it is accounted for without any source; ``technical``: one of the pairs is of the
    subjects."""

    position: int
    letter: str
    pairs: tuple[str, str]
    share: float
    technical: bool


@dataclass(frozen=True, slots=True)
class Words:
    """What of a text a source has to account for.

    ``synonyms`` are (start, end, words of the same meaning).
    """

    text: str
    open: tuple[_Open, ...]
    synonyms: tuple[tuple[int, int, tuple[str, ...]], ...]

    def novelty(self, known: Passage | Fragment, start: int = 0, end: int | None = None) -> float:
        """Return how many characters of ``text[start:end]`` ``known`` does not account for."""
        end = len(self.text) if end is None else end
        pairs, letters = known.pairs, known.letters
        shares = {
            one.position: max(one.share, _LETTER) if one.letter in letters else one.share
            for one in self.open
            if start <= one.position < end and pairs.isdisjoint(one.pairs)
        }
        if not shares:
            return 0.0
        for first, last, words in self.synonyms:
            touched = [i for i in range(first, last) if shares.get(i, 1.0) < _SYNONYM]
            if touched and any(word in known.text for word in words):
                shares.update(dict.fromkeys(touched, _SYNONYM))
        return len(shares) - sum(shares.values())

    def technical_novelty(self, known: Passage) -> float:
        """Return how many technical characters stand nowhere in ``known``."""
        return sum(
            1 - one.share
            for one in self.open
            if one.technical
            and one.letter not in known.letters
            and known.pairs.isdisjoint(one.pairs)
        )


class Wording:
    """The everyday words and the synonyms, read once; ``technical`` are pairs of Han."""

    def __init__(self, technical: Collection[str]) -> None:
        self._technical = frozenset(technical)
        sections = _sections((_FOLDER / "everyday.txt").read_text("utf-8"))
        self._single = frozenset(sections["single"])
        self._empty = ahocorasick_rs.AhoCorasick(sections["empty"], matchkind=_LONGEST)
        self._general = ahocorasick_rs.AhoCorasick(sections["general"], matchkind=_LONGEST)
        self._synonyms = _synonyms((_FOLDER / "synonyms.txt").read_text("utf-8"))
        self._words = list(self._synonyms)
        self._matcher = ahocorasick_rs.AhoCorasick(self._words)

    def words(self, text: str) -> Words:
        """Return what of ``text`` (normal form) a source has to account for."""
        shares = [
            0.0 if _HAN.match(character) and character not in self._single else 1.0
            for character in text
        ]
        for matcher, share in ((self._empty, 1.0), (self._general, _GENERAL)):
            for _, start, end in matcher.find_matches_as_indexes(text):
                for i in range(start, end):
                    shares[i] = max(shares[i], share)
        return Words(
            text=text,
            open=tuple(self._open(text, i, share) for i, share in enumerate(shares) if share < 1),
            synonyms=tuple(
                (start, end, self._synonyms[self._words[index]])
                for index, start, end in self._matcher.find_matches_as_indexes(
                    text, overlapping=True
                )
                if min(shares[start:end]) < _SYNONYM
            ),
        )

    def _open(self, text: str, i: int, share: float) -> _Open:
        pairs = (text[max(i - 1, 0) : i + 1], text[i : i + 2])
        return _Open(i, text[i], pairs, share, not self._technical.isdisjoint(pairs))


def _sections(text: str) -> Mapping[str, list[str]]:
    """Return the words under each ``[heading]``."""
    sections: dict[str, list[str]] = defaultdict(list)
    heading = ""
    for line in text.splitlines():
        if line.startswith("["):
            heading = line.strip("[]")
        elif not line.startswith("#"):
            sections[heading] += line.split()
    return {name: sorted(set(words)) for name, words in sections.items()}


def _synonyms(text: str) -> Mapping[str, tuple[str, ...]]:
    """Return for each word those of all the groups (lines) that it stands in."""
    groups: dict[str, set[str]] = defaultdict(set)
    for line in text.splitlines():
        if not line.startswith("#"):
            words: Sequence[str] = line.split()
            for word in words:
                groups[word].update(words)
    return {word: tuple(sorted(siblings)) for word, siblings in groups.items()}
