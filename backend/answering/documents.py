"""When passages of the operator's own documents answer a message."""

from collections.abc import Sequence
from dataclasses import replace

from backend.answering.instructions import addresses_a_model, without_orders
from backend.knowledge.normalise import normalise
from backend.retrieval.passages import Passage, Retrieval

_LONG_WORD, _MOST_PAIRS = 5, 0.6
"""Several words run together where no everyday phrase parts them: not all stand side by side."""


def speaking_passages(found: Retrieval | None, words: Sequence[str]) -> list[Passage]:
    """Return the document passages found in which all ``words`` (in normal form) really stand.

    Best first; empty without words. A document must speak of what was asked, not merely be the
    nearest thing there is: no calibration could be fitted on texts that nobody has seen. What a
    document says to a language model is nothing for a student, and is left out.
    """
    if found is None or not words:
        return []
    passages = [_for_students(hit.passage) for hit in found.hits if hit.passage.concept_id is None]
    return [p for p in passages if p and _speaks_of(normalise(p.searchable).text, words)]


def gives_orders(passage: Passage) -> bool:
    """Tell whether a passage, or what it is named by, speaks to a language model."""
    return addresses_a_model(f"{passage.title}\n{passage.locator}\n{passage.searchable}")


def _for_students(passage: Passage) -> Passage | None:
    if not gives_orders(passage):
        return passage
    rest = replace(passage, text=without_orders(passage.text))
    return rest if rest.text and not gives_orders(rest) else None


def _speaks_of(text: str, words: Sequence[str]) -> bool:
    """Whether every word stands in ``text``, a long one at least by most of its pairs."""

    def share(word: str) -> float:
        pairs = [word[i : i + 2] for i in range(len(word) - 1)]
        return sum(pair in text for pair in pairs) / len(pairs)

    return all(
        word in text or (len(word) >= _LONG_WORD and share(word) >= _MOST_PAIRS) for word in words
    )
