"""What every generator must keep to, with its own oracle, over 500 seeds."""

import random
from collections.abc import Callable

from backend.knowledge.concepts import FORBIDDEN_MARKUP
from backend.questions.generators.frame import Draft, Generator, generate
from backend.questions.question import OPTION_KEYS, Question
from tests.unit.knowledge.shipped import shipped_library

SEEDS = range(500)


def questions(generator: Generator) -> list[Question]:
    return [generate(generator, seed) for seed in SEEDS]


def drafts(generator: Generator) -> list[Draft]:
    """Give a draft for each seed, as the frame would draw its first one."""
    return [generator.draft(random.Random(f"draft {seed}")) for seed in SEEDS]


def check(generator: Generator, answer_of: Callable[[Question], str]) -> None:
    """Fail unless all questions are well made and their keys are what ``answer_of`` says.

    ``answer_of`` reads the stem and computes the answer as it stands in the option, without using
    the generator or its solver.
    """
    library = shipped_library()
    stems = set()
    for question in questions(generator):
        where = f"{question.id}\n{question.stem}\n{dict(question.options)}"
        assert tuple(question.options) == OPTION_KEYS, where
        assert len({text.strip() for text in question.options.values()}) == 4, where
        assert question.options[question.answer] == answer_of(question), where
        assert set(question.why) == set(OPTION_KEYS), where
        assert all(why.strip() for why in question.why.values()), where
        assert question.point in generator.points, where
        assert all(point in library.outline.points for point in question.points), where
        assert all(concept in library.concepts for concept in question.source), where
        assert 1 <= question.difficulty <= 5, where
        assert question.convention.strip(), where
        assert question.steps, where
        assert len(question.stem) <= 600, where
        assert all(len(option) <= 60 for option in question.options.values()), where
        for text in (question.stem, question.convention, *question.steps, *question.why.values()):
            for name, pattern in FORBIDDEN_MARKUP.items():
                assert not pattern.search(text), f"{name}: {where}"
        stems.add(question.stem)
    assert len(stems) > len(SEEDS) // 2, f"only {len(stems)} different stems"
    assert generate(generator, 7) == generate(generator, 7)
    keys = [generate(generator, seed).answer for seed in SEEDS]
    assert min(keys.count(key) for key in OPTION_KEYS) > len(SEEDS) // 8, (
        "the key's place is biased"
    )
