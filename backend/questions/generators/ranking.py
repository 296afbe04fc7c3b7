"""Which of the mistakes become options of a numeric question, so that the key's rank tells nothing.

Most mistakes of one problem err to the same side: whoever replaces pages worse than OPT only gets
more faults. Taken by typicality alone, they would leave the key the smallest again and again.
"""

import random
import re
from dataclasses import replace
from fractions import Fraction

from backend.questions.generators.frame import Distractor, Draft

_NUMBER = re.compile(r"-?\d+(?:/\d+|\.\d+)?")
_OPTIONS = 3


def ranked(draft: Draft, chance: random.Random) -> Draft:
    """Put three distractors first that give the key a rank drawn from all that are possible.

    On each side of the key the more typical ones, which stand earlier, are preferred. Values are
    whole numbers, decimals or fractions with a unit behind; ValueError for any other.
    """
    key, distinct = _number(draft.correct), _distinct(draft)
    below = [wrong for wrong in distinct if _number(wrong.value) < key]
    above = [wrong for wrong in distinct if _number(wrong.value) > key]
    least, most = max(0, _OPTIONS - len(above)), min(_OPTIONS, len(below))
    if least > most:  # fewer than three in all: the frame draws again
        return draft
    rank = chance.randint(least, most)
    first = [*below[:rank], *above[: _OPTIONS - rank]]
    return replace(draft, distractors=(*first, *(d for d in draft.distractors if d not in first)))


def _distinct(draft: Draft) -> list[Distractor]:
    """Keep the first distractor of each value."""
    values: dict[str, Distractor] = {}
    for distractor in draft.distractors:
        values.setdefault(distractor.value, distractor)
    values.pop(draft.correct, None)
    return list(values.values())


def _number(value: str) -> Fraction:
    found = _NUMBER.match(value)
    if found is None:
        raise ValueError(f"{value!r} does not begin with a number")
    return Fraction(found[0])
