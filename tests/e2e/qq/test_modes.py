"""QQ's own bots beside the plain webhook: the WebSocket, buttons, a wrong secret."""

import json
import re
import shutil
import signal
import time

import pytest

from tests.e2e.qq.asking import OPERATOR, health
from tests.e2e.qq_api import SECRET
from tests.e2e.qq_server import QqServer
from tests.e2e.server_process import LISTENS, SERVE, start
from tests.e2e.waiting import until

GROUP = "G-408"


@pytest.fixture
def user(person):
    """One who does not need the process with the webhook."""
    return person()


def serving(data_dir, env, log="log"):
    return start(SERVE, data_dir / log, env, ready=LISTENS)


# The WebSocket


@pytest.fixture(scope="module")
def gateway():
    with QqServer() as server:
        yield server


@pytest.fixture(scope="module")
def connected(gateway, built_data_dir, tmp_path_factory):
    data_dir = shutil.copytree(built_data_dir, tmp_path_factory.mktemp("qq") / "data")
    with serving(data_dir, gateway.settings(data_dir, QQ__MODE="websocket")) as running:
        assert gateway.connections.get(timeout=30) == "identified"
        yield running


def test_messages_come_by_the_websocket(gateway, connected, user):
    gateway.in_group("什么是死锁", user=user, group=GROUP)
    sent = gateway.next_message()
    assert (sent.openid, sent.is_group) == (GROUP, True)
    assert "死锁" in sent.text
    gateway.in_private("什么是管程", user=user)
    assert "管程" in gateway.next_message().text
    assert health(connected)["mode"] == "websocket"
    assert gateway.intents == 1 << 25


def test_a_broken_connection_is_resumed_and_nothing_is_lost(gateway, connected, user):
    gateway.disconnect(4009)
    gateway.in_private("什么是死锁", user=user)
    assert gateway.connections.get(timeout=30) == "resumed"
    assert "死锁" in gateway.next_message().text
    until(lambda: health(connected)["ok"])


BROKEN = {
    "half a header": b"\x81",
    "half a text": b"\x81\x7e\x40\x00" + b'{"op": 0, "s": 7, "t": "C2C_MESSAGE_CREATE"',
    "half a continuation": b"\x01\x05" + b'{"op"' + b"\x80\x7f\x00\x00",
}


@pytest.mark.parametrize("beginning", BROKEN.values(), ids=BROKEN)
def test_a_connection_that_dies_in_a_frame_is_resumed(gateway, connected, user, beginning):
    before = gateway.in_private("什么是死锁", user=user)
    gateway.break_off(beginning)
    meanwhile = gateway.in_private("什么是管程", user=f"{user}-other")
    assert gateway.connections.get(timeout=30) == "resumed"
    for asked, word in ((before, "死锁"), (meanwhile, "管程")):
        [sent] = gateway.answers_to(asked)
        assert word in sent.text


@pytest.mark.parametrize("code", [4006, 4900])
def test_a_session_that_ended_is_begun_anew(gateway, connected, user, code):
    gateway.disconnect(code)
    assert gateway.connections.get(timeout=30) == "identified"
    gateway.in_private("什么是死锁", user=user)
    assert "死锁" in gateway.next_message().text


def test_a_session_that_qq_forgot_is_begun_anew(gateway, connected, user):
    gateway.forget_session()
    gateway.disconnect(4009)
    assert gateway.connections.get(timeout=30) == "identified"
    gateway.in_private("什么是死锁", user=user)
    assert "死锁" in gateway.next_message().text


def test_tokens_that_ended_are_no_obstacle(gateway, connected, user):
    gateway.revoke_tokens()
    gateway.disconnect(4009)
    assert gateway.connections.get(timeout=30) == "resumed"
    gateway.in_private("什么是死锁", user=user)
    assert "死锁" in gateway.next_message().text


def test_qq_may_ask_for_a_new_connection(gateway, connected):
    gateway.raw('{"op": 7}')
    assert gateway.connections.get(timeout=30) == "resumed"


def test_twenty_four_broken_connections_in_a_row_are_mended(gateway, connected, user):
    gateway.close_at_once = 24
    gateway.disconnect(4009)
    for _ in range(25):
        assert gateway.connections.get(timeout=30) == "resumed"
    gateway.in_private("什么是死锁", user=user)
    assert "死锁" in gateway.next_message().text


def test_a_connection_without_heartbeats_is_left(gateway, connected):
    gateway.muted = True
    try:
        assert gateway.connections.get(timeout=30) == "resumed"
    finally:
        gateway.muted = False


def test_a_burst_is_answered_or_refused_and_nothing_is_lost(gateway, connected):
    people = {f"burst-{number}" for number in range(300)}
    for person in people:
        gateway.in_private("什么是死锁", user=person)
    answered = set()
    while answered != people:
        answered.add(gateway.next_message(30).openid)
    assert health(connected)["ok"]


@pytest.mark.parametrize(
    "garbage",
    [
        "not json",
        "[]",
        "{}",
        b"\x00\xff",
        "[" * 100_000,
        '{"op": 0}',
        '{"op": 0, "s": "x", "t": "C2C_MESSAGE_CREATE", "d": {}}',
        '{"op": 0, "s": 5, "t": "C2C_MESSAGE_CREATE", "d": {"id": [], "author": 3}}',
        '{"op": 0, "s": 6, "t": "INTERACTION_CREATE", "d": {"id": "x", "data": null}}',
        '{"op": 99}',
    ],
)
def test_what_cannot_be_read_is_left_alone(gateway, connected, user, garbage):
    gateway.raw(garbage)
    gateway.in_private("什么是死锁", user=user)
    assert "死锁" in gateway.next_message().text
    assert gateway.connections.empty()


