"""The rules of QQ as plain functions: signatures, the budget, names of failures, harmless text."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nonebot.adapters.qq.exception import ActionFailed
from nonebot.drivers import Response

from bot.platforms.ports import SHANGHAI
from bot.platforms.qq.adapter import QqAdapter
from bot.platforms.qq.budget import Budget, fitting
from bot.platforms.qq.codec import harmless, keyboard, moment, target_of
from bot.platforms.qq.failures import RateLimited, Refused, failure
from bot.platforms.qq.rests import Rests
from bot.platforms.qq.sending import Piece
from bot.platforms.qq.signatures import Seen, Signer
from plugins.messages import Conversation, DeliveryUncertain, NotSent

NOW = datetime(2026, 11, 27, 20, tzinfo=SHANGHAI)
SIGNATURE = (
    "87befc99c42c651b3aac0278e71ada338433ae26fcb24307bdc5ad38c1adc2d0"
    "1bcfcadc0842edac85e85205028a1132afe09280305f13aa6909ffc2d652c706"
)


# Signatures


def test_the_example_of_the_documentation_is_signed_alike():
    signer = Signer("DG5g3B4j9X2KOErG")
    assert signer.sign(b"1725442341Arq0D5A61EgUu4OxUvOp") == SIGNATURE


@given(st.text(min_size=1, max_size=80), st.binary(max_size=200))
def test_what_is_signed_is_accepted_and_nothing_else(secret, message):
    signer = Signer(secret)
    signature = signer.sign(message)
    assert signer.check(signature, message) == bytes.fromhex(signature)
    assert signer.check(signature, message + b"x") is None
    assert signer.check(signature[:-2], message) is None
    assert signer.check(signature + "00", message) is None


@pytest.mark.parametrize("signature", ["", "zz", "é" * 128, "0" * 128, SIGNATURE])
def test_a_wrong_signature_is_no_error(signature):
    assert Signer("secret").check(signature, b"message") is None


def test_a_signature_is_new_once_until_its_time_is_over():
    seen = Seen()
    assert seen.add(b"a", until=600, now=0)
    assert not seen.add(b"a", until=600, now=599)
    assert seen.add(b"b", until=1200, now=601)
    assert len(seen) == 1
    seen.discard(b"b")
    assert seen.add(b"b", until=1200, now=601)


def test_the_store_of_signatures_is_bounded():
    seen = Seen(most=3)
    for number in range(10):
        assert seen.add(bytes([number]), until=600, now=0)
    assert len(seen) == 3
    assert not seen.add(bytes([9]), until=600, now=0)


# The budget


@pytest.mark.parametrize(("is_group", "minutes", "messages"), [(True, 5, 5), (False, 60, 4)])
def test_the_window_closes_a_little_before_qq_does(is_group, minutes, messages):
    budget = Budget(NOW, is_group=is_group)
    last = NOW + timedelta(minutes=minutes, seconds=-6)
    assert budget.left(last) == messages
    assert budget.left(last + timedelta(seconds=2)) == 0
    assert not budget.is_open(last + timedelta(seconds=2))


def test_every_message_has_a_number_of_its_own_also_after_a_refusal():
    budget = Budget(NOW, is_group=True)
    numbers = [budget.take(), budget.take()]
    budget.give_back()
    numbers += [budget.take() for _ in range(budget.left(NOW))]
    assert numbers == [1, 2, 3, 4, 5, 6]
    assert budget.left(NOW) == 0


@given(st.integers(0, 100), st.integers(1, 5))
def test_what_is_sent_fits_and_leaves_room_to_tell_of_the_rest(wanted, left):
    now = fitting(wanted, left)
    if now == wanted:
        assert wanted <= left
    else:
        assert now + 1 == left


@pytest.mark.parametrize(
    ("timestamp", "minutes_ago"),
    [
        ("2026-11-27T19:57:00+08:00", 3),
        ("2026-11-27T11:57:00Z", 3),
        ("2026-11-27T19:57:00", 0),  # which zone?
        ("2026-11-27T20:10:00+08:00", 0),  # the clock here is slow
        ("2026-11-27T09:00:00+08:00", 0),  # or far ahead
        ("1764244620", 0),
        ("", 0),
    ],
)
def test_the_window_opens_when_the_message_was_sent(timestamp, minutes_ago):
    assert moment(timestamp, NOW) == NOW - timedelta(minutes=minutes_ago)


# The rest

PIECES = (Piece("a"), Piece("b", choices=("A",)))


def test_a_rest_is_given_once_to_its_session_in_time():
    rests = Rests()
    rests.keep("s", PIECES, NOW)
    assert rests.take("t", NOW) is None
    assert rests.take("s", NOW + timedelta(minutes=59)) == PIECES
    assert rests.take("s", NOW) is None
    rests.keep("s", PIECES, NOW)
    assert rests.take("s", NOW + timedelta(hours=1)) == ()


@pytest.mark.parametrize("bound", [{"most": 2}, {"most_bytes": 5000}])
def test_rests_are_bounded_and_none_is_cut(bound):
    rests = Rests(**bound)
    long = tuple(Piece("字" * 50) for _ in range(20))
    for session in "abc":
        rests.keep(session, long, NOW)
    assert len(rests) == 2
    assert rests.take("a", NOW) == ()  # it went
    assert rests.take("a", NOW) is None
    assert rests.take("b", NOW) == rests.take("c", NOW) == long
    for _ in range(5):  # what was taken or replaced takes no room
        rests.keep("b", long, NOW)
    rests.keep("c", long, NOW)
    assert rests.take("b", NOW) == long


# Failures


def refused(status, body=b"{}", **headers):
    return failure(ActionFailed(Response(status, headers=headers, content=body)))


@pytest.mark.parametrize(
    ("retry_after", "seconds"), [("2.5", 2.5), ("", 1.0), ("-3", 0.0), ("tomorrow", 1.0)]
)
def test_how_long_to_wait_is_read(retry_after, seconds):
    error = refused(429, **{"Retry-After": retry_after})
    assert isinstance(error, RateLimited)
    assert error.seconds == seconds
    assert error.can_retry


@pytest.mark.parametrize("code", [40034100, 40034102, 40034105, 40054003, 304003, 40034006])
def test_what_cannot_change_soon_is_not_tried_again(code):
    error = refused(500, f'{{"code": {code}, "message": "私密 U-1"}}'.encode())
    assert isinstance(error, Refused)
    assert not error.can_retry
    assert "U-1" not in str(error)


@pytest.mark.parametrize("body", [b"", b"null", b"<html>", b'{"code": "x"}', b'{"code": null}'])
def test_answers_that_make_no_sense_are_named_by_their_status(body):
    assert isinstance(refused(400, body), NotSent)
    assert isinstance(refused(502, body), DeliveryUncertain)


# Texts


@pytest.mark.parametrize(
    "text",
    [
        "<@!123>",
        "<@123>",
        "<#5>",
        "<emoji:4>",
        "<faceType=1>",
        '<qqbot-at-user id="1" />',
        "<qqbot-at-everyone />",
        "@everyone",
        "@Everyone",
        '<cmd enter=true cmd="/忘记我">',
        "</qqbot-x",
    ],
)
def test_what_qq_would_read_as_more_than_text_is_made_harmless(text):
    safe = harmless(f"前{text}后")
    assert not safe.replace("＜", "").replace("＠", "").count("<")
    assert "@everyone" not in safe.lower()
    assert len(safe) == len(text) + 2


@given(st.text(alphabet="abc <>=+-你好\n0", max_size=60))
def test_ordinary_text_stays(text):
    assert harmless(text) == text


def test_code_of_c_stays():
    code = "#include <stdio.h>\nif (a<b && b>c) x<<=1; /* a@b.cn */"
    assert harmless(code) == code


def test_a_keyboard_has_at_most_five_rows_of_five():
    rows = keyboard([str(n) for n in range(40)], "0" * 16)["keyboard"]["content"]["rows"]
    assert [len(row["buttons"]) for row in rows] == [5] * 5
    data = rows[0]["buttons"][1]["action"]["data"]
    assert data == f"#{'0' * 16} 1"


@pytest.mark.parametrize(
    "conversation",
    [
        Conversation("onebot", "", "123", is_group=True),
        Conversation("qq", "", "../users/x", is_group=True),
        Conversation("qq", "", "", is_group=False),
    ],
)
def test_only_windows_of_qq_can_be_written_to(conversation):
    with pytest.raises(NotSent) as error:
        target_of(conversation)
    assert not error.value.can_retry


def test_the_adapter_is_the_one_that_nonebot_knows():
    assert QqAdapter.get_name() == "QQ"
