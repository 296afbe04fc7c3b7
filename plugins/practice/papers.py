"""Mock exams: one question after the other against the clock, nothing given away before the end.

All state is in the record. A question counts as put at the moment it is shown (``put_again``): of
those without an answer the last one put is the one on the table, and the next one is that which was
put longest ago. So skipped questions come back after all others, and a restart changes nothing.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from math import ceil

from backend.knowledge.library import Library
from backend.learning.askings import Askings
from backend.learning.attempts import Attempts
from backend.learning.selection import Selection
from backend.learning.values import Asking, Paper
from backend.questions.question import OptionKey
from backend.questions.scope import ScopeReader
from plugins.answers import Answer, Answers
from plugins.asking_words import question_reply
from plugins.messages import Reply
from plugins.practice import paper_wording as wording
from plugins.practice.commands import Command
from plugins.practice.memory import Memory
from plugins.practice.scopes import link_of
from plugins.practice.scoring import Sheet, sheet_of, was_given_up
from plugins.visit import Visit

_LEAST, _USUAL, _MOST = 5, 20, 40
_COMPARED = 6
_LOOKED_BACK = 20
_SURE_FOR = timedelta(minutes=10)
_TICK = timedelta(milliseconds=1)
"""Keeps the order of what is put within one second, the resolution of some platforms' clocks."""


