"""Which questions may not be asked or explained in a group: its daily ones, before their reveal."""

from datetime import timedelta

from backend.learning.askings import Askings
from plugins.visit import Visit

_REVEALED_WITHIN = timedelta(days=7)


async def undisclosed(askings: Askings, visit: Visit) -> set[str]:
    """Return the ids of the group's daily questions whose answers are not out yet.

    In the group nobody is asked them, and nothing is said of them; in private all may be.
    """
    if not visit.is_group:
        return set()
    daily = await askings.of_group(visit.here, visit.now - _REVEALED_WITHIN)
    return {asking.question.id for asking in daily if asking.revealed_at is None}
