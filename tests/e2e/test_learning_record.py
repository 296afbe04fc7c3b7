"""A learning record that cannot be used: the start is refused, or practice pauses and goes on."""

import asyncio
import json
import shutil
import sqlite3
from contextlib import closing

import pytest

from tests.e2e.learning_chat import Chat, rows, settings, until
from tests.e2e.onebot_client import OneBotClient
from tests.e2e.processes import run
from tests.e2e.server_process import SERVE, start
from tests.postgres import Cluster, find_programs

ALICE, BOB = 8_411_001, 8_411_002
PAUSED = "学习记录暂时用不了"
_SWEEP = {"QUIZ__SWEEP_SECONDS": "1"}


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    """A data directory whose record has been opened once."""
    data_dir = tmp_path_factory.mktemp("migrated") / "data"
    assert run("bot", "ledger", data_dir=data_dir).code == 0
    return data_dir


@pytest.fixture
def data_dir(migrated, tmp_path):
    return shutil.copytree(migrated, tmp_path / "data")


@pytest.fixture(scope="module")
def postgres():
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL 没有安装（找不到 initdb、pg_ctl、postgres）")
    cluster = Cluster(programs)
    cluster.create()
    yield cluster
    cluster.destroy()


def refused(data_dir, command="serve", **more):
    """Give the one sentence with which a start is refused."""
    done = run("bot", command, data_dir=data_dir, settings={"HTTP__PORT": "0"} | more)
    assert done.code == 1, done.err
    assert done.out == ""
    said = [line for line in done.err.splitlines() if " WARNING " not in line]
    assert len(said) == 1, done.err
    assert "学习记录" in said[0]
    return said[0]


def test_a_damaged_record_is_refused(data_dir):
    record = data_dir / "learning.sqlite3"
    record.write_bytes("这不是数据库。".encode() * 2000)
    assert "用备份恢复" in refused(data_dir)


def test_a_record_of_a_newer_version_is_refused(data_dir):
    with closing(sqlite3.connect(data_dir / "learning.sqlite3")) as record:
        record.execute("UPDATE alembic_version SET version_num = '9999'")
        record.commit()
    said = refused(data_dir)
    assert "更新的版本" in said
    assert "9999" in said


def test_a_record_that_cannot_be_written_is_refused(data_dir):
    """By its address: the account of the tests may be one that no permission stops."""
    path = data_dir / "learning.sqlite3"
    said = refused(data_dir, DATABASE__URL=f"sqlite:///file:{path}?mode=ro&uri=true")
    assert "写权限" in said


def test_a_server_that_is_not_there_is_refused_without_its_password(data_dir):
    url = "postgresql://learner:hunter2@127.0.0.1:9/learning"
    for command in ("serve", "ledger", "rebuild"):
        said = refused(data_dir, command, DATABASE__URL=url)
        assert "连不上" in said
        assert "hunter2" not in said


async def part(server, name="learning_record"):
    status, body = await asyncio.to_thread(server.get, "/healthz")
    assert status == 200, "questions are answered without the record"
    return json.loads(body)["parts"][name]


async def until_noticed(server, chat):
    """Wait until the damage shows: an open connection may still know a page by heart."""
    for _ in range(40):
        await chat.whisper("/练", BOB)
        if not (await part(server))["ok"]:
            return
        await asyncio.sleep(0.25)
    raise AssertionError("the damage was not noticed")


async def assert_paused(server, chat):
    """Practice says its one sentence, everything else works, and the page shows it."""
    for words in ("/练", "B", "/我的", "/打卡", "/错题本", "/导出我的数据"):
        assert PAUSED in (await chat.whisper(words, BOB)).text, words
    assert "死锁" in (await chat.whisper("什么是死锁", BOB)).text
    assert "距初试" in (await chat.whisper("/倒计时", BOB)).text
    assert (await part(server))["ok"] is False


async def assert_going_on(server, chat):
    async def works():
        return "【练习" in (await chat.whisper("/练", BOB)).text

    for _ in range(40):
        if await works():
            break
        await asyncio.sleep(0.25)
    else:
        raise AssertionError("practice did not come back")
    assert "今天第 1 题" in (await chat.whisper("B", BOB)).text
    assert (await part(server))["ok"] is True
    assert "今天做了 1 题" in (await chat.whisper("/打卡", ALICE)).text
    assert "Traceback" not in server.log
    for account in (ALICE, BOB):
        assert str(account) not in server.log


def checkpoint(path):
    """Bring all that was committed into the file itself."""
    with closing(sqlite3.connect(path)) as record:
        busy, *_ = record.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        assert not busy


async def test_practice_pauses_while_the_server_is_down_and_goes_on_afterwards(postgres, tmp_path):
    env = settings(tmp_path / "data", DATABASE__URL=await postgres.new_database())
    with start(SERVE, tmp_path / "log", env) as server:
        async with OneBotClient(server.url) as client:
            chat = Chat(client)
            await chat.whisper("/练", ALICE)
            await chat.whisper("B", ALICE)
            await asyncio.to_thread(postgres.stop)
            try:
                await assert_paused(server, chat)
            finally:
                await asyncio.to_thread(postgres.start)
            await assert_going_on(server, chat)
        assert await asyncio.to_thread(server.end) == 0
        assert "Traceback" not in server.log
        assert "学习记录又能用了" in server.log


async def test_practice_pauses_while_the_file_is_damaged_and_goes_on_afterwards(data_dir, tmp_path):
    """The file is overwritten as a failing disk would do, and put back from its backup."""
    path = data_dir / "learning.sqlite3"
    with start(SERVE, tmp_path / "log", settings(data_dir, **_SWEEP)) as server:
        async with OneBotClient(server.url) as client:
            chat = Chat(client)
            await chat.whisper("/练", ALICE)
            await chat.whisper("B", ALICE)
            checkpoint(path)
            good = path.read_bytes()
            with path.open("r+b") as file:
                file.write(b"\xff" * len(good))
            await until_noticed(server, chat)
            await assert_paused(server, chat)
            with path.open("r+b") as file:
                file.write(good)
            await assert_going_on(server, chat)
        assert await asyncio.to_thread(server.end) == 0
        assert "Traceback" not in server.log


async def test_a_record_that_was_put_in_place_of_the_old_one_is_used(data_dir, tmp_path):
    """A whole file, in one step: an open connection would go on with the file that is gone."""
    path = data_dir / "learning.sqlite3"
    with start(SERVE, tmp_path / "log", settings(data_dir, **_SWEEP)) as server:
        async with OneBotClient(server.url) as client:
            chat = Chat(client)
            await chat.whisper("/练", ALICE)
            await chat.whisper("B", ALICE)
            checkpoint(path)
            away = path.replace(f"{path}.away")
            await until(lambda: "被移走或换掉了" in server.log)
            away.replace(path)
            await assert_going_on(server, chat)
        assert await asyncio.to_thread(server.end) == 0
        assert "Traceback" not in server.log
    assert rows(data_dir, "SELECT count(*) FROM attempts") == [(2,)]
