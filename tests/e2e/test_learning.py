"""The learning loop over a real WebSocket: a group's question, one person's practice, the operator.

A module-wide server; every test has people and a group of its own.
"""

import asyncio
import json
import re
import statistics
import time
from itertools import count

import pytest

from tests.e2e.learning_chat import SUPERUSER, Chat, reveal_now, rows, settings
from tests.e2e.onebot_client import OneBotClient
from tests.e2e.processes import run
from tests.e2e.server_process import SERVE, start

MEMBERS = 200
_numbers = count(1)
_LETTERS = "ABCD"
_GIVEN_AWAY = ("应选", "√", "✅", "❌", "解题步骤")


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("learning") / "data"


@pytest.fixture(scope="module")
def server(data_dir, tmp_path_factory):
    log = tmp_path_factory.mktemp("log") / "log"
    with start(SERVE, log, settings(data_dir, QUIZ__SWEEP_SECONDS="2")) as running:
        yield running


@pytest.fixture
async def client(server):
    async with OneBotClient(server.url) as connected:
        yield connected


@pytest.fixture
async def chat(client):
    return Chat(client, 7_408_000 + next(_numbers))


@pytest.fixture
def person():
    """An account that nobody has had."""
    return next_person()


def next_person() -> int:
    return 8_408_000 + next(_numbers)


def right_letter(verdict: str) -> str:
    """Read the right letter from a verdict."""
    return re.search(r"(?:应选|答对了，选) ([A-D])", verdict)[1]


# A group and its question


async def test_only_an_admin_switches_the_daily_question_on(chat, person):
    assert "只有群主和管理员能改" in (await chat.say("/每日一题 开", person)).text
    assert "已开启" in await chat.as_admin("/每日一题 开")
    assert "改好了" in await chat.as_admin("/每日一题 数量 2")
    assert "每天题数：2" in (await chat.say("/设置", person)).text


async def test_a_pushed_question_is_answered_by_mention_by_quote_and_in_private(
    chat, data_dir, server
):
    question = await chat.question()
    assert "【408 每日一题 · " in question.text
    alice, bob, carol = (next_person() for _ in range(3))

    received = await chat.say("B", alice)
    assert re.search(r"收到，(第 \d 题)?选 B（第 1 位作答", received.text)
    quoted = await chat.say("C", bob, quoting=question.message_id)
    assert re.search(r"收到，(第 \d 题)?选 C（第 2 位作答", quoted.text)
    again = await chat.say("D", alice, quoting=question.message_id)
    assert "以第一次的为准" in again.text
    for reply in (received, quoted, again):
        assert not any(mark in reply.text for mark in _GIVEN_AWAY), reply.text
    assert await chat.client.is_silent(0.3)

    await chat.say("每日一题", carol)
    verdict = (await chat.whisper("A", carol)).text
    assert re.search(r"✅ 答对了，选 A|❌ 你选的是 A，应选 [BCD]", verdict)
    assert "√" in verdict
    assert "依据：" in verdict
    explained = (await chat.whisper("解析", alice)).text
    assert right_letter(explained) == right_letter(verdict)

    found = rows(
        data_dir,
        "SELECT a.shown FROM attempts a JOIN askings q ON q.id = a.asking_id"
        " WHERE q.conversation = ? ORDER BY a.seq",
        f"onebot:g:{chat.group}",
    )
    assert [shown for (shown,) in found] == ["B", "C", "A"]
    assert "作答 " in await chat.operator("/管理 统计")
    assert "已送达" in await chat.operator("/管理 状态")
    ledger = await asyncio.to_thread(run, "bot", "ledger", data_dir=data_dir)
    assert (ledger.code, ledger.err) == (0, "")
    assert re.search(rf"onebot:g:{chat.group}\s+extra-\d{{9}}\s+已送达\s+1", ledger.out)


async def test_a_member_who_never_wrote_in_the_group_answers_in_private(chat, person):
    await chat.question()
    chat.client.members.add((chat.group, person))
    assert re.search("答对了|应选", (await chat.whisper("B", person)).text)


async def test_a_stranger_to_the_group_does_not_get_its_question(chat, person):
    await chat.question()
    assert "没有等你作答的题" in (await chat.whisper("B", person)).text


async def test_a_question_with_code_or_a_table_is_pushed_as_a_picture(chat):
    await chat.as_admin("/每日一题 科目 数据结构")
    for _ in range(30):
        question = await chat.question()
        if question.picture is not None:
            break
    assert question.picture is not None, "no question of thirty was drawn"
    assert question.picture.startswith(b"\x89PNG")
    assert re.fullmatch(r"【408 每日一题 · .+】数据结构 · [★☆]{5}", question.text.strip())
    answered = await chat.say("A", next_person(), quoting=question.message_id)
    assert re.search(r"收到，(第 \d+ 题)?选 A", answered.text)


