"""A knowledge base built once, and a copy of it for every test that asks."""

import shutil
from pathlib import Path

import pytest

from tests.e2e.processes import run


@pytest.fixture(scope="session")
def built_data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a knowledge base of the shipped content; not to be written to."""
    data_dir = tmp_path_factory.mktemp("built") / "data"
    done = run("kb_builder", "build", data_dir=data_dir, seconds=150)
    assert done.code == 0, done.err
    return data_dir


@pytest.fixture
def data_dir(built_data_dir: Path, tmp_path: Path) -> Path:
    """A data directory of the test's own, with the built knowledge base."""
    return Path(shutil.copytree(built_data_dir, tmp_path / "data"))
