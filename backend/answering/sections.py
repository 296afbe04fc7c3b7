"""Which sections of a card answer what was asked of its concept."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backend.answering.answer import CardBody, Section
from backend.knowledge.aspects import Aspect
from backend.knowledge.concepts import Concept
from backend.knowledge.normalise import normalise

_SHORT_DEFINITION_CHARS = 90

_TOGETHER: dict[Aspect, tuple[Aspect, ...]] = {
    Aspect.CALCULATION: (Aspect.CALCULATION, Aspect.EXAMPLE),
}
"""Aspects that are only half an answer alone."""

_STAND_INS: dict[Aspect, tuple[Aspect, ...]] = {
    Aspect.DEFINITION: (Aspect.DEFINITION,),
    Aspect.PRINCIPLE: (Aspect.FEATURES, Aspect.CALCULATION, Aspect.CLASSIFICATION),
    Aspect.FEATURES: (Aspect.PROS_CONS, Aspect.COMPARISON, Aspect.PRINCIPLE),
    Aspect.CLASSIFICATION: (Aspect.COMPARISON, Aspect.FEATURES, Aspect.DEFINITION),
    Aspect.PROS_CONS: (Aspect.FEATURES, Aspect.COMPARISON, Aspect.PITFALLS),
    Aspect.COMPARISON: (Aspect.CLASSIFICATION, Aspect.PROS_CONS, Aspect.FEATURES),
    Aspect.APPLICATION: (Aspect.PROS_CONS, Aspect.FEATURES, Aspect.EXAM),
    Aspect.CALCULATION: (Aspect.EXAMPLE, Aspect.PRINCIPLE),
    Aspect.EXAMPLE: (Aspect.CALCULATION, Aspect.PRINCIPLE, Aspect.EXAM),
    Aspect.PITFALLS: (Aspect.EXAM, Aspect.FEATURES),
    Aspect.EXAM: (Aspect.PITFALLS, Aspect.CALCULATION),
}
"""Where a card has no section for an aspect, the nearest ones it may have, best first."""

_HEAD_START = {Aspect.CLASSIFICATION: 2.0, Aspect.DEFINITION: 1.0, Aspect.PRINCIPLE: 1.0}
"""Where a part is explained rather than used, even if another section names it more often."""

LAST = (Aspect.EXAMPLE, Aspect.PITFALLS, Aspect.EXAM)
"""They use and repeat what other sections explain."""

_BOLD_POINTS = 4.0
_CLEARLY_BETTER = 0.2
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_WORD = re.compile(r"[a-z0-9]+|[\u4e00-\u9fff]+")
_SENTENCE = re.compile(r"[^。\n]+")
_CONDITION = re.compile("时[，,]|时会|时才|[若当凡]|如果|只要|只有|会使|使得|情况下|导致|造成|才会")


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a concept was asked for beyond its aspect.

    ``words``: those of the message that nothing else explains (旋转 in AVL 树怎么旋转), and those
    by which a card would say them. ``conditional``: when or under what conditions it is so.
    """

    words: tuple[str, ...] = ()
    conditional: bool = False


NOTHING_MORE = Asked()


def card_body(
    concept: Concept, aspect: Aspect | None, part: str | None, asked: Asked = NOTHING_MORE
) -> CardBody:
    """Choose the sections for ``aspect``, or those that speak of ``part`` or of what was ``asked``.

    ``part`` is what of the concept was named. Never empty: every card has a definition.
    """
    details = asked.words
    if part is not None and normalise(part).text in normalise(concept.name).text:
        part = None  # 拥塞控制 to TCP 拥塞控制: short for the whole, not a part of it
    if part is not None:
        found = _speaking_of(concept, part, aspect, details)
        if found:
            return CardBody(concept, found, part=part)
    if aspect is None:
        found = _conditions(concept, details) if asked.conditional else ()
        found = found or _after(concept, details) or _opening(concept)
        return CardBody(concept, found, part=part)
    wanted = _wanted(concept, aspect)
    if aspect is Aspect.PRINCIPLE and (found := _reason(concept, details)):
        return CardBody(concept, found, part=part)
    if wanted and wanted[0] is aspect:
        return CardBody(concept, sections(concept, wanted), part=part)
    stand_in = next((a for a in _STAND_INS[aspect] if a in concept.sections), None)
    chosen = stand_in or Aspect.DEFINITION
    return CardBody(concept, sections(concept, [chosen]), missing=aspect, part=part)


