"""The shipped library with everything that reads it, loaded once for all tests."""

from functools import cache

from backend.knowledge.library import Library, load_library
from backend.knowledge.linker import Linker
from tests.unit.knowledge.small_library import SHIPPED


@cache
def shipped_library() -> Library:
    """Load ``content/``."""
    return load_library(SHIPPED)


@cache
def shipped_linker() -> Linker:
    """Make the linker of ``content/``."""
    return Linker(shipped_library())


def shipped_ids() -> list[str]:
    """List the ids of the shipped cards by their files, so that collecting tests loads nothing."""
    paths = sorted((SHIPPED / "concepts").rglob("*.md"))
    return [f"{path.parent.parent.name}.{path.stem}" for path in paths]
