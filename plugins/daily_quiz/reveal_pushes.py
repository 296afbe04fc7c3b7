"""Which answers are to be made public in their groups."""

from datetime import datetime, timedelta

from backend.knowledge.library import Library
from backend.learning.askings import Askings
from backend.learning.groups import Group, Groups
from backend.learning.ledger import Ledger
from backend.learning.values import SHANGHAI, Asking
from plugins.asking_words import reveal_reply
from plugins.daily_quiz import wording
from plugins.daily_quiz.delivering import Push
from plugins.daily_quiz.question_pushes import conversation_of
from plugins.messages import Reply

_WINDOW = timedelta(hours=12)


class RevealPushes:
    """The reveals of daily questions; what is revealed too late is so without a word."""

    def __init__(self, library: Library, groups: Groups, ledger: Ledger, askings: Askings) -> None:
        self._library = library
        self._groups = groups
        self._ledger = ledger
        self._askings = askings

    async def due(self, now: datetime) -> list[Push]:
        """Return what is to be revealed now, the longest overdue first.

        Paused groups and quiet hours wait.
        """
        pushes: list[Push] = []
        for asking in await self._askings.due_reveals(now):
            group = await self._groups.get(asking.group_key or "")
            assert asking.reveal_at is not None
            if group is None or now - asking.reveal_at > _WINDOW:
                await self._askings.reveal(asking.id, now)
                continue
            slot = f"reveal-{asking.id[:12]}"
            row = await self._ledger.find(group.key, slot, asking.day)
            if row is not None and row.state in ("confirmed", "unknown", "skipped"):
                await self._askings.reveal(asking.id, now)
                continue
            is_quiet = group.settings.is_quiet(now.astimezone(SHANGHAI).time())
            if not is_quiet and not group.settings.paused:
                pushes.append(self._push(group, asking, slot, asking.reveal_at))
        return pushes

    def _push(self, group: Group, asking: Asking, slot: str, due_at: datetime) -> Push:
        async def compose() -> Reply | str:
            tally = await self._askings.tally(asking.id)
            head = wording.reveal_head(self._library, asking, group.settings.count)
            return reveal_reply(self._library, asking, tally, head)

        return Push(
            group.key,
            slot,
            asking.day,
            due_at,
            conversation_of(group),
            _WINDOW,
            compose,
            reveals=asking.id,
        )
