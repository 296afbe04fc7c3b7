"""One process with the webhook for most tests; every test has people and groups of its own."""

import shutil
from itertools import count

import pytest

from tests.e2e.qq.asking import OPERATOR, PUSHABLE, health
from tests.e2e.qq_server import QqServer
from tests.e2e.server_process import LISTENS, SERVE, start
from tests.e2e.waiting import until

_numbers = count(1)


@pytest.fixture(scope="package")
def qq():
    with QqServer() as server:
        yield server


@pytest.fixture(scope="package")
def data_dir(built_data_dir, tmp_path_factory):
    return shutil.copytree(built_data_dir, tmp_path_factory.mktemp("qq") / "data")


@pytest.fixture(scope="package")
def bot(qq, data_dir):
    env = qq.settings(
        data_dir, QQ__PUSH_TARGETS=f"{PUSHABLE},{OPERATOR}", SUPERUSERS=f"qq:{OPERATOR}"
    )
    qq.pushable |= {PUSHABLE, OPERATOR}
    with start(SERVE, data_dir / "log", env, ready=LISTENS) as running:
        qq.webhook = f"{running.url}/qq/webhook"
        until(lambda: health(running)["ok"])
        yield running


@pytest.fixture(autouse=True)
def nothing_left(request):
    """Let no message of one test be met by the next."""
    yield
    if "qq" in request.fixturenames:
        server = request.getfixturevalue("qq")
        server.answers.clear()
        server.refused_kinds.clear()
        while not server.messages.empty():
            server.messages.get_nowait()


@pytest.fixture
def person():
    """Give ids of people whom nobody has met, one a call."""
    return lambda: f"U-{next(_numbers)}"


@pytest.fixture
def user(bot, person):
    return person()


@pytest.fixture
def group(bot):
    return f"G-{next(_numbers)}"
