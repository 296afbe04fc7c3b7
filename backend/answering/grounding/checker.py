"""Checks sentence by sentence whether an answer says what the sources that it cites say."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import ahocorasick_rs

from backend.answering.grounding.citations import cited
from backend.answering.grounding.claims import bare_text, is_item, kind_of
from backend.answering.grounding.passage import Passage, read
from backend.answering.grounding.sentences import split_sentences
from backend.knowledge.library import Library
from backend.knowledge.surfaces import surface_table

Problem = Literal["", "uncited", "no_such_source", "number", "entity", "unsupported"]

_MAX_PASSAGES = 256
_MIN_COVERAGE = 0.5


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
        passages = [self._passage(sources[n - 1]) for n in citations]
        return Finding(sentence, citations, self._problem(sentence, passages, read(question)))

    def _problem(self, sentence: str, passages: Sequence[Passage], question: Passage) -> Problem:
        claim = read(bare_text(sentence))
        known = (*passages, question)
        values = {n.value for p in known for n in p.numbers}
        counts = {c for p in known for c in p.counts}
        for number in claim.numbers:
            if number.value not in values and not (number.counted and number.value in counts):
                return "number"
        if not claim.words <= {w for p in known for w in p.words}:
            return "entity"
        pairs = {pair for p in known for pair in p.pairs}
        if claim.pairs and len(claim.pairs & pairs) < _MIN_COVERAGE * len(claim.pairs):
            return "unsupported"
        return ""

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
