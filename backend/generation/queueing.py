"""Lets so many work at once, and the others wait fairly: user after user, each in order.

When too many wait, the newest of whoever has the most waiting makes room for a user who has fewer
(longest queue drop), so that fifty questions of one person cost nobody else a place.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from backend.errors import GenerationBusy

_BUSY = "排队等模型的人太多"

_Turn = asyncio.Future[bool]
"""True: the place is yours. False: you had to make room."""


class FairQueue:
    """``places`` at once; at most ``waiting`` more wait, in rotation over their users.

    A place that is given up goes straight to the next waiter: a newcomer never overtakes.
    """

    def __init__(self, places: int, waiting: int) -> None:
        self._places = places
        self._most_waiting = waiting
        self._running = 0
        self._lines: OrderedDict[str, deque[_Turn]] = OrderedDict()

    @property
    def running(self) -> int:
        """How many places are taken."""
        return self._running

    @property
    def waiting(self) -> int:
        """How many wait for one."""
        return sum(map(len, self._lines.values()))

    @asynccontextmanager
    async def place(self, user: str, seconds: float) -> AsyncGenerator[None]:
        """Hold a place; GenerationBusy when none is free within ``seconds`` or too many wait."""
        await self._enter(user, seconds)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, user: str, seconds: float) -> None:
        if self._running < self._places:  # then nobody waits
            self._running += 1
            return
        self._make_room(user)
        turn: _Turn = asyncio.get_running_loop().create_future()
        self._lines.setdefault(user, deque()).append(turn)
        try:
            async with asyncio.timeout(seconds):
                admitted = await turn
        except TimeoutError as error:
            self._withdraw(user, turn)
            raise GenerationBusy(_BUSY) from error
        except asyncio.CancelledError:
            self._withdraw(user, turn)
            raise
        if not admitted:
            raise GenerationBusy(_BUSY)

    def _leave(self) -> None:
        """Hand the place to who is next in the rotation, if anybody waits."""
        turn = self._next()
        if turn is None:
            self._running -= 1
        else:
            turn.set_result(True)

    def _next(self) -> _Turn | None:
        """Take out who is next; one who was cancelled may stand in line until his task runs."""
        while self._lines:
            user, line = self._lines.popitem(last=False)
            while line:
                turn = line.popleft()
                if turn.done():
                    continue
                if line:
                    self._lines[user] = line  # to the end of the rotation
                return turn
        return None

    def _withdraw(self, user: str, turn: _Turn) -> None:
        """Forget a waiter who goes; one who was given a place in the same moment gives it back."""
        if turn.done() and not turn.cancelled():
            if turn.result():
                self._leave()
            return
        line = self._lines.get(user, deque())
        if turn in line:
            line.remove(turn)
            if not line:
                del self._lines[user]

    def _make_room(self, user: str) -> None:
        if self.waiting < self._most_waiting:
            return
        own = len(self._lines.get(user, ()))
        greediest, line = max(self._lines.items(), key=lambda item: len(item[1]))
        if len(line) <= own + 1:
            raise GenerationBusy(_BUSY)
        newest = line.pop()
        if not newest.done():
            newest.set_result(False)
        if not line:
            del self._lines[greediest]
