"""The signatures of QQ's webhook: ed25519 over the timestamp and the body.

https://bot.q.qq.com/wiki/develop/api-v2/dev-prepare/interface-framework/sign.html
"""

from collections import OrderedDict

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_SEED_BYTES = 32
_SIGNATURE_BYTES = 64


class Signer:
    """Signs and checks with the key that QQ derives from the secret of a bot."""

    def __init__(self, secret: str) -> None:
        """``secret`` is not empty; repeated and cut to 32 bytes it is the seed of the key."""
        seed = secret.encode()
        seed = (seed * (_SEED_BYTES // len(seed) + 1))[:_SEED_BYTES]
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self._public = self._private.public_key()

    def sign(self, message: bytes) -> str:
        """Give the signature in hexadecimal."""
        return self._private.sign(message).hex()

    def check(self, signature: str, message: bytes) -> bytes | None:
        """Give the bytes of the hexadecimal ``signature`` when it is that of ``message``."""
        try:
            given = bytes.fromhex(signature)
            if len(given) != _SIGNATURE_BYTES:
                return None
            self._public.verify(given, message)
        except (ValueError, InvalidSignature):
            return None
        return given


class Seen:
    """Remembers signatures until the time they were signed for is too long ago to be taken.

    At most ``most`` of them: then the one that came first is forgotten.
    """

    def __init__(self, most: int = 50_000) -> None:
        self._most = most
        self._until: OrderedDict[bytes, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._until)

    def add(self, signature: bytes, until: float, now: float) -> bool:
        """Remember ``signature``; False when it is known. Moments are in seconds of one clock."""
        self._forget_old(now)
        if signature in self._until:
            return False
        self._until[signature] = until
        if len(self._until) > self._most:
            self._until.popitem(last=False)
        return True

    def discard(self, signature: bytes) -> None:
        """Forget it, so that it may come again."""
        self._until.pop(signature, None)

    def _forget_old(self, now: float) -> None:
        """Look at the front only: what came first nearly always ends first."""
        while self._until:
            signature, until = next(iter(self._until.items()))
            if until >= now:
                return
            del self._until[signature]
