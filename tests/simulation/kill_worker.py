"""Forks processes of the learning loop for ``test_kills``, so that a start costs milliseconds.

``python -m tests.simulation.kill_worker FOLDER`` reads lines ``SEED ROUNDS``, forks a process for
each and prints its number. A child pushes and answers for ``ROUNDS`` simulated steps of ten minutes
and then writes "done" on its own. What reached the chat and what members were told is appended to
``sent.log`` and ``told.log``, each with one write, as the world outside would remember it.
"""

import asyncio
import json
import os
import random
import signal
import sys
from datetime import datetime, time, timedelta
from pathlib import Path

from loguru import logger

from backend.learning.groups import GroupSettings
from backend.learning.values import SHANGHAI
from plugins.messages import Caps, Conversation, Receipt
from tests.learning_house import learning_house
from tests.unit.knowledge.shipped import shipped_linker

START = datetime(2026, 11, 1, 8, 0, tzinfo=SHANGHAI)
STEP = timedelta(minutes=10)
GROUPS = [Conversation("fake", "bot", str(number), is_group=True) for number in (1, 2, 3)]
EVERY_HOUR = tuple(time(hour) for hour in range(24))
SETTINGS = GroupSettings(enabled=True, times=EVERY_HOUR, count=24, quiet=None, reveal=time(23, 30))
MEMBERS = 4


class World:
    """The chat outside of the process: what is written here has happened."""

    def __init__(self, folder):
        self._files = {
            name: os.open(folder / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            for name in ("sent.log", "told.log")
        }
        self._chance = random.Random(os.getpid())

    def note(self, name, *values):
        os.write(self._files[name], json.dumps(values).encode() + b"\n")

    def caps(self, conversation):
        return Caps("fake", 1500, unprompted=True)

    async def send(self, conversation, reply):
        await asyncio.sleep(self._chance.uniform(0, 0.004))
        self.note("sent.log", conversation.key, reply.asking, reply.text[:40])
        await asyncio.sleep(self._chance.uniform(0, 0.004))
        return Receipt(())


async def live(folder, seed, rounds):
    world = World(folder)
    async with learning_house(folder, outbox=world, instance=f"p{os.getpid()}", seed=seed) as house:
        for group in GROUPS:
            if await house.groups.get(group.key) is None:
                place = (group.key, group.platform, group.bot, group.id)
                await house.groups.save(*place, SETTINGS, START)
        clock = folder / "clock"
        steps = int(clock.read_text()) + 1 if clock.exists() else 0
        for step in range(steps, steps + rounds):
            (folder / "clock.new").write_text(str(step))
            os.replace(folder / "clock.new", clock)
            now = START + STEP * step
            house.now = now
            await asyncio.gather(house.pusher.run_due(now), answer(house, world, now))
    (folder / "done").write_text("done")


async def answer(house, world, now):
    """Every member answers the newest questions, again and again, as people do."""
    for group in GROUPS:
        for asking in (await house.askings.of_group(group.key, now - timedelta(hours=2)))[:2]:
            await asyncio.gather(
                *(member(house, world, group, asking, str(n)) for n in range(MEMBERS))
            )


async def member(house, world, group, asking, user):
    identity = await house.people.identify("fake", f"{group.id}-{user}", house.now)
    outcome = await house.attempts.answer(asking, identity, "ABCD"[int(user) % 4], house.now)
    if outcome.status != "repeated":
        world.note("told.log", identity.id, asking.id)


def main():
    folder = Path(sys.argv[1])
    logger.remove()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    shipped_linker()  # loaded once, for all that are forked
    print("ready", flush=True)
    for line in sys.stdin:
        seed, rounds = map(int, line.split())
        child = os.fork()
        if child == 0:
            try:
                asyncio.run(live(folder, seed, rounds))
            finally:
                os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    main()
