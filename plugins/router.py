"""Offers each message to the plugins in turn, once, in order, and never raises.

A message that is not for the bot costs nothing. One that is: duplicates are dropped, the rest
wait for their session's turn and for one of the places of work; when too many wait, or one person
or group asks too often, it is refused politely. Whatever goes wrong becomes one sentence.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

from loguru import logger

from backend.conversation.ports import Deduplicator, RateLimiter, personal_limit_key
from backend.errors import StoreUnavailable
from plugins import wording
from plugins.messages import SILENT, IncomingMessage, Plugin, Receipt, Reply, ReplyStream

Progress = Callable[[str], Awaitable[None]]
Observer = Callable[[IncomingMessage, Reply, float], None]
Postscript = Callable[[IncomingMessage, Reply], Awaitable[Sequence[Reply]]]
Delivered = Callable[[IncomingMessage, Reply, Receipt], Awaitable[None]]

_WINDOW_SECONDS = 60.0
_WAITS = 2  # times the longest answer
_REMEMBERED_IDS = 5000


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the router's work; counts of messages, seconds, characters.

    ``per_user`` and ``per_group`` are messages a minute, None for no limit (the terminal).
    """

    per_user: int | None = 12
    per_group: int | None = 40
    concurrency: int = 16
    queue: int = 1000
    message_seconds: float = 60.0
    max_message_chars: int = 2000


