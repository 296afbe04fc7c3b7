"""What the bot says of itself."""

HELP = """我是 408 学习助手，从知识库里找答案，每个回答都标出处；资料里没有的会直说。

可以这样问我：
- 什么是死锁
- 那怎么预防呢（可以接着追问）
- TCP 和 UDP 有啥区别
- LRU 命中率怎么算 / 哈夫曼树的例题 / 快速排序的易错点
- LRU 3个页框 访问序列 7 0 1 2 0 3 缺页几次（页面置换、磁盘调度、子网、CRC 会逐步算）

在群里先 @ 我；私聊直接发。打错字、用拼音、写缩写都没关系。

命令：
- /帮助 看这段说明
- /忘记我 删除我记住的你的全部对话"""

UNKNOWN = "没有这个命令。发“/帮助”看看我能做什么。"
FORGET_FAILED = "现在连不上存储，没能删除，请过一会儿再发一次“/忘记我”。"


def forgotten(sessions: int) -> str:
    """Say what was removed: ``sessions`` dialogues."""
    if not sessions:
        return "我这里没有你的对话记录，不用删除。"
    return f"已经删除我记住的你的全部对话（{sessions} 段）。"
