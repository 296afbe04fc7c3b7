"""``python -m kb_builder questions`` as an author and a reviewer run it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    folder = tmp_path_factory.mktemp("content") / "content"
    shutil.copytree(ROOT / "content", folder)
    return folder


def run(content, *arguments):
    environment = {k: v for k, v in os.environ.items() if "ASSISTANT408" not in k}
    return subprocess.run(
        [sys.executable, "-m", "kb_builder", "questions", *arguments],
        cwd=ROOT,
        env={**environment, "ASSISTANT408_CONTENT_DIR": str(content)},
        capture_output=True,
        text=True,
        check=False,
    )


def edit(content, chapter, old, new):
    path = content / "questions" / chapter
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_shipped_questions_are_in_order(content):
    done = run(content, "check")
    assert done.returncode == 0, done.stderr
    assert "80 道题算数，0 道还不算数；16 种计算题可以随时生成" in done.stdout


def test_stats_tell_each_subject(content):
    out = run(content, "stats").stdout
    for subject in ("数据结构", "计算机组成原理", "操作系统", "计算机网络"):
        assert f"{subject}：20 道（另有 0 道不算数）" in out
    assert "page-replacement" in out


def test_a_sample_is_repeatable_and_shows_the_key(content):
    one = run(content, "sample", "subnetting", "-n", "2", "--seed", "7")
    assert one.stdout == run(content, "sample", "subnetting", "-n", "2", "--seed", "7").stdout
    assert one.stdout.count("[gen.subnetting.v1:") == 2
    assert one.stdout.count("答案 ") == 2
    assert run(content, "sample", "nothing-like-it").returncode == 1


def test_an_edited_question_waits_until_it_is_answered_blind_again(content, tmp_path):
    shutil.copytree(content, tmp_path / "content")
    content = tmp_path / "content"
    edit(content, "os/os02.yaml", "下列关于死锁的说法中，正确的是：", "关于死锁，正确的是：")
    assert "79 道题算数，1 道还不算数" in run(content, "check").stdout
    shown = run(content, "blind").stdout
    assert shown.count("[q.") == 1
    assert "关于死锁，正确的是：" in shown
    assert "答案" not in shown
    answers = tmp_path / "answers.txt"
    answers.write_text("q.os.deadlock-statements A\nq.os.no-such B\n", encoding="utf-8")
    done = run(content, "record", str(answers), "--by", "甲")
    assert "其中 1 道和答案不一致" in done.stdout
    assert "没有这道题，跳过：q.os.no-such" in done.stderr
    assert "盲答选了 A" in run(content, "check").stdout
    answers.write_text("q.os.deadlock-statements b", encoding="utf-8")
    run(content, "record", str(answers), "--by", "甲")
    assert "80 道题算数" in run(content, "check").stdout
    entries = yaml.safe_load((content / "questions" / "blind.yaml").read_text(encoding="utf-8"))
    assert len(entries) == 80


def test_a_broken_question_ends_the_check_with_its_place(content, tmp_path):
    shutil.copytree(content, tmp_path / "content")
    edit(tmp_path / "content", "os/os02.yaml", "answer: B", "answer: F")
    done = run(tmp_path / "content", "check")
    assert done.returncode == 1
    assert "questions/os/os02.yaml" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_goes_away_is_no_error(content):
    environment = {k: v for k, v in os.environ.items() if "ASSISTANT408" not in k}
    process = subprocess.Popen(
        [sys.executable, "-m", "kb_builder", "questions", "sample", "-n", "100"],
        cwd=ROOT,
        env={**environment, "ASSISTANT408_CONTENT_DIR": str(content)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    process.wait(30)
