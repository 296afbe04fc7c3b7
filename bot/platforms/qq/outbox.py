"""Replies and pushes on their way to QQ: rendered, planned to fit, sent part by part.

QQ takes a few messages in answer to one. A longer reply becomes one picture or, where nothing can
be drawn, its first parts and the offer of the rest.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace

from loguru import logger

from bot.platforms.ports import Clock
from bot.platforms.qq.account import Account
from bot.platforms.qq.budget import fitting
from bot.platforms.qq.codec import FILE, media_body, target_of
from bot.platforms.qq.failures import MarkdownRefused, Refused, TextRefused, WindowClosed
from bot.platforms.qq.pieces import CHOOSE, MORE, offer_of, pieces_of
from bot.platforms.qq.rests import Rests
from bot.platforms.qq.sending import Occasion, Piece, Sender
from bot.rendering.outgoing import (
    Outgoing,
    Painter,
    as_picture,
    file_as_texts,
    outgoing,
    texts_to_copy,
    without_picture,
)
from plugins.messages import (
    Attachment,
    Caps,
    Conversation,
    DeliveryUncertain,
    NotSent,
    Receipt,
    Reply,
)

PLAIN = Caps(name="qq", max_chars=1500, pictures=True, quotes=True)
MARKDOWN = replace(PLAIN, markup="qq", buttons=True)
PRIVATE_ONLY = "这条只能给你一个人看，请私聊我再发一次。"
NOT_TAKEN = "这后面有一条 QQ 不让发；请私聊我再问一次，或者换个平台看。"
GONE = "后面的内容已经没有了（最多留一小时），请把问题再问一次。"
_MOST_FILE_BYTES = 8 << 20
_SERVED = 500


class QqOutbox:
    """``plugins.messages.Outbox`` for QQ's own bots, and the way of replies to their senders."""

    def __init__(
        self,
        account: Account,
        clock: Clock,
        painter: Painter | None = None,
        *,
        markdown: bool = False,
        push_targets: frozenset[str] = frozenset(),
    ) -> None:
        """``push_targets``: the groups and persons that may be written to unasked."""
        self._account = account
        self._sender = Sender(account)
        self._clock = clock
        self._painter = painter
        self._caps = MARKDOWN if markdown else PLAIN
        self._push_targets = push_targets
        self._rests = Rests()
        self._served: OrderedDict[str, None] = OrderedDict()

    def caps(self, conversation: Conversation) -> Caps | None:
        """What QQ can do there; None for the conversations of other platforms."""
        if conversation.platform != "qq":
            return None
        return replace(self._caps, unprompted=conversation.id in self._push_targets)

    async def send(self, conversation: Conversation, reply: Reply) -> Receipt:
        """Push ``reply`` where the settings allow it; raises NotSent or DeliveryUncertain.

        Once the first part is confirmed the reply counts as delivered: what fails later is logged,
        and missing in the receipt.
        """
        target = target_of(conversation)
        if target.openid not in self._push_targets:
            raise NotSent("设置里没有允许向这个会话主动发消息（PUSH_TARGETS）", can_retry=False)
        if reply.private and target.is_group:
            raise NotSent("只给一个人看的内容不能发到群里", can_retry=False)
        return await self._deliver(Occasion(target, conversation.key, {}, None), reply)

    def is_ready(self, conversation: Conversation) -> bool:
        """Whether there is a token to send with."""
        return conversation.platform == "qq" and self._account.is_signed_in

    async def is_member(self, group: Conversation, user: str) -> bool:
        """Always False: QQ gives a person another id in each group, and no list of members."""
        return False

    async def respond(self, occasion: Occasion, reply: Reply) -> Receipt | None:
        """Send ``reply`` where its message came from; None when only a notice could go there.

        Too late it goes as a push, where that is allowed. Raises as ``send`` does.
        """
        if reply.private and occasion.target.is_group:
            await self._send(occasion, [Piece(PRIVATE_ONLY)])
            return None
        may_push = occasion.target.openid in self._push_targets
        try:
            return await self._deliver(occasion, reply)
        except WindowClosed:
            if not may_push:
                raise
        logger.info("答得太晚，改为主动发送")
        return await self._deliver(replace(occasion, reference={}, budget=None, quote=""), reply)

    async def more(self, occasion: Occasion, message_id: str) -> bool:
        """Send what waits for this session; False when nothing was kept for it. Never raises.

        The same message again (QQ repeats events) gets nothing more.
        """
        if message_id in self._served:
            return True
        pieces = self._rests.take(occasion.session, self._clock())
        if pieces is None:
            return False
        self._served[message_id] = None
        if len(self._served) > _SERVED:
            self._served.popitem(last=False)
        try:
            await self._send(occasion, pieces or [Piece(GONE)])
        except (NotSent, DeliveryUncertain) as error:
            logger.warning("剩下的部分没有发出：{}", error)
            if pieces:
                await self._after(error, occasion, pieces)
        return True

    async def _deliver(self, occasion: Occasion, reply: Reply) -> Receipt:
        try:
            return await self._deliver_as(occasion, reply, self._caps)
        except MarkdownRefused as refused:
            if self._caps is PLAIN:
                raise
            logger.warning("改发纯文字：{}", refused)
            return await self._deliver_as(occasion, reply, PLAIN)

    async def _deliver_as(self, occasion: Occasion, reply: Reply, caps: Caps) -> Receipt:
        reserved = 0 if reply.attachment is None else 1
        pieces = pieces_of(await outgoing(reply, caps, self._painter), reply, occasion, caps)
        if len(pieces) > (self._room(occasion, reserved) if occasion.budget else 1):
            copied = texts_to_copy(reply, caps)
            pieces = await self._drawn(occasion, reply, caps, copied) or pieces
        try:
            receipt = await self._send(occasion, pieces, reserved)
        except Refused as refused:
            instead = await self._instead(refused, pieces[0], occasion, reply, caps)
            if not instead:
                raise
            logger.warning("换一种方式再发：{}", refused)
            receipt = await self._send(occasion, instead, reserved)
        if reply.attachment is not None:
            await self._attach(occasion, reply.attachment)
        return receipt

    async def _instead(
        self, refused: Refused, first: Piece, occasion: Occasion, reply: Reply, caps: Caps
    ) -> list[Piece]:
        """Give a picture for a text that QQ does not take, and the other way round; or nothing."""
        if isinstance(refused, TextRefused):
            return await self._drawn(occasion, reply, caps)
        if first.picture is None or not refused.can_retry:
            return []
        return pieces_of(without_picture(reply, caps), reply, occasion, caps)

    async def _drawn(
        self, occasion: Occasion, reply: Reply, caps: Caps, texts: tuple[str, ...] = ()
    ) -> list[Piece]:
        """Give all of ``reply`` as one picture with ``texts``; nothing where it cannot be had."""
        picture = await as_picture(reply, self._painter)
        if picture is None:
            return []
        return pieces_of(Outgoing(texts, picture), reply, occasion, caps)

    def _room(self, occasion: Occasion, reserved: int = 0) -> int:
        """How many messages may be sent; raises WindowClosed when there are none."""
        if occasion.budget is None:
            return 1_000
        left = occasion.budget.left(self._clock()) - reserved
        if left < 1:
            raise WindowClosed("超过了 QQ 允许回复的时间或次数", can_retry=False)
        return left

    async def _send(
        self, occasion: Occasion, pieces: Sequence[Piece], reserved: int = 0
    ) -> Receipt:
        """Send what fits and offer the rest; only the failure of the first message is raised."""
        count = fitting(len(pieces), self._room(occasion, reserved))
        ids: list[str] = []
        for place, piece in enumerate(pieces[:count]):
            try:
                ids += await self._sender.send(occasion, piece, first=place == 0)
            except (NotSent, DeliveryUncertain) as error:
                if place == 0:
                    raise
                logger.warning("第 {}/{} 部分没有发出：{}", place + 1, len(pieces), error)
                return Receipt((*ids, *await self._after(error, occasion, pieces[place:])))
        if pieces[count:]:
            ids += await self._hold_back(occasion, pieces[count:], alone=count == 0)
        return Receipt(tuple(ids))

    async def _hold_back(
        self, occasion: Occasion, later: Sequence[Piece], *, alone: bool
    ) -> list[str]:
        """Keep the pieces until they are asked for, and say how to.

        Raises when that could not be said ``alone``, without any message before it.
        """
        markdown = later[0].markdown
        offer = Piece(offer_of(occasion, later), markdown, choices=(MORE,) if markdown else ())
        self._keep(occasion, later)  # before anybody can ask for them
        if not alone:
            return await self._try(occasion, offer) or []
        try:
            return await self._sender.send(occasion, offer, first=True)
        except (NotSent, DeliveryUncertain):
            self._rests.forget(occasion.session)
            raise

    def _keep(self, occasion: Occasion, pieces: Sequence[Piece]) -> None:
        """Let the pieces be asked for; after a push nobody can."""
        if occasion.budget is not None:
            self._rests.keep(occasion.session, pieces, self._clock())

    async def _after(
        self, error: NotSent | DeliveryUncertain, occasion: Occasion, left: Sequence[Piece]
    ) -> list[str]:
        """Do what can be done for pieces of which the first was not sent because of ``error``.

        One that QQ refuses becomes a picture with all after it, or is said to lack and those after
        it are kept. Otherwise all are kept: a part that comes twice is better than one that lacks.
        """
        if not isinstance(error, Refused) or isinstance(error, WindowClosed):
            self._keep(occasion, left)
            return []
        text = "\n\n".join(piece.text for piece in left if piece.text)
        picture = await as_picture(Reply(text, "answer"), self._painter)
        drawn = await self._try(occasion, Piece("", picture=picture)) if picture else None
        if drawn is not None:
            choices = left[-1].choices
            below = await self._try(occasion, Piece(CHOOSE, True, None, choices)) if choices else []
            return [*drawn, *(below or [])]
        self._keep(occasion, left[1:])
        offer = f"\n{offer_of(occasion, left[1:])}" if left[1:] else ""
        return await self._try(occasion, Piece(NOT_TAKEN + offer)) or []

    async def _try(self, occasion: Occasion, piece: Piece) -> list[str] | None:
        """Send one more message if that can be; None when it could not."""
        try:
            return await self._sender.send(occasion, piece)
        except (NotSent, DeliveryUncertain) as error:
            logger.warning("余下的部分没有发出：{}", error)
            return None

    async def _attach(self, occasion: Occasion, attachment: Attachment) -> None:
        """Send the file; its content as messages where QQ takes no files."""
        try:
            try:
                if len(attachment.data) > _MOST_FILE_BYTES:
                    raise Refused("文件太大")
                uploaded = await self._sender.upload(
                    occasion.target, FILE, attachment.data, attachment.name
                )
                await self._sender.post(occasion, media_body(uploaded))
            except Refused as refused:
                logger.info("文件改作消息发：{}", refused)
                await self._write_out(occasion, attachment)
        except (NotSent, DeliveryUncertain) as error:
            logger.warning("文件没有发出：{}", error)

    async def _write_out(self, occasion: Occasion, attachment: Attachment) -> None:
        """Send the content of the file as messages, after what is kept of the reply."""
        texts = file_as_texts(attachment, PLAIN.max_chars)
        kept = self._rests.take(occasion.session, self._clock()) or ()
        pieces = [*kept, *(Piece(text) for text in texts)]
        try:
            await self._send(occasion, pieces)
        except (NotSent, DeliveryUncertain):
            self._keep(occasion, pieces)
            raise
