"""Whether a sentence says of one thing what its source says of that thing's sibling."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ahocorasick_rs

from backend.answering.grounding.passage import Passage, terms
from backend.knowledge.surfaces import Target

# Shares: of the words of the claim that the source must know, of these that one clause must have.
_KNOWN, _SAME_WORDS = 0.5, 0.8
_MIN_WORDS = 2
_MAX_BEFORE = 4  # characters that may stand before the subject of a clause
_LATIN = re.compile(r"(?<![a-z0-9])(?:[a-z][a-z0-9\-]*[a-z0-9]|\d[a-z]{2})(?![a-z0-9])")
_PIECE = re.compile(r"[^,:]+")


@dataclass(frozen=True, slots=True)
class _Clause:
    """``names`` are the things that it speaks of: its own, those of the head of its line, or, if
    there are none, those of the clause before it."""

    terms: frozenset[str]
    names: tuple[str, ...]


class Attribution:
    """Knows the names of things; built once from the names of the library."""

    def __init__(self, targets: Mapping[str, Target]) -> None:
        self._targets = targets
        self._names = [name for name in targets if len(name) > 1]
        self._matcher = ahocorasick_rs.AhoCorasick(
            self._names, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest
        )

    def is_of_sibling(self, claim: Passage, known: Passage) -> bool:
        """Tell whether a clause of ``claim`` gives its subject what ``known`` gives a sibling.

        Siblings are called alike: 流量控制 and 拥塞控制, 4xx and 5xx, GET and HEAD.
        """
        clauses: list[_Clause] | None = None
        for fragment in claim.fragments:
            found = [] if fragment.whole else self._found(fragment.text)
            if not found or found[0][0] > _MAX_BEFORE:
                continue
            subject = found[0][1]
            said = terms(fragment.text.replace(subject, "\n"))
            shared = said & (known.pairs | known.words)
            if len(shared) < max(_MIN_WORDS, _KNOWN * len(said)):
                continue
            clauses = self._clauses(known) if clauses is None else clauses
            if self._is_of_another(subject, fragment.text, shared, clauses):
                return True
        return False

    def _is_of_another(
        self, subject: str, text: str, shared: frozenset[str], clauses: Sequence[_Clause]
    ) -> bool:
        if not any(self._same(subject, name) for clause in clauses for name in clause.names):
            return False
        most = max(len(shared & clause.terms) for clause in clauses)
        if most < _SAME_WORDS * len(shared):
            return False
        return all(
            any(_are_siblings(subject, name) for name in clause.names)
            and not any(name in text or self._same(subject, name) for name in clause.names)
            for clause in clauses
            if len(shared & clause.terms) == most
        )

    def _clauses(self, known: Passage) -> list[_Clause]:
        clauses: list[_Clause] = []
        for line in (fragment.text for fragment in known.fragments if fragment.whole):
            head = self._of(line.split(":")[0]) if ":" in line else ()
            before: tuple[str, ...] = ()
            for piece in _PIECE.findall(line):
                before = (*head, *self._of(piece)) or before
                clauses.append(_Clause(terms(piece), before))
        return clauses

    def _of(self, text: str) -> tuple[str, ...]:
        return tuple(name for _, name in self._found(text))

    def _found(self, text: str) -> list[tuple[int, str]]:
        """Return the names in ``text`` with their places, in order; Latin words are names too."""
        found = [
            (start, text[start:end])
            for _, start, end in self._matcher.find_matches_as_indexes(text)
        ]
        taken = [range(start, start + len(name)) for start, name in found]
        latin = ((match.start(), match[0]) for match in _LATIN.finditer(text))
        return sorted(
            found + [(i, word) for i, word in latin if not any(i in span for span in taken)]
        )

    def _same(self, one: str, other: str) -> bool:
        return one in other or other in one or self._identity(one) == self._identity(other)

    def _identity(self, name: str) -> str:
        target = self._targets.get(name)
        return target.id if target and target.kind == "name" else name


def _are_siblings(one: str, other: str) -> bool:
    if one.isascii() or other.isascii():
        return one.isascii() and other.isascii()
    return (
        one[-2:] == other[-2:] and min(len(one), len(other)) > 2 and abs(len(one) - len(other)) < 2
    )
