"""Which questions wait for one person in one conversation: the group's, and their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.learning.askings import Askings
from backend.learning.attempts import Attempts
from backend.learning.people import People
from backend.learning.values import Asking, Identity, Paper
from plugins.messages import IncomingMessage

_SHOWN_FOR = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Visit:
    """A message and whose it is."""

    message: IncomingMessage
    identity: Identity

    @property
    def now(self) -> datetime:
        return self.message.received_at

    @property
    def is_group(self) -> bool:
        return self.message.conversation.is_group

    @property
    def here(self) -> str:
        """The key of the conversation."""
        return self.message.conversation.key


class Waiting:
    """Reads from the record what a person may answer."""

    def __init__(self, people: People, askings: Askings, attempts: Attempts) -> None:
        self._people = people
        self._askings = askings
        self._attempts = attempts

    async def groups_of(self, visit: Visit) -> list[str]:
        """Return the groups whose questions are meant: this one, or in private all of theirs."""
        if visit.is_group:
            return [visit.here]
        return await self._people.groups_of(visit.identity.person_id)

    async def recent(self, visit: Visit) -> list[Asking]:
        """Return the daily questions of the last days, the newest first."""
        since = visit.now - _SHOWN_FOR
        groups = await self.groups_of(visit)
        found = [one for key in groups for one in await self._askings.of_group(key, since)]
        return sorted(found, key=lambda one: (one.asked_at, one.place), reverse=True)

    async def own(self, visit: Visit) -> Asking | Paper | None:
        """Return what the person is at here: a mock exam not handed in, or an open question."""
        here = (visit.identity.id, visit.here, visit.now)
        if not await self._askings.is_busy(*here):
            return None
        paper = await self._askings.open_paper(*here) or await self._askings.overdue_paper(*here)
        return paper or await self._askings.open_for(*here)

    async def unanswered(self, visit: Visit, askings: Sequence[Asking]) -> list[Asking]:
        """Return those that the person has not answered from any account, in their order."""
        account = visit.identity.id
        return [one for one in askings if await self._attempts.of_asking(one.id, account) is None]


def unrevealed(askings: Sequence[Asking]) -> list[Asking]:
    """Return those that count: neither revealed nor retracted."""
    return [one for one in askings if one.revealed_at is None and not one.retracted]


def answerable(askings: Sequence[Asking]) -> list[Asking]:
    """Return what a letter can mean: what is unrevealed, else the last day's, as practice.

    Nothing while all that is unrevealed is retracted: older questions are not meant then.
    """
    if any(one.revealed_at is None for one in askings):
        return unrevealed(askings)
    return [one for one in askings if one.day == askings[0].day and not one.retracted]
