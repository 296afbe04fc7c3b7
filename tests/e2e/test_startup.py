"""Failures at the start are one Chinese sentence; what can be done without is done without."""

import re
import shutil
import socket
from pathlib import Path

import pytest

from tests.e2e.processes import ROOT, environment, run, started

ASKED = ["什么是死锁", "讲讲量子纠缠"]


def chat(data_dir, **options):
    return run("bot", "chat", data_dir=data_dir, lines=options.pop("lines", ASKED), **options)


def assert_one_sentence(done, *fragments):
    """It did not start, and said so in one line of Chinese that holds the ``fragments``."""
    assert done.code == 1, done.err
    assert done.out == ""
    assert "Traceback" not in done.err
    assert done.err.count("\n") == 1, done.err
    assert re.search("[\u4e00-\u9fff]", done.err)
    for fragment in fragments:
        assert fragment in done.err


def assert_answered(done):
    """Both of ``ASKED`` were answered: the first from its card, the second denied."""
    assert done.code == 0, done.err
    assert "Traceback" not in done.err
    assert done.out.startswith("【死锁】")
    assert "没有找到" in done.out


def warnings_of(done):
    return [line for line in done.err.splitlines() if " WARNING " in line]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("HTTP__PORT", "abc"),
        ("HTTP__PORT", "70000"),
        ("HTTP__PROT", "8408"),
        ("HTTP", "hello"),
        ("LIMITS__QUEUE", "-3"),
        ("LOG_LEVEL", "loud"),
        ("EXAM_DATE", "tomorrow"),
        ("ONEBOT__IGNORED_USERS", "张三"),
        ("LLM__BASE_URL", "localhost:8000"),
        ("MILVUS__URI", "./milvus.db"),
        ("LLM__TEMPERATURE", "9"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, setting, value):
    done = chat(tmp_path / "data", settings={setting: value})

    assert_one_sentence(done, f"ASSISTANT408_{setting}")
    assert not (tmp_path / "data").exists()


def test_a_wrong_secret_is_named_and_not_shown(tmp_path):
    done = chat(tmp_path / "data", settings={"REDIS__URL": "hunter2@nowhere"})

    assert_one_sentence(done, "ASSISTANT408_REDIS__URL")
    assert "hunter2" not in done.err


def test_an_env_file_is_read_from_the_working_directory(tmp_path):
    (tmp_path / ".env").write_text("# 注释\nASSISTANT408_HTTP__PORT=abc\n", encoding="utf-8")

    assert_one_sentence(chat(tmp_path / "data", cwd=tmp_path), "ASSISTANT408_HTTP__PORT", "abc")


def test_an_env_file_with_a_byte_order_mark_and_windows_lines_works(tmp_path):
    (tmp_path / ".env").write_bytes("\ufeffASSISTANT408_LOG_LEVEL=ERROR\r\n# 好\r\n".encode())

    done = chat(tmp_path / "data", cwd=tmp_path, lines=["谢谢"])

    assert (done.code, done.err) == (0, "")


@pytest.mark.parametrize(
    ("content", "fragments"),
    [
        ("ASSISTANT408_LLM__MODEL=模型".encode("gb18030"), [".env", "第 1 行", "UTF-8"]),
        (b"# fine\n\nthis is not a setting\n", [".env", "第 3 行"]),
        (b'ASSISTANT408_LLM__MODEL="never closed\n', [".env", "第 1 行", "引号"]),
        (b"ASSISTANT408_LLM__MODEL\n", [".env", "第 1 行", "="]),
        (b"ASSISTANT408_HTTP__PROT=1\n", [".env", "第 1 行", "ASSISTANT408_HTTP__PORT"]),
        (b"A=1\nPORT=8408\n", [".env", "第 1 行", "没有 A 这个设置"]),
    ],
)
def test_a_malformed_env_file_is_explained(tmp_path, content, fragments):
    (tmp_path / ".env").write_bytes(content)

    assert_one_sentence(chat(tmp_path / "data", cwd=tmp_path), *fragments)


