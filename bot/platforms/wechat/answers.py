"""An answer on its way to one person, part by part, and the shelf of those not given yet."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass

from bot.platforms.wechat import wording
from plugins.messages import NotSent

KEPT_SECONDS = 600.0
MOST_OF_ONE_PERSON = 3
_PEOPLE = 2000


@dataclass(frozen=True, slots=True)
class Text:
    """A text within WeChat's limit."""

    text: str


@dataclass(frozen=True, slots=True)
class Image:
    """A picture that was uploaded."""

    media_id: str


Part = Text | Image


class Answer:
    """The answer to one message: being made, then there in parts, at last given.

    ``watchers`` counts the calls that wait for it now. ``sending``: its parts are leaving through
    the API; ``by_hand``: they are given to who asks, and not sent. ``takes_digits``: it asks for a
    number, so that "1" is not ours. ``is_text``: there is no picture in it. ``mentioned``: its
    person heard that it is there (True) or being made (False).
    """

    def __init__(self) -> None:
        self.watchers = 0
        self.sending = False
        self.by_hand = False
        self.takes_digits = False
        self.is_text = True
        self.mentioned: bool | None = None
        self._parts: deque[Part] = deque()
        self._total = 0
        self._settled = asyncio.Event()
        self._begun: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def is_ready(self) -> bool:
        """Whether a part can be taken."""
        return bool(self._parts) and not self.sending

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self._settled.is_set() and not self._parts and not self.sending

    @property
    def was_dropped(self) -> bool:
        """Whether it was given up before its person had any of it."""
        return self._begun.done() and self._begun.exception() is not None

    @property
    def has_begun(self) -> bool:
        """Whether its person has had a part of it."""
        return self._begun.done() and self._begun.exception() is None

    async def settled(self, seconds: float) -> None:
        """Wait at most ``seconds`` until it is there, or until it is known not to come."""
        self.watchers += 1
        try:
            async with asyncio.timeout(seconds):
                await self._settled.wait()
        except TimeoutError:
            pass
        finally:
            self.watchers -= 1

    def put(self, parts: Sequence[Part]) -> None:
        """Have the whole answer; one that was dropped stays so."""
        if self.was_dropped:
            return
        self._parts.extend(parts)
        self.is_text = all(isinstance(part, Text) for part in parts)
        self._total = len(self._parts)
        self._settled.set()

    def end(self, sentence: str | None) -> None:
        """Know that no answer will come, but ``sentence`` (None for silence)."""
        if not self._settled.is_set():
            self.put([Text(sentence)] if sentence else [])

    def take(self) -> tuple[Part, int, int]:
        """Give the next part, its number from 1 and how many there are."""
        borrowed = self.borrow()
        assert borrowed is not None
        self.begin()
        return borrowed

    def begin(self) -> None:
        """Note that its person has had a part of it."""
        if not self._begun.done():
            self._begun.set_result(None)

    def borrow(self) -> tuple[Part, int, int] | None:
        """Do as ``take`` without saying that it was given; None at the end."""
        if not self._parts:
            return None
        part = self._parts.popleft()
        return part, self._total - len(self._parts), self._total

    def put_back(self, part: Part) -> None:
        """Return what was borrowed."""
        self._parts.appendleft(part)

    def drop(self, reason: str) -> None:
        """Give it up; whoever waits in ``begun`` gets NotSent."""
        self._parts.clear()
        self._settled.set()
        if not self._begun.done():
            self._begun.set_exception(NotSent(reason, can_retry=False))
            self._begun.exception()  # nobody may be waiting

    async def begun(self) -> None:
        """Wait until the first part was given; raises NotSent after ``KEPT_SECONDS``."""
        try:
            async with asyncio.timeout(KEPT_SECONDS):
                await asyncio.shield(self._begun)
        except TimeoutError:
            self.drop(wording.TOO_LATE)
            raise NotSent(wording.TOO_LATE, can_retry=False) from None


@dataclass(slots=True)
class _Kept:
    answers: list[Answer]
    until: float
    takes_digits: bool = False


class Shelf:
    """Answers that people have not had yet: at most three of one person, for ten minutes."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def of(self, openid: str) -> list[Answer]:
        """Give the answers of one person, the newest last."""
        kept = self._kept.get(openid)
        if kept is None:
            return []
        if asyncio.get_running_loop().time() > kept.until:
            self.forget(openid, wording.TOO_LATE)
            return []
        kept.answers = [answer for answer in kept.answers if not answer.is_over]
        if not kept.answers:
            del self._kept[openid]
        return kept.answers

    def next_of(self, openid: str) -> Answer | None:
        """Give the newest that is ready, else the newest that is being made."""
        answers = self.of(openid)
        ready = [answer for answer in answers if answer.is_ready]
        return (ready or answers or [None])[-1]

    def said(self, openid: str, *, takes_digits: bool) -> None:
        """Note whether what a person was told last asks for a number, so that "1" answers it."""
        if openid in self._kept:
            self._kept[openid].takes_digits = takes_digits

    def word_of(self, openid: str) -> str:
        """Give what a person has to say now to get the next part."""
        kept = self._kept.get(openid)
        return "“继续”" if kept and kept.takes_digits else "1"

    def keep(self, openid: str, answer: Answer) -> bool:
        """Keep ``answer`` as the newest; whether the oldest had to go for it."""
        others = [other for other in self.of(openid) if other is not answer]
        too_many = len(others) >= MOST_OF_ONE_PERSON
        if too_many:
            others.pop(0).drop(wording.DROPPED)
        until = asyncio.get_running_loop().time() + KEPT_SECONDS
        self._kept[openid] = _Kept([*others, answer], until)
        self._kept.move_to_end(openid)
        if len(self._kept) > _PEOPLE:
            self.forget(next(iter(self._kept)), wording.DROPPED)
        return too_many

    def forget(self, openid: str, reason: str) -> None:
        """Give up all answers of one person."""
        kept = self._kept.pop(openid, None)
        for answer in kept.answers if kept else ():
            answer.drop(reason)
