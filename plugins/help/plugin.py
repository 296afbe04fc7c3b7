"""Commands that every conversation has: help and being forgotten."""

from backend.conversation.ports import DialogueStore
from backend.errors import StoreUnavailable
from plugins.help import wording
from plugins.help.commands import parse
from plugins.messages import IncomingMessage, Reply


class HelpPlugin:
    """Answers commands and leaves everything else to the plugins after it."""

    name = "help"

    def __init__(self, dialogues: DialogueStore) -> None:
        self._dialogues = dialogues

    async def respond(self, message: IncomingMessage) -> Reply | None:
        """Carry out the command that ``message`` is, if it is one."""
        match parse(message.text):
            case "help":
                return Reply(wording.HELP, "command")
            case "forget":
                return await self._forget(message)
            case "unknown":
                return Reply(wording.UNKNOWN, "command")
            case None:
                return None

    async def _forget(self, message: IncomingMessage) -> Reply:
        try:
            sessions = await self._dialogues.forget(message.user)
        except StoreUnavailable:
            return Reply(wording.FORGET_FAILED, "error", confidence=0.0)
        return Reply(wording.forgotten(sessions), "command")
