"""How likely a sentence is supported, by how much of it the cited sources account for."""

import math
import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from backend.answering.grounding.numbers import Number, bare
from backend.answering.grounding.passage import Passage
from backend.answering.grounding.wording import Words

_CLAUSE = re.compile(r"[^,;:。!?、]+")
_REFUSED = re.compile(r"(?:不是|并非|不等于|(?:别|不要|不能|忘)[^,。]{0,4})\Z")
_MISSING = 2.0  # a missing number or Latin word weighs as much as so many characters


@dataclass(frozen=True, slots=True)
class Features:
    """What is measured of a claim.

    ``novelty``: characters that its sources do not account for; ``behind``: by how much another
    source accounts for it better; ``clause``: the most that a clause has which no single line of
    the sources accounts for; ``missing``: Latin words that the sources lack; ``found``: numbers
    and Latin words that they have. (A number that they lack needs no weighing.)
    """

    novelty: float
    behind: float
    clause: float
    missing: float
    found: float


_BIAS = -5.12
_WEIGHTS = Features(0.35, 0.60, 0.88, 3.84, -0.31)


def measure(
    claim: Passage, words: Words, known: Passage, question: Passage, others: Sequence[Passage]
) -> Features:
    """Measure ``claim`` against ``known``, its sources with the question.

    ``others`` are the sources that it does not cite, each with the question.
    """
    novelty = words.novelty(known)
    missing = len(missing_words(claim, known))
    distance = novelty + _MISSING * missing
    elsewhere = min((_distance(claim, words, other) for other in others), default=distance)
    return Features(
        novelty=novelty,
        behind=max(0.0, distance - elsewhere),
        clause=_worst_clause(words, known, question),
        missing=missing,
        found=len(claim.numbers) + len(claim.words) - missing,
    )


def unsupported_probability(features: Features) -> float:
    """Return the probability that a claim with these features is unsupported, 0 to 1.

    A logistic regression fitted on the dev half of evaluation/data/citations.jsonl and on 260
    further sentences about other sections (docs/LOG.md).
    """
    weighed = zip(astuple(_WEIGHTS), astuple(features), strict=True)
    return 1 / (1 + math.exp(-_BIAS - sum(weight * value for weight, value in weighed)))


def unstated(claim: Passage, known: Passage) -> list[Number]:
    """Return the numbers of ``claim`` that ``known`` does not state; 不是 3 claims none."""
    counts = known.counts | claim.counts
    return [
        n
        for n in claim.numbers
        if not _is_stated(n, known, counts) and not _REFUSED.search(claim.text[: n.start])
    ]


def missing_words(claim: Passage, known: Passage) -> list[str]:
    """Return the Latin words of ``claim`` that ``known`` does not have."""
    return [word for word in claim.words if word not in known.words and word not in known.text]


def _distance(claim: Passage, words: Words, known: Passage) -> float:
    missing = len(unstated(claim, known)) + len(missing_words(claim, known))
    return words.novelty(known) + _MISSING * missing


def _worst_clause(words: Words, known: Passage, question: Passage) -> float:
    lines = [fragment for fragment in known.fragments if fragment.whole]
    worst = 0.0
    for clause in _CLAUSE.finditer(words.text):
        start, end = clause.span()
        if words.novelty(question, start, end) <= worst:
            continue
        best = min((words.novelty(line, start, end) for line in lines), default=0.0)
        worst = max(worst, best)
    return worst


def _is_stated(number: Number, known: Passage, counts: frozenset[str]) -> bool:
    if number.value in known.values or (number.counted and number.value in counts):
        return True
    if number.is_formula:
        return number.value in bare(known.text)
    return len(number.parts) > 1 and all(part in known.values for part in number.parts)
