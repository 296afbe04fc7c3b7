"""Stand-ins for retrieval: an index in plain dicts, and small study material to build from."""

import math
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backend.retrieval.analysis import query_terms, terms
from backend.retrieval.milvus_index import BM25_B, BM25_K1
from backend.retrieval.passages import Passage, Scored, make_passage
from backend.retrieval.ports import Vectors

CONTENT = Path(__file__).parents[1] / "content"


class MemoryIndex:
    """``PassageIndex`` without Milvus: BM25 and cosines over lists."""

    def __init__(self, ignored: frozenset[str] = frozenset()) -> None:
        self._ignored = ignored
        self._passages: list[Passage] = []
        self._vectors: list[NDArray[np.float32]] = []
        self._counts: list[Counter[str]] = []

    def add(self, passages: Sequence[Passage], vectors: Vectors) -> None:
        self._passages += passages
        self._vectors += list(vectors)
        self._counts += [Counter(terms(passage.searchable)) for passage in passages]

    def seal(self) -> None:
        pass

    def count(self) -> int:
        return len(self._passages)

    def lexical(self, query: str, limit: int) -> list[Scored]:
        wanted = query_terms(query, self._ignored)
        return self._best([self._bm25(counts, wanted) for counts in self._counts], limit)

    def dense(
        self, vector: NDArray[np.float32], limit: int, *, cards_only: bool = False
    ) -> list[Scored]:
        if not vector.any():
            return []
        scored = [
            Scored(passage, float(vector @ own))
            for passage, own in zip(self._passages, self._vectors, strict=True)
            if passage.concept_id is not None or not cards_only
        ]
        return sorted(scored, key=lambda one: (-one.score, one.passage.id))[:limit]

    def close(self) -> None:
        pass

    def _best(self, scores: list[float], limit: int) -> list[Scored]:
        scored = [Scored(p, s) for p, s in zip(self._passages, scores, strict=True) if s > 0]
        return sorted(scored, key=lambda one: (-one.score, one.passage.id))[:limit]

    def _bm25(self, counts: Counter[str], wanted: list[str]) -> float:
        total = len(self._counts)
        mean = sum(c.total() for c in self._counts) / total
        score = 0.0
        for term in wanted:
            found = sum(1 for other in self._counts if term in other)
            idf = math.log((total - found + 0.5) / (found + 0.5) + 1)
            length = 1 - BM25_B + BM25_B * counts.total() / mean
            score += idf * counts[term] * (BM25_K1 + 1) / (counts[term] + BM25_K1 * length)
        return score


def passage(
    text: str,
    context: str = "",
    title: str = "甲",
    source: str = "a.md",
    concept_id: str | None = None,
) -> Passage:
    """Make a passage of which only the text matters: of a document, or of a concept's card."""
    return make_passage(text, context, title, "全文", source, concept_id)


def unit(*values: float) -> NDArray[np.float32]:
    """Return a float32 vector of length 1 in this direction."""
    vector = np.array(values, np.float32)
    return vector / np.float32(np.linalg.norm(vector))


def write_content(folder: Path, **cards: str) -> Path:
    """Write valid study material: the shipped outline and a card for each ``name=definition``.

    The card of ``lru="……"`` has the id ``os.lru`` and the name ``lru``. A definition is padded to
    the length that a card must have.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path in CONTENT.glob("*.yaml"):
        shutil.copy(path, folder)
    for name, definition in cards.items():
        write_card(folder, name, definition)
    return folder


def write_card(folder: Path, name: str, definition: str) -> Path:
    """Write or replace one card; return its path."""
    path = folder / "concepts" / "os" / "os03" / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    padding = "".join(chr(0x4E00 + (hash_of(name) + i) % 8000) for i in range(320))
    path.write_text(
        f"---\nid: os.{name}\nname: {name}\npoints: [OS0316]\n---\n"
        f"## 定义\n{definition}\n\n## 特点\n{padding}\n",
        encoding="utf-8",
    )
    return path


def hash_of(name: str) -> int:
    """Return the same number for the same name in every process."""
    return sum(ord(character) * 31**i for i, character in enumerate(name))
