"""The daily question in a group: shown, set, and answered; answered privately as well."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from backend.errors import RecordUnavailable
from backend.knowledge.library import Library
from backend.learning.askings import Askings
from backend.learning.attempts import Attempts
from backend.learning.groups import (
    EVERY_DAY,
    MAX_QUESTIONS,
    MAX_TIMES,
    Group,
    Groups,
    GroupSettings,
    slots_of,
)
from backend.learning.people import People
from backend.learning.values import SHANGHAI, Asking, Identity, Outcome
from backend.questions.scope import SUBJECT_NAMES, ScopeReader
from plugins.answers import Answer, Answers, parse_answers
from plugins.asking_words import HOW_TO_ANSWER_GROUP, question_reply, verdict_text
from plugins.daily_quiz import wording
from plugins.daily_quiz.commands import Command, parse
from plugins.messages import Conversation, IncomingMessage, Reply

_SHOWN_FOR = timedelta(days=2)
_MOST_LOOKED_UP = 20
_LOOK_AHEAD_DAYS = 8
SUBJECTS = tuple(SUBJECT_NAMES)

IsMember = Callable[[Conversation, str], Awaitable[bool]]


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
    ) -> None:
        """``is_member`` asks the platform whether an account is in a group."""
        self._library = library
        self._groups = groups
        self._people = people
        self._askings = askings
        self._attempts = attempts
        self._scopes = scopes
        self._rules = rules
        self._is_member = is_member

    async def respond(self, message: IncomingMessage) -> Reply | None:
        """Carry out a command or take an answer; None for everything else."""
        command = parse(message.text)
        answers = None if command else parse_answers(message.text)
        if command is None and answers is None:
            return None
        try:
            if command is not None:
                return await self._command(message, command)
            assert answers is not None
            return await self._answers(message, answers)
        except RecordUnavailable:
            return Reply(wording.RECORD_DOWN, "error", confidence=0.0)

    async def _command(self, message: IncomingMessage, command: Command) -> Reply | None:
        if command.kind == "wrong":
            return Reply(command.problem, "command")
        if command.kind == "explain":
            return await self._explain(message)
        if command.kind == "show":
            return await self._show(message)
        if not message.conversation.is_group:
            return Reply(wording.GROUPS_ONLY, "command")
        group = await self._groups.get(message.conversation.key)
        settings = group.settings if group is not None else GroupSettings()
        if command.kind == "settings":
            return Reply(wording.settings_text(settings), "command")
        if not (message.is_group_admin or message.user in self._rules.superusers):
            return Reply(wording.ADMINS_ONLY, "command")
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
        said = wording.confirmed(command.kind, group.settings)
        first = wording.first_push(due, message.received_at)
        return Reply(wording.changed(group.settings, said, first), "command")

    async def _show(self, message: IncomingMessage) -> Reply:
        """Show the questions that can be answered now; in private those of one's groups."""
        askings = await self._open(message) or await self._joined(message)
        if not askings:
            text = wording.NO_OPEN_QUESTION
            if message.conversation.is_group:
                group = await self._groups.get(message.conversation.key)
                if group is not None and group.settings.enabled:
                    due = next_due(group.settings, message.received_at)
                    text = f"{wording.NONE_YET}{wording.first_push(due, message.received_at)}"
            return Reply(text, "command")
        await self._note_member(message)
        asking = askings[0]
        head = wording.question_head(self._library, asking, self._rules.exam, len(askings))
        more = wording.more_open(len(askings) - 1) if len(askings) > 1 else ""
        return question_reply(asking, head, f"{HOW_TO_ANSWER_GROUP}{more}")

    async def _note_member(self, message: IncomingMessage) -> None:
        """Who asks for the group's question may answer it in private next."""
        conversation, now = message.conversation, message.received_at
        if conversation.is_group:
            identity = await self._people.identify(conversation.platform, message.sender, now)
            await self._people.seen(conversation.key, identity.id, now)

    async def _answers(self, message: IncomingMessage, answers: Answers) -> Reply | None:
        identity = await self._people.identify(
            message.conversation.platform, message.sender, message.received_at
        )
        if message.quoted is not None:
            quoted = await self._askings.by_message(message.conversation.key, message.quoted)
            if quoted is not None and quoted.kind != "daily":
                return None
            if quoted is not None and len(answers.items) == 1:
                return await self._take(message, identity, quoted, answers.items[0], answers)
        if await self._practises(message, identity):
            return None
        askings = await self._open(message, identity) or await self._joined(message, identity)
        if not askings:
            return None
        chosen = match(askings, answers)
        if isinstance(chosen, str):
            return Reply(chosen, "command")
        replies = [
            await self._take(message, identity, asking, answer, answers)
            for asking, answer in chosen
        ]
        if len(replies) == 1:
            return replies[0]
        return replace(replies[0], text="\n\n".join(reply.text for reply in replies))

    async def _practises(self, message: IncomingMessage, identity: Identity) -> bool:
        """Whether the person is at a paper, or at a question newer than the group's."""
        here = (identity.id, message.conversation.key, message.received_at)
        if not await self._askings.is_busy(*here):
            return False
        if await self._askings.open_paper(*here) or await self._askings.overdue_paper(*here):
            return True
        own = await self._askings.open_for(*here)
        if own is None:
            return False
        daily = await self._open(message, identity)
        return not daily or own.asked_at > daily[0].asked_at

    async def _take(
        self,
        message: IncomingMessage,
        identity: Identity,
        asking: Asking,
        answer: Answer,
        answers: Answers,
    ) -> Reply:
        now = message.received_at
        conversation = message.conversation
        if conversation.is_group:
            await self._people.seen(conversation.key, identity.id, now)
        outcome = await self._attempts.answer(asking, identity, answer.key, now)
        if answers.guessed and outcome.status != "repeated":
            outcome = await self._attempts.mark_guessed(asking.id, identity, now) or outcome
        if not conversation.is_group:
            return self._verdict(asking, outcome, head=wording.which(asking))
        if asking.revealed_at is not None:
            return self._verdict(asking, outcome)
        return await self._received(asking, outcome, answer)

    async def _received(self, asking: Asking, outcome: Outcome, answer: Answer) -> Reply:
        if outcome.status == "repeated":
            return Reply(wording.already(outcome.attempt.shown), "command")
        number = await self._askings.place_of(outcome.attempt)
        text = wording.received(
            outcome.attempt.shown, number, place=answer.place, reveal=asking.reveal_at
        )
        return Reply(text, "command")

    async def _explain(self, message: IncomingMessage) -> Reply | None:
        """Show the way to the newest daily question that the person has answered: privately."""
        identity = await self._people.identify(
            message.conversation.platform, message.sender, message.received_at
        )
        if await self._practises(message, identity):
            return None
        for asking in await self._recent(message, identity):
            if message.conversation.is_group and asking.revealed_at is None:
                continue
            attempt = await self._attempts.of_asking(asking.id, identity.id)
            if attempt is not None:
                right = None if asking.retracted else attempt.chosen == asking.question.answer
                outcome = Outcome("repeated", attempt, right)
                return self._verdict(asking, outcome)
        text = wording.ANSWER_FIRST
        if message.conversation.is_group:
            text = wording.REVEALED_LATER
        return Reply(text, "command") if await self._recent(message, identity) else None

    def _verdict(self, asking: Asking, outcome: Outcome, head: str = "") -> Reply:
        return Reply(
            head + verdict_text(self._library, asking, outcome),
            "command",
            concepts=asking.question.source,
        )

    async def _open(
        self, message: IncomingMessage, identity: Identity | None = None
    ) -> list[Asking]:
        """The day's questions, newest first: unrevealed ones, else those of the last reveal.

        With ``identity`` in private, those that the person has not answered.
        """
        askings = await self._recent(message, identity)
        if identity is not None and not message.conversation.is_group:
            answered = [
                a for a in askings if await self._attempts.of_asking(a.id, identity.id) is not None
            ]
            askings = [asking for asking in askings if asking not in answered]
        unrevealed = [asking for asking in askings if asking.revealed_at is None]
        if unrevealed or not askings:
            return unrevealed
        return [asking for asking in askings if asking.day == askings[0].day]

    async def _joined(
        self, message: IncomingMessage, identity: Identity | None = None
    ) -> list[Asking]:
        """Ask the platform which groups with an open question a person is in, in private.

        Who only reads the group was never seen there, and answers in private all the same.
        """
        conversation, now = message.conversation, message.received_at
        if conversation.is_group or self._is_member is None:
            return []
        identity = identity or await self._people.identify(
            conversation.platform, message.sender, now
        )
        for group in await self._waiting_groups(conversation.platform, identity, now):
            place = Conversation(group.platform, group.bot, group.conversation_id, True)
            if await self._is_member(place, message.sender):
                await self._people.seen(group.key, identity.id, now)
        return await self._open(message, identity)

    async def _waiting_groups(
        self, platform: str, identity: Identity, now: datetime
    ) -> list[Group]:
        """Groups of a platform where the person was not seen and a question waits."""
        known = await self._people.groups_of(identity.person_id)
        others = [
            group
            for group in await self._groups.all()
            if group.platform == platform and group.key not in known
        ]
        waiting: list[Group] = []
        for group in others:
            askings = await self._askings.of_group(group.key, now - _SHOWN_FOR)
            if any(asking.revealed_at is None for asking in askings):
                waiting.append(group)
        return waiting[:_MOST_LOOKED_UP]

    async def _recent(
        self, message: IncomingMessage, identity: Identity | None = None
    ) -> list[Asking]:
        since = message.received_at - _SHOWN_FOR
        if message.conversation.is_group:
            return await self._askings.of_group(message.conversation.key, since)
        if identity is None:
            identity = await self._people.identify(
                message.conversation.platform, message.sender, message.received_at
            )
        found: list[Asking] = []
        for group_key in await self._people.groups_of(identity.person_id):
            found += await self._askings.of_group(group_key, since)
        return sorted(found, key=lambda asking: asking.asked_at, reverse=True)


