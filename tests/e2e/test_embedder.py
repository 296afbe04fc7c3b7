"""The bot with its embedder and reranker behind endpoints: built, asked, dead, and back again."""

import json
import zlib

import numpy as np
import pytest

from tests.e2e.onebot_client import OneBotClient
from tests.e2e.processes import run
from tests.e2e.server_process import SERVE, start
from tests.fakes_retrieval import write_content
from tests.json_server import embeddings, free_url, json_server, reranking, status

TOKEN = "secret"
ASKED = "最早进内存的页面先换出去，会出现什么异常"
ASKED_LATER = "按最久没有访问来换页面，依据的是什么"
"""Neither names a concept: both are searched for."""


def hashed(texts):
    vectors = np.zeros((len(texts), 1024), np.float32)
    for row, text in enumerate(texts):
        for character in text:
            vectors[row, zlib.crc32(character.encode()) % 1024] += 1
    return vectors


def shared(query, texts):
    return [len(set(query) & set(text)) for text in texts]


@pytest.fixture
def services():
    """An embedding endpoint, a reranker, and the settings that name them."""
    with json_server(embeddings(hashed)) as embedder, json_server(reranking(shared)) as reranker:
        yield embedder, reranker


@pytest.fixture
def settings(services, tmp_path):
    embedder, reranker = services
    content = write_content(
        tmp_path / "content",
        lru="lru 淘汰最久没有被访问的页面，依据是局部性。",
        fifo="fifo 淘汰最早进入内存的页面，会出现贝莱迪异常。",
    )
    return {
        "CONTENT_DIR": str(content),
        "EMBEDDER__KIND": "endpoint",
        "EMBEDDER__MODEL": "hash",
        "EMBEDDER__BASE_URL": embedder.url,
        "EMBEDDER__API_KEY": "top-secret",
        "RERANKER__KIND": "endpoint",
        "RERANKER__MODEL": "shared",
        "RERANKER__BASE_URL": reranker.url,
    }


def built(tmp_path, settings):
    done = run("kb_builder", "build", data_dir=tmp_path / "data", settings=settings, seconds=150)
    assert done.code == 0, done.err
    return tmp_path / "data", done


async def test_models_behind_endpoints_are_used_and_their_loss_is_seen_in_healthz(
    services, settings, tmp_path
):
    embedder, reranker = services
    data_dir, done = built(tmp_path, settings)
    assert "还没有为 endpoint:hash 标定" in done.out
    assert "python -m evaluation calibrate" in done.out
    env = {
        "ASSISTANT408_DATA_DIR": str(data_dir),
        "ASSISTANT408_HTTP__PORT": "0",
        "ASSISTANT408_ONEBOT__ACCESS_TOKEN": TOKEN,
        **{f"ASSISTANT408_{name}": value for name, value in settings.items()},
    }
    with start(SERVE, tmp_path / "log", env) as server:
        async with OneBotClient(server.url, 10001, TOKEN) as client:
            await client.group_message(ASKED, mention=True)
            assert (await client.all_replies())[0].text
            assert ASKED[:5] in str(embedder.requests[-1].body)
            assert len(reranker.requests[-1].body["documents"]) > 1
            parts = health(server)
            assert parts["embedder"] == {"ok": True, "name": "endpoint:hash", "state": "正常"}
            assert parts["reranker"]["state"] == "正常"
            assert "还没有为 endpoint:hash 标定" in parts["knowledge_base"]["calibration"]
            embedder.behaviour = reranker.behaviour = status(503)
            await client.group_message(ASKED_LATER, mention=True)
            assert (await client.all_replies())[0].text
        parts = health(server)
        assert parts["knowledge_base"]["ok"]
        assert not parts["embedder"]["ok"]
        assert parts["embedder"]["state"].startswith("暂时只用词面检索：")
        assert not parts["reranker"]["ok"]
        assert server.log.count("暂时只用词面检索") == 1
        assert server.log.count("暂时不重排") == 1
        assert "top-secret" not in server.log


def health(server):
    code, body = server.get("/healthz")
    assert code == 200
    return json.loads(body)["parts"]


def test_doctor_tells_what_the_endpoints_do(services, settings, tmp_path):
    data_dir, _ = built(tmp_path, settings)
    healthy = run("bot", "doctor", data_dir=data_dir, settings=settings).out
    assert "endpoint:hash，1024 维，应答" in healthy
    assert "endpoint:shared，20 段用" in healthy
    services[0].behaviour = services[1].behaviour = status(401)
    broken = run("bot", "doctor", data_dir=data_dir, settings=settings).out
    assert broken.count("返回状态码 401") >= 3
    assert "在这之前只用词面检索" in broken
    assert "在这之前不重排" in broken
    assert "top-secret" not in healthy + broken


def test_a_build_without_its_endpoint_is_one_sentence(settings, tmp_path):
    wrong = settings | {"EMBEDDER__BASE_URL": free_url()}
    done = run("kb_builder", "build", data_dir=tmp_path / "data", settings=wrong)
    assert (done.code, done.out) == (1, "")
    assert done.err.count("\n") == 1
    assert "连不上" in done.err


def test_another_embedder_than_the_bases_stops_the_start_with_one_sentence(
    settings, tmp_path, data_dir
):
    done = run("bot", "chat", data_dir=data_dir, settings=settings, lines=["什么是死锁"])
    assert (done.code, done.out) == (1, "")
    assert done.err.count("\n") == 1
    assert "知识库用的向量模型是 lsa-char13-v1，设置要求 endpoint:hash" in done.err
