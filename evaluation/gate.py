"""Which features should the gate go by? Fitted on one half, judged on the other."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.answering.answer import Answer
from backend.answering.answerer import Answerer
from backend.answering.decision import Calibration
from evaluation.calibration import PASSAGES, collect, fit, history_of, mean_cost
from evaluation.dataset import LabelledMessage
from evaluation.scores import Outcome, refusal, wrong_answers

FEATURES: dict[str, tuple[str, ...]] = {
    "链接与向量（采用）": PASSAGES,
    "链接与最高相似度": ("dense",),
    "只有链接": (),
}


@dataclass(frozen=True, slots=True)
class GateRow:
    """How the gate decides with one set of features; counts are of messages.

    ``cost`` is the mean over what the models judge (see ``mean_cost``); ``decision`` and
    ``right`` count over all ``total`` messages.
    """

    features: str
    total: int
    decision: int
    right: int
    refusal_f1: float
    wrong_answers: int
    cost: float


async def ablation(
    with_calibration: Callable[[Calibration], Answerer],
    fitting: Sequence[LabelledMessage],
    judging: Sequence[LabelledMessage],
) -> list[GateRow]:
    """Fit and judge each set of features; commands never reach the gate and are left out."""
    first = with_calibration(Calibration())
    cases, held_back = await collect(first, fitting), await collect(first, judging)
    rows: list[GateRow] = []
    for name, passages in FEATURES.items():
        calibration = fit(cases, passages)
        answerer = with_calibration(calibration)
        outcomes = [await _outcome(answerer, m) for m in judging if m.decision != "command"]
        rows.append(
            GateRow(
                features=name,
                total=len(outcomes),
                decision=sum(o.decision_right for o in outcomes),
                right=sum(o.right for o in outcomes),
                refusal_f1=refusal(outcomes)[2],
                wrong_answers=wrong_answers(outcomes),
                cost=mean_cost(calibration, held_back),
            )
        )
    return rows


async def _outcome(answerer: Answerer, message: LabelledMessage) -> Outcome:
    now = datetime.now().astimezone()
    history = await history_of(answerer, message, now)
    started = time.perf_counter()
    answer = await answerer.answer(message.text, history, now)
    return Outcome(
        message=message,
        decision=_decision(answer),
        concepts=answer.concepts or tuple(c.id for c in answer.candidates),
        aspect=answer.aspect,
        confidence=answer.confidence,
        elapsed_ms=(time.perf_counter() - started) * 1000,
    )


def _decision(answer: Answer) -> str:
    """Name the verdict as the JSON interface does."""
    return "smalltalk" if answer.verdict in ("empty", "rejection") else answer.verdict
