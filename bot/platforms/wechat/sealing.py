"""The safe mode: messages under AES-256-CBC, with a signature over the ciphertext.

Plain text: 16 random bytes, the length of the message in four bytes, the message, the AppID,
padded to blocks of 32 (developers.weixin.qq.com, "消息加解密说明").
"""

import base64
import binascii
import hmac
import secrets
import struct

from bot.platforms.wechat.signing import Stamp, Unsigned, is_signature, signature
from bot.platforms.wechat.wire import sealed_xml
from bot.platforms.weixin_cipher import WeixinCipher

KEY_CHARS = 43
_HEAD = 20


class Seal:
    """Opens what WeChat encrypted and encrypts what we answer."""

    def __init__(self, token: str, aes_key: str, app_id: str) -> None:
        """``aes_key`` is the EncodingAESKey of 43 characters; raises ValueError."""
        if len(aes_key) != KEY_CHARS:
            raise ValueError("an EncodingAESKey has 43 characters")
        self._token = token
        self._app_id = app_id.encode()
        self._cipher = WeixinCipher(base64.b64decode(aes_key + "="))

    def open(self, encrypted: str, stamp: Stamp) -> bytes:
        """Give the XML inside; raises Unsigned when it is not from WeChat or not for us."""
        signed = (self._token, stamp.timestamp, stamp.nonce, encrypted)
        if not is_signature(stamp.msg_signature, *signed):
            raise Unsigned("密文的签名不对（后台填的 Token 和这里的不一样？）")
        try:
            plain = self._cipher.decrypted(base64.b64decode(encrypted, validate=True))
            (length,) = struct.unpack(">I", plain[16:_HEAD])
        except (binascii.Error, struct.error, ValueError):
            raise Unsigned("密文解不开（EncodingAESKey 和后台的不一样？）") from None
        message, app_id = plain[_HEAD : _HEAD + length], plain[_HEAD + length :]
        if not hmac.compare_digest(app_id, self._app_id):
            raise Unsigned("密文里的 AppID 不是我们的（AppID 或 EncodingAESKey 填错了？）")
        return message

    def close(self, xml: str, stamp: Stamp) -> str:
        """Give the XML that carries ``xml`` encrypted."""
        message = xml.encode()
        head = secrets.token_bytes(16) + struct.pack(">I", len(message))
        encrypted = base64.b64encode(self._cipher.encrypted(head + message + self._app_id)).decode()
        signed = signature(self._token, stamp.timestamp, stamp.nonce, encrypted)
        return sealed_xml(encrypted, signed, stamp.timestamp, stamp.nonce)
