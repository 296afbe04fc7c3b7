"""The learning loop in a terminal and in pipes: no pushes, files on the disk or in the line."""

import csv
import io
import json

from tests.e2e.learning_chat import make_due, rows
from tests.e2e.processes import run

_OPERATOR = {"SUPERUSERS": "terminal:boss"}


def group(text, sender="you"):
    return {"text": text, "group": True, "mention": True, "conversation": "g1", "sender": sender}


def chat_json(data_dir, *lines):
    done = run("bot", "chat", "--json", data_dir=data_dir, settings=_OPERATOR, lines=lines)
    assert done.code == 0, done.err
    assert len(done.replies) == len(lines)
    return done.replies


def test_practice_in_a_pipe_is_graded_and_remembered_by_the_next_process(tmp_path):
    asked, verdict = chat_json(tmp_path, {"text": "来一道操作系统的题"}, {"text": "选 B"})
    assert "【练习】操作系统" in asked["reply"]
    assert "今天第 1 题" in verdict["reply"]
    assert verdict["decision"] == "command"

    again, score = chat_json(tmp_path, {"text": "/打卡"}, {"text": "/我的"})
    assert "今天做了 1 题" in again["reply"]
    assert "正确率" in score["reply"]  # no pictures here: the same in words


def test_what_is_said_about_an_answer_can_be_asked_further(tmp_path):
    replies = chat_json(
        tmp_path,
        {"text": "/练 网络"},
        {"text": "不会"},
        {"text": "什么是死锁"},
        {"text": "再来一道"},
    )
    assert "【练习】计算机网络" in replies[0]["reply"]
    assert "√" in replies[1]["reply"]
    assert replies[2]["decision"] == "answer"
    assert "【练习" in replies[3]["reply"]


def test_files_stand_in_the_line_and_on_the_disk(tmp_path):
    data_dir = tmp_path / "data"
    wrong = [{"text": text} for text in ("/练 网络", "A 蒙的", "导出 csv", "/导出我的数据")]
    *_, book, mine = chat_json(data_dir, *wrong)
    assert book["attachment"]["name"].endswith(".csv")
    header, entry = csv.reader(io.StringIO(book["attachment"]["text"]))
    assert header[0] == "科目"
    assert entry[0] == "计算机网络"
    assert len(json.loads(mine["attachment"]["text"])["attempts"]) == 1

    done = run("bot", "chat", data_dir=data_dir, lines=["导出 anki"], cwd=tmp_path)
    assert done.code == 0, done.err
    [file] = (tmp_path / "exports").iterdir()
    assert file.name in done.out
    assert file.read_text("utf-8").startswith("#separator:tab")


def test_a_groups_question_comes_with_its_first_message_where_nothing_can_be_pushed(tmp_path):
    refused, on, _ = chat_json(
        tmp_path,
        group("/每日一题 开"),
        group("/每日一题 开", sender="boss"),
        group("/每日一题 安静 无", sender="boss"),
    )
    assert "只有群主和管理员能改" in refused["reply"]
    assert "已开启" in on["reply"]
    make_due(tmp_path)

    unheard = {"text": "什么是死锁", "group": True, "conversation": "g1"}
    silent, first, second, answered, other = chat_json(
        tmp_path,
        unheard,
        group("什么是死锁"),
        group("什么是死锁"),
        group("B"),
        {"text": "B", "sender": "you"},
    )
    assert silent["decision"] == "silent"
    assert first["reply"].startswith("【死锁】")
    assert first["reply"].count("【408 每日一题 · ") == 1
    assert "每日一题" not in second["reply"]
    assert "收到，选 B（第 1 位作答" in answered["reply"]
    assert "应选" not in answered["reply"]
    assert "今天第" not in other["reply"]
    assert rows(tmp_path, "SELECT count(*) FROM attempts") == [(1,)]
    [(state, reason)] = rows(tmp_path, "SELECT state, reason FROM deliveries")
    assert state == "confirmed"
    assert "随当天第一条@消息发出" in reason


def test_forgetting_leaves_nothing_for_the_next_process(tmp_path):
    said = ("/练", "A", "/忘记我", "确认忘记我", "/导出我的数据")
    *_, asked, gone, exported = chat_json(tmp_path, *({"text": text} for text in said))
    assert "确认忘记我" in asked["reply"]
    assert "已经全部删除" in gone["reply"]
    assert "attachment" not in exported
    assert rows(tmp_path, "SELECT count(*) FROM attempts") == [(0,)]
    [later] = chat_json(tmp_path, {"text": "/我的"})
    assert "还没有你的做题记录" in later["reply"]
