"""The learning half of ``bot/wiring.py``: the record, what is chosen from it, and its plugins."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex

from prometheus_client import CollectorRegistry

from backend.conversation.ports import DialogueStore
from backend.errors import ContentError, RecordUnavailable
from backend.knowledge.library import Library
from backend.knowledge.linker import Linker
from backend.learning.askings import Askings
from backend.learning.attempts import Attempts
from backend.learning.corrections import Corrections
from backend.learning.database import Database
from backend.learning.groups import Groups
from backend.learning.ledger import Ledger
from backend.learning.migrating import open_database
from backend.learning.people import People
from backend.learning.privacy import Privacy
from backend.learning.progress import Progress
from backend.learning.selection import Selection
from backend.learning.values import exam_moment
from backend.questions.bank import Bank, load_bank
from backend.questions.catalogue import Catalogue
from backend.questions.generators.registry import ALL
from backend.questions.scope import ScopeReader
from bot.health import Health
from bot.metrics import CountedAttempts, CountedLedger, learning_metrics
from bot.operator_line import OperatorLine
from bot.outboxes import Outboxes
from bot.platforms.ports import Clock, shanghai_now
from bot.record_watch import RecordWatch
from bot.scheduler import Clockwork
from config.settings import Settings
from plugins.admin.plugin import AdminPlugin
from plugins.daily_quiz.plugin import DailyQuizPlugin, QuizRules
from plugins.daily_quiz.pushing import Pusher, PushRules
from plugins.help.plugin import HelpPlugin
from plugins.messages import Conversation, IncomingMessage, Plugin, Receipt, Reply
from plugins.practice.plugin import PracticePlugin
from plugins.progress.plugin import ProgressPlugin


@dataclass(frozen=True, slots=True)
class Learning:
    """The stores and plugins of the learning loop; ``plugins`` in the order of being offered."""

    database: Database
    watch: RecordWatch
    people: People
    askings: Askings
    groups: Groups
    ledger: Ledger
    corrections: Corrections
    pusher: Pusher
    clockwork: Clockwork
    catalogue: Catalogue
    plugins: Sequence[Plugin]

    async def owed(self, message: IncomingMessage, reply: Reply) -> Sequence[Reply]:
        """Give what goes with a reply: notices of corrected questions, questions not pushed.

        A group's question does not go with what only the sender sees. Without the record nothing is
        owed yet; what is not pushed must not be lost over notices.
        """
        owed: list[Reply] = []
        with suppress(RecordUnavailable):
            if not reply.private:
                owed += await self.pusher.owed(message.conversation, message.received_at)
            if reply.decision == "command":
                owed += [Reply(text, "command") for text in (await self._untold(message)).values()]
        return owed

    async def delivered(self, message: IncomingMessage, reply: Reply, receipt: Receipt) -> None:
        """Note what the platform sent: a question, so that it can be quoted, and notices."""
        with suppress(RecordUnavailable):
            if reply.asking is not None and receipt.message_ids:
                await self.askings.note_messages(
                    reply.asking, message.conversation.key, receipt.message_ids
                )
            if reply.decision == "command":
                untold = await self._untold(message)
                told = [number for number, text in untold.items() if text in reply.text]
                if told:
                    await self.corrections.told(told, message.received_at)

    async def _untold(self, message: IncomingMessage) -> Mapping[int, str]:
        identity = await self.people.find(message.conversation.platform, message.sender)
        return await self.corrections.untold(identity.id) if identity is not None else {}


@asynccontextmanager
async def open_learning(
    settings: Settings,
    library: Library,
    linker: Linker,
    bank: Bank,
    dialogues: DialogueStore,
    outboxes: Outboxes,
    clock: Clock,
    registry: CollectorRegistry | None = None,
) -> AsyncGenerator[Learning]:
    """Open the record and put the learning loop together; its counters go into ``registry``.

    RecordUnavailable when the database cannot be used.
    """
    database = await open_database(
        settings.database.url.get_secret_value(), settings.data_dir.absolute()
    )
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.aclose)
        metrics = learning_metrics(registry or CollectorRegistry())
        ledger = CountedLedger(database, token_hex(4), metrics.pushes)
        attempts = await stack.enter_async_context(CountedAttempts(database, metrics.answers))
        yield _put_together(
            settings, library, linker, bank, dialogues, outboxes, clock, database, ledger, attempts
        )


def watch_learning(health: Health, learning: Learning) -> None:
    """Show the record, the questions and the deliveries of two days on ``/healthz``."""

    async def record() -> dict[str, object]:
        kind = "sqlite" if learning.database.is_sqlite else "postgresql"
        problem = await learning.watch.look()
        detail = {"error": problem} if problem else {}
        return {"ok": not problem, "kind": kind, **detail}

    async def questions() -> dict[str, object]:
        catalogue = learning.catalogue
        return {"ok": True, "written": catalogue.written, "generators": catalogue.kinds}

    async def deliveries() -> dict[str, object]:
        since = shanghai_now().date() - timedelta(days=1)
        counts = await learning.ledger.counts(since)
        last = learning.clockwork.last_run
        looked = {"last_run": last.isoformat(timespec="seconds")} if last else {}
        return {"ok": not counts.get("unknown"), **counts, **looked}

    health.add("learning_record", record)
    health.add("questions", questions)
    health.add("deliveries", deliveries)


def bank_of(settings: Settings, library: Library) -> Bank:
    """Load the questions; ContentError with a list of what is wrong with them."""
    bank = load_bank(settings.content_dir, library)
    if not bank.questions and bank.written:
        raise ContentError(["题库里没有一道算数的题，运行 python -m kb_builder questions check"])
    return bank


def _put_together(
    settings: Settings,
    library: Library,
    linker: Linker,
    bank: Bank,
    dialogues: DialogueStore,
    outboxes: Outboxes,
    clock: Clock,
    database: Database,
    ledger: Ledger,
    attempts: Attempts,
) -> Learning:
    people, askings, progress = People(database), Askings(database), Progress(database)
    corrections, privacy, groups = Corrections(database), Privacy(database), Groups(database)
    catalogue = Catalogue(bank, ALL)
    scopes = ScopeReader(library, linker)
    selection = Selection(
        library.outline, catalogue, askings, progress, corrections, exam_moment(settings.exam_date)
    )
    superusers = frozenset(settings.superusers)
    operator = OperatorLine(superusers, outboxes)
    pusher = Pusher(
        library,
        groups,
        ledger,
        askings,
        people,
        progress,
        selection,
        outboxes,
        PushRules(settings.exam_date, timedelta(minutes=settings.quiz.makeup_minutes)),
        operator,
        clock,
        outboxes.is_ready,
    )
    plugins: list[Plugin] = [
        AdminPlugin(
            superusers, groups, ledger, progress, corrections, askings, outboxes, pusher.push_now
        ),
        DailyQuizPlugin(
            library,
            groups,
            people,
            askings,
            attempts,
            scopes,
            QuizRules(settings.exam_date, superusers),
            outboxes.is_member,
            dialogues,
        ),
        PracticePlugin(
            library,
            people,
            askings,
            attempts,
            progress,
            corrections,
            selection,
            scopes,
            dialogues,
            settings.exam_date,
            settings.quiz.mock_seconds_per_question,
        ),
        ProgressPlugin(
            library,
            people,
            askings,
            attempts,
            progress,
            selection,
            privacy,
            settings.exam_date,
            _can_push(outboxes),
        ),
        # The last of them: it answers commands that nobody knows.
        HelpPlugin(dialogues, people, privacy),
    ]
    watch = RecordWatch(database, groups)
    rounds = _Rounds(watch, operator, pusher)
    clockwork = Clockwork(rounds, groups, people, clock, settings.quiz.sweep_seconds)
    return Learning(
        database,
        watch,
        people,
        askings,
        groups,
        ledger,
        corrections,
        pusher,
        clockwork,
        catalogue,
        plugins,
    )


class _Rounds:
    """What the clock does each time: look after the record, tell the operator, send what is due."""

    def __init__(self, watch: RecordWatch, operator: OperatorLine, pusher: Pusher) -> None:
        self._watch = watch
        self._operator = operator
        self._pusher = pusher

    async def run_due(self, now: datetime) -> None:
        """Never raises, so that a later round can mend it."""
        await self._watch.look()
        await self._operator.again()
        await self._pusher.run_due(now)


def _can_push(outboxes: Outboxes) -> Callable[[Conversation], bool]:
    def can_push(conversation: Conversation) -> bool:
        caps = outboxes.caps(conversation)
        return caps is not None and caps.unprompted

    return can_push
