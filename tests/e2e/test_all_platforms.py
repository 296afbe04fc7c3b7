"""One process on five platforms: the same words get the same answers; one that fails stops none."""

import asyncio
import json
import re
import shutil
from dataclasses import dataclass

import pytest
import pytest_asyncio

from bot.rendering.tables import ROW_HEADS_WITHOUT_NEWS
from tests.e2e.discord_server import DiscordServer
from tests.e2e.onebot_client import OneBotClient
from tests.e2e.qq_server import QqServer
from tests.e2e.server_process import LISTENS, SERVE, start
from tests.e2e.wechat_server import AES_KEY, APP_ID, Account
from tests.e2e.wecom_server import BOT_ID, SECRET, WeComServer

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(400)]

TOKEN = "e2eToken408"
EVERY = ("onebot", "qq", "discord", "wecom", "wechat")

SCRIPT = """\
你好
你是谁
什么是死锁
那怎么预防呢
它的易错点呢
死锁和饥饿的区别
谢谢
tcp三次握手的过程
为什么不是两次
四次挥手呢
TCP 和 UDP 有什么区别
页面置换算法有哪些
LRU，页框 3，访问 1 2 3 4 1 2 5 1 2 3 4 5，缺页几次
FIFO 呢
把 192.168.1.0/24 划分成 4 个子网
数据 1101011011，生成多项式 10011，求 CRC
今天吃什么
讲讲量子纠缠
什么是段式存储
快排最坏情况啥时候出现
快排的空间复杂度
稳定吗
举个例子
继续
再详细点
B树和B+树的区别
哈夫曼树怎么构造
迪杰斯特拉为什么不能有负权
什么是cache
直接映射和组相联有什么区别
命中率怎么算
流水线的吞吐率怎么算
补码的范围
浮点数怎么表示
中断和异常的区别
进程和线程的区别
信号量怎么用
银行家算法
磁盘调度 当前磁头 53，请求 98 183 37 122 14 124 65 67，SSTF
香农定理和奈氏准则的区别
慢开始什么时候结束
CSMA/CD 的最短帧长怎么算
子网掩码是什么
/帮助
/倒计时
/打卡
/错题本
[CQ:at,qq=all] **什么是死锁** [x](http://a.b)
😀
/忘记对话"""


@dataclass
class House:
    """The platforms' servers, and how a person speaks to the bot on each."""

    discord: DiscordServer
    qq: QqServer
    wecom: WeComServer
    onebot: OneBotClient
    wechat: Account

    async def say(self, platform: str, words: str) -> str:
        """Say something in private and give all that comes back, as text."""
        return _without_offers(await getattr(self, f"_on_{platform}")(words))

    async def _on_onebot(self, words: str) -> str:
        await self.onebot.private_message(words, user=30001)
        return "\n".join(reply.text for reply in await self.onebot.all_replies(quiet=0.3))

    async def _on_discord(self, words: str) -> str:
        asked = await self.discord.whisper(words)
        channel = self.discord.chat(30001)
        await self.discord.in_channel(channel, since=asked)
        await asyncio.sleep(0.3)  # for the next parts, if there are any
        sent = await self.discord.in_channel(channel, since=asked)
        return "\n".join(message.content for message in sent)

    async def _on_qq(self, words: str) -> str:
        return await asyncio.to_thread(self._of_qq, words)

    def _of_qq(self, words: str) -> str:
        sent = self.qq.answers_to(self.qq.in_private(words), quiet=0.3)
        texts = [one.text for one in sent]
        while "回复“更多”继续看" in texts[-1]:
            texts += [s.text for s in self.qq.answers_to(self.qq.in_private("更多"), quiet=0.3)]
        return "\n".join(texts)

    async def _on_wecom(self, words: str) -> str:
        return await asyncio.to_thread(lambda: self.wecom.answer(self.wecom.say(words, user="w1")))

    async def _on_wechat(self, words: str) -> str:
        texts = [(await self.wechat.text(words, "oWho-1")).text]
        while "继续看）" in texts[-1]:
            texts.append((await self.wechat.text("1", "oWho-1")).text)
        return "\n".join(texts)


def _without_offers(text: str) -> str:
    """Leave out what only says how the rest of a long answer is to be had."""
    return re.sub(r"（第 \d/\d 段[^）]*）|还有 \d+ 条，回复“更多”继续看。", "", text)


def _words(text: str) -> list[str]:
    """The words and numbers in order, whatever stands between them on a platform."""
    return re.findall(r"\w+", text.replace("_", ""))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def servers():
    with QqServer() as qq, WeComServer() as wecom:
        async with DiscordServer() as discord:
            yield discord, qq, wecom


def _settings(servers, data_dir, **more):
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


async def _states(server):
    _, page = await asyncio.to_thread(server.get, "/healthz")
    parts = json.loads(page)["parts"]
    return {name: parts[name]["ok"] for name in EVERY}


async def _until_connected(server):
    for _ in range(600):
        if sum((await _states(server)).values()) == len(EVERY) - 1:  # all but OneBot, which comes
            return
        await asyncio.sleep(0.1)
    raise AssertionError(await _states(server))


@pytest.fixture(scope="module")
def data_dir(built_data_dir, tmp_path_factory):
    return shutil.copytree(built_data_dir, tmp_path_factory.mktemp("all") / "data")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(servers, data_dir):
    discord, qq, wecom = servers
    running = start(SERVE, data_dir / "log", _settings(servers, data_dir), ready=LISTENS)
    server = await asyncio.to_thread(running.__enter__)
    try:
        qq.webhook = f"{server.url}/qq/webhook"
        await _until_connected(server)
        socket = server.url.replace("http://", "ws://") + "/onebot/v11/ws"
        async with OneBotClient(socket) as onebot:
            yield House(discord, qq, wecom, onebot, Account(server.url, TOKEN, AES_KEY)), server
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)


async def test_the_same_fifty_messages_get_the_same_answers_everywhere(house):
    people, _ = house
    script = SCRIPT.splitlines()
    assert len(script) == 50
    different = {}
    for words in script:
        said = dict(
            zip(EVERY, await asyncio.gather(*(people.say(p, words) for p in EVERY)), strict=True)
        )
        expected = _words(said["onebot"])
        assert expected, words
        for platform, text in said.items():
            # A table has its cells in another order where it is drawn as one, and a head.
            news = set(_words(text)) ^ set(expected)
            if _words(text) != expected and news - ROW_HEADS_WITHOUT_NEWS:
                different[words, platform] = (said["onebot"], text)
    assert different == {}


async def test_every_part_is_well_and_named(house):
    _, server = house
    assert await _states(server) == dict.fromkeys(EVERY, True)


async def test_platforms_that_cannot_be_reached_stop_no_other(servers, data_dir, tmp_path):
    nobody = "http://127.0.0.1:9"
    copy = shutil.copytree(data_dir, tmp_path / "data", ignore=shutil.ignore_patterns("redis"))
    env = _settings(
        servers,
        copy,
        DISCORD__API_BASE=f"{nobody}/api",
        QQ__AUTH_BASE=f"{nobody}/app/getAppAccessToken",
        WECOM__URL="ws://127.0.0.1:9",
    )
    running = start(SERVE, tmp_path / "log", env, ready=LISTENS)
    server = await asyncio.to_thread(running.__enter__)
    try:
        reply = await Account(server.url, TOKEN, AES_KEY).text("什么是死锁", "oWho-2")
        assert "死锁" in reply.text
        assert await _states(server) == {**dict.fromkeys(EVERY, False), "wechat": True}
        assert await asyncio.to_thread(server.end) == 0
        assert "Traceback" not in server.log
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)
