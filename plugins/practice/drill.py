"""One question after the other: practice, reviews, the wrong book. 跳过 closes without showing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from backend.knowledge.library import Library
from backend.learning.askings import Askings
from backend.learning.progress import Progress
from backend.learning.selection import Selection
from backend.learning.values import (
    Asking,
    AskingKind,
    WrongEntry,
    begin_of,
    study_day,
)
from backend.questions.question import Question
from backend.questions.scope import Scope, ScopeReader
from plugins.asking_words import days_left_text, question_reply
from plugins.messages import Reply
from plugins.practice import wording
from plugins.practice.commands import Command, parse
from plugins.practice.grading import wish_of
from plugins.practice.memory import Memory
from plugins.practice.scopes import nearest_with_questions, no_questions_of_that_kind
from plugins.practice.undisclosed import undisclosed
from plugins.visit import Visit


class Drill:
    """Asks a person questions."""

    def __init__(
        self,
        library: Library,
        askings: Askings,
        progress: Progress,
        selection: Selection,
        scopes: ScopeReader,
        memory: Memory,
        exam: date,
    ) -> None:
        self._library = library
        self._askings = askings
        self._progress = progress
        self._selection = selection
        self._scopes = scopes
        self._memory = memory
        self._exam = exam

    async def open_question(self, visit: Visit) -> Asking | None:
        """Return the question that the person is to answer here."""
        return await self._askings.open_for(visit.identity.id, visit.here, visit.now)

    async def start(
        self,
        visit: Visit,
        command: Command,
        *,
        said: str | None = None,
        after: Asking | None = None,
    ) -> Reply | None:
        """Ask what ``command`` wishes for; ``said`` goes before it instead of an introduction.

        ``after`` is the question that was just put aside.
        None for 来道题 in the middle of a topic that there is no question on.
        """
        if command.offhand and (explained := await self._memory.topic(visit.message)):
            topical = await self._on_topic(visit, explained)
            if topical is not None or "题" in visit.message.text:
                return topical  # without a question on it, the knowledge base gives its example
        scope = self._scopes.read(command.words)
        if scope is None:
            other = no_questions_of_that_kind(command.words)
            return Reply(other or wording.unknown_scope(command.words), "command")
        match command.kind:
            case "wrong":
                return await self._from_book(visit, scope, command.words, said or "", after)
            case "review":
                return await self._review(visit, scope, command.words, said, after)
            case _:
                return await self._practise(visit, scope, command, said or "")

    async def again(self, visit: Visit) -> Reply | None:
        """Ask the next question of the same kind; one that is still open is skipped.

        None for 再来一个 after an explanation: another example may be meant.
        """
        asking = await self.open_question(visit)
        if asking is not None:
            return await self.skip(visit, asking)
        says_question = any(word in visit.message.text for word in "题道练刷")
        explaining = await self._memory.topic(visit.message)
        wish = await self._memory.last_wish(visit.message)
        if not says_question and (explaining or not wish):
            return None
        if wish:
            return await self._repeat(visit, wish)
        return await self.start(visit, Command("practise", offhand=True))

    async def go_on(self, visit: Visit) -> Reply | None:
        """Go on where the last reply left off; None when that was not practice."""
        wish = await self._memory.pending_wish(visit.message)
        if not wish:
            return None
        asking = await self.open_question(visit)
        if asking is None:
            return await self._repeat(visit, wish)
        head = wording.head("练习", self._library, asking)
        return _preceded(question_reply(asking, head, _how(visit)), wording.STILL_OPEN)

    async def harder(self, visit: Visit) -> Reply | None:
        """Ask a harder question in the same scope; None for 难一点 about something else."""
        wish = await self._memory.pending_wish(visit.message)
        if not wish and not any(word in visit.message.text for word in "来换道题有"):
            return None
        last = parse(wish) if wish else None
        words = last.words if last is not None and last.kind == "practise" else ""
        return await self.start(visit, Command("practise", words, harder=True))

    async def skip(self, visit: Visit, asking: Asking) -> Reply | None:
        """Put a question aside and ask the next one of its kind."""
        await self._askings.reveal(asking.id, visit.now)
        wish = await wish_of(self._memory, visit, asking)
        return await self._repeat(visit, wish, said=wording.SKIPPED, after=asking)

    async def _repeat(
        self, visit: Visit, wish: str, *, said: str = "", after: Asking | None = None
    ) -> Reply | None:
        command = parse(wish) if wish else None
        return await self.start(visit, command or Command("practise"), said=said, after=after)

    async def _on_topic(self, visit: Visit, explained: Sequence[str]) -> Reply | None:
        """Ask on what the knowledge base has just explained; None without a question on it."""
        concepts = self._library.concepts
        for concept in (concepts[id_] for id_ in explained if id_ in concepts):
            scope = Scope("points", tuple(concept.points), concept.name)
            if any(scope.holds(point) for point in self._selection.points):
                read = self._scopes.read(concept.name)
                # 栈 alone is read as its chapter: the next question is to be on the point as well.
                exact = read is not None and set(read.ids) == set(scope.ids)
                words = concept.name if exact else concept.points[0]
                return await self._practise(visit, scope, Command("practise", words), "")
        return None

    async def _practise(self, visit: Visit, scope: Scope, command: Command, said: str) -> Reply:
        hidden = await undisclosed(self._askings, visit)
        question = await self._selection.for_person(
            visit.identity.person_id, scope, visit.now, hidden=hidden, harder=command.harder
        )
        if question is None:
            nearest = nearest_with_questions(
                self._scopes, self._library, scope, self._selection.points
            )
            if not nearest:
                return Reply(wording.NO_QUESTIONS_AT_ALL, "command")
            text = wording.nothing_in(scope, nearest)
            await self._memory.note(visit.message, text, wish=f"/练 {nearest}")
            return Reply(text, "command")
        words = f"难 {command.words}" if command.harder else command.words
        wish = f"/练 {words}".strip()
        label = wording.scope_label(scope)
        if command.number is not None and not said:
            said = wording.several(command.number)
        return await self._ask(visit, question, "practice", ("练习", label), wish, said)

    async def _review(
        self, visit: Visit, scope: Scope, words: str, said: str | None, after: Asking | None
    ) -> Reply:
        person, now = visit.identity.person_id, visit.now
        every = await self._selection.due(person, now)
        due = [point for point in every if scope.holds(point)]
        hidden = await undisclosed(self._askings, visit)
        if every and not due:
            return Reply(wording.nothing_due_in(scope), "command")
        for point in _rotated(due, after.question.point if after else ""):
            question = await self._selection.for_point(person, point, now, hidden=hidden)
            if question is not None:
                wish = f"/复习 {words}".strip()
                left = f"还有 {len(due)} 个"
                days_left = days_left_text(self._exam, now)
                begins = wording.review_begins(len(due), days_left) if said is None else said
                return await self._ask(visit, question, "review", ("复习", left), wish, begins)
        following = await self._selection.next_due(person, now)
        return Reply(wording.nothing_due(following, study_day(now)), "command")

    async def _from_book(
        self, visit: Visit, scope: Scope, words: str, said: str, after: Asking | None
    ) -> Reply:
        asked = await self._asked_today(visit)
        every = await self._progress.wrong_book(visit.identity.person_id)
        hidden = await undisclosed(self._askings, visit)
        inside = [
            entry for entry in every if scope.holds(entry.point) and entry.question_id not in hidden
        ]
        for entry in _most_urgent_first(inside, asked, after):
            question = await self._selection.again(entry.asking_id)
            if question is not None:
                again = entry.question_id in asked
                note = wording.wrong_again_today(len(inside)) if again else ""
                begins = "\n\n".join(part for part in (said, note) if part)
                head = ("错题重练", wording.dots(entry.right_days))
                if visit.is_group:  # who was wrong, and how often, is nobody else's business
                    head, begins = ("练习", ""), said
                wish = f"/练 错题 {words}".strip()
                return await self._ask(visit, question, "wrong_book", head, wish, begins)
        if visit.is_group:
            return Reply(wording.NOTHING_HERE, "command")
        return Reply(wording.NO_OTHER_WRONG if after else wording.no_wrong(scope), "command")

    async def _asked_today(self, visit: Visit) -> set[str]:
        begin = begin_of(study_day(visit.now))
        return await self._askings.recent_question_ids(
            person_id=visit.identity.person_id, since=begin
        )

    async def _ask(
        self,
        visit: Visit,
        question: Question,
        kind: AskingKind,
        head: tuple[str, str],
        wish: str,
        said: str,
    ) -> Reply:
        """Put a question; what was open here is put aside, so that a letter has one meaning."""
        previous = await self.open_question(visit)
        if previous is not None and previous.kind != "mock":
            await self._askings.reveal(previous.id, visit.now)
        asking = await self._askings.ask(
            question,
            kind=kind,
            conversation=visit.here,
            identity_id=visit.identity.id,
            now=visit.now,
        )
        title = wording.head(head[0], self._library, asking, head[1])
        reply = _preceded(question_reply(asking, title, _how(visit)), said)
        await self._memory.note(visit.message, reply.text, wish=wish)
        return reply


def _most_urgent_first(
    entries: Sequence[WrongEntry], asked: set[str], after: Asking | None
) -> list[WrongEntry]:
    """Order by how often an entry was wrong, then the oldest; what was ``asked`` today comes last.

    The question that was just put aside is left out.
    """
    left = [one for one in entries if after is None or one.question_id != after.question.id]
    fresh = [one for one in left if one.question_id not in asked]
    seen = [one for one in left if one.question_id in asked]
    fresh.sort(key=lambda one: (-one.wrong, one.last_at))
    return fresh + sorted(seen, key=lambda one: one.last_at)


def _rotated(points: Sequence[str], after: str) -> list[str]:
    """Return ``points`` from the one behind ``after`` on, around the end."""
    if after not in points:
        return list(points)
    at = points.index(after) + 1
    return [*points[at:], *points[:at]]


def _how(visit: Visit) -> str:
    return wording.HOW_GROUP if visit.is_group else wording.HOW_HERE


def _preceded(reply: Reply, said: str) -> Reply:
    """Put a sentence before a question, whether it is shown as text or as a picture."""
    if not said:
        return reply
    return replace(reply, text=f"{said}\n\n{reply.text}", caption=f"{said}\n{reply.caption}")
