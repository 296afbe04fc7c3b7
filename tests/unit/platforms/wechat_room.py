"""One official account with a scripted answerer behind it, for tests of what it says."""

import asyncio
import itertools
from contextlib import asynccontextmanager
from datetime import datetime
from unittest.mock import patch

from prometheus_client import CollectorRegistry

from bot.platforms.desk import Desk, ReplyCounter
from bot.platforms.ports import SHANGHAI
from bot.platforms.wechat.answers import Text
from bot.platforms.wechat.conversing import Conversing
from bot.platforms.wechat.outbox import WeChatOutbox
from plugins.messages import Conversation, IncomingMessage, Reply

NOW = datetime(2026, 11, 27, 12, tzinfo=SHANGHAI)
WAIT_SECONDS = 0.2
_numbers = itertools.count(1)


async def until(reached):
    deadline = asyncio.get_running_loop().time() + 20
    while not reached():
        assert asyncio.get_running_loop().time() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)


class Answerer:
    """Gives ``replies[text]``, after ``gates[text]`` is set where there is one."""

    def __init__(self):
        self.replies = {}
        self.gates = {}
        self.asked = []
        self.heard = []

    async def handle(self, message, progress=None):
        self.asked.append(message.text)
        if message.text in self.gates:
            await self.gates[message.text].wait()
        reply = self.replies.get(message.text, f"答：{message.text}")
        if isinstance(reply, Exception):
            raise reply
        return reply if isinstance(reply, Reply) else Reply(reply, "answer")

    async def delivered(self, message, reply, receipt):
        self.heard.append(message.text)

    def slow(self, text):
        self.gates[text] = asyncio.Event()
        return self.gates[text]


class PainterOfOne:
    async def draw(self, drawing):
        return b"\x89PNG drawn"


class Room:
    """One account and its people."""

    def __init__(self, api=None):
        self.answerer = Answerer()
        self.counter = ReplyCounter(CollectorRegistry())
        self.desk = Desk("wechat", self.answerer, self.counter)
        self.outbox = WeChatOutbox(api, PainterOfOne())
        self.conversing = Conversing(self.desk, self.outbox, WAIT_SECONDS)

    async def part(self, text, openid="o-1", id=None):
        conversation = Conversation("wechat", "gh_1", openid, is_group=False)
        message = IncomingMessage(
            id or f"m-{next(_numbers)}", conversation, openid, text, True, NOW
        )
        return await self.conversing.hear(message)

    async def ask(self, text, openid="o-1", id=None):
        part = await self.part(text, openid, id)
        assert part is None or isinstance(part, Text)
        return part.text if part else None


@asynccontextmanager
async def opened_room(api=None):
    """Give a room; answers that nobody fetched are given up at once at its end."""
    with patch("bot.platforms.desk._DRAIN_SECONDS", 0.05):
        room = Room(api)
        yield room
        await room.desk.drain()


def paragraphs(count, letter="段"):
    return "\n\n".join(f"{number}" + letter * 400 for number in range(1, count + 1))
