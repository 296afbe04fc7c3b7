"""An embedding model behind /v1/embeddings, over real sockets."""

import socket
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from backend.errors import EmbedderUnavailable
from backend.retrieval.embedding.endpoint import EndpointEncoder
from backend.retrieval.json_api import ApiFailed, JsonApi
from tests.json_server import (
    Behaviour,
    JsonServer,
    drips,
    embeddings,
    first,
    free_url,
    hangs,
    json_server,
    resets,
    says,
    status,
)


def vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    return np.array([[len(text), text.count("a"), 1] for text in texts], np.float32)


@pytest.fixture
def server() -> Iterator[JsonServer]:
    with json_server(embeddings(vectors)) as api:
        yield api


@pytest.fixture
def encoder(server: JsonServer) -> Iterator[EndpointEncoder]:
    made = EndpointEncoder(JsonApi(server.url, "secret", 1), "bge", 0.3)
    yield made
    made.close()


def test_each_text_gets_its_own_vector_whatever_the_order_of_the_reply(encoder: EndpointEncoder):
    texts = ["a", "bb", "aaa"]
    assert np.array_equal(encoder.encode(texts, query=False), vectors(texts))


def test_it_speaks_the_protocol_with_its_key_over_one_connection(
    server: JsonServer, encoder: EndpointEncoder
):
    encoder.encode(["死锁"], query=True)
    encoder.encode(["饥饿"], query=True)
    request = server.requests[0]
    assert request.path == "/v1/embeddings"
    assert request.headers["authorization"] == "Bearer secret"
    assert request.body == {"model": "bge", "input": ["死锁"], "encoding_format": "float"}
    assert len(server.requests) == 2


def test_without_a_key_no_header_is_sent(server: JsonServer):
    encoder = EndpointEncoder(JsonApi(server.url + "/", "", 1), "bge", 1)
    encoder.encode(["死锁"], query=True)
    encoder.close()
    assert "authorization" not in server.requests[0].headers


@pytest.mark.parametrize(
    ("behaviour", "sentence"),
    [
        (status(401), "返回状态码 401"),
        (status(500), "返回状态码 500"),
        (hangs, "没有在 0.3 秒内应答"),
        (drips, "没有在 0.3 秒内应答"),
        (resets, "连不上"),
        (says(b"<html>"), "读不懂"),
        (says({"data": [{"embedding": [1, 2]}]}), "不合协议"),
        (says({"data": [{"index": 0, "embedding": "AAAA"}]}), "不合协议"),
        (says({"data": [{"index": 0, "embedding": [10**400, 1, 1]}]}), "不合协议"),
        (says(b"[" * 100_000), "读不懂"),
        (says({"error": "no such model"}), "不合协议"),
        (says([]), "不合协议"),
    ],
)
def test_whatever_goes_wrong_is_one_sentence_in_time(
    server: JsonServer, encoder: EndpointEncoder, behaviour: Behaviour, sentence: str
):
    server.behaviour = behaviour
    with pytest.raises(EmbedderUnavailable, match=sentence) as caught:
        encoder.encode(["死锁"], query=True)
    assert "secret" not in str(caught.value)
    assert server.url in str(caught.value)


def test_a_server_that_is_not_there_is_one_sentence():
    encoder = EndpointEncoder(JsonApi(free_url(), "", 1), "bge", 1)
    with pytest.raises(EmbedderUnavailable, match="连不上"):
        encoder.encode(["死锁"], query=True)
    encoder.close()


def test_a_connection_that_is_never_made_is_not_told_as_a_missing_answer():
    """The handshake of TLS belongs to connecting: here it begins and nobody answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/v1"
        encoder = EndpointEncoder(JsonApi(url, "", 0.1), "bge", 30)
        with pytest.raises(EmbedderUnavailable, match="连不上（超时）") as caught:
            encoder.encode(["死锁"], query=True)
        encoder.close()
    assert isinstance(caught.value.__cause__, ApiFailed)
    assert caught.value.__cause__.lost


def test_a_lost_batch_of_passages_is_sent_once_more(server: JsonServer, encoder: EndpointEncoder):
    server.behaviour = first(resets, embeddings(vectors))
    assert encoder.encode(["a"], query=False).shape == (1, 3)
    server.behaviour = first(resets, resets, embeddings(vectors))
    with pytest.raises(EmbedderUnavailable, match="连不上"):
        encoder.encode(["a"], query=False)


def test_neither_a_query_nor_a_refusal_is_tried_again(server: JsonServer, encoder: EndpointEncoder):
    server.behaviour = first(resets, embeddings(vectors))
    with pytest.raises(EmbedderUnavailable):
        encoder.encode(["a"], query=True)
    server.behaviour = first(status(503), embeddings(vectors))
    with pytest.raises(EmbedderUnavailable, match="503"):
        encoder.encode(["a"], query=False)
    assert len(server.requests) == 2


def test_it_works_again_after_it_was_closed(encoder: EndpointEncoder):
    encoder.close()
    encoder.close()
    assert encoder.encode(["a"], query=True).shape == (1, 3)
    encoder.close()
    assert encoder.encode(["a"], query=True).shape == (1, 3)
