"""The comparison that an operator with the real weights makes, with tiny random ones."""

import json
import os
import subprocess
import sys

import pytest

from tests.fakes_retrieval import CONTENT, write_content
from tests.model.tiny_bge import save_embedder, save_reranker

QUERIES = [
    {"id": "1", "query": "最久没有用过的页", "relevant": ["os.lru#definition"]},
    {"id": "2", "query": "先来的先走", "relevant": ["os.fifo"]},
    {"id": "3", "query": "转一圈看访问位", "relevant": ["os.clock"]},
]


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A folder with a base by a tiny BGE, and the settings that go with it."""
    folder = tmp_path_factory.mktemp("comparison")
    cards = {"lru": "最久没有用过的页先换出去", "fifo": "先来的先走", "clock": "转一圈看访问位"}
    settings = {
        "ASSISTANT408_DATA_DIR": str(folder / "data"),
        "ASSISTANT408_CONTENT_DIR": str(write_content(folder / "content", **cards)),
        "ASSISTANT408_EMBEDDER__KIND": "bge",
        "ASSISTANT408_EMBEDDER__MODEL": str(save_embedder(folder / "embedder")),
        "ASSISTANT408_RERANKER__KIND": "bge",
        "ASSISTANT408_RERANKER__MODEL": str(save_reranker(folder / "reranker")),
        "ASSISTANT408_RERANKER__TIMEOUT_SECONDS": "60",
    }
    path = folder / "queries.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in QUERIES), "utf-8")
    built = command(settings, "kb_builder", "build")
    assert built.returncode == 0, built.stderr
    return settings, path


def command(settings, *arguments):
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ASSISTANT408_")}
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=CONTENT.parent, env={**kept, **settings}, capture_output=True, text=True,
        timeout=170, check=False,
    )  # fmt: skip


def test_one_command_compares_all_four_modes_on_the_same_queries(house):
    settings, queries = house
    modes = ("lexical", "dense", "hybrid", "rerank")
    done = command(settings, "evaluation", "retrieval", str(queries), "--compare", *modes, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["embedder"].startswith("bge:embedder@")
    assert list(told["modes"]) == list(modes)
    assert told["modes"]["lexical"]["mrr"] == 1
    for mode in modes:
        measured = told["modes"][mode]
        assert measured["queries"] == 3
        assert 0 < measured["mrr"] <= 1
        assert measured["p50_ms"] > 0
    assert told["modes"]["rerank"]["difference"]["high"] <= 0


def test_a_reranker_that_cannot_be_loaded_is_said_instead_of_measured_without(house, tmp_path):
    settings, queries = house
    broken = {**settings, "ASSISTANT408_RERANKER__MODEL": str(tmp_path)}
    done = command(broken, "evaluation", "retrieval", str(queries), "--compare", "rerank")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