def match(askings: list[Asking], answers: Answers) -> list[tuple[Asking, Answer]] | str:
    """Find the question of each answer; a sentence when it is not clear which is meant."""
    by_place = {asking.place: asking for asking in reversed(askings)}
    if len(answers.items) == 1 and answers.items[0].place is None:
        if len(by_place) == 1:
            return [(askings[0], answers.items[0])]
        return wording.which_of(sorted(by_place))
    missing = [a.place for a in answers.items if a.place not in by_place]
    if missing:
        return wording.which_of(sorted(by_place))
    return [(by_place[a.place], a) for a in answers.items if a.place is not None]


def next_due(settings: GroupSettings, now: datetime) -> datetime | None:
    """Return when the next question is due; None when none is within a week."""
    if not settings.enabled or settings.paused:
        return None
    today = now.astimezone(SHANGHAI).date()
    for ahead in range(_LOOK_AHEAD_DAYS):
        for slot in slots_of(settings, today + timedelta(days=ahead)):
            if slot.due_at > now:
                return slot.due_at
    return None


def changed_settings(
    settings: GroupSettings, command: Command, scopes: ScopeReader
) -> GroupSettings | str:
    """Apply a command to settings; a sentence when its value makes no sense."""
    match command.kind:
        case "on" | "off":
            return replace(settings, enabled=command.kind == "on")
        case "times":
            return _with_times(settings, command)
        case "reveal":
            return replace(settings, reveal=command.times[0])
        case "count":
            count = command.numbers[0]
            if not 1 <= count <= MAX_QUESTIONS:
                return wording.COUNT_RANGE
            return replace(settings, count=count)
        case "only" | "skip":
            return _with_subjects(settings, command, scopes)
        case "weekdays":
            return replace(settings, weekdays=command.numbers or EVERY_DAY)
        case "levels":
            return replace(settings, levels=(command.numbers[0], command.numbers[1]))
        case "quiet":
            return _with_quiet(settings, command)
        case _:
            return replace(GroupSettings(), enabled=settings.enabled, paused=settings.paused)