def test_a_directory_in_place_of_the_env_file_is_explained(tmp_path):
    (tmp_path / ".env").mkdir()

    assert_one_sentence(chat(tmp_path / "data", cwd=tmp_path), ".env", "目录")


def test_a_taken_port_is_explained(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = run("bot", "serve", data_dir=tmp_path / "data", settings={"HTTP__PORT": port})

    assert_one_sentence(done, f"端口 {port} 已被占用", "ASSISTANT408_HTTP__PORT")


def test_an_address_of_another_machine_is_explained(tmp_path):
    done = run("bot", "serve", data_dir=tmp_path / "data", settings={"HTTP__HOST": "192.0.2.1"})

    assert_one_sentence(done, "192.0.2.1", "ASSISTANT408_HTTP__HOST")


@pytest.mark.parametrize("command", ["chat", "serve"])
def test_a_data_directory_that_cannot_be_written_is_explained(tmp_path, command):
    (tmp_path / "file").write_text("")
    # Below a file: not even root can write there.
    done = run("bot", command, data_dir=tmp_path / "file" / "data", settings={"HTTP__PORT": "0"})

    assert_one_sentence(done, str(tmp_path / "file" / "data"), "ASSISTANT408_DATA_DIR")


def test_a_file_where_the_embedded_redis_should_live_is_explained(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "redis").write_text("")

    assert_one_sentence(chat(tmp_path / "data"), "Redis", "ASSISTANT408_DATA_DIR")


@pytest.mark.parametrize("module", [("bot", "chat"), ("kb_builder", "check")])
def test_one_broken_card_is_named_and_explained(tmp_path, module):
    content = shutil.copytree(ROOT / "content", tmp_path / "content")
    card = content / "concepts" / "os" / "os02" / "deadlock.md"
    card.write_text(card.read_text("utf-8").replace("## 定义", "## 定理"), "utf-8")

    done = run(*module, data_dir=tmp_path / "data", settings={"CONTENT_DIR": str(content)})

    assert done.code == 1
    assert done.out == ""
    assert "Traceback" not in done.err
    headline, *problems = done.err.splitlines()
    assert headline.startswith("学习内容有")
    assert problems
    assert all("deadlock.md" in problem for problem in problems)
    assert any("定理" in problem for problem in problems)


def test_a_missing_content_directory_is_explained(tmp_path):
    done = chat(tmp_path / "data", settings={"CONTENT_DIR": str(tmp_path / "nowhere")})

    assert done.code == 1
    assert "Traceback" not in done.err
    assert str(tmp_path / "nowhere") in done.err


def test_a_knowledge_base_of_other_settings_stops_the_start(data_dir):
    done = chat(data_dir, settings={"MILVUS__URI": "http://127.0.0.1:1"})

    assert_one_sentence(done, "http://127.0.0.1:1", "kb_builder build")


def test_lines_of_decision_in_the_wrong_order_stop_the_start(data_dir):
    done = chat(
        data_dir, settings={"ANSWERING__ASK_BACK_LINE": "0.9", "ANSWERING__ANSWER_LINE": "0.1"}
    )

    assert_one_sentence(done, "ANSWERING__ASK_BACK_LINE", "ANSWERING__ANSWER_LINE")


def test_without_redis_it_answers_and_says_so_once(data_dir, closed_port):
    done = chat(data_dir, settings={"REDIS__URL": f"redis://:hunter2@127.0.0.1:{closed_port}/0"})

    assert_answered(done)
    assert done.err.count("连不上 Redis") == 1
    assert "hunter2" not in done.err


def test_without_a_knowledge_base_it_answers_from_cards_and_says_so_once(tmp_path):
    done = chat(tmp_path / "data")

    assert_answered(done)
    (said,) = warnings_of(done)
    assert "还没有知识库" in said
    assert "kb_builder build" in said


def _version(data_dir: Path) -> Path:
    name = (data_dir / "kb" / "current").read_text("utf-8").strip()
    return data_dir / "kb" / "versions" / name


def _garbage_in(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            path.write_bytes(b"garbage")


def _a_file_for(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("")


CORRUPTIONS = {
    "garbage manifest": lambda data: (_version(data) / "manifest.json").write_text("garbage"),
    "no manifest": lambda data: (_version(data) / "manifest.json").unlink(),
    "pointer with bytes": lambda data: (data / "kb" / "current").write_bytes(b"\xff\xfe\x00"),
    "pointer out of the folder": lambda data: (data / "kb" / "current").write_text("../../etc"),
    "pointer to nothing": lambda data: (data / "kb" / "current").write_text("20200101T000000-0"),
    "pointer is a directory": lambda data: (
        (data / "kb" / "current").unlink(),
        (data / "kb" / "current").mkdir(),
    ),
    "garbage in the store": lambda data: _garbage_in(_version(data) / "milvus.db"),
    "no store": lambda data: shutil.rmtree(_version(data) / "milvus.db"),
    "a file for the store": lambda data: _a_file_for(_version(data) / "milvus.db"),
    "garbage embedder": lambda data: _garbage_in(_version(data) / "embedder"),
    "a file for everything": lambda data: _a_file_for(data / "kb"),
}


@pytest.mark.parametrize("corrupt", CORRUPTIONS.values(), ids=CORRUPTIONS)
def test_with_a_corrupt_knowledge_base_it_answers_from_cards_and_says_so_once(data_dir, corrupt):
    corrupt(data_dir)

    done = chat(data_dir)

    assert_answered(done)
    (said,) = warnings_of(done)
    assert "kb_builder build" in said
    assert "只用概念卡片" in said


def test_a_corrupt_knowledge_base_is_mended_by_a_build(data_dir):
    _garbage_in(_version(data_dir) / "milvus.db")

    assert run("kb_builder", "build", data_dir=data_dir).code == 0
    done = chat(data_dir)

    assert_answered(done)
    assert done.err == ""


def test_a_variable_that_is_no_setting_is_warned_of(data_dir):
    done = chat(data_dir, settings={"ONEBOT_TOKEN": "secret"})

    assert_answered(done)
    (said,) = warnings_of(done)
    assert "ASSISTANT408_ONEBOT_TOKEN" in said
    assert "secret" not in said


def test_with_a_model_that_refuses_cards_answer(data_dir, closed_port):
    done = chat(data_dir, settings={"LLM__BASE_URL": f"http://127.0.0.1:{closed_port}/v1"})

    assert_answered(done)
    # Once for the answer from the card, once for the follow-up that only a model could resolve.
    assert 1 <= len(warnings_of(done)) <= 2, done.err
    assert all("模型接口连不上" in said for said in warnings_of(done)), done.err


def test_serving_goes_on_without_redis_knowledge_base_and_model(tmp_path, closed_port):
    settings = {
        "HTTP__PORT": "0",
        "REDIS__URL": f"redis://127.0.0.1:{closed_port}/0",
        "LLM__BASE_URL": f"http://127.0.0.1:{closed_port}/v1",
    }
    with started("bot", "serve", data_dir=tmp_path / "data", settings=settings) as process:
        process.wait_for_log("已就绪")
        assert process.stop() == 0
        assert "Traceback" not in process.log
        assert process.log.count("还没有知识库") == 1
        assert process.log.count("连不上 Redis") == 1


@pytest.fixture
def closed_port():
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield probe.getsockname()[1]


def test_the_tests_themselves_pass_no_setting_of_the_developer_on(monkeypatch, tmp_path):
    monkeypatch.setenv("ASSISTANT408_HTTP__PORT", "abc")

    assert "ASSISTANT408_HTTP__PORT" not in environment(tmp_path)
