"""Puts reports together: what is read of the record, its words and its picture."""

from datetime import date, datetime, timedelta

from backend.knowledge.outline import Outline
from backend.learning.askings import Askings
from backend.learning.folding import standing
from backend.learning.gain import HORIZON_DAYS
from backend.learning.progress import Progress
from backend.learning.reports import Period, Score, period_of, report_of
from backend.learning.selection import Selection
from backend.learning.values import PersonState, begin_of, exam_moment, study_day
from plugins.messages import Reply
from plugins.progress import drawings, report_wording, wording
from plugins.progress.report_wording import KEEP_GOING, Advice

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_WEAK_SHARE, _WEAK_FROM = 0.6, 3
_MOST_ADVICE = 3


class Reports:
    """Makes the reports of persons and groups; ``exam`` is the exam's first day."""

    def __init__(
        self,
        outline: Outline,
        progress: Progress,
        selection: Selection,
        askings: Askings,
        exam: date,
    ) -> None:
        self._outline = outline
        self._progress = progress
        self._selection = selection
        self._askings = askings
        self._exam = exam

    async def of_person(self, person_id: int, state: PersonState, now: datetime) -> Reply:
        """Report all that a person has done, weakest first."""
        today, left = study_day(now), wording.left_text(self._exam, now)
        found = report_of(state, self._outline, self._selection.points, self._foresight(now))
        streak = standing(state.streak, today)
        done = state.days[today].answered if today in state.days else 0
        book = len(state.wrong_book)
        due = len(await self._selection.due(person_id, now))
        return Reply(
            report_wording.report(found, streak, done, book, due, left),
            "command",
            drawing=drawings.report(found, streak, state.days, today, left, book=book, due=due),
            caption=report_wording.report_caption(found, left, book, due),
        )

    async def of_week(self, person_id: int, state: PersonState, now: datetime) -> Reply:
        """Report a person's last seven study days, today included, next to the seven before."""
        today = study_day(now)
        this_week, before = today - _WEEK + _DAY, today - 2 * _WEEK + _DAY
        attempts = await self._progress.recent(person_id, begin_of(before))
        week = period_of(attempts, this_week, today)
        earlier = period_of(attempts, before, this_week - _DAY)
        book = await self._progress.book_changes(person_id, begin_of(this_week))
        due = len(await self._selection.due(person_id, now))
        advice = self._advice(week, len(state.wrong_book), due)
        subjects = self._subjects(week)
        text = report_wording.week(week, earlier, book, subjects, advice, today)
        if not week.answered:
            return Reply(text, "command")
        return Reply(
            text,
            "command",
            drawing=drawings.week(week, earlier, book, state.days, subjects, advice, today),
            caption=report_wording.week_caption(today, advice),
        )

    async def of_group(self, group_key: str, now: datetime) -> Reply:
        """Report a group's last seven study days; only members who agreed are named."""
        today = study_day(now)
        this_week, before = today - _WEEK + _DAY, today - 2 * _WEEK + _DAY
        week = await self._progress.group_period(group_key, this_week, today)
        earlier = await self._progress.group_period(group_key, before, this_week - _DAY)
        ranks = await self._progress.ranking(group_key, today)
        asked = len(await self._askings.of_group(group_key, begin_of(this_week)))
        text = report_wording.group_week(asked, week, earlier, ranks, today)
        if not week.members:
            return Reply(text, "command")
        drawing = drawings.group_week(asked, week, earlier, ranks, today)
        return Reply(text, "command", drawing=drawing, caption=report_wording.GROUP_CAPTION)

    def _foresight(self, now: datetime) -> datetime:
        """Return the moment for which memory is predicted: the exam, at most a month ahead."""
        return max(now, min(exam_moment(self._exam), now + timedelta(days=HORIZON_DAYS)))

    def _subjects(self, week: Period) -> list[tuple[str, Score]]:
        subjects = self._outline.subjects
        return [(subjects[i].name, week.subjects[i]) for i in subjects if i in week.subjects]

    def _advice(self, week: Period, book: int, due: int) -> list[Advice]:
        """Say what to practise next: the week's weakest chapter, what is due, what was left out."""
        advice: list[Advice] = []
        weakest = self._weakest_chapter(week)
        if weakest is not None:
            name = self._outline.chapters[weakest].name
            why = report_wording.weak_chapter(name, week.chapters[weakest])
            advice.append(Advice(why, f"/练 {name}"))
        if due:
            advice.append(Advice(report_wording.due_points(due), "/复习"))
        untouched = [i for i in self._outline.subjects if i not in week.subjects]
        if week.answered and untouched:
            name = self._outline.subjects[untouched[0]].name
            advice.append(Advice(report_wording.untouched(name), f"/练 {name}"))
        if book:
            advice.append(Advice(report_wording.waiting_mistakes(book), "/练 错题"))
        return advice[:_MOST_ADVICE] or [KEEP_GOING]

    def _weakest_chapter(self, week: Period) -> str | None:
        """Return the chapter that went worst, if one went badly over a few answers."""
        weak = [
            (score.share, -score.judged, chapter)
            for chapter, score in week.chapters.items()
            if score.share is not None and score.judged >= _WEAK_FROM and score.share <= _WEAK_SHARE
        ]
        return min(weak)[2] if weak else None
