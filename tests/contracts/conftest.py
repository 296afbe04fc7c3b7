"""The learning record on both databases, for its contracts."""

from collections.abc import AsyncIterator, Iterator

import pytest

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


@pytest.fixture(params=["sqlite", "postgresql"])
def record_url(request: pytest.FixtureRequest) -> str:
    if request.param == "sqlite":
        return ""
    cluster: Cluster = request.getfixturevalue("postgres")
    return cluster.new_database()


@pytest.fixture
async def record(record_url: str, tmp_path) -> AsyncIterator[Record]:
    async with open_record(record_url, tmp_path) as record:
        yield record
