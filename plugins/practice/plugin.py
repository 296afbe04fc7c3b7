"""Practice of one's own: takes the commands, the letters, and what is said about an answer."""

from datetime import date, timedelta

from backend.conversation.ports import DialogueStore
from backend.errors import RecordUnavailable
from backend.knowledge.library import Library
from backend.learning.askings import Askings
from backend.learning.attempts import Attempts
from backend.learning.corrections import Corrections
from backend.learning.people import People
from backend.learning.progress import Progress
from backend.learning.selection import Selection
from backend.learning.values import Asking
from backend.questions.scope import ScopeReader
from plugins.answers import Answers, parse_answers, says_guessed
from plugins.messages import IncomingMessage, Reply
from plugins.practice import paper_wording, wording
from plugins.practice.book import Book
from plugins.practice.commands import Command, parse
from plugins.practice.drill import Drill
from plugins.practice.grading import Grading
from plugins.practice.memory import Memory
from plugins.practice.papers import Papers
from plugins.practice.reports import Reports
from plugins.practice.undisclosed import undisclosed
from plugins.sitting import sits_a_paper
from plugins.visit import Visit

_GUESS_WITHIN = timedelta(hours=24)
_ABOUT_A_SCOPE = ("practise", "wrong", "review", "book", "export", "harder")


class PracticePlugin:
    """Offered a message after the daily question, whose letters come first."""

    name = "practice"

    def __init__(
        self,
        library: Library,
        people: People,
        askings: Askings,
        attempts: Attempts,
        progress: Progress,
        corrections: Corrections,
        selection: Selection,
        scopes: ScopeReader,
        dialogues: DialogueStore,
        exam: date,
        mock_seconds_per_question: float = 90,
    ) -> None:
        """``exam`` is the first day of the exam; a mock exam gives its seconds a question."""
        memory = Memory(dialogues)
        self._scopes = scopes
        self._memory = memory
        self._people = people
        self._askings = askings
        self._attempts = attempts
        self._drill = Drill(library, askings, progress, selection, scopes, memory, exam)
        self._grading = Grading(
            library, people, askings, attempts, progress, selection, scopes, memory
        )
        self._papers = Papers(
            library,
            askings,
            attempts,
            selection,
            scopes,
            memory,
            mock_seconds_per_question,
        )
        self._book = Book(library, askings, progress, scopes)
        self._reports = Reports(askings, attempts, corrections)

    async def respond(self, message: IncomingMessage) -> Reply | None:
        """Carry out a command, grade a letter or mark a guess; None for everything else."""
        command = parse(message.text)
        answers = None if command else parse_answers(message.text)
        if command is None and answers is None and not says_guessed(message.text):
            return None
        try:
            visit = await self._visit(message)
            if command is not None:
                return await self._command(visit, command)
            if answers is not None:
                return await self._answers(visit, answers)
            return await self._guessed(visit)
        except RecordUnavailable:
            return Reply(wording.RECORD_DOWN, "error", confidence=0.0)

    async def _visit(self, message: IncomingMessage) -> Visit:
        platform, now = message.conversation.platform, message.received_at
        return Visit(message, await self._people.identify(platform, message.sender, now))

    async def _command(self, visit: Visit, command: Command) -> Reply | None:
        doubtful = not command.sure and command.kind in _ABOUT_A_SCOPE
        if doubtful and self._scopes.read(command.words) is None:
            return None
        paper = await self._papers.unfinished(visit)
        match command.kind:
            case "report":
                return await self._reports.take(visit, command)
            case "doubt":
                # After an explanation it is the explanation that is doubted.
                explained = await self._memory.topic(visit.message)
                return None if explained else await self._reports.how(visit)
            case "details":
                return await self._papers.details(visit, command.number)
            case "book" | "export":
                return await self._look_up(visit, command)
            case "leave_book":
                return Reply(wording.HOW_TO_LEAVE, "command")
            case _:
                pass
        if paper is not None and not visit.is_group:
            return await self._papers.command(visit, paper, command)
        if command.kind == "mock":
            return await self._papers.start(visit, command)
        if command.kind in _ABOUT_A_SCOPE and await self._sits(visit):
            return Reply(paper_wording.OPEN_ELSEWHERE, "command")
        return await self._drilled(visit, command)

    async def _sits(self, visit: Visit) -> bool:
        return await sits_a_paper(
            self._people, self._askings, visit.identity, visit.here, visit.now
        )

    async def _look_up(self, visit: Visit, command: Command) -> Reply:
        if await self._sits(visit):
            return Reply(wording.BOOK_CLOSED, "command", private=visit.is_group)
        if command.kind == "export":
            return await self._book.export(visit, command)
        return await self._book.show(visit, command)

    async def _drilled(self, visit: Visit, command: Command) -> Reply | None:
        match command.kind:
            case "again":
                return await self._drill.again(visit)
            case "go_on":
                return await self._drill.go_on(visit)
            case "harder":
                return await self._drill.harder(visit)
            case "skip" | "show_answer" | "quit":
                return await self._closed(visit, command)
            case "previous" | "left":
                return None
            case "hand_in" | "hand_in_surely" | "give_up" | "resume":
                return Reply(paper_wording.NO_PAPER, "command") if command.sure else None
            case _:
                return await self._drill.start(visit, command)

    async def _closed(self, visit: Visit, command: Command) -> Reply | None:
        """Close the question that is open here; None when there is none."""
        asking = await self._drill.open_question(visit)
        if asking is None:
            return None
        if command.kind == "skip":
            return await self._drill.skip(visit, asking)
        return await self._grading.show_answer(visit, asking)

    async def _answers(self, visit: Visit, answers: Answers) -> Reply | None:
        quoted: Asking | None = None
        if visit.message.quoted is not None:
            quoted = await self._askings.by_message(visit.here, visit.message.quoted)
        if quoted is not None and quoted.kind == "daily":
            return None
        paper = None if visit.is_group else await self._papers.unfinished(visit)
        of_paper = quoted.paper_id if quoted is not None else None
        if paper is not None and (quoted is None or of_paper == paper.id):
            return await self._papers.take(visit, paper, answers, quoted)
        if of_paper is not None:
            return await self._papers.closed(of_paper)
        return await self._grading.answer(visit, answers, quoted)

    async def _guessed(self, visit: Visit) -> Reply | None:
        """Mark the last answer as guessed, wherever it was given."""
        attempt = await self._attempts.latest_of(visit.identity.id)
        if attempt is None or visit.now - attempt.answered_at > _GUESS_WITHIN:
            return None if visit.is_group else Reply(wording.GUESS_OF_NOTHING, "command")
        asking = await self._askings.get(attempt.asking_id)
        if asking is None:
            return None
        hidden = asking.kind == "daily" and asking.revealed_at is None
        hidden |= asking.question.id in await undisclosed(self._askings, visit)
        if asking.paper_id is not None:
            paper = await self._askings.papers.get(asking.paper_id)
            hidden = paper is not None and paper.finished_at is None
        return await self._grading.mark_guessed(visit, asking, hidden=hidden)
