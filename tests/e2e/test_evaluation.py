"""``python -m evaluation messages`` through the real JSON interface."""

import json
import sys

import pytest

from evaluation.dataset import LabelledMessage
from evaluation.pipe import PipeFailed, answer_all
from tests.e2e.processes import run

MESSAGES = [
    {"id": "1", "text": "什么是死锁", "decision": "answer", "concepts": ["os.deadlock"]},
    {
        "id": "2",
        "history": ["什么是LRU"],
        "text": "它的易错点呢",
        "decision": "answer",
        "concepts": ["os.lru"],
        "aspect": "pitfalls",
    },
    {"id": "3", "text": "它的易错点呢", "decision": "ask_back"},
    {"id": "4", "text": "/帮助", "decision": "command"},
    {"id": "5", "text": "今天中午吃什么", "decision": "answer", "concepts": ["os.lru"]},
]


def test_every_message_is_judged_by_what_the_bot_says_after_its_own_history(data_dir, tmp_path):
    file = tmp_path / "messages.jsonl"
    lines = [json.dumps({"split": "test", "kind": "k", **message}) for message in MESSAGES]
    file.write_text("\n".join(lines), encoding="utf-8")

    done = run("evaluation", "messages", str(file), "--json", data_dir=data_dir)

    assert done.code == 0, done.err
    [result] = done.replies
    assert result["kinds"]["全部"] == {"total": 5, "decision": 4, "right": 4, "aspect": 1}
    assert result["wrong_answers"] == 0


def test_a_bot_that_breaks_off_is_reported_with_its_own_words():
    message = LabelledMessage("1", "test", "死锁", "answer", "k", (), (), None)
    program = "import sys; sys.stderr.write('坏了'); sys.exit(3)"
    with pytest.raises(PipeFailed, match="坏了"):
        answer_all([message], (sys.executable, "-c", program))
