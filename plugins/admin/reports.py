"""Reported questions in the operator's hands: shown, accepted, retracted, rejected."""

from datetime import datetime

from backend.learning.askings import Askings
from backend.learning.corrections import Corrections
from backend.learning.values import Asking, Correction
from backend.questions.question import OptionKey
from plugins.admin import wording
from plugins.admin.commands import Command


class ReportDesk:
    """Carries out the commands about reports; gives what the operator is told."""

    def __init__(self, corrections: Corrections, askings: Askings) -> None:
        self._corrections = corrections
        self._askings = askings

    async def page(self, number: int) -> str:
        """Show the open reports of a page, counted from 1, oldest first."""
        waiting = await self._corrections.open()
        if not waiting:
            return wording.NO_REPORTS
        pages = -(-len(waiting) // wording.SHOWN_REPORTS)
        number = min(max(number, 1), pages)
        first = (number - 1) * wording.SHOWN_REPORTS
        shown = waiting[first : first + wording.SHOWN_REPORTS]
        askings = await self._askings.many([one.asking_id for one in shown])
        found = [(one, askings.get(one.asking_id)) for one in shown]
        return wording.report_page(found, len(waiting), number)

    async def decide(self, command: Command, now: datetime) -> str:
        """Show one report or decide about it."""
        assert command.number is not None
        correction = await self._corrections.get(command.number)
        if correction is None:
            return wording.NO_SUCH_REPORT
        asking = await self._askings.get(correction.asking_id)
        if command.kind == "report":
            shown = wording.report(correction, asking)
            return f"{shown}\n\n{wording.reasons(asking)}" if asking is not None else shown
        if correction.state != "open":
            return wording.decided(correction)
        if command.kind == "reject":
            return await self._reject(correction, asking, command.words, now)
        if asking is None:
            return wording.QUESTION_GONE
        return await self._accept(correction, asking, command.key, now)

    async def _reject(
        self, correction: Correction, asking: Asking | None, reason: str, now: datetime
    ) -> str:
        if not reason:
            return wording.REASON_NEEDED
        notice = wording.rejection_notice(asking, reason)
        done = await self._corrections.reject(correction.id, reason, notice, now)
        return wording.rejected(correction) if done else wording.NO_SUCH_REPORT

    async def _accept(
        self, correction: Correction, asking: Asking, key: OptionKey | None, now: datetime
    ) -> str:
        if key is not None and key == asking.question.answer and not asking.retracted:
            return wording.same_key(key)
        notice = (
            wording.retraction_notice(asking) if key is None else wording.key_notice(asking, key)
        )
        accounts = await self._corrections.accept(
            correction.id, key, wording.key_note(key), notice, now
        )
        more = [
            one.id
            for one in await self._corrections.open()
            if one.question_id == correction.question_id
        ]
        return wording.accepted(correction, key, len(accounts), more)
