"""Draw example cards, to be looked at and for the documentation.

    python -m bot.rendering.pictures.examples DIR

The drawings are what the plugins would give on one made-up day; every number on them is invented
but consistent with the question it belongs to.
"""

import asyncio
import sys
from pathlib import Path

from bot.rendering.pictures.artist import Artist
from plugins.drawing import (
    Bar,
    Bars,
    Days,
    Drawing,
    Options,
    Prose,
    Stat,
    Stats,
)

_PAGES = """某进程分配到 **3 个页框**，起始为空，按下面的次序访问页面：

| 次序 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
| 页号 | 2 | 3 | 2 | 1 | 5 | 2 | 4 | 5 | 3 | 2 | 5 | 2 |

采用 LRU 置换算法，整个过程发生缺页（ ）。"""

_PAGE_OPTIONS = (("A", "5 次"), ("B", "6 次"), ("C", "7 次"), ("D", "9 次"))

_STEPS = """| 访问 | 2 | 3 | 2 | 1 | 5 | 2 | 4 | 5 | 3 | 2 | 5 | 2 |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
| 最近 | 2 | 3 | 2 | 1 | 5 | 2 | 4 | 5 | 3 | 2 | 5 | 2 |
| ↓ |  | 2 | 3 | 2 | 1 | 5 | 2 | 4 | 5 | 3 | 2 | 5 |
| 最久 |  |  |  | 3 | 2 | 1 | 5 | 2 | 4 | 5 | 3 | 3 |
| 缺页 | × | × |  | × | × |  | × |  | × | × |  |  |

1. 表里每一列是访问之后的页框，**越靠上越新**；命中时只调整次序，不算缺页。
2. 满了以后换出最下面一行：访问 5 换出 3，访问 4 换出 1，访问 3 换出 2，访问 2 换出 4。
3. 打 × 的列共 7 个，所以缺页 **7 次**。"""

_REASONS = """- **A** 把前三次装入空页框的缺页漏掉了两次。
- **B** 第 10 次访问时 2 已在上一步被换出，漏数了这一次。
- **D** 按 FIFO 的次序淘汰才会是 9 次，题目要求 LRU。"""

_CODE = """下面的函数对长度为 `n` 的数组做了什么？最坏情况下比较次数的数量级是（ ）。

```c
int f(int a[], int n) {
    for (int i = 1; i < n; i++) {
        int x = a[i], j = i - 1;
        while (j >= 0 && a[j] > x) {
            a[j + 1] = a[j];   // 后移一格
            j--;
        }
        a[j + 1] = x;
    }
    return a[n / 2];
}
```"""

_CODE_OPTIONS = (
    ("A", "直接插入排序，返回中位位置的元素，O(n²)"),
    ("B", "直接插入排序，返回中位位置的元素，O(n log n)"),
    ("C", "冒泡排序，返回最大的元素，O(n²)"),
    ("D", "折半插入排序，比较次数为 O(n log n)，移动次数仍为 O(n²)，因此总的数量级由移动决定"),
)

_TEXT = "关于 TCP 的三次握手与四次挥手，下列说法中**错误**的是（ ）。"

_TEXT_OPTIONS = (
    ("A", "第三次握手的报文段可以携带应用数据"),
    ("B", "主动关闭的一方收到对方的 FIN 并回送 ACK 后，要等待 2MSL 才进入 CLOSED 状态"),
    ("C", "被动打开的一方收到 SYN 后即可开始发送应用数据"),
    ("D", "四次挥手中间的两个报文段在没有数据要发时可以合并成一个"),
)


def examples() -> dict[str, Drawing]:
    """Give the drawings by the name of their file."""
    return {
        "question": _question(),
        "question-code": _question_with_code(),
        "question-text": _question_of_text(),
        "reveal": _reveal(),
        "report": _report(),
        "weekly": _weekly(),
    }


def _question() -> Drawing:
    return Drawing(
        title="每日一题 · 操作系统",
        subtitle="距初试 22 天 · 难度 ★★★☆☆ · 页面置换算法",
        blocks=(Prose(_PAGES), Options(_PAGE_OPTIONS)),
        footer="@我 回复选项，或引用这条消息回复，例如：B　·　21:30 公布答案",
    )


def _question_with_code() -> Drawing:
    return Drawing(
        title="每日一题 · 数据结构",
        subtitle="距初试 22 天 · 难度 ★★☆☆☆ · 插入排序",
        blocks=(Prose(_CODE), Options(_CODE_OPTIONS)),
        footer="@我 回复选项，或引用这条消息回复，例如：B　·　21:30 公布答案",
    )


def _question_of_text() -> Drawing:
    return Drawing(
        title="每日一题 · 计算机网络",
        subtitle="距初试 22 天 · 难度 ★★★★☆ · TCP 连接管理",
        blocks=(Prose(_TEXT), Options(_TEXT_OPTIONS)),
        footer="@我 回复选项，或引用这条消息回复，例如：B　·　21:30 公布答案",
    )


