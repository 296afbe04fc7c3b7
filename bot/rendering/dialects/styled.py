"""Text with its styles, kept apart from the marks of any dialect until it is written."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from markdown_it.tree import SyntaxTreeNode


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one style."""

    text: str
    bold: bool = False
    code: bool = False


Runs = tuple[Run, ...]


def runs_of(node: SyntaxTreeNode) -> Runs:
    """Collect the styled texts below ``node``, without white space around them."""
    found = (
        Run(leaf.content, bold=_is_bold(leaf), code=leaf.type == "code_inline")
        for leaf in node.walk()
        if leaf.type in ("text", "code_inline")
    )
    return stripped(merged(found))


def merged(runs: Iterable[Run]) -> Runs:
    """Join neighbours of the same style, so that nothing can hide between two of them."""
    joined: list[Run] = []
    for run in runs:
        if not run.text:
            continue
        if joined and replace(joined[-1], text="") == replace(run, text=""):
            joined[-1] = replace(run, text=joined[-1].text + run.text)
        else:
            joined.append(run)
    return tuple(joined)


def stripped(runs: Runs) -> Runs:
    """Drop white space at both ends."""
    text = raw(runs)
    start = len(text) - len(text.lstrip())
    return cut(runs, start, max(start, len(text.rstrip())))


def raw(runs: Runs) -> str:
    """Give the text alone."""
    return "".join(run.text for run in runs)


def cut(runs: Runs, start: int, end: int) -> Runs:
    """Give the characters from ``start`` to ``end`` in their styles."""
    return tuple(_overlapping(runs, start, end))


def _overlapping(runs: Runs, start: int, end: int) -> Iterator[Run]:
    at = 0
    for run in runs:
        text = run.text[max(0, start - at) : max(0, end - at)]
        at += len(run.text)
        if text:
            yield replace(run, text=text)


def _is_bold(leaf: SyntaxTreeNode) -> bool:
    parent = leaf.parent
    while parent is not None:
        if parent.type == "strong":
            return True
        parent = parent.parent
    return False
