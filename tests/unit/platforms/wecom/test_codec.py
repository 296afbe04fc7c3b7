"""WeCom's callbacks as messages, cards as choices, pictures out of their encryption."""

import base64
import os
import re
from datetime import datetime

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.platforms.downloads import NO_PICTURE
from bot.platforms.ports import SHANGHAI
from bot.platforms.wecom import cards, frames
from bot.platforms.wecom.codec import (
    MAX_BYTES,
    MAX_PICTURES,
    decode,
    decode_press,
    fingerprint,
    origin_of,
    without_mention,
)
from bot.platforms.wecom.line import REPLACED, WRONG_SECRET
from bot.platforms.wecom.media import HOSTS, Pictures, unlock
from bot.platforms.wecom.outbox import PRIVATE_REFUSED
from bot.platforms.wecom.quota import Quota
from config.platforms import WeCom
from config.settings import ROOT
from plugins.messages import Conversation, NotSent

NOW = datetime(2026, 11, 27, 20, 0, tzinfo=SHANGHAI)
SINGLE = {"msgid": "m1", "chattype": "single", "from": {"userid": "zhang"}}
GROUP = {"msgid": "m2", "chattype": "group", "chatid": "wr1", "from": {"userid": "zhang"}}


def text(words):
    return {"msgtype": "text", "text": {"content": words}}


def image(number):
    return {"msgtype": "image", "image": {"url": f"https://wework.qpic.cn/{number}", "aeskey": "k"}}


def decoded(body, name=""):
    return decode(body, "req", NOW, bot="aib", name=name, pictures=Pictures(HOSTS))


def test_a_single_chat_is_the_window_of_its_person():
    message, origin = decoded(SINGLE | text(" 什么是死锁 "))
    assert message.text == "什么是死锁"
    assert message.conversation == Conversation("wecom", "aib", "zhang", is_group=False)
    assert message.conversation.key == "wecom:p:zhang"
    assert (message.sender, message.addressed, message.from_bot) == ("zhang", True, False)
    assert (origin.chat, origin.is_group, origin.req_id) == ("zhang", False, "req")


def test_a_group_is_the_window_of_its_chat_id():
    message, origin = decoded(GROUP | text("@408助手 什么是死锁"))
    assert (message.text, message.conversation.key) == ("什么是死锁", "wecom:g:wr1")
    assert (origin.chat, origin.is_group, origin.user) == ("wr1", True, "zhang")


def test_a_person_of_another_company_is_not_one_of_ours_with_the_same_name():
    body = SINGLE | {"from": {"userid": "zhang", "corpid": "wp9"}} | text("你好")
    message, origin = decoded(body)
    assert message.user == "wecom:wp9/zhang"
    assert origin.chat == "zhang"
    assert origin_of(message.conversation).chat == "zhang"


@pytest.mark.parametrize(
    ("words", "name", "left"),
    [
        ("@408助手 什么是死锁", "", "什么是死锁"),
        ("@408助手\u2005什么是死锁", "", "什么是死锁"),
        ("什么是死锁 @408助手", "", "什么是死锁"),
        ("@408助手 问一下 @李四 说的死锁", "", "问一下 @李四 说的死锁"),
        ("发到 a@b.com 吗", "", "发到 a@b.com 吗"),
        ("@408助手", "", ""),
        ("@408 学习助手 什么是死锁", "408 学习助手", "什么是死锁"),
        ("@李四 说死锁 @408 学习助手", "408 学习助手", "@李四 说死锁"),
        ("@408助手2 什么是死锁", "408助手", "@408助手2 什么是死锁"),
    ],
)
def test_the_mention_of_the_bot_is_no_part_of_the_question(words, name, left):
    assert without_mention(words, name).strip() == left
    message, _ = decoded(GROUP | text(words), name)
    assert message.text == left


def test_an_at_sign_in_a_single_chat_is_text():
    assert decoded(SINGLE | text("@李四 是谁"))[0].text == "@李四 是谁"


def test_words_and_pictures_come_together():
    items = {"msg_item": [text("@408助手 看图"), image(1), image(2), text("第 2 题")]}
    message, _ = decoded(GROUP | {"msgtype": "mixed", "mixed": items})
    assert message.text == "看图\n第 2 题"
    assert len({picture.id for picture in message.pictures}) == 2


