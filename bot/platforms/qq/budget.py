"""How much QQ lets a bot say in answer to one message, and until when.

In a group a message may be answered five times within five minutes; in private four times (five
before 2026) within an hour:
https://bot.q.qq.com/wiki/develop/api-v2/server-inter/message/send-receive/send.html
"""

from datetime import datetime, timedelta

GROUP_MESSAGES = 5
PRIVATE_MESSAGES = 4
GROUP_WINDOW = timedelta(minutes=5)
PRIVATE_WINDOW = timedelta(hours=1)
_ON_ITS_WAY = timedelta(seconds=5)
"""QQ counts from when the message was sent, and until ours arrives."""


class Budget:
    """What may still be said in answer to one message that was sent at ``opened_at`` (aware)."""

    def __init__(self, opened_at: datetime, *, is_group: bool) -> None:
        self.window = GROUP_WINDOW if is_group else PRIVATE_WINDOW
        self.closes_at = opened_at + self.window - _ON_ITS_WAY
        self._left = GROUP_MESSAGES if is_group else PRIVATE_MESSAGES
        self._number = 0

    def is_open(self, now: datetime) -> bool:
        """Whether QQ still takes answers, if any are left."""
        return now < self.closes_at

    def left(self, now: datetime) -> int:
        """How many messages may be sent."""
        return self._left if self.is_open(now) else 0

    def take(self) -> int:
        """Spend one message; its number (``msg_seq``), never the same twice."""
        self._left -= 1
        self._number += 1
        return self._number

    def give_back(self) -> None:
        """Take back a message that QQ refused; its number stays used."""
        self._left += 1


def fitting(wanted: int, left: int) -> int:
    """How many of ``wanted`` messages to send now.

    All of them or, where ``left`` does not suffice, so many that one is left to say so.
    """
    return wanted if wanted <= left else max(0, left - 1)
