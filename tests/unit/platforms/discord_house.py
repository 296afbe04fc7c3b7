"""A Discord platform with a scripted answerer, and Discord on loopback around it."""

import bot.platforms.discord  # noqa: F401, I001 # it imports discord.py without its warnings

import asyncio
import contextlib

from prometheus_client import CollectorRegistry

from bot.platforms.desk import Desk, ReplyCounter
from bot.platforms.discord.platform import DiscordOptions, DiscordPlatform
from plugins.drawing import Drawing
from plugins.messages import SILENT, Attachment, Conversation, Reply
from tests.e2e.discord_payloads import BOT, CHANNEL, TOKEN
from tests.e2e.discord_server import DiscordServer

PNG = b"\x89PNG drawn"
LONG = "\n\n".join(f"第 {n} 段。" + "进程一直等待资源。" * 30 for n in range(20))
FILE = Attachment("错题本.csv", "题,选\n死锁,B\n".encode())
MISSING_PERMISSIONS = {"message": "Missing Permissions", "code": 50013}
GROUP = Conversation("discord", str(BOT), str(CHANNEL), is_group=True)
MESSAGES = rf"/channels/{CHANNEL}/messages"


class Painter:
    async def draw(self, drawing):
        return None if drawing.title == "画不出" else PNG


class Scripted:
    """Answers by the first word; anything else it says back. ``go`` lets "流" end.

    ``replies`` are other answers to whole messages.
    """

    def __init__(self):
        self.messages, self.heard = [], []
        self.replies = {}
        self.go = asyncio.Event()
        self.progress = None

    async def handle(self, message, progress=None):
        self.messages.append(message)
        if not message.addressed or message.from_bot:
            return SILENT
        match message.text.removeprefix("/问 ").split()[0] if message.text else "":
            case "沉默":
                return SILENT
            case "长":
                return Reply(LONG, "answer", choices=("好",))
            case "图" | "画不出":
                drawing = Drawing(message.text, ())
                return Reply("看字", "answer", drawing=drawing, caption="看图")
            case "文件":
                return Reply("给你", "command", attachment=FILE)
            case "私下":
                return Reply("只给你", "command", private=True, choices=("继续",))
            case "问答":
                return Reply("选一个", "ask_back", choices=("死锁", "饥饿"))
            case "想":
                await self.go.wait()
            case "流":
                self.progress = progress
                await progress("**正在**写")
                await self.go.wait()
                written = "写完了。" if message.text == "流" else LONG
                return self.replies.get(message.text, Reply(written, "answer"))
        if message.text in self.replies:
            return self.replies[message.text]
        return Reply(f"回：{message.text}", "answer")

    async def delivered(self, message, reply, receipt):
        self.heard.append((message.text, receipt))


class House:
    """A platform that is connected, and what is around it."""

    def __init__(self, discord, platform, answerer):
        self.discord, self.platform, self.answerer = discord, platform, answerer

    async def heard(self, text):
        """Wait for the receipt of the reply to ``text``."""
        return await self.discord.until_soon(
            lambda: next((r for t, r in self.answerer.heard if t == text), None)
        )


@contextlib.asynccontextmanager
async def house(prepare=lambda discord: None, **options):
    """``prepare`` is given Discord before the platform connects."""
    async with DiscordServer() as discord:
        prepare(discord)
        answerer = Scripted()
        addresses = {
            "api_base": f"http://127.0.0.1:{discord.port}/api",
            "gateway_url": f"ws://127.0.0.1:{discord.port}/gateway/",
        }
        if options.pop("through_proxy", False):
            nobody = "localhost:1"
            addresses = {
                "api_base": f"http://{nobody}/api",
                "gateway_url": f"ws://{nobody}/gateway/",
                "proxy": f"http://127.0.0.1:{discord.port}",
            }
        platform = DiscordPlatform(
            Desk("discord", answerer, ReplyCounter(CollectorRegistry())),
            DiscordOptions(TOKEN, **addresses, **options),
            painter=Painter(),
            scopes=("操作系统", "内存管理"),
        )
        connected = asyncio.Event()
        task = asyncio.create_task(platform.connect(connected.set))
        try:
            await asyncio.wait_for(connected.wait(), 20)
            await discord.ready()
            yield House(discord, platform, answerer)
        finally:
            await platform.desk.drain()
            task.cancel()
            await asyncio.wait({task})
            assert discord.calls_with_pings == []
            assert discord.previews == []
