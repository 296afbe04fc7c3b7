"""Whether a sentence says the opposite of what its source says of the same thing."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import ahocorasick_rs

from backend.answering.grounding.passage import Fragment, Passage, terms

_MIN_SHARED = 0.5
_NEGATIONS = ("不", "没", "无", "未", "非")


class Opposition:
    """The pairs of opposites, read once."""

    def __init__(self) -> None:
        self._opposites = _opposites((Path(__file__).parent / "opposites.txt").read_text("utf-8"))
        self._words = sorted(self._opposites)
        self._matcher = ahocorasick_rs.AhoCorasick(
            self._words, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest
        )

    def contradicts(self, claim: Passage, known: Passage) -> str:
        """Return the word of ``claim`` whose opposite ``known`` says in the same place, or ""."""
        for fragment in claim.fragments:
            said = self._polar(fragment.text)
            for word in said:
                if said & self._opposites[word]:
                    continue
                if self._opposed(fragment, word, known.fragments):
                    return word
        return ""

    def _opposed(self, said: Fragment, word: str, fragments: Sequence[Fragment]) -> bool:
        anchors = terms(said.text.replace(word, "\n"))
        if not anchors:
            return False
        best, here, there = 0.0, False, False
        for fragment in fragments:
            share = len(anchors & fragment.terms) / len(anchors)
            if share < _MIN_SHARED or share < best:
                continue
            if share > best:
                best, here, there = share, False, False
            polar = self._polar(fragment.text)
            here = here or word in polar
            there = there or bool(polar & self._opposites[word])
        return there and not here

    def _polar(self, text: str) -> frozenset[str]:
        return frozenset(
            self._words[index] for index, _, _ in self._matcher.find_matches_as_indexes(text)
        )


def _opposites(text: str) -> Mapping[str, frozenset[str]]:
    pairs: dict[str, set[str]] = defaultdict(set)
    for line in text.splitlines():
        if line and not line.startswith("#"):
            one, other = line.split()
            pairs[one].add(other)
            pairs[other].add(one)
    return {word: frozenset(others) for word, others in pairs.items()}
