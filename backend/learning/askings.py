"""What was asked: a question as it was put to a group or a person, and what came of it."""

import random
from bisect import bisect_right
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Select, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.learning.asking_rows import answered_by, new_asking, read, row_of, shown_names
from backend.learning.committing import GroupRead
from backend.learning.database import Database, upsert
from backend.learning.log import LATE, first_of_person
from backend.learning.papers import Papers
from backend.learning.tables import (
    asked_messages,
    askings,
    attempts,
    identities,
    papers,
)
from backend.learning.values import Asking, AskingKind, Attempt, Tally
from backend.questions.question import OPTION_KEYS, OptionKey, Question

OPEN_FOR = timedelta(hours=24)

_OfGroup = tuple[str, datetime]
_Busy = tuple[int, str, datetime]
_Place = tuple[str, int]


class Askings:
    """Questions put, their messages, their reveal and their tally.

    ``papers`` are the mock exams, whose questions are askings, too. ``chance`` shuffles the
    options; a seeded one makes tests repeatable.
    """

    def __init__(self, database: Database, chance: random.Random | None = None) -> None:
        self._database = database
        self._chance = chance or random.Random()
        self.papers = Papers(database, self._chance)
        self._groups = GroupRead[_OfGroup, list[Asking]](database, _of_groups)
        self._busy = GroupRead[_Busy, bool](database, _are_busy)
        self._places = GroupRead[_Place, int](database, _places)

    async def ask(
        self,
        question: Question,
        *,
        kind: AskingKind,
        conversation: str,
        now: datetime,
        group_key: str | None = None,
        identity_id: int | None = None,
        place: int = 1,
        reveal_at: datetime | None = None,
        id: str | None = None,
    ) -> Asking:
        """Store a question that is about to be put, with its options shuffled.

        With an ``id`` (at most 32 characters) that was used before, nothing is stored and the
        asking of that time comes back: a repeated push asks the same again.
        """
        asking = replace(
            new_asking(question, kind, conversation, now, self._chance),
            group_key=group_key,
            identity_id=identity_id,
            place=place,
            reveal_at=reveal_at,
        )
        if id is not None:
            asking = replace(asking, id=id)
        async with self._database.writing() as connection:
            await upsert(connection, askings, [row_of(asking)], keep=True)
            [stored] = await read(connection, select(askings).where(askings.c.id == asking.id))
        return stored

    async def get(self, asking_id: str) -> Asking | None:
        """Return an asking, None when there is none."""
        return (await self.many([asking_id])).get(asking_id)

    async def many(self, ids: Collection[str]) -> dict[str, Asking]:
        """Return those of the askings that there are, by id."""
        found = await self._select(select(askings).where(askings.c.id.in_(set(ids))))
        return {asking.id: asking for asking in found}

    async def note_messages(
        self, asking_id: str, conversation: str, message_ids: Sequence[str]
    ) -> None:
        """Note the messages that show an asking, so that quoting one of them answers it."""
        rows = [
            {"conversation": conversation, "message_id": message, "asking_id": asking_id}
            for message in dict.fromkeys(message_ids)
        ]
        async with self._database.writing() as connection:
            await upsert(connection, asked_messages, rows)

    async def by_message(self, conversation: str, message_id: str) -> Asking | None:
        """Return the asking that a message shows."""
        query = (
            select(askings)
            .join_from(askings, asked_messages)
            .where(
                asked_messages.c.conversation == conversation,
                asked_messages.c.message_id == message_id,
            )
        )
        return next(iter(await self._select(query)), None)

    async def of_group(self, group_key: str, since: datetime) -> list[Asking]:
        """Return a group's daily questions, the newest first."""
        return await self._groups.do((group_key, since))

    async def is_busy(self, identity_id: int, conversation: str, now: datetime) -> bool:
        """Whether an account may have a question or a paper of its own open there.

        Quicker than ``open_for`` and ``papers.open``, which are to be asked when it is true.
        """
        return await self._busy.do((identity_id, conversation, now))

    async def place_of(self, attempt: Attempt) -> int:
        """Return how many answers in time an asking had with this one: 1 for the first."""
        return await self._places.do((attempt.asking_id, attempt.seq))

    async def open_for(self, identity_id: int, conversation: str, now: datetime) -> Asking | None:
        """Return what an account is to answer there: its newest question of the last 24 hours.

        Answered ones do not count, nor those whose answer was shown or that were put aside
        (``reveal``), nor those of a finished paper; a paper goes by its places.
        """
        finished = exists().where(
            papers.c.id == askings.c.paper_id, papers.c.finished_at.is_not(None)
        )
        query = (
            select(askings)
            .where(
                askings.c.identity_id == identity_id,
                askings.c.conversation == conversation,
                askings.c.asked_at > now - OPEN_FOR,
                askings.c.revealed_at.is_(None),
                ~answered_by(identity_id),
                ~finished,
            )
            .order_by(askings.c.asked_at.desc(), askings.c.place)
            .limit(1)
        )
        return next(iter(await self._select(query)), None)

    async def reveal(self, asking_id: str, now: datetime) -> bool:
        """Note that the answer is out: what comes after is practice. True for the first caller."""
        hidden = (askings.c.id == asking_id) & askings.c.revealed_at.is_(None)
        async with self._database.writing() as connection:
            done = await connection.execute(update(askings).where(hidden).values(revealed_at=now))
        return done.rowcount == 1

    async def withdraw(self, asking_id: str) -> bool:
        """Take back what certainly reached nobody; False when somebody answered it all the same."""
        answered = select(attempts.c.seq).where(attempts.c.asking_id == asking_id).exists()
        async with self._database.writing() as connection:
            gone = await connection.execute(
                delete(askings).where(askings.c.id == asking_id, ~answered)
            )
        return gone.rowcount == 1

    async def due_reveals(self, now: datetime) -> list[Asking]:
        """Return what should be revealed by now and is not, the longest overdue first."""
        query = (
            select(askings)
            .where(askings.c.revealed_at.is_(None), askings.c.reveal_at <= now)
            .order_by(askings.c.reveal_at, askings.c.place, askings.c.id)
        )
        return await self._select(query)

    async def tally(self, asking_id: str) -> Tally:
        """Count how an asking was answered in time, a person once."""
        query = (
            select(attempts.c.chosen, attempts.c.group_key, identities.c.person_id)
            .join_from(attempts, identities)
            .where(attempts.c.asking_id == asking_id, attempts.c.kind != LATE, first_of_person())
            .order_by(attempts.c.seq)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
            group = rows[0].group_key if rows else None
            names = await shown_names(connection, group) if group else {}
        counts: dict[OptionKey, int] = dict.fromkeys(OPTION_KEYS, 0)
        for row in rows:
            counts[cast("OptionKey", row.chosen)] += 1
        shown = (names.get(row.person_id) for row in rows)
        return Tally(counts, tuple(name for name in shown if name))

    async def recent_question_ids(
        self, *, group_key: str | None = None, person_id: int | None = None, since: datetime
    ) -> set[str]:
        """Return what was put to a group, or to a person or answered by them; or to either."""
        theirs = select(identities.c.id).where(identities.c.person_id == person_id)
        to_them = askings.c.identity_id.in_(theirs)
        if group_key is not None:  # compared with None, it would be every question to a person
            # What a member practised there before everybody's eyes counts as well.
            to_them |= askings.c.conversation == group_key
        asked = select(askings.c.question_id).where(askings.c.asked_at >= since, to_them)
        answered = select(attempts.c.question_id).where(
            attempts.c.answered_at >= since, attempts.c.identity_id.in_(theirs)
        )
        async with self._database.reading() as connection:
            return set((await connection.execute(asked.union(answered))).scalars())

    async def recent_points(self, group_key: str, since: datetime) -> dict[str, datetime]:
        """Return the main points of a group's daily questions and when each was asked last."""
        last = func.max(askings.c.asked_at, type_=askings.c.asked_at.type).label("last")
        query = (
            select(askings.c.point, last)
            .where(askings.c.group_key == group_key, askings.c.asked_at >= since)
            .group_by(askings.c.point)
        )
        async with self._database.reading() as connection:
            rows = await connection.execute(query)
            return {row.point: row.last for row in rows}

    async def put_again(self, asking_id: str, now: datetime) -> None:
        """Note that a question is put now (once more): it becomes the one that is open."""
        async with self._database.writing() as connection:
            this = update(askings).where(askings.c.id == asking_id)
            await connection.execute(this.values(asked_at=now))

    async def _select(self, query: Select[Any]) -> list[Asking]:
        async with self._database.reading() as connection:
            return await read(connection, query)


async def _of_groups(
    connection: AsyncConnection, wanted: Sequence[_OfGroup]
) -> list[list[Asking] | Exception]:
    query = (
        select(askings)
        .where(
            askings.c.group_key.in_({key for key, _ in wanted}),
            askings.c.asked_at >= min(since for _, since in wanted),
        )
        .order_by(askings.c.asked_at.desc(), askings.c.place.desc())
    )
    found = await read(connection, query)
    return [
        [one for one in found if one.group_key == key and one.asked_at >= since]
        for key, since in wanted
    ]


async def _are_busy(connection: AsyncConnection, wanted: Sequence[_Busy]) -> list[bool | Exception]:
    accounts = {identity_id for identity_id, _, _ in wanted}
    since = min(now for _, _, now in wanted) - OPEN_FOR
    asked = select(askings.c.identity_id, askings.c.conversation).where(
        askings.c.identity_id.in_(accounts), askings.c.asked_at > since
    )
    sitting = select(papers.c.identity_id, papers.c.conversation).where(
        papers.c.identity_id.in_(accounts), papers.c.finished_at.is_(None)
    )
    busy = {tuple(row) for row in await connection.execute(asked.union(sitting))}
    return [(identity_id, conversation) in busy for identity_id, conversation, _ in wanted]


async def _places(connection: AsyncConnection, wanted: Sequence[_Place]) -> list[int | Exception]:
    query = (
        select(attempts.c.asking_id, attempts.c.seq)
        .where(attempts.c.asking_id.in_({asking for asking, _ in wanted}), attempts.c.kind != LATE)
        .order_by(attempts.c.seq)
    )
    order: dict[str, list[int]] = {}
    for asking_id, seq in await connection.execute(query):
        order.setdefault(asking_id, []).append(seq)
    return [bisect_right(order.get(asking_id, []), seq) for asking_id, seq in wanted]
