"""The four modes of searching, and what is left when a model is away."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from backend.errors import EmbedderUnavailable, KnowledgeBaseError, RerankerUnavailable
from backend.retrieval.embedding.lsa import LsaEmbedder
from backend.retrieval.search import search_index
from tests.fakes_retrieval import MemoryIndex, passage

TEXTS = (
    "死锁是多个进程互相等待",
    "饥饿是进程长期得不到资源",
    "页面置换选择换出的页面",
    "三次握手建立连接",
    "四次挥手释放连接",
)


class Away(LsaEmbedder):
    """An embedder whose model cannot be asked."""

    def encode_query(self, text: str) -> NDArray[np.float32]:
        raise EmbedderUnavailable("向量接口没有应答")


class Longest:
    """A reranker that likes long texts; ``failure`` is raised instead."""

    name = "longest"

    def __init__(self, failure: RerankerUnavailable | None = None) -> None:
        self.failure = failure
        self.read: list[str] = []

    def scores(self, query: str, texts: Sequence[str]) -> list[float]:
        if self.failure is not None:
            raise self.failure
        self.read += texts
        return [float(len(text)) for text in texts]

    def problem(self) -> str:
        return ""

    def close(self) -> None:
        pass


@pytest.fixture
def embedder() -> LsaEmbedder:
    return LsaEmbedder.fit(TEXTS)


@pytest.fixture
def index(embedder: LsaEmbedder) -> MemoryIndex:
    made = MemoryIndex()
    cards = [passage(text, concept_id="os.process") for text in TEXTS]
    made.add(cards, embedder.encode_passages(TEXTS))
    return made


def away(embedder: LsaEmbedder) -> Away:
    return Away(list(embedder._columns), embedder._idf, embedder._components)


def test_each_half_alone_ranks_as_it_does_in_the_index(index: MemoryIndex, embedder: LsaEmbedder):
    query = "进程等待资源"
    lexical = search_index(index, embedder, query, 3, "lexical")
    assert [h.passage for h in lexical.hits] == [s.passage for s in index.lexical(query, 3)]
    assert (lexical.dense, lexical.nearest) == (None, ())
    assert lexical.lexical > 0
    dense = search_index(index, embedder, query, 3, "dense")
    nearest = index.dense(embedder.encode_query(query), 3)
    assert [h.passage for h in dense.hits] == [s.passage for s in nearest]
    assert (dense.lexical, dense.dense) == (0.0, nearest[0].score)


def test_the_gate_sees_the_cards_alone_whatever_documents_are_nearer(
    index: MemoryIndex, embedder: LsaEmbedder
):
    query = "死锁是多个进程互相等待"
    alone = search_index(index, embedder, query, 3)
    document = passage(query, title="讲义")
    index.add([document], embedder.encode_passages([query]))
    beside = search_index(index, embedder, query, 3)
    assert document in [hit.passage for hit in beside.hits]
    assert (beside.dense, beside.nearest) == (alone.dense, alone.nearest)


def test_reranking_changes_the_order_but_no_score_that_gates(
    index: MemoryIndex, embedder: LsaEmbedder
):
    query = "进程等待资源"
    hybrid = search_index(index, embedder, query, 5, "hybrid")
    reranker = Longest()
    reranked = search_index(index, embedder, query, 5, "rerank", reranker)
    assert [h.passage.text for h in reranked.hits] == sorted(
        (h.passage.text for h in hybrid.hits), key=len, reverse=True
    )
    assert [h.rank for h in reranked.hits] == [1, 2, 3, 4, 5]
    assert (reranked.lexical, reranked.dense) == (hybrid.lexical, hybrid.dense)
    assert reranked.nearest == hybrid.nearest


def test_the_reranker_reads_more_than_are_wanted(index: MemoryIndex, embedder: LsaEmbedder):
    reranker = Longest()
    found = search_index(index, embedder, "连接", 1, "rerank", reranker)
    assert len(found.hits) == 1
    assert len(reranker.read) == 5
    assert found.hits[0].passage.text == max(TEXTS, key=len)


def test_reranking_nothing_asks_nobody(embedder: LsaEmbedder):
    reranker = Longest(RerankerUnavailable("不该问"))
    assert search_index(MemoryIndex(), embedder, "ψ", 3, "rerank", reranker).hits == ()


def test_equal_scores_keep_the_fused_order(index: MemoryIndex, embedder: LsaEmbedder):
    class Equal(Longest):
        def scores(self, query: str, texts: Sequence[str]) -> list[float]:
            return [0.5] * len(texts)

    hybrid = search_index(index, embedder, "连接释放", 5, "hybrid")
    equal = search_index(index, embedder, "连接释放", 5, "rerank", Equal())
    assert [h.passage for h in equal.hits] == [h.passage for h in hybrid.hits]


def test_a_mode_that_is_named_is_kept_to_or_fails(index: MemoryIndex, embedder: LsaEmbedder):
    for mode in ("dense", "hybrid", "rerank"):
        with pytest.raises(EmbedderUnavailable):
            search_index(index, away(embedder), "死锁", 3, mode, Longest())
    with pytest.raises(RerankerUnavailable):
        search_index(index, embedder, "死锁", 3, "rerank", Longest(RerankerUnavailable("没有应答")))
    with pytest.raises(KnowledgeBaseError, match="ASSISTANT408_RERANKER__KIND"):
        search_index(index, embedder, "死锁", 3, "rerank")


def test_without_the_embedder_the_words_still_find(index: MemoryIndex, embedder: LsaEmbedder):
    found = search_index(index, away(embedder), "死锁", 3, "hybrid", strict=False)
    assert found.hits == search_index(index, embedder, "死锁", 3, "lexical").hits
    assert (found.dense, found.nearest) == (None, ())
    reranked = search_index(index, away(embedder), "进程", 3, "rerank", Longest(), strict=False)
    assert [len(h.passage.text) for h in reranked.hits] == [12, 11]


def test_without_the_reranker_the_fused_order_stays(index: MemoryIndex, embedder: LsaEmbedder):
    broken = Longest(RerankerUnavailable("没有应答"))
    found = search_index(index, embedder, "连接", 2, "rerank", broken, strict=False)
    assert found == search_index(index, embedder, "连接", 2, "hybrid")
