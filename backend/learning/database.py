"""One engine for the learning record: SQLite in the data directory, or PostgreSQL by its address.

SQLite runs with a write-ahead log and ``synchronous=FULL``: what was committed survives the loss of
power. Its writers take the lock at the beginning (BEGIN IMMEDIATE), so that two of them wait for
each other instead of failing in the middle. Every statement has a deadline.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Table, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from backend.errors import RecordUnavailable

SQLITE_FILE = "learning.sqlite3"
_BUSY_SECONDS = 10.0
_SLOW_SECONDS = 15.0
_LOG_LOCK = 408_000_001  # any number, the same in every process
GONE = "这道题或这个账号已经不在学习记录里。"
_DRIVERS = {"postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}


class Database:
    """The engine and its two ways in; made by ``open_database``, which also migrates."""

    def __init__(self, engine: AsyncEngine, place: str) -> None:
        self._engine = engine
        self._place = place
        self._writer = asyncio.Lock()

    @property
    def engine(self) -> AsyncEngine:
        return self._engine

    @property
    def is_sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    @property
    def place(self) -> str:
        """Where the record is, for the operator; without a password."""
        return self._place

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[AsyncConnection]:
        """Give a connection whose statements see one state; RecordUnavailable when it fails."""
        with _translated(self._place):
            async with self._engine.connect() as connection:
                if self.is_sqlite:
                    await connection.exec_driver_sql("BEGIN")
                else:
                    await connection.execution_options(isolation_level="REPEATABLE READ")
                yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncGenerator[AsyncConnection]:
        """Give a connection in a transaction that is committed at the end or not at all.

        What was written is durable when the context ends without an exception.
        RecordUnavailable when the database cannot be reached, is full or stays locked.
        """
        with _translated(self._place):
            async with self._turn(), self._engine.connect() as connection:
                if self.is_sqlite:
                    await connection.exec_driver_sql("BEGIN IMMEDIATE")
                try:
                    yield connection
                except BaseException:
                    await connection.rollback()
                    raise
                await connection.commit()

    @asynccontextmanager
    async def _turn(self) -> AsyncGenerator[None]:
        """Let this process's writers queue here: SQLite's own way is to sleep and try again."""
        if not self.is_sqlite:
            yield
            return
        async with asyncio.timeout(_BUSY_SECONDS):
            await self._writer.acquire()
        try:
            yield
        finally:
            self._writer.release()

    @asynccontextmanager
    async def recording(self) -> AsyncGenerator[AsyncConnection]:
        """Give what ``writing`` gives, to one caller at a time over all processes.

        For all that adds to the log or changes who is who: what is folded from the log must be
        folded from all of it. SQLite has one writer anyway.
        """
        async with self.writing() as connection:
            if not self.is_sqlite:
                await connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOG_LOCK})"))
            yield connection

    async def ping(self) -> None:
        """Ask the database something; RecordUnavailable when it does not answer."""
        async with self.reading() as connection:
            await connection.execute(text("SELECT 1"))

    async def aclose(self) -> None:
        await self._engine.dispose()


async def upsert(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    *,
    keep: bool = False,
) -> None:
    """Insert ``rows``; where the primary key is there, overwrite, or ``keep`` what is there."""
    if not rows:
        return
    module = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = module.insert(table)
    keys = list(table.primary_key.columns)
    given = [name for name in rows[0] if not table.columns[name].primary_key]
    if keep or not given:
        statement = statement.on_conflict_do_nothing(index_elements=keys)
    else:
        new = {name: statement.excluded[name] for name in given}
        statement = statement.on_conflict_do_update(index_elements=keys, set_=new)
    await connection.execute(statement, rows)


def storable(words: str, limit: int) -> str:
    """Cut what a person typed to what both databases take: no NUL, no half characters."""
    return words.encode(errors="replace").decode().replace("\0", "")[:limit]


def engine_of(url: str, data_dir: Path) -> tuple[AsyncEngine, str]:
    """Make the engine of ``url`` ("" for SQLite below ``data_dir``) and say where it leads.

    Nothing is opened yet. RecordUnavailable when the address makes no sense.
    """
    if not url:
        path = data_dir / SQLITE_FILE
        return _sqlite(f"sqlite+aiosqlite:///{path}"), str(path)
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise RecordUnavailable(
            "数据库地址写得不对，应形如 postgresql://用户:密码@主机/库名。"
        ) from None
    place = parsed.render_as_string(hide_password=True)
    kind = parsed.get_backend_name() if "+" not in parsed.drivername else parsed.drivername
    if kind in ("sqlite", "sqlite+aiosqlite"):
        return _sqlite(str(parsed.set(drivername="sqlite+aiosqlite"))), place
    driver = _DRIVERS.get(re.sub(r"\+.*", "", parsed.drivername))
    if driver is None:
        raise RecordUnavailable(f"不支持的数据库 {parsed.drivername}，请用 SQLite 或 PostgreSQL。")
    return (
        create_async_engine(
            parsed.set(drivername=driver),
            hide_parameters=True,  # a traceback in the log must not name accounts
            pool_size=5,
            max_overflow=5,
            pool_timeout=_BUSY_SECONDS,
            pool_pre_ping=True,
            connect_args={"timeout": _BUSY_SECONDS, "command_timeout": _SLOW_SECONDS},
        ),
        place,
    )


def _sqlite(url: str) -> AsyncEngine:
    engine = create_async_engine(
        url,
        hide_parameters=True,  # a traceback in the log must not name accounts
        connect_args={"timeout": _BUSY_SECONDS},
        pool_size=4,
        max_overflow=4,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        # The driver's own transactions would begin too late, and without the lock.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",  # what is forgotten is overwritten, not only unlinked
            f"busy_timeout={int(_BUSY_SECONDS * 1000)}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


class _translated:
    """Turns what the driver raises into RecordUnavailable with a sentence for the operator."""

    def __init__(self, place: str) -> None:
        self._place = place

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, IntegrityError):
            if _leads_nowhere(error):
                raise RecordUnavailable(GONE) from error
            return  # any other broken rule is news for the caller, not a broken database
        if isinstance(error, SQLAlchemyError | OSError | TimeoutError) or _of_the_driver(error):
            raise RecordUnavailable(f"学习记录（{self._place}）用不了：{_reason(error)}") from error


def _leads_nowhere(error: IntegrityError) -> bool:
    """Tell whether a row would refer to what is not there: somebody was forgotten meanwhile."""
    return "FOREIGN KEY" in str(error.orig) or _sqlstate(error) == "23503"


def _sqlstate(error: IntegrityError) -> str | None:
    return getattr(error.orig, "sqlstate", None)


def _of_the_driver(error: BaseException | None) -> bool:
    """Tell whether asyncpg raised it: SQLAlchemy lets pass what fails while connecting."""
    return isinstance(error, Exception) and type(error).__module__.startswith("asyncpg")


def _reason(error: BaseException | None) -> str:
    cause = getattr(error, "orig", None) or error
    # The adapter's own error says little more than "Error": the driver's is behind it.
    kinds = (type(one).__name__ for one in (cause, cause and cause.__cause__) if one)
    said = f"{'/'.join(kinds)}: {cause}".splitlines()[0][:200]
    for mark, meaning in _MEANINGS.items():
        if mark in said:
            return meaning
    return f"{said}。"


_MEANINGS = {
    "database or disk is full": "磁盘满了，请清理空间。",
    "attempt to write a readonly database": "文件或目录没有写权限。",
    "unable to open database file": "文件打不开，请检查目录权限和空间。",
    "database disk image is malformed": "数据库文件已损坏，请用备份恢复。",
    "file is not a database": "文件不是 SQLite 数据库，请用备份恢复。",
    "database is locked": "一直被其他进程占用。",
    "disk I/O error": "磁盘读写出错，请检查磁盘。",
    "Connect call failed": "连不上数据库服务器。",
    "getaddrinfo": "找不到数据库服务器的主机名。",
    "InvalidPassword": "数据库的用户名或密码不对。",
    "InvalidAuthorization": "数据库的用户名或密码不对。",
    "InvalidCatalogName": "服务器上没有这个数据库。",
    "InsufficientPrivilege": "数据库账号没有足够的权限。",
    "CannotConnectNow": "数据库服务器正在启动或关闭。",
    "closed in the middle": "与数据库服务器的连接断了。",
    "Timeout": "数据库没有及时回应。",
}
