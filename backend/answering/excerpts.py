"""What a language model may answer from: the cards, tables and passages behind one answer.

The same concepts give the same first excerpts whatever is asked of them, so that a prefix cache
serves them; what was found for the one question comes after those.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from backend.answering.answer import (
    Answer,
    CardBody,
    PairBody,
    PassageBody,
    PrerequisiteBody,
    SolutionBody,
    SourceRef,
    TableBody,
)
from backend.answering.composition import source_of
from backend.answering.documents import gives_orders
from backend.knowledge.aspects import NAMES, Aspect
from backend.knowledge.comparisons import Comparison
from backend.knowledge.concepts import Concept
from backend.knowledge.library import Library
from backend.knowledge.normalise import normalise
from backend.retrieval.passages import Passage, Retrieval

_MAX_FOUND = 2


@dataclass(frozen=True, slots=True)
class Excerpt:
    """One numbered source of a prompt.

    ``short`` is the part of ``text`` that answers best, for when not all of it fits. ``reviewed``
    is study material of ours; anything else is somebody's document.
    """

    source: SourceRef
    text: str
    short: str
    reviewed: bool = True


class Excerpts:
    """Collects excerpts from one library and from what a search found."""

    def __init__(self, library: Library) -> None:
        self._library = library

    def of(self, answer: Answer, found: Retrieval | None) -> tuple[Excerpt, ...]:
        """Return the excerpts behind ``answer``, the most important first.

        Empty for a solution: what was computed is not written anew by a model.
        """
        match answer.body:
            case CardBody() as body:
                shown = tuple(section.aspect for section in body.sections)
                own = [self._card(body.concept, shown)]
            case TableBody() as body:
                own = [self._table(body.table), *map(self._card, body.concepts)]
            case PairBody() as body:
                pair = sorted((body.first.concept, body.second.concept), key=lambda c: c.id)
                own = [self._card(concept) for concept in pair]
            case PrerequisiteBody() as body:
                own = [self._card(body.concept), *map(self._definition, body.needed)]
            case PassageBody() as body:
                return _merged(self._passage(p) for p in body.passages)
            case SolutionBody() | None:
                return ()
        own += [self._card(self._library.concepts[i]) for i in answer.related]
        known = {*answer.concepts, *answer.related}
        return _merged((*own, *self._found(known, answer.concepts, found)))

    def _card(self, concept: Concept, shown: Sequence[Aspect] = (Aspect.DEFINITION,)) -> Excerpt:
        lines = [
            f"{concept.name}（{'、'.join(concept.aliases)}）" if concept.aliases else concept.name
        ]
        needed = concept.relations.get("prerequisite", ())
        if needed:
            names = "、".join(self._library.concepts[i].name for i in needed)
            lines.append(f"{NAMES[Aspect.PREREQUISITES]}：{names}")
        sections = {a: f"{NAMES[a]}：\n{text}" for a, text in concept.sections.items()}
        return Excerpt(
            source_of(concept, self._library),
            text="\n".join((*lines, *sections.values())),
            short="\n".join((*lines, *(s for a, s in sections.items() if a in shown))),
        )

    def _definition(self, concept: Concept) -> Excerpt:
        text = f"{concept.name}\n{concept.sections[Aspect.DEFINITION]}"
        return Excerpt(source_of(concept, self._library), text, text)

    def _table(self, table: Comparison) -> Excerpt:
        first, second = (self._library.concepts[i] for i in table.ids)
        rows = [
            f"{row.dimension}：{first.name}——{row.a}；{second.name}——{row.b}" for row in table.rows
        ]
        text = "\n".join([table.title, table.summary, *rows, table.choose or ""]).strip()
        locator = "、".join(dict.fromkeys((first.points[0], second.points[0])))
        return Excerpt(SourceRef(f"对比表 · {table.title}", locator), text, text)

    def _found(
        self, known: set[str], about: Sequence[str], found: Retrieval | None
    ) -> list[Excerpt]:
        """Passages of other cards and of documents that name what is asked about."""
        concepts = [self._library.concepts[i] for i in about]
        names = [normalise(n).text for c in concepts for n in (c.name, *c.aliases)]
        hits = [hit.passage for hit in found.hits] if found is not None else []
        speaking = [
            p
            for p in hits
            if p.concept_id not in known
            and _names_any(p, names)
            and not (p.concept_id is None and gives_orders(p))
        ]
        return [self._passage(p) for p in speaking[:_MAX_FOUND]]

    def _passage(self, passage: Passage) -> Excerpt:
        concept = self._library.concepts.get(passage.concept_id or "")
        if concept is not None:
            source = source_of(concept, self._library)
            return Excerpt(source, passage.text, passage.text)
        source = SourceRef(passage.title, passage.locator)
        return Excerpt(source, passage.text, passage.text, reviewed=False)


def _merged(excerpts: Iterable[Excerpt]) -> tuple[Excerpt, ...]:
    """Put what stands at one place together, or a citation would have two numbers."""
    by_source: dict[tuple[SourceRef, bool], Excerpt] = {}
    for excerpt in excerpts:
        key = (excerpt.source, excerpt.reviewed)
        known = by_source.get(key)
        if known is not None and excerpt.text in known.text:
            continue
        text = excerpt.text if known is None else f"{known.text}\n{excerpt.text}"
        short = excerpt.short if known is None else known.short
        by_source[key] = replace(excerpt, text=text, short=short)
    return tuple(by_source.values())


def _names_any(passage: Passage, names: Sequence[str]) -> bool:
    text = normalise(passage.searchable).text
    return any(name in text for name in names)
