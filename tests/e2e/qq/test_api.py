"""The API of QQ: tokens, limits, refusals, pictures, files, and what does not fit."""

import re

import pytest

from bot.rendering.outgoing import file_as_texts
from plugins.messages import Attachment
from tests.e2e.qq.asking import ask
from tests.e2e.qq_api import DROP
from tests.e2e.waiting import until


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
