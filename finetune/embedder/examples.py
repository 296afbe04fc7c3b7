"""Questions with the passages that answer them: what a model is trained on.

A card gives its names, its parts, and questions for each of its sections. The labelled queries of
the dev half are added; whatever reads like a held-back query is left out, wherever it is from.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backend.knowledge.aspects import Aspect
from backend.knowledge.comparisons import Comparison
from backend.knowledge.concepts import Concept
from backend.retrieval.analysis import normalise, runs
from backend.retrieval.passages import Passage
from evaluation.queries import Label, LabelledQuery
from finetune.embedder.corpus import Corpus

ASKED: dict[Aspect, tuple[str, str]] = {
    Aspect.DEFINITION: ("什么是{}", "{}是什么意思"),
    Aspect.PRINCIPLE: ("{}的原理", "{}是怎么工作的"),
    Aspect.FEATURES: ("{}有什么特点", "{}的性质"),
    Aspect.CLASSIFICATION: ("{}有哪几种", "{}怎么分类"),
    Aspect.PROS_CONS: ("{}的优缺点", "{}有什么好处和坏处"),
    Aspect.COMPARISON: ("{}和相近的概念有什么不同", "{}的对比"),
    Aspect.APPLICATION: ("{}有什么用", "{}用在什么地方"),
    Aspect.CALCULATION: ("{}怎么算", "{}的计算公式"),
    Aspect.EXAMPLE: ("{}举个例子", "{}的例题"),
    Aspect.PITFALLS: ("{}容易错在哪里", "{}要注意什么"),
    Aspect.EXAM: ("{}怎么考", "{}的考点"),
}
"""Two ways to ask for an aspect: the first is put with the name, the second with an alias."""

_BETWEEN = ("{}和{}的区别", "{}与{}有什么不同")
_TELLING = (Aspect.DEFINITION, Aspect.PRINCIPLE)
"""The sections that tell which concept is meant, for a query whose label is a whole card."""


@dataclass(frozen=True, slots=True)
class Example:
    """``query`` is answered by any of ``positives``, and is about ``concepts``."""

    query: str
    positives: tuple[Passage, ...]
    concepts: frozenset[str]


def training_examples(corpus: Corpus, queries: Sequence[LabelledQuery]) -> list[Example]:
    """Return the examples, no two of one wording; of ``queries`` only the dev half is trained on.

    Wordings count as the same when they differ in case, width, blanks or punctuation only.
    """
    held_back = {_wording(query.text) for query in queries if query.split != "dev"}
    found: dict[str, Example] = {}
    for example in (*_labelled(corpus, queries), *_of_cards(corpus)):
        wording = _wording(example.query)
        if wording and wording not in held_back:
            found.setdefault(wording, example)
    return list(found.values())


def _wording(text: str) -> str:
    return "".join(runs(text))


def _labelled(corpus: Corpus, queries: Sequence[LabelledQuery]) -> Iterator[Example]:
    for query in queries:
        if query.split == "dev":
            positives = [p for p in corpus.passages if any(_tells(x, p) for x in query.relevant)]
            concepts = frozenset(p.concept_id for p in positives if p.concept_id)
            if positives:
                yield Example(query.text, tuple(positives), concepts)


def _tells(label: Label, passage: Passage) -> bool:
    whole = label.kind == "concept" and not label.part
    return label.matches(passage) and (not whole or passage.aspect in _TELLING)


def _of_cards(corpus: Corpus) -> Iterator[Example]:
    written: dict[str, list[Passage]] = defaultdict(list)
    for passage in corpus.passages:
        written[passage.source].append(passage)
    for concept in corpus.library.concepts.values():
        yield from _of_card(concept, written[concept.path])
    for table in corpus.library.comparisons:
        yield from _of_table(table, corpus, tuple(written[table.path]))


def _of_card(concept: Concept, passages: Sequence[Passage]) -> Iterator[Example]:
    about = frozenset({concept.id})
    definition = tuple(p for p in passages if p.aspect == Aspect.DEFINITION)
    names = (concept.name, *concept.aliases)
    yield from (Example(name, definition, about) for name in names)
    for part in concept.covers:
        naming = tuple(p for p in passages if normalise(part) in normalise(p.text))
        yield Example(part, naming or definition, about)
    for number, (aspect, ways) in enumerate(ASKED.items()):
        section = tuple(p for p in passages if p.aspect == aspect)
        if section:
            other = concept.aliases[number % len(concept.aliases)] if concept.aliases else names[0]
            yield Example(ways[0].format(concept.name), section, about)
            yield Example(ways[1].format(other), section, about)


def _of_table(
    table: Comparison, corpus: Corpus, passages: tuple[Passage, ...]
) -> Iterator[Example]:
    one, other = (corpus.library.concepts[i].name for i in table.ids)
    for way, pair in zip(_BETWEEN, ((one, other), (other, one)), strict=True):
        yield Example(way.format(*pair), passages, frozenset(table.ids))
