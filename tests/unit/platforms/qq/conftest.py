"""The platform on loopback, once with plain text and once with Markdown."""

import json
import sys
from itertools import count

import pytest

from tests.e2e.qq_server import QqServer
from tests.e2e.server_process import LISTENS, start
from tests.e2e.waiting import until
from tests.unit.platforms.qq.process import PUSHABLE

_numbers = count(1)


@pytest.fixture(scope="package")
def qq():
    with QqServer() as server:
        server.event_time = ""  # the process puts its clock forward, QQ does not
        server.pushable |= {PUSHABLE, "U-push"}
        yield server


@pytest.fixture(scope="package", params=["plain", "markdown"])
def bot(qq, request, tmp_path_factory):
    command = (sys.executable, "-m", "tests.unit.platforms.qq.process")
    log = tmp_path_factory.mktemp("qq") / "log"
    with start((*command, qq.url, request.param), log, ready=LISTENS) as running:
        qq.webhook = f"{running.url}/qq/webhook"
        until(lambda: json.loads(running.get("/healthz")[1])["parts"]["qq"]["ok"])
        running.markdown = request.param == "markdown"
        yield running


@pytest.fixture
def user(bot, qq):
    yield f"U-{next(_numbers)}"
    qq.answers.clear()
    qq.asked_at.clear()
    qq.refused_kinds.clear()
    while not qq.messages.empty():
        qq.messages.get_nowait()


@pytest.fixture
def group(bot):
    return f"G-{next(_numbers)}"
