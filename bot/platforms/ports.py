"""What a platform needs from the rest of the house, and what the house needs from a platform.

platform ── IncomingMessage ──▶ Desk ──▶ Answerer (plugins/router.py) ── Reply ──▶ platform
"""

import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from plugins.messages import IncomingMessage, Receipt, Reply

SHANGHAI = ZoneInfo("Asia/Shanghai")

Progress = Callable[[str], Awaitable[None]]
"""Takes the whole text so far while a reply is being written."""

Clock = Callable[[], datetime]

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class Answerer(Protocol):
    """Answers messages; in production the router."""

    async def handle(self, message: IncomingMessage, progress: Progress | None = None) -> Reply:
        """Give the reply to ``message``, ``SILENT`` when nothing is to be sent.

        Never raises, except CancelledError.
        """
        ...

    async def delivered(self, message: IncomingMessage, reply: Reply, receipt: Receipt) -> None:
        """Hear that ``reply``, which was not silent, reached the sender of ``message``.

        Never raises, except CancelledError.
        """
        ...


def shanghai_now() -> datetime:
    """Give the present moment as an aware datetime."""
    return datetime.now(SHANGHAI)


def clean_text(text: str) -> str:
    """Replace lone surrogates, which JSON can carry and UTF-8 cannot, by U+FFFD."""
    return _LONE_SURROGATE.sub("\ufffd", text)
