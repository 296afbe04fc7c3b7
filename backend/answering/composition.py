"""Step 5 without a model: choose the sections of the cards that answer, and what to ask next."""

import re
from collections.abc import Sequence

from backend.answering.answer import (
    Answer,
    Body,
    CardBody,
    PairBody,
    PassageBody,
    PrerequisiteBody,
    Section,
    SourceRef,
    Suggestion,
    TableBody,
)
from backend.knowledge.aspects import Aspect
from backend.knowledge.concepts import Concept
from backend.knowledge.library import Library
from backend.knowledge.normalise import normalise
from backend.retrieval.passages import Passage

_MAX_SUGGESTIONS = 3
_SHORT_DEFINITION_CHARS = 90

_TOGETHER: dict[Aspect, tuple[Aspect, ...]] = {
    Aspect.CALCULATION: (Aspect.CALCULATION, Aspect.EXAMPLE),
}
"""Aspects that are only half an answer alone."""

_STAND_INS: dict[Aspect, tuple[Aspect, ...]] = {
    Aspect.DEFINITION: (Aspect.DEFINITION,),
    Aspect.PRINCIPLE: (Aspect.FEATURES, Aspect.CALCULATION, Aspect.CLASSIFICATION),
    Aspect.FEATURES: (Aspect.PROS_CONS, Aspect.COMPARISON, Aspect.PRINCIPLE),
    Aspect.CLASSIFICATION: (Aspect.COMPARISON, Aspect.FEATURES, Aspect.DEFINITION),
    Aspect.PROS_CONS: (Aspect.FEATURES, Aspect.COMPARISON, Aspect.PITFALLS),
    Aspect.COMPARISON: (Aspect.CLASSIFICATION, Aspect.PROS_CONS, Aspect.FEATURES),
    Aspect.APPLICATION: (Aspect.PROS_CONS, Aspect.FEATURES, Aspect.EXAM),
    Aspect.CALCULATION: (Aspect.EXAMPLE, Aspect.PRINCIPLE),
    Aspect.EXAMPLE: (Aspect.CALCULATION, Aspect.PRINCIPLE, Aspect.EXAM),
    Aspect.PITFALLS: (Aspect.EXAM, Aspect.FEATURES),
    Aspect.EXAM: (Aspect.PITFALLS, Aspect.CALCULATION),
}
"""Where a card has no section for an aspect, the nearest ones it may have, best first."""

_HEAD_START = {Aspect.CLASSIFICATION: 2, Aspect.DEFINITION: 1, Aspect.PRINCIPLE: 1}
"""Where a part is explained rather than used, even if another section names it more often."""

_BOLD = re.compile(r"\*\*(.+?)\*\*")

_WORTH_ASKING = (Aspect.CALCULATION, Aspect.EXAMPLE, Aspect.PITFALLS, Aspect.PRINCIPLE)


