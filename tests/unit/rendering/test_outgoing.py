"""Replies as messages for a platform."""

from dataclasses import replace

import pytest

from bot.rendering.outgoing import (
    Outgoing,
    as_picture,
    file_as_texts,
    outgoing,
    plain_messages,
    plain_text,
    with_sources,
)
from plugins.drawing import Drawing, Prose
from plugins.messages import SILENT, Attachment, Caps, Reply, Source

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


DRAWING = Drawing("每日一题", ())
DRAWN = Reply(
    text="题目和选项",
    decision="answer",
    sources=SOURCES,
    drawing=DRAWING,
    caption="**回复**选项。" * 3,
)
WITH_PICTURES = Caps(name="test", max_chars=20, pictures=True)


class Painter:
    """Draws the title of a card, or nothing at all."""

    def __init__(self, works: bool = True) -> None:
        self.works = works

    async def draw(self, drawing):
        return drawing.title.encode() if self.works else None


async def test_a_drawing_is_shown_with_its_caption_and_without_a_line_of_sources():
    sent = await outgoing(DRAWN, WITH_PICTURES, Painter())
    assert sent.picture == "每日一题".encode()
    assert "".join(sent.texts) == "回复选项。" * 3
    assert max(map(len, sent.texts)) <= 20


async def test_a_drawing_without_a_caption_is_a_picture_alone():
    sent = await outgoing(replace(DRAWN, caption=""), WITH_PICTURES, Painter())
    assert (sent.texts, sent.picture) == ((), "每日一题".encode())


@pytest.mark.parametrize(
    ("caps", "painter"),
    [(CAPS, Painter()), (WITH_PICTURES, None), (WITH_PICTURES, Painter(works=False))],
)
async def test_what_cannot_be_drawn_is_said_in_words_with_its_sources(caps, painter):
    sent = await outgoing(DRAWN, caps, painter)
    assert sent == Outgoing(plain_messages(DRAWN, caps))
    assert "题目和选项" in sent.texts[0]
    assert any("依据：" in text for text in sent.texts)


async def test_a_reply_without_a_drawing_is_its_text():
    reply = Reply(text="定义", decision="answer", caption="没有图")
    assert await outgoing(reply, WITH_PICTURES, Painter()) == Outgoing(("定义",))


@pytest.mark.parametrize("painter", [None, Painter()])
async def test_an_ending_that_is_wanted_apart_is_in_no_text(painter):
    reply = Reply("定义\n\n想接着问：死锁", "answer", sources=SOURCES)
    sent = await outgoing(reply, WITH_PICTURES, painter, ending_apart=True)
    assert sent.texts == ("定义",)
    assert sent.ending == "想接着问：死锁\n\n依据：死锁（OS0201）；笔记.md"


async def test_an_ending_that_is_all_there_is_stays_a_text():
    sent = await outgoing(Reply("依据：书", "answer"), CAPS, None, ending_apart=True)
    assert sent == Outgoing(("依据：书",))


class Notes:
    """A painter that keeps what it was asked to draw."""

    def __init__(self):
        self.drawings = []

    async def draw(self, drawing):
        self.drawings.append(drawing)
        return b"png"


async def test_a_whole_reply_as_a_picture_holds_its_text_and_its_sources():
    painter = Notes()
    reply = Reply(text="**死锁**是", decision="answer", sources=SOURCES)
    assert await as_picture(reply, painter) == b"png"
    (drawn,) = painter.drawings
    assert drawn == Drawing("", (Prose("**死锁**是"),), footer="依据：死锁（OS0201）；笔记.md")


async def test_sources_that_the_text_names_stand_once_in_its_picture():
    painter = Notes()
    await as_picture(Reply(text="定义\n依据：书", decision="answer", sources=SOURCES), painter)
    assert painter.drawings[0].footer == ""


async def test_a_card_as_the_whole_picture_holds_its_caption():
    painter = Notes()
    await as_picture(DRAWN, painter)
    assert painter.drawings[0].title == DRAWING.title
    assert painter.drawings[0].blocks == (Prose(DRAWN.caption, tone="quiet"),)


@pytest.mark.parametrize(
    ("reply", "painter"), [(SILENT, Painter()), (DRAWN, None), (DRAWN, Painter(works=False))]
)
async def test_no_picture_of_a_whole_reply_without_painter_or_words(reply, painter):
    assert await as_picture(reply, painter) is None


def test_a_text_file_becomes_messages_that_keep_its_lines():
    lines = [f"{n},错题" for n in range(9)]
    file = Attachment("错题本.csv", "\r\n".join(lines).encode("utf-8-sig"))
    parts = file_as_texts(file, 20)
    assert "\n".join(parts).split("\n") == lines
    assert max(map(len, parts)) <= 20


def test_a_markdown_file_is_rendered_as_a_reply_is():
    data = "# 408 错题本（1 题）\n\n## 操作系统\n\n**答案：D**".encode()
    said = "\n".join(file_as_texts(Attachment("错题本.md", data), 600))
    assert "#" not in said
    assert "*" not in said
    assert [line for line in said.splitlines() if line] == [
        "【408 错题本（1 题）】",
        "【操作系统】",
        "答案：D",
    ]


@pytest.mark.parametrize("data", [b"\xff\xfe", "长".encode() * 6001, b"", b"\n\n"])
def test_a_file_that_cannot_be_read_as_messages_is_named_in_a_sentence(data):
    (sentence,) = file_as_texts(Attachment("错题本.apkg", data), 1500)
    assert "错题本.apkg" in sentence
    assert sentence.endswith("。")
