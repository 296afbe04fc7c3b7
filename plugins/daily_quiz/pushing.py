"""Sends what is due: questions, reveals and personal reminders, each exactly once.

``run_due`` may be called at any time, from several processes, as often as one likes: the ledger
decides what is still to be done. Whether a push was delivered is never guessed: what may have
arrived is not sent again.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from loguru import logger

from backend.errors import RecordUnavailable
from backend.knowledge.library import Library
from backend.learning.askings import Askings
from backend.learning.groups import Group, Groups, Slot, slots_of
from backend.learning.ledger import ClaimLost, Delivery, Ledger
from backend.learning.people import People
from backend.learning.progress import Progress
from backend.learning.selection import Selection
from backend.learning.values import SHANGHAI, Asking, study_day
from plugins.asking_words import HOW_TO_ANSWER_GROUP, question_reply, reveal_reply
from plugins.daily_quiz import wording
from plugins.messages import Conversation, DeliveryUncertain, NotSent, Outbox, Reply

TellOperator = Callable[[str], Awaitable[None]]
Clock = Callable[[], datetime]

_FIRST_RETRY = timedelta(seconds=30)
_LONGEST_RETRY = timedelta(minutes=5)
_REVEAL_WINDOW = timedelta(hours=12)
_LOOK_BACK = timedelta(days=1)
_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class PushRules:
    """``makeup`` is how late a push may still be made; ``exam`` the first day of the exam."""

    exam: date
    makeup: timedelta = timedelta(minutes=60)


@dataclass(frozen=True, slots=True)
class _Push:
    """One thing to send: ``compose`` makes the reply, or a sentence why there is none.

    ``revealed`` is the asking that is revealed when it has been sent.
    """

    target: str
    slot: str
    day: date
    due_at: datetime
    conversation: Conversation
    window: timedelta
    compose: Callable[[], Awaitable[Reply | str]]
    revealed: str | None = None


class Pusher:
    """Finds out what is due and sends it."""

    def __init__(
        self,
        library: Library,
        groups: Groups,
        ledger: Ledger,
        askings: Askings,
        people: People,
        progress: Progress,
        selection: Selection,
        outbox: Outbox,
        rules: PushRules,
        tell_operator: TellOperator,
        clock: Clock,
    ) -> None:
        self._library = library
        self._groups = groups
        self._ledger = ledger
        self._askings = askings
        self._people = people
        self._progress = progress
        self._selection = selection
        self._outbox = outbox
        self._rules = rules
        self._tell_operator = tell_operator
        self._clock = clock
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._settled: dict[tuple[str, str, date], None] = {}
        self._told: set[tuple[str, date]] = set()

    async def run_due(self, now: datetime) -> None:
        """Send everything that is due at ``now``; never raises, so that a later run can mend it."""
        try:
            for row in await self._ledger.expire(now):
                await self._tell_operator(wording.unknown_notice(row))
            pushes = [*await self._questions(now), *await self._reveals(now)]
            pushes += await self._reminders(now)
            targets = dict.fromkeys(push.target for push in pushes)
            await asyncio.gather(
                *(self._guarded([p for p in pushes if p.target == target]) for target in targets)
            )
            self._forget_settled(now)
        except RecordUnavailable as error:
            logger.error(wording.LOG_NO_RECORD, error)

    async def owed(self, conversation: Conversation, now: datetime) -> list[Reply]:
        """Give what a platform that forbids pushes gets with a message instead.

        The rows are settled as confirmed: the caller sends the replies with its answer.
        """
        caps = self._outbox.caps(conversation)
        if not conversation.is_group or (caps is not None and caps.unprompted):
            return []
        group = await self._groups.get(conversation.key)
        if group is None:
            return []
        pushes = self._group_questions(group, now)
        pushes += [push for push in await self._reveals(now) if push.target == group.key]
        replies: list[Reply] = []
        for push in pushes:
            reply = await self._with_a_message(push, now)
            if reply is not None:
                replies.append(reply)
        return replies

    async def push_now(self, group: Group, now: datetime) -> str | None:
        """Send one more question at once, at the operator's wish; None or why it was not sent."""
        day = now.astimezone(SHANGHAI).date()
        slot = Slot(0, day, now, now + timedelta(hours=2))
        name = f"extra-{now.astimezone(SHANGHAI):%H%M%S}"
        push = self._question_push(group, slot, name)
        await self._deliver(push, now)
        row = await self._ledger.find(group.key, name, day)
        return None if row is not None and row.state == "confirmed" else (row.reason if row else "")

    async def _questions(self, now: datetime) -> list[_Push]:
        pushes: list[_Push] = []
        for group in await self._groups.all():
            due = self._group_questions(group, now)
            caps = self._outbox.caps(_conversation(group))
            if due and caps is not None and not caps.unprompted:
                await self._tell_passive(group, now)
                due = await self._given_up(due, now)
            if group.settings.is_quiet(now.astimezone(SHANGHAI).time()):
                # What is too late is noted as skipped at any hour.
                due = [push for push in due if now - push.due_at > push.window]
            pushes += due
        return pushes

    def _group_questions(self, group: Group, now: datetime) -> list[_Push]:
        settings = group.settings
        if not settings.enabled or settings.paused:
            return []
        today = now.astimezone(SHANGHAI).date()
        slots = [slot for day in (today - _LOOK_BACK, today) for slot in slots_of(settings, day)]
        since = settings.changed_at
        return [
            self._question_push(group, slot, slot.name)
            for slot in slots
            if slot.due_at <= now
            and (since is None or slot.due_at >= since)
            and not self._is_settled(group.key, slot.name, slot.day)
        ]

    def _question_push(self, group: Group, slot: Slot, name: str) -> _Push:
        async def compose() -> Reply | str:
            asking = await self._asking(group, slot, name)
            if asking is None:
                return wording.NO_QUESTION
            head = wording.question_head(
                self._library, asking, self._rules.exam, group.settings.count
            )
            return question_reply(asking, head, HOW_TO_ANSWER_GROUP)

        return _Push(
            group.key,
            name,
            slot.day,
            slot.due_at,
            _conversation(group),
            self._rules.makeup,
            compose,
        )

    async def _asking(self, group: Group, slot: Slot, name: str) -> Asking | None:
        """The asking of a slot: the same one at every try, in every process."""
        asking_id = hashlib.sha256(f"{group.key} {name} {slot.day}".encode()).hexdigest()[:32]
        asking = await self._askings.get(asking_id)
        if asking is not None:
            return asking
        question = await self._selection.for_group(group.key, group.settings, slot.due_at)
        if question is None:
            return None
        return await self._askings.ask(
            question,
            kind="daily",
            conversation=group.key,
            now=slot.due_at,
            group_key=group.key,
            place=slot.place,
            reveal_at=slot.reveal_at,
            id=asking_id,
        )

    async def _reveals(self, now: datetime) -> list[_Push]:
        pushes: list[_Push] = []
        for asking in await self._askings.due_reveals(now):
            group = await self._groups.get(asking.group_key or "")
            assert asking.reveal_at is not None
            if group is None or now - asking.reveal_at > _REVEAL_WINDOW:
                await self._askings.reveal(asking.id, now)
                continue
            slot = f"reveal-{asking.id[:12]}"
            row = await self._ledger.find(group.key, slot, asking.day)
            if row is not None and row.state in ("confirmed", "unknown", "skipped"):
                await self._askings.reveal(asking.id, now)
            elif not group.settings.is_quiet(now.astimezone(SHANGHAI).time()):
                pushes.append(self._reveal_push(group, asking, slot))
        return pushes

    def _reveal_push(self, group: Group, asking: Asking, slot: str) -> _Push:
        assert asking.reveal_at is not None

        async def compose() -> Reply | str:
            tally = await self._askings.tally(asking.id)
            head = wording.reveal_head(self._library, asking)
            return reveal_reply(self._library, asking, tally, head)

        return _Push(
            group.key,
            slot,
            asking.day,
            asking.reveal_at,
            _conversation(group),
            _REVEAL_WINDOW,
            compose,
            asking.id,
        )

    async def _reminders(self, now: datetime) -> list[_Push]:
        today = now.astimezone(SHANGHAI).date()
        pushes: list[_Push] = []
        for reminder in await self._people.reminders():
            due_at = datetime.combine(today, reminder.at, SHANGHAI)
            target = f"person:{reminder.identity_id}"
            late = now - due_at
            if not timedelta() <= late <= self._rules.makeup:
                continue
            if self._is_settled(target, "reminder", today):
                continue
            conversation = Conversation(
                reminder.target["platform"], reminder.target["bot"], reminder.target["id"], False
            )

            async def compose(person_id: int = reminder.person_id) -> Reply | str:
                return await self._reminder(person_id, now)

            pushes.append(
                _Push(target, "reminder", today, due_at, conversation, self._rules.makeup, compose)
            )
        return pushes

    async def _reminder(self, person_id: int, now: datetime) -> Reply:
        streak = await self._progress.streak(person_id, study_day(now))
        due = await self._selection.due(person_id, now)
        done = streak.last_day == study_day(now)
        text = wording.reminder(self._rules.exam, now, streak, len(due), done=done)
        return Reply(text, "command")

    async def _guarded(self, pushes: Sequence[_Push]) -> None:
        """Make the pushes to one target in their order: the next question knows of the last.

        Where another process is at one of them, the rest is left to it, for the same reason.
        """
        async with self._places:
            for push in pushes:
                try:
                    # The time now, not that of the run: leases are counted from it.
                    if not await self._deliver(push, self._clock()):
                        break
                except RecordUnavailable as error:
                    logger.error(wording.LOG_NO_RECORD, error)
                except Exception:  # noqa: BLE001 - one push must not keep the others back
                    logger.exception(wording.LOG_FAILED)

    async def _deliver(self, push: _Push, now: datetime) -> bool:
        """Make one push; False when another process is at it."""
        if self._outbox.caps(push.conversation) is None:
            # Another process may serve this platform; the slot is given up only when it is late.
            if now - push.due_at > push.window:
                await self._skip(push, wording.NOT_RUNNING, now)
            return True
        if now - push.due_at > push.window:
            await self._skip(push, wording.too_late(push.window), now)
            return True
        row = await self._ledger.claim(push.target, push.slot, push.day, push.due_at, now)
        if row is None:
            return await self._note_settled(push)
        reply = await push.compose()
        if isinstance(reply, str):
            await self._ledger.skipped(row, reply, now)
            return True
        try:
            row = await self._ledger.sending(row, reply.asking, self._clock())
        except ClaimLost:
            return False
        await self._send(push, row, reply)
        return True

    async def _send(self, push: _Push, row: Delivery, reply: Reply) -> None:
        try:
            receipt = await self._outbox.send(push.conversation, reply)
        except NotSent as refused:
            await self._not_sent(push, row, refused, self._clock())
            return
        except DeliveryUncertain as uncertain:
            reason = str(uncertain) or wording.UNCERTAIN
            row = await self._ledger.unknown(row, reason, self._clock())
            await self._tell_operator(wording.unknown_notice(row))
            return
        if reply.asking is not None:
            await self._askings.note_messages(
                reply.asking, push.conversation.key, receipt.message_ids
            )
        now = self._clock()
        await self._ledger.confirmed(row, now)
        if push.revealed is not None:
            await self._askings.reveal(push.revealed, now)

    async def _not_sent(self, push: _Push, row: Delivery, refused: NotSent, now: datetime) -> None:
        wait = min(_FIRST_RETRY * 2 ** (row.tries - 1), _LONGEST_RETRY)
        again = now + wait
        if refused.can_retry and again - push.due_at <= push.window:
            await self._ledger.failed(row, str(refused), now, again)
            return
        row = await self._ledger.skipped(row, str(refused), now)
        await self._withdraw(row)
        await self._tell_operator(wording.skipped_notice(row))

    async def _skip(self, push: _Push, reason: str, now: datetime) -> None:
        """Give a push up, also one that failed or whose owner died before."""
        if not await self._ledger.skip(push.target, push.slot, push.day, push.due_at, reason, now):
            row = await self._ledger.claim(push.target, push.slot, push.day, push.due_at, now)
            if row is not None:
                reason = f"{row.reason}，{reason}" if row.reason else reason
                row = await self._ledger.skipped(row, reason, now)
                await self._withdraw(row)
                await self._tell_operator(wording.skipped_notice(row))
        else:
            logger.warning(wording.LOG_SKIPPED, push.slot, push.day, reason)
        await self._note_settled(push)

    async def _withdraw(self, row: Delivery) -> None:
        """A question that nobody has seen is not waiting for answers."""
        if row.asking_id is not None and row.slot.startswith(("question", "extra")):
            await self._askings.withdraw(row.asking_id)

    async def _given_up(self, pushes: Sequence[_Push], now: datetime) -> list[_Push]:
        """Skip what a passive platform did not get on its day; nothing of it is pushed."""
        today = now.astimezone(SHANGHAI).date()
        for push in pushes:
            if push.day < today:
                await self._skip(push, wording.NOBODY_CAME, now)
        return []

    async def _with_a_message(self, push: _Push, now: datetime) -> Reply | None:
        if now.astimezone(SHANGHAI).date() > push.day and push.revealed is None:
            return None
        row = await self._ledger.claim(push.target, push.slot, push.day, push.due_at, now)
        if row is None:
            await self._note_settled(push)
            return None
        reply = await push.compose()
        if isinstance(reply, str):
            await self._ledger.skipped(row, reply, now)
            return None
        row = await self._ledger.sending(row, reply.asking, now)
        await self._ledger.confirmed(row, now, wording.WITH_A_MESSAGE)
        if push.revealed is not None:
            await self._askings.reveal(push.revealed, now)
        return reply

    async def _tell_passive(self, group: Group, now: datetime) -> None:
        key = (group.key, now.astimezone(SHANGHAI).date())
        if key not in self._told:
            self._told.add(key)
            await self._tell_operator(wording.passive_notice(group.platform))

    def _is_settled(self, target: str, slot: str, day: date) -> bool:
        return (target, slot, day) in self._settled

    async def _note_settled(self, push: _Push) -> bool:
        """Remember a row that will not change any more; False for one that somebody is at."""
        row = await self._ledger.find(push.target, push.slot, push.day)
        if row is not None and row.state in ("confirmed", "skipped", "unknown"):
            self._settled[push.target, push.slot, push.day] = None
        return row is None or row.state not in ("claimed", "sent")

    def _forget_settled(self, now: datetime) -> None:
        oldest = now.astimezone(SHANGHAI).date() - 2 * _LOOK_BACK
        for key in [key for key in self._settled if key[2] < oldest]:
            del self._settled[key]
        self._told = {key for key in self._told if key[1] >= oldest}


def _conversation(group: Group) -> Conversation:
    return Conversation(group.platform, group.bot, group.conversation_id, True)
