"""One formula of a reply: as text, and as a tree for the typesetter."""

from dataclasses import dataclass
from functools import lru_cache

from bot.rendering.latex.in_line import write_line
from bot.rendering.latex.nodes import Row
from bot.rendering.latex.reading import Unknown, read_tree


@dataclass(frozen=True, slots=True)
class Formula:
    """``text`` for one line; ``reads_well`` is false when a picture of ``tree`` would help."""

    text: str
    reads_well: bool
    tree: Row


@lru_cache(maxsize=512)
def read_formula(source: str) -> Formula | None:
    """Read the inside of a formula; None when it is not LaTeX that we know."""
    try:
        tree = read_tree(source)
    except Unknown:
        return None
    written = write_line(tree)
    return Formula(written.text, written.reads_well, tree) if written.text else None
