"""Checks sentence by sentence whether an answer says what the sources that it cites say."""

from collections import OrderedDict, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import ahocorasick_rs

from backend.answering.grounding.citations import cited
from backend.answering.grounding.claims import bare_text, is_item, kind_of
from backend.answering.grounding.numbers import Number
from backend.answering.grounding.passage import Passage, read
from backend.answering.grounding.sentences import split_sentences
from backend.answering.grounding.wording import Wording
from backend.knowledge.library import Library
from backend.knowledge.surfaces import surface_table

Problem = Literal["", "uncited", "no_such_source", "number", "entity", "unsupported"]

_MAX_PASSAGES = 256
_MAX_NOVELTY = 4.5
_MAX_BEHIND = 2.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found of one sentence.

    ``text`` is the sentence as written; ``citations`` are the numbers that it cites, or inherits
    from the sentence that announces it; ``problem`` is empty when it is supported or no claim.
    """

    text: str
    citations: tuple[int, ...]
    problem: Problem


class Checker:
    """Checks answers against their sources; built once for a library, then pure and quick."""

    def __init__(self, library: Library) -> None:
        self._table = surface_table(library)
        self._surfaces = [s for s in self._table if len(s) > 1]
        self._names = ahocorasick_rs.AhoCorasick(
            self._surfaces, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest
        )
        self._others: dict[str, list[str]] = defaultdict(list)
        for name in self._surfaces:
            if self._table[name].kind == "name":
                self._others[self._table[name].id].append(name)
        self._wording = Wording()
        self._passages: OrderedDict[str, Passage] = OrderedDict()

    def check(self, text: str, sources: Sequence[str], question: str) -> tuple[Finding, ...]:
        """Return what was found of each sentence of ``text``, in order."""
        findings: list[Finding] = []
        for sentence in split_sentences(text):
            findings.append(self.check_sentence(sentence, sources, question, findings))
        return tuple(findings)

    def check_sentence(
        self, sentence: str, sources: Sequence[str], question: str, before: Sequence[Finding]
    ) -> Finding:
        """Check one sentence; ``before`` are the findings of the sentences before it.

        ``sources[0]`` is cited as ``[1]``.
        """
        kind = kind_of(sentence)
        citations = cited(sentence)
        if any(not 1 <= n <= len(sources) for n in citations):
            return Finding(sentence, citations, "no_such_source")
        if kind == "none":
            return Finding(sentence, citations, "")
        if not citations and before and kind in ("code", "claim"):
            citations = _inherited(sentence, kind == "code", before)
        if not citations:
            return Finding(sentence, (), "" if kind == "lead_in" else "uncited")
        if kind == "code":
            return Finding(sentence, citations, "")
        problem = self._problem(bare_text(sentence), citations, sources, question)
        return Finding(sentence, citations, problem)

    def _problem(
        self, sentence: str, citations: Sequence[int], sources: Sequence[str], question: str
    ) -> Problem:
        claim = read(sentence)
        known = self._passage("\n".join((*(sources[n - 1] for n in citations), question)))
        if any(not _is_stated(number, known) for number in claim.numbers):
            return "number"
        if self._strange_names(claim, known):
            return "entity"
        novelty = sum(self._wording.novelty(claim.text, known))
        if novelty > _MAX_NOVELTY:
            return "unsupported"
        elsewhere = min(
            sum(self._wording.novelty(claim.text, self._passage(f"{source}\n{question}")))
            for source in sources
        )
        if novelty - elsewhere > _MAX_BEHIND:
            return "unsupported"
        return ""

    def _strange_names(self, claim: Passage, known: Passage) -> list[str]:
        """Return the names and Latin words of a claim that its sources do not have."""
        strange = [word for word in claim.words if not _has_word(word, known)]
        for index, start, end in self._names.find_matches_as_indexes(claim.text):
            name = self._surfaces[index]
            if name in known.text or not _on_boundaries(claim.text, start, end):
                continue
            if not any(other in known.text for other in self._others[self._table[name].id]):
                strange.append(name)
        return strange

    def _passage(self, source: str) -> Passage:
        if source in self._passages:
            self._passages.move_to_end(source)
            return self._passages[source]
        passage = self._passages[source] = read(source)
        if len(self._passages) > _MAX_PASSAGES:
            self._passages.popitem(last=False)
        return passage


def _inherited(sentence: str, is_code: bool, before: Sequence[Finding]) -> tuple[int, ...]:
    """Return the citations of the sentence that announces this item of a list or code block."""
    if is_code:
        return before[-1].citations
    if not is_item(sentence):
        return ()
    for finding in reversed(before):
        if not is_item(finding.text):
            return finding.citations if kind_of(finding.text) == "lead_in" else ()
    return ()


def _is_stated(number: Number, known: Passage) -> bool:
    if number.value in known.values or (number.counted and number.value in known.counts):
        return True
    if number.is_formula:
        return number.value in known.text.replace("*", "")
    return len(number.parts) > 1 and all(part in known.values for part in number.parts)


def _has_word(word: str, known: Passage) -> bool:
    return word in known.words or word in known.text


def _on_boundaries(text: str, start: int, end: int) -> bool:
    """TCP does not stand in tcpdump."""
    left, right = text[start - 1 : start + 1], text[end - 1 : end + 1]
    return not any(len(both) == 2 and both.isascii() and both.isalnum() for both in (left, right))
