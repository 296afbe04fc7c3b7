"""Reading the append-only log: attempts as values, judged by the keys now in force.

A person counts once per asking: when two linked accounts both answered (before they were linked),
the first answer counts and the other is passed over, here and wherever answers are counted.
"""

from collections import defaultdict
from collections.abc import Collection
from typing import Any, cast

from sqlalchemy import ColumnElement, Row, and_, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.learning.folding import Answered, Event, MadeUp
from backend.learning.tables import attempts, identities, key_changes, makeups, marks
from backend.learning.values import Attempt
from backend.questions.catalogue import KeyChanges
from backend.questions.question import OptionKey

GUESSED = "guessed"
LATE = "late"

_FIELDS = tuple(attempts.columns[name] for name in Attempt.__slots__)


def attempt_columns() -> tuple[ColumnElement[Any], ...]:
    """Give the columns that ``attempt_of`` reads."""
    return _FIELDS


def attempt_of(row: Row[Any]) -> Attempt:
    """Read an attempt from a row that begins with ``attempt_columns``."""
    return Attempt(*row[: len(_FIELDS)])


async def keys_in_force(
    connection: AsyncConnection, question_ids: Collection[str] | None = None
) -> KeyChanges:
    """Read the changed keys of these questions, or of all."""
    columns = (key_changes.c.question_id, key_changes.c.fingerprint, key_changes.c.answer)
    query = select(*columns).order_by(key_changes.c.seq)
    if question_ids is not None:
        query = query.where(key_changes.c.question_id.in_(question_ids))
    rows = await connection.execute(query)
    return {(question, seen): cast("OptionKey | None", key) for question, seen, key in rows}


def judged(attempt: Attempt, keys: KeyChanges) -> bool | None:
    """Tell whether an attempt is right by the key now in force; None when retracted."""
    key = keys.get((attempt.question_id, attempt.fingerprint), attempt.answer)
    return None if key is None else attempt.chosen == key


def first_of_person() -> ColumnElement[bool]:
    """Give the condition that an attempt (joined with its identity) is its person's first."""
    other, theirs = attempts.alias(), identities.alias()
    earlier = (
        exists()
        .select_from(other.join(theirs, theirs.c.id == other.c.identity_id))
        .where(
            other.c.asking_id == attempts.c.asking_id,
            theirs.c.person_id == identities.c.person_id,
            other.c.seq < attempts.c.seq,
        )
    )
    return ~earlier


async def events_of(
    connection: AsyncConnection, person_ids: Collection[int]
) -> dict[int, list[Event]]:
    """Read everything that people did, each in the order of the log, ready to be folded."""
    events: dict[int, list[Event]] = {person: [] for person in person_ids}
    made_up = (
        select(identities.c.person_id, makeups.c.day)
        .join_from(makeups, identities)
        .where(identities.c.person_id.in_(person_ids))
        .order_by(makeups.c.day)
    )
    for person, day in await connection.execute(made_up):
        events[person].append(MadeUp(day))
    for person, answered in await _answers(connection, person_ids):
        events[person].append(answered)
    return events


async def _answers(
    connection: AsyncConnection, person_ids: Collection[int]
) -> list[tuple[int, Answered]]:
    guessed = and_(marks.c.attempt_seq == attempts.c.seq, marks.c.mark == GUESSED)
    query = (
        select(*_FIELDS, identities.c.person_id, marks.c.seq.label("mark_seq"))
        .select_from(attempts.join(identities).outerjoin(marks, guessed))
        .where(identities.c.person_id.in_(person_ids))
        .order_by(attempts.c.seq)
    )
    rows = (await connection.execute(query)).all()
    keys = await keys_in_force(connection)
    answered = defaultdict[int, set[str]](set)
    kept: list[tuple[int, Answered]] = []
    for row in rows:
        attempt, person, mark = attempt_of(row), row.person_id, row.mark_seq
        if attempt.asking_id not in answered[person]:
            answered[person].add(attempt.asking_id)
            kept.append((person, Answered(attempt, judged(attempt, keys), mark is not None)))
    return kept
