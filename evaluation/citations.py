"""How well the citation check finds what a model wrote without support: ``citations.jsonl``."""

import json
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from backend.answering.grounding.checker import Checker, Finding
from evaluation.dataset import DatasetInvalid, Split

SHIPPED = Path(__file__).parent / "data" / "citations.jsonl"

PlantedKind = Literal["unsupported", "number", "citation", "reversed"]
KINDS: tuple[PlantedKind, ...] = get_args(PlantedKind)


class Planted(BaseModel):
    """A sentence of the answer that its sources do not support, and how it is wrong."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sentence: str
    kind: PlantedKind


class ConstructedAnswer(BaseModel):
    """A question, numbered sources, an answer that cites them, and what is wrong in it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    split: Split
    question: str
    sources: tuple[str, ...]
    answer: str
    planted: tuple[Planted, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """An answer with its findings; ``kinds[i]`` is how sentence i is wrong, or None.

    ``elapsed_ms`` is the processor time of the whole check, of sources that were read before.
    """

    answer: ConstructedAnswer
    findings: tuple[Finding, ...]
    kinds: tuple[PlantedKind | None, ...]
    elapsed_ms: float


@dataclass(frozen=True, slots=True)
class Detection:
    """How many were found rightly, found wrongly, and missed."""

    hits: int
    false_alarms: int
    missed: int

    @property
    def precision(self) -> float:
        found = self.hits + self.false_alarms
        return self.hits / found if found else 0.0

    @property
    def recall(self) -> float:
        wrong = self.hits + self.missed
        return self.hits / wrong if wrong else 0.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def load_answers(path: Path = SHIPPED) -> list[ConstructedAnswer]:
    """Read a JSONL file of constructed answers; DatasetInvalid names the first bad line."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DatasetInvalid(f"标注文件 {path} 读不出来（{error}）") from error
    answers: list[ConstructedAnswer] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            answer = ConstructedAnswer.model_validate(json.loads(line))
        except (ValueError, ValidationError) as error:
            raise DatasetInvalid(f"{path} 第 {number} 行不对：{error}") from error
        for planted in answer.planted:
            if planted.sentence not in answer.answer:
                raise DatasetInvalid(
                    f"{path} 第 {number} 行不对：回答里没有这一句“{planted.sentence}”"
                )
        answers.append(answer)
    if not answers:
        raise DatasetInvalid(f"标注文件 {path} 里没有回答")
    return answers


def check_all(checker: Checker, answers: Sequence[ConstructedAnswer]) -> list[Checked]:
    """Check every answer and say which of its sentences are wrong."""
    return [_checked(checker, answer) for answer in answers]


def by_sentence(checked: Sequence[Checked]) -> Detection:
    """Return how well wrong sentences are told from right ones."""
    counts = Counter(
        (bool(finding.problem), kind is not None)
        for one in checked
        for finding, kind in zip(one.findings, one.kinds, strict=True)
    )
    return Detection(counts[True, True], counts[True, False], counts[False, True])


def by_answer(checked: Sequence[Checked]) -> Detection:
    """Return how well answers with a wrong sentence are told from those without."""
    counts = Counter(
        (any(f.problem for f in one.findings), any(kind is not None for kind in one.kinds))
        for one in checked
    )
    return Detection(counts[True, True], counts[True, False], counts[False, True])


def recall_by_kind(checked: Sequence[Checked]) -> dict[PlantedKind, tuple[int, int]]:
    """Return, for each kind of wrong sentence, how many were found and how many there are."""
    table: dict[PlantedKind, list[bool]] = defaultdict(list)
    for one in checked:
        for finding, kind in zip(one.findings, one.kinds, strict=True):
            if kind is not None:
                table[kind].append(bool(finding.problem))
    return {kind: (sum(table[kind]), len(table[kind])) for kind in KINDS if table[kind]}


def milliseconds_a_sentence(checked: Sequence[Checked]) -> list[float]:
    """Return the time that each answer took for each of its sentences, in ascending order."""
    return sorted(one.elapsed_ms / max(len(one.findings), 1) for one in checked)


def _checked(checker: Checker, answer: ConstructedAnswer) -> Checked:
    checker.check(answer.answer, answer.sources, answer.question)  # so that the sources are read
    started = time.thread_time()
    findings = checker.check(answer.answer, answer.sources, answer.question)
    elapsed_ms = (time.thread_time() - started) * 1000
    return Checked(answer, findings, kinds_of(answer, findings), elapsed_ms)


def kinds_of(
    answer: ConstructedAnswer, findings: Sequence[Finding]
) -> tuple[PlantedKind | None, ...]:
    """Lay the planted sentences over those of the checker, which may divide the text otherwise.

    A planted sentence of which the checker makes several counts as found when any of them is:
    it stands on the first that has a problem, or else on the first of them.
    """
    kinds: list[PlantedKind | None] = [None] * len(findings)
    for planted in answer.planted:
        start = answer.answer.index(planted.sentence)
        end = start + len(planted.sentence)
        touched: list[int] = []
        position = 0
        for i, finding in enumerate(findings):
            middle = position + len(finding.text) / 2
            overlap = min(end, position + len(finding.text)) - max(start, position)
            if overlap > 0 and (start <= middle < end or overlap == end - start):
                touched.append(i)
            position += len(finding.text)
        flagged = [i for i in touched if findings[i].problem]
        kinds[(flagged or touched)[0]] = planted.kind
    return tuple(kinds)
