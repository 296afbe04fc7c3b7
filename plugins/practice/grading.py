"""What becomes of an answer: graded, explained, marked as guessed, and what comes next.

What 不会 and 看答案 do: the answer is shown, the question is closed, and nothing is recorded. The
log holds answers by letter, and to invent a wrong one for who is honest would punish honesty; a
question on the same point is offered instead, whose answer does count.
"""

from dataclasses import replace

from backend.knowledge.library import Library
from backend.learning.askings import Askings
from backend.learning.attempts import Attempts
from backend.learning.people import People
from backend.learning.progress import Progress
from backend.learning.selection import Selection
from backend.learning.values import Asking, AskingKind, Outcome
from backend.questions.question import Question
from backend.questions.scope import EVERYTHING, ScopeReader
from plugins.answers import Answers
from plugins.asking_words import verdict_text
from plugins.messages import Reply
from plugins.practice import wording
from plugins.practice.commands import Command, parse
from plugins.practice.memory import Memory
from plugins.practice.scopes import link_of
from plugins.practice.undisclosed import undisclosed
from plugins.visit import Visit

_WISHES: dict[AskingKind, tuple[str, str]] = {
    "practice": ("practise", "/练"),
    "review": ("review", "/复习"),
    "wrong_book": ("wrong", "/练 错题"),
}


class Grading:
    """Takes the answers to a person's own questions."""

    def __init__(
        self,
        library: Library,
        people: People,
        askings: Askings,
        attempts: Attempts,
        progress: Progress,
        selection: Selection,
        scopes: ScopeReader,
        memory: Memory,
    ) -> None:
        self._library = library
        self._people = people
        self._askings = askings
        self._attempts = attempts
        self._progress = progress
        self._selection = selection
        self._scopes = scopes
        self._memory = memory

    async def show_answer(self, visit: Visit, asking: Asking) -> Reply:
        """Show the answer to who does not know it."""
        if asking.question.id in await undisclosed(self._askings, visit):
            return Reply(wording.ANSWER_LATER, "command")
        wish = await wish_of(self._memory, visit, asking)
        await self._askings.reveal(asking.id, visit.now)
        link = link_of(self._scopes, self._library, asking.question.point)
        text = wording.shown_answer(self._library, asking, link)
        return await self._explained(visit, asking, text, wish)

    async def answer(self, visit: Visit, answers: Answers, quoted: Asking | None) -> Reply | None:
        """Grade a letter; None for one in a group that answers nothing of ours."""
        asking = quoted or await self._askings.open_for(visit.identity.id, visit.here, visit.now)
        if asking is None:
            return None if visit.is_group else Reply(wording.NOTHING_OPEN, "command")
        if quoted is not None and not await self._is_theirs(visit, quoted):
            return Reply(wording.NOT_YOURS, "command")
        first, *others = answers.items
        if others or first.place not in (None, 1):
            return Reply(wording.ONE_LETTER, "command")
        if asking.revealed_at is not None and not await self._has_answered(visit, asking):
            return Reply(wording.PUT_ASIDE, "command")
        outcome = await self._attempts.answer(asking, visit.identity, first.key, visit.now)
        if answers.guessed and outcome.status != "repeated":
            outcome = await self._marked(visit, asking, outcome)
        return await self._verdict(visit, asking, outcome)

    async def mark_guessed(self, visit: Visit, asking: Asking, *, hidden: bool) -> Reply | None:
        """Mark the answer to ``asking`` as guessed; nothing is given away while it is hidden."""
        outcome = await self._attempts.mark_guessed(asking.id, visit.identity, visit.now)
        if outcome is None:
            return None
        if outcome.status == "repeated":
            return Reply(wording.GUESS_KNOWN, "command")
        return Reply(
            wording.GUESS_NOTED if hidden else wording.guess_noted(outcome.right), "command"
        )

    async def _has_answered(self, visit: Visit, asking: Asking) -> bool:
        return await self._attempts.of_asking(asking.id, visit.identity.id) is not None

    async def _is_theirs(self, visit: Visit, asking: Asking) -> bool:
        if asking.identity_id == visit.identity.id:
            return True
        accounts = await self._people.identities_of(visit.identity.person_id)
        return asking.identity_id in {account.id for account in accounts}

    async def _marked(self, visit: Visit, asking: Asking, outcome: Outcome) -> Outcome:
        """Mark an answer as guessed the moment it is given: one outcome of both."""
        marked = await self._attempts.mark_guessed(asking.id, visit.identity, visit.now)
        if marked is None:
            return outcome
        back = outcome.left_wrong_book and marked.entered_wrong_book
        return replace(
            marked,
            status=outcome.status,
            entered_wrong_book=not back
            and (outcome.entered_wrong_book or marked.entered_wrong_book),
            left_wrong_book=outcome.left_wrong_book and not back,
        )

    async def _verdict(self, visit: Visit, asking: Asking, outcome: Outcome) -> Reply:
        if asking.question.id in await undisclosed(self._askings, visit):
            return Reply(wording.VERDICT_LATER, "command")
        wish = await wish_of(self._memory, visit, asking)
        explained = self._concepts(asking.question)
        why = wording.ASK_WHY if outcome.right is False and explained else ""
        next_one = await self._offer(visit, asking, wish)
        text = f"{verdict_text(self._library, asking, outcome)}\n\n{why}{next_one}"
        return await self._explained(visit, asking, text, wish)

    async def _explained(self, visit: Visit, asking: Asking, text: str, wish: str) -> Reply:
        explained = self._concepts(asking.question)
        await self._memory.note(visit.message, text, wish=wish, explained=explained)
        choices = tuple(word for word in ("再来一道", "继续") if f"“{word}”" in text)
        return Reply(text, "command", concepts=explained, choices=choices)

    async def _offer(self, visit: Visit, asking: Asking, wish: str) -> str:
        command = parse(wish) or Command("practise")
        scope = self._scopes.read(command.words) or EVERYTHING
        if command.kind == "review":
            due = await self._selection.due(visit.identity.person_id, visit.now)
            return wording.next_review(sum(scope.holds(point) for point in due))
        if command.kind == "wrong":
            if visit.is_group:
                return wording.NEXT_IN_GROUP
            entries = await self._progress.wrong_book(visit.identity.person_id)
            return wording.next_wrong(sum(scope.holds(entry.point) for entry in entries))
        return wording.next_practice(scope)

    def _concepts(self, question: Question) -> tuple[str, ...]:
        """Name the cards that explain a question: those it names, else those on its point."""
        concepts = self._library.concepts
        named = tuple(id_ for id_ in question.source if id_ in concepts)
        on_point = (id_ for id_, card in concepts.items() if question.point in card.points)
        return named or tuple(on_point)[:2]


async def wish_of(memory: Memory, visit: Visit, asking: Asking) -> str:
    """Return the wish that led to a question; by its kind where the dialogue is forgotten."""
    kind, default = _WISHES.get(asking.kind, ("practise", "/练"))
    wish = await memory.last_wish(visit.message)
    command = parse(wish) if wish else None
    return wish if command is not None and command.kind == kind else default
