"""A scripted month: a simulated clock, real stores, the real scheduler, two instances.

Three groups and forty members from 1 to 30 November 2026. Instances are restarted three times (once
in the middle of a push), the platform is gone for ten minutes at one push time and for two hours
at another, settings are changed a minute before a push, and every event may reach both instances.
Afterwards each push was made exactly once or skipped with its reason, each acknowledged answer is
stored once, and the state folded from the log is the state that is stored.
"""

import asyncio
import random
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from backend.conversation.embedded import open_redis
from backend.conversation.redis_store import RedisStore
from backend.learning.groups import GroupSettings, slots_of
from backend.learning.rebuild import rebuild
from backend.learning.tables import attempts as attempts_table
from backend.learning.values import SHANGHAI, study_day
from bot.scheduler import Clockwork
from plugins.answers import is_answer
from plugins.messages import Conversation
from plugins.router import Limits, Router
from tests.fakes_outbox import FakeOutbox
from tests.learning_house import learning_house

FIRST, DAYS = date(2026, 11, 1), 30
GROUPS = [Conversation("fake", "bot", str(number), is_group=True) for number in (100, 200, 300)]
SETTINGS = [
    GroupSettings(enabled=True),
    GroupSettings(enabled=True, times=(time(8, 0), time(18, 0)), count=3, reveal=time(22, 0)),
    GroupSettings(enabled=True, weekdays=(0, 1, 2, 3, 4), skipped_subjects=("CN",)),
]
MEMBERS = [str(number) for number in range(1, 41)]
STEPS = [
    (0, 10), (7, 0), (8, 0), (8, 1), (8, 3), (9, 0), (12, 0), (12, 29), (12, 30), (12, 31),
    (12, 33), (12, 36), (12, 41), (13, 31), (18, 0), (18, 2), (20, 0), (21, 30), (22, 0), (23, 30),
]  # fmt: skip
OUTAGE, LONG_OUTAGE, CRASH, EDIT = 9, 12, 16, 19
RESTARTS = {(5, (9, 0)), (CRASH, (12, 33)), (24, (12, 29))}


class Instance:
    """One process: it is stopped and started again, its stores and its scheduler with it."""

    def __init__(self, name, folder, outbox, redis):
        self.name, self._folder, self._outbox, self._redis = name, folder, outbox, redis
        self._generation = 0

    async def start(self):
        self._generation += 1
        self._stack = AsyncExitStack()
        self.house = await self._stack.enter_async_context(
            learning_house(
                self._folder,
                outbox=self._outbox,
                instance=f"{self.name}-{self._generation}",
                seed=self._generation,
            )
        )
        self.house.now = now()
        self.clock = Clockwork(
            self.house.pusher, self.house.groups, self.house.people, now, sweep_seconds=600
        )
        self.house.pusher._courier._clock = now
        self.router = Router(
            [self.house.quiz], self._redis, self._redis, Limits(per_user=None), unmetered=is_answer
        )
        await self.clock.start()

    async def stop(self):
        await self.clock.stop()
        await self._stack.aclose()

    async def wake(self):
        """Let the scheduler do what is due at the simulated time, and wait for its jobs."""
        self.house.now = now()
        self.clock._scheduler.wakeup()
        await asyncio.sleep(0)  # it only asks the loop to look at the jobs
        executor = self.clock._scheduler._lookup_executor("default")
        while executor._pending_futures:
            await asyncio.gather(*executor._pending_futures, return_exceptions=True)


def now():
    return datetime.now(SHANGHAI)


class Month:
    """Turns the days and keeps the books of what members were told."""

    def __init__(self, instances, outbox, traveller):
        self.instances, self.outbox, self.traveller = instances, outbox, traveller
        self.chance = random.Random(2026)
        self.acknowledged = Counter()
        self.seen = 0

    async def day(self, number):
        day = FIRST + timedelta(days=number - 1)
        for hour, minute in STEPS:
            self.traveller.move_to(
                datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)
            )
            await self.events(number, (hour, minute))
            await asyncio.gather(*(one.wake() for one in self.instances))
            await self.answers()

    async def events(self, number, at):
        if number == OUTAGE:
            self.outbox.connected = not (12, 25) <= at < (12, 35)
        if number == LONG_OUTAGE:
            self.outbox.connected = not (12, 25) <= at < (14, 25)
        if (number, at) == (CRASH, (12, 30)):
            self.outbox.failures.append(asyncio.CancelledError())
            self.outbox.delivers_anyway = True
        if (number, at) == (EDIT, (12, 29)):
            settings = replace(SETTINGS[0], times=(time(12, 41),))
            await self.save(GROUPS[0], settings)
        if (number, at) in RESTARTS:
            one = self.chance.choice(self.instances)
            await one.stop()
            await one.start()

    async def save(self, group, settings):
        await self.instances[0].house.groups.save(
            group.key, group.platform, group.bot, group.id, settings, now()
        )

    async def answers(self):
        """Some of the members answer what was sent since, by turns through both instances."""
        fresh, self.seen = self.outbox.sent[self.seen :], len(self.outbox.sent)
        for key, reply in fresh:
            if reply.asking is None:
                continue
            group = next(g for g in GROUPS if g.key == key)
            for user in self.members(group):
                if self.chance.random() < 0.6:
                    await self.answer(group, user, reply.asking)

    def members(self, group):
        return MEMBERS[GROUPS.index(group) :: 3] + (["1"] if group is not GROUPS[0] else [])

    async def answer(self, group, user, asking_id):
        house = self.chance.choice(self.instances).house
        asking = await house.askings.get(asking_id)
        letter = asking.shown_answer if self.chance.random() < 0.6 else self.chance.choice("ABCD")
        words = f"{letter} 蒙的" if self.chance.random() < 0.1 else letter
        place = f"{asking.place}{words}"
        # In private the newest question of all one's groups is meant: not for who has two.
        private = user != "1" and self.chance.random() < 0.2
        if private:
            identity = await house.people.identify("fake", user, now())
            await house.people.seen(group.key, identity.id, now())
        window = house.private(user) if private else group
        recent = await house.askings.of_group(group.key, now() - timedelta(days=2))
        text = place if sum(one.revealed_at is None for one in recent) > 1 else words
        message = house.message(text, user=user, conversation=window)
        message = replace(message, id=f"{asking_id}-{user}")
        for _ in range(self.chance.choice((1, 1, 1, 2))):  # some events come twice
            reply = await self.chance.choice(self.instances).router.handle(message)
            if "收到" in reply.text or "依据" in reply.text:
                self.acknowledged[user, asking_id] += 1


