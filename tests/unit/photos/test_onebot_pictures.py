"""Which pictures of a OneBot message reach the house, and where they are loaded from."""

from datetime import datetime

import pytest
from nonebot.adapters.onebot.v11 import GroupMessageEvent, PrivateMessageEvent

from bot.platforms.onebot.codec import SentPicture, decode
from bot.platforms.onebot.platform import PICTURE_HOSTS, _secured
from bot.platforms.ports import SHANGHAI
from plugins.messages import IncomingPicture

NOW = datetime(2026, 11, 27, tzinfo=SHANGHAI)
URL = "https://multimedia.nt.qq.com.cn/download?appid=1407&fileid=x&rkey=y"


def image(**data):
    return {"type": "image", "data": data}


def text(words):
    return {"type": "text", "data": {"text": words}}


def event(*segments, reply=None, group=True):
    fields = {
        "time": 1,
        "self_id": 10001,
        "post_type": "message",
        "message_type": "group" if group else "private",
        "sub_type": "normal" if group else "friend",
        "message_id": 7,
        "user_id": 3,
        "message": list(segments),
        "original_message": list(segments),
        "raw_message": "",
        "font": 0,
        "sender": {"user_id": 3},
        "to_me": True,
        "reply": reply,
    }
    kind = GroupMessageEvent if group else PrivateMessageEvent
    return kind.model_validate(fields | ({"group_id": 5} if group else {}))


def quoted(*segments, sender=4):
    return {
        "time": 1,
        "message_type": "group",
        "message_id": 6,
        "real_id": 6,
        "sender": {"user_id": sender},
        "message": list(segments),
    }


def sent(incoming) -> list[SentPicture]:
    found: list[SentPicture] = []

    def promise(picture):
        found.append(picture)

        async def fetch() -> bytes:
            raise AssertionError("nobody wants it")

        return IncomingPicture(picture.file, fetch)

    decoded = decode(incoming, NOW, frozenset(), (), promise)
    assert decoded is not None
    assert [picture.id for picture in decoded[0].pictures] == [each.file for each in found]
    return found


@pytest.mark.parametrize("group", [True, False])
def test_pictures_come_in_their_order(group):
    both = [image(file="1.png", url=URL), text("这题"), image(file="2.png", url=URL)]
    assert sent(event(*both, group=group)) == [SentPicture("1.png", URL), SentPicture("2.png", URL)]


def test_a_picture_without_an_address_keeps_its_name():
    assert sent(event(image(file="A1.image"))) == [SentPicture("A1.image", "")]


def test_an_address_in_place_of_a_name_is_an_address():
    assert sent(event(image(file=URL))) == [SentPicture("", URL)]


@pytest.mark.parametrize(
    "data",
    [
        {"file": "base64://aGk="},
        {"file": "file:///etc/passwd"},
        {},
        {"file": "a.gif", "url": URL, "sub_type": 1},
        {"file": "a.gif", "url": URL, "subType": "1"},
    ],
)
def test_stickers_and_what_nobody_can_load_are_no_pictures(data):
    assert sent(event(text("死锁"), image(**data))) == []


def test_other_segments_are_no_pictures():
    others = [
        {"type": kind, "data": {"url": URL, "file": "x"}} for kind in ("video", "file", "mface")
    ]
    assert sent(event(text("死锁"), *others)) == []


def test_the_pictures_of_a_quoted_message_are_meant_when_there_are_no_own():
    reply = quoted(image(file="q.png", url=URL))
    assert sent(event(text("这题呢"), reply=reply)) == [SentPicture("q.png", URL)]
    own = event(text("这题呢"), image(file="own.png", url=URL), reply=reply)
    assert sent(own) == [SentPicture("own.png", URL)]


def test_our_own_pictures_are_never_read():
    reply = quoted(image(file="card.png", url=URL), sender=10001)
    assert sent(event(text("B"), reply=reply)) == []


def test_an_album_is_cut():
    assert len(sent(event(*(image(file=f"{n}", url=URL) for n in range(40))))) == 9


@pytest.mark.parametrize("host", sorted(PICTURE_HOSTS))
def test_addresses_of_qq_without_tls_get_it(host):
    assert _secured(f"http://{host}/a?b=http://c") == f"https://{host}/a?b=http://c"
    assert _secured(f"https://{host}/a") == f"https://{host}/a"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:80/a", "http://gchat.qpic.cn.evil.example/a", ""]
)
def test_other_addresses_stay_as_they_are(url):
    assert _secured(url) == url
