"""How likely a sentence is supported, by how much of it the cited sources account for."""

import math
import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from backend.answering.grounding.numbers import Number, bare
from backend.answering.grounding.passage import Fragment, Passage
from backend.answering.grounding.wording import Words

_CLAUSE = re.compile(r"[^,;:。!?、]+")
_DEGREE = re.compile(
    "(?:更|越|最|比[^,。]{1,12}?)(?:为|加|容)?([高低多少快慢大小长短强弱好差难易频早晚深浅])"
)
_REFUSED = re.compile(r"(?:不是|并非|不等于|(?:别|不要|不能|忘)[^,。]{0,4})\Z")
_MISSING = 2.0  # a missing number or Latin word weighs as much as so many characters


@dataclass(frozen=True, slots=True)
class Features:
    """What is measured of a claim.

    ``technical``: characters of words of the subjects that its sources do not have; ``clause``: the
    most characters of a clause that no single line of them accounts for; ``behind``: by how many
    another source accounts for it better; ``missing``: Latin words that they lack; ``found``:
    numbers and Latin words that they have (a number that they lack needs no weighing); ``shared``
    and ``line``: the shares of its words, 0 to 1, that stand in the sources and in their best line;
    ``degrees``: comparisons (更多, 越快, 比……高) of a degree that they do not compare.
    """

    technical: float
    clause: float
    behind: float
    missing: float
    found: float
    shared: float
    line: float
    degrees: float


class Weights(BaseModel):
    """A logistic regression over ``Features``: a claim is unsupported from ``threshold`` on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bias: float
    weights: Features
    threshold: float

    def probability(self, features: Features) -> float:
        """Return the probability that a claim with these features is unsupported, 0 to 1."""
        weighed = zip(astuple(self.weights), astuple(features), strict=True)
        return 1 / (1 + math.exp(-self.bias - sum(weight * value for weight, value in weighed)))

    def reject(self, features: Features) -> bool:
        """Tell whether a claim with these features is unsupported."""
        return self.probability(features) >= self.threshold


WEIGHTS = Path(__file__).parent / "weights.json"


def shipped_weights() -> Weights:
    """Return the weights that ``python -m evaluation fit-citations`` wrote."""
    return Weights.model_validate_json(WEIGHTS.read_text("utf-8"))


def measure(
    claim: Passage, words: Words, known: Passage, question: Passage, others: Sequence[Passage]
) -> Features:
    """Measure ``claim`` against ``known``, its sources with the question.

    ``others`` are the sources that it does not cite, each with the question.
    """
    missing = len(missing_words(claim, known))
    distance = words.novelty(known) + _MISSING * missing
    elsewhere = min((_distance(claim, words, other) for other in others), default=distance)
    said = claim.pairs | claim.words
    lines = [fragment for fragment in known.fragments if fragment.whole]
    best = max((len(said & line.terms) for line in lines), default=0)
    return Features(
        technical=words.technical_novelty(known),
        clause=_worst_clause(words, lines, question),
        behind=max(0.0, distance - elsewhere),
        missing=missing,
        found=len(claim.numbers) + len(claim.words) - missing,
        shared=len(said & (known.pairs | known.words)) / max(len(said), 1),
        line=best / max(len(said), 1),
        degrees=sum(not _is_compared(degree, known) for degree in _DEGREE.findall(claim.text)),
    )


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


def _worst_clause(words: Words, lines: Sequence[Fragment], question: Passage) -> float:
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
        formula = rf"(?<![a-z0-9]){re.escape(number.value)}(?![a-z0-9])"
        return re.search(formula, bare(known.text)) is not None
    if _is_rounded(number.value, known):
        return True
    return len(number.parts) > 1 and all(part in known.values for part in number.parts)


def _is_rounded(value: str, known: Passage) -> bool:
    """Tell whether ``value``, a decimal, is a longer decimal of ``known`` rounded."""
    if not re.fullmatch(r"\d+\.\d+", value):
        return False
    places = len(value.partition(".")[2])
    longer = (v for v in known.values if re.fullmatch(rf"\d+\.\d{{{places + 1},}}", v))
    return any(f"{float(v):.{places}f}" == value for v in longer)


def _is_compared(degree: str, known: Passage) -> bool:
    return re.search(f"[更越最较变很不]{degree}|{degree}[于得]", known.text) is not None
