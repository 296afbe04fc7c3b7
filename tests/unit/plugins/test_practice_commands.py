"""What is read as a wish to practise, and what is left to the knowledge base."""

import json
from pathlib import Path

import pytest

from plugins.answers import parse_answers, says_guessed
from plugins.practice.commands import Command, parse
from tests.unit.knowledge.shipped import shipped_library

MESSAGES = Path(__file__).parents[3] / "evaluation/data/messages.jsonl"
STUDY = ("answer", "ask_back", "deny")


def rows():
    return [json.loads(line) for line in MESSAGES.read_text(encoding="utf-8").splitlines()]


def test_no_study_question_is_taken_for_practice():
    texts = {row["text"] for row in rows() if row["decision"] in STUDY}
    texts |= {text for row in rows() for text in row.get("history", [])}
    assert len(texts) > 500
    assert [text for text in texts if parse(text)] == []


def test_no_small_talk_is_taken_for_practice():
    commands = {row["text"] for row in rows() if row["decision"] == "command"}
    texts = {row["text"] for row in rows() if row["decision"] not in STUDY}
    assert {text for text in texts if parse(text)} == {"来道题", "出个题我试试"} <= commands


def test_no_message_of_the_evaluation_is_taken_for_a_letter():
    texts = {row["text"] for row in rows()}
    assert [text for text in texts if parse_answers(text) or says_guessed(text)] == []


@pytest.mark.parametrize(
    "text",
    """什么是错题
练习死锁的例题?
排行榜算法
复习一下死锁
复习死锁
提醒一下 TCP 是什么
死锁的题怎么做
网络层有哪些协议
来个对比
给我来个死锁的定义
来点例子
出个问题
做题的时候怎么判断死锁
刷题软件推荐
纠错码是什么
纠错编码的原理
海明码怎么纠错
模拟考怎么准备
复习资料推荐
做个总结
考研复习计划
错题本怎么用
答案不对
这题错了
答案错了怎么办
题目有问题怎么反馈
哈夫曼树的答案错了吗
死锁有问题吗
选项错了扣分吗
好的 什么是死锁
谢谢，死锁的定义
能出题吗
死锁的题难吗
死锁的问题
死锁的例题
来到网络层
联系
急需
下一页
下一跳
来点难点
死锁的难点
难点
有三次握手的图吗
来三个例子
来几个总结
TCP 的标题
这题怎么做
给我讲讲死锁
练习册哪个好
考点有哪些
做实验
练字
考研
考试
考研倒计时
答案为什么是 B
不会做这种题怎么办
放弃考研
结束进程的系统调用
退出码是什么
跳过表
继续讲
下一跳
下一跳地址
提交读
确认号是什么
刷新存储器
刷脏页
出栈序列
出题规律
换页
换入换出
整数补码
搞不懂 TCP
模考多少分能上岸
交卷时间
/死锁
/帮助
/打卡
/模型
/纠
A
""".splitlines(),
)
def test_what_is_no_practice_goes_on(text):
    command = parse(text)
    assert command is None or not command.sure


