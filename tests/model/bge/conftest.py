"""Tiny models, saved once for all tests."""

from pathlib import Path

import pytest

from tests.model.tiny_bge import save_embedder, save_reranker


@pytest.fixture(scope="session")
def embedder_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny bge-small-zh, not to be written to."""
    return save_embedder(tmp_path_factory.mktemp("models") / "tiny-bge")


@pytest.fixture(scope="session")
def reranker_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny bge-reranker, not to be written to."""
    return save_reranker(tmp_path_factory.mktemp("models") / "tiny-reranker")