def _reveal() -> Drawing:
    return Drawing(
        title="答案揭晓 · 操作系统",
        subtitle="23 人作答，11 人答对 · LRU 缺页次数",
        blocks=(
            Options(_PAGE_OPTIONS, marked="C", shares=(3 / 23, 7 / 23, 11 / 23, 2 / 23)),
            Prose(_STEPS, title="怎么算"),
            Prose(_REASONS, title="为什么不选别的", tone="quiet"),
            Prose("命中也要更新“最近使用”的次序，这是和 FIFO 最大的区别。", "记住", "good"),
        ),
        footer="考点 OS0316 页面置换算法　·　题目有误？回复 /纠错",
    )


def _report() -> Drawing:
    return Drawing(
        title="小满的学习报告",
        subtitle="11 月 27 日 · 距初试 22 天",
        blocks=(
            Stats(
                (
                    Stat("连续打卡", "18 天", "最长 23 天"),
                    Stat("做题", "214", "今天 6 题"),
                    Stat("正确率", "71%", "近 7 天 76%"),
                )
            ),
            Bars(
                "各科正确率",
                (
                    Bar("数据结构", 0.82, "82% · 61 题"),
                    Bar("计算机组成原理", 0.58, "58% · 52 题", "bad"),
                    Bar("操作系统", 0.74, "74% · 70 题"),
                    Bar("计算机网络", 0.65, "65% · 31 题"),
                ),
            ),
            Bars(
                "最该补的考点",
                (
                    Bar("Cache 与主存的映射方式", 0.31, "掌握 31%", "bad"),
                    Bar("浮点数的规格化与舍入", 0.38, "掌握 38%", "bad"),
                    Bar("TCP 拥塞控制", 0.44, "掌握 44%", "bad"),
                    Bar("指令流水线的冒险", None, "还没做过", "quiet"),
                ),
            ),
            Days("最近 14 天", _FORTNIGHT),
            Prose("发 `/练 Cache` 从最薄弱的考点开始，大约 10 分钟。", tone="quiet"),
        ),
        footer="正确率只算每题第一次作答　·　连续打卡以 04:00 为一天的分界",
    )


def _weekly() -> Drawing:
    return Drawing(
        title="本周小结",
        subtitle="11 月 21 日 – 11 月 27 日 · 考研 408 冲刺群",
        blocks=(
            Stats(
                (
                    Stat("参与同学", "34 人", "比上周 +5"),
                    Stat("作答", "412 次", "比上周 +38"),
                    Stat("群正确率", "68%", "比上周 +3"),
                    Stat("全勤", "9 人", "七天都在"),
                )
            ),
            Days("每天作答的人", _WEEK),
            Bars(
                "各科答对的比例",
                (
                    Bar("数据结构", 0.77, "77%"),
                    Bar("计算机组成原理", 0.55, "55%", "bad"),
                    Bar("操作系统", 0.72, "72%"),
                    Bar("计算机网络", 0.66, "66%"),
                ),
            ),
            Prose(
                "1. **Cache 组相联映射**：一半的同学把组号的位数算成了行号的位数。\n"
                "2. **CRC 检验**：生成多项式的最高次数决定补几个 0，不是位数。\n"
                "3. **银行家算法**：安全序列可以不止一个。",
                title="这周大家最容易错的",
            ),
            Prose(
                "全勤：阿青、Leo、小满、一只栗子、周周\n进步最快：Hikari、南风",
                title="榜样（愿意上榜的同学）",
                tone="good",
            ),
        ),
        footer="发 /排行 加入 可以上榜，/排行 退出 随时退出　·　下周主攻：组成原理",
    )


_FORTNIGHT = tuple(
    (f"{14 + index}", level)
    for index, level in enumerate((2, 3, 1, 4, 2, 5, 1, 3, 4, 2, 2, 3, 4, 3))
)
_WEEK = (("六", 3), ("日", 4), ("一", 2), ("二", 3), ("三", 2), ("四", 1), ("五", 3))


async def _draw_all(folder: Path) -> int:
    artist = Artist()
    failed = 0
    for name, drawing in examples().items():
        picture = await artist.draw(drawing)
        if picture is None:
            print(f"{name}：没有画出来（{artist.state()}）", file=sys.stderr)
            failed += 1
            continue
        path = folder / f"{name}.png"
        path.write_bytes(picture)
        print(f"{path}  {len(picture) // 1024} KiB")
    await artist.aclose()
    return failed


def main() -> None:
    """Write the examples into the folder named on the command line."""
    if len(sys.argv) != 2:
        sys.exit("用法：python -m bot.rendering.pictures.examples 文件夹")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    sys.exit(1 if asyncio.run(_draw_all(folder)) else 0)


if __name__ == "__main__":
    main()
