"""How often the key of a numeric question is the smallest, the second, the third, the largest."""

import re
from collections import Counter, defaultdict
from fractions import Fraction

from backend.questions.generators.frame import generate

SEEDS = range(1200)
_LEAST_ASKED = 30


def number(value):
    found = re.fullmatch(r"(\d+(?:/\d+|\.\d+)?)(?:%| ?[^\d、/ ]+)?", value)
    return Fraction(found[1]) if found else None


def check_ranks(generator, kind_of, at_most=0.6):
    """Fail when one rank of the key is too common among questions of one kind.

    ``kind_of`` names the kind of a question; kinds with few questions or options other than
    numbers are passed over. Gives the kinds measured, for the caller to see that none is missing.
    """
    ranks = defaultdict(Counter)
    for seed in SEEDS:
        question = generate(generator, seed)
        values = [number(value) for value in question.options.values()]
        if None not in values and len(set(values)) == 4:
            key = number(question.options[question.answer])
            ranks[kind_of(question)][sorted(values).index(key)] += 1
    measured = {kind: seen for kind, seen in ranks.items() if seen.total() >= _LEAST_ASKED}
    for kind, seen in measured.items():
        assert max(seen.values()) <= at_most * seen.total(), (kind, seen)
    return set(measured)
