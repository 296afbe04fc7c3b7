"""Which words of a sentence a source accounts for: its own, their synonyms, and everyday ones."""

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import ahocorasick_rs

from backend.answering.grounding.passage import Passage

_FOLDER = Path(__file__).parent
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_LONGEST = ahocorasick_rs.MatchKind.LeftmostLongest

# How far a character is accounted for, by how: fitted on the dev half of citations.jsonl.
_LETTER, _GENERAL, _SYNONYM = 0.5, 0.6, 0.9


class Wording:
    """The everyday words and the synonyms, read once."""

    def __init__(self) -> None:
        sections = _sections((_FOLDER / "everyday.txt").read_text("utf-8"))
        self._single = frozenset(sections["single"])
        self._empty = ahocorasick_rs.AhoCorasick(sections["empty"], matchkind=_LONGEST)
        self._general = ahocorasick_rs.AhoCorasick(sections["general"], matchkind=_LONGEST)
        self._synonyms = _synonyms((_FOLDER / "synonyms.txt").read_text("utf-8"))
        self._words = list(self._synonyms)
        self._matcher = ahocorasick_rs.AhoCorasick(self._words)

    def novelty(self, text: str, known: Passage) -> list[float]:
        """Return for each character of ``text`` how little ``known`` accounts for it, 0 to 1.

        ``text`` is in the normal form of passages; only Han count.
        """
        account = [1.0] * len(text)
        for i, character in enumerate(text):
            if not _HAN.match(character) or character in self._single:
                continue
            if text[i : i + 2] in known.pairs or (i and text[i - 1 : i + 1] in known.pairs):
                continue
            account[i] = _LETTER if character in known.letters else 0.0
        for matcher, share in ((self._empty, 1.0), (self._general, _GENERAL)):
            for _, start, end in matcher.find_matches_as_indexes(text):
                _raise(account, start, end, share)
        for index, start, end in self._matcher.find_matches_as_indexes(text, overlapping=True):
            if any(word in known.text for word in self._synonyms[self._words[index]]):
                _raise(account, start, end, _SYNONYM)
        return [1 - share for share in account]


def _raise(account: list[float], start: int, end: int, share: float) -> None:
    for i in range(start, end):
        account[i] = max(account[i], share)


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
            words = line.split()
            for word in words:
                groups[word].update(words)
    return {word: tuple(sorted(siblings)) for word, siblings in groups.items()}
