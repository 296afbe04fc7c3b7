"""``python -m bot chat`` in a pipe, as plain text and as JSON lines, in real processes."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from tests.e2e.processes import (
    ROOT,
    as_input,
    empty_directory,
    environment,
    run,
    shut_redis_down,
    started,
)

FIELDS = {
    "id",
    "reply",
    "decision",
    "sources",
    "concepts",
    "aspect",
    "confidence",
    "elapsed_ms",
}

FOLLOW_UP = "那它的易错点呢"
"""Means nothing without what was said before."""


def chat_json(data_dir, *lines, **options):
    return run("bot", "chat", "--json", data_dir=data_dir, lines=lines, **options)


@pytest.fixture(scope="module")
def shared(built_data_dir, tmp_path_factory):
    """One data directory for tests that use conversations of their own."""
    return shutil.copytree(built_data_dir, tmp_path_factory.mktemp("pipe") / "data")


def test_a_question_and_its_follow_up_are_answered_as_plain_text(data_dir):
    done = run("bot", "chat", data_dir=data_dir, lines=["什么是死锁", "那怎么预防呢"])

    assert done.code == 0
    assert done.err == ""
    first, second = done.out.split("\n\n【死锁预防", 1)
    assert first.startswith("【死锁】")
    assert "依据：操作系统" in first
    assert "破坏" in second or "不成立" in second
    assert "依据：" in second
    assert done.out.endswith("\n")


def test_an_empty_pipe_gives_nothing(shared):
    done = run("bot", "chat", data_dir=shared, raw=b"")

    assert (done.code, done.out, done.err) == (0, "", "")


def test_blank_lines_are_passed_over_and_the_last_needs_no_line_feed(shared):
    done = run("bot", "chat", data_dir=shared, raw="\n   \n\r\n谢谢".encode())

    assert done.code == 0
    assert len(done.out.splitlines()) == 1


def test_a_reader_that_goes_away_is_no_error(shared):
    nobody_reads, stdout = os.pipe()
    os.close(nobody_reads)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "bot", "chat"],
            input=as_input(["什么是死锁"] * 3),
            stdout=stdout,
            stderr=subprocess.PIPE,
            cwd=empty_directory(),
            env=environment(shared),
            timeout=60,
            check=False,
        )
    finally:
        os.close(stdout)

    assert done.returncode == 0
    assert done.stderr == b""


@pytest.mark.parametrize(
    ("decision", "texts"),
    [
        ("answer", ["什么是死锁"]),
        ("ask_back", ["缓存"]),
        ("deny", ["讲讲量子纠缠"]),
        ("off_topic", ["今天中午吃什么"]),
        ("smalltalk", ["你好", "谢谢", "你是谁"]),
        ("command", ["帮助", "/忘记我"]),
    ],
)
def test_each_decision_is_told(shared, decision, texts):
    requests = [{"text": text, "conversation": f"{decision}-{text}"} for text in texts]
    done = chat_json(shared, *requests)

    assert done.code == 0
    assert [reply["decision"] for reply in done.replies] == [decision] * len(texts)
    assert all(reply["reply"] for reply in done.replies)


def test_an_answer_carries_its_sources_concepts_aspect_and_time(shared):
    done = chat_json(shared, {"id": "q-1", "text": "LRU 命中率怎么算", "conversation": "fields"})

    (reply,) = done.replies
    assert set(reply) == FIELDS
    assert reply["id"] == "q-1"
    assert reply["concepts"][0] == "os.lru"
    assert reply["aspect"] == "calculation"
    assert reply["sources"]
    assert all(set(source) == {"title", "locator"} for source in reply["sources"])
    assert any(source["locator"].startswith("OS") for source in reply["sources"])
    assert 0 < reply["confidence"] <= 1
    assert 0 < reply["elapsed_ms"] < 60_000


def test_every_line_gets_exactly_one_line_in_order_whatever_it_holds(shared):
    big = "什么是死锁" + "啊" * 350_000
    lines = [
        {"id": 1, "text": "你好", "conversation": "order"},
        "这不是 JSON",
        "[1, 2]",
        '{"id": 4}',
        "",
        {"id": 6, "text": 7},
        {"id": 7, "text": big, "conversation": "order"},
        {"id": 8, "text": "[CQ:at,qq=all] \ud83d\ude00 \u0000 \u202e", "conversation": "order"},
        {"id": True, "text": "你好"},
        {"text": "谢谢", "conversation": "order"},
        {"id": 11, "text": "", "conversation": "order"},
        {"id": 12, "text": "你好", "group": "yes"},
    ]
    raw = b"".join(
        (line if isinstance(line, str) else json.dumps(line)).encode() + b"\n" for line in lines
    )
    done = run("bot", "chat", "--json", data_dir=shared, raw=raw)

    assert done.code == 0
    assert len(raw) > 1_000_000
    replies = done.replies
    assert [r["id"] for r in replies] == [1, None, None, 4, None, 6, 7, 8, None, 10, 11, 12]
    assert all(set(reply) == FIELDS for reply in replies)
    wrong = {n for n, reply in enumerate(replies, start=1) if reply["decision"] == "error"}
    assert wrong == {2, 3, 4, 5, 6, 9, 12}
    assert all(reply["reply"] for reply in replies)


def test_bytes_that_are_not_utf8_are_one_error_line(shared):
    done = run("bot", "chat", "--json", data_dir=shared, raw=b"\xff\xfe\n" + b'{"text":"\xe4"}\n')

    assert done.code == 0
    assert [reply["decision"] for reply in done.replies] == ["error", "error"]
    assert all("UTF-8" in reply["reply"] for reply in done.replies)


def test_a_line_over_the_limit_is_refused_and_the_next_one_answered(shared):
    raw = b'{"text":"' + b"x" * (9 * 1024 * 1024) + b'"}\n' + '{"text":"你好"}\n'.encode()
    done = run("bot", "chat", "--json", data_dir=shared, raw=raw)

    assert done.code == 0
    assert [reply["decision"] for reply in done.replies] == ["error", "smalltalk"]


def test_a_group_message_without_mention_is_silent_and_costs_nothing(shared):
    done = chat_json(
        shared,
        {"text": "什么是死锁", "conversation": "g", "group": True},
        {"text": "什么是死锁", "conversation": "g", "group": True, "mention": False},
        {"text": "什么是死锁", "conversation": "g", "group": True, "mention": True},
    )

    assert [reply["decision"] for reply in done.replies] == ["silent", "silent", "answer"]
    assert [reply["reply"] is None for reply in done.replies] == [True, True, False]
    assert done.replies[0]["sources"] == done.replies[0]["concepts"] == []


def test_the_same_id_twice_is_answered_once(shared):
    request = {"id": "m-1", "text": "什么是死锁", "conversation": "twice"}
    done = chat_json(shared, request, request, request | {"id": "m-2"})

    assert [reply["decision"] for reply in done.replies] == ["answer", "silent", "answer"]
    assert done.replies[1]["reply"] is None
    assert done.replies[1]["id"] == "m-1"


def test_people_and_conversations_do_not_share_their_history(shared):
    done = chat_json(
        shared,
        {"text": "什么是 LRU", "conversation": "a", "sender": "甲"},
        {"text": "TCP 是什么", "conversation": "a", "sender": "乙"},
        {"text": FOLLOW_UP, "conversation": "a", "sender": "甲"},
        {"text": FOLLOW_UP, "conversation": "a", "sender": "乙"},
        {"text": FOLLOW_UP, "conversation": "b", "sender": "甲"},
    )

    assert [reply["concepts"][:1] for reply in done.replies[2:]] == [["os.lru"], ["cn.tcp"], []]
    assert {reply["aspect"] for reply in done.replies[2:4]} == {"pitfalls"}


def test_history_survives_sigkill_and_a_restart_and_can_be_forgotten(data_dir):
    follow_up = {"text": FOLLOW_UP, "conversation": "kill"}
    try:
        with started("bot", "chat", "--json", data_dir=data_dir) as process:
            question = {"text": "什么是 LRU", "conversation": "kill"}
            assert process.ask(question)["decision"] == "answer"
            process.kill()
        with started("bot", "chat", "--json", data_dir=data_dir) as process:
            reply = process.ask(follow_up)
            assert (reply["concepts"][0], reply["aspect"]) == ("os.lru", "pitfalls")
            assert "确认忘记我" in process.ask({"text": "/忘记我", "conversation": "kill"})["reply"]
            forgotten = process.ask({"text": "确认忘记我", "conversation": "kill"})
            assert "已经全部删除" in forgotten["reply"]
            process.kill()
        with started("bot", "chat", "--json", data_dir=data_dir) as process:
            assert process.ask(follow_up)["concepts"] == []
    finally:
        shut_redis_down(data_dir)


def test_it_works_where_the_locale_is_not_utf8(shared):
    for locale in ("C", "POSIX", "en_US.ISO-8859-1"):
        done = run("bot", "chat", data_dir=shared, lines=["谢谢"], extra={"LC_ALL": locale})
        assert done.code == 0, done.err
        assert done.out.strip()


def test_nothing_heavy_is_loaded_before_it_is_needed():
    heavy = ["torch", "FlagEmbedding", "transformers", "pymilvus", "milvus_lite", "sklearn"]
    heavy += ["scipy", "nonebot"]
    code = f"import sys, bot.wiring; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
