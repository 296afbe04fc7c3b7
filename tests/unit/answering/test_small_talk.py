"""Whole utterances over the shipped small talk and a small library."""

import pytest

from backend.answering.context import Context
from backend.answering.small_talk import SmallTalkRecogniser, bare, bare_parts, pick_reply
from backend.answering.understanding import Understander


@pytest.fixture(scope="module")
def intent_of(library):
    recogniser = SmallTalkRecogniser(library)
    return lambda message: recogniser.intent(bare(message), bare_parts(message))


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("！！你好～", "你好"),
        ("😀谢谢[玫瑰]", "谢谢"),
        ("ＴＣＰ？", "tcp"),
        ("。。。", ""),
        ("[赞]", ""),
    ],
)
def test_bare_is_what_is_said_without_its_trimmings(message, text):
    assert bare(message) == text


@pytest.mark.parametrize(
    ("message", "intent"),
    [
        ("你好", "greeting"),
        ("你好呀", "greeting"),
        ("你好你好", "greeting"),
        ("谢谢啦", "thanks"),
        ("你好，在吗", "greeting"),
        ("谢谢 你好", "thanks"),
        ("非常感谢你", "thanks"),
        ("你好，什么是死锁", None),
        ("死锁", None),
        ("好", None),
    ],
)
def test_a_message_that_is_nothing_but_small_talk_has_its_intent(intent_of, message, intent):
    assert intent_of(message) == intent


def test_the_same_message_gets_the_same_reply(library):
    assert len({pick_reply(library, "greeting", "你好") for _ in range(5)}) == 1


@pytest.mark.parametrize("message", ["[赞] [玫瑰]", "[1] [2]", "[哈]，[哈]"])
def test_stickers_alone_say_nothing(library, message):
    assert Understander(library).understand(message, Context()).intent == "empty"
