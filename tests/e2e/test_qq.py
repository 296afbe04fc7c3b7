"""``python -m bot serve`` as people meet it through QQ's own bot platform: real processes.

One process with the webhook serves most tests; every test has people and groups of its own.
"""

import json
import re
import shutil
import time
from itertools import count

import pytest

from bot.rendering.outgoing import file_as_texts
from plugins.messages import Attachment
from tests.e2e.learning_chat import reveal_now, rows
from tests.e2e.qq_api import APP_ID, DROP, SECRET
from tests.e2e.qq_server import QqServer, sign
from tests.e2e.server_process import LISTENS, SERVE, start
from tests.e2e.waiting import until
from tests.photos.draw import photo

FOLLOW_UP = "那它的易错点呢"
OPERATOR = "U-operator"
PUSHABLE = "G-pushable"
VECTOR = (
    "87befc99c42c651b3aac0278e71ada338433ae26fcb24307bdc5ad38c1adc2d0"
    "1bcfcadc0842edac85e85205028a1132afe09280305f13aa6909ffc2d652c706"
)
"""The example in QQ's documentation of the webhook."""
_numbers = count(1)


@pytest.fixture(scope="module")
def qq():
    with QqServer() as server:
        yield server


@pytest.fixture(scope="module")
def data_dir(built_data_dir, tmp_path_factory):
    return shutil.copytree(built_data_dir, tmp_path_factory.mktemp("qq") / "data")


@pytest.fixture(scope="module")
def bot(qq, data_dir):
    env = qq.settings(
        data_dir, QQ__PUSH_TARGETS=f"{PUSHABLE},{OPERATOR}", SUPERUSERS=f"qq:{OPERATOR}"
    )
    qq.pushable |= {PUSHABLE, OPERATOR}
    with start(SERVE, data_dir / "log", env, ready=LISTENS) as running:
        qq.webhook = f"{running.url}/qq/webhook"
        until(lambda: health(running)["ok"])
        yield running


@pytest.fixture(autouse=True)
def nothing_left(request):
    """Let no message of one test be met by the next."""
    yield
    if "qq" in request.fixturenames:
        server = request.getfixturevalue("qq")
        server.answers.clear()
        server.refused_kinds.clear()
        while not server.messages.empty():
            server.messages.get_nowait()


@pytest.fixture
def user(bot):
    return f"U-{next(_numbers)}"


@pytest.fixture
def group(bot):
    return f"G-{next(_numbers)}"


def health(server):
    return json.loads(server.get("/healthz")[1])["parts"]["qq"]


def ask(qq, words, **where):
    """Ask in private or, given a group, with a mention; the text of the first answer."""
    number = (qq.in_group if "group" in where else qq.in_private)(words, **where)
    return qq.answers_to(number, 1)[0].text


# Questions and answers


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


def test_two_people_in_one_group_do_not_share_a_thread(qq, group):
    alice, bob = (f"U-{next(_numbers)}" for _ in range(2))
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


# Who may come in


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
    said = {"id": f"m-{next(_numbers)}", "timestamp": "t", "content": words}
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


# The API of QQ


def test_a_token_that_ended_is_fetched_anew(qq, user):
    qq.revoke_tokens()
    assert "死锁" in ask(qq, "什么是死锁", user=user)


def test_a_token_is_renewed_before_it_ends(qq, user):
    qq.token_seconds = 41
    qq.revoke_tokens()
    before = qq.unauthorized
    try:
        ask(qq, "什么是死锁", user=user)
        known = len(qq.tokens)
        until(lambda: ask(qq, "什么是死锁", user=user) and len(qq.tokens) > known)
        assert qq.unauthorized == before + 1  # the revoked one: none was used until it ended
    finally:
        qq.token_seconds = 7200


@pytest.mark.parametrize(
    ("refusal", "seconds"),
    [((429, {}, {"Retry-After": "0.7"}), 0.7), ((400, {"code": 22009}, {}), 1.0)],
)
def test_a_rate_limit_is_waited_out(qq, user, refusal, seconds):
    qq.answers.append(refusal)
    [sent] = qq.answers_to(qq.in_private("什么是死锁", user=user))
    assert "死锁" in sent.text
    assert sent.at - qq.asked_at[-1] >= seconds


