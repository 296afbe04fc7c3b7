"""Counters of the learning loop: pushes, answers, pictures; and what the process is at.

Each counter stands around the real thing and has its interface, so that nothing inside knows of
Prometheus. Labels have few values and name nobody.
"""

import asyncio
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge

from backend.errors import RecordUnavailable
from backend.learning.attempts import Attempts
from backend.learning.database import Database
from backend.learning.ledger import Delivery, Ledger, State
from backend.learning.values import Asking, Identity, Outcome
from backend.questions.question import OptionKey
from bot.rendering.outgoing import Painter
from plugins.drawing import Drawing


@dataclass(frozen=True, slots=True)
class LearningMetrics:
    """``pushes`` by (kind, state), ``answers`` by (kind, outcome)."""

    pushes: Counter
    answers: Counter


def learning_metrics(registry: CollectorRegistry) -> LearningMetrics:
    """Register the counters of the record, at zero."""
    return LearningMetrics(
        Counter(
            "assistant408_pushes",
            "Pushes by kind (question, reveal, extra, reminder) and what became of a try",
            ["kind", "state"],
            registry=registry,
        ),
        Counter(
            "assistant408_answers",
            "Answers by kind of question and outcome (recorded, late, repeated, failed)",
            ["kind", "outcome"],
            registry=registry,
        ),
    )


def watch_tasks(registry: CollectorRegistry) -> None:
    """Show how many tasks the event loop has: a number that only grows is a leak."""
    tasks = Gauge("assistant408_tasks", "Tasks of the event loop", registry=registry)
    tasks.set_function(lambda: len(asyncio.all_tasks()))


class CountedLedger(Ledger):
    """The ledger, counting each state that a push comes to; one may fail before it is confirmed."""

    def __init__(self, database: Database, instance: str, pushes: Counter) -> None:
        super().__init__(database, instance)
        self._pushes = pushes

    async def skip(
        self, target: str, slot: str, day: date, due_at: datetime, reason: str, now: datetime
    ) -> bool:
        noted = await super().skip(target, slot, day, due_at, reason, now)
        if noted:
            self._count(slot, "skipped")
        return noted

    async def confirmed(self, row: Delivery, now: datetime, reason: str = "") -> Delivery:
        return self._counted(await super().confirmed(row, now, reason))

    async def unknown(self, row: Delivery, reason: str, now: datetime) -> Delivery:
        return self._counted(await super().unknown(row, reason, now))

    async def failed(
        self, row: Delivery, reason: str, now: datetime, next_try_at: datetime
    ) -> Delivery:
        return self._counted(await super().failed(row, reason, now, next_try_at))

    async def skipped(self, row: Delivery, reason: str, now: datetime) -> Delivery:
        return self._counted(await super().skipped(row, reason, now))

    def _counted(self, row: Delivery) -> Delivery:
        self._count(row.slot, row.state)
        return row

    def _count(self, slot: str, state: State) -> None:
        # Slots have a number or the time after their kind: question-1, extra-123000.
        self._pushes.labels(slot.partition("-")[0], state).inc()


class CountedAttempts(Attempts):
    """The log's writer, counting what became of each answer."""

    def __init__(self, database: Database, answers: Counter) -> None:
        super().__init__(database)
        self._answers = answers

    async def answer(
        self, asking: Asking, identity: Identity, shown: OptionKey, now: datetime
    ) -> Outcome:
        try:
            outcome = await super().answer(asking, identity, shown, now)
        except RecordUnavailable:
            self._answers.labels(asking.kind, "failed").inc()
            raise
        self._answers.labels(asking.kind, outcome.status).inc()
        return outcome


class CountedPainter:
    """A ``Painter`` that counts what was drawn and what was said in words instead."""

    def __init__(self, painter: Painter, registry: CollectorRegistry) -> None:
        self._painter = painter
        pictures = Counter(
            "assistant408_pictures",
            "Pictures drawn, and those that were said in words instead",
            ["result"],
            registry=registry,
        )
        self._drawn, self._failed = pictures.labels("drawn"), pictures.labels("failed")

    async def draw(self, drawing: Drawing) -> bytes | None:
        """Give the PNG of ``drawing``, None when it cannot be drawn now. Never raises."""
        picture = await self._painter.draw(drawing)
        counter: Any = self._failed if picture is None else self._drawn
        counter.inc()
        return picture
