"""The WeCom platform in this process, on a real socket: what leaves and what came of it."""

import asyncio
import base64
import os

import pytest
from prometheus_client import CollectorRegistry

from bot.platforms.desk import Desk, ReplyCounter
from bot.platforms.supervision import Pauses, PlatformRefused, Supervisor
from bot.platforms.wecom.codec import fingerprint
from bot.platforms.wecom.outbox import (
    BROKEN_OFF,
    IN_THE_PICTURE,
    PRIVATE_REFUSED,
    PRIVATE_SENT,
    PRIVATE_UNCERTAIN,
)
from bot.platforms.wecom.platform import WeComOptions, WeComPlatform
from plugins.drawing import Drawing
from plugins.messages import (
    SILENT,
    Attachment,
    Conversation,
    DeliveryUncertain,
    NotSent,
    PictureUnavailable,
    Reply,
)
from tests.e2e.wecom_server import BOT_ID, MOST_BYTES, SECRET, WeComServer
from tests.unit.platforms.test_wecom_codec import lock

PNG = b"\x89PNG\r\n\x1a\n drawn"
FILE_TEXT = "".join(f"{number},错题\n" for number in range(5))
LONG = "\n\n".join(f"第 {n} 段。" + "进程😀一直等待资源。" * 60 for n in range(60))
WIDE = "😀" * 5900 + "第 59 段"
"""Few enough characters for one message, and too many bytes."""
GROUP = Conversation("wecom", BOT_ID, "g1", is_group=True)


class PainterOfOne:
    async def draw(self, drawing):
        return None if drawing.title == "画不出" else PNG


class Answerer:
    """Gives what ``REPLIES`` has for a text, else says it back; ``growing`` is shown first."""

    def __init__(self):
        self.messages = []
        self.heard = []
        self.growing = ()

    async def handle(self, message, progress=None):
        self.messages.append(message)
        for text in self.growing:
            await progress(text)
        if message.text == "沉默":
            return SILENT
        return REPLIES.get(message.text) or Reply(f"**问**：{message.text}", "answer")

    async def delivered(self, message, reply, receipt):
        self.heard.append((message.text, receipt.message_ids))


REPLIES = {
    "图": Reply("看字", "answer", drawing=Drawing("图", ()), caption="看图"),
    "光图": Reply("看字", "answer", drawing=Drawing("图", ())),
    "画不出": Reply("看字", "answer", drawing=Drawing("画不出", ()), caption="看图"),
    "文件": Reply("给你", "answer", attachment=Attachment("../错题本.csv", FILE_TEXT.encode())),
    "大文件": Reply("给你", "answer", attachment=Attachment("错题本.apkg", b"\xff" * 1_200_000)),
    "私下": Reply("悄悄话", "answer", private=True),
    "长": Reply(LONG, "answer"),
    "宽": Reply(WIDE, "answer"),
    "坏文件": Reply("给你", "answer", attachment=Attachment("x.csv", b"<@all><think>1")),
    "题": Reply("选哪个？", "command", choices=("A", "B"), asking="asking-1"),
}


class House:
    """A platform that is kept connected, with what it heard."""

    def __init__(self, wecom, *, api_seconds=5.0, heartbeat_seconds=20.0):
        self.answerer = Answerer()
        registry = CollectorRegistry()
        self.platform = WeComPlatform(
            Desk("wecom", self.answerer, ReplyCounter(registry)),
            WeComOptions(
                BOT_ID,
                SECRET,
                wecom.url,
                name="408助手",
                heartbeat_seconds=heartbeat_seconds,
                api_timeout_seconds=api_seconds,
            ),
            painter=PainterOfOne(),
        )
        pauses = Pauses(first=0.01, most=0.05, refused=0.05)
        self.supervisor = Supervisor("wecom", self.platform.connect, pauses)
        self.task = asyncio.create_task(self.supervisor.forever())

    async def until(self, reached):
        async with asyncio.timeout(20):
            while not reached():  # noqa: ASYNC110 - some of it happens in another thread
                await asyncio.sleep(0.01)

    async def close(self):
        await self.platform.desk.drain()
        self.task.cancel()
        await asyncio.wait({self.task})


@pytest.fixture
def wecom():
    with WeComServer() as server:
        yield server


@pytest.fixture
async def house(wecom):
    house = House(wecom)
    await house.until(lambda: house.supervisor.phase == "connected")
    yield house
    await house.close()


def words(text):
    return "".join(char for char in text if char.isalnum())


async def said(wecom, text="", **where):
    return await asyncio.to_thread(lambda: wecom.say(text, **where))


async def answer(wecom, text="", **where):
    asked = await said(wecom, text, **where)
    return await asyncio.to_thread(wecom.answer, asked)


async def sent(wecom, *kinds):
    return await asyncio.to_thread(wecom.next, lambda one: one.kind in kinds)


# Texts


