import pytest

from backend.answering.grounding.claims import (
    bare_text,
    disclaims,
    is_brief,
    is_head_row,
    is_item,
    kind_of,
    states_number,
)


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("死锁有四个必要条件[1]。", "claim"),
        ("- **互斥**：资源一次只给一个进程[1]\n", "claim"),
        ("| 速度 | 快[1] |\n", "claim"),
        ("死锁有四个必要条件[1]：\n", "lead_in"),
        ("**四个条件**：", "lead_in"),
        ("## 定义\n", "none"),
        ("**定义**\n", "none"),
        ("|---|---|\n", "none"),
        ("---\n", "none"),
        ("资料里没有提到活锁。", "none"),
        ("提供的资料没有说明这一点。", "none"),
        ("来源中没有给出这一点。", "none"),
        ("文中没有给出。", "none"),
        ("报文中没有端口号。", "claim"),
        ("UDP 提供的服务没有连接。", "claim"),
        ("希望对你有帮助！", "none"),
        ("资料里没有提到活锁，建议你再查一查教材。", "none"),
        ("至于快多少，资料里没写。", "none"),
        ("如果只有一个进程，还会死锁吗？", "none"),
        ("## 死锁的 4 个必要条件\n", "none"),
        ("## 为什么循环等待不等于死锁\n", "none"),
        ("# 产生死锁不需要互斥条件\n", "claim"),
        ("## 必要条件有五个，缺一不可\n", "claim"),
        ("## 死锁是一组进程因为争夺资源而互相等待谁也无法推进的状态\n", "claim"),
        ("**循环等待等价于死锁**\n", "claim"),
        ("循环等待就等价于死锁：\n", "claim"),
        ("加油，循环等待就等价于死锁。", "claim"),
        ("循环等待等价于死锁，希望有帮助。", "claim"),
        ("希望你记住循环等待等价于死锁。", "claim"),
        ("资料里没有说全，循环等待等价于死锁。", "claim"),
        ("循环等待就等价于死锁，还有疑问？", "claim"),
        ("还有不懂的随时问我。", "none"),
        ("不能。", "none"),
        ("为什么会这样呢？", "none"),
        ("```\nP(s);\n```\n", "code"),
    ],
)
def test_only_what_claims_something_must_be_supported(sentence, kind):
    assert kind_of(sentence) == kind


def test_a_brief_answer_says_nothing_that_needs_a_source():
    assert is_brief("用队列。")
    assert not is_brief("有四个条件。")
    assert not is_brief("死锁是一组进程互相等待对方占有的资源。")


def test_items_are_told_and_bared_of_their_marks():
    assert is_item("- 互斥[1]")
    assert is_item("2. 互斥")
    assert is_item("| 甲 | 乙 |")
    assert not is_item("互斥 - 条件")
    assert bare_text("1. **互斥**：4、6、9 都可以[1]。") == "互斥：4、6、9 都可以。"
    assert bare_text("## 1. 定义[1]") == "定义"


def test_a_disclaimer_says_nothing_else():
    assert disclaims("资料里没有提到活锁[1]。")
    assert not disclaims("资料里没有提到活锁，但活锁就是死锁。")
    assert not disclaims("希望对你有帮助。")


def test_the_head_of_a_table_only_names_its_columns():
    assert is_head_row("| 对比项 | 进程 | 线程 |\n")
    assert not is_head_row("| 死锁 | 循环等待等价于死锁 |\n")
    assert not is_head_row("| 死锁 | 一组进程互相等待对方占有的资源而无法推进 |\n")


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("缺页 7 次。", True),
        ("缺页七次。", True),
        ("分三步算：", False),
        ("二、算法", False),
        ("第二，换页。", False),
        ("算法如下：", False),
    ],
)
def test_a_number_that_only_orders_what_follows_states_nothing(sentence, expected):
    assert states_number(sentence) is expected
