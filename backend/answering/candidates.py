"""Which concept a message may be about, before it is decided how sure that is."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise

from backend.answering.reading import Understanding
from backend.knowledge.concepts import Concept
from backend.knowledge.library import Library
from backend.retrieval.passages import Retrieval


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a decision would rest on, before it is made; for fitting the calibration."""

    reading: Understanding
    found: Retrieval | None
    linked: Concept | None
    best: Concept | None


class Candidates:
    """Finds the concepts of one library that a message may be about."""

    def __init__(self, library: Library) -> None:
        self._library = library
        texts = library.card_texts.values()
        self._pairs = {pair for text in texts for pair in pairwise(text)}

    def linked(self, reading: Understanding) -> Concept | None:
        """Give the concept that the message names first; None when it names none with a card."""
        if not reading.topics:
            return None
        return self._library.concepts.get(reading.topics[0].target.id)

    def strangers(self, reading: Understanding, concept: Concept) -> list[str]:
        """Give the words that nothing in the message explains and the card does not hold."""
        return [
            word for word in reading.details if word not in self._library.card_texts[concept.id]
        ]

    def is_foreign(self, word: str) -> bool:
        """Tell whether the cards use few of the pairs of characters in ``word``, as for a stranger.

        产生 and 满足 stand in many cards; a document with these has no say in what 死锁 is.
        """
        pairs = list(pairwise(word))
        return sum(pair in self._pairs for pair in pairs) < len(pairs) / 2

    def best(self, reading: Understanding, found: Retrieval | None) -> Concept | None:
        """Give that of the best passages, or the only one that shares a piece of its name."""
        scores: defaultdict[str, float] = defaultdict(float)
        for hit in found.hits if found else ():
            scores[hit.passage.concept_id or ""] += 1 / hit.rank
        for topic in reading.candidates:
            scores[topic.target.id] += topic.score
        known = [i for i in scores if i in self._library.concepts]
        if not known and found is not None:  # documents alone were found
            known = [p.passage.concept_id for p in found.nearest[:1] if p.passage.concept_id]
        return self._library.concepts[max(known, key=lambda i: scores[i])] if known else None
