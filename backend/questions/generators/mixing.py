"""Which of the mistakes become options: the typical ones, each as often as the others."""

import random
from dataclasses import replace

from backend.questions.generators.frame import Draft

_TYPICAL = 5


def mixed(draft: Draft, chance: random.Random, typical: int = _TYPICAL) -> Draft:
    """Put the first ``typical`` distractors in any order; the others stay behind them.

    With a fixed order the same three mistakes would stand beside the key again and again, and its
    rank among the numbers would give it away.
    """
    first, others = list(draft.distractors[:typical]), draft.distractors[typical:]
    chance.shuffle(first)
    return replace(draft, distractors=(*first, *others))
