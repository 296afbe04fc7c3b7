"""What was read from one message: its intent, its topics and the aspect that it asks for."""

from dataclasses import dataclass
from typing import Literal

from backend.knowledge.aspects import Aspect
from backend.knowledge.surfaces import Target

Intent = Literal["study", "smalltalk", "off_topic", "choice", "rejection", "more", "empty"]


@dataclass(frozen=True, slots=True)
class Topic:
    """Something the message is about, and how surely (score in (0, 1])."""

    target: Target
    score: float


@dataclass(frozen=True, slots=True)
class Understanding:
    """The reading of one message.

    ``topics``: primary first; two when ``comparing``. ``candidates`` are what it may be about when
    nothing is certain. ``aspect`` is None when none was named. ``query`` is the text to search
    with, the topic of the dialogue included when it was inherited. ``residual`` counts characters
    that nothing explains; ``coverage`` is as in ``Linking``. ``vague``: asks for something, but
    names no topic and follows none. ``everyday``: speaks of daily life. ``words`` are the names
    and the unexplained words: what a document must contain to answer. ``details`` are the
    unexplained words alone: what of its topic the message is after. ``hints`` are words by which a
    card would say what was said otherwise (最慢: 最坏, 退化). ``conditional``: asks when or under
    what conditions. ``after`` are the concept ids
    that a message goes on from without being about them.
    """

    intent: Intent
    query: str
    topics: tuple[Topic, ...] = ()
    candidates: tuple[Topic, ...] = ()
    aspect: Aspect | None = None
    comparing: bool = False
    inherited: bool = False
    coverage: float = 0.0
    residual: int = 0
    studious: bool = False
    everyday: bool = False
    vague: bool = False
    smalltalk: str | None = None
    focus: str = ""
    words: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    conditional: bool = False
    after: tuple[str, ...] = ()
