"""The names of mistakes, over all generators."""

import re

import pytest

from backend.questions.generators.registry import ALL
from tests.unit.questions.generators.checks import drafts


@pytest.mark.parametrize("generator", ALL, ids=lambda generator: generator.name)
def test_every_mistake_has_a_name_in_kebab_case(generator):
    names = {wrong.mistake for draft in drafts(generator) for wrong in draft.distractors}
    assert len(names) >= 3
    for name in names:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name), name
