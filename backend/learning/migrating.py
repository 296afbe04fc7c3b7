"""Opening the learning record: its schema is brought up to date, or the start is refused.

All that can be known at the start is found out here: a newer schema, a damaged file, a read-only or
full disk, an unreachable server. Processes that start at once migrate one after the other: the
whole of it happens in one transaction under a lock, with SQLite as with PostgreSQL.
"""

import asyncio
import sqlite3
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection

from backend.errors import RecordUnavailable
from backend.learning.database import Database, engine_of

MIGRATIONS = Path(__file__).with_name("migrations")
_TRIES = 6
_LOCKED = "一直被其他进程占用"
_TOO_NEW = (
    "学习记录（{place}）由更新的版本建立（修订 {revision}），"
    "当前版本不认识，请升级程序或换一个数据目录。"
)


async def open_database(url: str, data_dir: Path) -> Database:
    """Open the learning record at ``url`` ("" for a file in ``data_dir``), migrated.

    Before an existing SQLite schema is changed, the file is copied to
    ``learning.sqlite3.before-<revision>``. RecordUnavailable, in one sentence, when it cannot be
    used for writing or was made by a newer version.
    """
    for attempt in range(_TRIES):
        try:
            await asyncio.to_thread(_run, url, data_dir)
            break
        except RecordUnavailable as error:
            # Switching a new file to its write-ahead log does not wait for other processes.
            if _LOCKED not in str(error) or attempt == _TRIES - 1:
                raise
            await asyncio.sleep(0.2 * 2**attempt)
    return Database(*engine_of(url, data_dir))


def _run(url: str, data_dir: Path) -> None:
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecordUnavailable(f"数据目录 {data_dir} 建不了：{error.strerror}。") from error
    asyncio.run(_migrate(url, data_dir))


async def _migrate(url: str, data_dir: Path) -> None:
    database = Database(*engine_of(url, data_dir))
    try:
        async with database.recording() as connection:
            await _check(connection, database)
            await connection.run_sync(_upgrade, database.place)
            # Proves that the disk takes writes, also when there was nothing to migrate.
            await connection.execute(text("UPDATE alembic_version SET version_num = version_num"))
    finally:
        await database.aclose()


async def _check(connection: AsyncConnection, database: Database) -> None:
    if not database.is_sqlite:
        return
    found = (await connection.exec_driver_sql("PRAGMA quick_check(1)")).scalar()
    if found != "ok":
        raise RecordUnavailable(
            f"学习记录（{database.place}）用不了：数据库文件已损坏，请用备份恢复。"
        )


def _upgrade(connection: Connection, place: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    scripts = ScriptDirectory.from_config(config)
    head = scripts.get_current_head()
    current = MigrationContext.configure(connection).get_current_revision()
    if current == head:
        return
    if current is not None:
        known = {script.revision for script in scripts.walk_revisions()}
        if current not in known:
            raise RecordUnavailable(_TOO_NEW.format(place=place, revision=current))
        _copy(connection, f"before-{head}")
    command.upgrade(config, "head")


def _copy(connection: Connection, suffix: str) -> None:
    """Copy the SQLite file as it is before the transaction; a half copy never has the name."""
    if connection.dialect.name != "sqlite" or not connection.engine.url.database:
        return
    path = Path(connection.engine.url.database)
    copy, unfinished = (path.with_name(f"{path.name}.{end}") for end in (suffix, "unfinished"))
    unfinished.unlink(missing_ok=True)
    source, target = sqlite3.connect(path), sqlite3.connect(unfinished)
    try:
        source.backup(target)
    finally:
        source.close()
        target.close()
    unfinished.replace(copy)
