"""Storing what is folded: one person's state as rows of five tables, read and written in bulk."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import Row, Table, bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.learning import tables
from backend.learning.database import upsert
from backend.learning.folding import EMPTY, fold
from backend.learning.log import events_of
from backend.learning.values import (
    Ability,
    Attempt,
    PersonState,
    ReviewCard,
    Streak,
    StudyDay,
    WrongEntry,
)

_TOGETHER = 5


@dataclass(frozen=True, slots=True)
class _Part:
    """One mapping of a person's state and its table: ``key`` is its column besides the person."""

    name: str
    table: Table
    key: str
    value: type[Any]
    touched: Callable[[Attempt], Any]

    @property
    def fields(self) -> tuple[str, ...]:
        return tuple(field.name for field in fields(self.value))

    def row(self, person: int, value: Any) -> dict[str, Any]:
        return {"person_id": person, **{name: getattr(value, name) for name in self.fields}}


_PARTS = (
    _Part("wrong_book", tables.wrong_book, "question_id", WrongEntry, lambda a: a.question_id),
    _Part("cards", tables.review_cards, "point", ReviewCard, lambda a: a.point),
    _Part("abilities", tables.abilities, "chapter", Ability, lambda a: a.point[:4]),
    _Part("days", tables.study_days, "day", StudyDay, lambda a: a.day),
)

PROJECTIONS = (*(part.table for part in _PARTS), tables.streaks)

Changes = dict[int, tuple[PersonState, PersonState]]
"""By person: the state that is stored and the one that shall be."""


async def load(
    connection: AsyncConnection,
    person_ids: Collection[int],
    touched_by: Sequence[Attempt] | None = None,
) -> dict[int, PersonState]:
    """Read people's states, or of them the streak and what ``touched_by`` could change."""
    found: dict[int, dict[str, dict[Any, Any]]] = {
        person: {part.name: {} for part in _PARTS} for person in person_ids
    }
    for part in _PARTS:
        for row in await _rows(connection, part, person_ids, touched_by):
            value = part.value(*row[1:])
            found[row[0]][part.name][getattr(value, part.key)] = value
    streaks = await _streaks(connection, person_ids)
    return {
        person: PersonState(**parts, streak=streaks.get(person, EMPTY.streak))
        for person, parts in found.items()
    }


async def _rows(
    connection: AsyncConnection,
    part: _Part,
    person_ids: Collection[int],
    touched_by: Sequence[Attempt] | None,
) -> Sequence[Row[Any]]:
    columns = part.table.columns
    query = select(columns.person_id, *(columns[name] for name in part.fields))
    query = query.where(columns.person_id.in_(person_ids))
    if touched_by is not None:
        query = query.where(columns[part.key].in_({part.touched(one) for one in touched_by}))
    return (await connection.execute(query)).all()


async def _streaks(connection: AsyncConnection, person_ids: Collection[int]) -> dict[int, Streak]:
    c = tables.streaks.c
    query = select(c.person_id, c.current, c.longest, c.last_day)
    rows = await connection.execute(query.where(c.person_id.in_(person_ids)))
    return {person: Streak(*streak) for person, *streak in rows}


async def save(connection: AsyncConnection, changes: Changes) -> None:
    """Write the difference between the states before and after, for all people at once."""
    for part in _PARTS:
        new: list[dict[str, Any]] = []
        gone: list[dict[str, Any]] = []
        for person, (before, after) in changes.items():
            old, now = getattr(before, part.name), getattr(after, part.name)
            new += [part.row(person, value) for key, value in now.items() if old.get(key) != value]
            gone += [{"whose": person, "which": key} for key in old.keys() - now.keys()]
        await upsert(connection, part.table, new)
        if gone:
            columns = part.table.columns
            whose = columns.person_id == bindparam("whose")
            which = columns[part.key] == bindparam("which", type_=columns[part.key].type)
            await connection.execute(delete(part.table).where(whose, which), gone)
    await _save_streaks(connection, changes)


async def _save_streaks(connection: AsyncConnection, changes: Changes) -> None:
    rows = [
        {
            "person_id": person,
            "current": after.streak.current,
            "longest": after.streak.longest,
            "last_day": after.streak.last_day,
        }
        for person, (before, after) in changes.items()
        if before.streak != after.streak
    ]
    await upsert(connection, tables.streaks, rows)


async def refold(connection: AsyncConnection, person_ids: Collection[int]) -> Changes:
    """Fold people's logs from the beginning and store what differs; return before and after."""
    changes = await refolded(connection, person_ids)
    await save(connection, changes)
    return changes


async def refolded(connection: AsyncConnection, person_ids: Collection[int]) -> Changes:
    """Fold people's logs from the beginning; store nothing.

    A few people at a time, and others get their turn on the event loop in between: a person's log
    may have thousands of answers, and everyone who answered a question may be hundreds.
    """
    changes: Changes = {}
    people = list(person_ids)
    for begin in range(0, len(people), _TOGETHER):
        some = people[begin : begin + _TOGETHER]
        stored = await load(connection, some)
        events = await events_of(connection, some)
        for person in some:
            changes[person] = stored[person], fold(EMPTY, *events[person])
            await asyncio.sleep(0)
    return changes


def differences(before: PersonState, after: PersonState) -> list[str]:
    """Name what differs between two states of one person, as the tables call it."""
    found: list[str] = []
    for part in _PARTS:
        old, new = getattr(before, part.name), getattr(after, part.name)
        differing = sorted(str(key) for key in old.keys() | new if old.get(key) != new.get(key))
        found += [f"{part.table.name} {key}" for key in differing]
    return found if before.streak == after.streak else [*found, tables.streaks.name]


async def erase(connection: AsyncConnection, person_id: int) -> int:
    """Delete everything that is folded of a person; return how many rows that were."""
    erased = 0
    for table in PROJECTIONS:
        gone = await connection.execute(delete(table).where(table.c.person_id == person_id))
        erased += gone.rowcount
    return erased
