"""Which of the mistakes become options where an answer has several parts, such as flags.

Mistakes that change one part each would leave the key as what most options have in every part.
"""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations

from backend.questions.generators.frame import Distractor, Draft

_WRONG = 3
_MOST = 12

Parts = Callable[[str], Sequence[str]]


def levelled(draft: Draft, chance: random.Random, parts: Parts) -> Draft:
    """Put three distractors first with which each part of the key stands in two of four options.

    ``parts`` splits a value; where no three are quite level, the most level ones are taken. Only
    the first twelve distinct distractors are tried.
    """
    values = {each.value: each for each in reversed(draft.distractors)}
    values.pop(draft.correct, None)
    distinct = [each for each in draft.distractors if values.get(each.value) is each]
    tried = distinct[:_MOST]
    chance.shuffle(tried)
    if len(tried) < _WRONG:  # the frame draws again
        return draft
    key = parts(draft.correct)
    first = min(combinations(tried, _WRONG), key=lambda three: _lean(key, three, parts))
    return replace(draft, distractors=(*first, *(d for d in draft.distractors if d not in first)))


def _lean(key: Sequence[str], wrong: Sequence[Distractor], parts: Parts) -> int:
    """How far the key's parts are from standing in two options, as the commonest others do."""
    columns = zip(key, *(parts(each.value) for each in wrong), strict=True)
    return sum(_lean_of(column) for column in columns)


def _lean_of(column: Sequence[str]) -> int:
    counts = Counter(column)
    own = counts.pop(column[0])
    # A part that no other option has would tell the key as well as one that all others have.
    return abs(own - max(counts.values(), default=0)) + (own == 1)
