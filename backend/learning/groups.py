"""What each group has chosen: when it is asked, how much, and what not."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from backend.learning.database import Database, upsert
from backend.learning.tables import group_settings
from backend.learning.values import SHANGHAI

MAX_QUESTIONS, MAX_TIMES = 5, 4
REVEAL_AFTER = timedelta(minutes=30)
"""A question that comes later than this before the day's reveal is revealed the day after."""

EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)


@dataclass(frozen=True, slots=True)
class GroupSettings:
    """Times are of day in Asia/Shanghai; ``weekdays`` 0 is Monday.

    ``count`` questions a day are spread over ``times``, the earlier ones getting more.
    ``changed_at`` is when it was switched on or its times were changed: what was due before that is
    not made up for. ``paused`` is the operator's switch.
    """

    enabled: bool = False
    times: tuple[time, ...] = (time(12, 30),)
    reveal: time = time(21, 30)
    count: int = 1
    skipped_subjects: tuple[str, ...] = ()
    weekdays: tuple[int, ...] = EVERY_DAY
    quiet: tuple[time, time] | None = (time(23, 0), time(7, 0))
    levels: tuple[int, int] = (1, 5)
    paused: bool = False
    changed_at: datetime | None = None

    def is_quiet(self, at: time) -> bool:
        """Whether the group wants no push at this time of day."""
        if self.quiet is None:
            return False
        begin, end = self.quiet
        return begin <= at < end if begin <= end else at >= begin or at < end


@dataclass(frozen=True, slots=True)
class Slot:
    """One question of a day: ``place`` counts from 1; the name does not change with the time."""

    place: int
    day: date
    due_at: datetime
    reveal_at: datetime

    @property
    def name(self) -> str:
        return f"question-{self.place}"


@dataclass(frozen=True, slots=True)
class Group:
    """A group that the bot knows: where it is, and its settings in their ``version``."""

    key: str
    platform: str
    bot: str
    conversation_id: str
    settings: GroupSettings
    version: int


def slots_of(settings: GroupSettings, day: date) -> list[Slot]:
    """List the questions of ``day`` in order, switched on or not; none on a day off."""
    if day.weekday() not in settings.weekdays:
        return []
    times = sorted(settings.times)
    each, more = divmod(settings.count, len(times))
    dues = [t for i, t in enumerate(times) for _ in range(each + (i < more))]
    return [
        Slot(place, day, at := _moment(day, due), _reveal(settings, day, at))
        for place, due in enumerate(dues, start=1)
    ]


def _reveal(settings: GroupSettings, day: date, asked_at: datetime) -> datetime:
    same_day = _moment(day, settings.reveal)
    if same_day - asked_at >= REVEAL_AFTER:
        return same_day
    return _moment(day + timedelta(days=1), settings.reveal)


def _moment(day: date, at: time) -> datetime:
    return datetime.combine(day, at, SHANGHAI)


def as_json(settings: GroupSettings) -> dict[str, Any]:
    """Write settings as plain JSON values."""
    values = asdict(settings)
    values["times"] = [_clock(t) for t in settings.times]
    values["reveal"] = _clock(settings.reveal)
    values["quiet"] = [_clock(t) for t in settings.quiet] if settings.quiet else None
    values["changed_at"] = settings.changed_at.isoformat() if settings.changed_at else None
    return values


def from_json(values: Mapping[str, Any]) -> GroupSettings:
    """Read what ``as_json`` wrote; fields that are missing or unknown fall back to the default."""
    known = {field.name for field in fields(GroupSettings)}
    read = {name: _read(name, value) for name, value in values.items() if name in known}
    return GroupSettings(**read)


def _read(name: str, value: Any) -> Any:
    match name:
        case "times":
            return tuple(time.fromisoformat(t) for t in value)
        case "reveal":
            return time.fromisoformat(value)
        case "quiet":
            return tuple(time.fromisoformat(t) for t in value) if value else None
        case "changed_at":
            return datetime.fromisoformat(value).astimezone(SHANGHAI) if value else None
        case "skipped_subjects" | "weekdays" | "levels":
            return tuple(value)
        case _:
            return value


def _clock(at: time) -> str:
    return at.strftime("%H:%M")


class Groups:
    """The settings of all groups, in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> list[Group]:
        """Return every group that ever changed a setting, in a fixed order."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(group_settings).order_by(group_settings.c.group_key)
            )
            return [_group(row._mapping) for row in rows]

    async def get(self, group_key: str) -> Group | None:
        """Return one group; None when it never changed a setting."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(group_settings).where(group_settings.c.group_key == group_key)
            )
            row = rows.first()
        return _group(row._mapping) if row is not None else None

    async def versions(self) -> dict[str, int]:
        """Return the version of each group's settings: cheap to ask whether anything changed."""
        async with self._database.reading() as connection:
            rows = await connection.execute(
                select(group_settings.c.group_key, group_settings.c.version)
            )
            return {row[0]: row[1] for row in rows}

    async def save(
        self,
        group_key: str,
        platform: str,
        bot: str,
        conversation_id: str,
        settings: GroupSettings,
        now: datetime,
    ) -> Group:
        """Store the settings of a group; what is due counts from ``now`` when times changed."""
        place = {"platform": platform, "bot": bot, "conversation_id": conversation_id}
        key = group_settings.c.group_key == group_key
        # One after the other, in all processes: two may be the first to save.
        async with self._database.recording() as connection:
            stored = (await connection.execute(select(group_settings).where(key))).first()
            before = _group(stored._mapping) if stored is not None else None
            if before is None or _schedule(before.settings) != _schedule(settings):
                settings = replace(settings, changed_at=now)
            version = before.version + 1 if before is not None else 1
            written = {"version": version, "values": as_json(settings), "updated_at": now}
            row = {"group_key": group_key, **place, **written}
            await upsert(connection, group_settings, [row])
        return Group(group_key, platform, bot, conversation_id, settings, version)


def _schedule(settings: GroupSettings) -> tuple[Any, ...]:
    """What decides when something is due."""
    switched_on = settings.enabled and not settings.paused
    return (switched_on, settings.times, settings.weekdays, settings.count)


def _group(row: Mapping[Any, Any]) -> Group:
    return Group(
        row["group_key"],
        row["platform"],
        row["bot"],
        row["conversation_id"],
        from_json(row["values"]),
        row["version"],
    )
