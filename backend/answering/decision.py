"""Step 4: how sure it is that the material supports an answer, and what follows from that.

The probability is a logistic model over a few features (Platt scaling of linking and dense
evidence). Fused retrieval scores rank and never gate: on HuixiangDou's published group questions
they made refusal worse. Weights and lines are fitted by ``python -m evaluation calibrate`` and
travel with the knowledge base version; the defaults below are a first guess by hand, for a bot
without one (which then has links alone to go by).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.answering.reading import Understanding
from backend.errors import KnowledgeBaseCorrupt
from backend.retrieval.passages import Retrieval

Step = Literal["deny", "ask_back", "answer"]
_LEXICAL_SCALE = 10.0


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
            "lexical": 0.6,
            "agreement": 1.0,
        }
    )
    unlinked: Mapping[str, float] = Field(
        default_factory=lambda: {
            "bias": -3.0,
            "dense": 2.0,
            "lexical": 1.0,
            "agreement": 1.5,
            "dominance": 1.0,
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
    """The features of one decision; the last five are None when nothing was retrieved.

    ``dense`` alone is None when only words were searched; its weight then counts for nothing.
    """

    link: float
    coverage: float
    unexplained: float
    inherited: float
    everyday: float
    dense: float | None = None
    lexical: float | None = None
    density: float | None = None
    agreement: float | None = None
    dominance: float | None = None


def evidence(reading: Understanding, found: Retrieval | None, concept_id: str | None) -> Evidence:
    """Collect the features for answering ``reading`` with ``concept_id``.

    ``unexplained`` is in tens of characters, at most 1.5. ``lexical`` is log(1 + BM25 / 10),
    ``density`` BM25 a character of the message, at most 6. ``agreement`` is the share of the best
    three passages that belong to the concept, ``dominance`` its share of the sum of 1 / rank over
    all passages found.
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
    if found is None:
        return features
    best = found.hits[:3]
    agreeing = sum(hit.passage.concept_id == concept_id for hit in best)
    weight = sum(1 / hit.rank for hit in found.hits)
    own = sum(1 / hit.rank for hit in found.hits if hit.passage.concept_id == concept_id)
    return replace(
        features,
        dense=None if found.dense is None else max(found.dense, 0.0),
        lexical=math.log1p(found.lexical / _LEXICAL_SCALE),
        density=min(found.lexical / max(len(reading.focus), 4), 6.0),
        agreement=agreeing / len(best) if best else 0.0,
        dominance=own / weight if weight else 0.0,
    )


def probability(calibration: Calibration, features: Evidence) -> float:
    """Return the calibrated probability in (0, 1) that an answer would be supported."""
    if features.lexical is None:
        weights = calibration.linked
    else:
        weights = calibration.retrieved if features.link else calibration.unlinked
    total = weights.get("bias", 0.0)
    for name, weight in weights.items():
        value = getattr(features, name, None)
        if value is not None:
            total += weight * value
    return 1 / (1 + math.exp(-total))