@pytest.mark.timeout(600)
async def test_a_month_with_three_groups_forty_members_and_two_instances(tmp_path):
    outbox = FakeOutbox()
    start = datetime(2026, 11, 1, 0, 5, tzinfo=SHANGHAI)
    handle = await open_redis("", tmp_path, 2.0)
    redis = RedisStore(handle.link, max_turns=20, ttl_seconds=86400, dedupe_seconds=600)
    with time_machine.travel(start, tick=False) as traveller:
        instances = [Instance(name, tmp_path, outbox, redis) for name in ("one", "two")]
        for one in instances:
            await one.start()
        month = Month(instances, outbox, traveller)
        try:
            for group, settings in zip(GROUPS, SETTINGS, strict=True):
                await month.save(group, settings)
            for number in range(1, DAYS + 1):
                await month.day(number)
            house = instances[0].house
            await check_pushes(house, outbox)
            await check_answers(house, month)
        finally:
            for one in instances:
                await one.stop()
            await handle.aclose()


async def check_pushes(house, outbox):
    sent = Counter(reply.asking for _, reply in outbox.sent if reply.asking)
    states = Counter()
    days = [FIRST + timedelta(number) for number in range(DAYS)]
    for number in range(1, DAYS + 1):
        day = FIRST + timedelta(days=number - 1)
        rows = {(row.target, row.slot): row for row in await house.ledger.of_day(day)}
        for group, settings in zip(GROUPS, SETTINGS, strict=True):
            for slot in slots_of(settings, day):
                row = rows[group.key, slot.name]
                states[row.state] += 1
                assert row.state in ("confirmed", "skipped", "unknown"), row
                assert row.state == "confirmed" or row.reason, row
                times = sent[row.asking_id] if row.asking_id else 0
                assert times == (row.state != "skipped"), (row, times)
    reveals = Counter((key, reply.text) for key, reply in outbox.sent if "日答案】" in reply.text)
    assert len(reveals) == states["confirmed"] + states["unknown"]
    assert max(reveals.values()) == 1
    # What was under way when a process was killed: the pushes of two groups are made side by side.
    unknown = [row for day in days for row in await house.ledger.of_day(day)]
    unknown = [row for row in unknown if row.state == "unknown"]
    assert 1 <= states["unknown"] <= 2
    assert {row.day.day for row in unknown} == {CRASH}
    # Two hours without a platform: the question of one group at 12:30 and none of the others'.
    skipped = [
        row for day in range(30) for row in await house.ledger.of_day(FIRST + timedelta(day))
    ]
    skipped = [row for row in skipped if row.state == "skipped"]
    reasons = {(row.day.day, row.reason) for row in skipped}
    assert reasons == {(LONG_OUTAGE, "没有连接，超过了补发时限（60 分钟）")}
    assert sum(states.values()) == 30 + 90 + 21


async def check_answers(house, month):
    async with house.database.reading() as connection:
        stored = (
            await connection.execute(select(func.count()).select_from(attempts_table))
        ).scalar()
    assert len(month.acknowledged) > 800
    assert stored == len(month.acknowledged)
    assert set(month.acknowledged.values()) == {1}, "an event that came twice was answered twice"
    report = await rebuild(house.database, dry_run=True)
    assert report.differences == []
    assert report.attempts == stored
    asked = [a for g in GROUPS for a in await house.askings.of_group(g.key, now() - timedelta(60))]
    await check_variety(asked)
    assert study_day(now()) == date(2026, 11, 30)


async def check_variety(asked):
    """No question comes again within sixty days."""
    for group in GROUPS:
        ids = [a.question.id for a in asked if a.group_key == group.key]
        assert len(ids) == len(set(ids))
