"""Step 5 without a model: choose the sections of the cards that answer, and what to ask next."""

from collections.abc import Sequence

from backend.answering.answer import (
    Answer,
    Body,
    CardBody,
    PairBody,
    PassageBody,
    PrerequisiteBody,
    Section,
    SolutionBody,
    SourceRef,
    Suggestion,
    TableBody,
)
from backend.answering.sections import NOTHING_MORE, Asked, card_body
from backend.knowledge.aspects import Aspect
from backend.knowledge.concepts import Concept
from backend.knowledge.library import Library
from backend.questions.solvers.refusal import Refusal
from backend.questions.solvers.solve import Solution
from backend.retrieval.passages import Passage

_MAX_SUGGESTIONS = 3
_WORTH_ASKING = (Aspect.CALCULATION, Aspect.EXAMPLE, Aspect.PITFALLS, Aspect.PRINCIPLE)


def source_of(concept: Concept, library: Library) -> SourceRef:
    """Name the card of ``concept`` by the way to it in the outline."""
    point = concept.points[0]
    return SourceRef(f"{library.outline.trail(point)} · {concept.name}", point)


class Composer:
    """Puts answers together from the cards of one library."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def card(
        self,
        concept: Concept,
        aspect: Aspect | None,
        part: str | None,
        confidence: float,
        asked: Asked = NOTHING_MORE,
    ) -> Answer:
        """Answer about one concept; see ``sections.card_body`` for ``part`` and ``asked``."""
        body: Body
        if aspect is Aspect.PREREQUISITES:
            ids = concept.relations.get("prerequisite", ())
            body = PrerequisiteBody(concept, tuple(self._library.concepts[i] for i in ids))
            shown = aspect
        else:
            body = card_body(concept, aspect, part, asked)
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
                card_body(one, Aspect.DEFINITION, None),
                card_body(other, Aspect.DEFINITION, None),
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
        )

    def solution(
        self, solutions: Sequence[Solution | Refusal], concepts: Sequence[Concept]
    ) -> Answer:
        """Answer with what was computed by the methods of ``concepts``."""
        body = SolutionBody(tuple(solutions))
        return self._answer(body, concepts, Aspect.CALCULATION, 1.0)

    def section(self, concept: Concept, aspect: Aspect, confidence: float) -> Answer:
        """Answer with exactly one section: the one that retrieval found."""
        body = CardBody(concept, (Section(aspect, concept.sections[aspect]),))
        return self._answer(body, (concept,), aspect, confidence)

    def _answer(
        self, body: Body, concepts: Sequence[Concept], aspect: Aspect, confidence: float
    ) -> Answer:
        return Answer(
            verdict="answer",
            confidence=confidence,
            aspect=aspect,
            body=body,
            concepts=tuple(c.id for c in concepts),
            sources=tuple(source_of(c, self._library) for c in concepts),
            suggestions=self._suggestions(concepts, _shown(body)),
        )

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
