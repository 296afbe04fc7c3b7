"""The learning record on both databases, for its contracts."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from backend.learning.migrating import open_database
from tests.learning import Record, open_record
from tests.postgres import Cluster, find_programs


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    programs = find_programs()
    if programs is None:
        pytest.skip("PostgreSQL 没有安装（找不到 initdb、pg_ctl、postgres）")
    cluster = Cluster(programs)
    cluster.create()
    yield cluster
    cluster.destroy()


@pytest.fixture(scope="session")
def migrated(postgres: Cluster, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the address of a database with our tables, to be copied: quicker than migrating."""

    async def migrate() -> str:
        url = await postgres.new_database()
        await (await open_database(url, tmp_path_factory.mktemp("unused"))).aclose()
        return url

    return asyncio.run(migrate())


@pytest.fixture(params=["sqlite", "postgresql"])
def source(request: pytest.FixtureRequest) -> tuple[Cluster, str] | None:
    if request.param == "sqlite":
        return None
    return request.getfixturevalue("postgres"), request.getfixturevalue("migrated")


@pytest.fixture
async def record_url(source: tuple[Cluster, str] | None) -> str:
    """Give the address of an empty learning record on each of the two databases."""
    if source is None:
        return ""
    cluster, migrated = source
    return await cluster.new_database(like=migrated)


@pytest.fixture
async def record(record_url: str, tmp_path) -> AsyncIterator[Record]:
    async with open_record(record_url, tmp_path) as record:
        yield record
