"""Pushes: a round of the daily question, and what QQ does not allow."""

import re

from tests.e2e.learning_chat import reveal_now, rows
from tests.e2e.qq.asking import OPERATOR, PUSHABLE, ask


def test_a_daily_question_is_pushed_answered_and_revealed(qq, bot, data_dir, user):
    admin = {"id": "U-admin", "member_openid": "U-admin", "bot": False, "member_role": "owner"}
    assert "只有群主和管理员能改" in ask(qq, "/每日一题 开", user=user, group=PUSHABLE)
    number = qq.in_group("/每日一题 开", group=PUSHABLE, author=admin)
    assert "已开启" in qq.answers_to(number, 1)[0].text
    number = qq.in_group("/每日一题 安静 无", group=PUSHABLE, author=admin)
    assert "改好了" in qq.answers_to(number, 1)[0].text

    [line] = [line for line in ask(qq, "/管理 群", user=OPERATOR).splitlines() if PUSHABLE in line]
    qq.in_private(f"/管理 推送 {line.split('.')[0]}", user=OPERATOR)
    question = qq.first(lambda sent: sent.openid == PUSHABLE)
    assert question.answers == ""
    assert "【408 每日一题 · " in question.text
    assert "平台已确认" in qq.first(lambda sent: sent.openid == OPERATOR).text

    scene = {"ext": [f"ref_msg_idx={question.index}", "msg_idx=REFIDX_new"], "source": "default"}
    quoted = qq.in_group("B", user=user, group=PUSHABLE, message_scene=scene)
    assert re.search(r"收到，(第 \d 题)?选 B（第 1 位作答", qq.answers_to(quoted, 1)[0].text)
    reveal_now(data_dir, f"qq:g:{PUSHABLE}")
    revealed = qq.first(lambda sent: sent.openid == PUSHABLE and not sent.answers, 40)
    assert "答案" in revealed.text or revealed.picture
    found = rows(data_dir, "SELECT shown FROM attempts WHERE group_key = ?", f"qq:g:{PUSHABLE}")
    assert found == [("B",)]


def test_where_nothing_may_be_pushed_the_operator_is_told_so(qq, group):
    admin = {"id": "U-admin", "member_openid": "U-admin", "bot": False, "member_role": "admin"}
    number = qq.in_group("/每日一题 开", group=group, author=admin)
    assert "已开启" in qq.answers_to(number, 1)[0].text
    [line] = [line for line in ask(qq, "/管理 群", user=OPERATOR).splitlines() if group in line]
    assert "不允许主动推送" in ask(qq, f"/管理 推送 {line.split('.')[0]}", user=OPERATOR)
    assert qq.is_silent(0.3)


def test_what_qq_refuses_to_push_is_not_tried_again(qq, bot):
    qq.in_private("/管理 群", user=OPERATOR)
    listed = qq.first(lambda sent: sent.openid == OPERATOR).text
    [line] = [line for line in listed.splitlines() if PUSHABLE in line]
    qq.pushable.discard(PUSHABLE)
    try:
        number = qq.in_private(f"/管理 广播测试 {line.split('.')[0]}", user=OPERATOR)
        assert "QQ 不让主动发消息" in qq.answers_to(number, 1)[0].text
    finally:
        qq.pushable.add(PUSHABLE)
