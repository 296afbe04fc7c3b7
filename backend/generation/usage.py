"""What became of each request, for whoever counts: one value, and the counts of the day."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, get_args

from backend.errors import (
    GenerationBusy,
    GenerationNonsense,
    GenerationPaused,
    GenerationTimeout,
    GenerationUnreachable,
)
from backend.generation.ports import Usage

Outcome = Literal[
    "answered",
    "busy",
    "paused",
    "timeout",
    "unreachable",
    "refused",
    "nonsense",
    "rejected",
    "cancelled",
]
"""``answered`` to its end; ``rejected`` half-way by the reader, whom the text did not satisfy;
``cancelled`` with whoever asked. After any but the first the card answers."""

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. ``first_token_seconds`` counts from when its place was free; None: none came."""

    outcome: Outcome
    queue_seconds: float
    first_token_seconds: float | None
    total_seconds: float
    usage: Usage | None
    retried: bool


Observer = Callable[[Asked], None]


def outcome_of(error: BaseException | None) -> Outcome:
    """Return the outcome of a request that ended by ``error``."""
    match error:
        case None:
            return "answered"
        case GenerationBusy():
            return "busy"
        case GenerationPaused():
            return "paused"
        case GenerationTimeout():
            return "timeout"
        case GenerationUnreachable():
            return "unreachable"
        case GenerationNonsense():
            return "nonsense"
        case GeneratorExit():
            return "rejected"
        case Exception():
            return "refused"
        case _:
            return "cancelled"


class DailyUsage:
    """Counts of the day that ``now`` gives, by its own time zone; a new day begins at zero."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._day: date | None = None
        self._outcomes: Counter[Outcome] = Counter()
        self._tokens = 0

    def note(self, asked: Asked) -> None:
        """Count one request."""
        self._turn_the_page()
        self._outcomes[asked.outcome] += 1
        if asked.usage is not None:
            self._tokens += asked.usage.prompt_tokens + asked.usage.completion_tokens

    def today(self) -> dict[str, int]:
        """Return ``tokens`` and the number of requests by outcome, without those that are zero."""
        self._turn_the_page()
        return {"tokens": self._tokens, **{name: n for name, n in self._outcomes.items() if n}}

    def _turn_the_page(self) -> None:
        day = self._now().date()
        if day != self._day:
            self._day, self._outcomes, self._tokens = day, Counter(), 0
