import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kb_builder.build import Builder
from tests.fakes_retrieval import write_content

ROOT = Path(__file__).parents[3]
DEV = '{"id": "1", "split": "dev", "text": "死锁", "decision": "answer", "kind": "direct"}'


def evaluation(tmp_path, *arguments, **settings):
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("ASSISTANT408_")},
        "ASSISTANT408_DATA_DIR": str(tmp_path / "data"),
        **settings,
    }
    return subprocess.run(
        [sys.executable, "-m", "evaluation", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "arguments", "sentence"),
    [
        (None, (), "读不出来"),
        ("{}", (), "第 1 行不对"),
        (DEV, (), "里没有 test 的消息"),
    ],
)
def test_a_wrong_dataset_ends_the_command_with_one_sentence(tmp_path, content, arguments, sentence):
    path = tmp_path / "m.jsonl"
    if content is not None:
        path.write_text(content, "utf-8")
    done = evaluation(tmp_path, "messages", str(path), *arguments)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_knowledge_base_the_command_says_how_to_build_one(tmp_path):
    done = evaluation(tmp_path, "messages")
    assert done.returncode == 1
    assert "kb_builder build" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A base over two cards, and queries for them."""
    folder = tmp_path_factory.mktemp("built")
    content = write_content(
        folder / "content", lru="最近最久没有用过的页先换出去", fifo="先来的先走"
    )
    Builder(folder / "data").build(content, None)
    lines = [
        {"id": "1", "query": "最久没有用过的页", "relevant": ["os.lru#definition"]},
        {"id": "2", "query": "先来的先走", "relevant": ["os.fifo"], "split": "dev"},
    ]
    path = folder / "q.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines), "utf-8")
    return folder


def test_the_modes_are_compared_in_one_table_over_one_base(built):
    arguments = (str(built / "q.jsonl"), "--compare", "lexical", "dense", "hybrid")
    done = evaluation(built, "retrieval", *arguments, "--split", "all", "--json")
    assert done.stderr == ""
    told = json.loads(done.stdout)
    assert told["embedder"] == "lsa-char13-v1"
    assert list(told["modes"]) == ["lexical", "dense", "hybrid"]
    assert told["modes"]["lexical"]["mrr"] == 1
    assert told["modes"]["lexical"]["difference"] is None
    assert told["modes"]["hybrid"]["difference"]["mean"] == 0
    shown = evaluation(built, "retrieval", *arguments, "--show")
    for expected in ("lsa-char13-v1", "1 个查询（test）", "Hit@1", "MRR@10", "hybrid 比 lexical"):
        assert expected in shown.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--compare", "lexical", "rerank"), "没有配置重排模型"),
        (("--compare", "lexikal"), "没有“lexikal”这种检索"),
        (("missing.jsonl",), "读不出来"),
        ((), "知识库里没有"),  # the shipped queries, over a base without the shipped cards
    ],
)
def test_what_cannot_be_compared_has_its_sentence(built, arguments, sentence):
    file = (str(built / "q.jsonl"),) if "--compare" in arguments else ()
    done = evaluation(built, "retrieval", *file, *arguments)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_a_base_of_another_embedder_is_refused_with_one_sentence(built):
    endpoint = {
        "ASSISTANT408_EMBEDDER__KIND": "endpoint",
        "ASSISTANT408_EMBEDDER__BASE_URL": "http://127.0.0.1:9/v1",
    }
    done = evaluation(built, "retrieval", str(built / "q.jsonl"), **endpoint)
    assert done.returncode == 1
    assert "设置要求 endpoint:" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["retrieval", "gate", "calibrate"])
def test_without_a_knowledge_base_every_measurement_says_how_to_build_one(tmp_path, command):
    done = evaluation(tmp_path, command)
    assert done.returncode == 1
    assert "kb_builder build" in done.stderr
    assert "Traceback" not in done.stderr
