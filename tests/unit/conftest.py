"""What many unit tests ask of, and what they hear."""

from collections.abc import Iterator

import pytest
from loguru import logger

from backend.knowledge.library import Library
from tests.unit.knowledge.small_library import small_library


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return small_library(tmp_path_factory.mktemp("content"))


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """Collect what is logged from INFO up, as ``LEVEL message``."""
    lines: list[str] = []
    sink = logger.add(
        lambda line: lines.append(str(line)), level="INFO", format="{level} {message}"
    )
    yield lines
    logger.remove(sink)
