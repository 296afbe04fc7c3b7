"""What does not fit in answer to one message, and is asked for with “更多”."""

import re

import pytest

from bot.platforms.qq.outbox import GONE, NOT_TAKEN
from tests.unit.platforms.qq.asking import texts, wait_for_log
from tests.unit.platforms.qq.process import FILE_TEXT, PNG, paragraphs


def rest_of(qq, user):
    """Ask for more until nothing is left; all that came, without the offers."""
    parts = []
    while True:
        *sent, last = qq.answers_to(qq.in_private("更多", user=user))
        parts += sent
        if "“更多”" not in last.text:
            return [*parts, last]


def kept(qq, user):
    """Whether 更多 fetches something; else it goes on to the answerer, for whom it means more."""
    return texts(qq.answers_to(qq.in_private("更多", user=user))) != [f"{user}：更多"]


def test_what_cannot_be_drawn_comes_by_and_by(qq, bot, user, group):
    number = qq.in_group("极长画不出", user=user, group=group)
    parts = qq.answers_to(number, 5)
    assert [part.body["msg_seq"] for part in parts] == [1, 2, 3, 4, 5]
    assert parts[-1].text == "还有 10 条，提问的人一小时内 @我 发“更多”继续看。"
    assert list(parts[-1].buttons) == (["更多"] if bot.markdown else [])
    whole = texts(parts[:-1])

    qq.in_group("更多", user="somebody-else", group=group)
    assert qq.next_message().text == "somebody-else：更多"  # not theirs

    more = [qq.in_group("更多", user=user, group=group, id=f"more-{user}")]
    again = qq.in_group("更多", user=user, group=group, id=f"more-{user}")
    parts = qq.answers_to(again)
    assert len(parts) == 5  # and not more, for the second one was the same
    assert parts[-1].text == "还有 6 条，提问的人一小时内 @我 发“更多”继续看。"
    whole += texts(parts[:-1])
    if bot.markdown:
        parts = qq.answers_to(qq.press(parts[-1], "更多", user=user), 5)
    else:
        parts = qq.answers_to(qq.in_group(" /更多", user=user, group=group), 5)
    whole += texts(parts[:-1])
    assert parts[-1].text == "还有 2 条，提问的人一小时内 @我 发“更多”继续看。"
    parts = qq.answers_to(qq.in_group("更多", user=user, group=group), 2)
    whole += texts(parts)
    assert more == [again]
    expected = "极长画不出" + paragraphs(14)
    assert "".join("".join(whole).split()) == "".join(expected.split())
    number = qq.in_group("更多", user=user, group=group)
    assert texts(qq.answers_to(number)) == [f"{user}：更多"]


def test_a_new_long_reply_takes_the_place_of_the_rest(qq, user):
    for words in ("极长画不出", "长画不出"):
        qq.answers_to(qq.in_private(words, user=user), 4)  # in private it is four
    parts = qq.answers_to(qq.in_private("更多", user=user), 4)
    assert [part.text[:5] for part in parts] == [
        "第 4 段",
        "第 5 段",
        "第 6 段",
        "还有 3 ",
    ]
    parts = qq.answers_to(qq.in_private("更多", user=user), 3)
    assert [part.text[:5] for part in parts] == [f"第 {n} 段" for n in range(7, 10)]
    number = qq.in_private("更多", user=user)
    assert texts(qq.answers_to(number)) == [f"{user}：更多"]


def test_what_a_rate_limit_keeps_back_in_the_middle_can_be_asked_for(qq, user):
    qq.answers.extend([None, (429, {}, {"Retry-After": "3600"})])
    [first] = qq.answers_to(qq.in_private("三段画不出", user=user))
    more = qq.answers_to(qq.in_private("更多", user=user))
    said = "".join(part.text for part in [first, *more])
    assert re.findall(r"第 (\d) 段", said) == ["1", "2", "3"]
    assert said.endswith("三段画不出")


def test_a_file_that_is_refused_is_posted_as_text_within_the_budget(qq, user):
    qq.refused_kinds[4] = 850027
    said, file = qq.answers_to(qq.in_private("文件", user=user), 2)
    assert (said.text, file.text) == ("给你", FILE_TEXT.strip())
    sent = qq.answers_to(qq.in_private("长文件", user=user), 4)
    assert sent[-1].text == "还有 3 条，一小时内回复“更多”继续看。"
    *_, rest = qq.answers_to(qq.in_private("更多", user=user), 3)
    assert rest.text.splitlines()[-1].startswith("14,")


