"""The command line, run as a student runs it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backend.retrieval.versions import Versions
from tests.fakes_retrieval import write_card, write_content

ROOT = Path(__file__).parents[3]


class Command:
    """``python -m kb_builder`` with its own data and content folders."""

    def __init__(self, folder: Path) -> None:
        self.data, self.content, self.docs = folder / "data", folder / "content", folder / "docs"
        write_content(self.content, lru="lru 淘汰最久没有被访问的页面。", fifo="fifo 先进先出。")
        self.docs.mkdir()
        (self.docs / "笔记.md").write_text("# 管程\n管程封装共享变量。\n", encoding="utf-8")
        self.environment = {
            **{key: value for key, value in os.environ.items() if "ASSISTANT408" not in key},
            "ASSISTANT408_DATA_DIR": str(self.data),
            "ASSISTANT408_CONTENT_DIR": str(self.content),
        }

    def __call__(self, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "kb_builder", *arguments],
            cwd=ROOT,
            env={**self.environment, **more},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(tmp_path)


def fails(done: subprocess.CompletedProcess[str], part: str) -> bool:
    """Whether a command ended with code 1 and one sentence on stderr that holds ``part``."""
    line = done.stderr.strip()
    return done.returncode == 1 and done.stdout == "" and part in line and "\n" not in line


def test_build_search_and_status_work_on_a_fresh_machine(command: Command):
    built = command("build", "--docs", str(command.docs))
    assert built.returncode == 0, built.stderr
    assert "3 个文件，5 段（新算 5，沿用 0）" in built.stdout
    found = command("search", "管程", "--limit", "1")
    assert "笔记.md · 管程\n管程封装共享变量。" in found.stdout
    assert found.stderr == ""
    shown = command("status").stdout
    assert f"资料    {command.docs}" in shown
    assert "没有，已是最新" in shown


def test_the_folder_of_documents_is_remembered_until_it_is_dropped(command: Command):
    command("build", "--docs", str(command.docs))
    again = command("build")
    assert "沿用上次的资料文件夹" in again.stderr
    assert "3 个文件" in again.stdout
    assert "2 个文件" in command("build", "--no-docs").stdout
    assert "2 个文件" in command("build").stdout


def test_a_build_that_is_not_needed_loads_nothing_heavy_and_is_silent(command: Command):
    command("build", "--docs", str(command.docs))
    version = Versions(command.data).current()
    done = command("build", "--if-needed", PYTHONPROFILEIMPORTTIME="1")
    assert (done.returncode, done.stdout) == (0, "")
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert not imported & {"pymilvus", "sklearn", "scipy", "rich.progress", "torch"}
    assert command("build", "--if-needed").stderr == ""
    assert Versions(command.data).current() == version


def test_a_build_is_needed_after_any_change(command: Command):
    assert "还没有可用的知识库" in command("build", "--if-needed").stderr
    write_card(command.content, "lru", "lru 换了。")
    changed = command("build", "--if-needed")
    assert "修改了 1 个文件" in changed.stderr
    assert "知识库已更新" in changed.stdout
    assert command("build", "--if-needed").stdout == ""
    assert "知识库已更新" in command("build", "--if-needed", "--docs", str(command.docs)).stdout


def test_a_remembered_folder_that_vanished_is_named(command: Command):
    command("build", "--docs", str(command.docs))
    command.docs.rename(command.docs.with_name("moved"))
    done = command("build")
    assert done.returncode == 1
    assert "不存在" in done.stderr
    assert "--no-docs" in done.stderr
    done = command("build", "--if-needed")
    assert (done.returncode, done.stdout) == (0, "")
    assert "先用现有的知识库" in done.stderr
    assert command("search", "管程").returncode == 0


def test_a_model_that_is_away_leaves_the_base_in_use(command: Command):
    command("build")
    write_card(command.content, "lru", "lru 换了。")
    away = {
        "ASSISTANT408_EMBEDDER__KIND": "endpoint",
        "ASSISTANT408_EMBEDDER__BASE_URL": "http://127.0.0.1:9/v1",
    }
    assert command("build", **away).returncode == 1
    done = command("build", "--if-needed", **away)
    assert (done.returncode, done.stdout) == (0, "")
    assert "连不上" in done.stderr
    assert "先用现有的知识库" in done.stderr


def test_the_folder_is_remembered_when_the_pointer_is_damaged(command: Command):
    command("build", "--docs", str(command.docs))
    (command.data / "kb" / "current").write_text("nonsense")
    assert "3 个文件" in command("build", "--if-needed").stdout
    assert "管程封装共享变量" in command("search", "管程").stdout


def test_a_folder_that_can_no_longer_be_known_is_asked_for(command: Command):
    command("build", "--docs", str(command.docs))
    versions = Versions(command.data)
    (versions.folder(versions.current()) / "manifest.json").write_text("{")
    done = command("build", "--if-needed")
    assert "2 个文件" in done.stdout
    assert "再用 --docs 指定" in done.stderr


def test_a_build_that_is_needed_leaves_one_that_runs_alone(command: Command):
    with Versions(command.data).building():
        assert fails(command("build"), "另一个进程正在构建")
        assert command("build", "--if-needed").returncode == 1
    command("build")
    write_card(command.content, "lru", "lru 换了。")
    with Versions(command.data).building():
        done = command("build", "--if-needed")
    assert (done.returncode, done.stdout) == (0, "")
    assert "先用现有的知识库" in done.stderr


def test_broken_documents_are_listed_in_the_summary(command: Command):
    (command.docs / "坏.pdf").write_bytes(b"%PDF-1.7 nothing")
    done = command("build", "--docs", str(command.docs))
    assert done.returncode == 0
    assert "跳过 1 个文件：\n  · 坏.pdf：PDF 损坏，打不开" in done.stdout


@pytest.mark.parametrize("name", ["status", "search"])
def test_without_a_knowledge_base_it_says_how_to_build_one(command: Command, name: str):
    done = command(name, *(["lru"] if name == "search" else []))
    assert fails(done, "python -m kb_builder build")


def test_check_counts_what_is_there(command: Command):
    done = command("check")
    assert done.returncode == 0
    assert "2 张卡片" in done.stdout


def test_check_prints_every_problem(command: Command):
    (command.content / "concepts/os/os03/lru.md").write_text("没有字段")
    (command.content / "concepts/os/os03/fifo.md").write_text("也没有字段")
    done = command("check")
    assert done.returncode == 1
    assert "lru.md" in done.stderr
    assert "fifo.md" in done.stderr


def test_a_wrong_setting_is_one_sentence(command: Command):
    assert fails(command("status", ASSISTANT408_HTTP__PORT="x"), "ASSISTANT408_HTTP__PORT")


def test_a_data_folder_that_cannot_be_written_is_one_sentence(command: Command):
    command.data.write_text("a file where the folder should be")
    assert fails(command("build"), "数据目录")


def test_a_server_that_is_away_is_one_sentence(command: Command):
    done = command("build", ASSISTANT408_MILVUS__URI="http://127.0.0.1:9")
    assert fails(done, "ASSISTANT408_MILVUS__URI")


def test_a_folder_that_does_not_exist_is_one_sentence(command: Command):
    assert fails(command("build", "--docs", "/没有"), "/没有")


@pytest.mark.parametrize("arguments", [["build", "--nope"], ["search"], ["nothing"]])
def test_wrong_usage_ends_with_code_two(command: Command, arguments: list[str]):
    assert command(*arguments).returncode == 2


def test_docs_and_no_docs_exclude_each_other(command: Command):
    assert command("build", "--docs", str(command.docs), "--no-docs").returncode == 2


def test_an_interrupted_build_says_that_nothing_changed(command: Command):
    command("build")
    version = Versions(command.data).current()
    write_card(command.content, "lru", "lru 换了。")
    with subprocess.Popen(
        [sys.executable, "-m", "kb_builder", "build"],
        cwd=ROOT,
        env=command.environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as build:
        while len(list((command.data / "kb" / "versions").iterdir())) < 2:
            assert build.poll() is None
            time.sleep(0.01)
        build.send_signal(signal.SIGINT)
        _, said = build.communicate(timeout=60)
    assert build.returncode == 130
    assert "已中断" in said
    assert "Traceback" not in said
    assert Versions(command.data).current() == version


def test_every_command_explains_itself_in_chinese(command: Command):
    for name in ("build", "status", "search", "check"):
        done = command(name, "--help")
        assert done.returncode == 0
        assert any("\u4e00" <= character <= "\u9fff" for character in done.stdout)
