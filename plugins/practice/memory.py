"""What the dialogue remembers of practice: what a next 继续 stands for, and what was explained.

A turn of ours keeps its wish in ``choices``: the command, such as /练 网络, that one word repeats.
A verdict is kept as an answer about the cards of its question, so that 为什么 and 它的易错点 go on
from there. Without the store nothing is remembered, and everything else works.
"""

from datetime import timedelta

from backend.conversation.ports import DialogueStore
from backend.conversation.turns import Turn
from backend.errors import StoreUnavailable
from plugins.messages import IncomingMessage

_TURNS = 20
_TOPIC_LASTS = timedelta(minutes=30)


class Memory:
    """Reads and writes the turns of a person's dialogue in a conversation."""

    def __init__(self, dialogues: DialogueStore) -> None:
        self._dialogues = dialogues

    async def note(
        self,
        message: IncomingMessage,
        text: str,
        *,
        wish: str = "",
        explained: tuple[str, ...] = (),
    ) -> None:
        """Remember a reply; ``explained`` are the concepts that it explained."""
        turns = (
            Turn("user", message.text, message.received_at),
            Turn(
                "assistant",
                text,
                message.received_at,
                concepts=explained,
                decision="answer" if explained else "command",
                choices=(wish,) if wish else (),
            ),
        )
        try:
            await self._dialogues.append(message.session, message.user, *turns)
        except StoreUnavailable:
            return

    async def last_wish(self, message: IncomingMessage) -> str:
        """Return the wish of the last reply that had one, "" when there is none."""
        replies = await self._replies(message)
        return next((_wish(turn) for turn in replies if _wish(turn)), "")

    async def pending_wish(self, message: IncomingMessage, within: timedelta | None = None) -> str:
        """Return the wish of the very last reply: what 继续 goes on with; "" after ``within``."""
        last = next(iter(await self._replies(message)), None)
        if last is None or (within is not None and message.received_at - last.at > within):
            return ""
        return _wish(last)

    async def topic(self, message: IncomingMessage) -> tuple[str, ...]:
        """Return the concepts that the knowledge base has just explained; a verdict is none."""
        last = next(iter(await self._replies(message)), None)
        if last is None or last.decision != "answer" or _wish(last):
            return ()
        return last.concepts if message.received_at - last.at <= _TOPIC_LASTS else ()

    async def _replies(self, message: IncomingMessage) -> list[Turn]:
        """Give our turns, the newest first."""
        try:
            turns = await self._dialogues.recent(message.session, _TURNS)
        except StoreUnavailable:
            return []
        return [turn for turn in reversed(turns) if turn.role == "assistant"]


def _wish(turn: Turn) -> str:
    return turn.choices[0] if turn.choices and turn.choices[0].startswith("/") else ""
