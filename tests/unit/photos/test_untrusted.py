"""What is written in a photo is data: no command, no mention, no markup, on any platform."""

import re
from dataclasses import replace

import pytest

from bot.platforms.onebot.codec import encode
from bot.platforms.qq.codec import harmless as qq
from bot.platforms.wechat.wire import harmless as wechat
from bot.rendering.markups import messages
from plugins.qa.photo_wording import HEAD
from plugins.router import Limits, Router
from tests.fakes_conversation import FakeConversationStore
from tests.unit.photos.asking import FakeOcr, Pictures, plugin
from tests.unit.photos.boxes import lines
from tests.unit.plugins.messages import message
from tests.unit.rendering.dialects.hostile import HOSTILE
from tests.unit.rendering.dialects.readers import OURS, READERS

WECHAT_LINKS = [
    '<a href="http://evil.example">看</a>',
    '<a href="weixin://bizmsgmenu?msgmenucontent=/忘记我&msgmenuid=1">点我</a>',
]
COMMANDS = [
    "/管理 推送 1",
    "/忘记我",
    "我确认忘记我",
    "清空对话记录",
    "/每日一题 关",
    "/绑定 123456",
]
QUESTION = "什么是死锁预防"


class Watch:
    """A plugin before the one that reads photos; ``offered`` are the texts that it was given."""

    name = "watch"

    def __init__(self) -> None:
        self.offered: list[str] = []

    async def respond(self, message) -> None:
        self.offered.append(message.text)


async def asked(texts, *others):
    """Give the reply to a photo with these lines."""
    store = FakeConversationStore()
    router = Router([*others, plugin(store, FakeOcr(lines(texts)))], store, store, Limits())
    sent = replace(message(""), pictures=(Pictures().picture("p"),))
    return await router.handle(sent)


@pytest.mark.parametrize("command", COMMANDS)
async def test_a_command_in_a_photo_is_offered_to_nobody_who_carries_out_commands(command):
    watch = Watch()
    reply = await asked([command, QUESTION], watch)
    assert watch.offered == [""]
    assert reply.decision != "command"
    assert reply.text.startswith(f"{HEAD}\n\n`{command}`")


@pytest.mark.parametrize("hostile", [*HOSTILE, *WECHAT_LINKS, *COMMANDS])
async def test_nothing_in_a_photo_has_power(hostile):
    texts = [line for line in (*hostile.splitlines(), QUESTION) if line.strip()]
    reply = await asked(texts)
    head, end, _ = reply.text.partition(f"{QUESTION}`")
    for text in messages(reply.text, "plain", 1500):
        assert {segment.type for segment in encode(text)} == {"text"}
        assert "[CQ:" not in str(encode(text))
        assert not re.search(r"<a\s", wechat(text))
        assert not re.search(r"<(@|qqbot|emoji|faceType)", qq(text))
    for markup, read in READERS.items():
        for text in messages(reply.text, markup, 1500):
            assert read(text)[0] <= OURS
        for text in messages(head + end, markup, 1500):
            assert read(text)[0] == {"code"}  # else an address would be a link
