"""What the tests ask of the platform, and what they wait for."""

import json

from tests.e2e.waiting import until


def decoded(qq, words="报告", **where):
    """What the message was read as, with the names of its fields."""
    number = (qq.in_group if "group" in where else qq.in_private)(words, **where)
    return json.loads(qq.answers_to(number, 1)[0].text)


def texts(sent):
    return [each.text for each in sent]


def report_of(qq, words, user):
    """Ask for what became of something; the text of the reply."""
    return qq.answers_to(qq.in_private(words, user=user), 1)[0].text


def wait_for_log(bot, words, more_than=0):
    until(lambda: bot.log.count(words) > more_than, seconds=20)
