"""Make a question of a seed: the same seed of the same version gives the same question for ever."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from backend.questions.question import OPTION_KEYS, OptionKey, Question

_MAX_DRAFTS = 200


@dataclass(frozen=True, slots=True)
class Distractor:
    """A wrong answer that a student really reaches.

    ``mistake`` names it in kebab-case (``forgets-first-load``), ``value`` is what stands in the
    option, ``why`` tells the student in one Chinese sentence what went wrong.
    """

    value: str
    mistake: str
    why: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A problem with its computed answer and the mistakes to choose from, most typical first.

    ``stem`` states everything that is given, ``convention`` the textbook convention that decides
    between readings (shown with the stem). ``steps`` is the way to ``correct``. A draft is thrown
    away when fewer than three distractors differ from ``correct`` and from each other.
    """

    points: tuple[str, ...]
    difficulty: int
    stem: str
    correct: str
    why_correct: str
    distractors: Sequence[Distractor]
    steps: tuple[str, ...]
    source: tuple[str, ...]
    convention: str = ""


class Generator(Protocol):
    """One kind of problem.

    ``version`` goes up whenever the same seed would give another question; ``points`` are all the
    outline points that its questions may have as their main one.
    """

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def points(self) -> tuple[str, ...]: ...

    def draft(self, chance: random.Random) -> Draft:
        """Draw one problem; every choice is made with ``chance``."""
        ...


class NoDraftFits(Exception):
    """A generator gave no draft with three distinct distractors: a defect of the generator."""


def generate(generator: Generator, seed: int) -> Question:
    """Make the question of ``seed``, 0 or more; its options stand in an order drawn from it."""
    for attempt in range(_MAX_DRAFTS):
        chance = random.Random(f"{generator.name} {generator.version} {seed} {attempt}")
        draft = generator.draft(chance)
        wrong = _distinct(draft)
        if len(wrong) >= len(OPTION_KEYS) - 1:
            return _question(generator, seed, draft, wrong[: len(OPTION_KEYS) - 1], chance)
    raise NoDraftFits(f"{generator.name} {seed}")


def question_id(generator: Generator, seed: int) -> str:
    """Name the question of ``seed``."""
    return f"gen.{generator.name}.v{generator.version}:{seed}"


def _distinct(draft: Draft) -> list[Distractor]:
    seen = {draft.correct}
    kept: list[Distractor] = []
    for distractor in draft.distractors:
        if distractor.value not in seen:
            seen.add(distractor.value)
            kept.append(distractor)
    return kept


def _question(
    generator: Generator,
    seed: int,
    draft: Draft,
    wrong: Sequence[Distractor],
    chance: random.Random,
) -> Question:
    choices = [(draft.correct, draft.why_correct), *((d.value, d.why) for d in wrong)]
    chance.shuffle(choices)
    options: dict[OptionKey, str] = {
        key: value for key, (value, _) in zip(OPTION_KEYS, choices, strict=True)
    }
    return Question(
        id=question_id(generator, seed),
        points=draft.points,
        difficulty=draft.difficulty,
        stem=draft.stem,
        options=options,
        answer=next(key for key in OPTION_KEYS if options[key] == draft.correct),
        why={key: why for key, (_, why) in zip(OPTION_KEYS, choices, strict=True)},
        source=draft.source,
        convention=draft.convention,
        steps=draft.steps,
    )
