"""Which messages are computations, and what is computed of them."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.answering.answer import SolutionBody
from backend.answering.solving import Problem, recognise, vary
from backend.knowledge.aspects import Aspect
from backend.questions.reading.fields import COUNT, number
from backend.questions.solvers.crc import CrcTask
from backend.questions.solvers.disk_scheduling import DiskTask
from backend.questions.solvers.page_replacement import PageTask
from backend.questions.solvers.refusal import Refusal
from backend.questions.solvers.subnetting import BlockTask, SplitTask
from tests.fakes import FakeSearch
from tests.unit.answering.dialogue import Dialogue
from tests.unit.knowledge.shipped import shipped_library
from tests.unit.knowledge.small_library import small_library

EVALUATION = Path(__file__).parents[3] / "evaluation" / "data" / "messages.jsonl"
BELADY = (1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5)
SILBERSCHATZ = (98, 183, 37, 122, 14, 124, 65, 67)
TANG = (55, 58, 39, 18, 90, 160, 150, 38, 184)


def pages(algorithm, frames, *references):
    return PageTask(algorithm, frames, references)


def sent(bits, generator):
    return CrcTask(bits, generator)


def received(bits, generator):
    return CrcTask(bits, generator, received=True)


def block(address, prefix):
    return BlockTask(address, prefix)


PAGE_MESSAGES = {
    "LRU 3个页框 访问序列7 0 1 2 0 3 0 4 2 3 缺页几次": pages(
        "LRU", 3, 7, 0, 1, 2, 0, 3, 0, 4, 2, 3
    ),
    "fifo 4块 1,2,3,4,1,2,5 缺页率": pages("FIFO", 4, 1, 2, 3, 4, 1, 2, 5),
    "opt置换 内存块3 页面走向 7,0,1,2,0,3": pages("OPT", 3, 7, 0, 1, 2, 0, 3),
    "lru,三个页框,1 2 3 4 1 2 5": pages("LRU", 3, 1, 2, 3, 4, 1, 2, 5),
    "ＬＲＵ　３个页框　访问序列１，２，３，４，１": pages("LRU", 3, 1, 2, 3, 4, 1),
    "求问 lru 页框数=3 序列: 1、2、3、4 缺页率多少啊": pages("LRU", 3, 1, 2, 3, 4),
    "最近最久未使用 两个物理块 页面号引用串 1,2,1,3,1": pages("LRU", 2, 1, 2, 1, 3, 1),
    "先进先出页面置换 3帧 1 2 3 1 4 1 2 5 1 2 缺页中断几次": pages(
        "FIFO", 3, 1, 2, 3, 1, 4, 1, 2, 5, 1, 2
    ),
    "某进程分配3个物理块，页面访问序列为 2,3,2,1,5,2,4,5,3,2,5,2，采用LRU算法，求缺页率": pages(
        "LRU", 3, 2, 3, 2, 1, 5, 2, 4, 5, 3, 2, 5, 2
    ),
    "系统为某进程分配了4个页框，该进程的页号序列为7,0,1,2,0,3,0,4，用最佳置换算法缺页多少次": pages(
        "OPT", 4, 7, 0, 1, 2, 0, 3, 0, 4
    ),
    "访问串701203042303 用最佳置换 3个页框": pages("OPT", 3, 7, 0, 1, 2, 0, 3, 0, 4, 2, 3, 0, 3),
    "clock 4个页帧 引用串 1 2 3 4 1 2 5": pages("CLOCK", 4, 1, 2, 3, 4, 1, 2, 5),
    "时钟置换算法，3个页框，1 2 3 4 2 1": pages("CLOCK", 3, 1, 2, 3, 4, 2, 1),
    "LRU页框3 7 0 1 2 0 3": pages("LRU", 3, 7, 0, 1, 2, 0, 3),
    "访问序列7 0 1 2 0 3 3个页框 lru": pages("LRU", 3, 7, 0, 1, 2, 0, 3),
    "lru 序列 1 2 3 4 1 2 5 页框 3": pages("LRU", 3, 1, 2, 3, 4, 1, 2, 5),
    "fifo 3 个页框 1->2->3->4->1": pages("FIFO", 3, 1, 2, 3, 4, 1),
    "LRU算法 内存块数为3 访问页面1 2 3 4 1 5 命中率": pages("LRU", 3, 1, 2, 3, 4, 1, 5),
    "1. LRU，3个页框，访问序列 1 2 3 4 1，求缺页率 (5分)": pages("LRU", 3, 1, 2, 3, 4, 1),
    "lru\n页框: 3\n序列: 12 3 45 12 7": pages("LRU", 3, 12, 3, 45, 12, 7),
    "十六个页框 lru 访问序列 1 2 3": pages("LRU", 16, 1, 2, 3),
    "lru 3个页框 访问序列 408 409 408": pages("LRU", 3, 408, 409, 408),
    "fifo 0个页框 1 2 3 4": pages("FIFO", 0, 1, 2, 3, 4),
}
DISK_MESSAGES = {
    "磁头在53 请求98 183 37 122 14 124 65 67 sstf": DiskTask("SSTF", 53, SILBERSCHATZ),
    "最短寻道时间优先，磁头起始位置53，请求队列98,183,37,122,14,124,65,67，总寻道长度": DiskTask(
        "SSTF", 53, SILBERSCHATZ
    ),
    "fcfs 磁头53 98,183,37,122,14,124,65,67 移动多少磁道": DiskTask("FCFS", 53, SILBERSCHATZ),
    "先来先服务 当前磁头在100号磁道 依次请求55、58、39、18、90、160、150、38、184": DiskTask(
        "FCFS", 100, TANG
    ),
    "磁头位于100道，向增大方向，请求依次为55、58、39、18、90、160、150、38、184，SCAN": DiskTask(
        "SCAN", 100, TANG, "up"
    ),
    "电梯算法 磁头100 往小的方向 请求55 58 39 18 90 160 150 38 184": DiskTask(
        "SCAN", 100, TANG, "down"
    ),
    "循环扫描 磁头100 磁道号增加方向 请求55 58 39 18 90 160 150 38 184 返回不计": DiskTask(
        "C-SCAN", 100, TANG, "up", count_return=False
    ),
    "cscan 磁头100 从小到大 请求55 58 39 18 90 160 150 38 184": DiskTask("C-SCAN", 100, TANG, "up"),
    "c-look 磁头100 向下 请求55 58 39 18 90 160 150 38 184": DiskTask("C-LOOK", 100, TANG, "down"),
    "look 磁头100 减小方向 请求55 58 39 18 90 160 150 38 184": DiskTask("LOOK", 100, TANG, "down"),
    "scan 磁头50 请求82,170,43 向增大方向 磁盘有200个磁道 要到边缘": DiskTask(
        "SCAN", 50, (82, 170, 43), "up", (0, 199), to_edge=True
    ),
    "scan 磁头50 请求82,170,43 增大方向 磁道0~199 不到边缘": DiskTask(
        "SCAN", 50, (82, 170, 43), "up", (0, 199)
    ),
    "当前磁头在143，刚完成125的请求，请求队列86 147 91 177，电梯算法": DiskTask(
        "SCAN", 143, (86, 147, 91, 177), "up"
    ),
    "磁头刚从30道移到20道 请求10 40 50 scan": DiskTask("SCAN", 20, (10, 40, 50), "down"),
    "head=53 requests 98 183 37 sstf": DiskTask("SSTF", 53, (98, 183, 37)),
    "scan 磁头53 98 183 37": DiskTask("SCAN", 53, (98, 183, 37)),
}
SUBNET_MESSAGES = {
    "192.168.1.0/26 有多少可用主机": block("192.168.1.0", 26),
    "192.168.1.0/26": block("192.168.1.0", 26),
    "10.1.1.1/30 广播地址": block("10.1.1.1", 30),
    "10.0.0.5/28 属于哪个子网": block("10.0.0.5", 28),
    "一台主机的IP地址是10.0.0.5/28，求所在子网的广播地址": block("10.0.0.5", 28),
    "求172.16.5.77/20的网络地址": block("172.16.5.77", 20),
    "１７２．１６．５．７７／２０ 网络号": block("172.16.5.77", 20),
    "ip是10.0.0.5，前缀长度28，主机范围是多少": block("10.0.0.5", 28),
    "10.0.0.5 掩码28位 广播": block("10.0.0.5", 28),
    "10.0.0.5 掩码255.255.255.240 网络地址是多少": BlockTask("10.0.0.5", mask="255.255.255.240"),
    "192.168.10.77 255.255.255.224 子网掩码 求主机范围": BlockTask(
        "192.168.10.77", mask="255.255.255.224"
    ),
    "子网掩码为255.255.240.0，ip 172.16.5.77，求子网": BlockTask(
        "172.16.5.77", mask="255.255.240.0"
    ),
    "192.168.1.0/33 有多少主机": block("192.168.1.0", 33),
    "192.168.300.1/24 网络地址": block("192.168.300.1", 24),
    "192.168.1.0 掩码255.0.255.0 广播地址": BlockTask("192.168.1.0", mask="255.0.255.0"),
    "192.168.1.0/24 划分4个子网": SplitTask(block("192.168.1.0", 24), subnets=4),
    "把192.168.1.0/24平均分成六个子网": SplitTask(block("192.168.1.0", 24), subnets=6),
    "10.0.0.0 掩码255.0.0.0 分成16个等长的子网": SplitTask(
        BlockTask("10.0.0.0", mask="255.0.0.0"), subnets=16
    ),
    "192.168.1.0/24 每个子网要50台主机 怎么分": SplitTask(block("192.168.1.0", 24), hosts=50),
    "202.118.1.0/24 划分子网，每个子网至少容纳 25 台主机": SplitTask(
        block("202.118.1.0", 24), hosts=25
    ),
    "192.168.1.0/24 划分0个子网": SplitTask(block("192.168.1.0", 24), subnets=0),
}
CRC_MESSAGES = {
    "数据1101011011 生成多项式10011 求crc": sent("1101011011", "10011"),
    "x^4+x+1 信息101101 CRC": sent("101101", "10011"),
    "x⁴+x+1 信息101101 CRC": sent("101101", "10011"),
    "G(x)=x4+x+1，发送数据1101011011，求CRC冗余码": sent("1101011011", "10011"),
    "g(x)=x^3+1 数据101110 求余数 crc": sent("101110", "1001"),
    "crc g(x)=x^3+x 信息101": sent("101", "1010"),
    "crc 生成多项式 x^3 + x + 1 101": sent("101", "1011"),
    "crc 1101011011 除以 10011": sent("1101011011", "10011"),
    "要发送的数据为101001，生成多项式P(x)=x^3+x^2+1，求循环冗余码": sent("101001", "1101"),
    "生成多项式x^4+x+1(10011) 信息码101101 crc码": sent("101101", "10011"),
    "CRC生成多项式是1011，报文1100，帧检验序列是啥": sent("1100", "1011"),
    "信息位 1100 ，1011作为生成多项式，CRC校验码": sent("1100", "1011"),
    "x^{16}+x^{12}+x^5+1 数据 1011 求4位CRC": sent("1011", "10001000000100001"),
    "接收方收到1011011110，生成多项式10011，CRC判断是否出错": received("1011011110", "10011"),
    "收到的码字是1011011111 g(x)=x^4+x+1 有没有错": received("1011011111", "10011"),
    "crc 生成多项式10011 数据1011011111 有没有错误": received("1011011111", "10011"),
    "数据1011 生成多项式01011 crc": sent("1011", "01011"),
}
ONE_TASK = {**PAGE_MESSAGES, **DISK_MESSAGES, **SUBNET_MESSAGES, **CRC_MESSAGES}

NOT_COMPUTED = [
    # Numbers that are no input.
    "LRU 的 3 个特点",
    "TCP 3次握手",
    "B树 3阶",
    "408 操作系统考几分",
    "LRU 3个页框",
    "lru 3 个页框怎么算缺页率",
    "2020年408第28题 LRU",
    "FIFO 1 2 3 4 5 先出哪个",
    "1 2 3 4 5",
    "3个页框 1 2 3 4 1 2 5",
    "栈 入栈序列 1 2 3 4 出栈序列有几种",
    "队列 fifo 入队 1 2 3 4 5",
    "快速排序 3 1 4 1 5 9 2 6",
    "先来先服务 作业 10 20 30 到达时间 0 1 2",
    "时间片轮转 时间片 2 A 3 B 5 C 8",
    # An input is missing.
    "lru 访问序列 7 0 1 2 0 3 0 4 缺页几次",
    "LRU 3个页框 访问 7",
    "lru 3个页框 1 2 3",
    "sstf 98 183 37 122 14",
    "磁头在53 用sstf",
    "磁头在53 请求98 183 37 122",
    "数据1101011011 求crc",
    "生成多项式10011 crc",
    "x^4+x+1 是什么",
    "192.168.1.0 有多少主机",
    "掩码255.255.255.240 有几个可用地址",
    "划分4个子网 每个多少主机",
    # Which number is which is not certain.
    "1101011011 10011 crc",
    "lru 3个页框 序列 1 2 3 4 又 5 6 7 8 呢",
    "LRU 3个页框 页面大小 4KB 访问序列 1 2 3 4",
    "lru 页框大小4 3个页框 1 2 3 4",
    "LRU 3个页框 已装入 1 2 访问 3 4 5 6",
    "lru 3个页框 访问序列 1 2 3.5 4",
    "scan 磁头50 请求82,170,43 从大到小 从小到大",
    "sstf 磁头53 请求98 183 每移动一道1ms 37",
    "sstf 磁头53 请求98 183 37 有4个盘面",
    "192.168.1.0/24 划分4个子网 每个子网30台主机",
    "192.168.1.0/24 需要100、50、20台主机",
    "192.168.1.0/24 有254台主机吗 为什么",
    "10.1.4.0/24和10.1.7.0/24聚合",
    "192.168.1.5/24 和 192.168.1.77/24 在同一个子网吗",
    "路由表 192.168.1.0/24 下一跳 A",
    "192.168.1.0/24 为什么有这么多主机",
    "192.168.1.0/24 是私有地址吗",
    "192.168.1.0/24 借三位划分子网",
    "crc 数据 12345 生成多项式 10011",
    "crc 数据101101 生成多项式10011 为什么余数是1110",
    "CRC-32 数据1011 生成多项式10011",
    "x^4+x+1 x^3+1 数据1011 crc",
    "数据101101 生成多项式10011 求crc，若收到1011011111是否出错",
    # Another method than those that are known.
    "LFU 3个页框 1 2 3 4 1 2 5",
    "改进型CLOCK 3个页框 1 2 3 4 1 2 5",
    "2路组相联 cache 4块 lru 访问主存块 1 2 3 4 1",
    "fscan 磁头53 请求98 183 37",
    "海明码 数据1011 生成多项式10011",
    "LRU 页面大小100字 3个页框 地址序列 10,205,110,40",
    # A pasted question whose options are numbers too.
    "LRU，3个页框，序列 1 2 3 4 1，缺页次数是 A. 3 B. 4 C. 5 D. 6",
    "",
    "你好",
]


def test_there_are_enough_phrasings():
    assert len(ONE_TASK) >= 60
    assert len(NOT_COMPUTED) >= 40


@pytest.mark.parametrize(("text", "task"), ONE_TASK.items())
def test_a_message_with_all_inputs_is_read_as_its_task(text, task):
    assert recognise(text) == Problem((task,))


@pytest.mark.parametrize("text", NOT_COMPUTED)
def test_a_message_that_lacks_something_or_is_unclear_is_no_computation(text):
    assert recognise(text) is None


def test_several_algorithms_or_numbers_of_frames_are_several_tasks():
    text = "lru和fifo 3个页框 1 2 3 4 1 2 5 1 2 3 4 5 各缺页几次"
    assert recognise(text) == Problem((pages("FIFO", 3, *BELADY), pages("LRU", 3, *BELADY)))
    text = "FIFO 3个和4个页框 1 2 3 4 1 2 5 1 2 3 4 5 分别缺页几次"
    assert recognise(text) == Problem((pages("FIFO", 3, *BELADY), pages("FIFO", 4, *BELADY)))
    text = "sstf和fcfs 磁头53 请求98 183 37 122 14 124 65 67"
    both = (DiskTask("FCFS", 53, SILBERSCHATZ), DiskTask("SSTF", 53, SILBERSCHATZ))
    assert recognise(text) == Problem(both)


def test_the_last_topic_stands_in_for_an_algorithm_that_is_not_named():
    text = "3个页框 1 2 3 4 1 2 5 缺页几次"
    assert recognise(text) is None
    assert recognise(text, ("os.deadlock",)) is None
    assert recognise(text, ("os.lru",)) == Problem((pages("LRU", 3, 1, 2, 3, 4, 1, 2, 5),))
    assert recognise("fifo " + text, ("os.lru",)) == Problem(
        (pages("FIFO", 3, 1, 2, 3, 4, 1, 2, 5),)
    )


def test_no_message_of_the_evaluation_set_is_taken_for_a_computation():
    lines = EVALUATION.read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines]
    assert len(texts) > 200
    assert [text for text in texts if recognise(text, ("os.lru", "os.fifo"))] == []


def test_no_section_of_a_card_is_taken_for_a_computation():
    sections = {
        (concept.id, aspect): text
        for concept in shipped_library().concepts.values()
        for aspect, text in concept.sections.items()
    }
    assert len(sections) > 300
    assert [key for key, text in sections.items() if recognise(text)] == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("lru 0个页框 1 2 3 4", "frames_out_of_range"),
        ("lru 99个页框 1 2 3 4", "frames_out_of_range"),
        ("lru 3个页框 序列 " + "1 " * 201, "too_many_references"),
        ("scan 磁头53 请求98 183 37", "no_direction"),
        ("scan 磁头53 请求98 183 37 增大方向 走到边缘", "no_track_range"),
        ("sstf 磁头53 请求98 283 37 磁道0-199", "track_out_of_range"),
        ("sstf 磁头53 请求" + "98 " * 201, "too_many_requests"),
        ("192.168.1.0/33 有多少主机", "bad_prefix"),
        ("192.168.1.999/24 广播地址", "bad_address"),
        ("192.168.1.0 掩码255.0.255.0 广播地址", "bad_mask"),
        ("192.168.1.0/24 划分0个子网", "bad_count"),
        ("192.168.1.0/24 划分500个子网", "too_many_subnets"),
        ("192.168.1.0/24 每个子网500台主机", "too_many_hosts"),
        ("数据1011 生成多项式01011 crc", "generator_leading_zero"),
        ("crc 生成多项式10011 数据" + "10" * 40, "too_many_bits"),
        ("收到101 生成多项式10011 crc", "frame_too_short"),
    ],
)
def test_a_wrong_input_is_recognised_and_refused_with_its_reason(text, reason):
    problem = recognise(text)
    assert problem is not None
    (refusal,) = problem.solve()
    assert isinstance(refusal, Refusal)
    assert refusal.reason == reason


# Variations of the computation before


@pytest.mark.parametrize(
    ("text", "tasks"),
    [
        ("那FIFO呢", (pages("FIFO", 3, *BELADY),)),
        ("换成 opt 呢？", (pages("OPT", 3, *BELADY),)),
        ("用FIFO的话缺页率是多少", (pages("FIFO", 3, *BELADY),)),
        ("4个页框呢", (pages("LRU", 4, *BELADY),)),
        ("4个页框", (pages("LRU", 4, *BELADY),)),
        ("如果是四个页框用fifo呢", (pages("FIFO", 4, *BELADY),)),
        ("那fifo和opt呢", (pages("FIFO", 3, *BELADY), pages("OPT", 3, *BELADY))),
    ],
)
def test_a_variation_changes_what_it_names_and_keeps_the_rest(text, tasks):
    assert vary(text, Problem((pages("LRU", 3, *BELADY),))) == Problem(tasks)


@pytest.mark.parametrize(
    "text", ["FIFO", "什么是FIFO", "FIFO的优缺点", "那死锁呢", "谢谢", "那呢", "FIFO和LRU的区别"]
)
def test_another_question_is_no_variation(text):
    assert vary(text, Problem((pages("LRU", 3, *BELADY),))) is None


def test_a_disk_problem_is_varied_by_algorithm_direction_and_convention():
    given_problem = Problem((DiskTask("SSTF", 53, SILBERSCHATZ),))
    scan = vary("那scan呢", given_problem)
    assert scan == Problem((DiskTask("SCAN", 53, SILBERSCHATZ),))
    assert vary("sstf", given_problem) is None
    up = vary("磁道号增大方向", scan)
    assert up == Problem((DiskTask("SCAN", 53, SILBERSCHATZ, "up"),))
    assert vary("磁头从60开始呢", up) == Problem((DiskTask("SCAN", 60, SILBERSCHATZ, "up"),))
    edge = vary("要走到边缘的话呢", up)
    assert edge == Problem((DiskTask("SCAN", 53, SILBERSCHATZ, "up", to_edge=True),))
    assert vary("磁道0~199", edge) == Problem(
        (DiskTask("SCAN", 53, SILBERSCHATZ, "up", (0, 199), to_edge=True),)
    )


# In the dialogue


@pytest.fixture(scope="module")
def shared_dialogue():
    return Dialogue(shipped_library())


@pytest.fixture
def talk(shared_dialogue):
    shared_dialogue.history.clear()
    shared_dialogue.search.queries.clear()
    return shared_dialogue


def faults(answer):
    return [solution.faults for solution in answer.body.solutions]


async def test_a_computation_is_answered_from_its_card_without_a_search_or_a_model(talk):
    answer = await talk.ask("LRU 3个页框 访问序列 1 2 3 4 1 2 5 1 2 3 4 5 缺页几次")
    assert (answer.verdict, answer.concepts) == ("answer", ("os.lru",))
    assert answer.aspect is Aspect.CALCULATION
    assert isinstance(answer.body, SolutionBody)
    assert faults(answer) == [10]
    assert [source.locator for source in answer.sources] == ["OS0316"]
    assert answer.suggestions
    assert talk.search.queries == []


@pytest.mark.parametrize(
    ("text", "concepts"),
    [
        ("opt 3个页框 1 2 3 4 1", ("os.demand-paging",)),
        ("clock 3个页框 1 2 3 4 1", ("os.demand-paging",)),
        ("lru和fifo 3个页框 1 2 3 4 1", ("os.fifo", "os.lru")),
        ("磁头在53 请求98 183 37 sstf", ("os.disk-scheduling",)),
        ("192.168.1.0/26 有多少可用主机", ("cn.subnetting",)),
        ("192.168.1.0/24 划分4个子网", ("cn.subnetting",)),
        ("数据1101011011 生成多项式10011 求crc", ("cn.crc",)),
        ("192.168.1.0/33 有多少主机", ("cn.subnetting",)),
    ],
)
async def test_the_concepts_are_those_of_the_cards_with_the_methods(talk, text, concepts):
    answer = await talk.ask(text)
    assert answer.concepts == concepts
    assert len(answer.sources) == len(concepts)


async def test_a_follow_up_recomputes_with_the_data_of_the_message_before(talk):
    answer = await talk.asks("LRU 3个页框 1 2 3 4 1 2 5 1 2 3 4 5 缺页几次", "那FIFO呢")
    assert (answer.concepts, faults(answer)) == (("os.fifo",), [9])
    answer = await talk.ask("4个页框呢")
    assert (answer.concepts, faults(answer)) == (("os.fifo",), [10])
    assert faults(await talk.ask("换成lru")) == [8]


async def test_a_follow_up_in_words_is_answered_from_the_card(talk):
    answer = await talk.asks("LRU 3个页框 1 2 3 4 1 2 5 1 2 缺页几次", "它的优缺点呢")
    assert (answer.concepts, answer.aspect) == (("os.lru",), Aspect.PROS_CONS)


async def test_a_question_in_between_ends_the_computation(talk):
    await talk.asks("LRU 3个页框 1 2 3 4 1 2 5 1 2 缺页几次", "什么是死锁")
    answer = await talk.ask("那FIFO呢")
    assert not isinstance(answer.body, SolutionBody)


async def test_a_computation_too_long_ago_is_not_gone_on_from(talk):
    await talk.ask("LRU 3个页框 1 2 3 4 1 2 5 1 2 缺页几次")
    talk.now += timedelta(hours=2)
    assert not isinstance((await talk.ask("那FIFO呢")).body, SolutionBody)


async def test_the_topic_of_the_dialogue_names_the_algorithm(talk):
    answer = await talk.asks("lru 命中率怎么算", "3个页框 访问序列 1 2 3 4 1 2 5 缺页几次")
    assert (answer.concepts, faults(answer)) == (("os.lru",), [7])


async def test_what_the_library_has_no_card_for_is_not_computed(tmp_path):
    talk = Dialogue(small_library(tmp_path), FakeSearch())
    answer = await talk.ask("磁头在53 请求98 183 37 sstf")
    assert answer.body is None


# Whatever is typed

PIECES = [
    *(
        "lru",
        "fifo",
        "sstf",
        "scan",
        "crc",
        "磁头",
        "请求",
        "页框",
        "个",
        "块",
        "序列",
        "子网",
        "掩码",
    ),
    *("增大方向", "边缘", "x^4", "+", "1", "0", "10011", "192.168.1.0", "/24", "255.255.255.0"),
    *(
        " ",
        ",",
        "~",
        "数据",
        "生成多项式",
        "收到",
        "台主机",
        "返回不计",
        "三",
        "十",
        "\0",
        "⁴",
        "那",
        "呢",
    ),
]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_message_is_read_or_not_and_any_problem_solved(text):
    problem = recognise(text, ("os.lru",))
    if problem is not None:
        assert len(problem.solve()) == len(problem.tasks) >= 1
        vary(text, problem)


@given(st.text(max_size=200))
def test_any_text_can_be_read(text):
    recognise(text)


@given(
    st.sampled_from(
        ["{a} {n}个页框 访问序列 {r}", "{r}，{n}块，{a}算法缺页几次", "{a}，页框数{n}，走向：{r}"]
    ),
    st.sampled_from(["FIFO", "LRU", "OPT", "CLOCK"]),
    st.integers(1, 20),
    st.lists(st.integers(0, 99), min_size=4, max_size=30).map(tuple),
    st.sampled_from([" ", ",", "，", "、", ", "]),
)
def test_what_is_written_is_what_is_read(template, algorithm, frames, references, between):
    written = between.join(map(str, references))
    text = template.format(a=algorithm, n=frames, r=written)
    assert recognise(text) == Problem((PageTask(algorithm, frames, references),))


BETWEEN = st.sampled_from([" ", ",", "，", "、", ", ", "号、"])


@given(
    st.sampled_from(
        [
            "{a} 磁头在{h} 请求{r} 磁道号增大方向",
            "{r}，磁头从{h}开始，向大的方向，{a}",
            "当前磁头位于{h}号磁道，正向磁道号增加方向移动，请求序列：{r}，用{a}求总寻道长度",
        ]
    ),
    st.sampled_from(["FCFS", "SSTF", "SCAN", "C-SCAN", "LOOK", "C-LOOK"]),
    st.integers(0, 999),
    st.lists(st.integers(0, 999), min_size=3, max_size=20).map(tuple),
    BETWEEN,
)
def test_what_is_written_of_a_disk_is_what_is_read(template, algorithm, head, requests, between):
    text = template.format(a=algorithm, h=head, r=between.join(map(str, requests)))
    assert recognise(text) == Problem((DiskTask(algorithm, head, requests, "up"),))


@given(
    st.sampled_from(
        [
            "数据{d} 生成多项式{g} 求crc",
            "生成多项式G(x)={g}，发送的数据为{d}，求CRC校验码",
            "crc {d} 除以 {g}",
            "用{g}作为生成多项式，求{d}的循环冗余码",
        ]
    ),
    st.text("01", min_size=2, max_size=64),
    st.text("01", min_size=1, max_size=20).map("1{}".format),
)
def test_what_is_written_of_a_crc_is_what_is_read(template, data, generator):
    assert recognise(template.format(d=data, g=generator)) == Problem((sent(data, generator),))


@given(st.lists(st.integers(1, 30), min_size=1, max_size=6, unique=True))
def test_a_polynomial_is_read_as_its_bits(powers):
    powers = sorted({*powers, 0}, reverse=True)
    terms = ["1" if p == 0 else "x" if p == 1 else f"x^{p}" for p in powers]
    bits = "".join("01"[p in powers] for p in range(powers[0], -1, -1))
    assert recognise(f"g(x)={'+'.join(terms)} 数据1100 crc") == Problem((sent("1100", bits),))


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "piece",
    ["1 ", "请求", "1", "x^4+", "掩码", "序列 ", "192.168.1.0/24 ", "磁头从", "页框", "10011 "],
)
def test_a_long_hostile_message_is_read_in_no_time(piece):
    for prefix in ("lru 3个页框 ", "磁头53 sstf ", "crc 生成多项式 ", "192.168.1.1/24 掩码 "):
        recognise((prefix + piece * 2000)[:2000])


def test_chinese_numbers_are_read():
    written = {"两": 2, "三": 3, "十": 10, "十二": 12, "二十": 20, "三十五": 35, "7": 7, "120": 120}
    assert {text: number(re.fullmatch(COUNT, text)[0]) for text in written} == written
