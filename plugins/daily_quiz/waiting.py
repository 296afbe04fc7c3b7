"""Which questions wait for one person in one conversation: the group's, and their own."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from backend.learning.askings import Askings
from backend.learning.attempts import Attempts
from backend.learning.groups import Group, Groups
from backend.learning.people import People
from backend.learning.values import Asking, Paper
from plugins.messages import Conversation
from plugins.visit import Visit

_SHOWN_FOR = timedelta(days=2)
_MOST_LOOKED_UP = 20

IsMember = Callable[[Conversation, str], Awaitable[bool]]


class Waiting:
    """Reads from the record what a person may answer."""

    def __init__(
        self,
        people: People,
        groups: Groups,
        askings: Askings,
        attempts: Attempts,
        is_member: IsMember | None,
    ) -> None:
        """``is_member`` asks the platform whether an account is in a group."""
        self._people = people
        self._groups = groups
        self._askings = askings
        self._attempts = attempts
        self._is_member = is_member

    async def groups_of(self, visit: Visit) -> list[str]:
        """Return the groups whose questions are meant: this one, or in private all of theirs."""
        if visit.is_group:
            return [visit.here]
        return await self._people.groups_of(visit.identity.person_id)

    async def join(self, visit: Visit) -> bool:
        """Ask the platform which groups with an open question a person is in, in private.

        Who only reads the group was never seen there, and answers in private all the same. True
        when they turned out to be in one more.
        """
        if visit.is_group or self._is_member is None:
            return False
        joined = False
        for group in await self._groups_that_wait(visit):
            place = Conversation(group.platform, group.bot, group.conversation_id, is_group=True)
            if await self._is_member(place, visit.message.sender):
                await self._people.seen(group.key, visit.identity.id, visit.now)
                joined = True
        return joined

    async def _groups_that_wait(self, visit: Visit) -> list[Group]:
        """Groups of the platform where the person was not seen and a question waits."""
        known = await self.groups_of(visit)
        waiting: list[Group] = []
        for group in await self._groups.all():
            if group.platform != visit.message.conversation.platform or group.key in known:
                continue
            if unrevealed(await self._askings.of_group(group.key, visit.now - _SHOWN_FOR)):
                waiting.append(group)
        return waiting[:_MOST_LOOKED_UP]

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
        paper = await self._askings.papers.open(*here) or await self._askings.papers.overdue(*here)
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
