"""A connection that ends is begun again, with pauses that grow, whatever ended it."""

import asyncio

import pytest

from bot.platforms.supervision import Pauses, PlatformRefused, Supervisor

QUICK = Pauses(first=0.001, most=0.004, steady=10, refused=0.002)


class Line:
    """Plays a script: each connection ends as the next entry says; the last one holds."""

    def __init__(self, *ends):
        self.ends = list(ends)
        self.tries = 0
        self.holding = asyncio.Event()

    async def connect(self, connected):
        self.tries += 1
        if not self.ends:
            connected()
            self.holding.set()
            await asyncio.Event().wait()
        end = self.ends.pop(0)
        if end != "refused before":
            connected()
        if isinstance(end, BaseException):
            raise end


async def running(line, pauses=QUICK):
    supervisor = Supervisor("fake", line.connect, pauses)
    task = asyncio.create_task(supervisor.forever())
    async with asyncio.timeout(10):
        await line.holding.wait()
    return supervisor, task


async def ended(task):
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_it_comes_back_after_a_normal_close_an_error_and_a_refusal():
    line = Line(None, OSError("reset"), PlatformRefused("令牌不对。"))
    supervisor, task = await running(line)

    assert supervisor.state() == {"ok": True, "state": "connected", "connections": 4}
    await ended(task)
    assert supervisor.phase == "stopped"


async def test_what_is_cancelled_inside_a_connection_ends_that_connection_only():
    line = Line(asyncio.CancelledError())
    supervisor, task = await running(line)
    assert supervisor.connections == 2
    await ended(task)


async def test_24_ends_in_a_row_leave_no_task_behind():
    before = len(asyncio.all_tasks())
    line = Line(*[OSError("reset")] * 24)
    supervisor, task = await running(line)

    assert supervisor.connections == 25
    assert len(asyncio.all_tasks()) == before + 1
    await ended(task)
    assert len(asyncio.all_tasks()) == before


async def test_pauses_double_up_to_the_most_and_begin_anew_after_a_steady_connection(monkeypatch):
    slept = []

    async def sleep(seconds):
        slept.append(round(seconds, 3))

    monkeypatch.setattr("bot.platforms.supervision.asyncio.sleep", sleep)
    monkeypatch.setattr("bot.platforms.supervision._by_chance", lambda: 1.0)
    line = Line(*[OSError("reset")] * 5)
    _, task = await running(line, Pauses(first=1, most=5, steady=10))
    await ended(task)
    assert slept == [1, 2, 4, 5, 5]

    slept.clear()
    line = Line(*[OSError("reset")] * 3)
    _, task = await running(line, Pauses(first=1, most=5, steady=0))
    await ended(task)
    assert slept == [1, 1, 1]


async def test_the_state_tells_why_it_waits():
    waiting = asyncio.Event()

    async def connect(connected):
        waiting.set()
        raise PlatformRefused("令牌不对，请检查 ASSISTANT408_FAKE__TOKEN。")

    supervisor = Supervisor("fake", connect, Pauses(refused=60))
    task = asyncio.create_task(supervisor.forever())
    await waiting.wait()
    await asyncio.sleep(0)

    state = supervisor.state()
    assert state["ok"] is False
    assert state["state"] == "refused"
    assert "ASSISTANT408_FAKE__TOKEN" in state["error"]
    await ended(task)


async def test_an_address_in_an_error_is_not_told():
    async def connect(connected):
        raise OSError("cannot reach wss://user:secret@host")

    supervisor = Supervisor("fake", connect, Pauses(first=60))
    task = asyncio.create_task(supervisor.forever())
    await asyncio.sleep(0.01)

    assert "secret" not in supervisor.problem
    assert "OSError" in supervisor.problem
    await ended(task)
