"""Shows people how far they are, and keeps what they want to be called, reminded and known by."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from backend.errors import RecordUnavailable
from backend.knowledge.library import Library
from backend.learning.askings import Askings
from backend.learning.attempts import MAKE_UP_DAYS, Attempts, missed_day
from backend.learning.folding import standing
from backend.learning.people import Linked, People
from backend.learning.privacy import Privacy
from backend.learning.progress import Progress
from backend.learning.selection import Selection
from backend.learning.values import SHANGHAI, Identity, PersonState, Streak, study_day
from plugins.messages import Attachment, Conversation, IncomingMessage, Reply
from plugins.progress import wording
from plugins.progress.commands import Command, parse
from plugins.progress.report_wording import ranking
from plugins.progress.reporting import Reports
from plugins.sitting import sits_a_paper

_NAMES_LAST_DAYS = 30
_NO_STREAK = Streak(0, 0, None)
_LINKED: dict[Linked, str] = {
    "linked": wording.LINKED,
    "unknown": wording.UNKNOWN_CODE,
    "same": wording.SAME_PERSON,
}


class ProgressPlugin:
    """Takes /打卡, /我的, /周报, /倒计时, /排行, /提醒, /绑定 and /导出我的数据."""

    name = "progress"

    def __init__(
        self,
        library: Library,
        people: People,
        askings: Askings,
        attempts: Attempts,
        progress: Progress,
        selection: Selection,
        privacy: Privacy,
        exam: date,
        can_push: Callable[[Conversation], bool],
    ) -> None:
        """``exam`` is the exam's first day; ``can_push`` tells where we may write unasked."""
        self._people = people
        self._askings = askings
        self._attempts = attempts
        self._progress = progress
        self._privacy = privacy
        self._exam = exam
        self._can_push = can_push
        self._reports = Reports(library.outline, progress, selection, askings, exam)

    async def respond(self, message: IncomingMessage) -> Reply | None:
        """Carry out the command that ``message`` is; None when it is none of these."""
        command = parse(message.text)
        if command is None:
            return None
        try:
            return await self._carry_out(message, command)
        except RecordUnavailable:
            return Reply(wording.RECORD_DOWN, "error", confidence=0.0)

    async def _carry_out(self, message: IncomingMessage, command: Command) -> Reply:
        match command.kind:
            case "check_in":
                return await self._check_in(message)
            case "make_up":
                return await self._make_up(message)
            case "report" | "week":
                return await self._report(message, command)
            case "group_week":
                if not message.conversation.is_group:
                    return _said(wording.GROUP_WEEK_ELSEWHERE)
                return await self._reports.of_group(message.conversation.key, message.received_at)
            case "countdown":
                return _said(wording.countdown(self._exam, message.received_at))
            case "ranking" | "join" | "leave":
                return await self._ranking(message, command)
            case "reminder" | "remind" | "no_reminder" | "how_to_remind":
                return await self._reminder(message, command)
            case "issue_code" | "use_code" | "wrong_code" | "unlink":
                return await self._accounts(message, command)
            case "export":
                return await self._export(message)

    # Check-in

    async def _check_in(self, message: IncomingMessage) -> Reply:
        today = study_day(message.received_at)
        left = wording.left_text(self._exam, message.received_at)
        found = await self._studied(message)
        if found is None:
            return _said(wording.check_in(0, _NO_STREAK, left, None))
        _, state = found
        done = state.days[today].answered if today in state.days else 0
        streak, missed = standing(state.streak, today), missed_day(state, today)
        return _said(wording.check_in(done, streak, left, missed))

    async def _make_up(self, message: IncomingMessage) -> Reply:
        today = study_day(message.received_at)
        found = await self._studied(message)
        if found is None:
            return _said(wording.nothing_to_make_up(studied=False, gap=False))
        identity, state = found
        missed = missed_day(state, today)
        done = await self._attempts.make_up(identity, message.received_at)
        if missed is None or done == "none_missing":
            return _said(wording.nothing_to_make_up(studied=True, gap=_has_gap(state, today)))
        if done == "used_this_week":
            return _said(wording.used_this_week(missed))
        streak = await self._progress.streak(identity.person_id, today)
        return _said(wording.made_up(missed, streak))

    # Reports and ranking

    async def _report(self, message: IncomingMessage, command: Command) -> Reply:
        person, now = await self._studied(message), message.received_at
        if person is not None and await self._sits(message, person[0]):
            return _personal(message, wording.AFTER_THE_PAPER)
        if person is None:
            left = wording.left_text(self._exam, now)
            return _personal(message, f"{wording.NO_REPORT}\n\n{left}。")
        identity, state = person
        make = self._reports.of_person if command.kind == "report" else self._reports.of_week
        reply = await make(identity.person_id, state, now)
        return replace(reply, private=message.conversation.is_group)

    async def _ranking(self, message: IncomingMessage, command: Command) -> Reply:
        if not message.conversation.is_group:
            return _said(wording.RANKING_ELSEWHERE)
        group, now = message.conversation.key, message.received_at
        if command.kind == "ranking":
            ranks = await self._progress.ranking(group, study_day(now))
            return _said(ranking(ranks, study_day(now)) if ranks else wording.NO_RANKING)
        name = wording.public_name(command.word or message.sender_name)
        joins = command.kind == "join"
        if joins and not name:
            return _said(wording.NAME_NEEDED)
        if joins and wording.is_reserved(name):
            return _said(wording.NAME_RESERVED)
        identity = await self._identify(message)
        if joins and await self._is_taken(group, identity, name, now):
            return _said(wording.NAME_TAKEN)
        await self._people.show_name(group, identity.id, name if joins else None, now)
        return _said(wording.joined(name) if joins else wording.LEFT_RANKING)

    async def _is_taken(self, group: str, identity: Identity, name: str, now: datetime) -> bool:
        """Whether another member is ranked under this name, or was in the last weeks."""
        ranks = await self._progress.ranking(group, study_day(now), _NAMES_LAST_DAYS)
        if not any(wording.same_name(rank.name, name) for rank in ranks):
            return False
        own = (await self._privacy.export(identity.person_id))["members"]
        return not any(
            member["group_key"] == group and wording.same_name(member["name"], name)
            for member in own
        )

    # Reminders

    async def _reminder(self, message: IncomingMessage, command: Command) -> Reply:
        if command.kind == "how_to_remind":
            return _said(wording.HOW_TO_REMIND)
        if command.kind == "reminder":
            at = await self._reminder_of(message)
            return _said(wording.reminder_is(at) if at else wording.NO_REMINDER_SET)
        now = message.received_at
        if command.kind == "no_reminder":
            identity = await self._known(message)
            if identity is not None:
                await self._people.set_reminder(identity.person_id, None, None, now)
            return _said(wording.REMINDER_OFF)
        place = message.conversation
        private = Conversation(place.platform, place.bot, message.sender, is_group=False)
        if not self._can_push(private):
            return _said(wording.CANNOT_PUSH)
        assert command.at is not None
        identity = await self._identify(message)
        target = {"platform": private.platform, "bot": private.bot, "id": private.id}
        await self._people.set_reminder(identity.person_id, command.at, target, now)
        return _said(wording.reminder_set(command.at, in_group=place.is_group))

    async def _reminder_of(self, message: IncomingMessage) -> time | None:
        identity = await self._known(message)
        if identity is None:
            return None
        reminders = await self._people.reminders()
        return next((r.at for r in reminders if r.person_id == identity.person_id), None)

    # Accounts

    async def _accounts(self, message: IncomingMessage, command: Command) -> Reply:
        now = message.received_at
        if command.kind == "unlink":
            identity = await self._known(message)
            done = identity is not None and await self._people.unlink(identity, now)
            return _said(wording.UNLINKED if done else wording.NOT_LINKED)
        if message.conversation.is_group:
            return _said(wording.BIND_IN_PRIVATE)
        if command.kind == "wrong_code":
            return _said(wording.CODE_FORM)
        identity = await self._identify(message)
        if command.kind == "issue_code":
            code = await self._people.issue_link_code(identity.person_id, now)
            return _said(wording.link_code(code))
        linked = await self._people.link(command.word, identity, now)
        return _said(_LINKED[linked])

    async def _export(self, message: IncomingMessage) -> Reply:
        identity = await self._known(message)
        if identity is None:
            return _personal(message, wording.NOTHING_TO_EXPORT)
        if await self._sits(message, identity):
            return _personal(message, wording.AFTER_THE_PAPER)
        exported = await self._privacy.export(identity.person_id)
        today = message.received_at.astimezone(SHANGHAI).date()
        data = json.dumps(exported, ensure_ascii=False, indent=2).encode(errors="replace")
        return Reply(
            wording.EXPORTED,
            "command",
            attachment=Attachment(wording.export_name(today), data),
            private=message.conversation.is_group,
        )

    # Who asks

    async def _identify(self, message: IncomingMessage) -> Identity:
        platform = message.conversation.platform
        return await self._people.identify(platform, message.sender, message.received_at)

    async def _known(self, message: IncomingMessage) -> Identity | None:
        """Give the account if it is known: who only looks is not written down."""
        return await self._people.find(message.conversation.platform, message.sender)

    async def _sits(self, message: IncomingMessage, identity: Identity) -> bool:
        here, now = message.conversation.key, message.received_at
        return await sits_a_paper(self._people, self._askings, identity, here, now)

    async def _studied(self, message: IncomingMessage) -> tuple[Identity, PersonState] | None:
        """Give the account and its person's state; None for who never answered anything."""
        identity = await self._known(message)
        if identity is None:
            return None
        state = await self._progress.state(identity.person_id)
        return (identity, state) if state.days else None


def _said(text: str) -> Reply:
    return Reply(text, "command")


def _personal(message: IncomingMessage, text: str) -> Reply:
    return Reply(text, "command", private=message.conversation.is_group)


def _has_gap(state: PersonState, today: date) -> bool:
    """Whether a day is missing among the last seven, since the person began."""
    days = (today - timedelta(days=back) for back in range(1, MAKE_UP_DAYS + 1))
    return any(day not in state.days for day in days if day > min(state.days))
