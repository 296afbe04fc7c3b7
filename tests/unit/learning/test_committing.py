"""Group commit, with work that counts and fails on demand."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from itertools import chain

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from backend.errors import RecordUnavailable
from backend.learning.committing import GroupCommit
from backend.learning.database import Database, engine_of


class Work:
    """Doubles numbers; remembers the batches, and fails with what is planned for a number."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.failing: dict[int, Exception] = {}
        self.going = asyncio.Event()
        self.going.set()

    async def __call__(self, connection: object, items: Sequence[int]) -> list[int | Exception]:
        self.batches.append(list(items))
        await self.going.wait()
        for item in items:
            if item in self.failing:
                raise self.failing[item]
        return [2 * item for item in items]


@pytest.fixture
async def database(tmp_path) -> AsyncIterator[Database]:
    database = Database(*engine_of("", tmp_path))
    yield database
    await database.aclose()


@pytest.fixture
def work() -> Work:
    return Work()


async def results(commits: GroupCommit[int, int], items: Sequence[int]) -> list[int | Exception]:
    return await asyncio.gather(*map(commits.do, items), return_exceptions=True)


def outage() -> RecordUnavailable:
    error = RecordUnavailable("磁盘满了")
    error.__cause__ = OperationalError("INSERT", {}, Exception("full"))
    return error


async def test_each_caller_gets_the_result_of_its_own_item(database, work):
    commits = GroupCommit(database, work)
    assert await results(commits, range(50)) == [2 * item for item in range(50)]


async def test_what_waits_goes_together_and_never_more_than_256(database, work):
    commits = GroupCommit(database, work)
    work.going.clear()
    waiting = [asyncio.create_task(commits.do(0))]
    while not work.batches:  # noqa: ASYNC110 - the transaction begins in its own time
        await asyncio.sleep(0.001)
    waiting += [asyncio.create_task(commits.do(item)) for item in range(1, 601)]
    await asyncio.sleep(0)
    work.going.set()
    await asyncio.gather(*waiting)
    assert [len(batch) for batch in work.batches] == [1, 256, 256, 88]
    assert list(chain(*work.batches)) == list(range(601))


@pytest.mark.parametrize(
    "error", [ValueError("bug"), IntegrityError("INSERT", {}, Exception("rule"))], ids=repr
)
async def test_a_bad_item_fails_alone(database, work, error, logged):
    commits = GroupCommit(database, work)
    work.failing[3] = error
    found = await results(commits, range(6))
    assert found == [0, 2, 4, error, 8, 10]
    assert any(line.startswith("WARNING") for line in logged)


async def test_an_outage_fails_all_at_once_instead_of_one_after_the_other(database, work):
    commits = GroupCommit(database, work)
    work.failing = {item: outage() for item in range(6)}
    found = await results(commits, range(6))
    assert {str(error) for error in found} == {"磁盘满了"}
    assert len(work.batches) == 1
    work.failing = {}
    assert await commits.do(7) == 14


async def test_too_many_are_refused_at_once(database, work):
    commits = GroupCommit(database, work, waiting=3)
    work.going.clear()
    waiting = [asyncio.create_task(commits.do(item)) for item in range(5)]
    await asyncio.wait(waiting, timeout=0.2)
    refused = [task for task in waiting if task.done()]
    assert len(refused) == 2
    with pytest.raises(RecordUnavailable, match="没有排上"):
        refused[0].result()
    work.going.set()
    assert await asyncio.gather(*(task for task in waiting if task not in refused)) == [0, 2, 4]


async def test_nobody_waits_longer_than_the_deadline(database, work, monkeypatch):
    monkeypatch.setattr("backend.learning.committing._PATIENCE_SECONDS", 0.1)
    commits = GroupCommit(database, work)
    work.going.clear()
    with pytest.raises(RecordUnavailable, match="时限"):
        await commits.do(1)
    work.going.set()
    assert await commits.do(2) == 4
    assert work.batches[0] == [1]


async def test_a_cancelled_caller_takes_nobody_along(database, work):
    commits = GroupCommit(database, work)
    waiting = [asyncio.create_task(commits.do(item)) for item in range(4)]
    await asyncio.sleep(0)
    waiting[1].cancel()
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert found[::2] == [0, 4]
    assert isinstance(found[1], asyncio.CancelledError)
    assert 1 in chain(*work.batches)


async def test_closing_waits_for_what_was_accepted(database, work):
    async with GroupCommit(database, work) as commits:
        waiting = asyncio.create_task(commits.do(1))
        await asyncio.sleep(0)
    assert waiting.done()
    with pytest.raises(RecordUnavailable, match="关闭"):
        await commits.do(2)


async def test_nothing_is_left_running_when_nobody_waits(database, work):
    before = asyncio.all_tasks()
    await GroupCommit(database, work).do(1)
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
