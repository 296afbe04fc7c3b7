"""Makes one push: claimed in the ledger, sent, noted. What may have arrived is not sent again."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from loguru import logger

from backend.errors import RecordUnavailable
from backend.learning.askings import Askings
from backend.learning.ledger import LEASE, ClaimLost, Delivery, Ledger
from backend.learning.values import SHANGHAI
from plugins.daily_quiz import wording
from plugins.messages import Conversation, DeliveryUncertain, NotSent, Outbox, Reply

TellOperator = Callable[[str], Awaitable[None]]
Clock = Callable[[], datetime]
IsReady = Callable[[Conversation], bool]

LOOK_BACK = timedelta(days=1)
_FIRST_RETRY = timedelta(seconds=30)
_LONGEST_RETRY = timedelta(minutes=5)
_AT_ONCE = 4
_OTHERS_FIRST = timedelta(seconds=45)
"""How long a push is left to the other processes, which look every half minute."""
_SETTLED = ("confirmed", "skipped", "unknown")


@dataclass(frozen=True, slots=True)
class Push:
    """One thing to send: ``compose`` makes the reply, or a sentence why there is none.

    It may be made up to ``window`` after ``due_at``. ``asks`` is the id of the question that it
    puts, ``reveals`` of the one whose answer it shows.
    """

    target: str
    slot: str
    day: date
    due_at: datetime
    conversation: Conversation
    window: timedelta
    compose: Callable[[], Awaitable[Reply | str]]
    asks: str | None = None
    reveals: str | None = None


def always_ready(conversation: Conversation) -> bool:
    """Say that nothing is known of connections: whether it works is found out by sending."""
    del conversation
    return True


class Courier:
    """Delivers pushes and keeps the ledger; several may work on the same ledger."""

    def __init__(
        self,
        ledger: Ledger,
        askings: Askings,
        outbox: Outbox,
        tell_operator: TellOperator,
        clock: Clock,
        is_ready: IsReady = always_ready,
    ) -> None:
        """``is_ready`` tells whether this process could send to a conversation now."""
        self._ledger = ledger
        self._askings = askings
        self._outbox = outbox
        self._tell_operator = tell_operator
        self._clock = clock
        self._is_ready = is_ready
        self._first_run: datetime | None = None
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._settled: set[tuple[str, str, date]] = set()

    def must_wait(self, conversation: Conversation) -> bool:
        """Whether the platform runs here and takes nothing but what answers a message."""
        caps = self._outbox.caps(conversation)
        return caps is not None and not caps.unprompted

    def is_settled(self, target: str, slot: str, day: date) -> bool:
        """Whether nothing will come of a push any more, as far as is remembered."""
        return (target, slot, day) in self._settled

    async def tidy(self, now: datetime) -> None:
        """Settle what was left in the middle of sending, and forget what is long settled."""
        self._first_run = self._first_run or now
        for row in await self._ledger.expire(now):
            await self._tell_operator(wording.unknown_notice(row))
        oldest = now.astimezone(SHANGHAI).date() - 2 * LOOK_BACK
        self._settled = {key for key in self._settled if key[2] >= oldest}

    async def deliver_all(self, pushes: Sequence[Push]) -> None:
        """Make pushes, those to one target in their order; none keeps another target's back."""
        targets = dict.fromkeys(push.target for push in pushes)
        await asyncio.gather(
            *(self._in_order([p for p in pushes if p.target == target]) for target in targets)
        )

    async def _in_order(self, pushes: Sequence[Push]) -> None:
        """Make the pushes to one target: the next question knows of the last.

        Where another process is at one of them, the rest is left to it, for the same reason.
        """
        async with self._places:
            for push in pushes:
                try:
                    # The time now, not that of the run: leases are counted from it.
                    now = self._clock()
                    if await self._is_for_others(push, now) or not await self.deliver(push, now):
                        break
                except RecordUnavailable as error:
                    logger.error(wording.LOG_NO_RECORD, error)
                except Exception:  # noqa: BLE001 - one push must not keep the others back
                    logger.exception(wording.LOG_FAILED)

    async def _is_for_others(self, push: Push, now: datetime) -> bool:
        """Whether to leave a push alone that cannot be sent from here now, and is not too late.

        Another process may have the account that we have not; if none has, the row says for once
        that it failed, and whoever is connected first takes it from there.
        """
        if now - push.due_at > push.window or self._is_ready(push.conversation):
            return False
        # After a start, accounts take a moment to connect.
        if now - max(push.due_at, self._first_run or now) < _OTHERS_FIRST:
            return True
        row = await self._ledger.find(push.target, push.slot, push.day)
        return row is not None and row.state not in _SETTLED

    async def deliver(self, push: Push, now: datetime) -> bool:
        """Make one push; False when another process is at it."""
        is_late = now - push.due_at > push.window
        if self._outbox.caps(push.conversation) is None:
            # Another process may serve this platform; the slot is given up only when it is late.
            if is_late:
                await self.skip(push, wording.NOT_RUNNING, now)
            return True
        if is_late:
            await self.skip(push, wording.too_late(push.window), now)
            return True
        row = await self._ledger.claim(push.target, push.slot, push.day, push.due_at, now)
        if row is None:
            return await self._note_settled(push)
        reply = await push.compose()
        if isinstance(reply, str):
            await self._ledger.skipped(row, reply, now)
            return True
        try:
            row = await self._ledger.sending(row, reply.asking, self._clock())
        except ClaimLost:
            return False
        await self._send(push, row, reply)
        return True

    async def with_a_message(self, push: Push, now: datetime) -> Reply | None:
        """Settle a push as confirmed and give its reply, to be sent with an answer; None if not."""
        row = await self._ledger.claim(push.target, push.slot, push.day, push.due_at, now)
        if row is None:
            await self._note_settled(push)
            return None
        reply = await push.compose()
        if isinstance(reply, str):
            await self._ledger.skipped(row, reply, now)
            return None
        try:
            row = await self._ledger.sending(row, reply.asking, now)
            await self._ledger.confirmed(row, now, wording.WITH_A_MESSAGE)
        except ClaimLost:
            return None
        if push.reveals is not None:
            await self._askings.reveal(push.reveals, now)
        return reply

    async def skip(self, push: Push, reason: str, now: datetime) -> None:
        """Give a push up, also one that failed or whose owner died before."""
        if await self._ledger.skip(push.target, push.slot, push.day, push.due_at, reason, now):
            logger.warning(wording.LOG_SKIPPED, push.slot, push.day, reason)
        else:
            row = await self._ledger.claim(push.target, push.slot, push.day, push.due_at, now)
            if row is not None:
                await self._give_up(push, row, f"{row.reason}，{reason}" if row.reason else reason)
        await self._note_settled(push)

    async def _send(self, push: Push, row: Delivery, reply: Reply) -> None:
        try:
            receipt = await self._outbox.send(push.conversation, reply)
        except NotSent as refused:
            await self._not_sent(push, row, refused)
            return
        except DeliveryUncertain as uncertain:
            reason = str(uncertain) or wording.UNCERTAIN
            row = await self._ledger.unknown(row, reason, self._clock())
            await self._tell_operator(wording.unknown_notice(row))
            return
        except asyncio.CancelledError:
            # The process ends. With its lease over, the row is found by whoever looks next: nobody
            # knows whether it was delivered, and the operator is told by a process that can.
            with contextlib.suppress(RecordUnavailable, ClaimLost):
                await self._ledger.sending(row, reply.asking, self._clock() - LEASE)
            raise
        # The row first: what is noted after it is of less use than knowing that it was sent.
        await self._ledger.confirmed(row, self._clock())
        if push.reveals is not None:
            await self._askings.reveal(push.reveals, self._clock())
        if reply.asking is not None:
            await self._askings.note_messages(
                reply.asking, push.conversation.key, receipt.message_ids
            )

    async def _not_sent(self, push: Push, row: Delivery, refused: NotSent) -> None:
        now = self._clock()
        again = now + min(_FIRST_RETRY * 2 ** (row.tries - 1), _LONGEST_RETRY)
        if refused.can_retry and again - push.due_at <= push.window:
            await self._ledger.failed(row, str(refused), now, again)
            return
        await self._give_up(push, row, str(refused))

    async def _give_up(self, push: Push, row: Delivery, reason: str) -> None:
        """Settle a claimed row as skipped; a question that nobody has seen waits for no answers."""
        row = await self._ledger.skipped(row, reason, self._clock())
        if push.asks is not None:
            await self._askings.withdraw(push.asks)
        await self._tell_operator(wording.skipped_notice(row))

    async def _note_settled(self, push: Push) -> bool:
        """Remember a row that will not change any more; False for one that somebody is at."""
        row = await self._ledger.find(push.target, push.slot, push.day)
        if row is not None and row.state in _SETTLED:
            self._settled.add((push.target, push.slot, push.day))
        return row is None or row.state not in ("claimed", "sent")
