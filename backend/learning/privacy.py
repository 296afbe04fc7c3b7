"""Everything that is kept of one person: to give it to them, and to delete it.

``forget`` names every table: a test fails when a new one that leads to a person is missing here.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, delete, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.learning import tables
from backend.learning.database import Database
from backend.learning.log import GUESSED, attempt_columns, attempt_of, judged, keys_in_force
from backend.learning.projections import PROJECTIONS
from backend.learning.tables import askings, attempts, corrections, identities, marks

_OF_PERSON = (*PROJECTIONS, tables.preferences, tables.link_codes)
_OF_ACCOUNT = (
    tables.makeups,
    tables.members,
    tables.link_failures,
    tables.notices,
    tables.papers,
)


class Privacy:
    """Deletion and export of one person's data, from all linked accounts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def forget(self, person_id: int, now: datetime) -> dict[str, int]:
        """Delete everything of a person, in every group; return the rows deleted, by table.

        Their reports of questions stay, without saying whose they are. It is done when this
        returns, or, with RecordUnavailable, not at all.
        """
        del now  # nothing is kept that could say when
        async with self._database.recording() as connection:
            theirs = select(identities.c.id).where(identities.c.person_id == person_id)
            accounts = list((await connection.execute(theirs)).scalars())
            if not accounts:
                return {}
            await _allow(connection, accounts)
            gone = await _delete_all(connection, person_id, accounts)
            await connection.execute(delete(tables.forgetting))
        return {name: count for name, count in gone.items() if count}

    async def export(self, person_id: int) -> dict[str, Any]:
        """Return everything kept of a person as values for JSON, with times in ISO 8601.

        Attempts come with the question as it was put.
        """
        async with self._database.reading() as connection:
            query = select(identities).where(identities.c.person_id == person_id)
            accounts = await _plain(connection, query)
            ids = [account["id"] for account in accounts]
            exported: dict[str, Any] = {
                "person_id": person_id,
                "identities": accounts,
                "attempts": await _attempts(connection, ids),
            }
            for table in (*PROJECTIONS, tables.preferences):
                query = select(table).where(table.c.person_id == person_id)
                exported[table.name] = await _plain(connection, query)
            for table in (*_OF_ACCOUNT, askings, corrections):
                query = select(table).where(table.c.identity_id.in_(ids))
                exported[table.name] = await _plain(connection, query)
            reminded = tables.deliveries.c.target.in_(_targets(ids))
            query = select(tables.deliveries).where(reminded)
            exported["deliveries"] = await _plain(connection, query)
        return exported


async def _allow(connection: AsyncConnection, accounts: Sequence[int]) -> None:
    """Open the log's protection against deletion until the end of this transaction."""
    await connection.execute(
        insert(tables.forgetting), [{"identity_id": account} for account in accounts]
    )


async def _delete_all(
    connection: AsyncConnection, person_id: int, accounts: Sequence[int]
) -> dict[str, int]:
    gone: dict[str, int] = {}

    async def drop(table: Table, where: ColumnElement[bool]) -> None:
        done = await connection.execute(delete(table).where(where))
        gone[table.name] = gone.get(table.name, 0) + done.rowcount

    their_attempts = select(attempts.c.seq).where(attempts.c.identity_id.in_(accounts))
    await drop(marks, marks.c.attempt_seq.in_(their_attempts))
    await drop(attempts, attempts.c.identity_id.in_(accounts))
    await connection.execute(
        update(corrections).where(corrections.c.identity_id.in_(accounts)).values(identity_id=None)
    )
    own = askings.c.identity_id.in_(accounts)
    asked = select(askings.c.id).where(own)
    await drop(tables.asked_messages, tables.asked_messages.c.asking_id.in_(asked))
    await drop(askings, own & ~_needed())
    # What a report or another account still refers to loses its traces of this person.
    nobody = {"identity_id": None, "conversation": "", "paper_id": None}
    await connection.execute(update(askings).where(own).values(**nobody))
    for table in _OF_ACCOUNT:
        await drop(table, table.c.identity_id.in_(accounts))
    for table in _OF_PERSON:
        await drop(table, table.c.person_id == person_id)
    await drop(tables.deliveries, tables.deliveries.c.target.in_(_targets(accounts)))
    await drop(identities, identities.c.person_id == person_id)
    await drop(tables.people, tables.people.c.id == person_id)
    return gone


def _targets(accounts: Sequence[int]) -> list[str]:
    """Return what the ledger calls the reminders of accounts."""
    return [f"person:{account}" for account in accounts]


def _needed() -> ColumnElement[bool]:
    reported = exists().where(corrections.c.asking_id == askings.c.id)
    return reported | exists().where(attempts.c.asking_id == askings.c.id)


async def _attempts(connection: AsyncConnection, accounts: Sequence[int]) -> list[dict[str, Any]]:
    guessed = (marks.c.attempt_seq == attempts.c.seq) & (marks.c.mark == GUESSED)
    query = (
        select(*attempt_columns(), askings.c.question, marks.c.marked_at.label("guessed_at"))
        .select_from(attempts.join(askings).outerjoin(marks, guessed))
        .where(attempts.c.identity_id.in_(accounts))
        .order_by(attempts.c.seq)
    )
    keys = await keys_in_force(connection)
    rows = (await connection.execute(query)).all()
    return [_as_json(row) | {"right": judged(attempt_of(row), keys)} for row in rows]


async def _plain(connection: AsyncConnection, query: Select[Any]) -> list[dict[str, Any]]:
    rows = await connection.execute(query)
    return [_as_json(row) for row in rows]


def _as_json(row: Row[Any]) -> dict[str, Any]:
    return {name: _json(value) for name, value in row._mapping.items()}


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value
