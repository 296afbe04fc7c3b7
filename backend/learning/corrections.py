"""Reported questions (纠错): what learners say, and what the operator's decision changes.

A changed key is one more row of the log. Everyone who answered is judged by it from then on: their
state is folded again, and a notice waits for each, in the same transaction.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.learning.database import Database, storable
from backend.learning.log import keys_in_force
from backend.learning.projections import refold
from backend.learning.tables import askings, attempts, corrections, identities, key_changes, notices
from backend.learning.values import Correction
from backend.questions.catalogue import KeyChanges
from backend.questions.question import OptionKey, from_json

TEXT_CHARS = 1000
State = Literal["open", "accepted", "rejected"]
_FIELDS = tuple(corrections.columns[name] for name in Correction.__slots__)


class Corrections:
    """Reports of questions, decisions about them, and what people are to be told."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def report(
        self, asking_id: str, identity_id: int, text: str, now: datetime
    ) -> Correction:
        """Note what a person says is wrong with a question (the first 1000 characters).

        What the same person says of the same question while their report is open is added to it,
        on a line of its own. KeyError when there is no such asking.
        """
        async with self._database.recording() as connection:
            asked = select(askings.c.question_id).where(askings.c.id == asking_id)
            question_id = (await connection.execute(asked)).scalar()
            if question_id is None:
                raise KeyError(asking_id)
            first = await _open_report(connection, question_id, identity_id)
            if first is not None:
                number, said = first
                changed = update(corrections).where(corrections.c.id == number)
                await connection.execute(changed.values(text=_with_more(said, text)))
                return await _one(connection, number)
            row = {
                "question_id": question_id,
                "asking_id": asking_id,
                "identity_id": identity_id,
                "text": storable(text, TEXT_CHARS),
                "state": "open",
                "created_at": now,
                "note": "",
            }
            added = insert(corrections).returning(corrections.c.id)
            return await _one(connection, (await connection.execute(added, row)).scalar_one())

    async def get(self, id: int) -> Correction | None:
        """Return a report, None when there is none."""
        found = await self._select(select(*_FIELDS).where(corrections.c.id == id))
        return found[0] if found else None

    async def open(self) -> Sequence[Correction]:
        """Return the reports that wait for a decision, oldest first."""
        return await self.list("open")

    async def accept(
        self, id: int, answer: OptionKey | None, note: str, notice: str, now: datetime
    ) -> set[int]:
        """Change the question's key to ``answer``, or retract the question with None.

        Returns the accounts that answered it; each of them, and who reported it, is told
        ``notice`` with the next reply. All in one transaction. A report that does not exist or has
        been decided changes nothing.
        """
        async with self._database.recording() as connection:
            asked = await _decide(connection, id, "accepted", note, now)
            if asked is None:
                return set()
            question_id, asking_id, reporter = asked
            fingerprint = await _fingerprint(connection, asking_id)
            change = {
                "question_id": question_id,
                "fingerprint": fingerprint,
                "answer": answer,
                "reason": note,
                "changed_at": now,
            }
            await connection.execute(insert(key_changes), change)
            accounts = await _who_answered(connection, question_id, fingerprint)
            await refold(connection, sorted(set(accounts.values())))
            told = {*accounts, *([reporter] if reporter is not None else [])}
            await _tell(connection, sorted(told), notice, now)
        return set(accounts)

    async def reject(self, id: int, note: str, notice: str, now: datetime) -> bool:
        """Leave the question as it is and tell who reported it; false when nothing was open."""
        async with self._database.recording() as connection:
            asked = await _decide(connection, id, "rejected", note, now)
            if asked is None:
                return False
            _, _, reporter = asked
            await _tell(connection, [] if reporter is None else [reporter], notice, now)
        return True

    async def key_changes(self) -> KeyChanges:
        """Return the last decision about each text of a question.

        Askings are read with the new key anyway; this is for what is to be asked next.
        """
        async with self._database.reading() as connection:
            return await keys_in_force(connection)

    async def untold(self, identity_id: int) -> Mapping[int, str]:
        """Return what an account has not been told yet by number, oldest first."""
        query = (
            select(notices.c.id, notices.c.text)
            .where(notices.c.identity_id == identity_id, notices.c.told_at.is_(None))
            .order_by(notices.c.id)
        )
        async with self._database.reading() as connection:
            return {row.id: row.text for row in await connection.execute(query)}

    async def told(self, numbers: Collection[int], now: datetime) -> None:
        """Note that these notices have reached their account."""
        reached = update(notices).where(notices.c.id.in_(numbers), notices.c.told_at.is_(None))
        async with self._database.writing() as connection:
            await connection.execute(reached.values(told_at=now))

    async def list(self, state: State | None = None) -> Sequence[Correction]:
        """Return all reports, or those in one state, oldest first."""
        query = select(*_FIELDS).order_by(corrections.c.id)
        return await self._select(query if state is None else query.where(_is(state)))

    async def _select(self, query: Select[Any]) -> Sequence[Correction]:
        async with self._database.reading() as connection:
            return [Correction(*row) for row in await connection.execute(query)]


def _is(state: State) -> Any:
    return corrections.c.state == state


async def _open_report(
    connection: AsyncConnection, question_id: str, identity_id: int
) -> tuple[int, str] | None:
    """Return the number and the text of this person's open report of a question."""
    person = select(identities.c.person_id).where(identities.c.id == identity_id)
    theirs = select(identities.c.id).where(identities.c.person_id == person.scalar_subquery())
    query = select(corrections.c.id, corrections.c.text).where(
        corrections.c.question_id == question_id,
        corrections.c.identity_id.in_(theirs),
        _is("open"),
    )
    row = (await connection.execute(query)).first()
    return (row.id, row.text) if row else None


def _with_more(said: str, more: str) -> str:
    """Add to a report what it does not say yet."""
    return said if more in said.splitlines() else storable(f"{said}\n{more}", TEXT_CHARS)


async def _one(connection: AsyncConnection, id: int) -> Correction:
    query = select(*_FIELDS).where(corrections.c.id == id)
    return Correction(*(await connection.execute(query)).one())


async def _decide(
    connection: AsyncConnection, id: int, state: State, note: str, now: datetime
) -> tuple[str, str, int | None] | None:
    """Close an open report; return its question, asking and reporter."""
    c = corrections.c
    decided = (
        update(corrections)
        .where(c.id == id, _is("open"))
        .values(state=state, decided_at=now, note=note)
        .returning(c.question_id, c.asking_id, c.identity_id)
    )
    row = (await connection.execute(decided)).first()
    return (row.question_id, row.asking_id, row.identity_id) if row else None


async def _fingerprint(connection: AsyncConnection, asking_id: str) -> str:
    query = select(askings.c.question).where(askings.c.id == asking_id)
    return from_json((await connection.execute(query)).scalar_one()).text_fingerprint


async def _who_answered(
    connection: AsyncConnection, question_id: str, fingerprint: str
) -> dict[int, int]:
    """Return the accounts that answered a question as it was worded, and their people."""
    query = (
        select(identities.c.id, identities.c.person_id)
        .join_from(attempts, identities)
        .where(attempts.c.question_id == question_id, attempts.c.fingerprint == fingerprint)
        .distinct()
    )
    return {row.id: row.person_id for row in await connection.execute(query)}


async def _tell(
    connection: AsyncConnection, accounts: Sequence[int], text: str, now: datetime
) -> None:
    rows = [{"identity_id": account, "text": text, "created_at": now} for account in accounts]
    if rows:
        await connection.execute(insert(notices), rows)
