"""What is emphasis in a reply, and what only looks like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rendering.emphasis_rules import MAX_CHARS
from bot.rendering.markdown import parse
from bot.rendering.markups import messages
from bot.rendering.pictures.prose import prose_parts
from bot.rendering.plain import render_plain


def emphasised(markdown):
    """The words that are emphasis, with the mark that made them so."""
    nodes = (node for node in parse(markdown).walk() if node.type == "strong")
    return [
        (node.markup, "".join(leaf.content for leaf in node.walk() if leaf.type == "text"))
        for node in nodes
    ]


@pytest.mark.parametrize(
    ("markdown", "mark", "words"),
    [
        ("*重点*", "*", "重点"),
        ("注意 *顺序* 与次数", "*", "顺序"),
        ("注意：*先求补*，再加一。", "*", "先求补"),
        ("（*易错*）", "*", "易错"),
        ("*（1）互斥*", None, None),
        ("the *working set* of a process", "*", "working set"),
        ("*TCP 与 UDP*", "*", "TCP 与 UDP"),
        ("*请求并保持（部分分配）*", "*", "请求并保持（部分分配）"),
        ("***互斥***：独占", "***", "互斥"),
        ("这是 ***真题高频*** 的一点", "***", "真题高频"),
        ("**死锁：**是指", "**", "死锁："),
        ("- *互斥* 条件", "*", "互斥"),
    ],
)
def test_words_between_marks_are_emphasis(markdown, mark, words):
    assert emphasised(markdown) == ([(mark, words)] if mark else [])


@pytest.mark.parametrize(
    "text",
    [
        "2*3*4 = 24",
        "2 * 3 * 4",
        "a *b* c",
        "int *p, *q;",
        "int *first,*second;",
        "(*p)->next = (*q)->next",
        "*p++ = *q++",
        "*head = *tail",
        "char *names[] 与 char *(*f)(void)",
        "A* 算法与 B* 树",
        "A*、B*、C*",
        "(a|b)*abb*",
        "E → E*E | (E)",
        "*.c 与 *.h",
        'ls "*key*"',
        "/* 注释 */",
        "/*注释*/ 与 /*再注*/",
        "用*号，或*号",
        "这里*不算*强调",
        "SELECT COUNT(*) FROM t WHERE x*y*z > 0",
        "乘号是 * 号 *",
        "5*（3＋2）*4",
        "*未闭合",
        "未开*",
        "****",
        "*跨\n行*",
        "*`a`*",
        "****四****",
        "***不等**",
    ],
)
def test_stars_that_mean_something_stay(text):
    assert not [mark for mark, _ in emphasised(text) if mark != "**"]
    assert render_plain(text).count("*") == text.count("*") or "`" in text


def test_marks_too_far_apart_are_none():
    assert not emphasised(f"*{'长' * (MAX_CHARS + 1)}*")
    assert emphasised(f"*{'长' * MAX_CHARS}*")


def test_emphasis_is_bold_wherever_there_is_bold():
    markdown = "注意 *顺序*，还有 ***次数***。"
    assert render_plain(markdown) == "注意 顺序，还有 次数。"
    for markup in ("discord", "qq", "wecom"):
        assert messages(markdown, markup, 500) == ("注意 **顺序**，还有 **次数**。",)
    (part,) = prose_parts(markdown, str)
    bold = ["".join(text.split("\u200b")) for text, style in part["runs"][0] if style == "b"]
    assert bold == ["顺序", "次数"]


@given(st.text(alphabet="*死锁ab1，( `.", max_size=60))
def test_stars_are_marks_in_pairs_or_text(text):
    line = f"，{text}"  # a star that begins a line may begin a list
    marks = sum(2 * len(mark) for mark, _ in emphasised(line))
    shown = "".join(
        leaf.content for leaf in parse(line).walk() if leaf.type in ("text", "code_inline")
    )
    assert shown.count("*") + marks == text.count("*")
