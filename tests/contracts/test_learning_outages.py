"""A database that fails in the middle: one sentence, nothing lost, and on again afterwards."""

import asyncio

import pytest
from sqlalchemy import event, func, select

from backend.errors import RecordUnavailable
from backend.learning import tables
from backend.learning.rebuild import rebuild
from tests.learning import NOON, open_record, question


async def attempts(record) -> int:
    async with record.database.reading() as connection:
        query = select(func.count()).select_from(tables.attempts)
        return (await connection.execute(query)).scalar()


async def test_a_full_disk_refuses_answers_and_loses_none(tmp_path):
    async with open_record("", tmp_path) as record:
        asking = await record.daily()
        people = await asyncio.gather(*(record.person(str(number)) for number in range(400)))
        kept = await record.answers(asking, people[0], True)

        def fill(connection, _):
            used = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {used}")

        engine = record.database.engine
        await engine.dispose()
        event.listen(engine.sync_engine, "connect", fill)
        refused = await asyncio.gather(
            *(record.answers(asking, one, False) for one in people[1:]), return_exceptions=True
        )
        full = [one for one in refused if isinstance(one, RecordUnavailable)]
        assert len(full) > 100
        assert all("磁盘满了" in str(one) for one in full)
        acknowledged = 1 + sum(not isinstance(one, Exception) for one in refused)
        assert len(full) + acknowledged == 400
        assert await attempts(record) == acknowledged

        event.remove(engine.sync_engine, "connect", fill)
        await engine.dispose()
        again = await asyncio.gather(*(record.answers(asking, one, False) for one in people))
        assert again[0].attempt == kept.attempt
        assert await attempts(record) == 400
        assert (await rebuild(record.database)).differences == []


async def test_a_locked_database_refuses_in_time_and_goes_on_afterwards(tmp_path, monkeypatch):
    monkeypatch.setattr("backend.learning.database._BUSY_SECONDS", 0.3)
    async with open_record("", tmp_path) as record, open_record("", tmp_path) as other:
        me, asking = await record.person(), await record.daily()
        async with other.database.writing():
            with pytest.raises(RecordUnavailable, match="占用"):
                await asyncio.wait_for(record.answers(asking, me, True), 5)
        assert (await record.answers(asking, me, True)).status == "recorded"


async def test_a_dead_server_refuses_answers_and_they_go_on_when_it_is_back(
    postgres, migrated, tmp_path
):
    url = await postgres.new_database(like=migrated)
    async with open_record(url, tmp_path) as record:
        asking = await record.daily()
        people = [await record.person(str(number)) for number in range(20)]
        assert (await record.answers(asking, people[0], True)).status == "recorded"
        postgres.stop()
        try:
            refused = await asyncio.wait_for(
                asyncio.gather(
                    *(record.answers(asking, one, True) for one in people),
                    record.people.identify("qq", "new", NOON),
                    record.progress.counts(),
                    record.daily(question(2)),
                    return_exceptions=True,
                ),
                30,
            )
        finally:
            postgres.start()
        assert {type(one) for one in refused} == {RecordUnavailable}
        again = await asyncio.gather(*(record.answers(asking, one, True) for one in people))
        assert [one.status for one in again] == ["repeated"] + ["recorded"] * 19
        assert (await rebuild(record.database)).differences == []


async def test_a_connection_that_breaks_during_an_answer_loses_nothing(
    postgres, migrated, tmp_path
):
    url = await postgres.new_database(like=migrated)
    async with open_record(url, tmp_path) as record:
        asking = await record.daily()
        people = [await record.person(str(number)) for number in range(60)]
        answering = [asyncio.create_task(record.answers(asking, one, True)) for one in people]
        await asyncio.wait(answering, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.to_thread(postgres.stop)
        await asyncio.to_thread(postgres.start)
        outcomes = await asyncio.gather(*answering, return_exceptions=True)
        acknowledged = [
            one for one, outcome in zip(people, outcomes, strict=True) if hasattr(outcome, "status")
        ]
        for one in acknowledged:
            assert await record.attempts.of_asking(asking.id, one.id)
        again = await asyncio.gather(*(record.answers(asking, one, True) for one in people))
        assert {one.status for one in again} <= {"recorded", "repeated"}
        assert await attempts(record) == 60
        assert (await rebuild(record.database)).differences == []
