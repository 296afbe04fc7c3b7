"""One knowledge base, one tiny model and one real server for all tests of this folder."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.processes import run
from tests.model.vllm.bot_lessons import bot_lessons
from tests.model.vllm.checkpoint import Checkpoint, checkpoint
from tests.model.vllm.lessons import lessons
from tests.model.vllm.server import VllmServer, serving_command


@pytest.fixture(scope="session")
def built_data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with a knowledge base of the shipped content; not to be written to."""
    data_dir = tmp_path_factory.mktemp("built") / "data"
    done = run("kb_builder", "build", data_dir=data_dir, seconds=300)
    assert done.code == 0, done.err
    return data_dir


@pytest.fixture
def data_dir(built_data_dir: Path, tmp_path: Path) -> Path:
    """A data directory of the test's own, with the built knowledge base."""
    return Path(shutil.copytree(built_data_dir, tmp_path / "data"))


@pytest.fixture(scope="session")
def tiny(built_data_dir: Path) -> Checkpoint:
    """The tiny model, which knows its lessons and what the bot's own prompts are to be answered."""
    return checkpoint(lessons(bot_lessons(built_data_dir)))


@pytest.fixture(scope="session")
def one_server(tiny: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> Iterator[VllmServer]:
    """The server, perhaps not running."""
    folder = tmp_path_factory.mktemp("vllm")
    server = VllmServer(serving_command(tiny, folder / "config"), folder / "vllm.log")
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def server(one_server: VllmServer) -> VllmServer:
    """The server, ready; a test may kill it."""
    one_server.ensure_ready()
    return one_server
