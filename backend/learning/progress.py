"""What is read of a person, a group's members and the questions."""

from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.learning import tables
from backend.learning.asking_rows import shown_names
from backend.learning.database import Database
from backend.learning.folding import standing
from backend.learning.log import (
    LATE,
    attempt_columns,
    attempt_of,
    events_of,
    first_of_person,
    judged,
    keys_in_force,
)
from backend.learning.projections import load
from backend.learning.reports import BookChanges, GroupPeriod, Judged, book_changes, score_of
from backend.learning.tables import attempts, identities, members
from backend.learning.values import (
    SHANGHAI,
    PersonState,
    Rank,
    Streak,
    StudyDay,
    WrongEntry,
    study_day,
)


class Progress:
    """Reads the projections, and the log where those do not say enough."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def state(self, person_id: int) -> PersonState:
        """Return everything that is folded of a person; the streak as of its last day."""
        async with self._database.reading() as connection:
            return (await load(connection, [person_id]))[person_id]

    async def wrong_book(self, person_id: int, subject: str | None = None) -> list[WrongEntry]:
        """Return a person's wrong book, or a subject's part of it (OS), newest entry first."""
        entries = (await self.state(person_id)).wrong_book.values()
        chosen = [one for one in entries if subject is None or one.point[:2] == subject]
        return sorted(chosen, key=lambda one: (one.added_at, one.question_id), reverse=True)

    async def streak(self, person_id: int, today: date) -> Streak:
        """Return the streak as it stands on the study day ``today``."""
        return standing((await self.state(person_id)).streak, today)

    async def days(self, person_id: int, since: date) -> list[StudyDay]:
        """Return the days of study from ``since`` on, oldest first."""
        days = (await self.state(person_id)).days.values()
        return sorted((one for one in days if one.day >= since), key=lambda one: one.day)

    async def recent(self, person_id: int, since: datetime) -> list[Judged]:
        """Return a person's attempts, oldest first, and whether each is right by today's key."""
        query = (
            select(*attempt_columns())
            .join_from(attempts, identities)
            .where(
                identities.c.person_id == person_id,
                attempts.c.answered_at >= since,
                first_of_person(),
            )
            .order_by(attempts.c.seq)
        )
        async with self._database.reading() as connection:
            found = [attempt_of(row) for row in await connection.execute(query)]
            keys = await keys_in_force(connection, {one.question_id for one in found})
        return [(one, judged(one, keys)) for one in found]

    async def members_state(self, group_key: str, active_since: datetime) -> list[PersonState]:
        """Return the states of the people seen in a group since then, in no order that tells."""
        query = (
            select(identities.c.person_id)
            .join_from(members, identities)
            .where(members.c.group_key == group_key, members.c.last_seen_at >= active_since)
            .distinct()
        )
        async with self._database.reading() as connection:
            people = sorted((await connection.execute(query)).scalars())
            states = await load(connection, people)
        return [states[person] for person in people]

    async def ranking(self, group_key: str, today: date, days: int = 7) -> list[Rank]:
        """Rank the members who agreed to be named, by days active, then by progress.

        Only the group's own questions count, answered in time during the last ``days`` days
        (today included): what somebody practises elsewhere is not this group's business.
        """
        begin = today - timedelta(days=days - 1)
        before = begin - timedelta(days=days)
        async with self._database.reading() as connection:
            names = await shown_names(connection, group_key)
            theirs = await _in_group(connection, group_key, before, today)
        ranks = [
            _rank(name, theirs[person], begin) for person, name in names.items() if person in theirs
        ]
        return sorted(
            (one for one in ranks if one.answered),
            key=lambda one: (-one.active_days, -one.progress, -one.answered, one.name),
        )

    async def book_changes(self, person_id: int, since: datetime) -> BookChanges:
        """Count what entered and what left a person's wrong book from ``since`` on."""
        async with self._database.reading() as connection:
            events = await events_of(connection, [person_id])
        return book_changes(events[person_id], since)

    async def group_period(self, group_key: str, first: date, last: date) -> GroupPeriod:
        """Sum up a group's own questions answered in time on the study days ``first``–``last``."""
        async with self._database.reading() as connection:
            theirs = await _in_group(connection, group_key, first, last)
        judgements = [right for answers in theirs.values() for _, right in answers]
        return GroupPeriod(len(theirs), len(judgements), score_of(judgements))

    async def counts(self, today: date | None = None) -> dict[str, int]:
        """Count ``people``, ``attempts``, ``attempts_today``, ``groups``, ``open_corrections``."""
        day = today or study_day(datetime.now(SHANGHAI))
        groups = select(members.c.group_key).union(select(tables.group_settings.c.group_key))
        state = tables.corrections.c.state
        queries = {
            "people": select(func.count()).select_from(tables.people),
            "attempts": select(func.count()).select_from(attempts),
            "attempts_today": select(func.count()).where(attempts.c.day == day),
            "groups": select(func.count()).select_from(groups.subquery()),
            "open_corrections": select(func.count()).where(state == "open"),
        }
        async with self._database.reading() as connection:
            return {
                name: (await connection.execute(query)).scalar() or 0
                for name, query in queries.items()
            }


async def _in_group(
    connection: AsyncConnection, group_key: str, first: date, last: date
) -> dict[int, list[Judged]]:
    """Read what a group's own questions were answered, in time, on some study days, by person."""
    query = (
        select(*attempt_columns(), identities.c.person_id)
        .join_from(attempts, identities)
        .where(
            attempts.c.group_key == group_key,
            attempts.c.day.between(first, last),
            attempts.c.kind != LATE,
            first_of_person(),
        )
    )
    rows = (await connection.execute(query)).all()
    keys = await keys_in_force(connection, {row.question_id for row in rows})
    theirs: dict[int, list[Judged]] = {}
    for row in rows:
        attempt = attempt_of(row)
        theirs.setdefault(row.person_id, []).append((attempt, judged(attempt, keys)))
    return theirs


def _rank(name: str, answers: list[Judged], begin: date) -> Rank:
    now = [(one, right) for one, right in answers if one.day >= begin]
    before = [right for one, right in answers if one.day < begin]
    return Rank(
        name=name,
        active_days=len({one.day for one, _ in now}),
        answered=len(now),
        progress=_progress(before, [right for _, right in now]),
    )


def _progress(before: list[bool | None], now: list[bool | None]) -> float:
    """Return how much the accuracy grew; 0 when there is nothing to compare."""
    accuracies: list[float] = []
    for answers in (before, now):
        judged_ones = [right for right in answers if right is not None]
        if not judged_ones:
            return 0.0
        accuracies.append(sum(judged_ones) / len(judged_ones))
    return accuracies[1] - accuracies[0]
