"""Rerankers: what they are asked, and what is made of their answers."""

from collections.abc import Iterator, Sequence

import pytest

from backend.errors import KnowledgeBaseError, RerankerUnavailable
from backend.retrieval.reranking.choice import choose_reranker
from backend.retrieval.reranking.port import Reranker
from config.models import Reranker as RerankerSettings
from tests.json_server import (
    Behaviour,
    JsonServer,
    drips,
    hangs,
    json_server,
    reranking,
    resets,
    says,
    status,
)


def shared(query: str, texts: Sequence[str]) -> list[float]:
    """Count the characters that each text shares with the query."""
    return [len(set(query) & set(text)) for text in texts]


@pytest.fixture
def server() -> Iterator[JsonServer]:
    with json_server(reranking(shared)) as api:
        yield api


@pytest.fixture
def reranker(server: JsonServer) -> Iterator[Reranker]:
    settings = RerankerSettings(
        kind="endpoint", model="m", base_url=server.url, api_key="secret", timeout_seconds=0.3
    )
    made = choose_reranker(**settings.plain())
    assert made is not None
    yield made
    made.close()


def test_scores_come_in_the_order_of_the_texts(server: JsonServer, reranker: Reranker):
    assert reranker.scores("TCP 死锁", ["死", "饥饿", "死锁 tcp"]) == [1, 0, 6]
    request = server.requests[0]
    assert request.path == "/v1/rerank"
    assert request.headers["authorization"] == "Bearer secret"
    assert request.body == {
        "model": "m",
        "query": "tcp 死锁",
        "documents": ["死", "饥饿", "死锁 tcp"],
    }


def test_query_and_texts_are_cut_to_what_a_cross_encoder_reads(
    server: JsonServer, reranker: Reranker
):
    reranker.scores("问" * 3000, ["答" * 3000])
    body = server.requests[0].body
    assert len(body["query"]) + len(body["documents"][0]) < 500


@pytest.mark.parametrize(
    ("behaviour", "sentence"),
    [
        (status(404), "返回状态码 404"),
        (hangs, "没有在 0.3 秒内应答"),
        (drips, "没有在 0.3 秒内应答"),
        (resets, "连不上"),
        (says({"results": [{"index": 0, "relevance_score": 1}]}), "不合协议"),
        (says({"results": [{"index": 0}, {"index": 1}]}), "不合协议"),
        (says({"data": []}), "不合协议"),
        (says({"results": [{"index": float("inf"), "relevance_score": 1}]}), "不合协议"),
        (says({"results": [{"index": 0, "relevance_score": 10**400}]}), "不合协议"),
        (says(b"[" * 100_000), "读不懂"),
        (reranking(lambda query, texts: [float("nan")] * len(texts)), "一个分数"),
    ],
)
def test_whatever_goes_wrong_is_one_sentence_and_is_not_asked_again_at_once(
    server: JsonServer, reranker: Reranker, behaviour: Behaviour, sentence: str
):
    server.behaviour = behaviour
    for _ in range(3):
        with pytest.raises(RerankerUnavailable, match=sentence):
            reranker.scores("死锁", ["死", "饥"])
    assert len(server.requests) == 1
    assert sentence in reranker.problem()


def test_without_settings_there_is_none():
    assert choose_reranker(**RerankerSettings().plain()) is None


def test_an_endpoint_needs_an_address():
    with pytest.raises(KnowledgeBaseError, match="ASSISTANT408_RERANKER__BASE_URL"):
        choose_reranker(**RerankerSettings(kind="endpoint").plain())


def test_a_model_that_is_not_here_is_one_sentence_about_where_to_get_it():
    reranker = choose_reranker(**RerankerSettings(kind="bge", model="BAAI/nowhere").plain())
    assert reranker is not None
    assert reranker.name == "bge:BAAI/nowhere"
    with pytest.raises(RerankerUnavailable, match=r"docs/models/embeddings\.md"):
        reranker.scores("死锁", ["死"])
