"""The table of names by which concepts and outline points can be called."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from backend.knowledge.concepts import Concept
from backend.knowledge.library import Library
from backend.knowledge.normalise import normalise
from backend.knowledge.outline import OutlinePoint

_OPTIONAL_SUFFIXES = ("算法", "协议", "问题", "方式", "方法", "机制", "技术", "定理", "控制器")


@dataclass(frozen=True, slots=True)
class Target:
    """What a name leads to.

    ``kind`` is ``name`` (the concept itself), ``part`` (something that its card covers; ``id`` is
    the concept) or ``point`` (in the exam outline, but no card speaks of it; ``id`` is the point).
    ``label`` is the name as its author wrote it.
    """

    id: str
    kind: Literal["name", "part", "point"]
    label: str


def surface_table(library: Library) -> Mapping[str, Target]:
    """Return every normalised name with its target; a card's own names win over the outline's."""
    table: dict[str, Target] = {}
    for concept in library.concepts.values():
        _add(table, (concept.name, *concept.aliases), concept.id, "name")
    for concept in library.concepts.values():
        _add(table, concept.covers, concept.id, "part")
    cards = _cards_by_point(library)
    texts = library.card_texts
    for point in library.outline.points.values():
        _add_point(table, point, cards[point.id], texts)
    for surface, target in list(table.items()):
        if target.kind == "part":
            continue
        for suffix in _OPTIONAL_SUFFIXES:
            short = surface.removesuffix(suffix)
            if short != surface and len(short) >= 3:
                table.setdefault(short, target)
    return table


def _cards_by_point(library: Library) -> Mapping[str, list[Concept]]:
    cards: dict[str, list[Concept]] = defaultdict(list)
    for concept in library.concepts.values():
        for rank, point in enumerate(concept.points):
            # The card whose main point this is comes first.
            cards[point].insert(0 if rank == 0 else len(cards[point]), concept)
    return cards


def _add(
    table: dict[str, Target],
    names: Iterable[str],
    target_id: str,
    kind: Literal["name", "part", "point"],
) -> None:
    for name in names:
        key = normalise(name).text
        if key:
            table.setdefault(key, Target(target_id, kind, name))


def _add_point(
    table: dict[str, Target],
    point: OutlinePoint,
    cards: list[Concept],
    texts: Mapping[str, str],
) -> None:
    """A term of the outline leads to a card only if that card really speaks of it."""
    for name in (point.name, *point.aliases, *point.covers):
        if name.endswith("比较"):
            continue  # 顺序表与链表比较 asks for both of its sides, which have names of their own
        key = normalise(name).text
        speaking = next((card for card in cards if key in texts[card.id]), None)
        if speaking is None and cards and name == point.name and cards[0].points[0] == point.id:
            speaking = cards[0]
        if speaking is not None:
            _add(table, (name,), speaking.id, "part")
        else:
            _add(table, (name,), point.id, "point")
