import pytest

from backend.answering.grounding.claims import bare_text, is_brief, is_item, kind_of


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
