"""Answers, marks and days made up: what goes into the append-only log.

Nothing here updates or deletes a row of the log; the databases refuse it too (triggers).
"""

from datetime import date, datetime, timedelta
from types import TracebackType
from typing import Literal, Self

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.learning.committing import GroupCommit
from backend.learning.database import Database
from backend.learning.grading import Answer, Status, outcome_of, record
from backend.learning.log import (
    GUESSED,
    LATE,
    attempt_columns,
    attempt_of,
    keys_in_force,
)
from backend.learning.projections import load, refold
from backend.learning.tables import askings, attempts, identities, makeups, marks
from backend.learning.values import Asking, Attempt, Identity, Outcome, PersonState, study_day
from backend.questions.question import OptionKey

MAKE_UP_DAYS = 7
MadeUpOrNot = Literal["made", "none_missing", "used_this_week"]


class Attempts:
    """The log's writer; used as ``async with``, or closed with ``aclose``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._commits = GroupCommit[Answer, Outcome](database, record)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Refuse new answers and wait until those accepted are written."""
        await self._commits.aclose()

    async def answer(
        self, asking: Asking, identity: Identity, shown: OptionKey, now: datetime
    ) -> Outcome:
        """Record an answer; it is durable when this returns.

        A person's first answer to an asking counts, from whichever account; all others are
        "repeated". RecordUnavailable when it could not be written (asking again is safe), or when
        the asking or the account has been deleted.
        """
        return await self._commits.do(Answer(asking, identity, shown, now))

    async def mark_guessed(
        self, asking_id: str, identity: Identity, now: datetime
    ) -> Outcome | None:
        """Mark the person's answer to an asking as guessed (蒙的); None when there is none.

        A second mark is "repeated" and changes nothing.
        """
        async with self._database.recording() as connection:
            attempt = await _of_person(connection, asking_id, identity.id)
            person = await _person_of(connection, identity.id)
            if attempt is None or person is None:
                return None
            keys = await keys_in_force(connection, [attempt.question_id])
            status: Status = "late" if attempt.kind == LATE else "recorded"
            if await _mark(connection, attempt, now):
                before, after = (await refold(connection, [person]))[person]
            else:
                before = after = (await load(connection, [person]))[person]
                status = "repeated"
            return outcome_of(status, attempt, keys, before, after, study_day(now))

    async def make_up(self, identity: Identity, now: datetime) -> MadeUpOrNot:
        """Fill the last missed study day (补卡), once a week (Monday to Sunday).

        That is the most recent day without an answer within the last seven, if there is something
        to join: a study day just before it.
        """
        today = study_day(now)
        async with self._database.recording() as connection:
            person = await _person_of(connection, identity.id)
            if person is None:
                return "none_missing"
            missed = missed_day((await load(connection, [person]))[person], today)
            if missed is None:
                return "none_missing"
            if today.isocalendar()[:2] in await _weeks_used(connection, person):
                return "used_this_week"
            row = {"identity_id": identity.id, "day": missed, "used_on": today, "made_at": now}
            await connection.execute(insert(makeups), row)
            await refold(connection, [person])
        return "made"

    async def latest_of(self, identity_id: int) -> Attempt | None:
        """Return the account's last answer."""
        query = (
            select(*attempt_columns())
            .where(attempts.c.identity_id == identity_id)
            .order_by(attempts.c.seq.desc())
            .limit(1)
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).first()
        return attempt_of(row) if row else None

    async def of_paper(self, paper_id: str, identity_id: int) -> list[Attempt]:
        """Return the account's answers in a paper, in the order of the paper."""
        query = (
            select(*attempt_columns())
            .join_from(attempts, askings)
            .where(askings.c.paper_id == paper_id, attempts.c.identity_id == identity_id)
            .order_by(askings.c.place)
        )
        async with self._database.reading() as connection:
            return [attempt_of(row) for row in await connection.execute(query)]

    async def of_asking(self, asking_id: str, identity_id: int) -> Attempt | None:
        """Return the answer that counts for the account's person, from whichever account."""
        async with self._database.reading() as connection:
            return await _of_person(connection, asking_id, identity_id)


def missed_day(state: PersonState, today: date) -> date | None:
    """Return the day that a make-up card would fill ``today``; None when it would join nothing."""
    for back in range(1, MAKE_UP_DAYS + 1):
        day = today - timedelta(days=back)
        if day not in state.days:
            return day if day - timedelta(days=1) in state.days else None
    return None


async def _of_person(
    connection: AsyncConnection, asking_id: str, identity_id: int
) -> Attempt | None:
    person = select(identities.c.person_id).where(identities.c.id == identity_id)
    query = (
        select(*attempt_columns())
        .join_from(attempts, identities)
        .where(
            attempts.c.asking_id == asking_id,
            identities.c.person_id == person.scalar_subquery(),
        )
        .order_by(attempts.c.seq)
        .limit(1)
    )
    row = (await connection.execute(query)).first()
    return attempt_of(row) if row else None


async def _person_of(connection: AsyncConnection, identity_id: int) -> int | None:
    query = select(identities.c.person_id).where(identities.c.id == identity_id)
    return (await connection.execute(query)).scalar()


async def _mark(connection: AsyncConnection, attempt: Attempt, now: datetime) -> bool:
    known = select(func.count()).select_from(marks)
    known = known.where(marks.c.attempt_seq == attempt.seq, marks.c.mark == GUESSED)
    if (await connection.execute(known)).scalar():
        return False
    row = {"attempt_seq": attempt.seq, "mark": GUESSED, "marked_at": now}
    await connection.execute(insert(marks), row)
    return True


async def _weeks_used(connection: AsyncConnection, person_id: int) -> set[tuple[int, int]]:
    query = select(makeups.c.used_on).join_from(makeups, identities)
    rows = await connection.execute(query.where(identities.c.person_id == person_id))
    return {used_on.isocalendar()[:2] for (used_on,) in rows}