@pytest.mark.parametrize(
    ("texts", "command"),
    [
        ("/练|／练|/ 练|练|练习|刷题|做题|我想做题！|考考我|随机来一题", Command("practise")),
        ("/练 随机|/练 全部|/练习|/刷题|/练 5", Command("practise")),
        (
            "来一道|来 一 道|来道题|来一题|来个题|出一道|出道题考考我|给我来一道题吧|来道 408 的题",
            Command("practise", offhand=True),
        ),
        (
            "来道网络的题|来一道网络的题|来一道网络题|给我来一道网络的选择题|再给我出一道网络的题",
            Command("practise", "网络"),
        ),
        (
            "/练 网络|/练网络|／练习：网络|/练 网络的题|网络来一道|网络来道题",
            Command("practise", "网络"),
        ),
        ("练习 网络|练练网络|刷网络的题|考考我网络", Command("practise", "网络", sure=False)),
        ("来道死锁", Command("practise", "死锁", sure=False)),
        ("再来一道|再来一题吧|下一题|换一题|换个题|再来一个", Command("again")),
        ("/练 错题|练错题|来一道错题|重做错题|错题重做|刷错题", Command("wrong")),
        ("/练 错题 网络|/练 错题本 网络", Command("wrong", "网络")),
        ("做网络的错题|练网络错题", Command("wrong", "网络", sure=False)),
        ("/复习|复习|今天该复习什么？|有什么要复习的|开始复习吧", Command("review")),
        ("/复习 网络", Command("review", "网络")),
        ("继续|继续吧|接着来", Command("go_on")),
        ("跳过|跳过这题|先跳过|这道题跳过", Command("skip")),
        ("不会|不会做|我不会|不知道|看答案|看解析|这题不会", Command("show_answer")),
        (
            "错题本|/错题本|我的错题|看看错题|我错过哪些|我错过哪些题？|我做错了什么",
            Command("book"),
        ),
        ("/错题本 网络|/错题 网络", Command("book", "网络")),
        ("网络错题|网络的错题本|错题本 网络", Command("book", "网络", sure=False)),
        ("导出错题|/错题本 导出|错题本导出 md", Command("export")),
        ("/错题本 导出 csv|导出错题本成表格|/错题本 导出 Excel", Command("export", form="csv")),
        ("/错题本 导出 Anki|导出错题 anki 卡片", Command("export", form="anki")),
        ("/错题本 导出 pdf", Command("export", "pdf")),
        ("/错题本 导出 操作系统 csv", Command("export", "操作系统", form="csv")),
        ("/错题本 导出 网络|/导出 网络 错题本", Command("export", "网络")),
        ("把错题本导出来|帮我把错题导出来|导出我的错题本", Command("export")),
        ("把网络的错题导出来", Command("export", "网络", sure=False)),
        ("移出错题本|怎么移出错题本|清空错题本", Command("leave_book")),
        (
            "死锁的题|有没有死锁的练习题|有死锁的题吗|死锁的选择题",
            Command("practise", "死锁", sure=False),
        ),
        ("网络的选择题|网络选择题|刷题 网络|抽查 网络", Command("practise", "网络", sure=False)),
        ("能出道题考考我吗|可以给我出道题吗|能来一道吗", Command("practise", offhand=True)),
        ("可以给我出几道网络的题吗|来三道网络题", Command("practise", "网络", 3)),
        ("给我来10道题|来十道题", Command("practise", number=10, offhand=True)),
        ("来点难的|来个难的|难一点|换个难的|太简单了", Command("harder")),
        ("来道比较难的题|给我来一道难题吧", Command("practise", harder=True)),
        (
            "来一道难一点的网络题|来道网络的难题|/练 难 网络",
            Command("practise", "网络", harder=True),
        ),
        ("抽查我|抽我一题|考考我吧", Command("practise")),
        ("换一个|换个", Command("again")),
        ("我的错题呢|错题呢？", Command("book")),
        ("有什么要复习的吗|有没有要复习的", Command("review")),
        ("再来一到|在来一道|再来一道，谢谢|谢谢，再来一道|好的 再来一道", Command("again")),
        ("好的 继续|嗯，继续|懂了，继续", Command("go_on")),
        ("来到网络的题|莱一道网络题|/连 网络的题", Command("practise", "网络")),
        ("错题夲|错题苯|/错体本", Command("book")),
        ("继续模考|接着考", Command("resume")),
        ("我要交卷了|交卷了", Command("hand_in")),
        ("还剩多少时间|还有多少题", Command("left", sure=False)),
        ("上一题", Command("previous", sure=False)),
        ("/模考|模考|考试开始|模拟考试|来一套题|来套模拟卷|开始模考", Command("mock")),
        ("/模考 20|/模考20|模考 20 题|来一次模考 20题|模考二十题", Command("mock", number=20)),
        ("模考三十五题", Command("mock", number=35)),
        ("/模考 很多", Command("mock", "很多")),
        ("交卷|我要交卷|/交卷|交卷吧", Command("hand_in")),
        ("确认|提交", Command("hand_in", sure=False)),
        ("确认交卷|确定交卷", Command("hand_in_surely")),
        ("放弃模考|退出模考", Command("give_up")),
        ("退出|不做了", Command("quit", sure=False)),
        ("模考解析 3|模考解析第3题|模考 解析 三", Command("details", number=3)),
        ("模考解析|模考成绩", Command("details")),
        ("/纠错|纠错", Command("report")),
        ("/纠错 C 也对|纠错：C 也对|纠错 C 也对", Command("report", "C 也对")),
        (
            "题目有问题|答案有误|我觉得答案错了|这题出错了吧|答案错了吧？|是不是题目错了|答案不对",
            Command("doubt", sure=False),
        ),
        ("/纠错 第1题答案不对", Command("report", "第1题答案不对", 1)),
        ("纠错：第十二题 B 也对", Command("report", "第十二题 B 也对", 12)),
        ("这题答案错了", Command("report", "这题答案错了", sure=False)),
        ("这道题有问题", Command("report", "这道题有问题", sure=False)),
    ],
)
def test_a_wish_is_read_however_it_is_typed(texts, command):
    for text in texts.split("|"):
        assert parse(text) == command, text


def test_a_long_message_is_never_a_command_but_a_report():
    assert parse("来一道题" + "啊" * 60) is None
    long = "第二个选项也说得通，" * 10
    assert parse(f"/纠错 {long}").words.startswith("第二个选项")


def test_no_name_of_the_knowledge_base_is_a_slip_of_a_command():
    library = shipped_library()
    names = {point.name for point in library.outline.points.values()}
    names |= {chapter.name for chapter in library.outline.chapters.values()}
    names |= {name for card in library.concepts.values() for name in (card.name, *card.aliases)}
    assert len(names) > 500
    for name in names:
        for said in (name, f"{name}吗", f"好的 {name}"):
            command = parse(said)
            assert command is None or not command.sure, said


@pytest.mark.parametrize(
    "text", ["看模考第 2 题解析", "模考第2题解析", "看模考第2题的答案", "模考解析 2"]
)
def test_a_question_of_a_paper_is_named_before_or_after_the_word(text):
    command = parse(text)
    assert (command.kind, command.number) == ("details", 2)
