"""Replies and pushes as the parts that WeChat takes, and on their way through its API."""

from collections.abc import Iterator

from loguru import logger

from bot.platforms.wechat.answers import Image, Part, Text
from bot.platforms.wechat.api import Api
from bot.platforms.wechat.codec import PLATFORM
from bot.platforms.wechat.wire import harmless
from bot.rendering.outgoing import Painter, file_as_texts, outgoing, without_picture
from plugins.messages import Caps, Conversation, DeliveryUncertain, NotSent, Receipt, Reply

MAX_CHARS = 600
MAX_BYTES = 1840
"""WeChat takes 2048 bytes of UTF-8: these, and our notes below them."""

_FOUR_BYTE_CHARS = MAX_BYTES // 4


class WeChatOutbox:
    """``plugins.messages.Outbox`` for an official account; without ``api`` nothing is pushed.

    WeChat lets those be written to who wrote in the last 48 hours, and refuses the others.
    """

    def __init__(self, api: Api | None, painter: Painter | None) -> None:
        self._api = api
        self._painter = painter
        self._caps = Caps(PLATFORM, MAX_CHARS, pictures=api is not None, unprompted=api is not None)

    @property
    def can_send(self) -> bool:
        """Whether the API is there and worth a try now."""
        return self._api is not None and self._api.may_send

    def caps(self, conversation: Conversation) -> Caps | None:
        """What the account can do; None for the conversations of other platforms."""
        return self._caps if conversation.platform == PLATFORM else None

    def is_ready(self, conversation: Conversation) -> bool:
        """Whether WeChat's API can be tried now."""
        return conversation.platform == PLATFORM and self.can_send

    async def is_member(self, group: Conversation, user: str) -> bool:
        """There are no groups."""
        del group, user
        return False

    async def send(self, conversation: Conversation, reply: Reply) -> Receipt:
        """Push ``reply`` as customer-service messages.

        Raises NotSent or DeliveryUncertain. Once the first part is taken the reply counts as
        delivered: what fails later is logged.
        """
        if conversation.platform != PLATFORM or conversation.is_group:
            raise NotSent("不是公众号的会话", can_retry=False)
        if self._api is None:
            raise NotSent("公众号没有主动发消息的权限（没有设置 AppSecret）", can_retry=False)
        for number, part in enumerate(await self.parts(reply), 1):
            try:
                await self.send_part(conversation.id, part)
            except (NotSent, DeliveryUncertain) as error:
                if number == 1:
                    raise
                logger.warning("第 {} 段没有发出：{}", number, error)
                break
        return Receipt()

    async def send_part(self, openid: str, part: Part) -> None:
        """Send one customer-service message; raises NotSent or DeliveryUncertain."""
        if self._api is None:
            raise NotSent("没有设置 AppSecret", can_retry=False)
        if isinstance(part, Image):
            await self._api.send_image(openid, part.media_id)
        else:
            await self._api.send_text(openid, part.text)

    async def parts(self, reply: Reply) -> list[Part]:
        """Render ``reply``; its picture is uploaded where that is possible."""
        drawn = await outgoing(reply, self._caps, self._painter if self.can_send else None)
        parts: list[Part] = []
        if drawn.picture is not None:
            uploaded = await self._uploaded(drawn.picture)
            parts += uploaded
            drawn = drawn if uploaded else without_picture(reply, self._caps)
        texts = drawn.texts
        if reply.attachment is not None:
            texts += file_as_texts(reply.attachment, MAX_CHARS)
        return parts + [Text(piece) for text in texts for piece in _fitting(harmless(text))]

    async def _uploaded(self, png: bytes) -> list[Part]:
        if self._api is None:
            return []
        try:
            return [Image(await self._api.upload_image(png))]
        except (NotSent, DeliveryUncertain) as error:
            logger.warning("图片没有上传成功，改发文字：{}", error)
            return []


def _fitting(text: str) -> Iterator[str]:
    """Cut ``text`` at lines where its characters take more bytes than Chinese ones."""
    if len(text.encode()) <= MAX_BYTES:
        yield text
        return
    part = ""
    for line in text.splitlines(keepends=True):
        for start in range(0, len(line), _FOUR_BYTE_CHARS):
            piece = line[start : start + _FOUR_BYTE_CHARS]
            if len((part + piece).encode()) > MAX_BYTES:
                yield part.rstrip()
                part = ""
            part += piece
    if part.strip():
        yield part.rstrip()
