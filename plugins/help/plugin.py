"""Commands that every conversation has: help and being forgotten.

It comes after the plugins that have commands of their own: it answers every ``/word`` that is left.
"""

from loguru import logger

from backend.conversation.ports import DialogueStore
from backend.errors import RecordUnavailable, StoreUnavailable
from backend.learning.people import People
from backend.learning.privacy import Privacy
from plugins.help import wording
from plugins.help.commands import parse, parse_how
from plugins.messages import IncomingMessage, Reply


class HelpPlugin:
    """Answers commands and leaves everything else to the plugins after it."""

    name = "help"

    def __init__(self, dialogues: DialogueStore, people: People, privacy: Privacy) -> None:
        self._dialogues = dialogues
        self._people = people
        self._privacy = privacy

    async def respond(self, message: IncomingMessage) -> Reply | None:
        """Carry out the command that ``message`` is, if it is one."""
        how = parse_how(message.text)
        if how is not None:
            return Reply(wording.how_to_use(how), "command")
        match parse(message.text):
            case "help":
                return Reply(wording.HELP, "command")
            case "forget_dialogues":
                return await self._forget_dialogues(message)
            case "forget":
                return Reply(wording.ASK_TO_CONFIRM, "command")
            case "forget_confirmed":
                return await self._forget(message)
            case "unknown":
                return Reply(wording.UNKNOWN, "command")
            case None:
                return None

    async def _forget_dialogues(self, message: IncomingMessage) -> Reply:
        try:
            sessions = await self._dialogues.forget(message.user)
        except StoreUnavailable:
            return _failed(wording.FORGET_FAILED)
        return Reply(wording.forgotten(sessions), "command")

    async def _forget(self, message: IncomingMessage) -> Reply:
        """Delete everything that can be deleted now, and say exactly what was not."""
        # The dialogues first: the record knows which other accounts are the same person's.
        sessions = await self._without_dialogues(await self._users(message))
        rows = await self._without_record(message)
        if sessions is None:
            return _failed(
                wording.NOTHING_FORGOTTEN if rows is None else wording.ONLY_RECORD_FORGOTTEN
            )
        if rows is None:
            return _failed(wording.ONLY_DIALOGUES_FORGOTTEN)
        was_there = sessions or rows
        return Reply(wording.FORGOTTEN if was_there else wording.NOTHING_TO_FORGET, "command")

    async def _users(self, message: IncomingMessage) -> list[str]:
        """Give the keys of all accounts of the person, at least of the one that writes."""
        try:
            identity = await self._people.find(message.conversation.platform, message.sender)
            if identity is None:
                return [message.user]
            accounts = await self._people.identities_of(identity.person_id)
        except RecordUnavailable:
            return [message.user]
        keys = (f"{account.platform}:{account.user_id}" for account in accounts)
        return list(dict.fromkeys((message.user, *keys)))

    async def _without_dialogues(self, users: list[str]) -> int | None:
        """Remove the dialogues; how many there were, None when the store is away."""
        try:
            return sum([await self._dialogues.forget(user) for user in users])
        except StoreUnavailable:
            logger.debug("the store has said so itself: dialogues are left")
            return None

    async def _without_record(self, message: IncomingMessage) -> int | None:
        """Remove the learning record; how many rows there were, None when it cannot be used."""
        try:
            identity = await self._people.find(message.conversation.platform, message.sender)
            if identity is None:
                return 0
            gone = await self._privacy.forget(identity.person_id, message.received_at)
        except RecordUnavailable as error:
            logger.error(wording.LOG_NOT_FORGOTTEN, error)
            return None
        return sum(gone.values())


def _failed(text: str) -> Reply:
    return Reply(text, "error", confidence=0.0)
