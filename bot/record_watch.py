"""Looks after the learning record while the bot runs: notices that it fails, and that it is back.

SQLite's open connections outlive their file: they go on writing into one that was deleted or moved
away, and go on failing on one that was put back. So they are closed when either is found.
"""

from pathlib import Path

from loguru import logger

from backend.errors import RecordUnavailable
from backend.learning.database import Database
from backend.learning.groups import Groups

_MOVED = "学习记录的文件（{}）被移走或换掉了，改用现在那里的文件；其间的作答可能没有留下"


class RecordWatch:
    """One per process; ``look`` may be called at any time, and costs one small query."""

    def __init__(self, database: Database, groups: Groups) -> None:
        self._database = database
        self._groups = groups
        self._file = _file_of(database)
        self._known = _identity(self._file)
        self._problem = ""

    async def look(self) -> str:
        """Say what is wrong with the record in one sentence, "" when it works. Never raises."""
        await self._follow_the_file()
        try:
            await self._groups.versions()  # reads a table: SELECT 1 would touch no file
        except RecordUnavailable as error:
            await self._database.engine.dispose()
            if not self._problem:
                logger.error("{}", error)
            self._problem = str(error)
        else:
            if self._problem:
                logger.warning("学习记录又能用了")
            self._problem = ""
        return self._problem

    async def _follow_the_file(self) -> None:
        found = _identity(self._file)
        if found == self._known:
            return
        logger.error(_MOVED, self._file)
        self._known = found
        await self._database.engine.dispose()


def _file_of(database: Database) -> Path | None:
    name = database.engine.url.database if database.is_sqlite else None
    return Path(name) if name and not name.startswith("file:") else None


def _identity(file: Path | None) -> tuple[int, int] | None:
    if file is None:
        return None
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
