"""The wrong book: listed, and handed out as a file. What it says is for its owner alone."""

from backend.knowledge.library import Library
from backend.learning.askings import Askings
from backend.learning.progress import Progress
from backend.questions.scope import Scope, ScopeReader
from plugins.messages import Reply
from plugins.practice import book_wording as wording
from plugins.practice.commands import Command
from plugins.practice.exports import Entry, written
from plugins.practice.wording import no_wrong, unknown_scope
from plugins.visit import Visit


class Book:
    """Shows a person what they got wrong; in a group, privately."""

    def __init__(
        self, library: Library, askings: Askings, progress: Progress, scopes: ScopeReader
    ) -> None:
        self._library = library
        self._askings = askings
        self._progress = progress
        self._scopes = scopes

    async def show(self, visit: Visit, command: Command) -> Reply:
        """List the newest entries."""
        scope = self._scopes.read(command.words)
        if scope is None:
            return Reply(unknown_scope(command.words), "command", private=visit.is_group)
        entries = await self._entries(visit, scope)
        text = wording.listed(self._library, entries, scope) if entries else no_wrong(scope)
        return Reply(text, "command", private=visit.is_group)

    async def export(self, visit: Visit, command: Command) -> Reply:
        """Hand out the wrong book as a file."""
        scope = self._scopes.read(command.words)
        if scope is None:
            return Reply(wording.FORMS, "command", private=visit.is_group)
        entries = await self._entries(visit, scope)
        if not entries:
            return Reply(no_wrong(scope), "command", private=visit.is_group)
        file = written(self._library, entries, command.form, visit.now)
        text = wording.exported(len(entries), command.form, scope)
        return Reply(text, "command", attachment=file, private=visit.is_group)

    async def _entries(self, visit: Visit, scope: Scope) -> list[Entry]:
        found = await self._progress.wrong_book(visit.identity.person_id)
        inside = [entry for entry in found if scope.holds(entry.point)]
        askings = await self._askings.many([entry.asking_id for entry in inside])
        return [
            Entry(entry, askings[entry.asking_id]) for entry in inside if entry.asking_id in askings
        ]
