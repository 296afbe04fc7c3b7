"""All study material, loaded once at start and checked as a whole."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from backend.errors import ContentError
from backend.knowledge.comparisons import Comparison, load_comparison
from backend.knowledge.concepts import Concept, load_concept
from backend.knowledge.cues import Cues, load_cues
from backend.knowledge.normalise import normalise
from backend.knowledge.outline import Outline, load_outline
from backend.knowledge.smalltalk import SmallTalk, load_smalltalk

_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Library:
    """The outline, concepts by id, comparison tables, small talk and the students' phrases."""

    outline: Outline
    concepts: Mapping[str, Concept]
    comparisons: tuple[Comparison, ...]
    smalltalk: Mapping[str, SmallTalk]
    cues: Cues

    def comparison_of(self, one: str, other: str) -> Comparison | None:
        """Return the table between two concepts in either order."""
        return next((c for c in self.comparisons if set(c.ids) == {one, other}), None)

    @cached_property
    def card_texts(self) -> Mapping[str, str]:
        """The normalised text of each card, all its sections, by concept id."""
        return {c.id: normalise("".join(c.sections.values())).text for c in self.concepts.values()}


def load_library(content_dir: Path) -> Library:
    """Read everything below ``content_dir``; ContentError lists every problem found at once."""
    if not content_dir.is_dir():
        raise ContentError([f"没有学习内容目录 {content_dir}"])
    problems: list[str] = []
    outline = _load(lambda: load_outline(content_dir / "outline.yaml"), problems) or Outline({})
    smalltalk = _load(lambda: load_smalltalk(content_dir / "smalltalk.yaml"), problems) or {}
    cues = _load(lambda: load_cues(content_dir / "cues.yaml"), problems)
    cards = sorted((content_dir / "concepts").rglob("*.md"))
    tables = sorted((content_dir / "compare").glob("*.yaml"))
    concepts = _load_each(cards, lambda path: load_concept(path, content_dir), problems)
    comparisons = _load_each(tables, lambda path: load_comparison(path, content_dir), problems)
    # One unreadable card would make every reference to it look wrong as well.
    if not problems:
        problems += _cross_problems(outline, concepts, comparisons)
    if problems or cues is None:
        raise ContentError(problems)
    by_id = {concept.id: concept for concept in concepts}
    return Library(outline, by_id, tuple(comparisons), smalltalk, cues)


def _load(load: Callable[[], _Item], problems: list[str]) -> _Item | None:
    try:
        return load()
    except ContentError as error:
        problems.extend(error.problems)
        return None


def _load_each(
    paths: Iterable[Path], load: Callable[[Path], _Item], problems: list[str]
) -> list[_Item]:
    items = (_load(lambda path=path: load(path), problems) for path in paths)
    return [item for item in items if item is not None]


def _cross_problems(
    outline: Outline, concepts: list[Concept], comparisons: list[Comparison]
) -> list[str]:
    problems: list[str] = []
    by_id: dict[str, Concept] = {}
    for concept in concepts:
        other = by_id.setdefault(concept.id, concept)
        if other is not concept:
            problems.append(f"{concept.path}：id {concept.id} 已被 {other.path} 使用")
    for concept in concepts:
        problems += _reference_problems(concept, outline, by_id)
    problems += _surface_problems(concepts)
    for table in comparisons:
        problems += [f"{table.path}：没有概念 {i}" for i in table.ids if i not in by_id]
    return problems


def _reference_problems(
    concept: Concept, outline: Outline, by_id: Mapping[str, Concept]
) -> list[str]:
    problems = [
        f"{concept.path}：大纲里没有考点 {point}"
        for point in concept.points
        if point not in outline.points
    ]
    for kind, targets in concept.relations.items():
        for target in targets:
            if target == concept.id:
                problems.append(f"{concept.path}：relations.{kind} 指向了自己")
            elif target not in by_id:
                problems.append(f"{concept.path}：relations.{kind} 里没有这张卡片：{target}")
    return problems


def _surface_problems(concepts: list[Concept]) -> list[str]:
    """A surface form may belong to one card only, or the linker could not tell them apart."""
    problems: list[str] = []
    owner: dict[str, Concept] = {}
    for concept in concepts:
        for surface in (concept.name, *concept.aliases, *concept.covers):
            other = owner.setdefault(normalise(surface).text, concept)
            if other is not concept:
                problems.append(f"{concept.path}：“{surface}”已经属于 {other.path}")
    return problems
