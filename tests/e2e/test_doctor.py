"""``python -m bot doctor``: the screen as an operator sees it, and each check by itself."""

import asyncio
import json
import re
import shutil
import socket
import threading
from collections import namedtuple
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import pytest
import yaml

from bot import doctor_learning, doctor_machine, doctor_stores
from bot.doctor import look_at_everything, verdict
from bot.doctor_findings import Check, Line, failure, ok, run_checks, warning
from bot.rendering.pictures.press import TypstPress
from config.settings import Database, Milvus, Pictures, Redis, Settings
from tests.e2e.processes import ROOT, run, started

NAMES = [
    "设置",
    "Python",
    "依赖包",
    "环境变量",
    "资料格式",
    "数据目录",
    "学习内容",
    "题库",
    "学习记录",
    "知识库",
    "向量模型",
    "重排模型",
    "Redis",
    "Milvus",
    "语言模型",
    "图片",
    "照片",
    "HTTP 端口",
    "OneBot 令牌",
    "平台 onebot",
    "运营者",
]
OPERATOR = {"SUPERUSERS": "onebot:123456"}


def doctor(data_dir, **options):
    done = run("bot", "doctor", data_dir=data_dir, **options)
    assert "Traceback" not in done.out + done.err
    return done


def marks(done):
    """Give the mark of each line by its name."""
    found = re.findall(r"^([✔!✘]) +(\S+(?: \S+)?)", done.out, re.MULTILINE)
    return {name: mark for mark, name in found}


def advice_below(done, name):
    """Give the text of one line with the lines that belong to it."""
    lines = done.out.splitlines()
    (start,) = [n for n, line in enumerate(lines) if re.match(rf"[✔!✘] +{name}  ", line)]
    more = []
    for line in lines[start + 1 :]:
        if not line.startswith("  "):
            break
        more.append(line.strip())
    return "".join([lines[start].strip(), *more])


def settings_of(data_dir, **parts):
    return Settings.model_construct(data_dir=data_dir, **parts)


@pytest.fixture
def closed_port():
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield probe.getsockname()[1]


@pytest.fixture
def http_server():
    """Serve one JSON value at every path; give a function that starts it and gives its port."""
    servers = []

    def start(value, status=200):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                body = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return server.server_address[1]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_healthy_installation_is_told_so(data_dir):
    done = doctor(data_dir, settings={"HTTP__PORT": "0"} | OPERATOR)

    assert done.code == 0, done.out + done.err
    assert list(marks(done)) == NAMES
    assert set(marks(done).values()) == {"✔"}
    assert "来源没有变化" in done.out
    assert "持久化（AOF）已打开" in done.out
    assert "修订 0" in advice_below(done, "学习记录")
    assert "0 次作答" in advice_below(done, "学习记录")
    assert "生成器 16 个" in advice_below(done, "题库")
    assert "尾号 3456" in advice_below(done, "运营者")
    assert "全部正常" in done.out
    assert done.err == ""
    assert len(done.out.splitlines()) <= 24


def test_everything_broken_at_once_is_told_line_by_line_with_what_to_do(tmp_path, closed_port):
    content = shutil.copytree(ROOT / "content", tmp_path / "content")
    (content / "concepts" / "os" / "os02" / "deadlock.md").write_text("不是卡片", "utf-8")
    (tmp_path / "file").write_text("")
    with socket.socket() as other:
        other.bind(("0.0.0.0", 0))
        other.listen()
        done = doctor(
            tmp_path / "file" / "data",
            settings={
                "CONTENT_DIR": str(content),
                "REDIS__URL": f"redis://:hunter2@127.0.0.1:{closed_port}/0",
                "MILVUS__URI": f"http://127.0.0.1:{closed_port}",
                "LLM__BASE_URL": f"http://127.0.0.1:{closed_port}/v1",
                "HTTP__HOST": "0.0.0.0",
                "HTTP__PORT": str(other.getsockname()[1]),
                "HTTP_PORT": "1",
            },
        )

    assert done.code == 1
    found = marks(done)
    assert list(found) == NAMES
    failed = {"数据目录", "学习内容", "题库", "学习记录", "知识库"}
    failed |= {"Redis", "Milvus", "语言模型", "HTTP 端口"}
    assert {name for name, mark in found.items() if mark == "✘"} == failed
    warned = {"环境变量", "OneBot 令牌", "运营者"}
    assert {name for name, mark in found.items() if mark == "!"} == warned
    for name in [name for name, mark in found.items() if mark != "✔"]:
        assert "→" in advice_below(done, name)
    assert "ASSISTANT408_HTTP__PORT？" in advice_below(done, "环境变量")
    assert "deadlock.md" in advice_below(done, "学习内容")
    assert "hunter2" not in done.out + done.err
    assert "9 项有问题（✘），3 项要留意（!）" in done.out