def test_only_so_many_pictures_are_taken():
    items = {"msg_item": [image(number) for number in range(30)]}
    message, _ = decoded(SINGLE | {"msgtype": "mixed", "mixed": items})
    assert len(message.pictures) == MAX_PICTURES


def test_a_picture_alone_is_a_message_and_a_quoted_one_comes_along():
    assert len(decoded(SINGLE | image(1))[0].pictures) == 1
    assert len(decoded(GROUP | text("@408助手 这题") | {"quote": image(1)})[0].pictures) == 1


def test_a_voice_message_is_its_words():
    message, _ = decoded(SINGLE | {"msgtype": "voice", "voice": {"content": "什么是死锁"}})
    assert message.text == "什么是死锁"


def test_a_quoted_message_is_known_by_its_text_whatever_its_markup():
    sent = fingerprint("**【408 每日一题】**\n\nA. 互斥\nB. 请求并保持")
    quote = {"quote": text("【408 每日一题】 A. 互斥 B. 请求并保持")}
    assert decoded(GROUP | text("@408助手 B") | quote)[0].quoted == sent
    assert decoded(GROUP | text("@408助手 B"))[0].quoted is None
    assert fingerprint("【408 每日一题】A. 循环等待") != sent
    assert len(sent) <= 128


@pytest.mark.parametrize(
    "body",
    [
        {},
        SINGLE,
        SINGLE | {"msgid": ""} | text("你好"),
        SINGLE | {"from": {}} | text("你好"),
        GROUP | {"chatid": ""} | text("你好"),
        SINGLE | {"msgtype": "file", "file": {"url": "https://x"}},
        SINGLE | {"msgtype": "image", "image": {}},
        SINGLE | {"msgtype": "mixed", "mixed": {"msg_item": "none"}},
    ],
)
def test_what_says_nothing_is_no_message(body):
    assert decoded(body) is None


def test_lone_surrogates_are_replaced():
    assert decoded(SINGLE | text("死锁\ud800"))[0].text == "死锁\ufffd"


@pytest.mark.parametrize(
    "conversation",
    [Conversation("onebot", "", "1", is_group=True), Conversation("wecom", "", "", is_group=True)],
)
def test_a_push_to_no_window_of_wecom_is_not_sent(conversation):
    with pytest.raises(NotSent) as refused:
        origin_of(conversation)
    assert not refused.value.can_retry


# Cards


def event(**pressed):
    return {"eventtype": "template_card_event", "template_card_event": pressed}


def test_a_pressed_button_says_what_is_on_it_and_quotes_its_card():
    card = cards.card(("A", "B"), "a408-1")
    press = cards.read_press(event(event_key=card["button_list"][1]["key"], task_id="a408-1"))
    message, origin = decode_press(
        GROUP, NOW, bot="aib", choice=press.choice, task_id=press.task_id
    )
    assert (message.text, message.quoted, message.addressed) == ("B", "a408-1", True)
    assert origin.req_id == ""


@pytest.mark.parametrize("name", ["task_id", "taskid"])
def test_the_id_of_a_card_is_read_under_either_name(name):
    assert cards.read_press(event(event_key="B", **{name: "a408-1"})) == cards.Press("B", "a408-1")


@pytest.mark.parametrize(
    "other", [{"eventtype": "enter_chat"}, event(task_id="a408-1"), {"eventtype": "feedback_event"}]
)
def test_other_events_are_no_presses(other):
    assert cards.read_press(other) is None


def test_a_long_choice_is_shortened_on_its_button_and_whole_in_what_it_says():
    long = "页面置换算法与工作集模型的关系"
    [button] = cards.card((long,), "a408-1")["button_list"]
    assert (len(button["text"]), button["key"]) == (10, long)


def test_a_card_holds_six_buttons_and_no_choice_that_no_button_can_carry():
    assert len(cards.card([str(n) for n in range(9)], "a408-1")["button_list"]) == 6
    assert not cards.fits(())
    assert not cards.fits(("长" * 400,))
    assert cards.fits(("A", "B"))


# Encryption


