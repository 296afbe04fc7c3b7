"""Which analyser finds the right concept card? Measured in milvus-lite on the shipped content.

    python -m benchmarks.analysers

Queries are the labelled messages that have an answer and need no history. A passage is relevant
when its concept is among the message's; "一面" also asks for the labelled aspect.
"""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from backend.knowledge.library import load_library
from backend.retrieval.analysis import encode, normalise, query_terms, terms
from backend.retrieval.embedding.lsa import LsaEmbedder
from backend.retrieval.milvus_index import BM25_B, BM25_K1, MilvusIndex
from backend.retrieval.passages import Passage
from backend.retrieval.search import search_index
from kb_builder.passages_from_cards import card_passages

ROOT = Path(__file__).parents[1]
DEPTH = 20

Search = Callable[[str], list[Passage]]


def main() -> None:
    passages = [p for _, own in card_passages(load_library(ROOT / "content")) for p in own]
    messages = _messages(ROOT / "evaluation" / "data" / "messages.jsonl")
    table = Table(title=f"{len(passages)} 段，{len(messages)} 个问题，milvus-lite")
    for column in ("检索", "MRR", "Hit@1", "Hit@5", "MRR（一面）", "dev MRR", "test MRR"):
        table.add_column(column, justify="left" if column == "检索" else "right")
    with tempfile.TemporaryDirectory() as folder:
        for name, search in _searches(passages, Path(folder)).items():
            table.add_row(name, *_measure(search, messages))
    Console(width=110).print(table)


def _messages(path: Path) -> list[dict]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [
        message
        for message in map(json.loads, lines)
        if message["decision"] == "answer" and message["concepts"] and not message.get("history")
    ]


def _measure(search: Search, messages: list[dict]) -> list[str]:
    ranks: list[int | None] = []
    aspect_ranks: list[int | None] = []
    for message in messages:
        found = search(message["text"])
        ranks.append(_rank(found, lambda p, m=message: p.concept_id in m["concepts"]))
        aspect_ranks.append(
            _rank(
                found,
                lambda p, m=message: p.concept_id in m["concepts"] and p.aspect == m["aspect"],
            )
        )
    split = {
        name: [r for r, m in zip(ranks, messages, strict=True) if m["split"] == name]
        for name in ("dev", "test")
    }
    values = (
        _mrr(ranks),
        _hits(ranks, 1),
        _hits(ranks, 5),
        _mrr(aspect_ranks),
        _mrr(split["dev"]),
        _mrr(split["test"]),
    )
    return [f"{value:.3f}" for value in values]


def _rank(found: list[Passage], relevant: Callable[[Passage], bool]) -> int | None:
    return next((rank for rank, p in enumerate(found, start=1) if relevant(p)), None)


def _mrr(ranks: list[int | None]) -> float:
    return sum(1 / rank for rank in ranks if rank) / len(ranks)


def _hits(ranks: list[int | None], depth: int) -> float:
    return sum(1 for rank in ranks if rank and rank <= depth) / len(ranks)


def _searches(passages: list[Passage], folder: Path) -> dict[str, Search]:
    embedder = LsaEmbedder.fit([p.searchable for p in passages])
    index = MilvusIndex.create(folder / "ours.db", "p", embedder.dimension, len(passages))
    index.add(passages, embedder.encode_passages([p.searchable for p in passages]))
    index.seal()
    variants = _Variants(folder / "variants.db", passages)
    jieba = variants.add("jieba", {"tokenizer": "jieba"}, normalise)
    raw = variants.add("raw", {"tokenizer": "standard"}, normalise)
    grams = variants.add("grams", {"tokenizer": "standard"}, lambda text: encode(terms(text)))
    return {
        "默认分词（standard）BM25": lambda q: raw(normalise(q)),
        "jieba BM25": lambda q: jieba(normalise(q)),
        "单双字 BM25，问句原样": lambda q: grams(encode(terms(q))),
        "单双字 BM25，去掉问词（采用）": lambda q: [s.passage for s in index.lexical(q, DEPTH)],
        "双字 BM25，去掉问词": lambda q: grams(encode(_pairs(q))),
        "LSA 向量": lambda q: [s.passage for s in index.dense(embedder.encode_query(q), DEPTH)],
        "混合 RRF（采用）": lambda q: [
            hit.passage for hit in search_index(index, embedder, q, DEPTH).hits
        ],
    }


def _pairs(query: str) -> list[str]:
    return [term for term in query_terms(query) if len(term) > 1 or term.isascii()]


class _Variants:
    """Collections that differ in their analyser only."""

    def __init__(self, folder: Path, passages: list[Passage]) -> None:
        from pymilvus import MilvusClient

        self._client = MilvusClient(str(folder))
        self._passages = passages

    def add(self, name: str, analyzer: dict, prepare: Callable[[str], str]) -> Search:
        from pymilvus import DataType, Function, FunctionType

        schema = self._client.create_schema(auto_id=False)
        schema.add_field("row", DataType.INT64, is_primary=True)
        schema.add_field(
            "text",
            DataType.VARCHAR,
            max_length=65_535,
            enable_analyzer=True,
            analyzer_params=analyzer,
        )
        schema.add_field("sparse", DataType.SPARSE_FLOAT_VECTOR)
        schema.add_function(Function("bm25", FunctionType.BM25, ["text"], ["sparse"]))
        indexes = self._client.prepare_index_params()
        indexes.add_index(
            "sparse",
            index_type="SPARSE_INVERTED_INDEX",
            metric_type="BM25",
            params={"bm25_k1": BM25_K1, "bm25_b": BM25_B},
        )
        self._client.create_collection(name, schema=schema, index_params=indexes)
        rows = [{"row": row, "text": prepare(p.searchable)} for row, p in enumerate(self._passages)]
        self._client.insert(name, rows)
        self._client.flush(name)
        self._client.load_collection(name)
        return lambda query: self._search(name, query)

    def _search(self, name: str, query: str) -> list[Passage]:
        found = self._client.search(
            name,
            [query],
            anns_field="sparse",
            search_params={"metric_type": "BM25"},
            limit=DEPTH,
            output_fields=["row"],
        )[0]
        return [self._passages[hit["entity"]["row"]] for hit in found]


if __name__ == "__main__":
    main()
