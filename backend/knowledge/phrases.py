"""The everyday phrases in a message: what explains its words without naming anything."""

import ahocorasick_rs

from backend.knowledge.cues import Cues

_SENTENCE_MARKS = set("?!,。，；;:：~…@#=、+.*&^%$|`{}！？")


def leftmost_longest(phrases: list[str]) -> ahocorasick_rs.AhoCorasick:
    """Return a matcher that, where phrases overlap, takes the leftmost and then the longest."""
    return ahocorasick_rs.AhoCorasick(phrases, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)


class PhraseMask:
    """Marks the characters of a text that belong to everyday phrases and cues."""

    def __init__(self, cues: Cues) -> None:
        groups = (cues.connectors, cues.pronouns, cues.former, cues.latter, cues.openers)
        aspects = frozenset[str]().union(*cues.aspects.values())
        self.phrases = sorted(aspects.union(cues.filler, cues.more, cues.confused, *groups))
        self._matcher = leftmost_longest(self.phrases)
        self._aspects = leftmost_longest(sorted(aspects))

    def aspects(self, text: str) -> set[tuple[int, int]]:
        """Return the spans of the phrases that ask for an aspect."""
        return {(start, end) for _, start, end in self._aspects.find_matches_as_indexes(text)}

    def mask(self, text: str, taken: list[bool]) -> list[bool]:
        """Return, for each character, whether it is punctuation or a phrase outside ``taken``."""
        result = [c in _SENTENCE_MARKS for c in text]
        visible = "".join("\0" if hidden else c for c, hidden in zip(text, taken, strict=True))
        for _, start, end in self._matcher.find_matches_as_indexes(visible):
            result[start:end] = [True] * (end - start)
        return result
