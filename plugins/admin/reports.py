"""Reported questions in the operator's hands: shown, accepted, retracted, rejected."""

from datetime import datetime

from backend.learning.askings import Askings
from backend.learning.corrections import Corrections
from backend.learning.values import Asking, Correction
from backend.questions.question import OptionKey
from plugins.admin import report_wording
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
            return report_wording.NO_REPORTS
        pages = -(-len(waiting) // report_wording.SHOWN_REPORTS)
        number = min(max(number, 1), pages)
        first = (number - 1) * report_wording.SHOWN_REPORTS
        shown = waiting[first : first + report_wording.SHOWN_REPORTS]
        askings = await self._askings.many([one.asking_id for one in shown])
        found = [(one, askings.get(one.asking_id)) for one in shown]
        return report_wording.report_page(found, len(waiting), number)

    async def decide(self, command: Command, now: datetime) -> str:
        """Show one report or decide about it."""
        assert command.number is not None
        correction = await self._corrections.get(command.number)
        if correction is None:
            return report_wording.NO_SUCH_REPORT
        asking = await self._askings.get(correction.asking_id)
        if command.kind == "report":
            shown = report_wording.report(correction, asking)
            return f"{shown}\n\n{report_wording.reasons(asking)}" if asking is not None else shown
        if correction.state != "open":
            return report_wording.decided(correction)
        if command.kind == "reject":
            return await self._reject(correction, asking, command.words, now)
        if asking is None:
            return report_wording.QUESTION_GONE
        return await self._accept(correction, asking, command.key, now)

    async def _reject(
        self, correction: Correction, asking: Asking | None, reason: str, now: datetime
    ) -> str:
        if not reason:
            return report_wording.REASON_NEEDED
        notice = report_wording.rejection_notice(asking, reason)
        done = await self._corrections.reject(correction.id, reason, notice, now)
        return report_wording.rejected(correction) if done else report_wording.NO_SUCH_REPORT

    async def _accept(
        self, correction: Correction, asking: Asking, key: OptionKey | None, now: datetime
    ) -> str:
        if key is not None and key == asking.question.answer and not asking.retracted:
            return report_wording.same_key(key)
        notice = (
            report_wording.retraction_notice(asking)
            if key is None
            else report_wording.key_notice(asking, key)
        )
        accounts = await self._corrections.accept(
            correction.id, key, report_wording.key_note(key), notice, now
        )
        more = [
            one.id
            for one in await self._corrections.open()
            if one.question_id == correction.question_id
        ]
        return report_wording.accepted(correction, key, len(accounts), more)
