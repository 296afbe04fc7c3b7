"""The way of one reply to its sender: streamed where all may see it, privately where asked."""

from typing import Protocol

from loguru import logger

from bot.platforms.discord.calls import CANNOT_WRITE_TO_USER, Refused
from bot.platforms.discord.drafts import Draft
from bot.platforms.discord.link import Link
from bot.platforms.discord.places import Answer, Channel, Part
from bot.platforms.discord.sending import deliver, first_message
from bot.rendering.outgoing import Painter
from plugins.messages import DeliveryUncertain, NotSent, Receipt, Reply

PRIVATE_REFUSED = (
    "私信发不给你：请在这个服务器的隐私设置里允许成员私信，或者用斜杠命令（答案只有你看得见）。"
)
PRIVATE_UNCERTAIN = "答案发到私信了；没收到的话，请用斜杠命令再问一次（答案只有你看得见）。"
REPLY_SECONDS = 10.0


class Response(Protocol):
    """Takes what becomes of one message."""

    async def progress(self, text: str) -> None:
        """Show the whole text so far."""
        ...

    async def respond(self, reply: Reply) -> Receipt | None:
        """Send the reply; None when only a notice went out. Raises NotSent, DeliveryUncertain."""
        ...

    def end(self) -> None:
        """Leave nothing behind when the work on the message is over."""
        ...


class ToMessage:
    """The response to a message in a channel or a private chat."""

    def __init__(
        self,
        link: Link,
        painter: Painter | None,
        channel: Channel,
        *,
        user: int,
        in_guild: bool,
    ) -> None:
        self._link = link
        self._painter = painter
        self._channel = channel
        self._user = user
        self._in_guild = in_guild
        self._draft = Draft(channel, first_message)

    async def progress(self, text: str) -> None:
        """Show the whole text so far."""
        await self._draft.show(text)

    async def respond(self, reply: Reply) -> Receipt | None:
        """Send the reply, to the person alone when it asks for that."""
        draft_id = await self._draft.finish()
        if not reply.private or not self._in_guild:
            return await deliver(reply, self._channel, self._painter, draft_id)
        try:
            return await self._privately(reply)
        except Refused as refused:
            notice = PRIVATE_REFUSED
            if refused.code != CANNOT_WRITE_TO_USER:
                logger.warning("私信没有发出：{}", refused)
        except DeliveryUncertain as error:
            notice = PRIVATE_UNCERTAIN
            logger.warning("私信不知有没有发出：{}", error)
        await self._channel.post(Part(notice))
        return None

    def end(self) -> None:
        """Stop what shows that something is being written."""
        self._draft.cancel()

    async def _privately(self, reply: Reply) -> Receipt:
        client = await self._link.current(REPLY_SECONDS)
        chat = await self._link.chat_with(client, self._user)
        place = Channel(self._link, chat, in_guild=False, patience_seconds=REPLY_SECONDS)
        return await deliver(reply, place, self._painter)


class ToInteraction:
    """The response to a slash command or a button."""

    def __init__(self, link: Link, painter: Painter | None, answer: Answer) -> None:
        """What is private from the beginning is not shown before it is complete."""
        self._link = link
        self._painter = painter
        self._answer = answer
        self._draft = None if answer.private else Draft(answer, first_message)

    async def progress(self, text: str) -> None:
        """Show the whole text so far."""
        if self._draft is not None:
            await self._draft.show(text)

    async def respond(self, reply: Reply) -> Receipt:
        """Send the reply, to the person alone when it asks for that."""
        draft_id = await self._draft.finish() if self._draft is not None else None
        if reply.private and not self._answer.private:
            try:
                await self._answer.make_private()
            except (NotSent, DeliveryUncertain) as error:
                raise NotSent(f"答案只能给一个人看，没有发出（{error}）") from None
            draft_id = None
        return await deliver(reply, self._answer, self._painter, draft_id)

    def end(self) -> None:
        """Stop what shows that something is being written; nothing may have come of it."""
        if self._draft is not None:
            self._draft.cancel()
        self._link.calls.later(self._answer.withdraw())
