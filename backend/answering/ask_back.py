"""Reads what somebody says to an ask-back: a number, yes or no."""

import re

from backend.answering.context import Context
from backend.answering.reading import Topic, Understanding
from backend.knowledge.aspects import NAMES
from backend.knowledge.library import Library
from backend.knowledge.surfaces import Target

_CHOICE = re.compile(r"^(?:第|选)?([1-5一二三四五①②③④⑤])(?:个|号|项|\)|）|、)?(?:吧|的)?$")
_DIGITS = {c: i % 5 for i, c in enumerate("12345一二三四五①②③④⑤")}


def chosen(library: Library, bare: str, context: Context) -> Understanding | None:
    """Return what ``bare`` chooses of ``context.choices``, a rejection, or None for neither."""
    if bare in library.cues.no:
        return Understanding("rejection", bare)
    index = None
    if match := _CHOICE.match(bare):
        index = _DIGITS[match[1]]
    elif bare in library.cues.yes and len(context.choices) == 1:
        index = 0
    if index is None or index >= len(context.choices):
        return None
    concept = library.concepts.get(context.choices[index])
    if concept is None:
        return None
    topic = Topic(Target(concept.id, "name", concept.name), 1.0)
    aspect = context.aspect
    query = f"{concept.name}的{NAMES[aspect]}" if aspect is not None else concept.name
    return Understanding(
        "choice", query, (topic,), aspect=context.aspect, coverage=1.0, studious=True
    )
