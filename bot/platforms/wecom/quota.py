"""How much was said in a chat in the last minute: the platform allows 30 messages.

Whole replies are always tried; only what merely shows a reply growing keeps out of their way.
"""

from collections import OrderedDict, deque
from collections.abc import Callable

_WINDOW_SECONDS = 60.0
_FOR_GROWING = 15
"""Half of what is allowed; the other half is left to whole replies."""
_MOST_CHATS = 2000


class Quota:
    """Remembers when something was sent, by chat; the chats longest silent are forgotten."""

    def __init__(self, now: Callable[[], float]) -> None:
        """``now`` gives seconds of a clock that never goes back."""
        self._now = now
        self._sent: OrderedDict[str, deque[float]] = OrderedDict()

    def note(self, chat: str) -> None:
        """Note that something is sent to ``chat``."""
        times = self._sent.setdefault(chat, deque(maxlen=_FOR_GROWING))
        times.append(self._now())
        self._sent.move_to_end(chat)
        if len(self._sent) > _MOST_CHATS:
            self._sent.popitem(last=False)

    def has_room(self, chat: str) -> bool:
        """Whether a growing reply may be shown in ``chat`` now."""
        times = self._sent.get(chat)
        if times is None or len(times) < _FOR_GROWING:
            return True
        return self._now() - times[0] >= _WINDOW_SECONDS
