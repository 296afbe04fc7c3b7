"""Events of QQ as messages of the house."""

import json

import pytest

from tests.e2e.qq_api import APP_ID
from tests.unit.platforms.qq.asking import decoded
from tests.unit.platforms.qq.process import PNG


def test_a_group_message_is_decoded(qq, user, group):
    author = {"member_openid": user, "bot": False, "member_role": "admin", "username": " 小明 "}
    message = decoded(qq, "/报告", author=author, group=group)
    window = {"platform": "qq", "bot": APP_ID, "id": group, "is_group": True}
    assert message["conversation"] == window
    assert (message["sender"], message["sender_name"]) == (user, "小明")
    assert (message["text"], message["addressed"]) == ("/报告", True)
    assert message["is_group_admin"]
    assert message["quoted"] is None


def test_a_private_message_is_decoded(qq, user):
    message = decoded(qq, user=user)
    window = {"platform": "qq", "bot": APP_ID, "id": user, "is_group": False}
    assert message["conversation"] == window
    assert (message["sender"], message["is_group_admin"]) == (user, False)


def test_where_all_messages_come_a_mention_is_taken_out(qq, user, group):
    author = {"member_openid": user, "member_role": "member", "bot": False}
    said = {"author": author, "group_openid": group}
    us = {"scope": "single", "bot": True, "id": "B1", "is_you": True, "member_openid": "B1"}
    them = us | {"id": "B2", "is_you": False, "member_openid": "B2"}
    for mention in (them, us):
        named = {"mentions": [mention | {"username": "助手"}]}
        content = f"<@{mention['id']}> 报告"
        number = qq.message("GROUP_MESSAGE_CREATE", said | named | {"content": content})
    message = json.loads(qq.answers_to(number, 1)[0].text)
    assert (message["text"], message["addressed"]) == ("报告", True)
    assert qq.is_silent(0.3)


@pytest.mark.parametrize("role", ["member", "a new role", None])
def test_nobody_else_is_an_admin(qq, user, group, role):
    author = {"member_openid": user, "member_role": role}
    assert not decoded(qq, author=author, group=group)["is_group_admin"]


def test_the_quoted_message_is_known_by_its_index(qq, user):
    scene = {"ext": ["", "ref_msg_idx=REFIDX_7", "msg_idx=REFIDX_8"], "source": "default"}
    assert decoded(qq, user=user, message_scene=scene)["quoted"] == "REFIDX_7"


def test_pictures_are_loaded_from_listed_hosts_only(qq, user):
    qq.downloads["a.png"] = PNG
    here = {"content_type": "image/png", "url": f"{qq.url}/picture/a.png"}
    there = {"content_type": "image/jpeg", "url": "https://example.com/a.jpg"}
    file = {"content_type": "file", "url": f"{qq.url}/picture/a.png"}
    message = decoded(qq, user=user, attachments=[here, there, file])
    assert message["pictures"] == [len(PNG), "图片的地址不在允许的范围内，没有下载。"]
