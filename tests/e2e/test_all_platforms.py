"""One process on five platforms: the same words get the same answers; one that fails stops none."""

import asyncio
import re
import shutil
from collections import Counter

import pytest
import pytest_asyncio

from bot.rendering.tables import ROW_HEADS_WITHOUT_NEWS
from tests.e2e.five_platforms import EVERY, TOKEN, at_home, platform_servers, settings, states
from tests.e2e.processes import environment, run
from tests.e2e.server_process import LISTENS, SERVE, start
from tests.e2e.wechat_server import AES_KEY, Account

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(400)]

COMPARISON = "区别"
"""What is answered by a table."""

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


def _words(text):
    """The words, numbers and signs in order, whatever marks stand between them on a platform."""
    return re.findall(r"\w+|[<>≤≥≠=+×÷→√]", text.replace("_", ""))


def _is_same(words, text, other):
    """Whether two platforms say the same: all words, as often, in the same order.

    A table has its cells in another order where it is drawn as one, its heads once, and a corner.
    """
    one, two = _words(text), _words(other)
    is_table = COMPARISON in words and set(one) ^ set(two) <= ROW_HEADS_WITHOUT_NEWS
    return one == two or is_table


async def _decisions(server):
    _, page = await asyncio.to_thread(server.get, "/metrics")
    found = re.findall(r'^assistant408_messages_total\{decision="(\w+)"\} (\S+)$', page, re.M)
    return Counter({decision: int(float(count)) for decision, count in found})


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def servers():
    async with platform_servers() as running:
        yield running


@pytest.fixture(scope="module")
def data_dir(built_data_dir, tmp_path_factory):
    return shutil.copytree(built_data_dir, tmp_path_factory.mktemp("all") / "data")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(servers, data_dir):
    running = start(SERVE, data_dir / "log", settings(servers, data_dir), ready=LISTENS)
    server = await asyncio.to_thread(running.__enter__)
    try:
        async with at_home(servers, server) as people:
            yield people, server
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)


async def test_the_same_fifty_messages_get_the_same_answers_everywhere(house):
    people, server = house
    script = SCRIPT.splitlines()
    assert len(script) == 50
    different, undecided = {}, {}
    for words in script:
        before = await _decisions(server)
        texts = await asyncio.gather(*(people.say(platform, words) for platform in EVERY))
        made = await _decisions(server) - before
        if list(made.values()) != [len(EVERY)]:
            undecided[words] = made
        said = dict(zip(EVERY, texts, strict=True))
        assert _words(said["onebot"]), words
        for platform, text in said.items():
            if not _is_same(words, said["onebot"], text):
                different[words, platform] = (said["onebot"], text)
    assert different == {}
    assert undecided == {}


async def test_people_of_the_same_number_on_two_platforms_share_nothing(house):
    people, _ = house
    await people.onebot.private_message("什么是死锁", user=60001)
    assert "死锁" in (await people.onebot.next_reply()).text
    asked = await people.discord.whisper("它的易错点呢", user=60001)
    [answer] = await people.discord.in_channel(people.discord.chat(60001), since=asked)
    assert "您想问的是哪个知识点" in answer.text
    await people.onebot.private_message("它的易错点呢", user=60001)
    assert "死锁 · 易错点" in (await people.onebot.next_reply()).text


async def test_every_part_is_well_and_named(house):
    _, server = house
    assert await states(server) == dict.fromkeys(EVERY, True)


async def test_platforms_that_cannot_be_reached_stop_no_other(servers, data_dir, tmp_path):
    nobody = "http://127.0.0.1:9"
    copy = shutil.copytree(data_dir, tmp_path / "data", ignore=shutil.ignore_patterns("redis"))
    env = settings(
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
        assert await states(server) == {**dict.fromkeys(EVERY, False), "wechat": True}
        doctor = {**environment(copy), **env, "ASSISTANT408_HTTP__PORT": server.url.rsplit(":")[-1]}
        found = await asyncio.to_thread(
            run, "bot", "doctor", data_dir=copy, extra=doctor, seconds=120
        )
        assert re.search("! +平台 onebot .*还没有 OneBot 客户端", found.out)
        assert re.search("✘ +平台 qq .*没有连上：连接断开", found.out)
        assert re.search("✘ +平台 wecom .*没有连上：连接断开", found.out)
        assert re.search("✔ +平台 wechat .*机器人在运行", found.out)
        assert await asyncio.to_thread(server.end) == 0
        assert "Traceback" not in server.log
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)
