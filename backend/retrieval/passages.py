"""The unit of retrieval: a passage, and how well one answers a query."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of study material that can be found and shown.

    ``text`` (about 250 characters at most) is shown to a student; ``context`` (heading path,
    synonyms) is only searched. ``title`` and ``locator`` say where it stands: concept name and
    outline point (``OS0316``) for a card, file name and heading path or page for a document.
    ``source`` is the file's path below its root. ``id`` is a hash of all the rest.
    """

    id: str
    text: str
    context: str
    title: str
    locator: str
    source: str
    concept_id: str | None = None
    aspect: str | None = None

    @property
    def searchable(self) -> str:
        """Everything that is indexed: the context, then the text."""
        return f"{self.context}\n{self.text}"


@dataclass(frozen=True, slots=True)
class Scored:
    """A passage and its score in one kind of search; higher is better."""

    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage in the fused ranking: ``rank`` from 1; ``score`` orders and never gates."""

    passage: Passage
    score: float
    rank: int


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What a search found.

    ``lexical`` is the best BM25 score (0 when no term matched; unbounded, positive). ``nearest``
    ranks the passages of cards by cosine alone; ``dense`` in [-1, 1] is that of the first (0 when
    the query has no known term; None when vectors were not searched, by mode or because the model
    was away). The gate goes by these two, whatever the hits were fused from or reranked by, and
    whatever documents lie beside the cards.
    """

    hits: tuple[Hit, ...]
    lexical: float
    dense: float | None
    nearest: tuple[Scored, ...] = ()


def make_passage(
    text: str,
    context: str,
    title: str,
    locator: str,
    source: str,
    concept_id: str | None = None,
    aspect: str | None = None,
) -> Passage:
    """Make a passage whose id is the SHA-256 (first 32 hex digits) of its content."""
    parts = (text, context, title, locator, source, concept_id, aspect)
    digest = hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()[:32]
    return Passage(digest, text, context, title, locator, source, concept_id, aspect)


def to_record(passage: Passage) -> dict[str, Any]:
    """Return the passage as plain JSON values."""
    return asdict(passage)


def from_record(record: dict[str, Any]) -> Passage:
    """Read what ``to_record`` gave; TypeError or KeyError if it is anything else."""
    return Passage(**record)


def dumps(passages: Sequence[Passage]) -> str:
    """Return one JSON object a line."""
    return "".join(json.dumps(to_record(p), ensure_ascii=False) + "\n" for p in passages)


def loads(text: str) -> list[Passage]:
    """Read what ``dumps`` gave; ValueError, TypeError or KeyError if it is anything else."""
    return [from_record(json.loads(line)) for line in text.split("\n") if line]
