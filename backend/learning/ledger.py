"""The delivery ledger: exactly one push per target and slot of a day, whatever happens.

    (nothing) ─claim─▶ claimed ─sending─▶ sent ─▶ confirmed        the platform took it
                 ▲        │                 ├───▶ unknown          nobody knows: never sent again
                 │        ├─▶ skipped       └───▶ failed           certainly not delivered
                 └────────┴──────────────────────── │ ─ try again, while there is time

A row is unique by (target, slot, day); whoever inserts it, or moves it on from the version that it
read, owns the next step, and everyone else gives way. A claim holds for a lease: an instance that
dies before ``sending`` leaves a claim that another may take over, one that dies after it leaves a
row that becomes ``unknown`` when the lease is over.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from backend.learning.database import Database
from backend.learning.tables import deliveries

State = Literal["claimed", "sent", "confirmed", "failed", "skipped", "unknown"]

LEASE = timedelta(seconds=90)
"""Longer than the longest send may take, time-outs and parts included."""

INTERRUPTED = "发送途中程序中断，不知道发没发出去"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One row; ``tries`` counts the times that it was claimed."""

    id: int
    target: str
    slot: str
    day: date
    state: State
    reason: str
    due_at: datetime
    tries: int
    instance: str
    lease_until: datetime | None
    next_try_at: datetime | None
    asking_id: str | None
    version: int
    updated_at: datetime


class ClaimLost(Exception):
    """Another instance has taken the row over meanwhile: nothing may be sent."""


class Ledger:
    """The rows, as seen by one ``instance`` (a name of its own for each process)."""

    def __init__(self, database: Database, instance: str) -> None:
        self._database = database
        self._instance = instance

    async def claim(
        self, target: str, slot: str, day: date, due_at: datetime, now: datetime
    ) -> Delivery | None:
        """Take the push to be made; None when somebody has it, or it was settled.

        A row taken over keeps the reason of its last failure.
        """
        fresh = {
            "target": target,
            "slot": slot,
            "day": day,
            "due_at": due_at,
            "reason": "",
            "tries": 1,
            **self._claimed(now),
        }
        if await self._insert(fresh):
            return await self.find(target, slot, day)
        row = await self.find(target, slot, day)
        if row is None or not _can_take(row, now):
            return None
        try:
            return await self._move(row, now, tries=row.tries + 1, **self._claimed(now))
        except ClaimLost:
            return None

    async def skip(
        self, target: str, slot: str, day: date, due_at: datetime, reason: str, now: datetime
    ) -> bool:
        """Note that a push is not made, unless it has a row already; whether it was noted now."""
        return await self._insert(
            {
                "target": target,
                "slot": slot,
                "day": day,
                "due_at": due_at,
                "state": "skipped",
                "reason": reason,
                "instance": self._instance,
                "updated_at": now,
            }
        )

    async def sending(self, row: Delivery, asking_id: str | None, now: datetime) -> Delivery:
        """Note, durably, that the platform is about to get it; ClaimLost when it is not ours."""
        return await self._move(
            row, now, state="sent", asking_id=asking_id, lease_until=now + LEASE
        )

    async def confirmed(self, row: Delivery, now: datetime, reason: str = "") -> Delivery:
        """Note that the platform took it."""
        return await self._settle(row, "confirmed", reason, now)

    async def unknown(self, row: Delivery, reason: str, now: datetime) -> Delivery:
        """Note that nobody can say whether it was delivered."""
        return await self._settle(row, "unknown", reason, now)

    async def failed(
        self, row: Delivery, reason: str, now: datetime, next_try_at: datetime
    ) -> Delivery:
        """Note that it certainly was not delivered; it may be claimed again at ``next_try_at``."""
        return await self._move(
            row, now, state="failed", reason=reason, lease_until=None, next_try_at=next_try_at
        )

    async def skipped(self, row: Delivery, reason: str, now: datetime) -> Delivery:
        """Note that it is given up."""
        return await self._settle(row, "skipped", reason, now)

    async def find(self, target: str, slot: str, day: date) -> Delivery | None:
        """Return one row."""
        found = await self._select(
            deliveries.c.target == target, deliveries.c.slot == slot, deliveries.c.day == day
        )
        return found[0] if found else None

    async def of_day(self, day: date) -> list[Delivery]:
        """Return the rows of a day by the time they were due."""
        return await self._select(deliveries.c.day == day)

    async def expire(self, now: datetime) -> list[Delivery]:
        """Turn rows that were left in the middle of sending to ``unknown``; return those."""
        left = await self._select(deliveries.c.state == "sent", deliveries.c.lease_until <= now)
        expired: list[Delivery] = []
        for row in left:
            try:
                expired.append(await self.unknown(row, INTERRUPTED, now))
            except ClaimLost:
                continue
        return expired

    async def counts(self, since: date) -> dict[str, int]:
        """Count the rows since a day by state."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(deliveries.c.state, func.count())
                .where(deliveries.c.day >= since)
                .group_by(deliveries.c.state)
            )
            return {row[0]: row[1] for row in rows}

    def _claimed(self, now: datetime) -> dict[str, Any]:
        return {
            "state": "claimed",
            "instance": self._instance,
            "lease_until": now + LEASE,
            "next_try_at": None,
            "updated_at": now,
        }

    async def _insert(self, values: Mapping[str, Any]) -> bool:
        """Insert a row; False when there is one with its key."""
        try:
            async with self._database.writing() as connection:
                await connection.execute(insert(deliveries).values(**values))
        except IntegrityError:
            return False
        return True

    async def _settle(self, row: Delivery, state: State, reason: str, now: datetime) -> Delivery:
        return await self._move(
            row, now, state=state, reason=reason, lease_until=None, next_try_at=None
        )

    async def _move(self, row: Delivery, now: datetime, **values: Any) -> Delivery:
        """Change a row if it is still as it was read; ClaimLost otherwise."""
        async with self._database.writing() as connection:
            changed = await connection.execute(
                update(deliveries)
                .where(deliveries.c.id == row.id, deliveries.c.version == row.version)
                .values(**{"updated_at": now, **values}, version=row.version + 1)
            )
            if not changed.rowcount:
                raise ClaimLost(f"delivery {row.id}")  # its target is somebody: not for the log
        found = await self.find(row.target, row.slot, row.day)
        assert found is not None
        return found

    async def _select(self, *conditions: Any) -> list[Delivery]:
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(deliveries)
                .where(*conditions)
                .order_by(deliveries.c.due_at, deliveries.c.target, deliveries.c.slot)
            )
            return [Delivery(**row._mapping) for row in rows]


def _can_take(row: Delivery, now: datetime) -> bool:
    match row.state:
        case "failed":
            return row.next_try_at is None or row.next_try_at <= now
        case "claimed":
            return row.lease_until is not None and row.lease_until <= now
        case "sent" | "confirmed" | "skipped" | "unknown":
            return False