class Router:
    """The way from a platform to the plugins and back."""

    def __init__(
        self,
        plugins: Sequence[Plugin],
        deduplicator: Deduplicator,
        limiter: RateLimiter,
        limits: Limits,
        observe: Observer = lambda message, reply, seconds: None,
        *,
        unmetered: Callable[[IncomingMessage], bool] = lambda message: False,
        postscript: Postscript | None = None,
        on_delivered: Delivered | None = None,
    ) -> None:
        """``observe`` hears of every message handled: the reply and the seconds it took.

        ``unmetered`` messages neither count against their group's limit nor wait for a place of
        work: the letters of a whole group that answers its question at once. ``postscript`` gives
        what is owed to the person or group and goes with the reply. ``on_delivered`` hears what the
        platform sent.
        """
        self._plugins = tuple(plugins)
        self._deduplicator = deduplicator
        self._limiter = limiter
        self._limits = limits
        self._observe = observe
        self._unmetered = unmetered
        self._postscript = postscript
        self._on_delivered = on_delivered
        self._places = asyncio.Semaphore(limits.concurrency)
        self._sessions: dict[str, _Turnstile] = {}
        self._recent: OrderedDict[str, None] = OrderedDict()
        self._pending = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @property
    def pending(self) -> int:
        """How many messages are being handled or wait for it."""
        return self._pending

    async def drain(self, seconds: float) -> bool:
        """Wait until nothing is pending, at most ``seconds``; whether that was reached."""
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            return False
        return True

    async def handle(self, message: IncomingMessage, progress: Progress | None = None) -> Reply:
        """Give the reply to ``message``, ``SILENT`` when nothing is to be sent."""
        if message.from_bot or not message.addressed or self._is_known(message):
            return SILENT
        started = time.perf_counter()
        if self._pending >= self._limits.queue + self._limits.concurrency:
            reply = Reply(wording.BUSY, "busy", confidence=0.0)
        else:
            reply = await self._in_turn(message, progress)
        self._observe(message, reply, time.perf_counter() - started)
        return reply

    async def delivered(self, message: IncomingMessage, reply: Reply, receipt: Receipt) -> None:
        """Take note that a platform sent ``reply``; never raises."""
        if self._on_delivered is None:
            return
        try:
            await self._on_delivered(message, reply, receipt)
        except Exception:  # noqa: BLE001 - the reply has arrived, whatever comes of the note
            logger.opt(exception=True).warning(wording.LOG_NOT_NOTED)

    async def _in_turn(self, message: IncomingMessage, progress: Progress | None) -> Reply:
        self._pending += 1
        self._idle.clear()
        try:
            async with AsyncExitStack() as turn, AsyncExitStack() as place:
                try:
                    async with asyncio.timeout(_WAITS * self._limits.message_seconds):
                        await turn.enter_async_context(self._turn_of(message.session))
                        # Letters do no heavy work: the record takes many at once better than few.
                        if not self._unmetered(message):
                            await place.enter_async_context(self._places)
                except TimeoutError:
                    return Reply(wording.BUSY, "busy", confidence=0.0)
                return await self._guarded(message, progress, place)
        finally:
            self._pending -= 1
            if not self._pending:
                self._idle.set()

    @asynccontextmanager
    async def _turn_of(self, session: str) -> AsyncGenerator[None]:
        """Hold the session's turnstile; asyncio.Lock lets waiters through in their order."""
        turnstile = self._sessions.setdefault(session, _Turnstile())
        turnstile.users += 1
        try:
            async with turnstile.lock:
                yield
        finally:
            turnstile.users -= 1
            if not turnstile.users:
                del self._sessions[session]

    async def _guarded(
        self, message: IncomingMessage, progress: Progress | None, place: AsyncExitStack
    ) -> Reply:
        try:
            async with asyncio.timeout(self._limits.message_seconds):
                if await self._seen_elsewhere(message):
                    return SILENT
                refusal = await self._refusal(message)
                if refusal is not None:
                    return refusal
                reply = await self._offer(self._bounded(message), progress, place)
                return await self._with_postscript(message, reply)
        except TimeoutError:
            logger.error(wording.LOG_TIMED_OUT, self._limits.message_seconds)
            return Reply(wording.TOO_SLOW, "error", confidence=0.0)
        except Exception:  # noqa: BLE001 - the one place where any failure becomes a sentence
            logger.exception(wording.LOG_FAILED)
            return Reply(wording.FAILED, "error", confidence=0.0)

    async def _offer(
        self, message: IncomingMessage, progress: Progress | None, place: AsyncExitStack
    ) -> Reply:
        for plugin in self._plugins:
            reply = await plugin.respond(message)
            if isinstance(reply, Reply):
                return reply
            if reply is not None:
                # A model writes elsewhere, with a queue of its own: whoever waits there must not
                # keep from their card those who wait here.
                await place.aclose()
                return await _follow(reply, progress)
        return Reply(wording.NOTHING, "error", confidence=0.0)

    async def _with_postscript(self, message: IncomingMessage, reply: Reply) -> Reply:
        """Add what is owed; the reply itself is never lost over it."""
        if self._postscript is None or reply.is_silent:
            return reply
        try:
            owed = await self._postscript(message, reply)
        except Exception:  # noqa: BLE001 - what is owed is given with the next message
            logger.opt(exception=True).warning(wording.LOG_NOT_NOTED)
            return reply
        if not owed:
            return reply
        text = wording.SEPARATOR.join([reply.text, *(more.text for more in owed)])
        asking = next((more.asking for more in owed if more.asking), reply.asking)
        return replace(reply, text=text, asking=asking, drawing=None)

    def _bounded(self, message: IncomingMessage) -> IncomingMessage:
        return replace(message, text=message.text[: self._limits.max_message_chars])

    def _is_known(self, message: IncomingMessage) -> bool:
        """Whether this process took the message up before; remembers it."""
        key = _dedupe_key(message)
        if key in self._recent:
            return True
        self._recent[key] = None
        if len(self._recent) > _REMEMBERED_IDS:
            self._recent.popitem(last=False)
        return False

    async def _seen_elsewhere(self, message: IncomingMessage) -> bool:
        """Whether another process, or this one before a restart, took the message up."""
        try:
            return not await self._deduplicator.first_seen(_dedupe_key(message))
        except StoreUnavailable:
            return False

    async def _refusal(self, message: IncomingMessage) -> Reply | None:
        conversation = message.conversation
        group = f"group:{conversation.platform}:{conversation.id}"
        checks = [(personal_limit_key(message.user), self._limits.per_user, wording.SLOW_DOWN_USER)]
        if conversation.is_group and not self._unmetered(message):
            checks.append((group, self._limits.per_group, wording.SLOW_DOWN_GROUP))
        for key, limit, notice in checks:
            if limit is None:
                continue
            try:
                admission = await self._limiter.admit(key, limit, _WINDOW_SECONDS)
            except StoreUnavailable:
                continue
            if admission == "first_refusal":
                return Reply(notice, "busy", confidence=0.0)
            if admission == "refused":
                return SILENT
        return None


class _Turnstile:
    """The lock of one session and how many messages hold or await it."""

    __slots__ = ("lock", "users")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.users = 0


async def _follow(stream: ReplyStream, progress: Progress | None) -> Reply:
    """Return the reply that ``stream`` ends in; nobody watches any more once ``progress`` fails."""
    try:
        async for item in stream:
            if isinstance(item, Reply):
                return item
            if progress is None:
                continue
            try:
                await progress(item)
            except Exception:  # noqa: BLE001 - a growing text that cannot be shown costs no answer
                logger.opt(exception=True).warning(wording.LOG_NO_PROGRESS)
                progress = None
    finally:
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()  # at once, and not when its memory is taken back
    raise RuntimeError("a reply stream ended without its reply")


def _dedupe_key(message: IncomingMessage) -> str:
    conversation = message.conversation
    return f"{conversation.platform}:{conversation.bot}:{message.id}"
