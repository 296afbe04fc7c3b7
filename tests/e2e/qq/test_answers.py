"""``python -m bot serve`` through QQ's own bot platform: questions and answers."""

import json
import re

import pytest

from tests.e2e.qq.asking import FOLLOW_UP, OPERATOR, ask
from tests.e2e.qq_api import SECRET
from tests.photos.draw import photo


def test_a_mention_in_a_group_gets_a_sourced_answer(qq, user, group):
    number = qq.in_group("什么是死锁", user=user, group=group)
    sent = qq.next_message()
    assert (sent.openid, sent.is_group, sent.answers) == (group, True, number)
    assert (sent.body["msg_type"], sent.body["msg_seq"]) == (0, 1)
    assert "死锁" in sent.text
    assert "依据：" in sent.text
    assert "**" not in sent.text


def test_a_private_message_gets_a_sourced_answer_and_a_follow_up_is_understood(qq, user):
    number = qq.in_private("什么是死锁", user=user)
    sent = qq.next_message()
    assert (sent.openid, sent.is_group, sent.answers) == (user, False, number)
    assert "依据：" in sent.text
    assert "死锁 · 易错点" in ask(qq, FOLLOW_UP, user=user)


def test_an_author_of_whom_qq_says_little_is_answered(qq, user, group):
    qq.in_group("什么是死锁", group=group, author={"member_openid": user})
    assert "死锁" in qq.next_message().text


def test_optional_parts_that_cannot_be_read_do_not_lose_the_message(qq, user, group):
    broken = {"mentions": [{"id": "x"}], "message_scene": {"source": 1}, "attachments": [{}]}
    qq.in_group("什么是死锁", user=user, group=group, **broken)
    assert "死锁" in qq.next_message().text


def test_slash_words_are_commands(qq, user, group):
    assert "/练" in ask(qq, "/帮助", user=user, group=group)


def test_other_bots_are_left_alone(qq, user, group):
    author = {"id": user, "member_openid": user, "bot": True, "member_role": "member"}
    qq.in_group("什么是死锁", group=group, author=author)
    assert qq.is_silent()


def test_a_group_message_that_is_not_for_the_bot_is_left_alone(qq, user, group):
    author = {"id": user, "member_openid": user, "bot": False, "member_role": "member"}
    said = {"author": author, "group_id": group, "group_openid": group, "content": "什么是死锁"}
    qq.message("GROUP_MESSAGE_CREATE", said)
    everyone = [{"scope": "all", "is_you": True, "username": "全体成员"}]
    qq.message("GROUP_MESSAGE_CREATE", said | {"id": "m-all", "mentions": everyone})
    assert qq.is_silent()


def test_the_same_event_twice_is_answered_once(qq, user):
    for _ in range(3):
        qq.in_private("什么是死锁", user=user, id="ROBOT1.0_the_same")
    assert len(qq.answers_to("ROBOT1.0_the_same")) == 1


def test_two_people_in_one_group_do_not_share_a_thread(qq, bot, group, person):
    alice, bob = person(), person()
    ask(qq, "什么是死锁", user=alice, group=group)
    assert "想问的是哪个" in ask(qq, FOLLOW_UP, user=bob, group=group)
    assert "死锁 · 易错点" in ask(qq, FOLLOW_UP, user=alice, group=group)


@pytest.mark.parametrize("injected", ['<qqbot-at-user id="1" />', "<@!1>", "@everyone"])
def test_a_mention_in_a_question_never_becomes_one(qq, user, group, injected):
    sent = ask(qq, f"/练 甲{injected}乙", user=user, group=group)
    assert re.search("没认出“甲.*乙”", sent), "the reply repeats what was said"
    assert not re.search(r"<@|<qqbot|@everyone", sent)


def test_what_only_the_sender_may_see_is_not_said_in_a_group(qq, group):
    assert "私聊" in ask(qq, "/管理 群", user=OPERATOR, group=group)


def test_a_photo_of_a_question_is_read_and_answered(qq, user, group):
    qq.downloads["clean"] = photo("clean").data
    picture = {"content_type": "image/png", "filename": "1.png", "url": f"{qq.url}/picture/clean"}
    number = qq.in_group("", user=user, group=group, attachments=[picture])
    [sent] = qq.answers_to(number, 1, seconds=60)
    assert "识别到的题目" in sent.text
    assert "缺页 9 次" in sent.text


def test_the_log_and_the_health_page_hold_no_secrets_names_or_words(qq, bot):
    ask(qq, "什么是哲学家进餐问题", user="U-4711408", group="G-4711408")
    page = bot.get("/healthz")[1]
    assert json.loads(page)["parts"]["qq"] == {
        "ok": True,
        "state": "connected",
        "connections": 1,
        "mode": "webhook",
    }
    for secret in (SECRET, "哲学家", "4711408", OPERATOR, *qq.tokens):
        assert secret not in bot.log, secret
        assert secret not in page, secret
    assert "Traceback" not in bot.log
