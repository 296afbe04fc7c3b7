"""The value that answering gives: what was decided, from what material, without any wording.

Answer.body ─┬─ CardBody          sections of one concept card
             ├─ TableBody         a comparison table
             ├─ PairBody          two cards side by side, where no table exists
             ├─ PrerequisiteBody  what to learn first
             ├─ SolutionBody      computed solutions of a problem
             └─ PassageBody       passages of the operator's documents
"""

from dataclasses import dataclass
from typing import Literal

from backend.knowledge.aspects import Aspect
from backend.knowledge.comparisons import Comparison
from backend.knowledge.concepts import Concept
from backend.knowledge.outline import OutlinePoint
from backend.questions.solvers.refusal import Refusal
from backend.questions.solvers.solve import Solution
from backend.retrieval.passages import Passage

Verdict = Literal["answer", "ask_back", "deny", "off_topic", "smalltalk", "empty", "rejection"]


@dataclass(frozen=True, slots=True)
class Section:
    """The text of one aspect of a concept, in the Markdown subset of cards."""

    aspect: Aspect
    text: str


@dataclass(frozen=True, slots=True)
class CardBody:
    """``missing`` is the aspect asked for when the card has none and others stand in for it;
    ``part`` is what was asked about when it is only a part of the concept."""

    concept: Concept
    sections: tuple[Section, ...]
    missing: Aspect | None = None
    part: str | None = None


@dataclass(frozen=True, slots=True)
class TableBody:
    """A comparison table; ``concepts`` in the order of its columns."""

    table: Comparison
    concepts: tuple[Concept, Concept]


@dataclass(frozen=True, slots=True)
class PairBody:
    """Two cards side by side."""

    first: CardBody
    second: CardBody


@dataclass(frozen=True, slots=True)
class PrerequisiteBody:
    """What the card of ``concept`` says to learn first; ``needed`` may be empty."""

    concept: Concept
    needed: tuple[Concept, ...]


@dataclass(frozen=True, slots=True)
class SolutionBody:
    """One solution for each algorithm asked for; a Refusal where the input is wrong."""

    solutions: tuple[Solution | Refusal, ...]


@dataclass(frozen=True, slots=True)
class PassageBody:
    """Passages of documents, best first."""

    passages: tuple[Passage, ...]


Body = CardBody | TableBody | PairBody | PrerequisiteBody | SolutionBody | PassageBody


@dataclass(frozen=True, slots=True)
class SourceRef:
    """``title`` for a reader (操作系统 · 进程管理 · 死锁), ``locator`` to find it (OS0230)."""

    title: str
    locator: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A next question: ``concept`` alone, with an ``aspect``, or compared with ``other``."""

    concept: Concept
    aspect: Aspect | None = None
    other: Concept | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What to say to one message.

    ``confidence`` is the calibrated probability behind the verdict. ``candidates`` are offered by
    an ask-back, ``nearest`` by a refusal; ``outside`` is the outline point that was asked for but
    has no material. ``smalltalk`` is the intent of small talk. ``related`` are the other concepts
    that the message names. ``asked`` is the question in words where the message is not ("2", 继续).
    ``unresolved``: it may go on from the dialogue in a way that no rule
    can read, so that a model may say what is meant.
    """

    verdict: Verdict
    confidence: float
    aspect: Aspect | None = None
    body: Body | None = None
    concepts: tuple[str, ...] = ()
    sources: tuple[SourceRef, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    candidates: tuple[Concept, ...] = ()
    nearest: tuple[Concept, ...] = ()
    outside: OutlinePoint | None = None
    smalltalk: str | None = None
    pasted_question: bool = False
    related: tuple[str, ...] = ()
    asked: str = ""
    unresolved: bool = False