def _with_times(settings: GroupSettings, command: Command) -> GroupSettings | str:
    if len(command.times) > MAX_TIMES:
        return wording.TOO_MANY_TIMES
    if any(settings.is_quiet(at) for at in command.times):
        return wording.IN_QUIET_HOURS
    return replace(settings, times=command.times)


def _with_quiet(settings: GroupSettings, command: Command) -> GroupSettings | str:
    quiet = (command.times[0], command.times[1]) if command.times else None
    changed = replace(settings, quiet=quiet)
    if any(changed.is_quiet(at) for at in (*settings.times, settings.reveal)):
        return wording.QUIET_HITS_TIMES
    return changed


def _with_subjects(
    settings: GroupSettings, command: Command, scopes: ScopeReader
) -> GroupSettings | str:
    if command.words in (("全部",), ("无",), ("不限",)):
        return replace(settings, skipped_subjects=())
    named = [scopes.subject(word) for word in command.words]
    if None in named:
        return wording.unknown_subject(command.words[named.index(None)])
    chosen = {subject for subject in named if subject is not None}
    skipped = [s for s in SUBJECTS if (s in chosen) == (command.kind == "skip")]
    if len(skipped) == len(SUBJECTS):
        return wording.NO_SUBJECT_LEFT
    return replace(settings, skipped_subjects=tuple(skipped))
