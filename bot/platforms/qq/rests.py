"""What did not fit in answer to a message, until it is asked for with “更多”."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.platforms.qq.sending import Piece

KEPT_FOR = timedelta(hours=1)
"""“更多” is a message of its own, so that the window of the first one does not matter."""


@dataclass(frozen=True, slots=True)
class Rest:
    """The pieces of a reply that were not sent, at least one, and until when they are kept."""

    pieces: tuple[Piece, ...]
    until: datetime

    @property
    def size(self) -> int:
        """Roughly how many bytes of memory it takes."""
        texts = sum(len(piece.text) for piece in self.pieces)
        return 2 * texts + sum(len(piece.picture or b"") for piece in self.pieces)


class Rests:
    """Keeps for each session the rest of its latest reply, whole.

    At most ``most`` of them and ``most_bytes`` together: those that were kept longest go, and it is
    remembered of ten times as many that they went.
    """

    def __init__(self, most: int = 300, most_bytes: int = 16 << 20) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._bytes = 0
        self._rests: OrderedDict[str, Rest] = OrderedDict()
        self._gone: OrderedDict[str, None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._rests)

    def keep(self, session: str, pieces: Sequence[Piece], now: datetime) -> None:
        """Keep ``pieces`` instead of what was kept for ``session``."""
        self.forget(session)
        if pieces:
            self._rests[session] = Rest(tuple(pieces), now + KEPT_FOR)
            self._bytes += self._rests[session].size
        while len(self._rests) > self._most or self._bytes > self._most_bytes:
            oldest = next(iter(self._rests))
            self.forget(oldest)
            self._gone[oldest] = None
        while len(self._gone) > 10 * self._most:
            self._gone.popitem(last=False)

    def forget(self, session: str) -> Rest | None:
        """Give and forget what is kept, however old; None when there is nothing."""
        self._gone.pop(session, None)
        rest = self._rests.pop(session, None)
        self._bytes -= rest.size if rest is not None else 0
        return rest

    def take(self, session: str, now: datetime) -> tuple[Piece, ...] | None:
        """Give and forget what is kept: no pieces when they are gone, None when nothing was."""
        is_gone = session in self._gone
        rest = self.forget(session)
        if rest is None:
            return () if is_gone else None
        return rest.pieces if now < rest.until else ()
