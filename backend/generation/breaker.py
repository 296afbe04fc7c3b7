"""Leaves a model alone that fails again and again, and finds out by itself when it is back.

closed ── failures in a row ──▶ open ── its time is over ──▶ half-open: one probe at a time
   ▲                              ▲                              │
   └──────── it gets text ────────┼──────────────────────────────┤
                                  └─ it fails: twice the time ───┘
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from backend.errors import GenerationPaused

State = Literal["closed", "open", "half_open"]


@dataclass(frozen=True, slots=True)
class Ticket:
    """A request that was let through: in which period of the breaker, and whether to find out."""

    period: int
    is_probe: bool


class Breaker:
    """Opens after ``failures`` in a row, for ``seconds`` doubling up to ``most_seconds``.

    The time begins anew with the first answer that is complete.
    Every ticket is given back once, by ``succeeded``, ``failed`` or ``abandoned``. One that was
    given out before the breaker changed its state tells nothing any more and is ignored.
    """

    def __init__(
        self,
        *,
        failures: int,
        seconds: float,
        most_seconds: float,
        clock: Callable[[], float],
    ) -> None:
        self._most_failures = failures
        self._first_seconds = seconds
        self._most_seconds = most_seconds
        self._clock = clock
        self._failures = 0
        self._period = 0
        self._pause_seconds = 0.0
        self._open_until: float | None = None
        self._probing = False
        self._reason = ""

    @property
    def state(self) -> State:
        if self._open_until is None:
            return "closed"
        return "open" if self._clock() < self._open_until else "half_open"

    @property
    def reason(self) -> str:
        """The latest failure of the model, counted or not; "" since the latest success."""
        return self._reason

    def check(self) -> None:
        """Raise GenerationPaused while nobody would be let through."""
        if self.state == "open" or self._probing:
            raise GenerationPaused(f"模型接口暂停使用：{self._reason}")

    def enter(self) -> Ticket:
        """Let one request through; raises GenerationPaused."""
        self.check()
        self._probing = self.state == "half_open"
        return Ticket(self._period, self._probing)

    def begun(self, ticket: Ticket) -> Ticket:
        """Take note that text has come, and return the ticket for the rest of the answer.

        That of a probe closes the breaker: others need not wait for the end of its answer.
        """
        if ticket.period != self._period or not ticket.is_probe:
            return ticket
        self._change(None)
        return Ticket(self._period, is_probe=False)

    def succeeded(self, ticket: Ticket) -> None:
        """Take note of a good answer: it closes the breaker and ends the row of failures."""
        if ticket.period != self._period:
            return
        self._failures = 0
        self._reason = ""
        self._pause_seconds = 0.0
        if ticket.is_probe:
            self._change(None)

    def failed(self, ticket: Ticket, reason: str) -> None:
        """Take note of a failure; ``reason`` is a Chinese sentence for the operator."""
        if ticket.period != self._period:
            return
        self._reason = reason
        self._failures += 1
        if ticket.is_probe or self._failures >= self._most_failures:
            doubled = max(self._first_seconds, 2 * self._pause_seconds)
            self._pause_seconds = min(doubled, self._most_seconds)
            self._change(self._clock() + self._pause_seconds)

    def abandoned(self, ticket: Ticket, reason: str = "") -> None:
        """Take note that a request ended without telling anything of what becomes of others.

        ``reason``, where there is one, is what the operator should know of it.
        """
        if ticket.period != self._period:
            return
        self._reason = reason or self._reason
        if ticket.is_probe:
            self._probing = False

    def _change(self, open_until: float | None) -> None:
        self._open_until = open_until
        self._probing = False
        self._failures = 0
        self._period += 1
