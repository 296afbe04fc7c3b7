"""Sends what is due: questions, reveals and personal reminders, each exactly once.

``run_due`` may be called at any time, from several processes, as often as one likes: the ledger
decides what is still to be done. Whether a push was delivered is never guessed: what may have
arrived is not sent again.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from loguru import logger

from backend.errors import RecordUnavailable
from backend.knowledge.library import Library
from backend.learning.askings import Askings
from backend.learning.groups import Group, Groups
from backend.learning.ledger import Ledger
from backend.learning.people import People
from backend.learning.progress import Progress
from backend.learning.selection import Selection
from backend.learning.values import SHANGHAI
from plugins.daily_quiz import wording
from plugins.daily_quiz.delivering import (
    Clock,
    Courier,
    IsReady,
    Push,
    TellOperator,
    always_ready,
)
from plugins.daily_quiz.question_pushes import QuestionPushes, conversation_of
from plugins.daily_quiz.reminder_pushes import ReminderPushes
from plugins.daily_quiz.reveal_pushes import RevealPushes
from plugins.messages import Conversation, Outbox, Reply


@dataclass(frozen=True, slots=True)
class PushRules:
    """``makeup`` is how late a push may still be made; ``exam`` the first day of the exam."""

    exam: date
    makeup: timedelta = timedelta(minutes=60)


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
        is_ready: IsReady = always_ready,
    ) -> None:
        """``is_ready`` tells whether this process could send to a conversation now."""
        self._groups = groups
        self._ledger = ledger
        self._courier = Courier(ledger, askings, outbox, tell_operator, clock, is_ready)
        self._questions = QuestionPushes(
            library,
            groups,
            askings,
            selection,
            self._courier,
            rules.exam,
            rules.makeup,
            tell_operator,
        )
        self._reveals = RevealPushes(library, groups, ledger, askings)
        self._reminders = ReminderPushes(
            people, progress, selection, self._courier, rules.exam, rules.makeup
        )

    async def run_due(self, now: datetime) -> None:
        """Send everything that is due at ``now``; never raises, so that a later run can mend it."""
        try:
            await self._courier.tidy(now)
            reveals = await self._reveals.due(now)
            pushes = [
                *await self._questions.due(now),
                *(push for push in reveals if not self._courier.must_wait(push.conversation)),
                *await self._reminders.due(now),
            ]
            await self._courier.deliver_all(pushes)
        except RecordUnavailable as error:
            logger.error(wording.LOG_NO_RECORD, error)
        except Exception:  # noqa: BLE001 - the clock must go on, and so must the start
            logger.exception(wording.LOG_FAILED)

    async def owed(self, conversation: Conversation, now: datetime) -> list[Reply]:
        """Give what a platform that forbids pushes gets with a message instead.

        The rows are settled as confirmed: the caller sends the replies with its answer.
        """
        if not conversation.is_group or not self._courier.must_wait(conversation):
            return []
        group = await self._groups.get(conversation.key)
        if group is None:
            return []
        today = now.astimezone(SHANGHAI).date()
        pushes = [push for push in self._questions.of_group(group, now) if push.day == today]
        pushes += [push for push in await self._reveals.due(now) if push.target == group.key]
        return await self._with_a_message(pushes, now)

    async def push_now(self, group: Group, now: datetime) -> str | None:
        """Send one more question at once, at the operator's wish; None or why it was not sent.

        It is not tried again: what did not go out is no question that waits for answers.
        """
        if self._courier.must_wait(conversation_of(group)):
            return wording.NO_PUSHES
        push = await self._questions.extra(group, now)
        await self._courier.deliver(push, now)
        row = await self._ledger.find(group.key, push.slot, push.day)
        return None if row is not None and row.state == "confirmed" else (row.reason if row else "")

    async def _with_a_message(self, pushes: list[Push], now: datetime) -> list[Reply]:
        """Give the replies as far as it goes: those that are settled must not be lost."""
        replies: list[Reply] = []
        try:
            for push in pushes:
                reply = await self._courier.with_a_message(push, now)
                if reply is not None:
                    replies.append(reply)
        except RecordUnavailable as error:
            logger.error(wording.LOG_NO_RECORD, error)
        return replies
