"""Who may come in by the webhook."""

import json
import time
from itertools import count

import pytest

from tests.e2e.qq.asking import ask
from tests.e2e.qq_api import APP_ID
from tests.e2e.qq_server import sign

VECTOR = (
    "87befc99c42c651b3aac0278e71ada338433ae26fcb24307bdc5ad38c1adc2d0"
    "1bcfcadc0842edac85e85205028a1132afe09280305f13aa6909ffc2d652c706"
)
"""The example in QQ's documentation of the webhook."""
_messages = count(1)


def test_the_address_is_validated_with_the_signature_of_the_documentation(qq, bot):
    asked = {"plain_token": "Arq0D5A61EgUu4OxUvOp", "event_ts": "1725442341"}
    body = json.dumps({"op": 13, "d": asked}).encode()
    status, answer = qq.ask(body, {"X-Bot-Appid": APP_ID})
    assert status == 200
    assert json.loads(answer) == {"plain_token": "Arq0D5A61EgUu4OxUvOp", "signature": VECTOR}


def test_a_validation_never_signs_an_event(qq, bot):
    event = json.dumps({"op": 0, "t": "C2C_MESSAGE_CREATE", "d": {}})
    for asked in (
        {"plain_token": event, "event_ts": "1725442341"},
        {"plain_token": "token", "event_ts": "1725442341" + event},
        {"plain_token": ["token"], "event_ts": 1725442341},
        {},
    ):
        status, answer = qq.ask(json.dumps({"op": 13, "d": asked}).encode(), {})
        assert status == 400
        assert b"signature" not in answer


def c2c(user, words="什么是死锁"):
    said = {"id": f"m-{next(_messages)}", "timestamp": "t", "content": words}
    payload = {"op": 0, "id": "e", "t": "C2C_MESSAGE_CREATE"}
    author = {"id": user, "user_openid": user}
    return json.dumps(payload | {"d": said | {"author": author}}).encode()


@pytest.mark.parametrize(
    "changed",
    [
        {"X-Signature-Ed25519": ""},
        {"X-Signature-Ed25519": "zz"},
        {"X-Signature-Ed25519": "0" * 128},
        {"X-Signature-Ed25519": sign("another secret", b"1")},
        {"X-Signature-Timestamp": ""},
        {"X-Signature-Timestamp": "1725442341"},
        {"X-Signature-Timestamp": "now"},
    ],
)
def test_a_request_without_the_right_signature_is_refused(qq, bot, user, changed):
    body, headers = qq.signed(c2c(user))
    assert qq.post(body, headers | changed) == 401
    assert qq.is_silent(0.3)


def test_the_signature_covers_the_body(qq, bot, user):
    body, headers = qq.signed(c2c(user))
    assert qq.post(body.replace(b"}}", b"} }"), headers) == 401


def test_another_bots_events_are_refused(qq, bot, user):
    assert qq.post(*qq.signed(c2c(user), app_id="102999999")) == 403


@pytest.mark.parametrize("seconds", [-400, 400])
def test_a_signature_of_another_time_is_refused(qq, bot, user, seconds):
    assert qq.post(*qq.signed(c2c(user), at=time.time() + seconds)) == 401


def test_a_signed_request_is_taken_once(qq, bot, user):
    body, headers = qq.signed(c2c(user))
    assert qq.post(body, headers) == 200
    assert "死锁" in qq.next_message().text
    again = headers | {"X-Signature-Ed25519": headers["X-Signature-Ed25519"].upper()}
    assert [qq.post(body, headers), qq.post(body, again)] == [409, 409]
    assert qq.is_silent(0.5)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 401),
        (b"\xff\xfe", 401),
        (b"[" * 4000, 401),
        (b"null", 401),
        (b" " * (256 * 1024 + 1), 413),
    ],
)
def test_garbage_is_refused(qq, bot, body, status):
    assert qq.post(body, {"X-Bot-Appid": APP_ID}) == status


@pytest.mark.parametrize("body", [b"null", b"[]", b'{"op":0}', b'{"op":99,"d":1}', b"{"])
def test_signed_garbage_stops_nothing(qq, bot, user, body):
    assert qq.post(*qq.signed(body)) in (200, 400)
    qq.event("C2C_MESSAGE_CREATE", {"content": 1})
    qq.event("A_NEW_EVENT", {"content": 1})
    assert "死锁" in ask(qq, "什么是死锁", user=user)


@pytest.mark.parametrize("path", ["/../", "/../other", "/more"])
def test_nothing_else_under_qq_is_open(qq, bot, path):
    assert bot.post(f"/qq/webhook{path}", b"{}") == 404
    assert bot.get("/qq/webhook")[0] == 404
