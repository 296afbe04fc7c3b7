"""Opening the learning record: its schema is brought up to date, or the start is refused.

All that can be known at the start is found out here: a newer schema, a damaged file, a read-only or
full disk, an unreachable server. Processes that start at once migrate one after the other: the
whole of it happens in one transaction under a lock, with SQLite as with PostgreSQL. Alembic is
imported only where there is something to migrate: it would cost every start 60 ms.
"""

import asyncio
import sqlite3
from pathlib import Path

from sqlalchemy import Connection, inspect, text
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
    newest, current = _newest(), _current(connection)
    if current == newest:
        return
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    if current is not None:
        scripts = ScriptDirectory.from_config(config)
        if current not in {script.revision for script in scripts.walk_revisions()}:
            raise RecordUnavailable(_TOO_NEW.format(place=place, revision=current))
        _copy(connection, f"before-{newest}")
    command.upgrade(config, "head")


def _newest() -> str:
    """Return the last revision: files are named after theirs, rev_0001_…, in their order."""
    return max(path.name.split("_")[1] for path in (MIGRATIONS / "versions").glob("rev_*.py"))


def _current(connection: Connection) -> str | None:
    """Return the revision of the schema, None for an empty database."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


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
