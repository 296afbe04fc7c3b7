"""Reference strings that are worth asking about."""

import random
from collections.abc import Callable, Sequence

from backend.questions.generators.page_counts import replaced
from backend.questions.generators.page_mistakes import mistaken_runs, run_of
from backend.questions.solvers.page_replacement import PageAlgorithm, PageRun, PageTask

_MAX_DRAWS = 100
# Strings on which FIFO faults more often with 4 frames than with 3 (Belady's anomaly), pages
# numbered by first appearance; the tests recheck each.
BELADY_PATTERNS = (
    "012301401234",
    "0123010401234",
    "0123014012324",
    "0123014012343",
    "0123014101234",
    "0123031401234",
    "0123412012340",
    "0102301401234",
    "0120301401234",
    "0121301401234",
    "0123013401234",
    "0123014012340",
    "0123014012434",
    "0123014021234",
    "0123101401234",
    "0123201401234",
)


def _references(chance: random.Random, length: int) -> tuple[int, ...]:
    """Draw a string with some locality, no page twice in a row and no a b a b."""
    pages = chance.sample(range(8), chance.choice((5, 5, 6)))
    drawn: list[int] = []
    while len(drawn) < length:
        near = [page for page in drawn[-4:-1] if page != drawn[-1]]
        page = chance.choice(near if near and chance.random() < 0.4 else pages)
        seesaw = len(drawn) > 2 and page == drawn[-2] and drawn[-1] == drawn[-3]
        if page not in drawn[-1:] and not seesaw:
            drawn.append(page)
    return tuple(drawn)


def telling_run(
    algorithm: PageAlgorithm,
    chance: random.Random,
    lengths: Sequence[int],
    fits: Callable[[PageRun], bool] = lambda _: True,
    frames: Sequence[int] = (3, 3, 4),
) -> PageRun:
    """Draw a task that fits and on which the most typical mistake changes the number of faults.

    After many draws any that fits will do: a draft whose mistakes change nothing is thrown away
    anyhow.
    """
    draws = 0
    while True:
        draws += 1
        references = _references(chance, chance.choice(lengths))
        run = run_of(PageTask(algorithm, chance.choice(frames), references))
        if run.hits < 2 or replaced(run) < 3 or not fits(run):
            continue
        _, _, mistaken = next(mistaken_runs(run.task))
        if mistaken.faults != run.faults or draws >= _MAX_DRAWS:
            return run
