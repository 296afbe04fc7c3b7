"""Read one section of a shipped concept card, for the tests that recompute its worked example."""

from pathlib import Path

CONCEPTS = Path(__file__).parents[2] / "content" / "concepts"


def section(concept_id: str, heading: str) -> str:
    """Return the text under ``## heading`` of the card; KeyError when the card has no such section."""
    subject, slug = concept_id.split(".", 1)
    (path,) = (CONCEPTS / subject).rglob(f"{slug}.md")
    body = path.read_text(encoding="utf-8").split("---\n", 2)[2]
    sections = dict(part.split("\n", 1) for part in ("\n" + body).split("\n## ")[1:])
    return sections[heading].strip()
