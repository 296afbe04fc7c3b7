"""Checks sentence by sentence whether an answer says what the sources that it cites say."""

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

import ahocorasick_rs

from backend.answering.grounding.attribution import Attribution
from backend.answering.grounding.citations import cited
from backend.answering.grounding.claims import (
    announced,
    asks,
    bare_text,
    disclaims,
    is_brief,
    is_head_row,
    is_item,
    is_row,
    kind_of,
    row_text,
    says_anything,
)
from backend.answering.grounding.crossing import Statements, compared, crosses
from backend.answering.grounding.numbers import normal
from backend.answering.grounding.opposition import (
    Opposition,
    has_other_number,
    is_negated,
    repeats_mistake,
)
from backend.answering.grounding.passage import Passage, merged, read, terms
from backend.answering.grounding.sentences import code_block, split_sentences
from backend.answering.grounding.support import Features, measure, shipped_weights, unstated
from backend.answering.grounding.wording import Wording, Words
from backend.knowledge.library import Library
from backend.knowledge.surfaces import surface_table

Problem = Literal["", "uncited", "no_such_source", "number", "entity", "opposed", "unsupported"]

_Item = TypeVar("_Item")

_MAX_PASSAGES = 256
_STRANGE = 2.5  # characters of a name that must be new before the name is
_TECHNICAL = 3  # cards that have a word of the subjects
_COMMON = 4  # a name in the text of so many cards is a word like any other


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found of one sentence.

    ``text`` is the sentence as written; ``citations`` are the numbers that it cites, or inherits
    from the sentence that announces it; ``problem`` is empty when it is supported or no claim,
    ``opposed`` when the sources say otherwise, ``unsupported`` when they do not say it.
    """

    text: str
    citations: tuple[int, ...]
    problem: Problem


@dataclass(frozen=True, slots=True)
class _Held:
    """What a sentence is held against: ``passages[0]`` is ``sources[0]``, cited as ``[1]``."""

    sources: Sequence[str]
    passages: Sequence[Passage]
    asked: Passage
    before: Sequence[Finding]

    def own(self, citations: Sequence[int]) -> Passage:
        """Return what is cited, as one."""
        return merged([self.passages[n - 1] for n in citations])


class Checker:
    """Checks answers against their sources; built once for a library, then pure and quick.

    ``reject`` tells a claim is unsupported by how much of it the sources account for.
    """

    def __init__(self, library: Library, reject: Callable[[Features], bool] | None = None) -> None:
        table = surface_table(library)
        texts = library.card_texts.values()
        cards = Counter(name for text in texts for name in table if name in text)
        pairs = Counter(pair for text in texts for pair in terms(normal(text)))
        self._surfaces = [name for name in table if len(name) > 1 and cards[name] < _COMMON]
        self._targets = table
        self._synonyms: dict[str, list[str]] = defaultdict(list)
        for name, target in table.items():
            if target.kind == "name":
                self._synonyms[target.id].append(name)
        self._names = ahocorasick_rs.AhoCorasick(
            self._surfaces, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest
        )
        self._wording = Wording([pair for pair, n in pairs.items() if n >= _TECHNICAL])
        self._reject = reject or shipped_weights().reject
        self._opposition = Opposition()
        self._attribution = Attribution(table)
        self._passages: OrderedDict[str, Passage] = OrderedDict()
        self._statements: OrderedDict[str, Statements] = OrderedDict()

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

        ``sources[0]`` is cited as ``[1]``. What cites nothing is held against all of them: it may
        be a heading, but must not contradict them.
        """
        kind = kind_of(sentence)
        citations = cited(code_block(sentence).after if kind == "code" else sentence)
        if any(not 1 <= n <= len(sources) for n in citations):
            return Finding(sentence, citations, "no_such_source")
        if not says_anything(sentence) or disclaims(sentence):
            return Finding(sentence, citations, "")
        if not citations and before and kind in ("code", "claim"):
            citations = _inherited(sentence, kind == "code", before)
        if kind == "code":
            return Finding(sentence, citations, "" if citations else "uncited")
        claim = read(bare_text(sentence))
        held = _Held(sources, [self._passage(s) for s in sources], self._passage(question), before)
        if citations:
            return Finding(sentence, citations, self._problem(claim, citations, held))
        is_head = is_head_row(sentence) and not (before and is_row(before[-1].text))
        excused = kind in ("none", "lead_in") or is_head or (not before and is_brief(sentence))
        wrong = self._contradiction(claim, range(1, len(sources) + 1), held)
        if excused and (
            (wrong == "number" and not _is_other_number(claim, held))
            or (wrong == "opposed" and asks(sentence))
        ):
            wrong = ""
        return Finding(sentence, (), wrong or ("" if excused else "uncited"))

    def _problem(self, claim: Passage, citations: Sequence[int], held: _Held) -> Problem:
        if wrong := self._contradiction(claim, citations, held):
            return wrong
        known = merged([held.own(citations), held.asked])
        others = [
            merged([passage, held.asked])
            for n, passage in enumerate(held.passages, start=1)
            if n not in citations
        ]
        features = measure(claim, self._wording.words(claim.text), known, held.asked, others)
        return "unsupported" if self._reject(features) else ""

    def _contradiction(self, claim: Passage, citations: Sequence[int], held: _Held) -> Problem:
        """Return how ``claim`` disagrees with what it cites: a number, a name, or altogether."""
        own = held.own(citations)
        known = merged([own, held.asked])
        if claim.text.startswith("|"):
            claim = read(row_text(claim.text))
        if has_other_number(claim, own) or (
            unstated(claim, known) and unstated(claim, merged([known, *_said(held.before)]))
        ):
            return "number"
        words = self._wording.words(claim.text)
        if self._strange_names(words, known) and self._strange_names(
            words, merged([known, *_said(held.before)])
        ):
            return "entity"
        if (
            self._opposition.reversed_word(claim, own)
            or is_negated(claim, own)
            or repeats_mistake(claim, own)
            or self._attribution.is_of_sibling(claim, own)
            or crosses(claim, [self._compared(held.sources[n - 1]) for n in citations])
        ):
            return "opposed"
        return ""

    def _strange_names(self, words: Words, known: Passage) -> list[str]:
        """Return the names in the outline or on a card that the sources do not have."""
        strange: list[str] = []
        for index, start, end in self._names.find_matches_as_indexes(words.text):
            name = self._surfaces[index]
            if name in known.text or words.novelty(known, start, end) <= _STRANGE:
                continue
            if not any(other in known.text for other in self._synonyms[self._targets[name].id]):
                strange.append(name)
        return strange

    def _passage(self, source: str) -> Passage:
        return _cached(self._passages, source, read)

    def _compared(self, source: str) -> Statements:
        return _cached(self._statements, source, lambda text: compared(self._passage(text)))


def _cached(cache: OrderedDict[str, _Item], source: str, make: Callable[[str], _Item]) -> _Item:
    if source in cache:
        cache.move_to_end(source)
        return cache[source]
    item = cache[source] = make(source)
    if len(cache) > _MAX_PASSAGES:
        cache.popitem(last=False)
    return item


def _is_other_number(claim: Passage, held: _Held) -> bool:
    """Tell whether the sources have other numbers than a heading or lead-in, not counting those
    with which it numbers or counts what follows."""
    everything = held.own(range(1, len(held.passages) + 1))
    known = merged([everything, held.asked, *_said(held.before)])
    strange = [n for n in unstated(claim, known) if not announced(claim, n)]
    return bool(strange) or has_other_number(claim, everything)


def _said(before: Sequence[Finding]) -> list[Passage]:
    """Return the supported sentences of the answer so far: what they say may be said again."""
    return [read(bare_text(f.text)) for f in before if f.citations and not f.problem]


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
