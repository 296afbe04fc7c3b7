"""The clock: APScheduler wakes the pusher at the groups' times, and every half minute besides.

The triggers only decide when somebody looks; what is due, and whether it was sent before, the
ledger decides. So a trigger that is lost, late or doubled changes nothing: jobs live in memory,
are made anew from the settings at every start, and again when any settings change.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from datetime import datetime, time
from typing import Any, Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from loguru import logger

from backend.errors import RecordUnavailable
from backend.learning.groups import Group, Groups
from backend.learning.people import People
from backend.learning.values import SHANGHAI

_GRACE_SECONDS = 3600
_FINISH_SECONDS = 2.0
_NOTE_SECONDS = 0.7
"""Together less than what a hook at the end gets (``platforms.serving``)."""
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
        self._tasks: set[asyncio.Task[None]] = set()
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
            self._own,
            IntervalTrigger(seconds=self._sweep_seconds, timezone=SHANGHAI),
            [self.sweep],
            id=_SWEEP,
        )
        await self._own(self.sweep)

    async def stop(self) -> None:
        """Wake nobody any more; pushes under way get the time to be confirmed, then to be noted."""
        if not self._scheduler.running:
            return
        self._scheduler.pause()
        if not await self._is_idle(_FINISH_SECONDS):
            logger.warning("退出时还有推送没有得到确认，它会在台账里记为不确定，不会再发")
        await self._cancel()
        self._scheduler.shutdown(wait=False)

    async def _cancel(self) -> None:
        """End what is under way, giving it the time to note that in the ledger."""
        tasks = set(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=_NOTE_SECONDS)

    async def _own(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do ``work`` in a task of ours: cancelled by ``stop``, and by nobody before.

        The scheduler cancels its jobs at once when it ends, and logs each as a failure.
        """
        task = asyncio.create_task(work())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.wait({task})
        if not task.cancelled():
            task.result()

    async def _is_idle(self, seconds: float) -> bool:
        """Wait so long for the run under way; whether it has ended."""
        try:
            async with asyncio.timeout(seconds), self._running:
                return True
        except TimeoutError:
            return False

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
                self._scheduler.add_job(self._own, trigger, [self.run], id=name)


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
