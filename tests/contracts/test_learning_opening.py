"""Opening the record: migrated, or refused with one sentence."""

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from backend.errors import RecordUnavailable
from backend.learning import migrating, tables
from backend.learning.database import SQLITE_FILE
from backend.learning.migrating import open_database
from tests.learning import open_record

NEXT = """
import sqlalchemy as sa
from alembic import op
revision = "0002"
down_revision = "0001"
def upgrade():
    op.add_column("people", sa.Column("more", sa.Integer))
    {more}
"""


@pytest.fixture
async def empty_url(source) -> str:
    return "" if source is None else await source[0].new_database()


def with_next(folder: Path, monkeypatch, more: str = "") -> None:
    """Let the program have one more revision than it has."""
    copy = shutil.copytree(migrating.MIGRATIONS, folder / "migrations")
    (copy / "versions" / "rev_0002_next.py").write_text(NEXT.format(more=more))
    monkeypatch.setattr(migrating, "MIGRATIONS", copy)


async def refusal(url: str, folder: Path) -> str:
    with pytest.raises(RecordUnavailable) as refused:
        await open_database(url, folder)
    said = str(refused.value)
    assert "\n" not in said
    assert said.endswith("。")
    return said


async def test_an_empty_database_gets_the_tables_as_they_are_declared(empty_url, tmp_path):
    database = await open_database(empty_url, tmp_path / "new" / "folder")

    def differences(connection):
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        return compare_metadata(context, tables.metadata)

    async with database.reading() as connection:
        assert await connection.run_sync(differences) == []
    await database.aclose()


async def test_sqlite_keeps_what_was_committed_and_what_refers_to_it(tmp_path):
    async with open_record("", tmp_path) as record, record.database.reading() as connection:
        pragmas = {
            "synchronous": 2,
            "journal_mode": "wal",
            "foreign_keys": 1,
            "secure_delete": 1,  # some builds of SQLite have it by default
        }
        for pragma, value in pragmas.items():
            found = await connection.exec_driver_sql(f"PRAGMA {pragma}")
            assert found.scalar() == value, pragma


async def test_opening_again_changes_nothing(empty_url, tmp_path):
    for _ in range(2):
        async with open_record(empty_url, tmp_path) as record:
            me = await record.person()
    assert me.id == 1
    assert not list(tmp_path.glob("*before*"))


def test_revisions_are_numbered_in_the_order_of_their_history():
    config = Config()
    config.set_main_option("script_location", str(migrating.MIGRATIONS))
    config.set_main_option("path_separator", "os")
    scripts = list(ScriptDirectory.from_config(config).walk_revisions())
    numbers = [script.revision for script in scripts]
    assert numbers == sorted(numbers, reverse=True)
    assert all(Path(s.path).name.startswith(f"rev_{s.revision}_") for s in scripts)


def test_a_start_without_anything_to_migrate_does_not_import_alembic(tmp_path):
    opens = (
        "import asyncio, sys; from pathlib import Path;"
        "from backend.learning.migrating import open_database;"
        "asyncio.run(open_database('', Path(sys.argv[1])));"
        "print('alembic' in sys.modules)"
    )
    for imported in ("True", "False"):
        run = [sys.executable, "-c", opens, str(tmp_path)]
        done = subprocess.run(run, capture_output=True, text=True, check=True, timeout=60)
        assert done.stdout.strip() == imported


async def test_a_newer_schema_is_refused(empty_url, tmp_path):
    database = await open_database(empty_url, tmp_path)
    async with database.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await database.aclose()
    said = await refusal(empty_url, tmp_path)
    assert "9999" in said
    assert "更新的版本" in said


async def test_an_older_schema_is_migrated_with_its_rows(empty_url, tmp_path, monkeypatch):
    async with open_record(empty_url, tmp_path) as record:
        me = await record.person()
    with_next(tmp_path, monkeypatch)
    async with open_record(empty_url, tmp_path) as record:
        assert await record.people.find("qq", "1") == me
        async with record.database.reading() as connection:
            assert (await connection.execute(text("SELECT more FROM people"))).all() == [(None,)]


async def test_the_file_is_copied_before_it_is_changed(tmp_path, monkeypatch):
    async with open_record("", tmp_path) as record:
        await record.person()
    with_next(tmp_path, monkeypatch)
    await (await open_database("", tmp_path)).aclose()
    [copy] = tmp_path.glob(f"{SQLITE_FILE}.*before*")
    assert copy.name == f"{SQLITE_FILE}.before-0002"
    with sqlite3.connect(copy) as old:
        assert old.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]
        assert old.execute("SELECT user_id FROM identities").fetchall() == [("1",)]
    old.close()


async def test_a_migration_that_fails_leaves_everything_as_it_was(empty_url, tmp_path, monkeypatch):
    async with open_record(empty_url, tmp_path) as record:
        me = await record.person()
    with monkeypatch.context() as patch:
        with_next(tmp_path, patch, more='op.execute("SELECT * FROM nothing")')
        with pytest.raises(RecordUnavailable):
            await open_database(empty_url, tmp_path)
    async with open_record(empty_url, tmp_path) as record:
        assert await record.people.find("qq", "1") == me


async def test_a_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / SQLITE_FILE).write_text("这是一封信。" * 200)
    assert "备份" in await refusal("", tmp_path)


async def test_a_damaged_file_is_refused(tmp_path):
    async with open_record("", tmp_path) as record:
        for number in range(50):
            await record.person(str(number))
    path = tmp_path / SQLITE_FILE
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // 4)
        file.write(b"\xff" * (size // 2))
    assert "损坏" in await refusal("", tmp_path)


async def test_a_read_only_database_is_refused(tmp_path):
    await (await open_database("", tmp_path)).aclose()
    url = f"sqlite:///file:{tmp_path / SQLITE_FILE}?mode=ro&uri=true"
    assert "写权限" in await refusal(url, tmp_path)


async def test_a_data_directory_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("")
    assert "数据目录" in await refusal("", tmp_path / "file" / "below")


async def test_a_server_that_is_not_there_is_refused(tmp_path):
    said = await refusal("postgresql://me:secret@127.0.0.1:9/learning", tmp_path)
    assert "连不上" in said
    assert "secret" not in said


async def test_a_database_that_is_not_there_is_refused(postgres, tmp_path):
    assert "没有这个数据库" in await refusal(postgres.url_of("nothing"), tmp_path)


@pytest.mark.parametrize("url", ["mysql://me@host/db", "nonsense", "postgresql://"])
async def test_an_address_that_makes_no_sense_is_refused(url, tmp_path):
    await refusal(url, tmp_path)
