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
    """Lets a call in near the time at which it was signed, and with one body only.

    WeChat tries again with the same timestamp and nonce when an answer is late: the same body may
    come again, and who answers it knows the message by its id.
    """

    def __init__(self, token: str, clock: Clock) -> None:
        self._token = token
        self._clock = clock
        self._used: OrderedDict[tuple[str, str], tuple[float, bytes]] = OrderedDict()

    def admit(self, stamp: Stamp) -> None:
        """Look at the signature and its time, before the body is read; raises Unsigned."""
        if not is_signature(stamp.signature, self._token, stamp.timestamp, stamp.nonce):
            raise Unsigned("签名不对（后台填的 Token 和这里的不一样？）")
        if not (stamp.timestamp.isascii() and stamp.timestamp.isdecimal()):
            raise Unsigned("时间戳不是数字")
        now = self._clock().timestamp()
        signed_at = float(stamp.timestamp[:15])
        if abs(now - signed_at) > WINDOW_SECONDS:
            raise Unsigned("时间戳差了 5 分钟以上（服务器的时钟不准？）")

    def take(self, stamp: Stamp, body: bytes) -> None:
        """Take in the body of a call that was admitted; Unsigned for another one of that stamp.

        In the plain mode nothing else ties a body to its signature.
        """
        now = self._clock().timestamp()
        self._forget(now)
        digest = hashlib.sha256(body).digest()
        _, first = self._used.setdefault((stamp.timestamp, stamp.nonce), (now, digest))
        if first != digest:
            raise Unsigned("同一个签名带着另一份内容来了（重放）")

    def _forget(self, now: float) -> None:
        """Drop the oldest: those that are too old to be admitted again, or too many."""
        while self._used:
            oldest, _ = next(iter(self._used.values()))
            if now - oldest <= 2 * WINDOW_SECONDS and len(self._used) < _REMEMBERED:
                break
            self._used.popitem(last=False)
