"""Builds a small, valid content folder, for tests to break or to ask.

``write_content(root)`` gives fifteen outline points of four subjects, eleven cards, one comparison
table, two kinds of small talk and the shipped cues. 双链表, 固态硬盘, 段式存储 and RIP 协议 are
points without a card.
"""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from backend.knowledge.library import Library, load_library

SHIPPED = Path(__file__).parents[3] / "content"

FILLER = "此处为了凑足卡片所要求篇幅另写几句闲笔并无深意"
_HAN_WANTED = 340

_OUTLINE: Mapping[str, tuple[str, Sequence[str]]] = {
    "DS01": ("线性表", ("单链表", "双链表", "栈")),
    "CO01": ("存储系统", ("Cache 映射方式", "固态硬盘")),
    "OS01": ("进程与内存", ("死锁", "死锁预防", "饥饿", "LRU", "FIFO", "段式存储", "银行家算法")),
    "CN01": ("传输层", ("TCP", "UDP", "RIP 协议")),
}
_SUBJECTS = {"DS": "数据结构", "CO": "组成原理", "OS": "操作系统", "CN": "计算机网络"}


def outline_data() -> dict[str, Any]:
    """Give the content of ``outline.yaml`` as plain values."""
    subjects: list[dict[str, Any]] = []
    for chapter, (name, points) in _OUTLINE.items():
        listed = [
            {"id": f"{chapter}{number:02}", "name": point}
            for number, point in enumerate(points, start=1)
        ]
        chapters = [
            {
                "id": chapter,
                "name": name,
                "weight": 4.0,
                "groups": [{"name": name, "points": listed}],
            }
        ]
        subject = chapter[:2]
        subjects.append(
            {"id": subject, "name": _SUBJECTS[subject], "points": 40, "chapters": chapters}
        )
    return {"version": 1, "subjects": subjects}


def front(concept_id: str, name: str, point: str, **more: Any) -> dict[str, Any]:
    """Give the front matter of a card; ``more`` are its optional fields."""
    return {"id": concept_id, "name": name, "points": [point], **more}


