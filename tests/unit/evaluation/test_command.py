import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DEV = '{"id": "1", "split": "dev", "text": "死锁", "decision": "answer", "kind": "direct"}'


def evaluation(tmp_path, *arguments):
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith("ASSISTANT408_")},
        "ASSISTANT408_DATA_DIR": str(tmp_path / "data"),
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
