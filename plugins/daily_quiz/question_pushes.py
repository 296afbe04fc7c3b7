"""Which of the groups' questions are due, and how each is put."""

import hashlib
from dataclasses import replace
from datetime import date, datetime, timedelta

from backend.knowledge.library import Library
from backend.learning.askings import Askings
from backend.learning.groups import (
    REVEAL_AFTER,
    Group,
    Groups,
    GroupSettings,
    Slot,
    slots_of,
)
from backend.learning.selection import Selection
from backend.learning.values import SHANGHAI, Asking, study_day
from plugins.asking_words import HOW_TO_ANSWER_GROUP, question_reply
from plugins.daily_quiz import wording
from plugins.daily_quiz.delivering import LOOK_BACK, Courier, Push, TellOperator
from plugins.messages import Conversation, Reply

_EXTRA_REVEALED_AFTER = timedelta(hours=2)
_BEFORE_QUIET = timedelta(minutes=5)
"""Leaves the clock and the platform a moment to get it done."""


class QuestionPushes:
    """The daily questions; ``exam`` is the exam's first day, ``makeup`` how late one may come."""

    def __init__(
        self,
        library: Library,
        groups: Groups,
        askings: Askings,
        selection: Selection,
        courier: Courier,
        exam: date,
        makeup: timedelta,
        tell_operator: TellOperator,
    ) -> None:
        self._library = library
        self._groups = groups
        self._askings = askings
        self._selection = selection
        self._courier = courier
        self._exam = exam
        self._makeup = makeup
        self._tell_operator = tell_operator
        self._told: set[tuple[str, date]] = set()

    async def due(self, now: datetime) -> list[Push]:
        """Return what is to be pushed now; what can only go with a message is seen to."""
        pushes: list[Push] = []
        for group in await self._groups.all():
            due = self.of_group(group, now)
            if due and self._courier.must_wait(conversation_of(group)):
                await self._tell_passive(group, now)
                await self._give_up(due, now)
                continue
            if group.settings.is_quiet(now.astimezone(SHANGHAI).time()):
                # What is too late is noted as skipped at any hour.
                due = [push for push in due if now - push.due_at > push.window]
            pushes += due
        return pushes

    def of_group(self, group: Group, now: datetime) -> list[Push]:
        """Return the questions of a group that were due by ``now`` and are not settled."""
        settings = group.settings
        if not settings.enabled or settings.paused:
            return []
        today = now.astimezone(SHANGHAI).date()
        slots = [slot for day in (today - LOOK_BACK, today) for slot in slots_of(settings, day)]
        since = settings.changed_at
        return [
            self._push(group, slot, slot.name)
            for slot in slots
            if slot.due_at <= now
            and (since is None or slot.due_at >= since)
            and not self._courier.is_settled(group.key, slot.name, slot.day)
        ]

    async def extra(self, group: Group, now: datetime) -> Push:
        """Return one more question, due now or never; it is numbered after the day's."""
        local = now.astimezone(SHANGHAI)
        reveal_at = reveal_of_extra(group.settings, now)
        slot = Slot(await self._next_place(group, now), local.date(), now, reveal_at)
        # To the millisecond: two wishes within one second are two questions.
        push = self._push(group, slot, f"extra-{local:%H%M%S%f}"[:-3])
        return replace(push, window=timedelta(0))

    async def _next_place(self, group: Group, now: datetime) -> int:
        recent = await self._askings.of_group(group.key, now - 2 * LOOK_BACK)
        today = study_day(now)
        taken = [one.place for one in recent if one.day == today or one.revealed_at is None]
        return max([group.settings.count, *taken]) + 1

    def _push(self, group: Group, slot: Slot, name: str) -> Push:
        # The same id at every try, in every process.
        asking_id = hashlib.sha256(f"{group.key} {name} {slot.day}".encode()).hexdigest()[:32]

        async def compose() -> Reply | str:
            asking = await self._asking(group, slot, asking_id)
            if asking is None:
                return wording.NO_QUESTION
            head = wording.question_head(self._library, asking, self._exam, group.settings.count)
            return question_reply(asking, head, HOW_TO_ANSWER_GROUP)

        return Push(
            group.key,
            name,
            slot.day,
            slot.due_at,
            conversation_of(group),
            self._makeup,
            compose,
            asks=asking_id,
        )

    async def _asking(self, group: Group, slot: Slot, asking_id: str) -> Asking | None:
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

    async def _give_up(self, pushes: list[Push], now: datetime) -> None:
        """Skip what a passive platform did not get on its day."""
        today = now.astimezone(SHANGHAI).date()
        for push in pushes:
            if push.day < today:
                await self._courier.skip(push, wording.NOBODY_CAME, now)

    async def _tell_passive(self, group: Group, now: datetime) -> None:
        """Tell the operator, once a day, that a group is not pushed to."""
        today = now.astimezone(SHANGHAI).date()
        self._told = {key for key in self._told if key[1] == today}
        if (group.key, today) not in self._told:
            self._told.add((group.key, today))
            await self._tell_operator(wording.passive_notice(group.platform))


def reveal_of_extra(settings: GroupSettings, now: datetime) -> datetime:
    """Return when an extra question is revealed: after two hours, unless the group is quiet then.

    Then it is just before the quiet hours, where that leaves time to answer, else after them.
    """
    usual = now + _EXTRA_REVEALED_AFTER
    local = usual.astimezone(SHANGHAI)
    if settings.quiet is None or not settings.is_quiet(local.time()):
        return usual
    begin, end = settings.quiet
    begins = datetime.combine(local.date(), begin, SHANGHAI)
    if begins > local:
        begins -= timedelta(days=1)
    if begins - _BEFORE_QUIET - now >= REVEAL_AFTER:
        return begins - _BEFORE_QUIET
    ends = datetime.combine(local.date(), end, SHANGHAI)
    return ends if ends > local else ends + timedelta(days=1)


def conversation_of(group: Group) -> Conversation:
    """Return where a group is written to."""
    return Conversation(group.platform, group.bot, group.conversation_id, is_group=True)