class Composer:
    """Puts answers together from the cards of one library."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def card(
        self, concept: Concept, aspect: Aspect | None, part: str | None, confidence: float
    ) -> Answer:
        """Answer about one concept; ``part`` is what of it was named, if not the whole."""
        body: Body
        if aspect is Aspect.PREREQUISITES:
            ids = concept.relations.get("prerequisite", ())
            body = PrerequisiteBody(concept, tuple(self._library.concepts[i] for i in ids))
            shown = aspect
        else:
            body = self._card_body(concept, aspect, part)
            shown = aspect or body.sections[0].aspect
        return self._answer(body, (concept,), shown, confidence)

    def more(self, concept: Concept, shown: Aspect | None, confidence: float) -> Answer:
        """Answer with the sections that come after the one shown last."""
        aspects = list(concept.sections)
        start = aspects.index(shown) + 1 if shown is not None and shown in aspects else 1
        following = aspects[start : start + 2] or aspects[:1]
        sections = tuple(Section(a, concept.sections[a]) for a in following)
        body = CardBody(concept, sections)
        return self._answer(body, (concept,), following[-1], confidence)

    def comparison(self, one: Concept, other: Concept, confidence: float) -> Answer:
        """Answer how two concepts differ, from their table or from both cards."""
        table = self._library.comparison_of(one.id, other.id)
        if table is not None:
            first, second = (self._library.concepts[i] for i in table.ids)
            body: Body = TableBody(table, (first, second))
        else:
            body = PairBody(
                self._card_body(one, Aspect.DEFINITION, None),
                self._card_body(other, Aspect.DEFINITION, None),
            )
        return self._answer(body, (one, other), Aspect.COMPARISON, confidence)

    def passages(self, passages: Sequence[Passage], confidence: float) -> Answer:
        """Answer with passages of the operator's documents."""
        sources = tuple(dict.fromkeys(SourceRef(p.title, p.locator) for p in passages))
        return Answer(
            verdict="answer",
            confidence=confidence,
            body=PassageBody(tuple(passages)),
            sources=sources,
            evidence=tuple(p.text for p in passages),
        )

    def section(self, concept: Concept, aspect: Aspect, confidence: float) -> Answer:
        """Answer with exactly one section: the one that retrieval found."""
        body = CardBody(concept, (Section(aspect, concept.sections[aspect]),))
        return self._answer(body, (concept,), aspect, confidence)

    def _card_body(self, concept: Concept, aspect: Aspect | None, part: str | None) -> CardBody:
        if part is not None and aspect is not Aspect.PREREQUISITES:
            found = _speaking_of(concept, part, aspect)
            if found:
                return CardBody(concept, found, part=part)
        if aspect is None:
            return CardBody(concept, _opening(concept), part=part)
        wanted = [a for a in _TOGETHER.get(aspect, (aspect,)) if a in concept.sections]
        if aspect in concept.sections:
            return CardBody(concept, _sections(concept, wanted), part=part)
        stand_in = next((a for a in _STAND_INS[aspect] if a in concept.sections), None)
        chosen = stand_in or Aspect.DEFINITION
        return CardBody(concept, _sections(concept, [chosen]), missing=aspect, part=part)

    def _answer(
        self, body: Body, concepts: Sequence[Concept], aspect: Aspect, confidence: float
    ) -> Answer:
        return Answer(
            verdict="answer",
            confidence=confidence,
            aspect=aspect,
            body=body,
            concepts=tuple(c.id for c in concepts),
            sources=tuple(self._source(c) for c in concepts),
            suggestions=self._suggestions(concepts, _shown(body)),
            evidence=tuple(_evidence_text(c, body) for c in concepts),
        )

    def _source(self, concept: Concept) -> SourceRef:
        point = concept.points[0]
        return SourceRef(f"{self._library.outline.trail(point)} · {concept.name}", point)

    def _suggestions(
        self, concepts: Sequence[Concept], shown: Sequence[Aspect]
    ) -> tuple[Suggestion, ...]:
        first = concepts[0]
        aspects = [Suggestion(first, a) for a in _WORTH_ASKING if a in first.sections]
        aspects = [s for s in aspects if s.aspect not in shown]
        near = [self._library.concepts[i] for i in first.neighbours()]
        near = [c for c in near if c not in concepts]
        tables = [
            Suggestion(first, other=c)
            for c in near
            if len(concepts) == 1 and self._library.comparison_of(first.id, c.id)
        ]
        contrasts = first.relations.get("contrasts_with", ())
        near.sort(key=lambda c: c.id in contrasts)
        topics = [Suggestion(c) for c in (*concepts[1:], *near)]
        offered = [*topics[:1], *aspects[:1], *tables[:1], *topics[1:], *aspects[1:]]
        return tuple(dict.fromkeys(offered))[:_MAX_SUGGESTIONS]


def _shown(body: Body) -> tuple[Aspect, ...]:
    return tuple(s.aspect for s in body.sections) if isinstance(body, CardBody) else ()


def _opening(concept: Concept) -> tuple[Section, ...]:
    """The definition, and when that is very short the section after it as well."""
    aspects = list(concept.sections)
    enough = len(concept.sections[Aspect.DEFINITION]) >= _SHORT_DEFINITION_CHARS
    return _sections(concept, aspects[: 1 if enough else 2])


def _sections(concept: Concept, aspects: Sequence[Aspect]) -> tuple[Section, ...]:
    return tuple(Section(aspect, concept.sections[aspect]) for aspect in aspects)


def _speaking_of(concept: Concept, part: str, aspect: Aspect | None) -> tuple[Section, ...]:
    """The section that speaks most of ``part``, of the aspect asked for where that one does."""
    key = normalise(part).text
    counts = {a: normalise(t).text.count(key) for a, t in concept.sections.items()}
    if aspect is not None and aspect is not Aspect.DEFINITION:
        wanted = [a for a in _TOGETHER.get(aspect, (aspect,)) if a in concept.sections]
        if any(counts[a] for a in wanted):
            return _sections(concept, wanted)
    last = (Aspect.EXAMPLE, Aspect.PITFALLS, Aspect.EXAM)

    def worth(a: Aspect) -> tuple[bool, bool, int]:
        bold = normalise("".join(_BOLD.findall(concept.sections[a]))).text
        points = counts[a] + _HEAD_START.get(a, 0) + 4 * (key in bold)
        return counts[a] > 0, a not in last, points

    best = max(counts, key=worth)
    return _sections(concept, [best]) if counts[best] else ()


def _evidence_text(concept: Concept, body: Body) -> str:
    if isinstance(body, TableBody):
        side = body.table.ids.index(concept.id)
        rows = "；".join(f"{r.dimension}：{(r.a, r.b)[side]}" for r in body.table.rows)
        return f"{concept.name}。{rows}"
    shown = body.sections if isinstance(body, CardBody) else ()
    texts = [s.text for s in shown] or [concept.sections[Aspect.DEFINITION]]
    return f"{concept.name}\n" + "\n".join(texts)
