"""Group commit: what many callers write at once goes into one transaction and one fsync.

Group read does the same for questions: what many callers ask at once costs one set of queries.

While a transaction runs, callers collect; the next one takes them all. There is no waiting for more
to come: alone, a caller is committed at once.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from types import TracebackType
from typing import Generic, Self, TypeVar

from loguru import logger
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError, StatementError
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.errors import RecordUnavailable
from backend.learning.database import Database

Item = TypeVar("Item")
Result = TypeVar("Result")
Work = Callable[[AsyncConnection, Sequence[Item]], Awaitable[Sequence[Result | Exception]]]
"""Does all items in the transaction given; a result or the reason of failure for each, in order."""

_TOGETHER = 256
_PATIENCE_SECONDS = 30.0
_TOO_MANY = "同时写入学习记录的太多，这一条没有排上。"
_TOO_SLOW = "学习记录在时限内没有写完。"
_CLOSED = "学习记录正在关闭。"


class GroupCommit(Generic[Item, Result]):
    """Runs ``work`` over the items of all callers; at most ``waiting`` of them wait.

    Its task lives while somebody waits, and ``aclose`` waits for it.
    """

    def __init__(
        self, database: Database, work: Work[Item, Result], *, waiting: int = 4096
    ) -> None:
        self._database = database
        self._work = work
        self._limit = waiting
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    async def do(self, item: Item) -> Result:
        """Return the result of ``item`` once it is durable.

        RecordUnavailable when the database fails, too many wait, or it takes more than 30 seconds.
        Once this has begun to wait, the item is done even if the caller is cancelled.
        """
        if self._closed:
            raise RecordUnavailable(_CLOSED)
        if len(self._waiting) >= self._limit:
            raise RecordUnavailable(_TOO_MANY)
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, done))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain())
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return await done
        except TimeoutError as error:
            raise RecordUnavailable(_TOO_SLOW) from error

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Refuse new items and wait until those accepted are written."""
        self._closed = True
        if self._task is not None:
            await self._task

    async def _drain(self) -> None:
        try:
            while self._waiting:
                count = min(len(self._waiting), _TOGETHER)
                await self._write([self._waiting.popleft() for _ in range(count)])
        finally:
            # Only a cancelled loop leaves somebody here.
            for _, done in self._waiting:
                _settle(done, RecordUnavailable(_CLOSED))
            self._waiting.clear()

    async def _write(self, batch: Sequence[tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            results = await self._commit([item for item, _ in batch])
        except Exception as error:  # noqa: BLE001 - handed to those who wait
            if len(batch) == 1 or _is_outage(error):
                results = [error] * len(batch)
            else:
                logger.warning("{} 条一起写入失败（{}），改为逐条写。", len(batch), _name(error))
                await self._write_singly(batch)
                return
        except BaseException:
            for _, done in batch:
                _settle(done, RecordUnavailable(_CLOSED))
            raise
        for (_, done), result in zip(batch, results, strict=True):
            _settle(done, result)

    async def _write_singly(self, batch: Sequence[tuple[Item, asyncio.Future[Result]]]) -> None:
        for one in batch:
            await self._write([one])

    async def _commit(self, items: Sequence[Item]) -> Sequence[Result | Exception]:
        async with self._database.recording() as connection:
            return await self._work(connection, items)


class GroupRead(GroupCommit[Item, Result]):
    """Runs ``work`` over what all callers ask, in one reading transaction."""

    async def _commit(self, items: Sequence[Item]) -> Sequence[Result | Exception]:
        async with self._database.reading() as connection:
            return await self._work(connection, items)


def _settle(done: asyncio.Future[Result], result: Result | Exception) -> None:
    if done.done():  # its caller was cancelled
        return
    if isinstance(result, Exception):
        done.set_exception(result)
    else:
        done.set_result(result)


def _is_outage(error: Exception) -> bool:
    """Tell whether the database failed, and not what one item asked of it.

    Then trying the others one by one would only make all of them wait for as many deadlines.
    """
    if not isinstance(error, RecordUnavailable):
        return False
    cause = error.__cause__
    if isinstance(cause, IntegrityError | DataError | ProgrammingError):
        return False
    return isinstance(cause, DBAPIError) or not isinstance(cause, StatementError)


def _name(error: Exception) -> str:
    return type(error.__cause__ or error).__name__