async def test_the_answer_is_revealed_once_and_what_comes_later_is_practice(chat, data_dir):
    alice, bob, carol = (next_person() for _ in range(3))
    question = await chat.question()
    for member, letter in ((alice, "A"), (bob, "B")):
        await chat.say(letter, member)
    sender = {"user_id": alice, "nickname": "阿莉", "card": "", "role": "member"}
    await chat.say("/排行 加入", alice, sender=sender)
    window = f"onebot:g:{chat.group}"
    reveal_now(data_dir, window)
    revealed = await chat.pushed()
    assert revealed.picture is not None
    assert re.search(r"日答案】.*答案 [A-D]。", revealed.text)
    assert await chat.client.is_silent(2.5)
    late = (await chat.say("C", carol, quoting=question.message_id)).text
    assert "已经公布过，这次算练习" in late
    answer = right_letter(late)
    assert f"答案 {answer}。" in revealed.text
    kinds = rows(
        data_dir,
        "SELECT a.kind FROM attempts a JOIN askings q ON q.id = a.asking_id"
        " WHERE q.conversation = ? ORDER BY a.seq",
        window,
    )
    assert [kind for (kind,) in kinds] == ["daily", "daily", "late"]


async def test_the_operator_tests_pauses_and_resumes_a_group(chat, data_dir):
    await chat.question()
    number = await chat.number()
    tested = asyncio.create_task(chat.operator(f"/管理 广播测试 {number}"))
    assert "不用理会" in (await chat.pushed()).text
    assert "平台已确认" in await tested
    assert "已暂停" in await chat.operator(f"/管理 暂停 {number}")
    assert "已被运营者暂停" in (await chat.say("/设置", next_person())).text
    assert "已恢复" in await chat.operator(f"/管理 恢复 {number}")


async def test_nobody_but_the_operator_has_operator_commands(chat, person):
    for words in ("/管理", "/管理 推送 1", "/管理 群"):
        assert "没有这个命令" in (await chat.whisper(words, person)).text
    assert "运营命令" in await chat.operator("/管理")
    # In a group the answer goes to the operator alone.
    await chat.client.group_message("/管理 群", mention=True, group=chat.group, user=SUPERUSER)
    assert (await chat.client.next_reply()).user_id == SUPERUSER


async def test_two_hundred_members_answer_in_the_same_second(chat, data_dir):
    await chat.question()
    people = [next_person() for _ in range(MEMBERS)]
    sent, took = {}, []
    for position, person in enumerate(people):
        number = await chat.client.group_message(
            _LETTERS[position % 4], mention=True, group=chat.group, user=person
        )
        sent[number] = time.perf_counter()
    for _ in people:
        reply = await chat.client.next_reply(30)
        assert re.search(r"收到，(第 \d 题)?选", reply.text)
        took.append(reply.at - sent.pop(reply.quotes))
    assert sent == {}
    assert await chat.client.is_silent(0.3)
    [(stored, different)] = rows(
        data_dir,
        "SELECT count(*), count(DISTINCT identity_id) FROM attempts WHERE group_key = ?",
        f"onebot:g:{chat.group}",
    )
    assert (stored, different) == (MEMBERS, MEMBERS)
    cuts = statistics.quantiles(took, n=100)
    print(
        f"\n{MEMBERS} answers at once: p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms"
    )


# One person


async def test_a_wrong_answer_goes_into_the_wrong_book_and_out_as_a_file(chat, person):
    asked = await chat.whisper("/练 网络", person)
    assert "计算机网络" in asked.text
    verdict = (await chat.whisper("A", person)).text
    guess = (await chat.whisper("蒙的", person)).text
    assert "记下了" in guess
    book = (await chat.whisper("/错题本", person)).text
    assert "共 1 题" in book
    assert "错题本" in (await chat.whisper("我错过哪些", person)).text
    for words, ending in (
        ("导出 anki", b"#separator:tab"),
        ("/错题本 导出", "# 408 错题本".encode()),
    ):
        assert (await chat.file(words, person)).startswith(ending)
    assert "到期" in (await chat.whisper("/复习", person)).text
    again = await chat.whisper("来一道网络的题", person)
    assert "【练习】计算机网络" in again.text
    assert "今天第 1 题" in verdict
    assert "今天第 2 题" in (await chat.whisper("C", person)).text


