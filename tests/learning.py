"""The learning record as the tests use it: all of its parts on one database, and questions."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from backend.learning.askings import Askings
from backend.learning.attempts import Attempts
from backend.learning.corrections import Corrections
from backend.learning.database import Database
from backend.learning.migrating import open_database
from backend.learning.people import People
from backend.learning.privacy import Privacy
from backend.learning.progress import Progress
from backend.learning.values import SHANGHAI, Asking, Identity, Outcome
from backend.questions.question import OPTION_KEYS, OptionKey, Question

NOON = datetime(2026, 11, 2, 12, 30, tzinfo=SHANGHAI)  # a Monday
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
GROUP = "qq:bot:g:1"
ELSEWHERE = "qq:bot:g:2"


def question(
    number: int = 1, *, point: str = "OS0316", answer: OptionKey = "B", difficulty: int = 3
) -> Question:
    """Make a question of its own for each number."""
    return Question(
        id=f"q.os.test-{number}",
        points=(point,),
        difficulty=difficulty,
        stem=f"第 {number} 题：选 {answer}。",
        options={key: f"{number}{key}" for key in OPTION_KEYS},
        answer=answer,
        why={key: f"{key} 的理由" for key in OPTION_KEYS},
    )


def private(identity: Identity) -> str:
    return f"{identity.platform}:bot:p:{identity.user_id}"


@dataclass(frozen=True, slots=True)
class Record:
    """One process's view of a learning record."""

    database: Database
    people: People
    askings: Askings
    attempts: Attempts
    progress: Progress
    corrections: Corrections
    privacy: Privacy

    async def person(self, user: str = "1", platform: str = "qq") -> Identity:
        return await self.people.identify(platform, user, NOON)

    async def member(self, user: str, name: str | None = None, group: str = GROUP) -> Identity:
        identity = await self.person(user)
        await self.people.seen(group, identity.id, NOON)
        if name is not None:
            await self.people.show_name(group, identity.id, name, NOON)
        return identity

    async def daily(
        self, asked: Question | None = None, *, at: datetime = NOON, group: str = GROUP, **more
    ) -> Asking:
        return await self.askings.ask(
            asked or question(),
            kind="daily",
            conversation=group,
            group_key=group,
            now=at,
            **more,
        )

    async def practice(
        self, identity: Identity, asked: Question | None = None, *, at: datetime = NOON, **more
    ) -> Asking:
        return await self.askings.ask(
            asked or question(),
            kind="practice",
            conversation=private(identity),
            identity_id=identity.id,
            now=at,
            **more,
        )

    async def answers(
        self, asking: Asking, identity: Identity, right: bool, at: datetime = NOON
    ) -> Outcome:
        """Answer an asking rightly or wrongly by its present key."""
        shown = asking.shown_answer if right else wrong_letter(asking)
        return await self.attempts.answer(asking, identity, shown, at)

    async def practises(
        self, identity: Identity, asked: Question, right: bool, at: datetime
    ) -> Outcome:
        """Ask a question privately and answer it."""
        return await self.answers(await self.practice(identity, asked, at=at), identity, right, at)


def wrong_letter(asking: Asking) -> OptionKey:
    return next(letter for letter in OPTION_KEYS if letter != asking.shown_answer)


@asynccontextmanager
async def open_record(url: str, folder: Path) -> AsyncIterator[Record]:
    """Open a record with everything on it; options are shuffled by a fixed seed."""
    database = await open_database(url, folder)
    async with Attempts(database) as attempts:
        yield Record(
            database=database,
            people=People(database),
            askings=Askings(database, random.Random(408)),
            attempts=attempts,
            progress=Progress(database),
            corrections=Corrections(database),
            privacy=Privacy(database),
        )
    await database.aclose()
