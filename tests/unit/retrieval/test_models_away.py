"""The knowledge base while its embedding endpoint and reranker come and go, over real sockets."""

import asyncio
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from backend.errors import EmbedderUnavailable, RerankerUnavailable
from backend.retrieval.embedding.choice import choose_embedder
from backend.retrieval.embedding.port import EmbedderKind
from backend.retrieval.knowledge_base import KnowledgeBase
from backend.retrieval.reranking.choice import choose_reranker
from backend.retrieval.versions import Versions
from bot.watched_search import WatchedSearch
from config.models import Embedder, Reranker
from kb_builder.build import Builder
from tests.fakes_retrieval import write_card, write_content
from tests.json_server import (
    JsonServer,
    embeddings,
    first,
    free_url,
    hangs,
    json_server,
    reranking,
    resets,
    says,
    status,
)

LRU = "lru 淘汰最久没有被访问的页面，依据是局部性。"
CLOCK = "clock 给每页一个访问位，转着圈找访问位为 0 的页面。"


def hashed(texts: Sequence[str], dimension: int = 2048) -> NDArray[np.float32]:
    """Count characters in ``dimension`` buckets."""
    vectors = np.zeros((len(texts), dimension), np.float32)
    for row, text in enumerate(texts):
        for character in text:
            vectors[row, zlib.crc32(character.encode()) % dimension] += 1
    return vectors


@pytest.fixture
def server() -> Iterator[JsonServer]:
    with json_server(embeddings(hashed)) as api:
        yield api


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return write_content(tmp_path / "content", lru=LRU, clock=CLOCK)


def kind_of(url: str, pause_seconds: float = 60) -> EmbedderKind:
    settings = Embedder(kind="endpoint", model="hash", base_url=url, timeout_seconds=0.3)
    return choose_embedder(**settings.plain(), pause_seconds=pause_seconds)


@pytest.fixture
def data(tmp_path: Path, content: Path, server: JsonServer) -> Path:
    kind = kind_of(server.url)
    Builder(tmp_path / "data", kind=kind).build(content, None)
    kind.close()
    return tmp_path / "data"


async def test_a_base_built_through_an_endpoint_is_searched_through_it(
    data: Path, server: JsonServer
):
    manifest = Versions(data).manifest(Versions(data).current())
    assert (manifest.embedder, manifest.dimension) == ("endpoint:hash", 2048)
    base = KnowledgeBase.open(data, kind=kind_of(server.url))
    found = await base.search("最久没有被访问", 3, "dense")
    assert found.hits[0].passage.text == LRU
    assert found.dense is not None
    asked = len(server.requests)
    await base.search("最久没有被访问", 3)
    assert len(server.requests) == asked
    await base.close()


async def test_while_the_endpoint_is_away_the_words_find_and_only_the_first_message_waits(
    data: Path, server: JsonServer
):
    base = KnowledgeBase.open(data, kind=kind_of(server.url))
    await base.warm()
    server.behaviour = hangs
    asked = len(server.requests)
    for query in ("最久没有被访问", "访问位", "局部性"):
        found = await base.search(query, 3)
        assert found.hits
        assert found.dense is None
    assert len(server.requests) == asked + 1
    assert "没有在 0.3 秒内应答" in base.embedder_problem()
    with pytest.raises(EmbedderUnavailable):
        await base.search("访问位", 3, "hybrid")
    await base.close()


async def test_it_recovers_by_itself(data: Path, server: JsonServer):
    base = KnowledgeBase.open(data, kind=kind_of(server.url, pause_seconds=0))
    server.behaviour = first(status(503), resets, embeddings(hashed))
    assert (await base.search("甲 lru", 3)).dense is None
    assert (await base.search("甲 lru", 3)).dense is None
    assert base.embedder_problem()
    assert (await base.search("甲 lru", 3)).dense is not None
    assert base.embedder_problem() == ""
    await base.close()


async def test_another_model_behind_the_same_name_is_refused_with_one_sentence(
    data: Path, server: JsonServer
):
    server.behaviour = embeddings(lambda texts: hashed(texts, 1024))
    base = KnowledgeBase.open(data, kind=kind_of(server.url))
    assert (await base.search("lru", 3)).dense is None
    assert "1024 维的向量，知识库是 2048 维" in base.embedder_problem()
    assert "python -m kb_builder build" in base.embedder_problem()
    await base.close()


async def test_a_new_version_is_taken_while_the_endpoint_is_away(
    data: Path, content: Path, server: JsonServer
):
    base = KnowledgeBase(data, kind=kind_of(server.url), check_seconds=0)
    await base.warm()
    write_card(content, "lru", "lru 是新写的一段话，讲的是页面年龄。")
    kind = kind_of(server.url)
    await asyncio.to_thread(Builder(data, kind=kind).build, content, None)
    await asyncio.to_thread(kind.close)
    server.behaviour = status(500)
    found = await base.search("页面年龄", 3)
    assert found.hits[0].passage.text.startswith("lru 是新写的")
    await base.close()


def test_a_build_without_its_endpoint_is_one_sentence_and_keeps_the_version(
    data: Path, content: Path
):
    version = Versions(data).current()
    write_card(content, "lru", "lru 改了。")
    kind = kind_of(free_url())
    with pytest.raises(EmbedderUnavailable, match="连不上"):
        Builder(data, kind=kind).build(content, None)
    kind.close()
    assert Versions(data).current() == version


async def test_a_reranker_orders_what_was_found_and_may_go_away(data: Path, server: JsonServer):
    def by_length(query: str, texts: Sequence[str]) -> list[float]:
        return [-len(text) for text in texts]

    with json_server(reranking(by_length)) as api:
        settings = Reranker(kind="endpoint", base_url=api.url, timeout_seconds=0.3)
        reranker = choose_reranker(**settings.plain(), pause_seconds=60)
        base = KnowledgeBase.open(data, kind=kind_of(server.url), reranker=reranker)
        hybrid = await base.search("页面访问", 4, "hybrid")
        reranked = await base.search("页面访问", 4)
        lengths = [len(hit.passage.searchable) for hit in reranked.hits]
        assert lengths == sorted(lengths)
        assert reranked.hits != hybrid.hits
        api.behaviour = says({})
        for _ in range(3):
            assert await base.search("页面访问", 4) == hybrid
        assert len(api.requests) == 2
        assert "不合协议" in base.reranker_problem()
        with pytest.raises(RerankerUnavailable):
            await base.search("页面访问", 4, "rerank")
        await base.close()


async def test_the_operator_is_told_once_that_a_model_went_and_once_that_it_is_back(
    data: Path, server: JsonServer, logged: list[str]
):
    base = KnowledgeBase.open(data, kind=kind_of(server.url, pause_seconds=0))
    search = WatchedSearch(base)
    await search.warm()
    (unfitted,) = logged
    assert "还没有为 endpoint:hash 标定" in unfitted
    server.behaviour = status(503)
    for query in ("甲", "乙", "丙"):
        await search.search(query, 3)
    server.behaviour = embeddings(hashed)
    for query in ("甲", "乙"):
        await search.search(query, 3)
    assert len(logged) == 3
    assert logged[1].startswith("WARNING")
    assert "返回状态码 503" in logged[1]
    assert "暂时只用词面检索" in logged[1]
    assert logged[2] == "INFO 向量检索恢复可用。\n"
    await base.close()