def test_wrong_settings_are_a_line_and_the_rest_that_can_be_checked_is(tmp_path):
    done = doctor(tmp_path / "data", settings={"HTTP__PORT": "abc"})

    assert done.code == 1
    assert marks(done)["设置"] == "✘"
    assert "ASSISTANT408_HTTP__PORT" in advice_below(done, "设置")
    assert set(NAMES[1:5]) <= set(marks(done))
    assert not (tmp_path / "data").exists()


def test_an_env_file_that_cannot_be_read_is_a_line(tmp_path):
    (tmp_path / ".env").mkdir()

    done = doctor(tmp_path / "data", cwd=tmp_path)

    assert done.code == 1
    assert "目录" in advice_below(done, "设置")


def test_a_changed_card_asks_for_a_build(data_dir, tmp_path):
    content = shutil.copytree(ROOT / "content", tmp_path / "content")
    with (content / "smalltalk.yaml").open("a", encoding="utf-8") as file:
        file.write("\n# 变了\n")

    done = doctor(data_dir, settings={"HTTP__PORT": "0", "CONTENT_DIR": str(content)})

    assert done.code == 0
    assert marks(done)["知识库"] == "!"
    assert "修改了 1 个文件" in advice_below(done, "知识库")
    assert "→ 运行 python -m kb_builder build" in advice_below(done, "知识库")


def test_a_corrupt_store_is_found_out(data_dir):
    name = (data_dir / "kb" / "current").read_text("utf-8").strip()
    for path in (data_dir / "kb" / "versions" / name / "milvus.db").rglob("*"):
        if path.is_file():
            path.write_bytes(b"garbage")

    done = doctor(data_dir, settings={"HTTP__PORT": "0"})

    assert done.code == 1
    assert marks(done)["知识库"] == "✘"
    assert "kb_builder build" in advice_below(done, "知识库")


def test_our_own_running_bot_is_recognised_and_shares_its_stores(data_dir):
    with started("bot", "serve", data_dir=data_dir, settings={"HTTP__PORT": "0"}) as bot:
        port = re.search(r":(\d+)/onebot", bot.wait_for_log("已就绪"))[1]
        done = doctor(data_dir, settings={"HTTP__PORT": port})
        assert bot.stop() == 0

    assert done.code == 0, done.out
    said = advice_below(done, "HTTP 端口")
    assert f"机器人正在端口 {port} 上运行" in said
    assert "onebot 不正常" in said  # no QQ client is connected
    assert marks(done)["Redis"] == marks(done)["知识库"] == "✔"


async def test_one_check_that_fails_or_hangs_stops_no_other():
    async def hangs():
        await asyncio.sleep(60)
        return ok("")

    async def breaks():
        raise RuntimeError("坏了")

    async def works():
        return ok("好")

    checks = [
        Check("慢", hangs, "等等", seconds=0.05),
        Check("坏", breaks, "修修"),
        Check("好", works, ""),
    ]
    slow, broken, well = await run_checks(checks)

    assert slow == Line("慢", failure("0.05 秒内没有查完", "等等"))
    assert broken.finding.state == "failure"
    assert broken.finding.advice == "修修"
    assert well == Line("好", ok("好"))


def test_the_verdict_counts_what_is_wrong():
    bad, odd, fine = (
        Line("", failure("a", "b")),
        Line("", warning("a", "b")),
        Line("", ok("a")),
    )

    assert "1 项有问题（✘），1 项要留意（!）" in verdict([bad, odd, fine]).plain
    assert "可以运行，1 项要留意" in verdict([odd, fine]).plain
    assert "全部正常" in verdict([fine]).plain


async def test_too_little_disk_is_a_warning(tmp_path, monkeypatch):
    usage = namedtuple("usage", "free")
    monkeypatch.setattr(doctor_machine.shutil, "disk_usage", lambda _: usage(499 * 1024 * 1024))

    found = await doctor_machine.data_dir(tmp_path)

    assert found.state == "warning"
    assert "499 MB" in found.found


async def test_a_python_that_is_too_old_is_a_failure(monkeypatch):
    class Version(tuple):
        major, minor, micro = 3, 10, 4

    monkeypatch.setattr(doctor_machine.sys, "version_info", Version((3, 10, 4)))

    assert (await doctor_machine.python()).state == "failure"


async def test_a_package_that_is_missing_is_a_failure_and_another_version_a_warning(
    monkeypatch, tmp_path
):
    requirements = tmp_path / "requirements"
    requirements.mkdir()
    monkeypatch.setattr(doctor_machine, "ROOT", tmp_path)

    (requirements / "base.txt").write_text("-c constraints.txt\nredis==0.1\n")
    other = await doctor_machine.packages()
    (requirements / "base.txt").write_text("not-a-package-of-ours==1.0\nredis==0.1\n")
    absent = await doctor_machine.packages()

    assert (other.state, absent.state) == ("warning", "failure")
    assert "redis" in other.found
    assert "not-a-package-of-ours" in absent.found


async def test_a_document_reader_that_is_missing_is_a_warning(monkeypatch):
    monkeypatch.setattr(doctor_machine, "READERS", {".docx": "no_such_module", ".pdf": "json"})

    found = await doctor_machine.readers()

    assert found.state == "warning"
    assert ".docx" in found.found
    assert ".pdf" not in found.found


