"""Fit the weights of the citation check on the development half and the tuning answers."""

import zlib
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from backend.answering.grounding.checker import Checker, Finding
from backend.answering.grounding.sentences import split_sentences
from backend.answering.grounding.support import Features, Weights
from backend.knowledge.library import Library
from evaluation.citations import SHIPPED, ConstructedAnswer, kinds_of

TUNING = SHIPPED.with_name("citations-tuning.jsonl")

_FOLDS = 10
_PENALTIES = (0.1, 0.3, 1.0, 3.0)
_STEPS = 50
# Coverage cannot tell what is said the other way round, or with another number.
_UNSEEN = ("reversed", "number")

_Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sample:
    """A sentence that no rule of the check rejects; ``fold`` is that of its answer."""

    features: Features
    unsupported: bool
    fold: int


@dataclass(frozen=True, slots=True)
class Fitted:
    """The weights with what the cross-validation said of them."""

    weights: Weights
    penalty: float
    log_loss: float
    f1: float
    samples: int
    unsupported: int


def collect(library: Library, answers: Sequence[ConstructedAnswer]) -> list[Sample]:
    """Return the sentences of ``answers`` that only the weights can judge."""
    measured: list[Features] = []

    def accept(features: Features) -> bool:
        measured.append(features)
        return False

    checker = Checker(library, accept)
    samples: list[Sample] = []
    for answer in answers:
        findings: list[Finding] = []
        weighed: list[Features | None] = []
        for sentence in split_sentences(answer.answer):
            measured.clear()
            findings.append(
                checker.check_sentence(sentence, answer.sources, answer.question, findings)
            )
            weighed.append(measured[-1] if measured else None)
        fold = zlib.crc32(answer.id.encode()) % _FOLDS
        for features, kind in zip(weighed, kinds_of(answer, findings), strict=True):
            if features is not None and kind not in _UNSEEN:
                samples.append(Sample(features, kind is not None, fold))
    return samples


def fit(samples: Sequence[Sample]) -> Fitted:
    """Return the weights of the penalty with the least loss, cross-validated by answer.

    The threshold is that of the best F1 on the held-out folds; the weights are of all samples.
    """
    x = np.array([(1.0, *astuple(sample.features)) for sample in samples])
    y = np.array([sample.unsupported for sample in samples], dtype=np.float64)
    folds = np.array([sample.fold for sample in samples])
    losses = {penalty: _losses(_held_out(x, y, folds, penalty), y) for penalty in _PENALTIES}
    penalty = min(losses, key=lambda one: float(losses[one].mean()))
    threshold, f1 = _best_threshold(_held_out(x, y, folds, penalty), y)
    bias, *weights = (round(float(value), 3) for value in _regression(x, y, penalty))
    return Fitted(
        Weights(bias=bias, weights=Features(*weights), threshold=threshold),
        penalty,
        float(losses[penalty].mean()),
        f1,
        len(samples),
        int(y.sum()),
    )


def write_weights(path: Path, weights: Weights) -> None:
    """Write ``weights`` where the checker reads them."""
    path.write_text(weights.model_dump_json(indent=2) + "\n", "utf-8")


def _regression(x: _Vector, y: _Vector, penalty: float) -> _Vector:
    """Return the coefficients of a ridge logistic regression by Newton's method; 0 is the bias."""
    ridge = np.full(x.shape[1], penalty)
    ridge[0] = 1e-6
    w = np.zeros(x.shape[1])
    for _ in range(_STEPS):
        p = _sigmoid(x @ w)
        hessian = (x.T * (p * (1 - p))) @ x + np.diag(ridge)
        w = w + np.linalg.solve(hessian, x.T @ (y - p) - ridge * w)
    return w


def _held_out(x: _Vector, y: _Vector, folds: NDArray[np.int_], penalty: float) -> _Vector:
    """Return for each sample the probability by the weights of the other folds."""
    p = np.zeros(len(y))
    for fold in np.unique(folds):
        held = folds == fold
        p[held] = _sigmoid(x[held] @ _regression(x[~held], y[~held], penalty))
    return p


def _sigmoid(z: _Vector) -> _Vector:
    return 1 / (1 + np.exp(-z))


def _losses(p: _Vector, y: _Vector) -> _Vector:
    """Return the log loss of each sample."""
    p = np.clip(p, 1e-9, 1 - 1e-9)
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


def _best_threshold(p: _Vector, y: _Vector) -> tuple[float, float]:
    """Return the threshold, of two decimals, with the best F1, and that F1."""

    def f1(threshold: float) -> float:
        found = p >= threshold
        return float(2 * y[found].sum() / max(found.sum() + y.sum(), 1))

    grid = [step / 100 for step in range(5, 96)]
    best = max(grid, key=f1)
    return best, f1(best)
