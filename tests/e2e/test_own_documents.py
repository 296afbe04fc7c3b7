"""An operator's own documents, from the folder to the answer and out again."""

import pytest

from tests.e2e.processes import run

NOTES = "# 白虎调度\n\n白虎调度是本班自编的算法，它的时间片是 37 毫秒，每轮先给等得最久的进程。\n"


def ask(data_dir, message):
    [reply] = run(
        "bot", "chat", "--json", data_dir=data_dir, lines=[f'{{"text": "{message}"}}']
    ).replies
    return reply


@pytest.fixture
def docs(tmp_path):
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "讲义.md").write_text(NOTES, encoding="utf-8")
    return folder


def test_a_document_answers_with_its_name_until_it_is_deleted(data_dir, docs):
    assert run("kb_builder", "build", "--docs", str(docs), data_dir=data_dir).code == 0
    reply = ask(data_dir, "白虎调度的时间片是多少")
    assert reply["decision"] == "answer"
    assert "37 毫秒" in reply["reply"]
    assert "讲义" in reply["sources"][0]["title"]
    assert ask(data_dir, "时间片轮转的时间片怎么定")["concepts"][0] == "os.round-robin"

    (docs / "讲义.md").unlink()
    assert run("kb_builder", "build", data_dir=data_dir).code == 0
    assert "37 毫秒" not in (ask(data_dir, "白虎调度的时间片是多少")["reply"] or "")
