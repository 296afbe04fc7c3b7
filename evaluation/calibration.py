"""Fit the weights and lines of the decision on the development half of the labelled messages."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from backend.answering.answer import Answer
from backend.answering.answerer import ABOUT_A_POINT, Answerer
from backend.answering.decision import Calibration, Evidence, evidence, probability
from backend.conversation.turns import Turn
from evaluation.dataset import DatasetInvalid, LabelledMessage

_LINKED = ("link", "coverage", "unexplained", "inherited", "everyday")
_READ = ("unexplained", "everyday")
PASSAGES = ("dense", "margin", "focus", "prominence", "share")
"""What the nearest passages tell the decision."""

# A wrong answer costs a student most, a wrong refusal half; asking back costs a turn, right or not.
_COST_WRONG_ANSWER, _COST_WRONG_REFUSAL, _COST_ASK, _COST_IDLE_ASK = 5.0, 2.5, 1.2, 1.0

Sample = tuple[Evidence, bool]
"""The evidence for one concept, and whether answering with it would be right."""


@dataclass(frozen=True, slots=True)
class Case:
    """One message: the sample of its links alone, and of each concept in question with passages."""

    linked: Sample | None
    candidates: tuple[Sample, ...]


async def collect(answerer: Answerer, messages: Sequence[LabelledMessage]) -> list[Case]:
    """Return the cases of all messages that these models decide."""
    cases = [await _case(answerer, message) for message in messages]
    return [case for case in cases if case is not None]


async def _case(answerer: Answerer, message: LabelledMessage) -> Case | None:
    now = datetime.now().astimezone()
    history = await history_of(answerer, message, now)
    judged = await answerer.judge(message.text, history, now)
    reading = judged.reading
    only_points = judged.linked is None and bool(reading.topics)
    outside = only_points and reading.coverage >= ABOUT_A_POINT
    if judged.found is None or reading.comparing or reading.vague or outside:
        return None

    def right(concept_id: str) -> bool:
        return message.decision == "answer" and concept_id in message.concepts

    ids = dict.fromkeys(c.id for c in (judged.linked, judged.best) if c is not None)
    candidates = tuple((evidence(reading, judged.found, i), right(i)) for i in ids)
    if judged.linked is None:
        return Case(None, candidates)
    alone = evidence(reading, None, judged.linked.id)
    return Case((alone, right(judged.linked.id)), candidates)


async def history_of(answerer: Answerer, message: LabelledMessage, now: datetime) -> list[Turn]:
    """Answer the earlier messages in turn; return the dialogue that ``message`` goes on from."""
    history: list[Turn] = []
    for text in message.history:
        history += _turns(text, await answerer.answer(text, history, now), now)
    return history


def _turns(text: str, answer: Answer, now: datetime) -> tuple[Turn, Turn]:
    """Return the two turns that remember ``answer``, with what the next reading looks at."""
    return (
        Turn("user", text, now),
        Turn(
            "assistant",
            "",
            now,
            concepts=answer.concepts,
            aspect=answer.aspect,
            decision=answer.verdict,
            choices=tuple(c.id for c in answer.candidates),
        ),
    )


def fit(cases: Sequence[Case], passages: Sequence[str] = PASSAGES) -> Calibration:
    """Fit the three logistic models, then choose the lines that cost least on the same cases.

    ``passages`` are the features of retrieval to fit, by the names in ``Evidence``.
    """
    linked = [case.linked for case in cases if case.linked is not None]
    with_passages = [c for case in cases for c in case.candidates if c[0].link]
    # Where the link is right, the best other concept teaches nothing about messages without one.
    unlinked = [
        candidate
        for case in cases
        if case.linked is None or not case.linked[1]
        for candidate in case.candidates
        if not candidate[0].link
    ]
    calibration = Calibration(
        linked=_weights(linked, _LINKED),
        retrieved=_weights(with_passages, (*_LINKED, *passages)),
        unlinked=_weights(unlinked, (*_READ, *passages)),
    )
    return _with_lines(calibration, cases)


def _weights(samples: Sequence[Sample], names: Sequence[str]) -> dict[str, float]:
    from sklearn.linear_model import LogisticRegression  # pyright: ignore[reportMissingTypeStubs]

    if len({right for _, right in samples}) < 2:
        raise DatasetInvalid("标注的消息太少，拟合不出判定参数：每一类都要有答对的和答错的")
    rows = np.array([[getattr(features, name) for name in names] for features, _ in samples])
    # Regularised in units of their spread, which differs with the embedder.
    spread = rows.std(axis=0)
    spread[spread == 0] = 1.0
    model: Any = LogisticRegression(C=1.0, max_iter=5000)
    model.fit(rows / spread, [right for _, right in samples])
    fitted = [float(weight) for weight in model.coef_[0] / spread]
    weights = {name: round(weight, 3) for name, weight in zip(names, fitted, strict=True)}
    return {"bias": round(float(model.intercept_[0]), 3), **weights}


def _with_lines(calibration: Calibration, cases: Sequence[Case]) -> Calibration:
    judged = _judged(calibration, cases)
    grid = [n / 100 for n in range(10, 96, 5)]
    best = min(
        ((ask, answer) for ask in grid for answer in grid if ask <= answer),
        key=lambda lines: sum(_cost(p, right, *lines) for p, right in judged),
    )
    return calibration.model_copy(update={"ask_back_line": best[0], "answer_line": best[1]})


def mean_cost(calibration: Calibration, cases: Sequence[Case]) -> float:
    """Return what the decisions on ``cases`` cost on average, in fifths of a wrong answer."""
    lines = calibration.ask_back_line, calibration.answer_line
    costs = [_cost(p, right, *lines) for p, right in _judged(calibration, cases)]
    return sum(costs) / len(costs)


def _judged(calibration: Calibration, cases: Sequence[Case]) -> list[tuple[float, bool]]:
    """Return the probability of the likeliest concept of each case, and whether it is right."""
    return [
        max((probability(calibration, features), right) for features, right in case.candidates)
        for case in cases
        if case.candidates
    ]


def _cost(p: float, right: bool, ask_back_line: float, answer_line: float) -> float:
    if p >= answer_line:
        return 0.0 if right else _COST_WRONG_ANSWER
    if p >= ask_back_line:
        return _COST_ASK if right else _COST_IDLE_ASK
    return _COST_WRONG_REFUSAL if right else 0.0


def describe(calibration: Calibration) -> dict[str, object]:
    """Return the calibration as plain JSON values."""
    return {
        "linked": dict(calibration.linked),
        "retrieved": dict(calibration.retrieved),
        "unlinked": dict(calibration.unlinked),
        "ask_back_line": calibration.ask_back_line,
        "answer_line": calibration.answer_line,
    }


def write_fitted(path: Path, embedder: str, calibration: Calibration) -> str:
    """Put the calibration into ``path`` under the embedder's name; return it as JSON.

    Those of other embedders stay; a file that does not hold any is written anew.
    """
    fitted = describe(calibration)
    try:
        known: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        known = {}
    kept = {
        name: value
        for name, value in dict(known).items()
        if isinstance(value, dict) and "linked" in value
    }
    text = json.dumps({**kept, embedder: fitted}, ensure_ascii=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8")
    return json.dumps(fitted, ensure_ascii=False, indent=2)
