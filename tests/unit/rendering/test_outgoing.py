"""Replies as messages for a platform."""

from bot.rendering.outgoing import plain_messages, plain_text, with_sources
from plugins.messages import SILENT, Caps, Reply, Source

CAPS = Caps(name="test", max_chars=20)
SOURCES = (Source("死锁", "OS0201"), Source("死锁", "OS0201"), Source("笔记.md", ""))


def test_a_silent_reply_is_no_message():
    assert plain_messages(SILENT, CAPS) == ()
    assert plain_text(SILENT) == ""


def test_sources_that_the_text_does_not_name_are_added_once_each():
    reply = Reply(text="**定义**", decision="answer", sources=SOURCES)
    assert plain_text(reply) == "定义\n\n依据：死锁（OS0201）；笔记.md"


def test_sources_that_the_text_names_are_not_repeated():
    reply = Reply(text="定义\n依据：操作系统", decision="answer", sources=SOURCES)
    assert with_sources(reply) == reply.text


def test_a_long_reply_becomes_messages_within_the_limit():
    reply = Reply(text="一句话。" * 20, decision="answer")
    parts = plain_messages(reply, CAPS)
    assert "".join(parts) == reply.text
    assert max(map(len, parts)) <= 20
