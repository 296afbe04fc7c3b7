"""Whether a sentence says the opposite, or another number, than its source at the same place."""

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import ahocorasick_rs

from backend.answering.grounding.passage import Fragment, Passage, terms

# Shares of the words of a fragment that the source's must have to speak of the same thing.
_SAME_PLACE, _SAME_WORDS = 0.5, 0.75
_FEW = 3
_NEGATION = re.compile("[不没无未](?:需要|可能|[会能再必可要需用得被受把有让去是])*(..)")
_NOT_PLAIN = re.compile("[不没无未]|如果|要是|想")
_SYMBOL = re.compile(r"(?<![a-z])[a-z]=")
_WARNING = re.compile("容易|别|误|错|坑|弄反|搞混")
_MISTAKE = re.compile("[-*]?(?:把|以为|误|忘|漏)")
_NO_NEGATION = re.compile(
    "不同|不过|不仅|不但|不只|不光|不管|不论|无论|要不|不然|不止|除非|不一定|并非"
)


class Opposition:
    """The pairs of opposites, read once."""

    def __init__(self) -> None:
        text = (Path(__file__).parent / "opposites.txt").read_text("utf-8")
        self._opposites = _opposites(text)
        self._words = sorted(self._opposites)
        self._matcher = ahocorasick_rs.AhoCorasick(
            self._words, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest
        )

    def reversed_word(self, claim: Passage, known: Passage) -> str:
        """Return a word of ``claim`` whose opposite ``known`` says in the same place, or ""."""
        for fragment in claim.fragments:
            said = self._polar(fragment.text)
            for word in said:
                if not said & self._opposites[word] and self._is_opposed(fragment, word, known):
                    return word
            if not fragment.whole and (swapped := self._swapped(said, known)):
                return swapped
        return ""

    def _is_opposed(self, said: Fragment, word: str, known: Passage) -> bool:
        anchors = terms(said.text.replace(word, "\n")) & (known.pairs | known.words)
        if not anchors:
            everywhere = self._polar(known.text)
            return word not in everywhere and bool(everywhere & self._opposites[word])
        closest = closest_fragments(anchors, known, _SAME_PLACE)
        polar = [self._polar(fragment.text) for fragment in closest]
        return any(p & self._opposites[word] for p in polar) and not any(word in p for p in polar)

    def _swapped(self, said: frozenset[str], known: Passage) -> str:
        """Return one of two words that ``known`` joins with each other's opposite: 队头插入."""
        clauses = [self._polar(f.text) for f in known.fragments if not f.whole]
        for word in said:
            for other in said - {word} - self._opposites[word]:
                if (
                    not any({word, other} <= polar for polar in clauses)
                    and any(other in polar and polar & self._opposites[word] for polar in clauses)
                    and any(word in polar and polar & self._opposites[other] for polar in clauses)
                ):
                    return word
        return ""

    def _polar(self, text: str) -> frozenset[str]:
        return frozenset(
            self._words[index] for index, _, _ in self._matcher.find_matches_as_indexes(text)
        )


def affirms_what_is_denied(claim: Passage, known: Passage) -> bool:
    """Tell whether a clause of ``claim`` says plainly what ``known`` denies in the same words."""
    if _WARNING.search(claim.text):
        return False
    for fragment in claim.fragments:
        anchors = fragment.pairs & known.pairs
        if _NOT_PLAIN.search(fragment.text):
            continue
        closest = "\n".join(f.text for f in closest_fragments(anchors, known, _SAME_WORDS))
        denied = [match[1] for match in _NEGATION.finditer(_NO_NEGATION.sub("\n", closest))]
        if any(denied.count(pair) == closest.count(pair) > 0 for pair in anchors):
            return True
    return False


def has_other_number(claim: Passage, known: Passage) -> bool:
    """Tell whether ``known`` gives other numbers than ``claim`` in the same place.

    A formula is held against formulas, a plain number against plain numbers.
    """
    for fragment in claim.fragments:
        anchors = fragment.terms & (known.pairs | known.words)
        if not fragment.values or len(anchors) < _FEW or "为什么" in fragment.text:
            continue
        closest = closest_fragments(anchors, known, _SAME_PLACE)
        if not all(f.values and not _SYMBOL.search(f.text) for f in closest):
            continue
        given = frozenset[str]().union(*(f.values for f in closest))
        alike = any(_is_formula(v) for v in given) == any(_is_formula(v) for v in fragment.values)
        if closest and alike and not fragment.values & given:
            return True
    return False


def _is_formula(value: str) -> bool:
    return any(character.isalpha() for character in value)


def closest_fragments(anchors: frozenset[str], known: Passage, least: float) -> list[Fragment]:
    """Return the fragments of ``known`` that share most of ``anchors``, at least that share.

    Of few anchors all must be shared; a single one places nothing.
    A clause goes before the line that it stands in. Lines that quote a mistake are left out.
    """
    if len(anchors) < _FEW:
        least = 1.0
    if len(anchors) < 2:
        return []
    best, found = least * len(anchors), list[Fragment]()
    for fragment in known.fragments:
        shared = len(anchors & fragment.pairs) + len(anchors & fragment.words)
        if shared >= best and not _MISTAKE.match(fragment.text):
            found = [*found, fragment] if shared == best else [fragment]
            best = shared
    return [f for f in found if not f.whole] or found


def _opposites(text: str) -> Mapping[str, frozenset[str]]:
    pairs: dict[str, set[str]] = defaultdict(set)
    for line in text.splitlines():
        if line and not line.startswith("#"):
            one, other = line.split()
            pairs[one].add(other)
            pairs[other].add(one)
    return {word: frozenset(others) for word, others in pairs.items()}