class Papers:
    """Starts, continues and scores the mock exams of a person; in private only."""

    def __init__(
        self,
        library: Library,
        askings: Askings,
        attempts: Attempts,
        selection: Selection,
        scopes: ScopeReader,
        memory: Memory,
        seconds_per_question: float,
    ) -> None:
        self._library = library
        self._askings = askings
        self._attempts = attempts
        self._selection = selection
        self._scopes = scopes
        self._memory = memory
        self._seconds = seconds_per_question

    async def unfinished(self, visit: Visit) -> Paper | None:
        """Return the person's paper that was not handed in, in time or not."""
        account, place = visit.identity.id, visit.private_chat
        paper = await self._askings.papers.open(account, place, visit.now)
        return paper or await self._askings.papers.overdue(account, place, visit.now)

    async def start(self, visit: Visit, command: Command) -> Reply:
        """Begin a paper."""
        if visit.is_group:
            return Reply(wording.PRIVATE_ONLY, "command")
        count = _USUAL if command.number is None else command.number
        if command.words or not _LEAST <= count <= _MOST:
            return Reply(wording.SIZE, "command")
        questions = await self._selection.paper(visit.identity.person_id, count, visit.now)
        if len(questions) < _LEAST:
            return Reply(wording.NO_QUESTIONS, "command")
        await self._put_aside(visit)
        # Whole minutes, so that the limit that is said is the moment at which it ends.
        limit = timedelta(minutes=ceil(self._seconds * len(questions) / 60))
        paper, asked = await self._askings.papers.start(
            visit.identity.id, visit.here, questions, visit.now, visit.now + limit
        )
        await self._askings.put_again(asked[0].id, visit.now + _TICK)
        reply = _show(visit, paper, asked[0], asked, wording.rules(len(questions), limit))
        await self._memory.note(visit.message, reply.text)
        return reply

    async def command(self, visit: Visit, paper: Paper, command: Command) -> Reply | None:
        """Carry out a command while ``paper`` is open; None for 继续 after an explanation."""
        if command.kind == "go_on" and await self._memory.topic(visit.message):
            return None
        reply = await self._carry_out(visit, paper, command)
        wish = wording.SURE_ANYWAY if reply.choices == wording.CONFIRMATION else ""
        await self._memory.note(visit.message, reply.text, wish=wish)
        return reply

    async def _carry_out(self, visit: Visit, paper: Paper, command: Command) -> Reply:
        if paper.ends_at <= visit.now:
            return await self._time_is_up(visit, paper)
        match command.kind:
            case "skip" | "again":
                return await self._skip(visit, paper)
            case "show_answer":
                if any(word in visit.message.text for word in ("答案", "解析")):
                    return Reply(wording.NO_ANSWERS_NOW, "command")
                return await self._skip(visit, paper)
            case "hand_in" | "hand_in_surely":
                return await self._hand_in(visit, paper, sure=command.kind == "hand_in_surely")
            case "quit":
                return Reply(wording.HOW_TO_STOP, "command")
            case "give_up":
                return await self._give_up(visit, paper)
            case "go_on" | "resume":
                return await self._show_current(visit, paper, "")
            case "previous":
                return Reply(wording.NO_WAY_BACK, "command")
            case "left":
                return await self._left(visit, paper)
            case _:
                unanswered = await self._unanswered(paper)
                said = wording.under_way(paper.questions - len(unanswered), paper.questions)
                return await self._show_current(visit, paper, said)

    async def take(
        self, visit: Visit, paper: Paper, answers: Answers, quoted: Asking | None
    ) -> Reply:
        """Record letters and show the next question."""
        reply = await self._take(visit, paper, answers, quoted)
        await self._memory.note(visit.message, reply.text)
        return reply

    async def _take(
        self, visit: Visit, paper: Paper, answers: Answers, quoted: Asking | None
    ) -> Reply:
        if paper.ends_at <= visit.now:
            return await self._time_is_up(visit, paper, answers.items[0].key)
        unanswered = await self._unanswered(paper)
        current = _current(unanswered)
        if current is None:
            return await self._finish(visit, paper)
        by_place = {one.place: one for one in await self._askings.papers.askings_of(paper.id)}
        targets = [
            (_meant(answer, by_place, quoted or current), answer) for answer in answers.items
        ]
        chosen = [(asking, answer) for asking, answer in targets if asking is not None]
        if len(chosen) < len(targets):
            return Reply(wording.NOT_A_QUESTION, "command")
        said = await self._record(visit, chosen)
        done = {asking.id for asking, _ in chosen}
        left = [one for one in unanswered if one.id not in done]
        if not left:
            return await self._finish(visit, paper, said)
        if current in left:
            return _show(visit, paper, current, left, said)
        return await self._put(visit, paper, _next(left), left, said)

    async def details(self, visit: Visit, number: int | None) -> Reply:
        """Show the last finished paper again, or explain one of its questions."""
        sheet = await self._last_sheet(visit.identity.id)
        if sheet is None:
            return Reply(wording.NEVER_FINISHED, "command", private=visit.is_group)
        if number is None:
            head = wording.finished_on(sheet.paper.started_at)
            text = f"{head}\n\n{await self._report(sheet)}"
            return Reply(text, "command", private=visit.is_group)
        line = next((line for line in sheet.lines if line.asking.place == number), None)
        if line is None:
            text = wording.no_such_place(len(sheet.lines))
            return Reply(text, "command", private=visit.is_group)
        text = wording.details(self._library, line)
        explained = line.asking.question.source
        await self._memory.note(visit.message, text, explained=explained)
        return Reply(text, "command", concepts=explained, private=visit.is_group)

    async def closed(self, paper_id: str) -> Reply:
        """Answer a letter for a paper that is over."""
        paper = await self._askings.papers.get(paper_id)
        given_up = paper is not None and was_given_up(paper)
        return Reply(wording.GIVEN_UP if given_up else wording.HANDED_IN, "command")

    async def _last_sheet(self, identity_id: int) -> Sheet | None:
        """Return the last paper that was handed in with an answer; no other shows its keys."""
        for paper in await self._askings.papers.finished(identity_id, _LOOKED_BACK):
            sheet = None if was_given_up(paper) else await self._sheet(paper)
            if sheet is not None and sheet.answered:
                return sheet
        return None

    async def _put_aside(self, visit: Visit) -> None:
        """Close what is open here, so that a letter after the paper does not answer it."""
        asking = await self._askings.open_for(visit.identity.id, visit.here, visit.now)
        if asking is not None:
            await self._askings.reveal(asking.id, visit.now)

    async def _unanswered(self, paper: Paper) -> list[Asking]:
        return await self._askings.papers.unanswered(paper.id, paper.identity_id)

    async def _record(self, visit: Visit, chosen: Sequence[tuple[Asking, Answer]]) -> str:
        answered: list[tuple[int, OptionKey]] = []
        repeated: list[tuple[int, str]] = []
        for asking, answer in chosen:
            outcome = await self._attempts.answer(asking, visit.identity, answer.key, visit.now)
            if outcome.status == "repeated":
                repeated.append((asking.place, outcome.attempt.shown))
                continue
            answered.append((asking.place, answer.key))
            if answer.guessed:
                await self._attempts.mark_guessed(asking.id, visit.identity, visit.now)
        return wording.noted(answered, repeated)

    async def _skip(self, visit: Visit, paper: Paper) -> Reply:
        unanswered = await self._unanswered(paper)
        current = _current(unanswered)
        if current is None:
            return await self._finish(visit, paper)
        left = [one for one in unanswered if one.id != current.id]
        if not left:
            return _show(visit, paper, current, unanswered, wording.ONLY_ONE_LEFT)
        said = wording.skipped(current.place)
        return await self._put(visit, paper, _next(left), unanswered, said)

    async def _put(
        self, visit: Visit, paper: Paper, asking: Asking, unanswered: Sequence[Asking], said: str
    ) -> Reply:
        """Show a question and note that it is the one on the table from now on."""
        last = max(one.asked_at for one in unanswered)
        if asking.asked_at < last or last == paper.started_at:
            await self._askings.put_again(asking.id, max(visit.now, last + _TICK))
        returns = asking.asked_at > paper.started_at
        return _show(visit, paper, asking, unanswered, said + wording.RETURNS * returns)

    async def _show_current(self, visit: Visit, paper: Paper, said: str) -> Reply:
        unanswered = await self._unanswered(paper)
        current = _current(unanswered)
        if current is None:
            return await self._finish(visit, paper)
        return _show(visit, paper, current, unanswered, said)

    async def _left(self, visit: Visit, paper: Paper) -> Reply:
        unanswered = await self._unanswered(paper)
        places = sorted(asking.place for asking in unanswered)
        return Reply(wording.left(places, paper.ends_at - visit.now), "command")

    async def _hand_in(self, visit: Visit, paper: Paper, *, sure: bool) -> Reply:
        """Hand in; with questions unanswered only if the very last thing said was to ask so."""
        unanswered = await self._unanswered(paper)
        pending = await self._memory.pending_wish(visit.message, _SURE_FOR)
        if not unanswered or sure or pending == wording.SURE_ANYWAY:
            return await self._finish(visit, paper)
        text = wording.confirm(sorted(asking.place for asking in unanswered))
        return Reply(text, "command", choices=wording.CONFIRMATION)

    async def _give_up(self, visit: Visit, paper: Paper) -> Reply:
        # Ended before it began: that is how a paper that was given up is told from the others.
        await self._askings.papers.finish(paper.id, paper.started_at - _TICK)
        return Reply(wording.given_up(await self._sheet(paper)), "command")

    async def _time_is_up(self, visit: Visit, paper: Paper, lost: str = "") -> Reply:
        return await self._finish(visit, paper, wording.time_is_up(lost))

    async def _finish(self, visit: Visit, paper: Paper, said: str = "") -> Reply:
        end = min(visit.now, paper.ends_at)
        await self._askings.papers.finish(paper.id, end)
        report = await self._report(await self._sheet(replace(paper, finished_at=end)))
        text = f"{said}\n\n{report}" if said else report
        return Reply(text, "command", private=visit.is_group)

    async def _report(self, sheet: Sheet) -> str:
        finished = await self._askings.papers.finished(sheet.paper.identity_id, _COMPARED)
        earlier = [
            await self._sheet(paper)
            for paper in finished
            if paper.started_at < sheet.paper.started_at and not was_given_up(paper)
        ]
        return wording.report(
            self._library,
            sheet,
            earlier,
            lambda chapter: link_of(self._scopes, self._library, chapter),
        )

    async def _sheet(self, paper: Paper) -> Sheet:
        askings = await self._askings.papers.askings_of(paper.id)
        attempts = await self._attempts.of_paper(paper.id, paper.identity_id)
        return sheet_of(paper, askings, attempts)


def _current(unanswered: Sequence[Asking]) -> Asking | None:
    """Return the question that was put last; at the beginning all were, and the first is meant."""
    return max(unanswered, key=lambda one: (one.asked_at, -one.place), default=None)


def _next(unanswered: Sequence[Asking]) -> Asking:
    return min(unanswered, key=lambda one: (one.asked_at, one.place))


def _meant(answer: Answer, by_place: dict[int, Asking], otherwise: Asking) -> Asking | None:
    """Return the question that a letter answers; None when there is no such place."""
    return otherwise if answer.place is None else by_place.get(answer.place)


def _show(
    visit: Visit, paper: Paper, asking: Asking, unanswered: Sequence[Asking], said: str
) -> Reply:
    left: timedelta = paper.ends_at - visit.now
    head = wording.question_head(asking, paper.questions, left)
    reply = question_reply(asking, head, wording.how(len(unanswered)))
    if not said:
        return reply
    return replace(reply, text=f"{said}\n\n{reply.text}", caption=f"{said}\n{reply.caption}")
