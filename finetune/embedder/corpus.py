"""The passages of the cards and tables, and which concepts each of them is about."""

from dataclasses import dataclass

from backend.knowledge.concepts import Concept
from backend.knowledge.library import Library
from backend.retrieval.analysis import normalise
from backend.retrieval.passages import Passage
from kb_builder.passages_from_cards import card_passages

_SHORTEST_NAME = 2


@dataclass(frozen=True, slots=True)
class Corpus:
    """``about[i]`` are the ids of the concepts that ``passages[i]`` explains or only names."""

    library: Library
    passages: tuple[Passage, ...]
    about: tuple[frozenset[str], ...]


def load_corpus(library: Library) -> Corpus:
    """Cut the cards and tables into the passages that a knowledge base has."""
    passages = tuple(p for _, found in card_passages(library) for p in found)
    pairs = {table.path: frozenset(table.ids) for table in library.comparisons}
    names = {concept.id: _names(concept) for concept in library.concepts.values()}
    about = tuple(
        pairs.get(passage.source, frozenset({passage.concept_id or ""}))
        | _named(normalise(passage.text), names)
        for passage in passages
    )
    return Corpus(library, passages, about)


def _names(concept: Concept) -> tuple[str, ...]:
    written = map(normalise, (concept.name, *concept.aliases, *concept.covers))
    return tuple(name for name in written if len(name) >= _SHORTEST_NAME)


def _named(text: str, names: dict[str, tuple[str, ...]]) -> frozenset[str]:
    return frozenset(i for i, own in names.items() if any(name in text for name in own))
