"""Fit the weights and lines of the decision on the development half of the labelled messages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from backend.answering.answerer import Answerer
from backend.answering.decision import Calibration, Evidence, evidence, probability
from backend.conversation.turns import Turn
from evaluation.answering import turns
from evaluation.dataset import LabelledMessage

_LINKED = ("link", "coverage", "unexplained", "inherited", "everyday")
_PASSAGES = ("dense", "lexical", "agreement", "dominance")
_RETRIEVED = (*_LINKED, *_PASSAGES)
_UNLINKED = ("unexplained", "everyday", *_PASSAGES)
# A wrong answer costs a student more than a question back, which costs more than a right refusal.
_COST_WRONG_ANSWER, _COST_ASK, _COST_WRONG_REFUSAL = 5.0, 1.0, 2.0

Sample = tuple[Evidence, bool]


async def collect(
    answerer: Answerer, messages: Sequence[LabelledMessage]
) -> tuple[list[Sample], list[Sample]]:
    """Return the samples for both models: evidence, and whether answering would be right."""
    linked: list[Sample] = []
    retrieved: list[Sample] = []
    now = datetime.now().astimezone()
    for message in messages:
        history: list[Turn] = []
        for text in message.history:
            history += turns(text, await answerer.answer(text, history, now), now)
        judged = await answerer.judge(message.text, history, now)
        if judged.found is None:
            continue

        def right(concept_id: str, wanted: LabelledMessage = message) -> bool:
            return wanted.decision == "answer" and concept_id in wanted.concepts

        if judged.linked is not None:
            concept = judged.linked.id
            linked.append((evidence(judged.reading, None, concept), right(concept)))
        for best in {c.id: c for c in (judged.linked, judged.best) if c is not None}:
            found = evidence(judged.reading, judged.found, best)
            retrieved.append((found, right(best)))
    return linked, retrieved


def fit(linked: Sequence[Sample], retrieved: Sequence[Sample]) -> Calibration:
    """Fit the three logistic models and choose the lines that cost least on the same samples."""
    calibration = Calibration(
        linked=_weights(linked, _LINKED),
        retrieved=_weights([s for s in retrieved if s[0].link], _RETRIEVED),
        unlinked=_weights([s for s in retrieved if not s[0].link], _UNLINKED),
    )
    return _with_lines(calibration, retrieved)


def _weights(samples: Sequence[Sample], names: Sequence[str]) -> dict[str, float]:
    from sklearn.linear_model import LogisticRegression  # pyright: ignore[reportMissingTypeStubs]

    rows = [[getattr(features, name) for name in names] for features, _ in samples]
    model: Any = LogisticRegression(C=3.0, max_iter=2000)
    model.fit(rows, [right for _, right in samples])
    fitted = [float(weight) for weight in model.coef_[0]]
    weights = {name: round(weight, 3) for name, weight in zip(names, fitted, strict=True)}
    return {"bias": round(float(model.intercept_[0]), 3), **weights}


def _with_lines(calibration: Calibration, samples: Sequence[Sample]) -> Calibration:
    judged = [(probability(calibration, features), right) for features, right in samples]
    grid = [n / 100 for n in range(10, 96, 5)]
    best = min(
        ((ask, answer) for ask in grid for answer in grid if ask <= answer),
        key=lambda lines: sum(_cost(p, right, *lines) for p, right in judged),
    )
    return calibration.model_copy(update={"ask_back_line": best[0], "answer_line": best[1]})


def _cost(p: float, right: bool, ask_back_line: float, answer_line: float) -> float:
    if p >= answer_line:
        return 0.0 if right else _COST_WRONG_ANSWER
    if p >= ask_back_line:
        return _COST_ASK
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