def test_a_rate_limit_that_lasts_is_given_up(qq, bot, user):
    qq.answers.append((429, {}, {"Retry-After": "3600"}))
    qq.in_private("什么是死锁", user=user)
    until(lambda: "回复没有发出：QQ 限制了发送频率" in bot.log)
    assert qq.is_silent(0.3)


def test_what_was_not_confirmed_is_sent_again_and_arrives_once(qq, user):
    qq.answers.append(DROP)
    number = qq.in_private("什么是死锁", user=user)
    assert len(qq.answers_to(number, quiet=1.5)) == 1
    assert qq.refusals[-1] == 40054005


def test_a_refusal_is_one_line_of_the_log_without_names(qq, bot, user):
    qq.answers.append((400, {"code": 40054003, "message": f"about {user}"}, {}))
    qq.in_private("什么是死锁", user=user)
    until(lambda: "机器人不在这个群里" in bot.log)
    assert user not in bot.log


def test_a_picture_that_qq_refuses_is_said_in_words(qq, user):
    assert "记录" in ask(qq, "/我的", user=user)
    ask(qq, "/练", user=user)
    ask(qq, "A", user=user)
    number = qq.in_private("/我的", user=user)
    [drawn] = qq.answers_to(number)
    assert drawn.picture is not None
    assert drawn.picture.startswith(b"\x89PNG")
    qq.refused_kinds[1] = 850026
    number = qq.in_private("/我的", user=user)
    said = qq.answers_to(number)
    assert said[0].picture is None
    assert said[0].text


def test_a_file_is_sent_and_where_qq_takes_none_its_lines(qq, user):
    ask(qq, "/练 网络", user=user)
    ask(qq, "A", user=user)
    ask(qq, "蒙的", user=user)
    *_, sent = qq.answers_to(qq.in_private("/错题本 导出", user=user))
    assert sent.file is not None
    assert "408 错题本" in sent.file[1].decode()
    qq.refused_kinds[4] = 850027
    *_, said = qq.answers_to(qq.in_private("/错题本 导出", user=user))
    assert said.file is None
    assert "错题本" in said.text


def test_more_than_qq_takes_is_offered_and_fetched(qq, user):
    """The export of a wrong book where QQ takes no files: more than four messages in private."""
    book = b""
    while len(file_as_texts(Attachment("错题本.md", book), 1500)) <= 3:  # which are left for a file
        ask(qq, "/练", user=user)
        ask(qq, "A", user=user)
        ask(qq, "蒙的", user=user)
        *_, sent = qq.answers_to(qq.in_private("/错题本 导出", user=user))
        book = sent.file[1]
    qq.refused_kinds[4] = 850027
    parts = qq.answers_to(qq.in_private("/错题本 导出", user=user), 4)
    offer = re.fullmatch(r"还有 (\d+) 条，一小时内回复“更多”继续看。", parts[-1].text)
    assert offer, parts[-1].text
    count = int(offer[1])
    more = qq.answers_to(qq.in_private("更多", user=user), count)
    said = "\n".join(part.text for part in [*parts[:-1], *more])
    assert len(re.findall("答案：[A-D]", said)) == book.decode().count("答案：")
    assert max(len(part.text) for part in [*parts, *more]) <= 1500


def test_more_where_nothing_is_kept_is_more_of_the_topic(qq, user):
    first = ask(qq, "什么是死锁", user=user)
    more = ask(qq, "更多", user=user)
    assert "【死锁 · " in more
    assert more != first


# Pushes


def test_a_daily_question_is_pushed_answered_and_revealed(qq, bot, data_dir):
    admin = {"id": "U-admin", "member_openid": "U-admin", "bot": False, "member_role": "owner"}
    member = f"U-{next(_numbers)}"
    assert "只有群主和管理员能改" in ask(qq, "/每日一题 开", user=member, group=PUSHABLE)
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
    quoted = qq.in_group("B", user=member, group=PUSHABLE, message_scene=scene)
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


# What is left behind


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
