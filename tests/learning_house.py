"""The learning loop put together on a real database, with a clock that the test turns."""

import random
from collections.abc import AsyncGenerator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from backend.learning.askings import Askings
from backend.learning.attempts import Attempts
from backend.learning.corrections import Corrections
from backend.learning.database import Database
from backend.learning.groups import Groups, GroupSettings
from backend.learning.ledger import Ledger
from backend.learning.migrating import open_database
from backend.learning.people import People
from backend.learning.privacy import Privacy
from backend.learning.progress import Progress
from backend.learning.selection import Selection
from backend.learning.values import SHANGHAI
from backend.questions.bank import Bank
from backend.questions.catalogue import Catalogue
from backend.questions.generators.crc import CrcGenerator
from backend.questions.generators.page_replacement import PageReplacement
from backend.questions.generators.subnetting import SubnettingGenerator
from backend.questions.question import Question
from backend.questions.scope import ScopeReader
from plugins.daily_quiz.plugin import DailyQuizPlugin, QuizRules
from plugins.daily_quiz.pushing import Pusher, PushRules
from plugins.messages import Conversation, IncomingMessage
from tests.fakes_outbox import FakeOutbox
from tests.unit.knowledge.shipped import shipped_library, shipped_linker

EXAM = date(2026, 12, 19)
GROUP = Conversation("fake", "bot", "100", is_group=True)


def at(hour: int, minute: int = 0, *, day: int = 22, second: int = 0) -> datetime:
    """A moment in November 2026."""
    return datetime(2026, 11, day, hour, minute, second, tzinfo=SHANGHAI)


def small_question(slug: str, point: str, difficulty: int = 2) -> Question:
    """A question whose right option is 对 and stands under C."""
    options = {"A": "错一", "B": "错二", "C": "对", "D": "错三"}
    why = {key: f"{slug} 的{text}" for key, text in options.items()}
    stem = f"关于 {slug}，下列哪一个是对的？"
    return Question(f"q.{slug}", (point,), difficulty, stem, options, "C", why)  # pyright: ignore


SMALL = [
    small_question(f"{point.lower()}-{n}", point)
    for point in ("DS0305", "DS0406", "CO0202", "CO0304", "OS0230", "OS0202", "CN0506", "CN0602")
    for n in range(12)
]


@dataclass
class LearningHouse:
    """Everything of one process; several may share a database."""

    database: Database
    outbox: FakeOutbox
    people: People
    askings: Askings
    attempts: Attempts
    progress: Progress
    corrections: Corrections
    privacy: Privacy
    groups: Groups
    ledger: Ledger
    catalogue: Catalogue
    selection: Selection
    scopes: ScopeReader
    pusher: Pusher
    quiz: DailyQuizPlugin
    told: list[str] = field(default_factory=list)
    now: datetime = field(default_factory=lambda: at(12))

    async def switch_on(self, conversation: Conversation = GROUP, **changes) -> None:
        """Switch the daily question of a group on, a day ago."""
        before = self.now - timedelta(days=1)
        settings = GroupSettings(enabled=True, **changes)
        await self.groups.save(
            conversation.key,
            conversation.platform,
            conversation.bot,
            conversation.id,
            settings,
            before,
        )

    async def run_due(self, now: datetime) -> None:
        """Turn the clock to ``now`` and send what is due."""
        self.now = now
        await self.pusher.run_due(now)

    def message(
        self, text: str, *, user: str = "1", conversation: Conversation = GROUP, **more
    ) -> IncomingMessage:
        """Make a message at the present moment."""
        self._count = getattr(self, "_count", 0) + 1
        return IncomingMessage(
            f"m{self._count}",
            conversation,
            user,
            text,
            addressed=True,
            received_at=self.now,
            **more,
        )

    def private(self, user: str = "1") -> Conversation:
        return Conversation("fake", "bot", user, is_group=False)


@asynccontextmanager
async def learning_house(
    folder: Path,
    *,
    outbox: FakeOutbox | None = None,
    instance: str = "one",
    seed: int = 408,
    makeup: timedelta = timedelta(minutes=60),
    url: str = "",
) -> AsyncGenerator[LearningHouse]:
    """Open the record below ``folder`` (or at ``url``) and put the loop together on it."""
    library = shipped_library()
    database = await open_database(url, folder)
    chance = random.Random(seed)
    catalogue = Catalogue(
        Bank({q.id: q for q in SMALL}, {}, {q.id: q for q in SMALL}),
        [CrcGenerator(), SubnettingGenerator(), PageReplacement()],
    )
    outbox = outbox or FakeOutbox()
    people, askings = People(database), Askings(database, random.Random(seed))
    progress, corrections = Progress(database), Corrections(database)
    groups, ledger = Groups(database), Ledger(database, instance)
    selection = Selection(
        library.outline,
        catalogue,
        askings,
        progress,
        corrections,
        datetime(2026, 12, 20, 14, tzinfo=SHANGHAI),
        chance,
    )
    scopes = ScopeReader(library, shipped_linker())
    house: LearningHouse

    async def tell(sentence: str) -> None:
        house.told.append(sentence)

    pusher = Pusher(
        library,
        groups,
        ledger,
        askings,
        people,
        progress,
        selection,
        outbox,
        PushRules(EXAM, makeup),
        tell,
        lambda: house.now,
    )
    async with aclosing(database), Attempts(database) as attempts:
        quiz = DailyQuizPlugin(
            library,
            groups,
            people,
            askings,
            attempts,
            scopes,
            QuizRules(EXAM, frozenset({"fake:9"})),
        )
        house = LearningHouse(
            database,
            outbox,
            people,
            askings,
            attempts,
            progress,
            corrections,
            Privacy(database),
            groups,
            ledger,
            catalogue,
            selection,
            scopes,
            pusher,
            quiz,
        )
        yield house
