"""Shows people how far they are, and keeps what they want to be called, reminded and known by."""

import json
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from backend.errors import RecordUnavailable
from backend.knowledge.library import Library
from backend.learning.askings import Askings
from backend.learning.attempts import MAKE_UP_DAYS, Attempts, missed_day
from backend.learning.folding import standing
from backend.learning.gain import HORIZON_DAYS
from backend.learning.people import Linked, People
from backend.learning.privacy import Privacy
from backend.learning.progress import Progress
from backend.learning.reports import Period, Score, period_of, report_of
from backend.learning.selection import Selection
from backend.learning.values import (
    DAY_BEGINS,
    SHANGHAI,
    Identity,
    PersonState,
    Streak,
    study_day,
)
from plugins.messages import Attachment, Conversation, IncomingMessage, Reply
from plugins.progress import drawings, wording
from plugins.progress.commands import Command, parse
from plugins.progress.wording import KEEP_GOING, Advice

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_NO_STREAK = Streak(0, 0, None)
_SECOND_AFTERNOON = time(14)
_WEAK_SHARE, _WEAK_FROM = 0.6, 3
_MOST_ADVICE = 3
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
        self._outline = library.outline
        self._people = people
        self._askings = askings
        self._attempts = attempts
        self._progress = progress
        self._selection = selection
        self._privacy = privacy
        self._exam = exam
        self._can_push = can_push

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
            case "report":
                return await self._report(message)
            case "week":
                return await self._week(message)
            case "group_week":
                return await self._group_week(message)
            case "countdown":
                today = message.received_at.astimezone(SHANGHAI).date()
                return _said(wording.countdown(self._exam, today))
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

    # Reports

    async def _report(self, message: IncomingMessage) -> Reply:
        now, today = message.received_at, study_day(message.received_at)
        left = wording.left_text(self._exam, now)
        person = await self._studied(message)
        if person is None:
            return _personal(message, f"{wording.NO_REPORT}\n\n{left}。")
        identity, state = person
        found = report_of(state, self._outline, self._selection.points, self._foresight(now))
        streak = standing(state.streak, today)
        done = state.days[today].answered if today in state.days else 0
        book = len(state.wrong_book)
        due = len(await self._selection.due(identity.person_id, now))
        return Reply(
            wording.report(found, streak, done, book, due, left),
            "command",
            drawing=drawings.report(found, streak, state.days, today, left, book=book, due=due),
            caption=wording.report_caption(found, left, book, due),
            private=message.conversation.is_group,
        )

    def _foresight(self, now: datetime) -> datetime:
        """Return the moment for which memory is predicted: the exam, at most a month ahead."""
        exam_at = datetime.combine(self._exam + _DAY, _SECOND_AFTERNOON, SHANGHAI)
        return max(now, min(exam_at, now + timedelta(days=HORIZON_DAYS)))

    async def _week(self, message: IncomingMessage) -> Reply:
        now, today = message.received_at, study_day(message.received_at)
        person = await self._studied(message)
        if person is None:
            return _personal(message, wording.NO_REPORT)
        identity, state = person
        this_week, before = today - _WEEK + _DAY, today - 2 * _WEEK + _DAY
        attempts = await self._progress.recent(identity.person_id, _begin(before))
        week = period_of(attempts, this_week, today)
        earlier = period_of(attempts, before, this_week - _DAY)
        book = await self._progress.book_changes(identity.person_id, _begin(this_week))
        due = len(await self._selection.due(identity.person_id, now))
        advice = self._advice(week, len(state.wrong_book), due)
        subjects = self._subjects(week)
        text = wording.week(week, earlier, book, subjects, advice, today)
        if not week.answered:
            return _personal(message, text)
        return Reply(
            text,
            "command",
            drawing=drawings.week(week, earlier, book, state.days, subjects, advice, today),
            caption=wording.week_caption(today, advice),
            private=message.conversation.is_group,
        )

    def _subjects(self, week: Period) -> list[tuple[str, Score]]:
        subjects = self._outline.subjects
        return [(subjects[i].name, week.subjects[i]) for i in subjects if i in week.subjects]

    def _advice(self, week: Period, book: int, due: int) -> list[Advice]:
        """Say what to practise next: the week's weakest chapter, what is due, what was left out."""
        advice: list[Advice] = []
        weak = [
            (score.share, -score.judged, chapter)
            for chapter, score in week.chapters.items()
            if score.share is not None and score.judged >= _WEAK_FROM and score.share <= _WEAK_SHARE
        ]
        if weak:
            chapter = min(weak)[2]
            name = self._outline.chapters[chapter].name
            advice.append(Advice(wording.weak_chapter(name, week.chapters[chapter]), f"/练 {name}"))
        if due:
            advice.append(Advice(wording.due_points(due), "/复习"))
        untouched = [i for i in self._outline.subjects if i not in week.subjects]
        if week.answered and untouched:
            name = self._outline.subjects[untouched[0]].name
            advice.append(Advice(wording.untouched(name), f"/练 {name}"))
        if book:
            advice.append(Advice(wording.waiting_mistakes(book), "/练 错题"))
        return advice[:_MOST_ADVICE] or [KEEP_GOING]

    # The group

    async def _group_week(self, message: IncomingMessage) -> Reply:
        if not message.conversation.is_group:
            return _said(wording.GROUP_WEEK_ELSEWHERE)
        group, today = message.conversation.key, study_day(message.received_at)
        week = await self._progress.group_period(group, today - _WEEK + _DAY, today)
        before = await self._progress.group_period(group, today - 2 * _WEEK + _DAY, today - _WEEK)
        ranks = await self._progress.ranking(group, today)
        asked = len(await self._askings.of_group(group, _begin(today - _WEEK + _DAY)))
        text = wording.group_week(asked, week, before, ranks, today)
        if not week.members:
            return _said(text)
        drawing = drawings.group_week(asked, week, before, ranks, today)
        return Reply(text, "command", drawing=drawing, caption=wording.GROUP_CAPTION)

    async def _ranking(self, message: IncomingMessage, command: Command) -> Reply:
        if not message.conversation.is_group:
            return _said(wording.RANKING_ELSEWHERE)
        group, now = message.conversation.key, message.received_at
        if command.kind == "ranking":
            ranks = await self._progress.ranking(group, study_day(now))
            return _said(wording.ranking(ranks, study_day(now)) if ranks else wording.NO_RANKING)
        name = wording.public_name(command.word or message.sender_name)
        if command.kind == "join" and not name:
            return _said(wording.NAME_NEEDED)
        identity = await self._identify(message)
        joins = command.kind == "join"
        await self._people.show_name(group, identity.id, name if joins else None, now)
        return _said(wording.joined(name) if joins else wording.LEFT_RANKING)

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


def _begin(day: date) -> datetime:
    """Return the moment at which a study day begins."""
    return datetime.combine(day, time(), SHANGHAI) + DAY_BEGINS


def _has_gap(state: PersonState, today: date) -> bool:
    """Whether a day is missing among the last seven, since the person began."""
    days = (today - timedelta(days=back) for back in range(1, MAKE_UP_DAYS + 1))
    return any(day not in state.days for day in days if day > min(state.days))
