"""Forty replies: what the bot answers from its shipped content, and those of ``written``."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory

from backend.answering.answerer import Answerer
from backend.learning.values import SHANGHAI
from bot.rendering.outgoing import with_sources
from plugins.messages import Reply
from plugins.qa.plugin import QaPlugin
from plugins.router import Limits, Router
from tests.fakes import FakeSearch
from tests.fakes_conversation import FakeConversationStore
from tests.golden.written import WRITTEN
from tests.screens import LAST_DAY, XIAOMAN, group_at, play
from tests.unit.answering.dialogue import SURE
from tests.unit.knowledge.shipped import shipped_library
from tests.unit.plugins.messages import message

QUESTIONS = {
    "deadlock": "什么是死锁",
    "deadlock-pitfalls": "死锁的易错点",
    "tcp-udp": "TCP 和 UDP 的区别",
    "process-thread": "进程和线程的区别",
    "dma-interrupt": "DMA 和中断的区别",
    "quicksort": "快速排序的原理",
    "lru": "LRU 怎么算",
    "kmp": "KMP 算法的例题",
    "avl": "什么是平衡二叉树",
    "cache-mapping": "Cache 映射怎么算",
    "handshake": "为什么是三次握手",
    "crc": "CRC 怎么算",
    "subnet": "192.168.1.0/26 有几个子网",
    "page-faults": "LRU 引用串 7 0 1 2 0 3 0 4 3 块缺页几次",
    "pasted": "下列属于死锁必要条件的是\nA. 互斥\nB. 抢占\nC. 共享\nD. 并发",
    "not-covered": "区块链的共识算法",
    "off-topic": "今晚吃什么",
}
WISHES = {
    "practice-ds": "/练 数据结构",
    "practice-co": "/练 组成原理",
    "practice-os": "/练 操作系统",
    "practice-cn": "/练 网络",
}
REPORTS = {
    "help": "帮助",
    "wrong-book": "/错题本",
    "review": "/复习",
    "me": "/我的",
    "week": "/周报",
    "countdown": "/倒计时",
}
DAYS = 6


async def _answers() -> AsyncIterator[tuple[str, Reply]]:
    answerer = Answerer(shipped_library(), FakeSearch(), SURE)
    for number, (name, text) in enumerate(QUESTIONS.items()):
        store = FakeConversationStore()
        router = Router([QaPlugin(shipped_library(), answerer, store)], store, store, Limits())
        yield name, await router.handle(message(text, sender=f"u{number}"))


async def _practice() -> AsyncIterator[tuple[str, Reply]]:
    with TemporaryDirectory() as data_dir:
        async with group_at(Path(data_dir)) as group:
            found = await play(group, DAYS)
            yield "daily", found[-1].question
            group.now = datetime.combine(LAST_DAY, time(20), SHANGHAI)
            for name, wish in WISHES.items():
                question = await group.says(XIAOMAN, wish, privately=True)
                yield name, question
                letter = await group.letter(question, 1 if name.endswith("os") else 0)
                yield f"{name}-verdict", await group.says(XIAOMAN, letter, privately=True)
            for name, wish in REPORTS.items():
                yield name, await group.says(XIAOMAN, wish, privately=True)


async def _collect() -> dict[str, str]:
    found = {name: with_sources(reply) async for name, reply in _answers()}
    found |= {name: with_sources(reply) async for name, reply in _practice()}
    return found | WRITTEN


def write_replies(folder: Path) -> None:
    """Write the Markdown of every reply into ``folder``, numbered."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.md"):
        old.unlink()
    for number, (name, text) in enumerate(asyncio.run(_collect()).items(), 1):
        (folder / f"{number:02}-{name}.md").write_text(text.strip("\n") + "\n", encoding="utf-8")
