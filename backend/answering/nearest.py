"""The topics to name when what was asked is not in the material."""

from collections.abc import Mapping

from backend.answering.reading import Understanding
from backend.knowledge.concepts import Concept
from backend.knowledge.library import Library
from backend.knowledge.normalise import normalise
from backend.knowledge.outline import OutlinePoint
from backend.retrieval.passages import Retrieval


class Nearest:
    """Ranks the concepts of one library by how near they are to a message."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._bodies = library.card_texts

    def concepts(
        self, reading: Understanding, found: Retrieval | None, count: int = 2
    ) -> tuple[Concept, ...]:
        """Return the nearest: what was named, its chapter, pieces of names, the dialogue, words."""
        ids: list[str] = []
        for topic in reading.topics:
            if topic.target.id in self._library.concepts:
                ids.append(topic.target.id)
            point = self._library.outline.points.get(topic.target.id)
            if point is not None:
                ids += self._in_chapter(point)
        ids += [*(t.target.id for t in reading.candidates), *reading.after]
        if found is not None:
            ids += [h.passage.concept_id for h in found.hits if h.passage.concept_id]
        ids += _overlapping(reading.focus, self._bodies)
        known = self._library.concepts
        return tuple(known[i] for i in dict.fromkeys(ids) if i in known)[:count]

    def _in_chapter(self, point: OutlinePoint) -> list[str]:
        """Concepts that mention the point first, then those next to it in its chapter."""
        key = normalise(point.name).text
        concepts = self._library.concepts.values()
        cards = [c for c in concepts if c.points[0].startswith(point.chapter)]

        def distance(concept: Concept) -> tuple[bool, int]:
            mentions = key in self._bodies[concept.id]
            return (not mentions, abs(int(concept.points[0][2:]) - int(point.id[2:])))

        return [c.id for c in sorted(cards, key=distance)]


def _overlapping(text: str, bodies: Mapping[str, str]) -> list[str]:
    """Concept ids by how many character pairs of ``text`` stand in their cards, most first."""
    pairs = {text[i : i + 2] for i in range(len(text) - 1)}
    return sorted(bodies, key=lambda i: (-sum(p in bodies[i] for p in pairs), i))