async def test_what_users_write_gets_no_power_in_an_answer(wecom, house):
    text = await answer(wecom, "<@all> <@zhang> <THINK>x</think> <b>")
    assert "<@" not in text
    assert "<think" not in text.lower()
    assert "</think" not in text.lower()
    assert "all" in text


@pytest.mark.parametrize("asked", ["长", "宽"])
async def test_a_long_reply_comes_whole_and_no_part_is_too_long(wecom, house, asked):
    parts = [await answer(wecom, asked)]
    while "第 59 段" not in parts[-1]:
        parts.append((await sent(wecom, "markdown")).text)
    assert len(parts) > 1
    assert max(len(part.encode()) for part in parts) <= MOST_BYTES
    assert words("".join(parts)) == words(REPLIES[asked].text)
    assert "".join(parts).count("😀") == REPLIES[asked].text.count("😀")
    await house.until(lambda: house.answerer.heard)
    [(_, ids)] = house.answerer.heard
    assert len(ids) == len(parts)


async def test_silence_is_silent(wecom, house):
    await said(wecom, "沉默")
    await answer(wecom, "你好")
    assert wecom.count(lambda _: True) == 0


async def test_an_answer_that_is_quoted_is_recognised(wecom, house):
    text = await answer(wecom, "你好", group="g1")
    quote = {"msgtype": "text", "text": {"content": text.replace("*", "")}}
    await answer(wecom, "为什么", group="g1", quote=quote)
    [(_, ids), *_] = house.answerer.heard
    assert house.answerer.messages[-1].quoted in ids


# Pictures, buttons, files


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


# Private replies


async def test_a_private_reply_to_a_group_goes_to_its_sender(wecom, house):
    await answer(wecom, "你好", user="li")
    await said(wecom, "私下", user="li", group="g1")
    private = await sent(wecom, "markdown")
    assert (private.text, private.chat, private.chat_type) == ("悄悄话", "li", 1)
    await house.until(lambda: len(house.answerer.heard) == 2)
    assert wecom.count(lambda _: True) == 0


async def test_a_group_sees_that_a_reply_it_saw_begin_went_elsewhere(wecom, house):
    await answer(wecom, "你好", user="li")
    house.answerer.growing = ("正在写",)
    assert await answer(wecom, "私下", user="li", group="g1") == PRIVATE_SENT


async def test_who_never_wrote_in_private_is_told_so_in_the_group(wecom, house):
    assert await answer(wecom, "私下", user="wang", group="g1") == PRIVATE_REFUSED
    assert house.answerer.heard == []


async def test_a_private_reply_that_nobody_confirms_is_told_of_in_the_group(wecom):
    house = House(wecom, api_seconds=0.5)
    await house.until(lambda: house.supervisor.phase == "connected")
    await answer(wecom, "你好", user="li")
    wecom.unanswered.add("aibot_send_msg")
    assert await answer(wecom, "私下", user="li", group="g1") == PRIVATE_UNCERTAIN
    await house.close()


# Replies that grow


async def test_a_growing_reply_is_shown_in_few_frames_of_one_stream(wecom, house):
    house.answerer.growing = tuple("死锁" + "等" * number for number in range(300))
    assert "问" in await answer(wecom, "你好")
    assert 1 <= len(wecom.progress) < 10
    assert wecom.progress[0].text == "死锁"


async def test_a_reply_that_cannot_be_finished_is_broken_off_visibly(wecom, house):
    house.answerer.growing = ("正在写",)
    wecom.refuse("aibot_respond_msg", 0, 40058)
    assert await answer(wecom, "你好") == BROKEN_OFF


# Pushes


async def pushed(house, conversation, reply):
    try:
        return await house.platform.outbox.send(conversation, reply)
    except (NotSent, DeliveryUncertain) as error:
        return error


async def test_a_push_reaches_a_chat_that_knows_the_bot(wecom, house):
    await answer(wecom, "你好", group="g1")
    receipt = await pushed(house, GROUP, REPLIES["题"])
    assert (await sent(wecom, "markdown")).chat == "g1"
    card = (await sent(wecom, "card")).card
    assert receipt.message_ids[-1] == card["task_id"]
    assert house.platform.outbox.is_ready(GROUP)
    assert not await house.platform.outbox.is_member(GROUP, "zhang")


async def test_a_push_to_a_chat_that_does_not_is_not_worth_another_try(house):
    error = await pushed(house, GROUP, Reply("每日一题", "answer"))
    assert isinstance(error, NotSent)
    assert not error.can_retry


async def test_a_push_that_came_too_often_may_be_tried_again(wecom, house):
    await answer(wecom, "你好", group="g1")
    wecom.refuse("aibot_send_msg", 45009)
    error = await pushed(house, GROUP, Reply("每日一题", "answer"))
    assert isinstance(error, NotSent)
    assert error.can_retry


