"""The cipher in which WeChat and 企业微信 seal messages and pictures.

AES-256-CBC, the first 16 bytes of the key as IV, PKCS#7 with blocks of 32 bytes
(developer.work.weixin.qq.com/document/path/90968).
"""

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC

_BLOCK = 32


class WeixinCipher:
    """Encrypts and decrypts with one ``key`` of 32 bytes; ValueError for another length."""

    def __init__(self, key: bytes) -> None:
        if len(key) != _BLOCK:
            raise ValueError("a key has 32 bytes")
        self._cipher = Cipher(AES256(key), CBC(key[:16]))

    def decrypted(self, data: bytes) -> bytes:
        """Give what is in ``data``; ValueError when the key does not fit."""
        decryptor = self._cipher.decryptor()
        plain = decryptor.update(data) + decryptor.finalize()
        count = plain[-1] if plain else 0
        if not 1 <= count <= _BLOCK or plain[-count:] != bytes([count]) * count:
            raise ValueError("bad padding")
        return plain[:-count]

    def encrypted(self, plain: bytes) -> bytes:
        """Seal ``plain``."""
        count = _BLOCK - len(plain) % _BLOCK
        encryptor = self._cipher.encryptor()
        return encryptor.update(plain + bytes([count]) * count) + encryptor.finalize()