def sections(concept: Concept, aspects: Sequence[Aspect]) -> tuple[Section, ...]:
    """Return the sections of ``aspects``; KeyError for one that the card does not have."""
    return tuple(Section(aspect, concept.sections[aspect]) for aspect in aspects)


def _wanted(concept: Concept, aspect: Aspect) -> list[Aspect]:
    return [a for a in _TOGETHER.get(aspect, (aspect,)) if a in concept.sections]


def _opening(concept: Concept) -> tuple[Section, ...]:
    """The definition, and when that is very short the section after it as well."""
    aspects = list(concept.sections)
    enough = len(concept.sections[Aspect.DEFINITION]) >= _SHORT_DEFINITION_CHARS
    return sections(concept, aspects[: 1 if enough else 2])


def _after(concept: Concept, details: Sequence[str]) -> tuple[Section, ...]:
    """The section that says clearly more of ``details`` than the definition does, if any."""
    points = _detail_points(concept, details)
    best = max(points, key=lambda a: (points[a], a not in LAST))
    if points[best] < points[Aspect.DEFINITION] + _CLEARLY_BETTER:
        return ()
    return sections(concept, _TOGETHER.get(best, (best,))[:1])


def _reason(concept: Concept, details: Sequence[str]) -> tuple[Section, ...]:
    """The section that speaks of ``details`` where the principle says nothing of them.

    迪杰斯特拉为什么不能有负权 is not answered by how it goes.
    """
    points = _detail_points(concept, details)
    if points.get(Aspect.PRINCIPLE) or not any(points.values()):
        return ()
    return sections(concept, [max(points, key=lambda a: (points[a], a not in LAST))])


def _conditions(concept: Concept, details: Sequence[str]) -> tuple[Section, ...]:
    """The section with the sentence that gives a condition and says most of ``details``."""
    pairs = {pair for word in details for pair in _pairs(word)}

    def said(aspect: Aspect) -> int:
        sentences: list[str] = _SENTENCE.findall(concept.sections[aspect])
        told = [normalise(s).text for s in sentences if _CONDITION.search(s)]
        return max((sum(pair in s for pair in pairs) for s in told), default=0)

    best = max(concept.sections, key=lambda a: (said(a), a not in LAST))
    return sections(concept, [best]) if said(best) else ()


def _speaking_of(
    concept: Concept, part: str, aspect: Aspect | None, details: Sequence[str]
) -> tuple[Section, ...]:
    """The section that speaks most of ``part``, of the aspect asked for where that one does."""
    key = normalise(part).text
    counts = {a: normalise(t).text.count(key) for a, t in concept.sections.items()}
    if aspect is not None and aspect is not Aspect.DEFINITION:
        wanted = _wanted(concept, aspect)
        if any(counts[a] for a in wanted):
            return sections(concept, wanted)
    after = _detail_points(concept, details)

    def worth(a: Aspect) -> tuple[bool, bool, float]:
        bold = normalise("".join(_BOLD.findall(concept.sections[a]))).text
        points = counts[a] + _HEAD_START.get(a, 0.0) + _BOLD_POINTS * (key in bold)
        return counts[a] > 0, a not in LAST, points + _BOLD_POINTS * after[a]

    best = max(counts, key=worth)
    return sections(concept, [best]) if counts[best] else ()


def _detail_points(concept: Concept, details: Sequence[str]) -> Mapping[Aspect, float]:
    """Points of each section: its share of every pair of characters that ``details`` hold."""
    texts = {a: normalise(t).text for a, t in concept.sections.items()}
    points = dict.fromkeys(texts, 0.0)
    for pair in {p for word in details for p in _pairs(word)}:
        speaking = [a for a, text in texts.items() if pair in text]
        for a in speaking:
            points[a] += 1 / len(speaking)
    return points


def _pairs(word: str) -> list[str]:
    """Latin words whole, Chinese ones as their pairs of neighbouring characters."""
    runs: list[str] = _WORD.findall(normalise(word).text)
    return [
        piece
        for run in runs
        for piece in ([run] if run.isascii() else [run[i : i + 2] for i in range(len(run) - 1)])
        if len(piece) >= 2
    ]
