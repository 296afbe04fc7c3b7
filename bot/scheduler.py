"""The clock: APScheduler wakes the pusher at the groups' times, and every half minute besides.

The triggers only decide when somebody looks; what is due, and whether it was sent before, the
ledger decides. So a trigger that is lost, late or doubled changes nothing: jobs live in memory,
are made anew from the settings at every start, and again when any settings change.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, time
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from loguru import logger

from backend.errors import RecordUnavailable
from backend.learning.groups import Group, Groups
from backend.learning.people import People
from backend.learning.values import SHANGHAI

_GRACE_SECONDS = 3600
_STOP_SECONDS = 15.0
_SWEEP = "sweep"


class Due(Protocol):
    """Sends what is due; in production the Pusher."""

    async def run_due(self, now: datetime) -> None: ...


class Clockwork:
    """Owns the scheduler and its jobs; ``start`` in a running event loop, ``stop`` at the end."""

    def __init__(
        self,
        due: Due,
        groups: Groups,
        people: People,
        clock: Callable[[], datetime],
        sweep_seconds: int = 30,
    ) -> None:
        self._due = due
        self._groups = groups
        self._people = people
        self._clock = clock
        self._sweep_seconds = sweep_seconds
        self._scheduler = _scheduler()
        self._known: object = None
        self._running = asyncio.Lock()
        self._last_run: datetime | None = None

    @property
    def last_run(self) -> datetime | None:
        """When what is due was last looked for."""
        return self._last_run

    @property
    def times(self) -> list[str]:
        """The times of day that somebody is woken at, such as 12:30."""
        return sorted(job.id for job in self._scheduler.get_jobs() if job.id != _SWEEP)

    async def start(self) -> None:
        """Build the jobs and look at once for what was missed."""
        self._scheduler.start()
        self._scheduler.add_job(
            self.sweep, IntervalTrigger(seconds=self._sweep_seconds, timezone=SHANGHAI), id=_SWEEP
        )
        await self.sweep()

    async def stop(self) -> None:
        """Wake nobody any more; a push under way gets the time to be noted in the ledger."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await self._running.acquire()
        except TimeoutError:
            logger.warning("退出时还有推送没有收尾，它会在台账里记为状态不明")

    async def sweep(self) -> None:
        """Take up changed settings, then send what is due."""
        try:
            await self._refresh()
        except RecordUnavailable as error:
            logger.error("学习记录现在用不了，定时设置稍后再读：{}", error)
        await self.run()

    async def run(self) -> None:
        """Send what is due, once at a time."""
        async with self._running:
            self._last_run = self._clock()
            await self._due.run_due(self._last_run)

    async def _refresh(self) -> None:
        reminders = await self._people.reminders()
        known = (await self._groups.versions(), sorted(r.at for r in reminders))
        if known == self._known:
            return
        wanted = set(_times(await self._groups.all())) | {r.at for r in reminders}
        self._schedule(wanted)
        self._known = known

    def _schedule(self, wanted: Iterable[time]) -> None:
        names = {f"{at:%H:%M}": at for at in wanted}
        for job in self._scheduler.get_jobs():
            if job.id not in names and job.id != _SWEEP:
                job.remove()
        for name, at in names.items():
            if self._scheduler.get_job(name) is None:
                trigger = CronTrigger(hour=at.hour, minute=at.minute, timezone=SHANGHAI)
                self._scheduler.add_job(self.run, trigger, id=name)


def _scheduler() -> AsyncIOScheduler:
    return AsyncIOScheduler(
        timezone=SHANGHAI,
        job_defaults={"coalesce": True, "misfire_grace_time": _GRACE_SECONDS, "max_instances": 2},
    )


def _times(groups: Iterable[Group]) -> Iterable[time]:
    for group in groups:
        if group.settings.enabled and not group.settings.paused:
            yield from group.settings.times
        if group.settings.enabled:
            yield group.settings.reveal
