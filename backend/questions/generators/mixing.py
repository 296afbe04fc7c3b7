"""Which of the mistakes become options: the typical ones, each as often as the others."""

import random
from dataclasses import replace

from backend.questions.generators.frame import Draft

_TYPICAL = 5


def mixed(draft: Draft, chance: random.Random) -> Draft:
    """Put the first five distractors in any order; the others stay behind them.

    With a fixed order the same three mistakes would stand beside the key again and again, and its
    rank among the numbers would give it away.
    """
    typical = list(draft.distractors[:_TYPICAL])
    chance.shuffle(typical)
    return replace(draft, distractors=(*typical, *draft.distractors[_TYPICAL:]))
