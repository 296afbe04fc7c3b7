"""What WeChat calls with, as messages."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platforms.downloads import Downloads
from bot.platforms.wechat import wording
from bot.platforms.wechat.codec import PICTURE_HOSTS, NotAnEvent, decode, key_of
from plugins.messages import (
    Conversation,
    IncomingMessage,
)
from tests.unit.platforms.wechat_room import NOW

DOWNLOADS = Downloads(PICTURE_HOSTS)


def fields(**more):
    return {"ToUserName": "gh_1", "FromUserName": "o-1", "CreateTime": "1", "MsgId": "7"} | more


def test_a_text_is_a_message():
    message = decode(fields(MsgType="text", Content=" 什么是死锁\n"), NOW, DOWNLOADS)
    assert message == IncomingMessage(
        key_of(fields()),
        Conversation("wechat", "gh_1", "o-1", False),
        "o-1",
        "什么是死锁",
        True,
        NOW,
    )
    assert message.conversation.key == "wechat:p:o-1"


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"MsgType": "voice", "Recognition": "什么是死锁。"}, "什么是死锁。"),
        ({"MsgType": "event", "Event": "CLICK", "EventKey": "/练"}, "/练"),
        ({"MsgType": "text", "Content": ""}, ""),
    ],
)
def test_what_has_words_is_a_message(given, text):
    assert decode(fields(**given), NOW, DOWNLOADS).text == text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"MsgType": "event", "Event": "subscribe"}, wording.WELCOME),
        ({"MsgType": "event", "Event": "subscribe", "EventKey": "qrscene_1"}, wording.WELCOME),
        ({"MsgType": "event", "Event": "SCAN"}, None),
        ({"MsgType": "event", "Event": "LOCATION"}, None),
        ({"MsgType": "event", "Event": "CLICK"}, None),
        ({"MsgType": "event"}, None),
        ({"MsgType": "voice"}, wording.NOT_HEARD),
        ({"MsgType": "text", "Content": "【收到不支持的消息类型，暂无法显示】"}, wording.READS),
        ({"MsgType": "video"}, wording.READS),
        ({"MsgType": "shortvideo"}, wording.READS),
        ({"MsgType": "location"}, wording.READS),
        ({"MsgType": "link"}, wording.READS),
        ({"MsgType": "new-kind"}, wording.READS),
    ],
)
def test_what_has_none_is_a_sentence_or_nothing(given, said):
    assert decode(fields(**given), NOW, DOWNLOADS) == said


async def test_a_picture_is_fetched_by_https_from_wechats_hosts_only():
    seen = []

    class Watched(Downloads):
        def picture(self, url, id, unlock=None):
            seen.append(url)
            return super().picture(url, id, unlock)

    for url in ("http://mmbiz.qpic.cn/a?x=1", "http://evil.example/a", "http://[bad", "a\nb"):
        message = decode(
            fields(MsgType="image", PicUrl=url, MediaId="m"), NOW, Watched(PICTURE_HOSTS)
        )
        assert (message.text, [picture.id for picture in message.pictures]) == ("", ["m"])
    assert seen == ["https://mmbiz.qpic.cn/a?x=1", "http://evil.example/a", "http://[bad", "a\nb"]


def test_an_event_is_told_from_others_by_sender_and_time():
    event = {"MsgType": "event", "Event": "CLICK", "MsgId": ""}
    assert key_of(fields(**event)) == key_of(fields(**event, EventKey="x"))
    assert key_of(fields(**event)) != key_of(fields(**event, CreateTime="2"))
    assert key_of(fields(**event)) != key_of(fields(**event, FromUserName="o-2"))
    with pytest.raises(NotAnEvent):
        key_of(fields(MsgType="text", MsgId=""))


def test_people_with_the_same_msgid_are_told_apart():
    assert key_of(fields()) == key_of(fields())
    for other in ({"FromUserName": "o-2"}, {"CreateTime": "2"}, {"MsgId": "8"}):
        assert key_of(fields()) != key_of(fields(**other))


NAMES = ["MsgType", "Event", "EventKey", "Content", "Recognition", "PicUrl", "MediaId", "MsgId"]
NAMES += ["FromUserName", "ToUserName", "CreateTime"]
VALUES = ["text", "image", "voice", "event", "CLICK", "o-1", "http://[", ""]
some_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES) | some_texts))
def test_any_fields_are_read_or_refused(given_fields):
    with contextlib.suppress(NotAnEvent):
        heard = decode(given_fields, NOW, DOWNLOADS)
        assert heard is None or isinstance(heard, str | IncomingMessage)
