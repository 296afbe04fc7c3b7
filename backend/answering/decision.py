"""Step 4: how sure it is that the material supports an answer, and what follows from that.

The probability is a logistic model over a few features (Platt scaling of linking and dense
evidence). Fused retrieval scores rank and never gate: on HuixiangDou's published group questions
they made refusal worse. Weights and lines are fitted by ``python -m evaluation calibrate`` and
travel with the knowledge base version; the defaults below are a first guess by hand, for a bot
without one (which then has links alone to go by).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.answering.reading import Understanding
from backend.errors import KnowledgeBaseCorrupt
from backend.retrieval.passages import Retrieval, Scored

Step = Literal["deny", "ask_back", "answer"]
_TEMPERATURE = 0.05
"""How many cosines apart passages are when one weighs e times as much as the other."""


class Calibration(BaseModel):
    """Weights by feature name: judged by links alone, by links and passages, by passages alone.

    Below ``ask_back_line`` the bot says that it does not know; from ``answer_line`` it answers;
    between them it asks back. Both are probabilities.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    linked: Mapping[str, float] = Field(
        default_factory=lambda: {
            "bias": -3.0,
            "link": 5.0,
            "coverage": 2.5,
            "unexplained": -2.0,
            "inherited": 0.5,
        }
    )
    retrieved: Mapping[str, float] = Field(
        default_factory=lambda: {
            "bias": -4.0,
            "link": 3.5,
            "coverage": 2.0,
            "unexplained": -1.0,
            "inherited": 0.5,
            "dense": 4.0,
            "focus": 1.5,
        }
    )
    unlinked: Mapping[str, float] = Field(
        default_factory=lambda: {
            "bias": -3.0,
            "dense": 2.0,
            "focus": 2.5,
            "share": 1.0,
        }
    )
    ask_back_line: float = Field(default=0.40, ge=0, le=1)
    answer_line: float = Field(default=0.85, ge=0, le=1)

    def step(self, probability: float) -> Step:
        """Return what to do at ``probability``."""
        if probability >= self.answer_line:
            return "answer"
        return "ask_back" if probability >= self.ask_back_line else "deny"


def read_calibration(stored: Mapping[str, object]) -> Calibration:
    """Read what a knowledge base version carries; empty gives the defaults."""
    try:
        return Calibration.model_validate(stored)
    except ValidationError as error:
        raise KnowledgeBaseCorrupt(
            "知识库里的标定参数读不出来；请运行 python -m kb_builder build 重建。"
        ) from error


@dataclass(frozen=True, slots=True)
class Evidence:
    """The features of one decision; the last five are None when no vectors were searched."""

    link: float
    coverage: float
    unexplained: float
    inherited: float
    everyday: float
    dense: float | None = None
    margin: float | None = None
    focus: float | None = None
    prominence: float | None = None
    share: float | None = None


def evidence(reading: Understanding, found: Retrieval | None, concept_id: str | None) -> Evidence:
    """Collect the features for answering ``reading`` with ``concept_id``.

    ``unexplained`` is in tens of characters, at most 1.5. ``dense`` is the best cosine of all
    cards, ``margin`` that of the concept's own less that of the others', ``focus`` the concept's
    share in a softmax over the cosines, ``share`` its part in the sum of 1 / rank, ``prominence``
    how far the best stands above the last of the nearest. Neither words in common nor fused or
    reranked scores are among them (docs/adr/0006).
    """
    topic = next((t for t in reading.topics if t.target.id == concept_id), None)
    if topic is None:
        topic = next((t for t in reading.candidates if t.target.id == concept_id), None)
    link = topic.score if topic is not None and topic.target.kind != "point" else 0.0
    features = Evidence(
        link=link,
        coverage=reading.coverage if link else 0.0,
        unexplained=min(reading.residual / 10, 1.5),
        inherited=float(reading.inherited),
        everyday=float(reading.everyday),
    )
    if found is None or found.dense is None:
        return features
    return replace(features, dense=max(found.dense, 0.0), **_geometry(found.nearest, concept_id))


def _geometry(nearest: Sequence[Scored], concept_id: str | None) -> dict[str, float]:
    """Say how the concept stands among the passages nearest to the message, best first."""
    if not nearest:
        return {"margin": 0.0, "focus": 0.0, "prominence": 0.0, "share": 0.0}
    own = [one.passage.concept_id == concept_id for one in nearest]
    best = nearest[0].score

    def highest(wanted: bool) -> float:
        scores = (one.score for one, mine in zip(nearest, own, strict=True) if mine is wanted)
        return max(next(scores, 0.0), 0.0)

    return {
        "margin": highest(True) - highest(False),
        "focus": _part([math.exp((one.score - best) / _TEMPERATURE) for one in nearest], own),
        "prominence": best - nearest[-1].score,
        "share": _part([1 / rank for rank in range(1, len(nearest) + 1)], own),
    }


def _part(weights: Sequence[float], own: Sequence[bool]) -> float:
    return sum(w for w, mine in zip(weights, own, strict=True) if mine) / sum(weights)


def probability(calibration: Calibration, features: Evidence) -> float:
    """Return the calibrated probability in (0, 1) that an answer would be supported."""
    if features.dense is None:
        weights = calibration.linked
    else:
        weights = calibration.retrieved if features.link else calibration.unlinked
    total = weights.get("bias", 0.0)
    for name, weight in weights.items():
        value = getattr(features, name, None)
        if value is not None:
            total += weight * value
    return 1 / (1 + math.exp(-total))
