import json
from collections import Counter

import pytest

from backend.knowledge.aspects import Aspect
from evaluation.dataset import DatasetInvalid, load_messages
from tests.unit.knowledge.shipped import shipped_library

LINE = {
    "id": "m1",
    "split": "dev",
    "history": ["什么是死锁"],
    "text": "那怎么预防呢",
    "decision": "answer",
    "concepts": ["os.deadlock-prevention"],
    "aspect": "definition",
    "kind": "followup",
}


def written(path, *lines):
    path.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    return path


def test_a_line_is_read_as_written(tmp_path):
    (message,) = load_messages(written(tmp_path / "m.jsonl", LINE))
    assert (message.id, message.split, message.text) == ("m1", "dev", "那怎么预防呢")
    assert message.history == ("什么是死锁",)
    assert message.concepts == ("os.deadlock-prevention",)
    assert message.aspect is Aspect.DEFINITION


def test_optional_fields_and_blank_lines_may_be_missing(tmp_path):
    path = tmp_path / "m.jsonl"
    short = {k: LINE[k] for k in ("id", "split", "text", "decision", "kind")}
    path.write_text("\n" + json.dumps(short) + "\n\n", "utf-8")
    (message,) = load_messages(path)
    assert (message.history, message.concepts, message.aspect) == ((), (), None)


def test_a_line_separator_inside_a_message_does_not_end_its_line(tmp_path):
    (message,) = load_messages(written(tmp_path / "m.jsonl", {**LINE, "text": "一\u2028二\x85三"}))
    assert message.text == "一\u2028二\x85三"


@pytest.mark.parametrize(
    "change",
    [
        {"split": "train"},
        {"decision": "maybe"},
        {"aspect": "beauty"},
        {"concepts": "os.lru"},
        {"text": None},
        {"id": 3},
    ],
)
def test_a_wrong_line_is_named_by_its_number(tmp_path, change):
    with pytest.raises(DatasetInvalid, match="第 2 行不对"):
        load_messages(written(tmp_path / "m.jsonl", LINE, {**LINE, **change}))


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"not json", "第 1 行不对"),
        (b"[]", "第 1 行不对"),
        (b"", "里没有消息"),
        ("死锁".encode("gbk"), "读不出来"),
        (None, "读不出来"),
    ],
)
def test_a_file_that_is_no_dataset_has_its_sentence(tmp_path, content, sentence):
    path = tmp_path / "m.jsonl"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DatasetInvalid, match=sentence):
        load_messages(path)


def test_the_shipped_messages_fit_the_shipped_cards():
    messages = load_messages()
    known = set(shipped_library().concepts)
    assert [m.id for m in messages if not set(m.concepts) <= known] == []
    assert [i for i, n in Counter(m.id for m in messages).items() if n > 1] == []
    assert [m.id for m in messages if m.decision == "answer" and not m.concepts] == []
    refused = ("deny", "off_topic", "smalltalk", "command")
    assert [m.id for m in messages if m.decision in refused and (m.concepts or m.aspect)] == []


def test_the_shipped_messages_are_split_in_halves_without_a_common_text():
    messages = load_messages()
    halves = Counter(m.split for m in messages)
    assert abs(halves["dev"] - halves["test"]) <= 10
    dev, test = ({(m.history, m.text) for m in messages if m.split == s} for s in ("dev", "test"))
    assert dev & test == set()
