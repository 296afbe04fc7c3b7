"""All questions that can be asked: the bank, and what the generators can draw."""

import random
import re
from collections.abc import Collection, Mapping, Sequence

from backend.questions.bank import Bank
from backend.questions.generators.frame import Generator, generate
from backend.questions.question import OptionKey, Question

_GENERATED = re.compile(r"gen\.([a-z0-9-]+)\.v(\d+):(\d{1,9})")
_SEEDS = 1_000_000
_DRAWS = 12

KeyChanges = Mapping[tuple[str, str], OptionKey | None]
"""The changed key of (question id, text fingerprint); None when the question is retracted.

A change is a decision about one text: when the author rewrites the question in the bank, with its
options perhaps in another order, the key that is written there holds again.
"""


class Catalogue:
    """Finds a question on a point, fresh for whoever gets it."""

    def __init__(self, bank: Bank, generators: Sequence[Generator]) -> None:
        self._bank = bank
        self._generators = {generator.name: generator for generator in generators}
        self._written: dict[str, list[Question]] = {}
        for question in bank.questions.values():
            self._written.setdefault(question.point, []).append(question)
        self._drawn: dict[str, list[Generator]] = {}
        for generator in generators:
            for point in generator.points:
                self._drawn.setdefault(point, []).append(generator)

    @property
    def points(self) -> frozenset[str]:
        """The outline points that there are questions on."""
        return frozenset(self._written) | frozenset(self._drawn)

    @property
    def written(self) -> int:
        """How many questions of the bank count."""
        return len(self._bank.questions)

    @property
    def kinds(self) -> int:
        """How many kinds of questions can be generated."""
        return len(self._generators)

    def get(self, question_id: str) -> Question | None:
        """Return the question of an id; a generated one only in its present version."""
        if question_id in self._bank.written:
            return self._bank.written[question_id]
        match = _GENERATED.fullmatch(question_id)
        generator = self._generators.get(match[1]) if match else None
        if match is None or generator is None or int(match[2]) != generator.version:
            return None
        return generate(generator, int(match[3]))

    def pick(
        self,
        point: str,
        chance: random.Random,
        *,
        avoid: Collection[str] = (),
        level: float | None = None,
        changes: KeyChanges | None = None,
    ) -> Question | None:
        """Choose a question on ``point`` that is not in ``avoid``, near ``level`` (1 to 5).

        Half of the time a written one when there is one left. Those that are withheld are left
        out. None when nothing is left.
        """
        changes = changes or {}
        written = [
            question
            for question in self._written.get(point, ())
            if question.id not in avoid and not is_withheld(question, changes)
        ]
        drawn = self._draw(point, chance, avoid, changes)
        if written and drawn:
            written, drawn = (written, []) if chance.random() < 0.5 else ([], drawn)
        pool = written or drawn
        return _near(pool, level, chance) if pool else None

    def _draw(
        self, point: str, chance: random.Random, avoid: Collection[str], changes: KeyChanges
    ) -> list[Question]:
        """Draw until a few questions have ``point`` as their main one."""
        generators = self._drawn.get(point, [])
        found: list[Question] = []
        for _ in range(_DRAWS if generators else 0):
            question = generate(chance.choice(generators), chance.randrange(_SEEDS))
            if question.point != point or question.id in avoid:
                continue
            if not is_withheld(question, changes):
                found.append(question)
            if len(found) == 3:
                break
        return found


def is_withheld(question: Question, changes: KeyChanges) -> bool:
    """Whether a question waits for its author: retracted, or its reasons argue for another key."""
    key = changes.get((question.id, question.text_fingerprint), question.answer)
    return key != question.answer


def _near(pool: Sequence[Question], level: float | None, chance: random.Random) -> Question:
    if level is None:
        return chance.choice(pool)
    best = min(abs(question.difficulty - level) for question in pool)
    return chance.choice([q for q in pool if abs(q.difficulty - level) <= best + 0.5])
