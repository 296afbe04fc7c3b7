"""Training data as FlagEmbedding reads it: ``{"query": …, "pos": [...], "neg": [...]}`` a line.

Negatives are the passages that the base model ranks highest, without those about a concept of the
query: its own card and tables, and every passage that names it, for that one may answer too. What
contrasts with the concept or is confused with it stays: those are the negatives to learn from.
"""

import json
from collections import defaultdict
from collections.abc import Sequence
from itertools import islice
from random import Random

from backend.retrieval.embedding.pretrained import passage_input, query_input
from backend.retrieval.passages import Passage
from backend.retrieval.ports import Vectors
from finetune.embedder.corpus import Corpus
from finetune.embedder.dense import DenseModel, nearest
from finetune.embedder.examples import Example

POOL = 3
"""The trainer draws its negatives of a query from this many times as many, anew in each epoch."""


def training_lines(
    corpus: Corpus,
    examples: Sequence[Example],
    model: DenseModel,
    vectors: Vectors,
    *,
    negatives: int,
    batch_size: int,
) -> list[str]:
    """Return a line for each example that can have negatives, in the order to be trained in.

    ``vectors`` are those of the corpus by ``model``. Texts are as the model reads them, queries
    without the instruction, which FlagEmbedding puts before them.
    """
    usable = [e for e in examples if any(not about & e.concepts for about in corpus.about)]
    ordered = arranged(usable, batch_size)
    lines: list[str] = []
    for example, asked in zip(
        ordered, model.encode_queries([e.query for e in ordered]), strict=True
    ):
        order = nearest(vectors, asked)
        apart = (row for row in order if not corpus.about[row] & example.concepts)
        lines.append(_line(example, [corpus.passages[r] for r in islice(apart, POOL * negatives)]))
    return lines


def arranged(examples: Sequence[Example], batch_size: int) -> list[Example]:
    """Order ``examples`` so that none of a batch is about a concept of another, where possible.

    In training every passage of a batch is a negative for all other queries of that batch.
    """
    chance = Random(408)
    waiting: dict[frozenset[str], list[Example]] = defaultdict(list)
    for example in chance.sample(examples, len(examples)):
        waiting[example.concepts].append(example)
    ordered: list[Example] = []
    taken: set[str] = set()
    while waiting:
        if len(ordered) % batch_size == 0:
            taken.clear()
        free = [concepts for concepts in waiting if not concepts & taken] or list(waiting)
        most = max(free, key=lambda concepts: len(waiting[concepts]))
        ordered.append(waiting[most].pop())
        taken |= most
        if not waiting[most]:
            del waiting[most]
    return ordered


def _line(example: Example, negatives: Sequence[Passage]) -> str:
    record = {
        "query": query_input(example.query, ""),
        "pos": [passage_input(passage.searchable) for passage in example.positives],
        "neg": [passage_input(passage.searchable) for passage in negatives],
    }
    return json.dumps(record, ensure_ascii=False) + "\n"
