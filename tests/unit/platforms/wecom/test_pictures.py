"""Pictures, buttons and files, out and in."""

import asyncio
import base64
import os

import pytest

from bot.platforms.wecom.codec import fingerprint
from bot.platforms.wecom.outbox import (
    IN_THE_PICTURE,
)
from plugins.messages import (
    PictureUnavailable,
)
from tests.unit.platforms.wecom.house import (
    FILE_TEXT,
    PNG,
    answer,
    said,
    sent,
)
from tests.unit.platforms.wecom.test_codec import lock


async def test_a_drawing_is_sent_before_its_caption(wecom, house):
    text = await answer(wecom, "图", group="g1")
    picture = await sent(wecom, "image")
    assert (picture.data, picture.chat, picture.chat_type, text) == (PNG, "g1", 2, "看图")


async def test_a_drawing_without_a_caption_needs_no_text(wecom, house):
    await said(wecom, "光图")
    assert (await sent(wecom, "image")).data == PNG
    await house.until(lambda: house.answerer.heard)
    assert wecom.count(lambda _: True) == 0


async def test_a_stream_that_was_begun_is_finished_under_a_picture(wecom, house):
    house.answerer.growing = ("正在画",)
    assert await answer(wecom, "光图") == IN_THE_PICTURE


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        ("画不出", None),
        ("图", ("aibot_upload_media_init", 40058)),
        ("图", ("aibot_upload_media_finish", 40058)),
        ("图", ("aibot_send_msg", 40008)),
    ],
)
async def test_a_picture_that_cannot_be_had_is_said_in_words(wecom, house, asked, refused):
    if refused:
        wecom.refuse(*refused)
    assert await answer(wecom, asked) == "看字"
    assert wecom.count(lambda one: one.kind == "image") == 0


async def test_choices_are_buttons_under_the_text_and_pressing_one_quotes_them(wecom, house):
    assert "选哪个" in await answer(wecom, "题", group="g1")
    card = (await sent(wecom, "card")).card
    await house.until(lambda: house.answerer.heard)
    [(_, ids)] = house.answerer.heard
    assert ids == (fingerprint("选哪个？"), card["task_id"])
    await asyncio.to_thread(lambda: wecom.press(card, "B", user="li", group="g1"))
    assert "B" in (await sent(wecom, "markdown")).text
    pressed = house.answerer.messages[-1]
    assert (pressed.text, pressed.quoted, pressed.sender) == ("B", card["task_id"], "li")
    assert pressed.conversation.key == "wecom:g:g1"


async def test_buttons_that_are_refused_leave_the_text(wecom, house):
    wecom.refuse("aibot_send_msg", 40058)
    assert "选哪个" in await answer(wecom, "题")
    await house.until(lambda: house.answerer.heard)
    assert house.answerer.heard == [("题", (fingerprint("选哪个？"),))]


async def test_a_file_follows_the_text_under_a_name_without_a_path(wecom, house):
    assert await answer(wecom, "文件") == "给你"
    file = await sent(wecom, "file")
    assert (file.filename, file.data.decode(), file.chat) == (".._错题本.csv", FILE_TEXT, "zhang")


async def test_a_large_file_goes_up_in_pieces(wecom, house):
    await answer(wecom, "大文件")
    assert len((await sent(wecom, "file")).data) == 1_200_000
    assert wecom.commands()["aibot_upload_media_chunk"] == 3


async def test_a_file_that_is_refused_is_posted_as_text_where_it_is_text(wecom, house):
    wecom.refuse("aibot_upload_media_init", 40058, 40058)
    await answer(wecom, "文件")
    assert "4,错题" in (await sent(wecom, "markdown")).text
    await answer(wecom, "大文件")
    assert "错题本.apkg" in (await sent(wecom, "markdown")).text


async def test_what_is_in_a_file_gets_no_power_when_it_is_posted(wecom, house):
    wecom.refuse("aibot_upload_media_init", 40058)
    await answer(wecom, "坏文件")
    text = (await sent(wecom, "markdown")).text
    assert "<@all>" not in text
    assert "<think>" not in text
    assert text.replace("\u200b", "").replace("＜", "<") == "```\n<@all><think>1\n```"


async def test_a_picture_is_loaded_and_unlocked_when_it_is_wanted(wecom, house):
    secret = os.urandom(32)
    wecom.pictures["1"] = lock(PNG, secret)
    url = wecom.url.replace("ws://", "http://") + "/picture/1"
    image = {"url": url, "aeskey": base64.b64encode(secret).decode()}
    await answer(wecom, msgtype="image", image=image)
    [picture] = house.answerer.messages[-1].pictures
    assert await picture.fetch() == PNG


@pytest.mark.parametrize("url", ["https://example.com/1", "http://169.254.169.254/", "file:///x"])
async def test_a_picture_from_elsewhere_is_not_loaded(wecom, house, url):
    await answer(wecom, msgtype="image", image={"url": url, "aeskey": "x"})
    [picture] = house.answerer.messages[-1].pictures
    with pytest.raises(PictureUnavailable):
        await picture.fetch()
