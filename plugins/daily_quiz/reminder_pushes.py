"""Which people are to be reminded, privately, as they wished."""

from datetime import date, datetime, timedelta

from backend.learning.people import People
from backend.learning.progress import Progress
from backend.learning.selection import Selection
from backend.learning.values import SHANGHAI, Reminder, study_day
from plugins.daily_quiz import wording
from plugins.daily_quiz.delivering import LOOK_BACK, Courier, Push
from plugins.messages import Conversation, Reply

_SLOT = "reminder"


class ReminderPushes:
    """The personal reminders; ``exam`` is the exam's first day, ``makeup`` how late one may be."""

    def __init__(
        self,
        people: People,
        progress: Progress,
        selection: Selection,
        courier: Courier,
        exam: date,
        makeup: timedelta,
    ) -> None:
        self._people = people
        self._progress = progress
        self._selection = selection
        self._courier = courier
        self._exam = exam
        self._makeup = makeup

    async def due(self, now: datetime) -> list[Push]:
        """Return the reminders to be sent now.

        What was due before it was wished for is not made up for; yesterday's, shortly before
        midnight, still is.
        """
        today = now.astimezone(SHANGHAI).date()
        pushes: list[Push] = []
        for reminder in await self._people.reminders():
            for day in (today - LOOK_BACK, today):
                due_at = datetime.combine(day, reminder.at, SHANGHAI)
                if reminder.since <= due_at <= now <= due_at + self._makeup:
                    pushes += self._unsettled(reminder, day, due_at, now)
        return pushes

    def _unsettled(
        self, reminder: Reminder, day: date, due_at: datetime, now: datetime
    ) -> list[Push]:
        target = f"person:{reminder.identity_id}"
        place = reminder.target
        conversation = Conversation(place["platform"], place["bot"], place["id"], is_group=False)
        if self._courier.is_settled(target, _SLOT, day) or self._courier.must_wait(conversation):
            return []

        async def compose() -> Reply | str:
            return await self._reply(reminder.person_id, now)

        return [Push(target, _SLOT, day, due_at, conversation, self._makeup, compose)]

    async def _reply(self, person_id: int, now: datetime) -> Reply:
        streak = await self._progress.streak(person_id, study_day(now))
        due = await self._selection.due(person_id, now)
        done = streak.last_day == study_day(now)
        text = wording.reminder(self._exam, now, streak, len(due), done=done)
        return Reply(text, "command")
