"""Takes the letters: finds out which question is meant, records, and says what is to be said.

What is meant is decided in this order: the quoted question; in private the question of one's own
that is open there; in a group what was put last, one's own or the group's, and of the group's only
what the person has not answered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.conversation.ports import DialogueStore
from backend.errors import StoreUnavailable
from backend.knowledge.library import Library
from backend.learning.askings import Askings
from backend.learning.attempts import Attempts
from backend.learning.people import People
from backend.learning.values import Asking, Attempt, Outcome, Paper
from plugins.answers import Answer, Answers, Change
from plugins.asking_words import verdict_line, verdict_text
from plugins.daily_quiz import wording
from plugins.daily_quiz.waiting import Waiting, answerable, unrevealed
from plugins.messages import Reply
from plugins.visit import Visit

_CHANGE_WITHIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class _Taken:
    """An answer and what became of it."""

    asking: Asking
    answer: Answer
    outcome: Outcome


class Letters:
    """Answers everything that ``plugins.answers`` reads, as far as it is the group's question."""

    def __init__(
        self,
        library: Library,
        people: People,
        askings: Askings,
        attempts: Attempts,
        waiting: Waiting,
        dialogues: DialogueStore | None,
    ) -> None:
        self._library = library
        self._people = people
        self._askings = askings
        self._attempts = attempts
        self._waiting = waiting
        self._dialogues = dialogues

    async def answer(self, visit: Visit, answers: Answers, *, named: bool = False) -> Reply | None:
        """Take letters; None for those that answer a question of the person's own, or nothing.

        ``named``: the message says that the group's question is meant.
        """
        quoted = await self._quoted(visit)
        if quoted is not None and quoted.kind != "daily":
            return None
        recent = await self._waiting.recent(visit)
        if quoted is not None and len(answers.items) == 1:
            beside = answerable(recent)
            open_ = beside if quoted in beside else [quoted]
            return await self._took(visit, [(quoted, answers.items[0])], open_)
        if not named and quoted is None:
            own = await self._waiting.own(visit)
            if isinstance(own, Paper) and answers.every:
                return Reply(wording.ONE_BY_ONE, "command")
            if own is not None and await self._is_own(visit, own, answers, recent):
                return None
        open_ = answerable(recent)
        nothing = not visit.is_group and not await self._waiting.unanswered(visit, open_)
        if nothing and await self._waiting.join(visit):
            recent = await self._waiting.recent(visit)
            open_ = answerable(recent)
        if not open_:
            return await self._nothing_open(visit, recent)
        chosen = await self._chosen(visit, open_, answers)
        if chosen is None or isinstance(chosen, str):
            return Reply(chosen, "command") if chosen else None
        return await self._took(visit, chosen, open_)

    async def unclear(self, visit: Visit) -> Reply | None:
        """Say how to answer to who tried; None when nothing waits for the person."""
        quoted = await self._quoted(visit)
        if quoted is not None or await self._waiting.own(visit) is not None:
            return Reply(wording.ONE_LETTER, "command")
        waiting = await self._unanswered(visit)
        if not waiting:
            return None
        places = sorted({one.place for one in waiting})
        text = wording.ONE_LETTER if len(places) == 1 else wording.which_of(places)
        return Reply(text, "command")

    async def change(self, visit: Visit, change: Change) -> Reply | None:
        """Say that the first answer counts; who has not answered what waits means an answer."""
        own = await self._waiting.own(visit)
        attempt = await self._attempt_meant(visit, change, own)
        if not isinstance(own, Paper):
            if own is not None and (attempt is None or attempt.answered_at < own.asked_at):
                return Reply(wording.NEW_QUESTION, "command")
            waiting = await self._unanswered(visit)
            if waiting and (attempt is None or attempt.answered_at < waiting[0].asked_at):
                return await self.answer(visit, Answers((change.answer,)), named=True)
        if attempt is None:
            return None
        text = wording.no_change(None if visit.is_group else attempt.shown)
        return Reply(text, "command")

    async def ordinal(self, visit: Visit, answers: Answers) -> Reply | None:
        """Take 第三个 for a letter when no other list can be meant by it."""
        quoted = await self._quoted(visit)
        if quoted is None:
            waiting = await self._unanswered(visit)
            if not waiting or await self._was_asked_back(visit, waiting[0].asked_at):
                return None
        return await self.answer(visit, answers)

    async def give_up(self, visit: Visit) -> Reply | None:
        """Console who cannot answer the group's question; None when none waits, or one's own."""
        if await self._waiting.own(visit) is not None:
            return None
        waiting = await self._unanswered(visit)
        if not waiting:
            return None
        text = wording.never_mind(waiting[0].reveal_at, visit.now, is_group=visit.is_group)
        return Reply(text, "command")

    async def _quoted(self, visit: Visit) -> Asking | None:
        quoted = visit.message.quoted
        return await self._askings.by_message(visit.here, quoted) if quoted is not None else None

    async def _unanswered(self, visit: Visit) -> list[Asking]:
        """Return the daily questions that wait for the person's answer."""
        recent = unrevealed(await self._waiting.recent(visit))
        return await self._waiting.unanswered(visit, recent)

    async def _is_own(
        self, visit: Visit, own: Asking | Paper, answers: Answers, recent: Sequence[Asking]
    ) -> bool:
        """Whether letters are for what the person is at rather than for the group's question."""
        if isinstance(own, Paper):
            return True
        counting = unrevealed(recent)
        if any((item.place or 1) > 1 for item in answers.items):  # one's own is a single question
            return not counting
        if not visit.is_group:
            return True
        waiting = await self._waiting.unanswered(visit, counting)
        return not waiting or own.asked_at > waiting[0].asked_at

    async def _nothing_open(self, visit: Visit, recent: Sequence[Asking]) -> Reply | None:
        if any(one.revealed_at is None for one in recent):
            return Reply(wording.RETRACTED, "command")
        if not visit.is_group and not await self._waiting.groups_of(visit):
            return Reply(wording.NOBODY_S, "command")
        return None

    async def _chosen(
        self, visit: Visit, open_: Sequence[Asking], answers: Answers
    ) -> list[tuple[Asking, Answer]] | str | None:
        """Find the question of each answer; a sentence when it is not clear which is meant.

        None in private when a bare letter finds all of them answered.
        """
        first = answers.items[0]
        bare = first.place is None
        if bare and len(open_) == 1 and visit.is_group:
            return [(open_[0], first)]
        waiting: Sequence[Asking] = ()
        if bare or not visit.is_group:
            waiting = await self._waiting.unanswered(visit, open_)
        if bare:
            nothing = wording.all_done(len(open_)) if visit.is_group else None
            return _for_bare(waiting, first, every=answers.every) or nothing
        # People in two groups have two questions of a number: the one that waits is meant.
        by_place = {one.place: one for one in (*reversed(open_), *reversed(waiting))}
        if any(item.place not in by_place for item in answers.items):
            return wording.which_of(sorted(by_place))
        return [(by_place[item.place or 0], item) for item in answers.items]

    async def _took(
        self, visit: Visit, chosen: Sequence[tuple[Asking, Answer]], open_: Sequence[Asking]
    ) -> Reply:
        if any(asking.retracted for asking, _ in chosen):
            return Reply(wording.RETRACTED, "command")
        if visit.is_group:
            await self._people.seen(visit.here, visit.identity.id, visit.now)
        taken = [await self._record(visit, asking, answer) for asking, answer in chosen]
        if not visit.is_group:
            return await self._graded(visit, taken, open_)
        if len(taken) > 1:
            return Reply(self._lines(visit, taken), "command")
        return await self._confirmed(visit, taken[0], several=len(open_) > 1)

    async def _record(self, visit: Visit, asking: Asking, answer: Answer) -> _Taken:
        outcome = await self._attempts.answer(asking, visit.identity, answer.key, visit.now)
        if answer.guessed and outcome.status != "repeated":
            marked = await self._attempts.mark_guessed(asking.id, visit.identity, visit.now)
            outcome = marked or outcome
        return _Taken(asking, answer, outcome)

    async def _confirmed(self, visit: Visit, taken: _Taken, *, several: bool) -> Reply:
        """Confirm one answer in a group; after the reveal with its verdict."""
        asking, outcome = taken.asking, taken.outcome
        if outcome.status == "repeated":  # what was answered in private stays there
            revealed = asking.revealed_at is not None
            return Reply(wording.ALREADY + wording.SEE_AGAIN * revealed, "command")
        if asking.revealed_at is not None:
            text = verdict_text(self._library, asking, outcome)
            return Reply(text, "command", concepts=asking.question.source)
        number = await self._askings.place_of(outcome.attempt)
        place = asking.place if several or taken.answer.place else None
        when = wording.moment(asking.reveal_at, visit.now)
        return Reply(
            wording.received(outcome.attempt.shown, number, place=place, when=when), "command"
        )

    def _lines(self, visit: Visit, taken: Sequence[_Taken]) -> str:
        """Confirm several answers in a group in one line, those after the reveal in one each."""
        late = [one for one in taken if one.outcome.status == "late"]
        fresh = [one for one in taken if one.outcome.status == "recorded"]
        repeated = [one.asking.place for one in taken if one.outcome.status == "repeated"]
        reveals = sorted({one.asking.reveal_at for one in fresh if one.asking.reveal_at})
        when = "、".join(wording.moment(reveal, visit.now) for reveal in reveals)
        letters = [(one.asking.place, one.answer.key) for one in fresh]
        lines = [wording.received_all(letters, repeated, when)] if fresh or repeated else []
        lines += [
            f"第 {one.asking.place} 题：{verdict_line(one.asking, one.outcome)}" for one in late
        ]
        return "\n\n".join(lines)

    async def _graded(
        self, visit: Visit, taken: Sequence[_Taken], open_: Sequence[Asking]
    ) -> Reply:
        """Grade answers in private at once, and say what comes next."""
        several = len(open_) > 1
        parts = [
            wording.which(one.asking, numbered=several)
            + verdict_text(self._library, one.asking, one.outcome)
            for one in taken
        ]
        waiting = await self._waiting.unanswered(visit, unrevealed(open_))
        parts.append(wording.next_step(sorted({one.place for one in waiting})))
        concepts = [id_ for one in taken for id_ in one.asking.question.source]
        return Reply("\n\n".join(parts), "command", concepts=tuple(dict.fromkeys(concepts)))

    async def _attempt_meant(
        self, visit: Visit, change: Change, own: Asking | Paper | None
    ) -> Attempt | None:
        """Return the answer of the last day that is to be changed."""
        attempt = await self._attempts.latest_of(visit.identity.id)
        if change.answer.place is not None and not isinstance(own, Paper):
            for asking in unrevealed(await self._waiting.recent(visit)):
                if asking.place == change.answer.place:
                    attempt = await self._attempts.of_asking(asking.id, visit.identity.id)
                    break
        if attempt is None or visit.now - attempt.answered_at > _CHANGE_WITHIN:
            return None
        return attempt

    async def _was_asked_back(self, visit: Visit, since: datetime) -> bool:
        """Whether the last reply since then was a list to choose from; yes if nobody can tell."""
        if self._dialogues is None:
            return True
        try:
            turns = await self._dialogues.recent(visit.message.session, 1)
        except StoreUnavailable:
            return True
        return any(turn.decision == "ask_back" and turn.at >= since for turn in turns)


def _for_bare(
    waiting: Sequence[Asking], answer: Answer, *, every: bool
) -> list[tuple[Asking, Answer]] | str:
    """Find what one letter without a number answers, [] when nothing waits."""
    if every or not waiting:
        return [(asking, answer) for asking in reversed(waiting)]
    places = sorted({asking.place for asking in waiting})
    return [(waiting[0], answer)] if len(places) == 1 else wording.which_of(places)
