"""``python -m bot serve`` as people in WeCom meet it: a real process, a local long connection."""

import shutil
from itertools import count

import pytest

from tests.e2e.server_process import LISTENS, SERVE, start
from tests.e2e.wecom_server import BOT_ID, SECRET, WeComServer

FOLLOW_UP = "那它的易错点呢"
OPERATOR = "operator-408"
_numbers = count(1)


def settings(data_dir, wecom, **more):
    given = {
        "DATA_DIR": str(data_dir),
        "PLATFORMS": "wecom",
        "HTTP__PORT": "0",
        "WECOM__BOT_ID": BOT_ID,
        "WECOM__SECRET": SECRET,
        "WECOM__URL": wecom.url,
        "WECOM__HEARTBEAT_SECONDS": "1",
        "WECOM__API_TIMEOUT_SECONDS": "4",
        "RECONNECT__FIRST_SECONDS": "0.05",
        "RECONNECT__MOST_SECONDS": "0.1",
        "RECONNECT__REFUSED_SECONDS": "1",
        "SUPERUSERS": f"wecom:{OPERATOR}",
        "LIMITS__USER_PER_MINUTE": "1000",
    } | more
    return {f"ASSISTANT408_{name}": value for name, value in given.items()}


@pytest.fixture(scope="module")
def wecom():
    with WeComServer() as server:
        yield server


@pytest.fixture(scope="module")
def bot(wecom, built_data_dir, tmp_path_factory):
    data_dir = shutil.copytree(built_data_dir, tmp_path_factory.mktemp("wecom") / "data")
    with start(SERVE, data_dir / "log", settings(data_dir, wecom), ready=LISTENS) as running:
        wecom.until(lambda: wecom.subscriptions > 0)
        yield running


@pytest.fixture
def user(bot):
    return f"user-{next(_numbers)}"


@pytest.fixture
def group(bot):
    return f"group-{next(_numbers)}"


def test_a_mention_in_a_group_gets_a_sourced_answer(wecom, user, group):
    asked = wecom.say("什么是死锁", user=user, group=group)
    answer = wecom.answer(asked)
    assert "死锁" in answer
    assert "依据：" in answer


def test_a_single_chat_gets_a_sourced_answer_and_is_remembered(wecom, user):
    assert "依据：" in wecom.answer(wecom.say("什么是死锁", user=user))
    assert "易错点" in wecom.answer(wecom.say(FOLLOW_UP, user=user))
