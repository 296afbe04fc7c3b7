"""Rows of ``askings`` and what goes with them, as queries and values.

The stored question is the one that was put; when its key is changed later, it is read with the key
now in force, or as retracted, so that reveals and reviews say what is right today.
"""

import random
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.learning.log import keys_in_force
from backend.learning.tables import askings, attempts, identities, members, papers
from backend.learning.values import Asking, AskingKind, Paper, study_day
from backend.questions.question import OPTION_KEYS, OptionKey, Question, as_json, from_json

PAPER = tuple(papers.columns[name] for name in Paper.__slots__)


async def shown_names(connection: AsyncConnection, group_key: str) -> Mapping[int, str]:
    """Return the people who agreed to be named in a group, by person; the newest name of each."""
    query = (
        select(identities.c.person_id, members.c.name)
        .join_from(members, identities)
        .where(members.c.group_key == group_key, members.c.shows_name)
        .order_by(members.c.last_seen_at)
    )
    return {person: name for person, name in await connection.execute(query) if name}


def of_paper(paper_id: str) -> Select[Any]:
    """Select the askings of a paper in its order."""
    return select(askings).where(askings.c.paper_id == paper_id).order_by(askings.c.place)


def unfinished(identity_id: int, conversation: str) -> Select[Any]:
    """Select the account's newest unfinished paper in a conversation."""
    return (
        select(*PAPER)
        .where(
            papers.c.identity_id == identity_id,
            papers.c.conversation == conversation,
            papers.c.finished_at.is_(None),
        )
        .order_by(papers.c.started_at.desc())
        .limit(1)
    )


def answered_by(identity_id: int) -> ColumnElement[bool]:
    """Give the condition that an account has answered an asking."""
    return exists().where(
        attempts.c.asking_id == askings.c.id, attempts.c.identity_id == identity_id
    )


def new_asking(
    question: Question, kind: AskingKind, conversation: str, now: datetime, chance: random.Random
) -> Asking:
    """Make an asking to nobody in particular, its options shuffled by ``chance``."""
    return Asking(
        id=uuid.uuid4().hex,
        kind=kind,
        question=question,
        order="".join(chance.sample(OPTION_KEYS, len(OPTION_KEYS))),
        conversation=conversation,
        group_key=None,
        identity_id=None,
        paper_id=None,
        place=1,
        day=study_day(now),
        asked_at=now,
        reveal_at=None,
        revealed_at=None,
    )


def row_of(asking: Asking) -> dict[str, Any]:
    """Write an asking as a row."""
    question = asking.question
    row = {name: getattr(asking, name) for name in Asking.__slots__ if name in askings.c}
    return row | {
        "shown_order": asking.order,
        "question": as_json(question),
        "question_id": question.id,
        "point": question.point,
    }


async def read(connection: AsyncConnection, query: Select[Any]) -> list[Asking]:
    """Read whole rows of ``askings``, each question with the key now in force."""
    rows = (await connection.execute(query)).all()
    if not rows:
        return []
    keys = await keys_in_force(connection, {row.question_id for row in rows})

    def asking(row: Row[Any]) -> Asking:
        question = from_json(row.question)
        # Few questions are ever corrected: most need no fingerprint.
        text = (question.id, question.text_fingerprint) if keys else None
        if text is None or text not in keys:
            return _asking(row, question)
        key = keys[text]
        if key is None:
            return _asking(row, question, retracted=True)
        return _asking(row, _with_key(question, key))

    return [asking(row) for row in rows]


def _with_key(question: Question, answer: OptionKey) -> Question:
    """Put another key in force; the reasons and steps argue for the old one."""
    if answer == question.answer:
        return question
    return replace(question, answer=answer, why={}, steps=())


def _asking(row: Row[Any], question: Question, *, retracted: bool = False) -> Asking:
    values: dict[str, Any] = {
        name: row._mapping[name] for name in Asking.__slots__ if name in row._mapping
    }
    values |= {"question": question, "order": row.shown_order, "retracted": retracted}
    return Asking(**values)
