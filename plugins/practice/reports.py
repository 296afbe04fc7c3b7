"""Reports of questions that are wrong (纠错): which question is meant, and that it was noted."""

from datetime import timedelta

from backend.learning.askings import Askings
from backend.learning.attempts import Attempts
from backend.learning.corrections import Corrections
from backend.learning.values import Asking
from plugins.messages import Reply
from plugins.practice import wording
from plugins.practice.commands import Command
from plugins.practice.visit import Visit

_REACHES_BACK = timedelta(hours=48)


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
        text = wording.as_seen(command.words, asking)
        report = await self._corrections.report(asking.id, visit.identity.id, text, visit.now)
        return Reply(wording.reported(asking, report.id), "command")

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