def test_with_the_websocket_the_webhook_is_closed(gateway, connected):
    assert connected.post("/qq/webhook", b"{}") == 404
    body, headers = gateway.signed(b'{"op": 0, "t": "C2C_MESSAGE_CREATE", "d": {}}')
    assert connected.post("/qq/webhook", body, **headers) == 404


def test_the_process_ends_with_its_connection_and_has_told_no_secrets(gateway, connected):
    assert connected.end(signal.SIGTERM) == 0
    for secret in (SECRET, *gateway.tokens):
        assert secret not in connected.log
    assert "Traceback" not in connected.log


# Buttons


def test_buttons_are_pressed_also_after_a_restart(built_data_dir, tmp_path):
    data_dir = shutil.copytree(built_data_dir, tmp_path / "data")
    with QqServer() as qq:
        qq.pushable |= {GROUP, OPERATOR}
        env = qq.settings(
            data_dir,
            QQ__MARKDOWN="true",
            QQ__PUSH_TARGETS=f"{GROUP},{OPERATOR}",
            SUPERUSERS=f"qq:{OPERATOR}",
            PICTURES__ENABLED="false",
        )
        admin = {"id": "U-admin", "member_openid": "U-admin", "member_role": "admin"}
        with serving(data_dir, env) as bot:
            qq.webhook = f"{bot.url}/qq/webhook"
            until(lambda: health(bot)["ok"])
            qq.in_private("/练", user="U-1")
            asked = qq.next_message()
            assert asked.body["msg_type"] == 2
            assert list(asked.buttons)[:4] == ["A", "B", "C", "D"]
            pressed = qq.press(asked, "B", user="U-1")
            assert re.search("答对了|应选", qq.answers_to(pressed, 1)[0].text)
            assert qq.acknowledged.get(timeout=10)
            qq.in_group("/练", group=GROUP, user="M-3")
            theirs = qq.next_message()
            [said] = qq.answers_to(qq.press(theirs, "A", user="M-4"))
            assert "这道题是别人在练的" in said.text
            assert re.search(
                "答对了|应选", qq.answers_to(qq.press(theirs, "A", user="M-3"))[0].text
            )

            qq.in_group("/每日一题 开", group=GROUP, author=admin)
            assert "已开启" in qq.next_message().text
            qq.in_private("/管理 群", user=OPERATOR)
            listed = qq.next_message().text
            number = next(line.split(".")[0] for line in listed.splitlines() if GROUP in line)
            qq.in_private(f"/管理 推送 {number.strip()}", user=OPERATOR)
            question = qq.first(lambda sent: sent.openid == GROUP)
            pressed = qq.press(question, "A", user="M-1")
            assert "收到" in qq.answers_to(pressed, 1)[0].text
            for _ in range(2):  # QQ tells of one press again, with a signature of its time
                told = qq.press(asked, "C", user="U-1", id="interaction-the-same")
                time.sleep(1.1)
            assert len(qq.answers_to(told)) == 1
            again = qq.press(question, "C", user="M-1")
            assert "以第一次的为准" in qq.answers_to(again, 1)[0].text
            assert bot.end(signal.SIGTERM) == 0
        qq.webhook = ""
        with serving(data_dir, env, "log2") as bot:
            qq.webhook = f"{bot.url}/qq/webhook"
            until(lambda: health(bot)["ok"])
            pressed = qq.press(question, "C", user="M-2")
            assert re.search(
                r"收到，(第 \d 题)?选 C（第 2 位作答", qq.answers_to(pressed, 1)[0].text
            )
            # Markdown can be taken away again: everything is said in plain text.
            qq.answers.append((400, {"code": 304036}, {}))
            number = qq.in_private("/练", user="U-1")
            plain = qq.first(lambda sent: sent.answers == number)
            assert (plain.body["msg_type"], plain.buttons) == (0, {})
            assert "Traceback" not in bot.log


# A wrong secret


def test_a_wrong_secret_stops_nothing_and_is_mended_without_a_restart(built_data_dir, tmp_path):
    data_dir = shutil.copytree(built_data_dir, tmp_path / "data")
    with QqServer(secret="another-secret") as qq, serving(data_dir, qq.settings(data_dir)) as bot:
        qq.webhook = f"{bot.url}/qq/webhook"
        until(lambda: health(bot)["state"] == "refused")
        assert "ASSISTANT408_QQ__SECRET" in health(bot)["error"]
        author = {"id": "U-1", "user_openid": "U-1"}
        said = {"id": "m-1", "timestamp": "t", "content": "什么是死锁", "author": author}
        event = json.dumps({"op": 0, "id": "e", "t": "C2C_MESSAGE_CREATE", "d": said}).encode()
        body, headers = qq.signed(event)
        assert qq.post(body, headers) == 503
        qq.secret = SECRET
        until(lambda: health(bot)["ok"])
        assert qq.post(body, headers) == 200
        assert "死锁" in qq.next_message().text
        assert bot.log.count("不认这个 AppID 或 AppSecret") == 1
        assert SECRET not in bot.log
        assert bot.end(signal.SIGTERM) == 0
