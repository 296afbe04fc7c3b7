"""What happens when QQ refuses, stalls or is not there."""

import json
import sys
import time

import pytest

from tests.e2e.qq_api import DROP, STALL
from tests.e2e.qq_server import QqServer
from tests.e2e.server_process import LISTENS, start
from tests.e2e.waiting import until
from tests.unit.platforms.qq.asking import report_of
from tests.unit.platforms.qq.process import PUSHABLE


def test_what_was_not_confirmed_is_sent_again_and_heard_of_once(qq, user):
    qq.answers.append(DROP)
    number = qq.in_private(f"独一无二{user}", user=user)
    assert len(qq.answers_to(number, quiet=1.5)) == 1
    heard = json.loads(report_of(qq, "送达", user))
    assert [ids for text, ids in heard if f"独一无二{user}" in text] == [[]]


def test_a_reply_that_may_have_arrived_is_not_pushed_though_the_window_closed(qq, user):
    qq.answers.extend([DROP, (400, {"code": 304027}, {})])
    number = qq.in_group("只一次", group=PUSHABLE, user=user)
    assert len(qq.answers_to(number, quiet=2.0)) == 1
    assert qq.is_silent(0.5)


def test_a_stalling_platform_keeps_nobody_else_waiting(qq, user):
    qq.answers.append(STALL)
    qq.in_private("你好", user=f"{user}-slow")
    number = qq.in_private("你好", user=user)
    assert qq.answers_to(number)[0].text == f"{user}：你好"


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        ((400, {"code": 40034102}, {}), "未发 不必再试 QQ 不让主动发消息"),
        ((400, {"code": 40034100}, {}), "未发 不必再试 QQ 不让主动发消息"),
        ((400, {"code": 11298}, {}), "未发 不必再试 这台机器的 IP 不在"),
        ((404, {}, {}), "未发 不必再试 QQ 没有这个接口"),
        ((429, {}, {"Retry-After": "600"}), "未发 可再试 QQ 限制了发送频率"),
        ((403, {"code": 1}, {}), "未发 可再试 QQ 拒绝了"),
        ((403, None, {}), "未发 可再试 QQ 拒绝了"),
        ((500, {"code": 2}, {}), "不明 QQ 内部出错"),
        ((202, {"code": 304023, "data": {"message_audit": {"audit_id": "x"}}}, {}), "不明 "),
        ((200, "not an object", {}), "已发"),
        (DROP, "不明 连接断开"),
    ],
)
def test_what_becomes_of_a_push_is_told(qq, user, refusal, said):
    qq.answers.append(refusal)
    assert report_of(qq, f"推 群 {PUSHABLE}", user).startswith(said)


def test_a_push_arrives_and_gives_its_ids(qq, user):
    for window, openid in (("群", PUSHABLE), ("人", "U-push")):
        qq.in_private(f"推 {window} {openid}", user=user)
        pushed = qq.first(lambda sent, openid=openid: sent.openid == openid)
        assert (pushed.answers, pushed.is_group) == ("", window == "群")
        said = qq.first(lambda sent: sent.openid == user).text
        assert said == f"已发 {pushed.id} {pushed.index}"


def test_a_push_where_none_is_allowed_is_not_tried(qq, user):
    assert report_of(qq, "推 群 G-other", user).startswith("未发 不必再试 设置里没有允许")
    assert report_of(qq, "推 群 a/b", user).startswith("未发 不必再试 不是 QQ")
    assert qq.is_silent(0.2)


def test_without_a_network_the_process_runs_and_says_so(tmp_path):
    command = (sys.executable, "-m", "tests.unit.platforms.qq.process")
    nowhere = "http://127.0.0.1:9"
    with start((*command, nowhere, "plain"), tmp_path / "log", ready=LISTENS) as bot:
        until(lambda: "error" in state_of(bot))
        assert not state_of(bot)["ok"]
        assert "换取访问令牌时连不上 QQ" in state_of(bot)["error"]
        assert bot.end() == 0
        assert bot.log.count("换取访问令牌时连不上 QQ") == 1
        assert "Traceback" not in bot.log


def state_of(bot):
    return json.loads(bot.get("/healthz")[1])["parts"]["qq"]


@pytest.mark.parametrize("failure", [(500, {}, {}), (200, "nonsense", {})])
def test_a_token_is_used_until_its_end_while_no_new_one_can_be_had(tmp_path, failure):
    command = (sys.executable, "-m", "tests.unit.platforms.qq.process")
    with QqServer() as qq:
        qq.token_seconds = 30  # always about to end, so that every call wants a new one
        with start((*command, qq.url, "plain"), tmp_path / "log", ready=LISTENS) as bot:
            qq.webhook = f"{bot.url}/qq/webhook"
            until(lambda: state_of(bot)["ok"])
            time.sleep(1.1)  # the least time between two
            given = len(qq.tokens)
            qq.token_answers.extend([failure] * 20)
            assert qq.answers_to(qq.in_private("你好"), 1)
            assert len(qq.token_answers) < 20
            assert len(qq.tokens) == given
            qq.token_answers.clear()
            qq.token_answers.append((200, {"code": 100016}, {}))
            qq.in_private("你好")
            until(lambda: "AppSecret" in bot.log)
