"""The WeCom platform in this process, kept connected, with a scripted answerer; for tests."""

import asyncio

from prometheus_client import CollectorRegistry

from bot.platforms.desk import Desk, ReplyCounter
from bot.platforms.supervision import Pauses, Supervisor
from bot.platforms.wecom.platform import WeComOptions, WeComPlatform
from plugins.drawing import Drawing
from plugins.messages import (
    SILENT,
    Attachment,
    Conversation,
    DeliveryUncertain,
    NotSent,
    Reply,
)
from tests.e2e.wecom_server import BOT_ID, SECRET

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


def words(text):
    return "".join(char for char in text if char.isalnum())


async def said(wecom, text="", **where):
    return await asyncio.to_thread(lambda: wecom.say(text, **where))


async def answer(wecom, text="", **where):
    asked = await said(wecom, text, **where)
    return await asyncio.to_thread(wecom.answer, asked)


async def sent(wecom, *kinds):
    return await asyncio.to_thread(wecom.next, lambda one: one.kind in kinds)


async def pushed(house, conversation, reply):
    try:
        return await house.platform.outbox.send(conversation, reply)
    except (NotSent, DeliveryUncertain) as error:
        return error
