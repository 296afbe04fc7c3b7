"""Folding the whole log again, and saying where what is stored differs from it."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.learning.database import Database
from backend.learning.projections import differences, refolded, save
from backend.learning.tables import attempts, identities, people

_TOGETHER = 100

Told = Callable[[int, int], None]
"""Called with the number of people done and of all."""


@dataclass(frozen=True, slots=True)
class Report:
    """What was folded; ``differences`` has a sentence for each person's part that was not right."""

    people: int
    attempts: int
    differences: list[str]


async def rebuild(
    database: Database, *, dry_run: bool = False, progress: Told | None = None
) -> Report:
    """Fold everybody's log from the beginning and store it, or with ``dry_run`` only compare.

    A hundred people in each transaction, so that answers can be recorded in between.
    """
    done, folded, last, found = 0, 0, 0, list[str]()
    async with database.reading() as connection:
        total = (await connection.execute(select(func.count()).select_from(people))).scalar() or 0
    while True:
        async with database.recording() as connection:
            batch = await _next(connection, last)
            if not batch:
                return Report(done, folded, found)
            changes = await refolded(connection, batch)
            folded += await _attempts_of(connection, batch)
            if not dry_run:
                await save(connection, changes)
        for person, (before, after) in changes.items():
            found += [f"人 {person}：{where}" for where in differences(before, after)]
        done, last = done + len(batch), batch[-1]
        if progress:
            progress(done, total)


async def _next(connection: AsyncConnection, after: int) -> list[int]:
    query = select(people.c.id).where(people.c.id > after).order_by(people.c.id).limit(_TOGETHER)
    return list((await connection.execute(query)).scalars())


async def _attempts_of(connection: AsyncConnection, person_ids: list[int]) -> int:
    query = (
        select(func.count())
        .select_from(attempts.join(identities))
        .where(identities.c.person_id.in_(person_ids))
    )
    return (await connection.execute(query)).scalar() or 0