def test_nothing_of_a_very_long_reply_is_lost(qq, user):
    *first, _ = qq.answers_to(qq.in_private("特长画不出", user=user), 4)
    said = "".join("".join(texts([*first, *rest_of(qq, user)])).split())
    assert said == "".join(("特长画不出" + paragraphs(30)).split())


def test_the_buttons_of_the_last_part_come_with_it(qq, bot, user):
    qq.answers_to(qq.in_private("长选项画不出", user=user), 4)
    *others, last = rest_of(qq, user)
    assert not any(part.buttons for part in others)
    if bot.markdown:
        assert list(last.buttons) == ["A", "B"]
        pressed = qq.answers_to(qq.press(last, "B", user=user))
        assert texts(pressed) == [f"{user}：B"]


def test_a_file_said_in_words_comes_after_the_rest_of_its_reply(qq, user):
    qq.refused_kinds[4] = 850027
    sent = qq.answers_to(qq.in_private("长长文件画不出", user=user), 4)
    first = [part for part in sent if "“更多”" not in part.text]
    said = "".join(texts([*first, *rest_of(qq, user)]))
    assert re.findall(r"第 (\d) 段", said) == [str(n) for n in range(1, 10)]
    assert re.findall(r"(\d+),错题", said) == [str(n) for n in range(15)]
    assert said.index("第 9 段") < said.index("0,错题")


def test_the_rest_is_kept_for_an_hour(qq, bot, user):
    late = "回复没有发出：超过了 QQ 允许回复的时间或次数"
    before = bot.log.count(late)
    qq.answers_to(qq.in_private("长画不出", user=user), 4)
    qq.in_private("两小时", user=f"{user}-other")
    wait_for_log(bot, late, more_than=before)
    assert texts(qq.answers_to(qq.in_private("更多", user=user))) == [GONE]
    assert not kept(qq, user)


@pytest.mark.parametrize("code", [304003, 40034008])
def test_a_rest_that_qq_refuses_becomes_one_picture_and_is_not_repeated(qq, user, code):
    qq.answers_to(qq.in_private("长画不出", user=user), 4)
    qq.answers.append((400, {"code": code}, {}))
    [sent] = qq.answers_to(qq.in_private("更多", user=user))
    assert (sent.picture, sent.text) == (PNG, "")
    assert not kept(qq, user)


def test_only_what_qq_refuses_lacks_where_nothing_can_be_drawn(qq, user):
    *first, _ = qq.answers_to(qq.in_private("全画不出", user=user), 4)
    qq.answers.append((400, {"code": 304003}, {}))
    [told] = qq.answers_to(qq.in_private("更多", user=user))
    assert told.text == f"{NOT_TAKEN}\n还有 5 条，一小时内回复“更多”继续看。"
    said = "".join(texts([*first, *rest_of(qq, user)]))
    assert re.findall(r"第 (\d) 段", said) == [str(n) for n in (1, 2, 3, 5, 6, 7, 8, 9)]


def test_nothing_is_kept_of_a_reply_that_did_not_go_out(qq, bot, user):
    refused = "回复没有发出：QQ 不让发带网址或太长的消息"
    before = bot.log.count(refused)
    qq.answers.append((400, {"code": 304003}, {}))
    qq.in_private("全画不出", user=user)
    wait_for_log(bot, refused, more_than=before)
    assert not kept(qq, user)


@pytest.mark.parametrize(
    "refusal", [(429, {}, {"Retry-After": "3600"}), (400, {"code": 304027}, {})]
)
def test_a_rest_that_cannot_go_now_stays_kept(qq, bot, user, refusal):
    failed = "剩下的部分没有发出"
    before = bot.log.count(failed)
    qq.answers_to(qq.in_private("长画不出", user=user), 4)
    qq.answers.append(refusal)
    qq.in_private("更多", user=user)
    wait_for_log(bot, failed, more_than=before)
    said = "".join(texts(rest_of(qq, user)))
    assert re.findall(r"第 (\d) 段", said) == [str(n) for n in range(4, 10)]


def test_a_question_that_begins_with_more_is_a_question(qq, user):
    sent = qq.answers_to(qq.in_private("更多关于死锁的例子", user=user))
    assert texts(sent) == [f"{user}：更多关于死锁的例子"]