def card_text(fields: Mapping[str, Any], sections: Mapping[str, str]) -> str:
    """Give the text of a card, each section padded so that the whole is long enough."""
    each = -(-_HAN_WANTED // len(sections))
    body = "".join(f"## {heading}\n{_padded(text, each)}\n\n" for heading, text in sections.items())
    return f"---\n{yaml.safe_dump(dict(fields), allow_unicode=True)}---\n{body}"


def write_card(root: Path, fields: Mapping[str, Any], sections: Mapping[str, str]) -> Path:
    """Write a card where its id and first point say; returns its path."""
    subject, _, slug = fields["id"].partition(".")
    path = root / "concepts" / subject / fields["points"][0][:4].lower() / f"{slug}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(card_text(fields, sections), encoding="utf-8")
    return path


def write_yaml(path: Path, data: Any) -> Path:
    """Write ``data`` as YAML."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return path


def table_data() -> dict[str, Any]:
    """Give the content of the comparison table as plain values."""
    rows = [("连接", "面向连接", "无连接"), ("可靠", "可靠", "尽力而为"), ("首部", "20 B", "8 B")]
    return {
        "ids": ["cn.tcp", "cn.udp"],
        "title": "TCP 与 UDP",
        "summary": "要可靠用 TCP，要快用 UDP。",
        "rows": [dict(zip(("dimension", "a", "b"), row, strict=True)) for row in rows],
    }


def smalltalk_data() -> dict[str, Any]:
    """Give the content of ``smalltalk.yaml`` as plain values."""
    return {
        "greeting": {"examples": ["你好", "在吗"], "replies": ["你好，想问什么？"]},
        "thanks": {"examples": ["谢谢", "非常感谢"], "replies": ["不客气。"]},
    }


def write_content(root: Path) -> Path:
    """Write the whole folder below ``root``; returns ``root``."""
    root.mkdir(parents=True, exist_ok=True)
    shutil.copy(SHIPPED / "cues.yaml", root / "cues.yaml")
    write_yaml(root / "outline.yaml", outline_data())
    write_yaml(root / "smalltalk.yaml", smalltalk_data())
    write_yaml(root / "compare" / "tcp-vs-udp.yaml", table_data())
    for fields, sections in CARDS:
        write_card(root, fields, sections)
    return root


def small_library(root: Path) -> Library:
    """Write the folder below ``root`` and load it."""
    return load_library(write_content(root))


def _padded(text: str, han: int) -> str:
    return text if len(text) >= han else f"{text}\n{(FILLER * han)[: han - len(text)]}。"


CARDS: Sequence[tuple[dict[str, Any], dict[str, str]]] = (
    (
        front("ds.singly-linked-list", "单链表", "DS0101", covers=["头插法", "尾插法"]),
        {
            "定义": "单链表用一组结点存放线性表，每个结点只有一个后继指针。",
            "原理": "头插法得到逆序，尾插法得到正序。",
            "易错点": "删除时先保存后继，别断链。",
        },
    ),
    (
        front("ds.stack", "栈", "DS0103", aliases=["堆栈"]),
        {"定义": "栈是只能在一端插入和删除的线性表。", "特点": "后进先出。"},
    ),
    (
        front("co.cache-mapping", "Cache 映射方式", "CO0101", aliases=["Cache 映射"]),
        {"定义": "映射方式决定主存块放进哪一行。", "分类": "直接、全相联、组相联三种。"},
    ),
    (
        front(
            "os.deadlock", "死锁", "OS0101", covers=["循环等待条件"],
            relations={
                "contrasts_with": ["os.starvation"],
                "related": ["os.deadlock-prevention", "os.bankers-algorithm"],
            },
        ),
        {
            "定义": "死锁是多个进程因竞争资源而互相等待，谁也无法推进。",
            "原理": "四个必要条件：互斥、不剥夺、请求并保持、循环等待条件。",
            "例题": "三个进程各需两个资源，最少四个就不会死锁。",
        },
    ),
    (
        front(
            "os.deadlock-prevention", "死锁预防", "OS0102",
            relations={"prerequisite": ["os.deadlock"]},
        ),
        {"定义": "死锁预防是破坏必要条件之一。", "原理": "给资源编号，按序申请，破坏循环等待。"},
    ),
    (
        front("os.starvation", "饥饿", "OS0103", aliases=["饿死"]),
        {"定义": "饥饿是进程长期得不到服务。", "原理": "总有更优先的进程插到前面。"},
    ),
    (
        front(
            "os.lru", "LRU 页面置换算法", "OS0104",
            aliases=["LRU", "最近最久未使用"], covers=["LRU 命中率"],
            relations={"contrasts_with": ["os.fifo"]},
        ),
        {
            "定义": "LRU 淘汰最长时间没有被访问的页。",
            "原理": "命中时把该页移到队尾。",
            "优缺点": "优点是缺页率低，缺点是开销大。",
            "计算": "LRU 命中率等于命中次数除以访问次数。",
            "例题": "访问 1 2 3 1，四次访问命中一次。",
            "易错点": "命中时也要更新次序。",
        },
    ),
    (
        front("os.fifo", "FIFO 页面置换算法", "OS0105", aliases=["FIFO", "先进先出"]),
        {
            "定义": "FIFO 淘汰最早调入的页。",
            "原理": "按调入次序排队。",
            "优缺点": "优点是简单，缺点是有 Belady 异常。",
        },
    ),
    (
        front("os.bankers-algorithm", "银行家算法", "OS0107", aliases=["死锁避免"]),
        {"定义": "银行家算法在分配前检查安全性。", "计算": "找安全序列：需求不大于可用就先满足。"},
    ),
    (
        front(
            "cn.tcp", "TCP", "CN0101", aliases=["传输控制协议"],
            relations={"contrasts_with": ["cn.udp"]},
        ),
        {"定义": "TCP 是面向连接的可靠传输协议。", "特点": "有确认、重传、流量控制。"},
    ),
    (
        front("cn.udp", "UDP", "CN0102", aliases=["用户数据报协议"]),
        {"定义": "UDP 是无连接的传输协议。", "特点": "首部只有八个字节。", "应用": "适合直播。"},
    ),
)  # fmt: skip
