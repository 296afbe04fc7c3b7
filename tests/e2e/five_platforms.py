"""All five platforms around one ``bot serve``, and one person on each; for tests and benchmarks."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tests.e2e.discord_server import DiscordServer
from tests.e2e.onebot_client import OneBotClient
from tests.e2e.qq_server import QqServer
from tests.e2e.wechat_server import AES_KEY, APP_ID, Account
from tests.e2e.wecom_server import BOT_ID, SECRET, WeComServer

TOKEN = "e2eToken408"
EVERY = ("onebot", "qq", "discord", "wecom", "wechat")
Servers = tuple[DiscordServer, QqServer, WeComServer]


@asynccontextmanager
async def platform_servers() -> AsyncIterator[Servers]:
    """Run the servers of those platforms that the bot connects to."""
    with QqServer() as qq, WeComServer() as wecom:
        async with DiscordServer() as discord:
            yield discord, qq, wecom


def settings(servers: Servers, data_dir: Any, **more: str) -> dict[str, str]:
    """Give the environment of a bot that runs all platforms; names of ``more`` without prefix."""
    discord, qq, wecom = servers
    given = {
        "DATA_DIR": str(data_dir),
        "PLATFORMS": ",".join(EVERY),
        "HTTP__PORT": "0",
        "PICTURES__ENABLED": "false",
        "WECOM__BOT_ID": BOT_ID,
        "WECOM__SECRET": SECRET,
        "WECOM__URL": wecom.url,
        "WECHAT__TOKEN": TOKEN,
        "WECHAT__AES_KEY": AES_KEY,
        "WECHAT__APP_ID": APP_ID,
        "LIMITS__USER_PER_MINUTE": "1000",
    } | more
    own = {f"ASSISTANT408_{name}": value for name, value in given.items()}
    return qq.settings(data_dir) | discord.settings() | own


@dataclass
class House:
    """The platforms' servers, and how a person speaks to the bot on each."""

    discord: DiscordServer
    qq: QqServer
    wecom: WeComServer
    onebot: OneBotClient
    wechat: Account

    async def first(self, platform: str, words: str) -> None:
        """Say something in private and wait for the first message that comes back."""
        match platform:
            case "onebot":
                await self.onebot.private_message(words, user=30001)
                await self.onebot.next_reply()
            case "discord":
                asked = await self.discord.whisper(words)
                await self.discord.in_channel(self.discord.chat(30001), since=asked)
            case "qq":
                await asyncio.to_thread(lambda: self.qq.answers_to(self.qq.in_private(words), 1))
            case "wecom":
                await self._on_wecom(words)
            case _:
                await self.wechat.text(words, "oWho-1")

    async def say(self, platform: str, words: str) -> str:
        """Say something in private and give all that comes back, as text."""
        return without_offers(await getattr(self, f"_on_{platform}")(words))

    async def _on_onebot(self, words: str) -> str:
        await self.onebot.private_message(words, user=30001)
        return "\n".join(reply.text for reply in await self.onebot.all_replies(quiet=0.3))

    async def _on_discord(self, words: str) -> str:
        asked = await self.discord.whisper(words)
        channel = self.discord.chat(30001)
        await self.discord.in_channel(channel, since=asked)
        await asyncio.sleep(0.3)  # for the next parts, if there are any
        sent = await self.discord.in_channel(channel, since=asked)
        return "\n".join(message.text for message in sent)

    async def _on_qq(self, words: str) -> str:
        return await asyncio.to_thread(self._of_qq, words)

    def _of_qq(self, words: str) -> str:
        sent = self.qq.answers_to(self.qq.in_private(words), quiet=0.3)
        texts = [one.text for one in sent]
        while "“更多”继续看" in texts[-1]:
            texts += [s.text for s in self.qq.answers_to(self.qq.in_private("更多"), quiet=0.3)]
        return "\n".join(texts)

    async def _on_wecom(self, words: str) -> str:
        return await asyncio.to_thread(lambda: self.wecom.answer(self.wecom.say(words, user="w1")))

    async def _on_wechat(self, words: str) -> str:
        texts = [(await self.wechat.text(words, "oWho-1")).text]
        while "继续看）" in texts[-1]:
            texts.append((await self.wechat.text("1", "oWho-1")).text)
        return "\n".join(texts)


def without_offers(text: str) -> str:
    """Leave out what only says how the rest of a long answer is to be had."""
    return re.sub(r"（第 \d/\d 段[^）]*）|还有 \d+ 条，一小时内回复“更多”继续看。", "", text)


async def states(server: Any, names: Sequence[str] = EVERY) -> dict[str, bool]:
    """Give what ``/healthz`` says of each platform."""
    _, page = await asyncio.to_thread(server.get, "/healthz")
    parts = json.loads(page)["parts"]
    return {name: parts[name]["ok"] for name in names}


async def until_connected(server: Any, names: Sequence[str] = EVERY) -> None:
    """Wait until every platform is there but OneBot, whose client comes later."""
    for _ in range(600):
        if sum((await states(server, names)).values()) == len(names) - 1:
            return
        await asyncio.sleep(0.1)
    raise AssertionError(await states(server, names))


@asynccontextmanager
async def at_home(
    servers: Servers, server: Any, names: Sequence[str] = EVERY
) -> AsyncIterator[House]:
    """Connect a OneBot client and the webhooks to a running bot."""
    discord, qq, wecom = servers
    qq.webhook = f"{server.url}/qq/webhook"
    await until_connected(server, names)
    socket = server.url.replace("http://", "ws://") + "/onebot/v11/ws"
    async with OneBotClient(socket) as onebot:
        yield House(discord, qq, wecom, onebot, Account(server.url, TOKEN, AES_KEY))
