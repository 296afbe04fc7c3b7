"""Mock exams: papers of many questions, which are askings of one person with a place each."""

import random
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, select, update

from backend.learning.asking_rows import (
    PAPER,
    answered_by,
    new_asking,
    of_paper,
    read,
    row_of,
    unfinished,
)
from backend.learning.database import Database, upsert
from backend.learning.tables import askings, papers
from backend.learning.values import Asking, Paper
from backend.questions.question import Question


class Papers:
    """The papers of everybody; ``chance`` shuffles the options."""

    def __init__(self, database: Database, chance: random.Random) -> None:
        self._database = database
        self._chance = chance

    async def start(
        self,
        identity_id: int,
        conversation: str,
        questions: Sequence[Question],
        now: datetime,
        ends_at: datetime,
    ) -> tuple[Paper, list[Asking]]:
        """Store a paper with all its questions, numbered from 1."""
        paper = Paper(
            uuid.uuid4().hex, identity_id, conversation, len(questions), now, ends_at, None
        )
        asked = [
            replace(
                new_asking(question, "mock", conversation, now, self._chance),
                identity_id=identity_id,
                paper_id=paper.id,
                place=place,
            )
            for place, question in enumerate(questions, 1)
        ]
        row = {name: getattr(paper, name) for name in Paper.__slots__}
        async with self._database.writing() as connection:
            await connection.execute(insert(papers), row)
            await upsert(connection, askings, [row_of(asking) for asking in asked])
            stored = await read(connection, of_paper(paper.id))
        return paper, stored

    async def unanswered(self, paper_id: str, identity_id: int) -> list[Asking]:
        """Return what an account has not answered of a paper, in its order."""
        query = (
            select(askings)
            .where(askings.c.paper_id == paper_id, ~answered_by(identity_id))
            .order_by(askings.c.place)
        )
        return await self._select(query)

    async def finish(self, paper_id: str, now: datetime) -> bool:
        """Close a paper; true for the first caller."""
        unfinished = (papers.c.id == paper_id) & papers.c.finished_at.is_(None)
        async with self._database.writing() as connection:
            done = await connection.execute(
                update(papers).where(unfinished).values(finished_at=now)
            )
        return done.rowcount == 1

    async def open(self, identity_id: int, conversation: str, now: datetime) -> Paper | None:
        """Return the account's newest unfinished paper there whose time is not up at ``now``."""
        return await self._paper(
            unfinished(identity_id, conversation).where(papers.c.ends_at > now)
        )

    async def overdue(self, identity_id: int, conversation: str, now: datetime) -> Paper | None:
        """Return the account's newest unfinished paper there whose time is up at ``now``."""
        return await self._paper(
            unfinished(identity_id, conversation).where(papers.c.ends_at <= now)
        )

    async def get(self, paper_id: str) -> Paper | None:
        """Return a paper, None when there is none; its questions: ``askings_of``."""
        return await self._paper(select(*PAPER).where(papers.c.id == paper_id))

    async def finished(self, identity_id: int, limit: int) -> list[Paper]:
        """Return the account's last finished papers, the newest first."""
        theirs = (papers.c.identity_id == identity_id) & papers.c.finished_at.is_not(None)
        query = select(*PAPER).where(theirs).order_by(papers.c.finished_at.desc()).limit(limit)
        async with self._database.reading() as connection:
            return [Paper(*row) for row in await connection.execute(query)]

    async def askings_of(self, paper_id: str) -> list[Asking]:
        """Return a paper's questions in its order."""
        return await self._select(of_paper(paper_id))

    async def _paper(self, query: Select[Any]) -> Paper | None:
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).first()
        return Paper(*row) if row else None

    async def _select(self, query: Select[Any]) -> list[Asking]:
        async with self._database.reading() as connection:
            return await read(connection, query)
