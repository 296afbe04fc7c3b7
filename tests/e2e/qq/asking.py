"""What the tests ask of the bot, and what it says of itself."""

import json

FOLLOW_UP = "那它的易错点呢"
OPERATOR = "U-operator"
PUSHABLE = "G-pushable"


def health(server):
    return json.loads(server.get("/healthz")[1])["parts"]["qq"]


def ask(qq, words, **where):
    """Ask in private or, given a group, with a mention; the text of the first answer."""
    number = (qq.in_group if "group" in where else qq.in_private)(words, **where)
    return qq.answers_to(number, 1)[0].text
