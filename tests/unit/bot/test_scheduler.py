"""The clock: triggers of a real APScheduler over real settings."""

import asyncio
from datetime import time

import pytest
import time_machine

from bot.scheduler import Clockwork
from tests.learning_house import at, learning_house


class Runs:
    """Counts the times that somebody looked for what is due."""

    def __init__(self):
        self.at = []
        self.looked = asyncio.Event()
        self.slow = asyncio.Event()
        self.slow.set()

    async def run_due(self, now):
        self.at.append(now)
        self.looked.set()
        await self.slow.wait()


@pytest.fixture
async def house(tmp_path):
    async with learning_house(tmp_path) as made:
        yield made


def clockwork(house, runs):
    return Clockwork(runs, house.groups, house.people, lambda: house.now, sweep_seconds=3600)


async def test_jobs_are_made_of_the_settings_at_the_start_and_again_when_they_change(house):
    await house.switch_on(times=(time(8, 15), time(18, 0)))
    runs = Runs()
    clock = clockwork(house, runs)
    await clock.start()
    try:
        assert clock.times == ["08:15", "18:00", "21:30"]
        assert runs.at == [house.now], "what was missed is looked for at once"
        identity = await house.people.identify("fake", "5", at(9))
        target = {"platform": "fake", "bot": "bot", "id": "5"}
        await house.people.set_reminder(identity.person_id, time(20, 0), target, at(9))
        await house.switch_on(times=(time(12, 0),), reveal=time(22, 0))
        await clock.sweep()
        assert clock.times == ["12:00", "20:00", "22:00"]
        await house.switch_on(times=(time(12, 0),), paused=True)
        await clock.sweep()
        assert clock.times == ["20:00", "21:30"], "what was asked is still revealed"
    finally:
        await clock.stop()


async def test_a_trigger_fires_at_its_time_in_shanghai(house):
    await house.switch_on()
    runs = Runs()
    clock = clockwork(house, runs)
    with time_machine.travel(at(12, 29, second=59), tick=True):
        await clock.start()
        try:
            runs.looked.clear()
            async with asyncio.timeout(10):
                await runs.looked.wait()
        finally:
            await clock.stop()


async def test_stopping_waits_for_the_run_under_way(house):
    runs = Runs()
    clock = clockwork(house, runs)
    await clock.start()
    runs.slow.clear()
    running = asyncio.create_task(clock.run())
    await asyncio.sleep(0.05)
    stopping = asyncio.create_task(clock.stop())
    await asyncio.sleep(0.05)
    assert not stopping.done()
    runs.slow.set()
    await asyncio.gather(running, stopping)


async def test_two_runs_never_overlap(house):
    runs = Runs()
    clock = clockwork(house, runs)
    await clock.start()
    runs.slow.clear()
    both = [asyncio.create_task(clock.run()) for _ in range(2)]
    await asyncio.sleep(0.05)
    assert len(runs.at) == 2, "one from the start, one that is held up"
    runs.slow.set()
    await asyncio.gather(*both)
    await clock.stop()
