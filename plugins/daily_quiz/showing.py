"""Shows the questions of a group again, and explains those that were answered or revealed."""

from collections.abc import Sequence
from datetime import date

from backend.knowledge.library import Library
from backend.learning.attempts import Attempts
from backend.learning.groups import Groups, GroupSettings
from backend.learning.people import People
from backend.learning.values import Asking, Outcome, Paper
from plugins.asking_words import HOW_TO_ANSWER_GROUP, question_reply, verdict_text
from plugins.daily_quiz import wording
from plugins.daily_quiz.changes import next_due
from plugins.daily_quiz.waiting import Waiting, unrevealed
from plugins.messages import Reply
from plugins.visit import Visit


class Showing:
    """Answers 每日一题 and 解析, each with or without the number of a question."""

    def __init__(
        self,
        library: Library,
        groups: Groups,
        people: People,
        attempts: Attempts,
        waiting: Waiting,
        exam: date,
    ) -> None:
        self._library = library
        self._groups = groups
        self._people = people
        self._attempts = attempts
        self._waiting = waiting
        self._exam = exam

    async def show(self, visit: Visit, place: int | None) -> Reply:
        """Show the newest question that waits, or that with a number, and name the others."""
        recent = await self._waiting.recent(visit)
        if not unrevealed(recent) and await self._waiting.join(visit):
            recent = await self._waiting.recent(visit)
        if visit.is_group:  # who asks for the group's question may answer it in private next
            await self._people.seen(visit.here, visit.identity.id, visit.now)
        open_ = unrevealed(recent)
        asking = next((one for one in open_ if place in (None, one.place)), None)
        if asking is None:
            return Reply(await self._nothing_to_show(visit, recent, open_), "command")
        others = sorted((one for one in open_ if one is not asking), key=lambda one: one.place)
        how = wording.HOW_IN_PRIVATE
        if visit.is_group:
            how = HOW_TO_ANSWER_GROUP
        elif await self._waiting.own(visit) is not None:
            how = wording.HOW_BESIDE_OWN
        settings = await self._settings_of(asking)
        head = wording.question_head(self._library, asking, self._exam, settings.count)
        return question_reply(asking, head, f"{how}{wording.more_open(others)}")

    async def explain(self, visit: Visit, place: int | None) -> Reply | None:
        """Explain the newest day's questions that may be; None for a question of one's own.

        In a group these are the revealed ones; in private also those that the person answered.
        """
        own = await self._waiting.own(visit)
        if isinstance(own, Paper) and place is not None:
            return Reply(wording.after_the_paper(place), "command")
        if own is not None and place is None:
            return None
        recent = await self._waiting.recent(visit)
        meant = [one for one in recent if one.day == recent[0].day and place in (None, one.place)]
        parts: list[str] = []
        explained: list[Asking] = []
        for asking in sorted(meant, key=lambda one: (one.asked_at, one.place)):
            text = await self._explanation(visit, asking, numbered=len(meant) > 1)
            if text:
                parts.append(text)
                explained.append(asking)
        if not parts:
            return Reply(await self._nothing_to_explain(visit, meant, place), "command")
        concepts = [id_ for asking in explained for id_ in asking.question.source]
        text = wording.BETWEEN_QUESTIONS.join(parts)
        return Reply(text, "command", concepts=tuple(dict.fromkeys(concepts)))

    async def _explanation(self, visit: Visit, asking: Asking, *, numbered: bool) -> str:
        """Explain one question, "" when the person is not to see it here and now."""
        if visit.is_group and asking.revealed_at is None and not asking.retracted:
            return ""
        head = wording.which(asking, numbered=numbered or asking.place > 1)
        attempt = None
        if not visit.is_group:  # how somebody answered is nobody else's business
            attempt = await self._attempts.of_asking(asking.id, visit.identity.id)
        if attempt is not None:
            right = None if asking.retracted else attempt.chosen == asking.question.answer
            # As if it were given now: that it was given before is no news to who asks for reasons.
            outcome = Outcome("recorded", attempt, right)
            return head + verdict_text(self._library, asking, outcome)
        if asking.revealed_at is not None or asking.retracted:
            return head + wording.key_and_reasons(self._library, asking)
        return ""

    async def _nothing_to_explain(
        self, visit: Visit, meant: Sequence[Asking], place: int | None
    ) -> str:
        if not meant:
            return wording.nothing_to_explain(place)
        if not visit.is_group:
            return wording.ANSWER_FIRST
        reveal = min((one.reveal_at for one in meant if one.reveal_at), default=None)
        return wording.revealed_later(wording.moment(reveal, visit.now))

    async def _nothing_to_show(
        self, visit: Visit, recent: Sequence[Asking], open_: Sequence[Asking]
    ) -> str:
        """Say why there is no question to show, and when there is one."""
        if open_:
            return wording.no_such_place(sorted({one.place for one in open_}))
        groups = await self._waiting.groups_of(visit)
        if not groups:
            return wording.NOBODY_S
        group = await self._groups.get(recent[0].group_key or "" if recent else groups[0])
        settings = group.settings if group is not None else GroupSettings()
        due = next_due(settings, visit.now)
        if not recent and not settings.enabled:
            return wording.NO_OPEN_QUESTION
        following = wording.first_push(due, visit.now)
        return f"{wording.why_none(recent)}{following}"

    async def _settings_of(self, asking: Asking) -> GroupSettings:
        group = await self._groups.get(asking.group_key or "")
        return group.settings if group is not None else GroupSettings()
