"""What the response to one call says, in the few seconds that WeChat waits for it.

An answer that is not there in time, or has more parts than the one that a response can carry, goes
on the shelf; where the account may use the API, it is sent through that instead.
"""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from functools import partial

from loguru import logger

from bot.platforms.desk import Desk
from bot.platforms.wechat import wording
from bot.platforms.wechat.answers import Answer, Part, Shelf, Text
from bot.platforms.wechat.outbox import WeChatOutbox
from plugins.messages import DeliveryUncertain, IncomingMessage, NotSent, Receipt, Reply

Said = Part | None
"""None: nothing is said."""

_NEXT = frozenset({"1", "１", "继续"})
_REMEMBERED_TURNS = 2000
_RESPONSE_SECONDS = 0.3
"""The response with the first part gets this lead over the API, which would overtake it."""


@dataclass(slots=True)
class _Turn:
    """One message: the answer that it waits for, and what was said to it once that is final."""

    answer: Answer
    gets_next: bool = False
    said: Said = None
    is_final: bool = False


class Conversing:
    """Has messages answered and says in time what can be said."""

    def __init__(self, desk: Desk, outbox: WeChatOutbox, wait_seconds: float) -> None:
        self.shelf = Shelf()
        self._desk = desk
        self._outbox = outbox
        self._wait_seconds = wait_seconds
        self._turns: OrderedDict[str, _Turn] = OrderedDict()

    async def hear(self, message: IncomingMessage) -> Said:
        """Say what answers ``message`` within the seconds; the same to each try of WeChat's.

        WeChat calls again with the same message when it got no response: that call waits for the
        same answer, which is given once.
        """
        key = f"{message.conversation.bot}:{message.id}"
        turn = self._turns.get(key)
        if turn is None:
            turn = self._turns[key] = self._begin(message)
            if len(self._turns) > _REMEMBERED_TURNS:
                self._turns.popitem(last=False)
        openid = message.sender
        try:
            if not turn.is_final:
                await turn.answer.settled(self._wait_seconds)
        except asyncio.CancelledError:
            self.shelf.keep(openid, turn.answer)
            raise
        return turn.said if turn.is_final else self._say(turn, openid)

    def gone(self, openid: str) -> None:
        """Forget a person who no longer follows the account."""
        self.shelf.forget(openid, "对方取消了关注")

    def _begin(self, message: IncomingMessage) -> _Turn:
        kept = self._asked_for(message)
        if kept is not None:
            return _Turn(kept, gets_next=True)
        answer = Answer()
        task = self._desk.take(message, partial(self._respond, message.sender, answer))
        if task is None:
            answer.end(wording.RESTARTING)
        else:
            task.add_done_callback(partial(_end, answer))
        return _Turn(answer)

    def _asked_for(self, message: IncomingMessage) -> Answer | None:
        """Find the kept answer that ``message`` asks for; "1" may answer another question."""
        word = message.text
        if word not in _NEXT or message.pictures:
            return None
        answer = self.shelf.next_of(message.sender)
        if answer is None or (word != "继续" and self.shelf.word_of(message.sender) != "1"):
            return None
        return answer

    def _say(self, turn: _Turn, openid: str) -> Said:
        answer = turn.answer
        if answer.is_ready:
            turn.said, turn.is_final = self._give(answer, openid), True
            return turn.said
        if answer.is_over:  # another call took it, or it left through the API
            turn.is_final = True
            return None
        if answer.sending:
            return None
        dropped = self.shelf.keep(openid, answer)
        if turn.gets_next:
            return Text(wording.STILL_THINKING)
        notice = wording.THINKING_AND_SENDS if self._outbox.can_send else wording.THINKING
        return Text(f"{notice}\n{wording.DROPPED_NOTE}" if dropped else notice)

    def _give(self, answer: Answer, openid: str) -> Part:
        """Take the next part; keep the rest; say what else there is."""
        part, number, total = answer.take()
        notes: list[str] = []
        if number < total:
            answer.by_hand = answer.by_hand or not self._outbox.can_send
            answer.sending = not answer.by_hand  # soon: ``_respond`` goes on
            if self.shelf.keep(openid, answer):
                notes.append(wording.DROPPED_NOTE)
        self.shelf.said(openid, takes_digits=answer.takes_digits)
        if not isinstance(part, Text):
            return part
        word = self.shelf.word_of(openid)
        if total > 1:
            follows = not answer.by_hand
            notes.insert(0, wording.piece_note(number, total, word, follows=follows))
        if number == total:
            notes += self._others(openid, word)
        return Text("\n".join([part.text, "", *notes])) if notes else part

    def _others(self, openid: str, word: str) -> list[str]:
        """Say once that another answer is there, and once that it is being made."""
        other = self.shelf.next_of(openid)
        if other is None or other.sending or other.mentioned == other.is_ready:
            return []
        other.mentioned = other.is_ready
        return [wording.kept_note(ready=other.is_ready, word=word)]

    async def _respond(self, openid: str, answer: Answer, reply: Reply) -> Receipt:
        """Have the reply given: to a call that waits, through the API, or to a later call."""
        answer.takes_digits = reply.decision == "ask_back" or "1" in reply.choices
        try:
            answer.put(await self._outbox.parts(reply))
        except Exception:
            answer.end(wording.FAILED)
            raise
        if answer.was_dropped:
            await answer.begun()  # raises why
        if answer.is_over:
            return Receipt()
        if answer.watchers or not self._outbox.can_send:
            await answer.begun()
            await asyncio.sleep(_RESPONSE_SECONDS)
        if not answer.by_hand:
            await self._send(openid, answer)
        await answer.begun()
        return Receipt()

    async def _send(self, openid: str, answer: Answer) -> None:
        """Send what is left through the API; what could not be sent stays on the shelf.

        Raises DeliveryUncertain when that is so of the first part.
        """
        answer.sending = True
        try:
            while self._outbox.can_send and (borrowed := answer.borrow()) is not None:
                part, number, total = borrowed
                try:
                    if isinstance(part, Text) and answer.is_text and total > 1:
                        # So that one that lacks can be seen.
                        note = wording.piece_note(number, total)
                        await self._outbox.send_part(openid, Text(f"{part.text}\n\n{note}"))
                    else:
                        await self._outbox.send_part(openid, part)
                    answer.begin()
                    self.shelf.said(openid, takes_digits=answer.takes_digits)
                except NotSent as error:
                    answer.put_back(part)
                    logger.warning("客服消息没有发出，留着等人来取：{}", error)
                    return
                except DeliveryUncertain as error:
                    if not answer.has_begun:
                        answer.put_back(part)  # who asks for it again did not get it
                        raise
                    logger.warning("客服消息不知有没有发出：{}", error)
        finally:
            answer.sending, answer.by_hand = False, True


def _end(answer: Answer, task: asyncio.Task[None]) -> None:
    """Note that the message is done with: its answer is there, or there is none."""
    answer.end(wording.RESTARTING if task.cancelled() else None)