def lock(data: bytes, secret: bytes) -> bytes:
    length = 32 - len(data) % 32
    encryptor = Cipher(algorithms.AES(secret), modes.CBC(secret[:16])).encryptor()
    return encryptor.update(data + bytes([length]) * length) + encryptor.finalize()


@given(st.binary(max_size=200), st.binary(min_size=32, max_size=32), st.booleans())
def test_what_was_locked_is_unlocked(data, secret, padded):
    key = base64.b64encode(secret).decode()
    assert unlock(lock(data, secret), key if padded else key.rstrip("=")) == data


@pytest.mark.parametrize("key", ["", "short", "!" * 44, "长" * 44])
def test_a_key_that_is_none_is_refused(key):
    with pytest.raises(ValueError, match=r"key|way"):
        unlock(b"\0" * 32, key)


def test_what_was_not_locked_with_the_key_is_refused():
    secret = os.urandom(32)
    key = base64.b64encode(secret).decode()
    for data in (b"", b"odd", lock(b"picture", secret)[:-1]):
        with pytest.raises(ValueError, match=r"padding|length"):
            unlock(data, key)
    for padding in (b"\0\0", b"\1\2", b"\0\x21"):
        encryptor = Cipher(algorithms.AES(secret), modes.CBC(secret[:16])).encryptor()
        with pytest.raises(ValueError, match="padding"):
            unlock(encryptor.update(b"\0" * 30 + padding) + encryptor.finalize(), key)


# The quota


def test_growing_replies_keep_out_of_the_way_where_much_is_said():
    moment = 0.0
    quota = Quota(lambda: moment)
    for _ in range(15):
        assert quota.has_room("g1")
        quota.note("g1")
    assert not quota.has_room("g1")
    assert quota.has_room("g2")
    moment = 60.0
    assert quota.has_room("g1")


def test_the_quota_remembers_only_so_many_chats():
    quota = Quota(lambda: 0.0)
    for _ in range(15):
        quota.note("g1")
    for number in range(3000):
        quota.note(f"other-{number}")
    assert quota.has_room("g1")


# Settings


@pytest.mark.parametrize(
    "url", ["wss://openws.work.weixin.qq.com", "ws://127.0.0.1:9", "ws://[::1]"]
)
def test_an_address_is_secure_or_this_machine(url):
    assert WeCom(url=url).url == url


@pytest.mark.parametrize("url", ["ws://example.com", "https://x", "wss://", "wss://[", "127.0.0.1"])
def test_an_address_that_would_show_the_secret_is_refused(url):
    with pytest.raises(ValidationError, match="wss://主机"):
        WeCom(url=url)


# The page


@pytest.mark.parametrize(
    "sentence",
    [
        REPLACED.split("，")[0],
        WRONG_SECRET.split("=")[0],
        PRIVATE_REFUSED.split("，再")[0],
        "心跳没有回音",
        "发送太频繁（errcode=45009）",
        NO_PICTURE.split("（")[0].removeprefix("图片"),
    ],
)
def test_the_page_explains_what_people_and_operators_read(sentence):
    assert sentence in (ROOT / "docs" / "platforms" / "wecom.md").read_text("utf-8")


def test_the_defaults_that_the_page_names_are_right():
    page = (ROOT / "docs" / "platforms" / "wecom.md").read_text("utf-8")
    rows = re.findall(r"^\| `ASSISTANT408_WECOM__(\w+)` \| (\S+) \|", page, re.MULTILINE)
    told = {name.lower(): default for name, default in rows}
    assert set(told) == set(WeCom.model_fields)
    for name in ("heartbeat_seconds", "api_timeout_seconds"):
        assert float(told[name]) == getattr(WeCom(), name)
    assert f"{MAX_BYTES} 字节" in page
    assert f"最多看 {MAX_PICTURES} 张" in page


# Frames


@given(st.text(max_size=40))
def test_any_text_is_a_frame_or_none(words):
    frames.decode(words)


def test_a_frame_survives_its_journey():
    frame = frames.decode(frames.encode("aibot_msg_callback", "r1", {"msgid": "长"}))
    assert (frame.cmd, frame.req_id, frame.body) == ("aibot_msg_callback", "r1", {"msgid": "长"})
