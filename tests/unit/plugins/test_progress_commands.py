"""Which messages ask for one's progress, and which ask something about 408."""

import json
from datetime import time
from pathlib import Path

import pytest

from plugins.progress.commands import Command, parse
from tests.unit.knowledge.shipped import shipped_library

MESSAGES = Path(__file__).parents[3] / "evaluation" / "data" / "messages.jsonl"


def labelled():
    lines = MESSAGES.read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("打卡", "check_in"),
        ("/打卡", "check_in"),
        ("／打卡！", "check_in"),
        (" / 打 卡 ~", "check_in"),
        ("我今天打卡了吗？", "check_in"),
        ("连续打卡多少天了", "check_in"),
        ("/打卡 补", "make_up"),
        ("/补卡", "make_up"),
        ("补卡。", "make_up"),
        ("/我的", "report"),
        ("我的数据", "report"),
        ("我学得怎么样", "report"),
        ("我哪里最薄弱？", "report"),
        ("/周报", "week"),
        ("这周学得怎么样", "week"),
        ("/周报 群", "group_week"),
        ("群周报", "group_week"),
        ("/倒计时", "countdown"),
        ("/倒计时 408", "countdown"),
        ("倒计时", "countdown"),
        ("考研倒计时", "countdown"),
        ("还有几天考试", "countdown"),
        ("还有多少天考研啊", "countdown"),
        ("离考试还有多久？", "countdown"),
        ("距离初试", "countdown"),
        ("距离考研初试还剩多少天", "countdown"),
        ("还有多久考试", "countdown"),
        ("408什么时候考", "countdown"),
        ("倒计时几天", "countdown"),
        ("还剩几天？", "countdown"),
        ("这周我做了多少题", "week"),
        ("我的正确率是多少", "report"),
        ("打咔", "check_in"),
        ("/打咔", "check_in"),
        ("/排航榜", "ranking"),
        ("好的，打卡", "check_in"),
        ("/排行", "ranking"),
        ("排行榜", "ranking"),
        ("/排行 加入", "join"),
        ("加入排行榜", "join"),
        ("／排行　退出", "leave"),
        ("/提醒", "reminder"),
        ("/提醒 关", "no_reminder"),
        ("不要再提醒我了", "no_reminder"),
        ("/提醒 25:00", "how_to_remind"),
        ("/提醒 8:00 20:00", "how_to_remind"),
        ("/提醒 明天", "how_to_remind"),
        ("/提醒 一下", "how_to_remind"),
        ("/提醒 复习第3章", "how_to_remind"),
        ("明天提醒我复习", "how_to_remind"),
        ("/绑定", "issue_code"),
        ("绑定账号", "issue_code"),
        ("/绑定 123", "wrong_code"),
        ("/解绑", "unlink"),
        ("/导出我的数据", "export"),
        ("导出我的数据", "export"),
    ],
)
def test_a_command_is_read_however_it_is_written(text, kind):
    assert parse(text) == Command(kind)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("/提醒 20:00", time(20)),
        ("/提醒 ２０：３０", time(20, 30)),
        ("/提醒20点", time(20)),
        ("/提醒 改到 21:00 吧", time(21)),
        ("/提醒 我每天晚上 8 点做题", time(20)),
        ("/提醒 早上七点半", time(7, 30)),
        ("提醒 20:00", time(20)),
        ("每天晚上8点提醒我", time(20)),
        ("每晚八点提醒我", time(20)),
        ("每晚八点提醒我一下", time(20)),
        ("每天 21：30 叫我复习吧", time(21, 30)),
        ("提醒我每天晚上九点半做题", time(21, 30)),
    ],
)
def test_a_reminder_is_set_by_the_clock(text, at):
    assert parse(text) == Command("remind", at=at)


def test_a_name_to_be_ranked_by_keeps_its_blanks():
    assert parse("/排行 加入 小 明") == Command("join", word="小 明")
    assert parse("加入排行榜 Leo") == Command("join", word="Leo")


@pytest.mark.parametrize("text", ["/绑定 ABCD2345", "绑定 abcd2345", "/绑定：abcd-2345"])
def test_a_code_is_read_in_any_case(text):
    assert parse(text) == Command("use_code", word="ABCD2345")


@pytest.mark.parametrize(
    "text",
    [
        "排行榜算法",
        "/排行榜算法",
        "排行榜用什么数据结构实现",
        "提醒一下 TCP 是什么",
        "8点提醒我复习死锁的定义",
        "什么是动态绑定",
        "绑定",
        "绑定 TCP 端口",
        "静态绑定和动态绑定的区别",
        "计时器倒计时到0会怎样",
        "超时重传还有几天",
        "还有几天",
        "死锁还要考吗",
        "考试怎么考它",
        "408考什么",
        "什么时候考虑用链表",
        "好的 什么是死锁",
        "打开",
        "正确率是多少",
        "还剩几个页框",
        "命中率是多少",
        "我的世界",
        "/我的 世界",
        "我的理解对吗",
        "周报怎么写",
        "打卡系统用什么数据结构",
        "导出",
        "/导出 错题本",
        "上海到北京高铁多久",
        "现在几点了",
        "",
        "/",
        "？",
    ],
)
def test_anything_else_is_left_to_the_others(text):
    assert parse(text) is None


def test_no_labelled_question_is_taken_for_a_command():
    taken = [m["text"] for m in labelled() if parse(m["text"]) is not None]
    assert taken == []
    assert sum(m["decision"] in ("answer", "ask_back", "deny") for m in labelled()) > 400


def test_no_labelled_message_is_taken_when_a_particle_or_a_mark_is_added():
    added = [f"{m['text']}{end}" for m in labelled() for end in ("吗", "呢？", "了")]
    assert [text for text in added if parse(text) is not None] == []


def test_no_name_of_the_knowledge_base_is_a_slip_of_a_command():
    library = shipped_library()
    names = {point.name for point in library.outline.points.values()}
    names |= {name for card in library.concepts.values() for name in (card.name, *card.aliases)}
    assert len(names) > 500
    assert [name for name in names if parse(name) or parse(f"好的 {name}")] == []