@pytest.mark.parametrize(
    ("host", "is_set", "state"),
    [
        ("127.0.0.1", False, "ok"),
        ("::1", False, "ok"),
        ("localhost", False, "ok"),
        ("0.0.0.0", False, "warning"),
        ("::", False, "warning"),
        ("", False, "warning"),
        ("bot.example.com", False, "warning"),
        ("0.0.0.0", True, "ok"),
    ],
)
async def test_no_token_matters_where_others_can_connect(host, is_set, state):
    assert (await doctor_machine.token(host, is_set)).state == state


@pytest.mark.parametrize("answer", [{"hello": 1}, {"parts": {"other": {"ok": True}}}, [1], "x"])
async def test_a_stranger_on_the_port_is_a_failure(http_server, answer):
    found = await doctor_machine.port("127.0.0.1", http_server(answer))

    assert found.state == "failure"
    assert "已被占用" in found.found


async def test_our_bot_on_the_port_tells_which_parts_are_down(http_server):
    parts = {"content": {"ok": True}, "redis": {"ok": False}}

    found = await doctor_machine.port("127.0.0.1", http_server({"parts": parts}, status=503))

    assert found.state == "warning"
    assert "redis 不正常" in found.found


async def test_a_milvus_server_that_listens_is_found(tmp_path, http_server):
    uri = f"http://127.0.0.1:{http_server({})}"

    assert (await doctor_stores.milvus(settings_of(tmp_path, milvus=Milvus(uri=uri)))).state == "ok"


async def test_an_external_redis_without_persistence_is_a_warning(tmp_path):
    from tests.unit.conversation.redis_process import RedisProcess

    server = RedisProcess(tmp_path, "--appendonly", "no")
    server.start()
    try:
        settings = settings_of(tmp_path, redis=Redis(url=server.url))
        found = await doctor_stores.redis(settings)
    finally:
        server.kill()

    assert found.state == "warning"
    assert "AOF" in found.found
    assert "appendonly yes" in found.advice


async def test_a_redis_in_memory_only_is_a_warning():
    handle = SimpleNamespace(kind="fake")

    found = await doctor_stores._redis(handle)

    assert found.state == "warning"
    assert "丢失" in found.found


async def test_unreadable_settings_leave_the_checks_that_need_none(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASSISTANT408_HTTP__PORT", "abc")

    lines = await look_at_everything()

    assert [line.name for line in lines] == NAMES[:5]
    assert lines[0].finding.state == "failure"


async def test_a_record_that_is_no_database_is_a_failure_that_says_to_restore_it(tmp_path):
    (tmp_path / "learning.sqlite3").write_text("不是数据库" * 500)
    check = Check(
        "学习记录", partial(doctor_learning.record, _with_record(tmp_path)), doctor_learning.RECORD
    )

    [line] = await run_checks([check])

    assert line.finding.state == "failure"
    assert "不是 SQLite 数据库" in line.finding.found
    assert "备份" in line.finding.advice


async def test_a_record_is_described_without_its_password(tmp_path, closed_port):
    url = f"postgresql://learner:hunter2@127.0.0.1:{closed_port}/learning"
    check = Check("学习记录", partial(doctor_learning.record, _with_record(tmp_path, url)), "看看")

    [line] = await run_checks([check])

    assert line.finding.state == "failure"
    assert "127.0.0.1" in line.finding.found
    assert "hunter2" not in line.finding.found


async def test_questions_that_were_not_answered_a_second_time_are_a_warning(tmp_path):
    content = shutil.copytree(ROOT / "content", tmp_path / "content")
    blind = content / "questions" / "blind.yaml"
    entries = yaml.safe_load(blind.read_text("utf-8"))
    blind.write_text(yaml.safe_dump(entries[3:], allow_unicode=True), "utf-8")

    found = await doctor_learning.questions(settings_of(tmp_path, content_dir=content))

    assert found.state == "warning"
    assert "3 题还没通过第二次作答" in found.found
    assert "questions check" in found.advice


async def test_pictures_that_cannot_be_drawn_are_a_warning(tmp_path, monkeypatch):
    monkeypatch.setattr(TypstPress, "is_installed", lambda self: False)

    found = await doctor_learning.pictures(settings_of(tmp_path, pictures=Pictures()))

    assert found.state == "warning"
    assert "requirements/pictures.txt" in found.advice


async def test_pictures_that_are_switched_off_are_fine(tmp_path):
    found = await doctor_learning.pictures(settings_of(tmp_path, pictures=Pictures(enabled=False)))

    assert found.state == "ok"


async def test_without_an_operator_nobody_is_told(tmp_path):
    found = await doctor_learning.superusers(())

    assert found.state == "warning"
    assert "ASSISTANT408_SUPERUSERS" in found.advice


def _with_record(data_dir, url=""):
    return settings_of(data_dir, database=Database(url=url))