async def test_a_mock_exam_is_taken_to_its_score(chat, person):
    assert "【模考 1/5" in (await chat.whisper("/模考 5", person)).text
    for place in range(2, 6):
        assert f"【模考 {place}/5" in (await chat.whisper("A", person)).text
    score = (await chat.whisper("B", person)).text
    assert re.search(r"模考成绩：\d+ / 10 分", score)
    wrong = re.search(r"发“(模考解析 \d)”", score)
    if wrong:
        assert "依据：" in (await chat.whisper(wrong[1], person)).text


async def test_the_reports_come_as_pictures(chat, person):
    await chat.whisper("/练", person)
    await chat.whisper("A", person)
    for words in ("/我的", "/周报"):
        report = await chat.whisper(words, person)
        assert report.picture is not None, words
        assert report.picture.startswith(b"\x89PNG"), words
        assert report.text.strip(), words
    assert "今日已打卡" in (await chat.whisper("/打卡", person)).text


async def test_the_ranking_names_who_wants_to_be_named(chat, person):
    silent = next_person()
    await chat.question()
    for member in (person, silent):
        await chat.say("B", member)
    sender = {"user_id": person, "nickname": "小明同学", "card": "", "role": "member"}
    assert "小明同学" in (await chat.say("/排行 加入", person, sender=sender)).text
    ranking = (await chat.say("/排行", silent)).text
    assert "小明同学" in ranking
    assert str(silent) not in ranking


async def test_a_reminder_is_set_and_taken_back(chat, person):
    assert "20:00" in (await chat.whisper("/提醒 20:00", person)).text
    assert "20:00" in (await chat.whisper("/提醒", person)).text
    await chat.whisper("/提醒 关", person)
    assert "没有设提醒" in (await chat.whisper("/提醒", person)).text


async def test_two_accounts_become_one_person_and_can_be_forgotten_as_one(chat, person):
    second = next_person()
    await chat.whisper("/练 操作系统", person)
    await chat.whisper("A", person)
    code = re.search(r"绑定码：([2-9A-Z]{8})", (await chat.whisper("/绑定", person)).text)[1]
    assert "绑定好了" in (await chat.whisper(f"/绑定 {code}", second)).text

    exported = json.loads(await chat.file("/导出我的数据", second))
    assert {one["user_id"] for one in exported["identities"]} == {str(person), str(second)}
    assert len(exported["attempts"]) == 1

    assert "确认忘记我" in (await chat.whisper("/忘记我", person)).text
    assert "已经全部删除" in (await chat.whisper("确认忘记我", person)).text
    for account in (person, second):
        assert "没有你的学习记录" in (await chat.whisper("/导出我的数据", account)).text
        assert "还没有你的做题记录" in (await chat.whisper("/我的", account)).text
    assert chat.client.files.empty()


async def test_a_question_that_was_wrong_is_retracted_and_everyone_is_told(chat, person):
    bob = next_person()
    await chat.question()
    for member in (person, bob):
        await chat.say("B", member)
    reported = (await chat.say("/纠错 B 和 C 都对", person)).text
    number = re.search(r"#(\d+)", reported)[1]
    waiting = await chat.operator("/管理 纠错")
    assert "B 和 C 都对" in waiting
    assert "个账号答过，已重新判分" in await chat.operator(f"/管理 纠错 {number} 作废")
    for member in (person, bob):
        assert "题目作废" in (await chat.whisper("/打卡", member)).text
        assert "题目作废" not in (await chat.whisper("/打卡", member)).text


# What is left behind


async def test_the_log_holds_no_accounts_and_no_words(chat, person, server):
    """The bot's own account may stand in it."""
    await chat.question()
    await chat.say("B", person)
    await chat.whisper("/纠错 这是一句不该出现在日志里的话", person)
    await chat.whisper("/管理 群", person)
    log = server.log.replace(str(chat.client.self_id), "")
    for secret in (person, chat.group, SUPERUSER, "不该出现", "每日一题 ·"):
        assert not re.search(rf"(?<!\d){secret}(?!\d)", log), secret
    assert not re.search(r"(?<![0-9a-z])[789]408\d{3}(?![0-9a-z])", log)
    assert "Traceback" not in log


async def test_the_metrics_count_pushes_answers_and_pictures(chat, person, server):
    await chat.question()
    await chat.say("B", person)
    await chat.whisper("/我的", person)
    _, page = await asyncio.to_thread(server.get, "/metrics")
    for counter in (
        'assistant408_pushes_total{kind="extra",state="confirmed"}',
        'assistant408_answers_total{kind="daily",outcome="recorded"}',
        'assistant408_pictures_total{result="drawn"}',
    ):
        value = re.search(rf"^{re.escape(counter)} (\S+)$", page, re.MULTILINE)
        assert value is not None, counter
        assert float(value[1]) >= 1
