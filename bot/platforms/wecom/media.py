"""Pictures that people sent, and files on their way up.

A picture comes as an address, open for five minutes, and a key of its own. A file goes up in
pieces.
"""

import base64
import binascii
import hashlib
from functools import partial
from typing import Literal

from bot.platforms.downloads import Downloads
from bot.platforms.wecom import frames
from bot.platforms.wecom.frames import Body, string
from bot.platforms.wecom.line import Line
from bot.platforms.weixin_cipher import WeixinCipher
from plugins.messages import IncomingPicture, NotSent

HOSTS = frozenset({"*.qpic.cn", "ww-aibot-img-1258476243.cos.*.myqcloud.com"})
"""The bucket has the number of WeCom's account (developer.work.weixin.qq.com/document/path/100719);
under myqcloud.com anybody may have one."""

_PIECE_BYTES = 512 * 1024
_MOST_BYTES = {"image": 10 << 20, "file": 20 << 20}
_LEAST_BYTES = 5


class Pictures:
    """Makes promises of the pictures that messages name."""

    def __init__(self, hosts: frozenset[str]) -> None:
        """``hosts``: where pictures may be loaded from."""
        self._downloads = Downloads(hosts)

    def picture(self, image: Body) -> IncomingPicture | None:
        """Promise the picture that the object ``image`` of a message names; None for no address."""
        url, key = string(image, "url"), string(image, "aeskey")
        if not url:
            return None
        name = hashlib.sha256(url.encode("utf-8", "replace")).hexdigest()[:32]
        return self._downloads.picture(url, name, partial(unlock, key=key) if key else None)


def unlock(data: bytes, key: str) -> bytes:
    """Decrypt a file; ``key`` is base64. ValueError when it does not fit."""
    try:
        secret = base64.b64decode(key + "=" * (-len(key) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("no key") from None
    return WeixinCipher(secret).decrypted(data)


async def upload(
    line: Line, kind: Literal["image", "file"], name: str, data: bytes, *, within_seconds: float
) -> str:
    """Upload a file and give its media_id, which is good for three days.

    Raises NotSent, also for what is too small or too large, or DeliveryUncertain.
    """
    if not _LEAST_BYTES <= len(data) <= _MOST_BYTES[kind]:
        raise NotSent("文件太小或太大，企业微信不收", can_retry=False)
    pieces = [data[at : at + _PIECE_BYTES] for at in range(0, len(data), _PIECE_BYTES)]
    about: Body = {
        "type": kind,
        "filename": name,
        "total_size": len(data),
        "total_chunks": len(pieces),
        "md5": hashlib.md5(data, usedforsecurity=False).hexdigest(),
    }
    begun = await line.call(frames.UPLOAD_INIT, about, within_seconds=within_seconds)
    upload_id = string(begun, "upload_id")
    for number, piece in enumerate(pieces):
        chunk: Body = {
            "upload_id": upload_id,
            "chunk_index": number,
            "base64_data": base64.b64encode(piece).decode("ascii"),
        }
        await line.call(frames.UPLOAD_CHUNK, chunk, within_seconds=within_seconds)
    finished = await line.call(
        frames.UPLOAD_FINISH, {"upload_id": upload_id}, within_seconds=within_seconds
    )
    media_id = string(finished, "media_id")
    if not media_id:
        raise NotSent("企业微信没有给出素材编号")
    return media_id
