"""What is counted in a run of page replacement, and how it is miscounted."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from backend.questions.solvers.page_replacement import PageRun

_Slip = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Count:
    """Something counted in a run: how it stands in an option and what is miscounted.

    ``slips`` gives the mistakes made with the right run: name, reason, value.
    """

    ask: str
    value: Callable[[PageRun], str]
    slips: Callable[[PageRun], tuple[_Slip, ...]]
    decisive: Callable[[PageRun], str]
    lengths: tuple[int, ...] = (10, 11, 12, 13, 14, 15)


def _times(count: int) -> str:
    return f"{count} 次"


def _percent(part: int, run: PageRun) -> str:
    return f"{float(Fraction(100 * part, len(run.steps))):g}%"


def replaced(run: PageRun) -> int:
    """Count the faults that drove a page out."""
    return sum(step.victim is not None for step in run.steps)


def _kinds(run: PageRun) -> int:
    return len(set(run.task.references))


def _totals(run: PageRun) -> str:
    return f"{len(run.steps)} 次访问中缺页 {run.faults} 次、命中 {run.hits} 次"


def _rate_decisive(run: PageRun) -> str:
    return f"{_totals(run)}，分母是总访问次数 {len(run.steps)}"


def _replaced_decisive(run: PageRun) -> str:
    return f"缺页 {run.faults} 次，其中前 {run.task.frames} 次装入空页框、不淘汰页"


NO_FIRST_LOAD = "没有把首次装入空页框算作缺页"
_OTHER_SIDE = "把命中和缺页弄反了"
_KINDS_ONLY = "只在每一页第一次出现时算缺页，没有算被淘汰后的再次调入"
COUNTS: tuple[Count, ...] = (
    Count(
        "整个过程共发生多少次缺页？",
        lambda run: _times(run.faults),
        lambda run: (
            ("forgets-first-load", NO_FIRST_LOAD, _times(run.faults - run.task.frames)),
            ("counts-only-new-pages", _KINDS_ONLY, _times(_kinds(run))),
            ("counts-hits", _OTHER_SIDE, _times(run.hits)),
            ("misses-one", "漏数了一次缺页", _times(run.faults - 1)),
        ),
        _totals,
    ),
    Count(
        "访问这一序列的缺页率是多少？",
        lambda run: _percent(run.faults, run),
        lambda run: (
            ("forgets-first-load", NO_FIRST_LOAD, _percent(run.faults - run.task.frames, run)),
            ("gives-hit-rate", "求成了命中率", _percent(run.hits, run)),
            ("counts-only-new-pages", _KINDS_ONLY, _percent(_kinds(run), run)),
            ("misses-one", "漏数了一次缺页", _percent(run.faults - 1, run)),
        ),
        _rate_decisive,
        (10, 16),
    ),
    Count(
        "访问这一序列的命中率是多少？",
        lambda run: _percent(run.hits, run),
        lambda run: (
            ("gives-fault-rate", "求成了缺页率", _percent(run.faults, run)),
            ("forgets-first-load", NO_FIRST_LOAD, _percent(run.hits + run.task.frames, run)),
            ("misses-one", "漏数了一次命中", _percent(run.hits - 1, run)),
        ),
        _rate_decisive,
        (10, 16),
    ),
    Count(
        "整个过程中，需要淘汰旧页才能装入新页的缺页有多少次？",
        lambda run: _times(replaced(run)),
        lambda run: (
            ("counts-every-fault", "把装入空页框的缺页也算了进去", _times(run.faults)),
            ("counts-hits", "数成了命中次数", _times(run.hits)),
            (
                "counts-only-new-pages",
                "只数了新页首次调入时的淘汰，没有算被淘汰后的再次调入",
                _times(_kinds(run) - run.task.frames),
            ),
            ("misses-one", "漏数了一次淘汰", _times(replaced(run) - 1)),
        ),
        _replaced_decisive,
    ),
)
