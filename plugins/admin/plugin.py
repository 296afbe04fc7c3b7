"""The operator's commands; to everybody else there is no such thing.

Only accounts in ``superusers`` are answered, wherever they write. In a group the answer is private:
it names groups and what went wrong in them.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

from loguru import logger

from backend.errors import RecordUnavailable
from backend.learning.askings import Askings
from backend.learning.corrections import Corrections
from backend.learning.groups import Group, Groups
from backend.learning.ledger import Ledger
from backend.learning.progress import Progress
from backend.learning.values import SHANGHAI, study_day
from plugins.admin import report_wording, wording
from plugins.admin.commands import Command, parse
from plugins.admin.reports import ReportDesk
from plugins.messages import (
    Conversation,
    DeliveryUncertain,
    IncomingMessage,
    NotSent,
    Outbox,
    Reply,
)

PushNow = Callable[[Group, datetime], Awaitable[str | None]]

_TROUBLE = ("failed", "unknown", "skipped")
_COUNTED = timedelta(days=6)
_DAY = timedelta(days=1)


class AdminPlugin:
    """Takes /管理 of the configured superusers."""

    name = "admin"

    def __init__(
        self,
        superusers: frozenset[str],
        groups: Groups,
        ledger: Ledger,
        progress: Progress,
        corrections: Corrections,
        askings: Askings,
        outbox: Outbox,
        push_now: PushNow,
    ) -> None:
        """``superusers`` are keys such as ``onebot:123456``.

        ``push_now`` sends one more question to a group; None, or why it was not confirmed.
        """
        self._superusers = superusers
        self._groups = groups
        self._ledger = ledger
        self._progress = progress
        self._reports = ReportDesk(corrections, askings)
        self._outbox = outbox
        self._push_now = push_now

    async def respond(self, message: IncomingMessage) -> Reply | None:
        """Carry out a superuser's command; None for everything and everybody else."""
        command = parse(message.text)
        if command is None:
            return None
        if message.user not in self._superusers:
            logger.warning(wording.LOG_NOT_ALLOWED)
            return None
        is_group = message.conversation.is_group
        try:
            text = await self._carry_out(command, message.received_at)
        except RecordUnavailable:
            return Reply(wording.RECORD_DOWN, "error", confidence=0.0, private=is_group)
        logger.info(wording.LOG_DONE, command.kind)
        return Reply(text, "command", private=is_group)

    async def _carry_out(self, command: Command, now: datetime) -> str:
        match command.kind:
            case "menu":
                return wording.MENU
            case "wrong":
                return wording.not_understood(command.words)
            case "undecided":
                return report_wording.how_to_decide(command.number or 0)
            case "state":
                return await self._state(now)
            case "counts":
                return wording.counts(await self._progress.counts(study_day(now)))
            case "groups":
                found = await self._groups.all()
                return wording.groups(found) if found else wording.NO_GROUPS
            case "reports":
                return await self._reports.page(command.number or 1)
            case "report" | "accept" | "retract" | "reject":
                return await self._reports.decide(command, now)
            case "push" | "test" | "pause" | "resume":
                return await self._with_group(command, now)

    async def _state(self, now: datetime) -> str:
        today = now.astimezone(SHANGHAI).date()
        rows = [
            row
            for day in (today - _DAY, today)
            for row in await self._ledger.of_day(day)
            if row.state in _TROUBLE
        ]
        since = today - _COUNTED
        counts = await self._ledger.counts(since)
        return wording.state(counts, rows[::-1], await self._groups.all(), since)

    async def _with_group(self, command: Command, now: datetime) -> str:
        found = await self._groups.all()
        if not found:
            return wording.NO_GROUPS
        number = command.number
        if number is None or not 1 <= number <= len(found):
            return wording.no_such_group(number, len(found))
        group = found[number - 1]
        name = wording.named(number, group)
        match command.kind:
            case "push":
                refusal = self._refusal(group)
                if refusal is not None:
                    return wording.not_pushed(name, refusal)
                return wording.pushed(name, await self._push_now(group, now))
            case "test":
                return wording.tested(name, await self._test(group))
            case "pause":
                changed = await self._pause(group, paused=True, now=now)
                return wording.paused(name, changed=changed)
            case _:
                changed = await self._pause(group, paused=False, now=now)
                return wording.resumed(name, changed=changed, enabled=group.settings.enabled)

    async def _test(self, group: Group) -> str | None:
        """Send a harmless message; None when it was confirmed, or what went wrong."""
        refusal = self._refusal(group)
        if refusal is not None:
            return refusal
        try:
            await self._outbox.send(_conversation(group), Reply(wording.TEST_MESSAGE, "command"))
        except NotSent as refused:
            return str(refused)
        except DeliveryUncertain as uncertain:
            return str(uncertain) or wording.UNCERTAIN
        return None

    def _refusal(self, group: Group) -> str | None:
        """Say why nothing can be sent to a group unasked; None when it can."""
        caps = self._outbox.caps(_conversation(group))
        if caps is None:
            return wording.NOT_RUNNING
        return None if caps.unprompted else wording.NO_PUSHES

    async def _pause(self, group: Group, *, paused: bool, now: datetime) -> bool:
        """Pause a group or let it go on; whether that changed anything."""
        if group.settings.paused == paused:
            return False
        settings = replace(group.settings, paused=paused)
        await self._groups.save(
            group.key, group.platform, group.bot, group.conversation_id, settings, now
        )
        return True


def _conversation(group: Group) -> Conversation:
    return Conversation(group.platform, group.bot, group.conversation_id, is_group=True)