@pytest.mark.parametrize("cmd", ["aibot_send_msg", "aibot_respond_msg"])
async def test_a_forgotten_subscription_is_made_again_and_the_reply_leaves(wecom, house, cmd):
    await answer(wecom, "你好", group="g1")
    wecom.refuse(cmd, 846609)
    if cmd == "aibot_respond_msg":
        assert "再问" in await answer(wecom, "再问", group="g1")
    else:
        error = await pushed(house, GROUP, Reply("每日一题", "answer"))
        assert isinstance(error, NotSent)
        assert error.can_retry
    await house.until(lambda: wecom.subscriptions == 2)


async def test_a_refused_heartbeat_ends_the_connection(wecom):
    house = House(wecom, heartbeat_seconds=0.05)
    await house.until(lambda: house.supervisor.phase == "connected")
    wecom.refuse("ping", 846609)
    await house.until(lambda: wecom.subscriptions == 2)
    await house.close()


async def test_an_active_reply_whose_connection_breaks_is_not_sent_twice(wecom, house):
    await answer(wecom, "你好", group="g1")
    wecom.unanswered.add("aibot_send_msg")
    before = wecom.commands()["aibot_send_msg"]
    await said(wecom, "题", group="g1")  # the text by the stream, the buttons actively
    await house.until(lambda: wecom.commands()["aibot_send_msg"] == before + 1)
    await asyncio.to_thread(wecom.cut)
    await house.until(lambda: wecom.subscriptions == 2)
    wecom.unanswered.clear()
    assert "再问" in await answer(wecom, "再问", group="g1")
    assert wecom.commands()["aibot_send_msg"] == before + 1


async def test_a_push_that_nobody_confirms_may_have_arrived(wecom):
    house = House(wecom, api_seconds=0.5)
    await house.until(lambda: house.supervisor.phase == "connected")
    wecom.unanswered.add("aibot_send_msg")
    error = await pushed(house, GROUP, Reply("每日一题", "answer"))
    assert isinstance(error, DeliveryUncertain)
    await house.close()


async def test_a_push_whose_connection_breaks_may_have_arrived_and_is_not_waited_for(wecom):
    house = House(wecom, api_seconds=60)
    await house.until(lambda: house.supervisor.phase == "connected")
    wecom.unanswered.add("aibot_send_msg")
    pushing = asyncio.create_task(pushed(house, GROUP, Reply("每日一题", "answer")))
    await house.until(lambda: wecom.commands()["aibot_send_msg"])
    await asyncio.to_thread(wecom.cut)
    async with asyncio.timeout(30):
        assert isinstance(await pushing, DeliveryUncertain)
    await house.close()


async def test_a_push_without_a_connection_is_not_sent(wecom):
    house = House(wecom)
    house.task.cancel()
    error = await pushed(house, GROUP, Reply("每日一题", "answer"))
    assert isinstance(error, NotSent)
    assert error.can_retry
    assert not house.platform.outbox.is_ready(GROUP)
    await house.close()


# Pictures that come in


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


# The connection


async def test_the_connection_is_closed_when_the_bot_ends(wecom, house):
    await house.close()
    await asyncio.to_thread(wecom.until, lambda: wecom.connections == 0)
    assert house.task.cancelled()


async def test_a_subscription_without_an_answer_is_given_up(wecom):
    wecom.stalling = True
    house = House(wecom, api_seconds=0.2)
    await house.until(lambda: "登录没有回音" in house.supervisor.problem)
    wecom.stalling = False
    await house.until(lambda: house.supervisor.phase == "connected")
    await house.close()


@pytest.mark.parametrize(("errcode", "refused"), [(853000, True), (45009, False), (-1, False)])
async def test_only_a_refusal_for_good_is_a_refusal(wecom, errcode, refused):
    wecom.refuse("aibot_subscribe", errcode)
    house = House(wecom)
    house.task.cancel()
    expected = PlatformRefused if refused else ConnectionError
    with pytest.raises(expected) as raised:
        await house.platform.connect(lambda: None)
    assert SECRET not in str(raised.value)
    await house.close()


async def test_a_heartbeat_without_an_answer_ends_the_connection(wecom):
    house = House(wecom, api_seconds=0.3, heartbeat_seconds=0.1)
    await asyncio.to_thread(wecom.until, lambda: wecom.pings > 2)
    wecom.unanswered.add("ping")
    await house.until(lambda: "心跳没有回音" in house.supervisor.problem)
    wecom.unanswered.clear()
    await house.until(lambda: house.supervisor.phase == "connected")
    await house.close()


async def test_a_welcome_that_is_refused_disturbs_nobody(wecom, house):
    wecom.refuse("aibot_respond_welcome_msg", 846605)
    await asyncio.to_thread(wecom.event, "enter_chat", "zhang")
    assert "你好" in await answer(wecom, "你好")


def test_the_secret_is_in_no_description_of_the_options():
    assert SECRET not in repr(WeComOptions(BOT_ID, SECRET))
