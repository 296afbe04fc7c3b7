"""Read the shipped concept cards, for the tests that recompute their worked examples."""

from collections.abc import Iterable
from pathlib import Path

CONCEPTS = Path(__file__).parents[2] / "content" / "concepts"


def section(concept_id: str, heading: str) -> str:
    """Return the text under ``## heading`` of the card; KeyError when it has none."""
    subject, slug = concept_id.split(".", 1)
    (path,) = (CONCEPTS / subject).rglob(f"{slug}.md")
    body = path.read_text(encoding="utf-8").split("---\n", 2)[2]
    sections = dict(part.split("\n", 1) for part in ("\n" + body).split("\n## ")[1:])
    return sections[heading].strip()


def assert_in_order(concept_id: str, *phrases: str, heading: str = "例题") -> None:
    """Fail unless the section contains every phrase, each after the one before it."""
    text, at = section(concept_id, heading), 0
    for phrase in phrases:
        found = text.find(phrase, at)
        assert found >= 0, f"{concept_id} {heading}: no {phrase!r} after {text[:at][-20:]!r}"
        at = found + len(phrase)


def listed(values: Iterable[object], mark: str = "、") -> str:
    """Join the values as the cards do."""
    return mark.join(map(str, values))
