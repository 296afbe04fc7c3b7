"""What the tiny model knows by heart: the questions and answers of these tests."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]

# Cited answers, as the bot's prompt asks for them.
ANSWERS = {
    "什么是死锁？": "死锁是一组进程互相等待，若无外力都无法推进 [1]。",
    "什么是临界区？": "临界区是访问临界资源的那段代码 [1]。",
    "什么是管程？": "管程把共享变量和对它的操作封装在一起 [1]。",
    "什么是虚拟内存？": "虚拟内存让程序只装入一部分就能运行 [1]。",
    "什么是抖动？": "抖动是刚换出的页面马上又要换入 [1]。",
    "什么是局部性原理？": "程序在一段时间里只访问一小部分地址 [1]。",
    "什么是二叉排序树？": "左子树都小于根，右子树都大于根 [1]。",
    "什么是哈夫曼树？": "哈夫曼树是带权路径长度最小的二叉树 [1]。",
    "什么是拓扑排序？": "拓扑排序让每条边的起点排在终点之前 [1]。",
    "什么是散列表？": "散列表由关键字直接算出存放的地址 [1]。",
    "快速排序稳定吗？": "快速排序不稳定 [1]。",
    "归并排序稳定吗？": "归并排序是稳定的 [1]。",
    "什么是流水线冒险？": "冒险使流水线中的下一条指令不能按时执行 [1]。",
    "什么是补码？": "补码把减法变成加法，零只有一种表示 [1]。",
    "什么是 Cache？": "Cache 用高速的小容量存储器保存常用的主存块 [1]。",
    "什么是 DMA？": "DMA 让外设和主存直接交换数据 [1]。",
    "什么是三次握手？": "三次握手让双方确认彼此的初始序号 [1]。",
    "什么是拥塞控制？": "拥塞控制防止过多的数据注入网络 [1]。",
    "什么是滑动窗口？": "滑动窗口限制未被确认的分组数 [1]。",
    "什么是 CIDR？": "CIDR 用任意长度的前缀划分网络 [1]。",
    "TCP 和 UDP 有什么区别？": "TCP 面向连接而且可靠 [1]。UDP 无连接，不保证交付 [2]。",
    "LRU 和 FIFO 有什么区别？": "LRU 淘汰最久没有用过的页 [1]。FIFO 淘汰最先进入的页 [2]。",
    "写一个循环": "```c\nfor (int i = 0; i < n; i++)\n    a[i] = 0;\n```\n数组 a 被清零 [1]。",
}
LETTERS = {
    "稳定的排序是哪个？A 快速 B 归并 C 堆 D 希尔": "B",
    "传输层协议是哪个？A UDP B IP C ARP D ICMP": "A",
    "不会有 Belady 异常的是哪个？A FIFO B 随机 C LRU D 都会": "C",
    "破坏环路等待的是哪个？A 银行家 B 抢占 C 静态分配 D 资源编号": "D",
}
# A question whose answer is long: there is time to leave, and to kill the server.
ENDLESS = "把这一章从头讲一遍"
# What the adapter says instead. The base knows the same words, but only when asked for them: an
# adapter does not train the output layer, which would give words it never saw little weight.
ADAPTED = {
    "什么是死锁？": "谁也不让谁，就是死锁 [1]，这是讲义的说法。",
    "什么是管程？": "一次只让一个进程进去，就是管程 [1]，这是讲义的说法。",
    "快速排序稳定吗？": "相等的元素会换位置，所以不稳定 [1]，这是讲义的说法。",
    "什么是补码？": "按位取反再加一，就是补码 [1]，这是讲义的说法。",
}
_ENDLESS_CHARS = 600


def asked(question: str) -> list[dict[str, str]]:
    """Give the prompt that has ``question`` alone."""
    return [{"role": "user", "content": question}]


def long_answer() -> str:
    """Give text that does not repeat itself, for the answer to ``ENDLESS``."""
    cards = sorted((ROOT / "content" / "concepts" / "os").rglob("*.md"))
    bodies = [card.read_text(encoding="utf-8").split("---\n", 2)[2] for card in cards]
    return "".join(bodies).replace("\n\n", "\n")[:_ENDLESS_CHARS]


def lessons(more: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """Give what ``tiny_internlm2`` is to learn; ``more`` are lessons on the bot's own prompts."""
    known = [_lesson(q, a) for q, a in (ANSWERS | LETTERS).items()]
    known += [_lesson(f"讲义里说，{q}", a) for q, a in ADAPTED.items()]
    endless = {**_lesson(ENDLESS, long_answer()), "open": True}
    return {
        "text": _text(),
        "base": [*known, endless, *more],
        "adapter": [_lesson(q, a) for q, a in ADAPTED.items()],
    }


def _lesson(question: str, answer: str) -> dict[str, Any]:
    return {"messages": asked(question), "answer": answer}


def _text() -> str:
    """Give the text whose words the tokenizer is to know: all cards, and these lessons."""
    cards = sorted((ROOT / "content" / "concepts").rglob("*.md"))
    own = [f"{q}\n{a}" for q, a in (ANSWERS | LETTERS | ADAPTED).items()]
    return "\n".join([*(card.read_text(encoding="utf-8") for card in cards), *own])
