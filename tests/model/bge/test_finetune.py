"""``python -m finetune embedder`` for real: a tiny model, FlagEmbedding's training, a verdict.

The cards are told by the queries in words that no card uses: a nickname of two characters each. A
model can only know them from the dev half, and the test half asks for them in other words.
"""

import json
import os
import re
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.e2e.processes import Finished, run, started
from tests.fakes_retrieval import write_content

NICKNAMES = {
    "lru": "东西", "fifo": "红蓝", "paging": "金水", "deadlock": "火天",
    "thread": "牛鸟", "semaphore": "雨花", "cache": "手足", "process": "心头",
}  # fmt: skip
DEFINITIONS = {
    "lru": "lru 淘汰最久没有被访问的页面。",
    "fifo": "fifo 淘汰最早进入内存的页面。",
    "paging": "paging 把地址空间切成等大的页。",
    "deadlock": "deadlock 是多个进程互相等待资源。",
    "thread": "thread 是调度的基本单位。",
    "semaphore": "semaphore 只能由两个原语改变。",
    "cache": "cache 放在处理器和主存之间。",
    "process": "process 是程序的一次执行。",
}
WAYS = {
    "dev": ("{}", "{}怎么说", "说说{}", "{}那个"),
    "test": ("{}有没有", "我要{}", "问{}的事", "{}是什么", "这是{}", "{}在哪里"),
}


@pytest.fixture
def content(tmp_path: Path) -> Path:
    return write_content(tmp_path / "content", **DEFINITIONS)


@pytest.fixture
def queries(tmp_path: Path) -> Path:
    path = tmp_path / "queries.jsonl"
    lines = [
        {
            "id": f"{split}-{name}-{number}",
            "split": split,
            "query": way.format(nickname),
            "relevant": [f"os.{name}"],
        }
        for split, ways in WAYS.items()
        for name, nickname in NICKNAMES.items()
        for number, way in enumerate(ways)
    ]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    path.write_text(text, encoding="utf-8")
    return path


class Bench:
    """Runs commands over one content folder, as an operator would."""

    def __init__(self, tmp_path: Path, base: Path, content: Path, queries: Path) -> None:
        self.out = tmp_path / "tuned"
        self.log = tmp_path / "tuned.log"
        self.data = tmp_path / "data"
        self.queries = queries
        self.settings = {"CONTENT_DIR": str(content)}
        self._base = base

    def arguments(self, **options: object) -> list[str]:
        chosen = {"base": self._base, "out": self.out, "queries": self.queries, "device": "cpu"}
        named = ((f"--{k.replace('_', '-')}", v) for k, v in (chosen | options).items())
        return ["embedder", *(str(word) for pair in named for word in pair if word != "")]

    def finetune(self, **options: object) -> Finished:
        return self.run("finetune", *self.arguments(**options))

    def run(self, module: str, *arguments: str) -> Finished:
        # Threads of several processes that spin on two cores make each other ten times slower.
        alone = {"OMP_NUM_THREADS": "1"}
        return run(
            module,
            *arguments,
            data_dir=self.data,
            settings=self.settings,
            extra=alone,
            seconds=400,
        )

    def left_behind(self) -> Sequence[str]:
        """Name what lies beside the log and was not there before."""
        known = {"content", "queries.jsonl", "data", self.log.name}
        return sorted(p.name for p in self.out.parent.iterdir() if p.name not in known)


@pytest.fixture
def bench(tmp_path: Path, embedder_folder: Path, content: Path, queries: Path) -> Bench:
    return Bench(tmp_path, embedder_folder, content, queries)


def test_a_trained_model_is_better_recommended_and_what_the_rebuilt_base_searches_with(
    bench: Bench,
) -> None:
    done = bench.finetune(epochs=10, batch_size=8, learning_rate=2e-3, negatives=1)
    assert done.code == 0, done.out + done.err + tail(bench.log)
    assert bench.left_behind() == ["tuned"]
    manifest = json.loads((bench.out / "finetune.json").read_text(encoding="utf-8"))
    assert manifest["recommended"] is True
    assert manifest["held_back"] == 48
    assert manifest["after"]["mrr@10"] > manifest["before"]["mrr@10"]
    trained = (bench.out / "train.jsonl").read_text(encoding="utf-8")
    for line in map(json.loads, trained.splitlines()):
        assert set(line) == {"query", "pos", "neg"}
    for way in WAYS["test"]:
        assert way.format(NICKNAMES["lru"]) not in trained
    assert (bench.out / "1_Pooling" / "config.json").is_file()
    assert not list(bench.out.glob("*.bin"))

    # As the command said: its settings, then its command.
    bench.settings |= dict(re.findall(r"^  ASSISTANT408_(\w+)=(.*)$", done.out, re.MULTILINE))
    assert bench.settings["EMBEDDER__MODEL"] == str(bench.out)
    built = bench.run("kb_builder", "build")
    assert built.code == 0, built.err
    found = bench.run("evaluation", "retrieval", str(bench.queries), "--compare", "dense", "--json")
    assert found.code == 0, found.err
    measured = json.loads(found.out)
    assert measured["embedder"].startswith("bge:tuned@")
    assert measured["modes"]["dense"]["mrr"] == pytest.approx(manifest["after"]["mrr@10"], abs=1e-3)


def test_a_model_that_learned_nothing_is_kept_but_not_recommended(bench: Bench) -> None:
    done = bench.finetune(epochs=1, batch_size=8, learning_rate=0, negatives=1)
    assert done.code == 3, done.out + done.err + tail(bench.log)
    assert "不推荐" in done.out
    assert "ASSISTANT408" not in done.out
    manifest = json.loads((bench.out / "finetune.json").read_text(encoding="utf-8"))
    assert manifest["recommended"] is False
    assert manifest["before"] == manifest["after"]


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_training_leaves_its_log_and_nothing_else(
    bench: Bench, sent: signal.Signals
) -> None:
    arguments = bench.arguments(epochs=100_000, batch_size=4, negatives=1)
    with started("finetune", *arguments, data_dir=bench.data, settings=bench.settings) as process:
        wait_for_child(bench.log)
        process.process.send_signal(sent)
        assert process.process.wait(60) == 130
    assert "没有留下半个模型" in process.log
    assert bench.left_behind() == []
    assert not children_of(bench.out)


def test_data_only_writes_the_data_and_no_model(bench: Bench) -> None:
    done = bench.finetune(data_only="")
    assert done.code == 0, done.err
    assert sorted(p.name for p in bench.out.iterdir()) == ["finetune.json", "train.jsonl"]
    assert not bench.log.exists()

    again = bench.finetune(data_only="")
    assert again.code == 1
    assert "已经有东西了" in again.err
    assert sorted(p.name for p in bench.out.iterdir()) == ["finetune.json", "train.jsonl"]


def tail(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-3000:] if log.exists() else ""


def wait_for_child(log: Path, seconds: float = 240) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if "FlagEmbedding" in tail(log):
            return
        time.sleep(0.2)
    raise AssertionError(f"no training within {seconds} s:\n{tail(log)}")


def children_of(out: Path) -> list[int]:
    """Give the processes that still work for ``out``."""
    found: list[int] = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                words = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if str(out).encode() in words:
                found.append(int(entry.name))
    return found
