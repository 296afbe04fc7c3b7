"""Reports of questions that are wrong (纠错): which question is meant, and that it was noted."""

from datetime import timedelta

from backend.learning.askings import Askings
from backend.learning.attempts import Attempts
from backend.learning.corrections import Corrections
from backend.learning.values import Asking
from plugins.messages import Reply
from plugins.practice import wording
from plugins.practice.commands import Command
from plugins.visit import Visit

_REACHES_BACK = timedelta(hours=48)
_JUST_NOW = timedelta(minutes=30)


class Reports:
    """Takes what people say is wrong with a question."""

    def __init__(self, askings: Askings, attempts: Attempts, corrections: Corrections) -> None:
        self._askings = askings
        self._attempts = attempts
        self._corrections = corrections

    async def take(self, visit: Visit, command: Command) -> Reply | None:
        """Note a report of the quoted question, else of the last one seen or answered here.

        None when a message that only may be a report is about no question of ours.
        """
        asking = await self._meant(visit)
        if asking is None:
            return Reply(wording.NOTHING_TO_REPORT, "command") if command.sure else None
        if not command.words:
            return Reply(wording.REPORT_HOW, "command")
        if command.number is not None and visit.message.quoted is None:
            named = await self._in_place(asking, command.number)
            if named is None:
                return Reply(wording.NO_SUCH_QUESTION, "command")
            asking = named
        text = wording.as_seen(command.words, asking)
        report = await self._corrections.report(asking.id, visit.identity.id, text, visit.now)
        added = len(report.text) > len(text)
        return Reply(wording.reported(asking, report.id, added=added), "command")

    async def how(self, visit: Visit) -> Reply | None:
        """Say how to report a question to who only says that it is wrong, right after it."""
        asking = await self._meant(visit)
        if asking is None:
            return None
        attempt = await self._attempts.of_asking(asking.id, visit.identity.id)
        last = max(asking.asked_at, asking.revealed_at or asking.asked_at)
        if attempt is not None:
            last = max(last, attempt.answered_at)
        return Reply(wording.REPORT_HOW, "command") if visit.now - last <= _JUST_NOW else None

    async def _in_place(self, asking: Asking, place: int) -> Asking | None:
        """Return question ``place`` of the paper or day of ``asking``; itself if it has neither."""
        if asking.paper_id is not None:
            together = await self._askings.papers.askings_of(asking.paper_id)
        elif asking.group_key is not None:
            since = asking.asked_at - _REACHES_BACK
            daily = await self._askings.of_group(asking.group_key, since)
            together = [one for one in daily if one.day == asking.day]
        else:
            return asking
        return next((one for one in together if one.place == place), None)

    async def _meant(self, visit: Visit) -> Asking | None:
        quoted = visit.message.quoted
        if quoted is not None:
            asking = await self._askings.by_message(visit.here, quoted)
            if asking is not None:
                return asking
        answered = await self._answered(visit)
        seen = [await self._askings.open_for(visit.identity.id, visit.here, visit.now), answered]
        if visit.is_group:
            since = visit.now - _REACHES_BACK
            seen += (await self._askings.of_group(visit.here, since))[:1]
        return max((one for one in seen if one), key=lambda one: one.asked_at, default=None)

    async def _answered(self, visit: Visit) -> Asking | None:
        """Return what the person answered last, if it was put here or to their group."""
        attempt = await self._attempts.latest_of(visit.identity.id)
        if attempt is None or visit.now - attempt.answered_at > _REACHES_BACK:
            return None
        asking = await self._askings.get(attempt.asking_id)
        if asking is None:
            return None
        of_group = asking.kind == "daily" and not visit.is_group
        return asking if asking.conversation == visit.here or of_group else None
