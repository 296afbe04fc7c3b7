"""How long does a search take at 10 000 passages?

    python -m benchmarks.retrieval

The passages are made of shuffled sentences of the shipped cards, so that terms are as frequent
as in real material. In the same run: BM25 as a plain scan in Python, and a flat numpy product.
"""

import math
import random
import re
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from backend.knowledge.aspects import NAMES
from backend.knowledge.library import Library, load_library
from backend.retrieval.analysis import frequent_terms, query_terms, terms
from backend.retrieval.embedding.lsa import LsaEmbedder
from backend.retrieval.milvus_index import MilvusIndex
from backend.retrieval.passages import Passage, make_passage
from backend.retrieval.search import search_index

ROOT = Path(__file__).parents[1]
PASSAGES = 10_000
QUERIES = 60
_FIT_SAMPLE = 1_000


def main(count: int = PASSAGES) -> None:
    library = load_library(ROOT / "content")
    passages = _passages(library, count)
    queries = _queries(library)
    embedder = LsaEmbedder.fit([p.searchable for p in passages[:_FIT_SAMPLE]])
    vectors = embedder.encode_passages([p.searchable for p in passages])
    scan = _Scan([terms(p.searchable) for p in passages])
    table = Table(title=f"{count} 段，{embedder.dimension} 维，每种 {QUERIES} 次，毫秒")
    for column in ("检索", "p50", "p99"):
        table.add_column(column, justify="left" if column == "检索" else "right")
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder, "bench.db")
        index = MilvusIndex.create(store, "p", embedder.dimension, count)
        index.add(passages, vectors)
        index.seal()
        index.close()
        index = MilvusIndex.open(store, "p", frequent_terms([p.searchable for p in passages]))
        encode = embedder.encode_query
        searches: dict[str, Callable[[str], object]] = {
            "词面 BM25（milvus-lite）": lambda q: index.lexical(q, 20),
            "向量（milvus-lite）": lambda q: index.dense(encode(q), 20),
            "混合 RRF（milvus-lite）": lambda q: search_index(index, embedder, q, 5),
            "对照：BM25 逐段扫描（纯 Python）": lambda q: scan(query_terms(q)),
            "对照：向量逐段相乘（numpy）": lambda q: np.argpartition(-(vectors @ encode(q)), 20),
        }
        for name, search in searches.items():
            table.add_row(name, *_percentiles(search, queries))
        index.close()
    Console(width=80).print(table)


def _percentiles(search: Callable[[str], object], queries: list[str]) -> tuple[str, str]:
    search(queries[0])
    times: list[float] = []
    for query in queries:
        started = time.perf_counter()
        search(query)
        times.append((time.perf_counter() - started) * 1000)
    return f"{np.percentile(times, 50):.1f}", f"{np.percentile(times, 99):.1f}"


def _passages(library: Library, count: int) -> list[Passage]:
    rng = random.Random(408)
    text = "\n".join(s for c in library.concepts.values() for s in c.sections.values())
    sentences = [s for s in re.split(r"(?<=[。；\n])", text) if len(s) > 5]
    concepts = list(library.concepts.values())
    return [
        make_passage(
            text="".join(rng.sample(sentences, 7))[:250],
            context=rng.choice(concepts).name,
            title="合成",
            locator=str(number),
            source="synthetic",
        )
        for number in range(count)
    ]


def _queries(library: Library) -> list[str]:
    rng = random.Random(409)
    names = [concept.name for concept in library.concepts.values()]
    aspects = list(NAMES.values())
    patterns = ("{}的{}是什么", "{} {}怎么理解啊", "求大佬讲讲{}的{}")
    return [
        rng.choice(patterns).format(rng.choice(names), rng.choice(aspects)) for _ in range(QUERIES)
    ]


class _Scan:
    """BM25 over every passage in turn, as one would first write it."""

    def __init__(self, documents: list[list[str]]) -> None:
        self._counts = [Counter(document) for document in documents]
        self._lengths = [len(document) for document in documents]
        self._mean = sum(self._lengths) / len(self._lengths)
        self._frequency = Counter(term for counts in self._counts for term in counts)

    def __call__(self, query: list[str]) -> list[int]:
        total = len(self._counts)
        idf = {
            t: math.log((total - self._frequency[t] + 0.5) / (self._frequency[t] + 0.5) + 1)
            for t in query
        }
        scores = [
            sum(
                idf[t] * c[t] * 2.2 / (c[t] + 1.2 * (0.25 + 0.75 * n / self._mean))
                for t in query
                if t in c
            )
            for c, n in zip(self._counts, self._lengths, strict=True)
        ]
        return sorted(range(total), key=scores.__getitem__, reverse=True)[:20]


if __name__ == "__main__":
    main()
