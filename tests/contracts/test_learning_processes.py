"""Several processes on one record, and processes that are killed."""

import asyncio
import random
import sys
from asyncio.subprocess import PIPE, Process

import pytest
from sqlalchemy import func, select

from backend.learning import tables
from backend.learning.rebuild import rebuild
from tests.learning import open_record

_SECONDS = 60.0
KILLS = 5


async def started(folder, url: str, asking: str, members: range) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.learning_process",
        str(folder),
        url or "-",
        asking,
        str(members.start),
        str(members.stop),
        stdin=PIPE,
        stdout=PIPE,
    )


async def heard(process: Process) -> str:
    return (await asyncio.wait_for(process.stdout.readline(), _SECONDS)).decode().strip()


async def test_processes_that_start_at_once_on_nothing_all_come_up(source, tmp_path):
    url = "" if source is None else await source[0].new_database()
    processes = [await started(tmp_path, url, "none", range(0)) for _ in range(3)]
    assert [await heard(process) for process in processes] == ["open"] * 3
    ends = [process.communicate(b"\n") for process in processes]
    await asyncio.wait_for(asyncio.gather(*ends), _SECONDS)
    assert [process.returncode for process in processes] == [0, 0, 0]


async def test_two_processes_count_every_answer_once(record, record_url, tmp_path):
    asking = await record.daily()
    members = range(100)
    both = [await started(tmp_path, record_url, asking.id, members) for _ in range(2)]
    for process in both:
        assert await heard(process) == "open"
    said = await asyncio.wait_for(
        asyncio.gather(*(process.communicate(b"\n") for process in both)), _SECONDS
    )
    lines = [line for out, _ in said for line in out.decode().splitlines()]
    recorded = [line.split()[0] for line in lines if line.endswith("recorded")]
    assert sorted(recorded, key=int) == [str(member) for member in members]
    assert len(lines) == 200
    assert (await record.askings.tally(asking.id)).total == 100
    assert (await rebuild(record.database, dry_run=True)).differences == []


@pytest.mark.parametrize("seed", range(KILLS))
async def test_what_a_killed_process_acknowledged_is_there(tmp_path, seed):
    async with open_record("", tmp_path) as record:
        asking = await record.daily()
    process = await started(tmp_path, "", asking.id, range(1000))
    assert await heard(process) == "open"
    process.stdin.write(b"\n")
    acknowledged = [await heard(process) for _ in range(random.Random(seed).randrange(1, 120))]
    await asyncio.sleep(random.Random(seed).random() / 50)
    process.kill()
    rest, _ = await process.communicate()
    # The last line may be cut: it was not all said.
    acknowledged += rest.decode().rpartition("\n")[0].splitlines()
    assert process.returncode == -9, "it was done before it was killed"
    async with open_record("", tmp_path) as record:
        for line in acknowledged:
            member, status = line.split()
            assert status == "recorded"
            identity = await record.people.find("qq", member)
            assert await record.attempts.of_asking(asking.id, identity.id), member
        async with record.database.reading() as connection:
            query = select(func.count()).select_from(tables.attempts)
            assert (await connection.execute(query)).scalar() >= len(acknowledged)
        assert (await rebuild(record.database, dry_run=True)).differences == []
        again = await record.person(acknowledged[0].split()[0])
        assert (await record.answers(asking, again, True)).status == "repeated"
