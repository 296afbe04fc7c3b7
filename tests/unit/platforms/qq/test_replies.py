"""Replies and what becomes of them on the way to QQ."""

import json
import re

import pytest

from bot.platforms.qq.outbox import NOT_TAKEN
from tests.unit.platforms.qq.asking import report_of, texts, wait_for_log
from tests.unit.platforms.qq.process import FILE_TEXT, PNG, PUSHABLE


def test_a_long_reply_is_one_picture(qq, user, group):
    number = qq.in_group("长", user=user, group=group)
    [sent] = qq.answers_to(number)
    assert (sent.picture, sent.body["msg_type"]) == (PNG, 7)


def test_what_is_to_be_copied_stays_text_beside_one_picture(qq, bot, user):
    sent = qq.answers_to(qq.in_private("照片", user=user))
    said = [(each.picture, each.text) for each in sent]
    if bot.markdown:
        assert said == [(PNG, ""), (None, "识别到的题目：\n\n`进程死锁的条件`")]
    else:
        assert said == [(PNG, "识别到的题目：\n\n进程死锁的条件")]


def test_a_reply_that_comes_too_late_is_not_tried(qq, bot, user, group):
    qq.in_group("晚", user=user, group=group)
    wait_for_log(bot, "回复没有发出：超过了 QQ 允许回复的时间或次数")
    assert qq.messages.empty()


def test_in_private_there_is_an_hour(qq, user):
    assert texts(qq.answers_to(qq.in_private("晚", user=user))) == [f"{user}：晚"]


def test_a_late_reply_is_pushed_where_that_is_allowed(qq, user):
    qq.in_group("晚", user=user, group=PUSHABLE)
    sent = qq.next_message()
    assert (sent.openid, sent.answers, sent.text) == (PUSHABLE, "", f"{user}：晚")
    assert "msg_seq" not in sent.body


@pytest.mark.parametrize("code", [40034128, 304103, 40034005])
def test_qq_may_find_a_reply_late_too(qq, user, code):
    qq.answers.append((400, {"code": code}, {}))
    qq.in_group("你好", user=user, group=PUSHABLE)
    assert qq.next_message().answers == ""


def test_in_a_group_the_first_part_quotes_the_question(qq, user, group):
    scene = {"message_scene": {"ext": ["msg_idx=REFIDX_9"], "source": "default"}}
    parts = qq.answers_to(qq.in_group("长画不出", user=user, group=group, **scene), 5)
    assert [part.quotes for part in parts] == ["REFIDX_9", "", "", "", ""]
    [said] = qq.answers_to(qq.in_private("你好", user=user, **scene))
    assert said.quotes == ""
    qq.answers.append((400, {"code": 40034003}, {}))
    [said] = qq.answers_to(qq.in_group("你好", user=user, group=group, **scene))
    assert (said.text, said.quotes) == (f"{user}：你好", "")


def test_a_private_reply_in_a_group_is_only_hinted_at(qq, user, group):
    number = qq.in_group("私下", user=user, group=group)
    assert texts(qq.answers_to(number)) == ["这条只能给你一个人看，请私聊我再发一次。"]
    assert texts(qq.answers_to(qq.in_private("私下", user=user))) == ["悄悄话"]


def test_a_picture_has_its_caption_and_what_is_refused_is_said(qq, user):
    [sent] = qq.answers_to(qq.in_private("图", user=user))
    assert (sent.picture, sent.text) == (PNG, "看图")
    qq.refused_kinds[1] = 850026
    [sent] = qq.answers_to(qq.in_private("图", user=user))
    assert (sent.picture, sent.text) == (None, "看字")


@pytest.mark.parametrize("code", [304003, 40054018])
def test_a_text_that_qq_does_not_take_becomes_a_picture(qq, bot, user, code):
    qq.answers.append((400, {"code": code}, {}))
    [sent] = qq.answers_to(qq.in_private("见 example.com", user=user))
    assert (sent.picture, sent.text) == (PNG, "")
    refused = "回复没有发出：QQ 不让发带网址或太长的消息"
    before = bot.log.count(refused)
    qq.answers.append((400, {"code": code}, {}))
    qq.in_private("画不出 example.com", user=user)
    wait_for_log(bot, refused, more_than=before)
    assert qq.messages.empty()


def test_a_later_part_that_qq_does_not_take_becomes_a_picture_or_is_said_to_lack(qq, user):
    refusal = (400, {"code": 304003}, {})
    qq.answers.extend([None, refusal])
    first, rest = qq.answers_to(qq.in_private("三段", user=user))
    assert first.text.startswith("三段")
    assert (rest.picture, rest.text) == (PNG, "")

    qq.answers.extend([None, refusal])
    *_, told = texts(qq.answers_to(qq.in_private("三段画不出", user=user)))
    assert told == f"{NOT_TAKEN}\n还有 1 条，一小时内回复“更多”继续看。"


def test_choices_are_buttons_where_there_may_be_some(qq, bot, user):
    [sent] = qq.answers_to(qq.in_private("选项", user=user))
    if not bot.markdown:
        assert (sent.body["msg_type"], sent.buttons) == (0, {})
        return
    assert list(sent.buttons) == ["A", "报告", "很长" * 9 + "很…"]
    message = json.loads(qq.answers_to(qq.press(sent, "报告", user=user))[0].text)
    assert (message["text"], message["addressed"]) == ("报告", True)
    heard = json.loads(report_of(qq, "送达", user))
    [ids] = [ids for text, ids in heard if text == f"选一个{user}"]
    assert ids[:2] == [sent.id, sent.index]
    assert message["quoted"] in ids


def test_a_picture_with_choices_is_followed_by_the_buttons(qq, bot, user):
    sent = qq.answers_to(qq.in_private("图选项", user=user))
    if not bot.markdown:
        assert [(each.picture, each.text) for each in sent] == [(PNG, "看图")]
        return
    assert [(each.picture, each.text) for each in sent] == [(PNG, ""), (None, "看图")]
    assert list(sent[1].buttons) == ["A", "B"]


def test_markdown_that_is_refused_becomes_text(qq, bot, user):
    qq.answers.append((400, {"code": 304036}, {}))
    number = qq.in_private("选项", user=user)
    if bot.markdown:
        assert [sent.body["msg_type"] for sent in qq.answers_to(number)] == [0]
    else:
        wait_for_log(bot, "回复没有发出：QQ 不让发这样的 Markdown")
        assert number not in [sent.answers for sent in list(qq.messages.queue)]


def test_a_file_is_sent_with_its_name(qq, user):
    said, file = qq.answers_to(qq.in_private("文件", user=user))
    assert said.text == "给你"
    assert file.file == ("错题本.csv", FILE_TEXT.encode())


def test_a_mention_in_a_reply_has_no_power(qq, user, group):
    for words in ('<qqbot-at-user id="1" />', "<qqbot-at-everyone />", "@everyone", "<cmd x>"):
        said = "".join(texts(qq.answers_to(qq.in_group(f"说{words}", user=user, group=group))))
        assert not re.search(r"<(qqbot|cmd)|@everyone", said)
