"""The daily question in a group: shown, set, and answered; answered privately as well."""

import re
from dataclasses import dataclass
from datetime import date

from backend.conversation.ports import DialogueStore
from backend.errors import RecordUnavailable
from backend.knowledge.library import Library
from backend.learning.askings import Askings
from backend.learning.attempts import Attempts
from backend.learning.groups import Groups, GroupSettings
from backend.learning.people import People
from backend.questions.scope import ScopeReader
from plugins.answers import Answers, Change, Unclear, parse_ordinal, read
from plugins.daily_quiz import settings_wording, wording
from plugins.daily_quiz.changes import changed_settings, next_due
from plugins.daily_quiz.commands import Command, parse
from plugins.daily_quiz.letters import Letters
from plugins.daily_quiz.showing import Showing
from plugins.daily_quiz.waiting import IsMember, Waiting
from plugins.messages import IncomingMessage, Reply
from plugins.visit import Visit

_NAMED = re.compile(r"[/／]?\s*(?=每日一题|今日一题|今天的题|今天这题)")


@dataclass(frozen=True, slots=True)
class QuizRules:
    """``exam`` is the first day of the exam; ``superusers`` may set every group (their keys)."""

    exam: date
    superusers: frozenset[str] = frozenset()


class DailyQuizPlugin:
    """Takes the commands of a group's daily question and the answers to it."""

    name = "daily_quiz"

    def __init__(
        self,
        library: Library,
        groups: Groups,
        people: People,
        askings: Askings,
        attempts: Attempts,
        scopes: ScopeReader,
        rules: QuizRules,
        is_member: IsMember | None = None,
        dialogues: DialogueStore | None = None,
    ) -> None:
        """``is_member`` asks the platform whether an account is in a group.

        Without ``dialogues``, 第三个 is a letter only where it quotes a question.
        """
        self._groups = groups
        self._people = people
        self._scopes = scopes
        self._rules = rules
        waiting = Waiting(people, groups, askings, attempts, is_member)
        self._letters = Letters(library, people, askings, attempts, waiting, dialogues)
        self._showing = Showing(library, groups, people, attempts, waiting, rules.exam)

    async def respond(self, message: IncomingMessage) -> Reply | None:
        """Carry out a command or take an answer; None for everything else."""
        command = parse(message.text)
        named = _NAMED.match(message.text.strip())
        text = message.text.strip()[named.end() :] if named else message.text
        said = None if command else read(text)
        ordinal = None if command or said else parse_ordinal(text)
        if command is None and said is None and ordinal is None:
            return None
        try:
            if command is not None:
                return await self._command(message, command)
            visit = await self._visit(message)
            if ordinal is not None:
                return await self._letters.ordinal(visit, ordinal)
            return await self._said(visit, said, named=named is not None)
        except RecordUnavailable:
            return Reply(wording.RECORD_DOWN, "error", confidence=0.0)

    async def _visit(self, message: IncomingMessage) -> Visit:
        platform, now = message.conversation.platform, message.received_at
        return Visit(message, await self._people.identify(platform, message.sender, now))

    async def _said(
        self, visit: Visit, said: Answers | Unclear | Change | None, *, named: bool
    ) -> Reply | None:
        match said:
            case Answers():
                return await self._letters.answer(visit, said, named=named)
            case Change():
                return await self._letters.change(visit, said)
            case _:
                return await self._letters.unclear(visit)

    async def _command(self, message: IncomingMessage, command: Command) -> Reply | None:
        place = command.numbers[0] if command.numbers else None
        match command.kind:
            case "wrong":
                return Reply(command.problem, "command")
            case "explain":
                return await self._showing.explain(await self._visit(message), place)
            case "give_up":
                return await self._letters.give_up(await self._visit(message))
            case "show":
                return await self._showing.show(await self._visit(message), place)
            case _:
                return await self._set(message, command)

    async def _set(self, message: IncomingMessage, command: Command) -> Reply:
        """Show or change the settings of a group."""
        if not message.conversation.is_group:
            return Reply(wording.GROUPS_ONLY, "command")
        group = await self._groups.get(message.conversation.key)
        settings = group.settings if group is not None else GroupSettings()
        if command.kind == "settings":
            return Reply(settings_wording.settings_text(settings), "command")
        if not (message.is_group_admin or message.user in self._rules.superusers):
            return Reply(settings_wording.ADMINS_ONLY, "command")
        return await self._change(message, settings, command)

    async def _change(
        self, message: IncomingMessage, settings: GroupSettings, command: Command
    ) -> Reply:
        changed = changed_settings(settings, command, self._scopes)
        if isinstance(changed, str):
            return Reply(changed, "command")
        conversation = message.conversation
        group = await self._groups.save(
            conversation.key,
            conversation.platform,
            conversation.bot,
            conversation.id,
            changed,
            message.received_at,
        )
        due = next_due(group.settings, message.received_at)
        said = settings_wording.confirmed(command.kind, group.settings)
        first = wording.first_push(due, message.received_at)
        return Reply(settings_wording.changed(group.settings, said, first), "command")
