"""What every PassageIndex promises: the fake, milvus-lite, and a server that speaks Milvus."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from backend.errors import KnowledgeBaseBusy, KnowledgeBaseCorrupt, KnowledgeBaseError
from backend.retrieval.milvus_index import (
    MilvusIndex,
    Server,
    Store,
    drop_collection,
    publish_alias,
)
from backend.retrieval.ports import PassageIndex
from tests.fakes_retrieval import MemoryIndex, passage, unit

DEADLOCK = passage("死锁是多个进程互相等待对方的资源，谁也无法推进。")
LRU = passage(
    "LRU 淘汰最久没有被访问的页面。", context="页面置换 最近最久未使用", concept_id="os.lru"
)
"""The only one of a card; the others are of documents."""
TCP = passage("TCP 是面向连接的可靠传输协议。")
PASSAGES = [DEADLOCK, LRU, TCP]
VECTORS = np.stack([unit(1, 0, 0, 0), unit(0, 1, 0, 0), unit(1, 0, 1, 0)])

Make = Callable[[], PassageIndex]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """milvus-lite's own gRPC server on loopback: the protocol of a Milvus server."""
    from milvus_lite.adapter.grpc.server import start_server_in_thread

    grpc_server, db, port = start_server_in_thread(str(tmp_path / "server.db"))
    yield Server(f"http://127.0.0.1:{port}", "root:Milvus")
    grpc_server.stop(grace=0).wait(5)
    db.close()


@pytest.fixture(params=["fake", "milvus-lite", "server", "milvus-lite reopened"])
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[PassageIndex]:
    if request.param == "fake":
        made: PassageIndex = MemoryIndex()
    else:
        store: Store = tmp_path / "milvus.db"
        if request.param == "server":
            store = request.getfixturevalue("server")
        made = MilvusIndex.create(store, "passages", 4, len(PASSAGES))
    made.add(PASSAGES, VECTORS)
    made.seal()
    if request.param == "milvus-lite reopened":
        made.close()
        made = MilvusIndex.open(tmp_path / "milvus.db", "passages")
    yield made
    made.close()


def test_documents_can_be_left_out_of_a_dense_search(index: PassageIndex):
    found = index.dense(unit(1, 0.1, 0, 0), 3, cards_only=True)
    assert [one.passage for one in found] == [LRU]


def test_it_counts_what_was_added(index: PassageIndex):
    assert index.count() == 3


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("什么是死锁", DEADLOCK),
        ("lru", LRU),
        ("ＬＲＵ", LRU),
        ("最近最久未使用", LRU),
        ("tcp可靠吗", TCP),
        ("锁", DEADLOCK),
    ],
)
def test_a_query_finds_the_passage_that_shares_its_terms(
    index: PassageIndex, query: str, expected: object
):
    best = index.lexical(query, 3)[0]
    assert best.passage == expected
    assert best.score > 0


def test_lexical_scores_are_the_same_bm25_everywhere(index: PassageIndex):
    reference = MemoryIndex()
    reference.add(PASSAGES, VECTORS)
    expected = reference.lexical("面向连接的进程死锁", 3)
    found = index.lexical("面向连接的进程死锁", 3)
    assert [one.passage for one in found] == [one.passage for one in expected]
    assert [one.score for one in found] == pytest.approx([one.score for one in expected], rel=1e-4)


def test_a_query_that_shares_no_term_finds_nothing(index: PassageIndex):
    assert index.lexical("量子纠缠", 3) == []


@pytest.mark.parametrize("query", ["", "   ", "？！……", "😀"])
def test_a_query_without_terms_finds_nothing(index: PassageIndex, query: str):
    assert index.lexical(query, 3) == []


def test_the_nearest_vectors_come_first_with_their_cosines(index: PassageIndex):
    found = index.dense(unit(1, 0, 0, 0), 3)
    assert [one.passage for one in found[:2]] == [DEADLOCK, TCP]
    assert [one.score for one in found] == pytest.approx([1, 0.5**0.5, 0], abs=1e-4)


def test_a_zero_vector_finds_nothing(index: PassageIndex):
    assert index.dense(np.zeros(4, np.float32), 3) == []


def test_no_more_than_the_limit_is_returned(index: PassageIndex):
    assert len(index.dense(unit(1, 1, 1, 1), 2)) == 2
    assert len(index.lexical("的", 1)) == 1


def test_a_passage_comes_back_whole(index: PassageIndex):
    assert index.lexical("lru", 1)[0].passage == LRU


def test_closing_twice_is_harmless(index: PassageIndex):
    index.close()
    index.close()


@pytest.mark.parametrize("make", [MemoryIndex, None], ids=["fake", "milvus-lite"])
def test_ignored_terms_count_only_when_a_query_has_no_others(tmp_path: Path, make: Make | None):
    ignored = frozenset({"死", "锁", "死锁"})
    if make is None:
        built = MilvusIndex.create(tmp_path / "milvus.db", "passages", 4, 3)
        built.add(PASSAGES, VECTORS)
        built.seal()
        built.close()
        index: PassageIndex = MilvusIndex.open(tmp_path / "milvus.db", "passages", ignored)
    else:
        index = MemoryIndex(ignored)
        index.add(PASSAGES, VECTORS)
    assert [one.passage for one in index.lexical("死锁 tcp", 3)] == [TCP]
    assert [one.passage for one in index.lexical("死锁", 3)] == [DEADLOCK]
    index.close()


def test_a_folder_held_by_another_is_reported_busy(tmp_path: Path):
    first = MilvusIndex.create(tmp_path / "milvus.db", "passages", 4, 3)
    with pytest.raises(KnowledgeBaseBusy, match="另一个进程"):
        MilvusIndex.open(tmp_path / "milvus.db", "passages")
    first.close()


def test_a_folder_can_be_opened_again_after_a_failure(tmp_path: Path):
    with pytest.raises(KnowledgeBaseCorrupt, match="打不开"):
        MilvusIndex.open(tmp_path / "milvus.db", "passages")
    MilvusIndex.create(tmp_path / "milvus.db", "passages", 4, 3).close()


def test_creating_a_collection_replaces_the_one_of_its_name(server: Server):
    for rows in (3, 2):
        index = MilvusIndex.create(server, "passages", 4, rows)
        index.add(PASSAGES[:rows], VECTORS[:rows])
        index.seal()
        assert index.count() == rows
        index.close()


def test_an_alias_moves_from_one_collection_to_the_next(server: Server):
    for collection, rows in (("v1", 1), ("v2", 2)):
        index = MilvusIndex.create(server, collection, 4, rows)
        index.add(PASSAGES[:rows], VECTORS[:rows])
        index.seal()
        index.close()
        publish_alias(server, "in_use", collection)
        seen = MilvusIndex.open(server, "in_use")
        assert seen.count() == rows
        seen.close()
    drop_collection(server, "v1")
    drop_collection(server, "v1")
    with pytest.raises(KnowledgeBaseError):
        MilvusIndex.open(server, "v1")


def test_a_server_that_is_away_is_one_sentence_that_names_the_setting():
    with pytest.raises(KnowledgeBaseError, match="ASSISTANT408_MILVUS__URI"):
        MilvusIndex.open(Server("http://127.0.0.1:9"), "passages")
