"""Whether a call comes from WeChat, now, and for the first time.

WeChat signs with SHA-1 over the sorted values (developers.weixin.qq.com, "接入概述"); the body is
signed in the safe mode only.
"""

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from bot.platforms.ports import Clock

WINDOW_SECONDS = 300
_REMEMBERED = 20_000


class Unsigned(Exception):
    """The call is not to be believed; ``str`` is the reason, in Chinese, for the operator."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What WeChat puts into the query of every call."""

    timestamp: str
    nonce: str
    signature: str
    msg_signature: str

    @staticmethod
    def of(query: Mapping[str, str]) -> "Stamp":
        """Read the query; what is missing is ""."""
        names = ("timestamp", "nonce", "signature", "msg_signature")
        return Stamp(*(query.get(name, "") for name in names))


def signature(*values: str) -> str:
    """Sign ``values``, the token among them, in whatever order they come."""
    joined = "".join(sorted(values))
    return hashlib.sha1(joined.encode("utf-8", "replace")).hexdigest()


def is_signature(given: str, *values: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), signature(*values).encode())


class Gate:
    """Lets a call in once, and only near the time at which it was signed."""

    def __init__(self, token: str, clock: Clock) -> None:
        self._token = token
        self._clock = clock
        self._used: OrderedDict[tuple[str, str], float] = OrderedDict()

    def admit(self, stamp: Stamp) -> None:
        """Take the call in; raises Unsigned.

        A second call with the same timestamp and nonce is refused even with another body, since
        in the plain mode nothing signs the body.
        """
        if not is_signature(stamp.signature, self._token, stamp.timestamp, stamp.nonce):
            raise Unsigned("签名不对（后台填的 Token 和这里的不一样？）")
        if not (stamp.timestamp.isascii() and stamp.timestamp.isdecimal()):
            raise Unsigned("时间戳不是数字")
        now = self._clock().timestamp()
        signed_at = float(stamp.timestamp[:15])
        if abs(now - signed_at) > WINDOW_SECONDS:
            raise Unsigned("时间戳差了 5 分钟以上（服务器的时钟不准？）")
        self._forget(now)
        used = (stamp.timestamp, stamp.nonce)
        if used in self._used:
            raise Unsigned("同一个请求来了第二次（重放）")
        self._used[used] = signed_at

    def _forget(self, now: float) -> None:
        """Drop the oldest: those that are too old to be admitted again, or too many."""
        while self._used:
            oldest = next(iter(self._used.values()))
            if now - oldest <= 2 * WINDOW_SECONDS and len(self._used) < _REMEMBERED:
                break
            self._used.popitem(last=False)
