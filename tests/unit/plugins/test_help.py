import json
import os
from pathlib import Path
from typing import get_args

import pytest

from backend.conversation.turns import Turn
from backend.errors import RecordUnavailable
from bot.rendering.plain import render_plain
from plugins.help import wording
from plugins.help.commands import Topic, parse, parse_how
from plugins.help.plugin import HelpPlugin
from plugins.progress.commands import parse as parse_progress
from tests.fakes_conversation import FakeConversationStore
from tests.learning_house import GROUP, at, learning_house
from tests.unit.knowledge.shipped import shipped_library
from tests.unit.plugins.messages import NOW
from tests.unit.plugins.studying import answers, answers_daily, daily

GOLDEN = Path(__file__).parent / "golden"
MESSAGES = Path(__file__).parents[3] / "evaluation" / "data" / "messages.jsonl"


@pytest.fixture
def store():
    return FakeConversationStore()


@pytest.fixture
async def house(tmp_path):
    async with learning_house(tmp_path) as made:
        yield made


@pytest.fixture
def plugin(store, house):
    return HelpPlugin(store, house.people, house.privacy)


async def talked(house, store, user="1", *, conversation=None):
    said = house.message("什么是死锁", user=user, conversation=conversation or house.private(user))
    await store.append(said.session, said.user, Turn("user", said.text, NOW))
    return said


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("帮助", "help"),
        ("/帮助", "help"),
        ("／帮助", "help"),
        (" / 帮助 ！", "help"),
        ("HELP", "help"),
        ("怎么用？", "help"),
        ("你能做什么", "help"),
        ("/忘记我", "forget"),
        ("忘记我。", "forget"),
        ("删除我的数据", "forget"),
        ("确认忘记我", "forget_confirmed"),
        ("“确认忘记我”", "forget_confirmed"),
        ("／确认 忘记我！", "forget_confirmed"),
        ("/忘记对话", "forget_dialogues"),
        ("清空对话", "forget_dialogues"),
        ("/abc", "unknown"),
        ("/忘了我吧", "unknown"),
        ("／管理 状态", "unknown"),
        ("/管理 纠错 12 作废", "unknown"),
        ("什么是死锁", None),
        ("LRU 怎么用", None),
        ("帮助我理解死锁", None),
        ("忘记我说的", None),
        ("/etc/passwd 和 权限 是什么 关系", None),
        ("and/or", None),
        ("", None),
        ("/", None),
        ("？", None),
    ],
)
def test_only_a_whole_message_is_a_command(text, command):
    assert parse(text) == command


def test_no_labelled_question_is_a_command():
    lines = MESSAGES.read_text(encoding="utf-8").splitlines()
    taken = {m["decision"] for m in map(json.loads, lines) if parse(m["text"]) is not None}
    assert taken == {"command"}


async def test_help_is_given_as_a_command(plugin, house):
    reply = await plugin.respond(house.message("/帮助"))
    assert (reply.text, reply.decision) == (wording.HELP, "command")


def test_help_fits_a_phone_and_names_commands_that_exist():
    lines = render_plain(wording.HELP).splitlines()
    assert len(lines) <= 36
    assert "/管理" not in wording.HELP
    for command in (
        "/打卡",
        "/补卡",
        "/我的",
        "/周报",
        "/倒计时",
        "/提醒 20:00",
        "/排行",
        "/群周报",
    ):
        assert command in wording.HELP
        assert parse_progress(command) is not None
    for command in ("/导出我的数据", "/绑定", "/解绑"):
        assert command in wording.HELP
        assert parse_progress(command) is not None


async def test_an_unknown_command_says_where_help_is(plugin, house):
    reply = await plugin.respond(house.message("/重启"))
    assert (reply.text, reply.decision) == (wording.UNKNOWN, "command")


async def test_a_question_is_left_to_the_others(plugin, house):
    assert await plugin.respond(house.message("什么是死锁")) is None


async def test_forgetting_dialogues_leaves_the_learning_record(plugin, house, store):
    mine = [await talked(house, store, conversation=c) for c in (GROUP, house.private())]
    theirs = await talked(house, store, "2")
    await answers(house, "1", "OS0230", at(10))
    reply = await plugin.respond(house.message("/忘记对话"))
    assert (reply.text, reply.decision) == (wording.forgotten(2), "command")
    assert [await store.recent(m.session, 5) for m in mine] == [[], []]
    assert await store.recent(theirs.session, 5) != []
    assert await house.people.find("fake", "1") is not None
    again = await plugin.respond(house.message("清空对话"))
    assert again.text == wording.forgotten(0)


async def test_being_forgotten_is_asked_once_more_because_it_cannot_be_undone(plugin, house, store):
    said = await talked(house, store)
    await answers(house, "1", "OS0230", at(10))
    reply = await plugin.respond(house.message("/忘记我"))
    assert reply.text == wording.ASK_TO_CONFIRM
    assert await store.recent(said.session, 5) != []
    assert await house.people.find("fake", "1") is not None


async def test_being_forgotten_removes_everything_of_that_person_only(plugin, house, store):
    mine, theirs = await talked(house, store), await talked(house, store, "2")
    asking = await daily(house, at(10))
    for user in ("1", "2"):
        await answers(house, user, "OS0230", at(10), right=False)
        await answers_daily(house, asking, user, at(11))
    reply = await plugin.respond(house.message("确认忘记我"))
    assert (reply.text, reply.decision) == (wording.FORGOTTEN, "command")
    assert await store.recent(mine.session, 5) == []
    assert await house.people.find("fake", "1") is None
    assert (await house.askings.tally(asking.id)).total == 1
    assert await store.recent(theirs.session, 5) != []
    other = await house.people.find("fake", "2")
    assert len(await house.progress.wrong_book(other.person_id)) == 1


async def test_being_forgotten_reaches_the_accounts_that_are_linked(plugin, house, store):
    one = await house.people.identify("fake", "1", NOW)
    other = await house.people.identify("other", "77", NOW)
    code = await house.people.issue_link_code(one.person_id, NOW)
    assert await house.people.link(code, other, NOW) == "linked"
    await store.append("other:p:77:77", "other:77", Turn("user", "什么是死锁", NOW))
    await plugin.respond(house.message("确认忘记我"))
    assert await store.recent("other:p:77:77", 5) == []
    assert await house.people.find("other", "77") is None


async def test_being_forgotten_without_anything_kept_says_so(plugin, house):
    reply = await plugin.respond(house.message("确认忘记我"))
    assert (reply.text, reply.decision) == (wording.NOTHING_TO_FORGET, "command")


async def test_nothing_is_claimed_to_be_forgotten_when_the_store_is_away(plugin, house, store):
    store.down = True
    reply = await plugin.respond(house.message("/忘记对话"))
    assert (reply.text, reply.decision) == (wording.FORGET_FAILED, "error")


async def test_when_only_the_dialogues_cannot_be_reached_that_is_said(plugin, house, store):
    await answers(house, "1", "OS0230", at(10))
    store.down = True
    reply = await plugin.respond(house.message("确认忘记我"))
    assert (reply.text, reply.decision) == (wording.ONLY_RECORD_FORGOTTEN, "error")
    assert await house.people.find("fake", "1") is None


@pytest.mark.parametrize("dialogues_down", [False, True])
async def test_when_the_record_cannot_be_used_it_is_not_claimed_to_be_gone(
    plugin, house, store, monkeypatch, dialogues_down
):
    async def down(*args):
        raise RecordUnavailable("用不了")

    said = await talked(house, store)
    await answers(house, "1", "OS0230", at(10))
    monkeypatch.setattr(house.privacy, "forget", down)
    store.down = dialogues_down
    reply = await plugin.respond(house.message("确认忘记我"))
    expected = wording.NOTHING_FORGOTTEN if dialogues_down else wording.ONLY_DIALOGUES_FORGOTTEN
    assert (reply.text, reply.decision) == (expected, "error")
    store.down = False
    assert (await store.recent(said.session, 5) == []) is not dialogues_down
    assert await house.people.find("fake", "1") is not None


def test_small_talk_says_that_there_are_quizzes_and_reminders():
    features = shipped_library().smalltalk["features"]
    assert "有错题本吗" in features.examples
    for reply in features.replies:
        assert "都不会" not in reply
        for command in ("/练", "/错题本", "/复习", "/提醒 20:00", "/每日一题 开"):
            assert command in reply


def test_help_and_forgetting_read_well():
    said = [value for name, value in vars(wording).items() if name[0] != "_" and name.isupper()]
    texts = [render_plain(said[0]), *said[1:], wording.forgotten(0), wording.forgotten(2)]
    text = "\n----\n".join(texts) + "\n"
    path = GOLDEN / "help.txt"
    if os.environ.get("ACCEPT_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("怎么打卡", "check_in"),
        ("怎么看错题？", "book"),
        ("错题本怎么用", "book"),
        ("模考怎么用", "mock"),
        ("怎么开始模考", "mock"),
        ("怎么设置提醒", "reminder"),
        ("排行榜怎么参加", "ranking"),
        ("每日一题怎么开", "daily"),
        ("怎么刷题", "practice"),
        ("怎么复习", None),
        ("LRU 怎么用", None),
        ("排行榜怎么实现", None),
        ("怎么纠错", None),
        ("模考怎么准备", None),
        ("怎么绑定端口", None),
        ("死锁怎么预防", None),
    ],
)
async def test_how_to_use_something_is_told_shortly(plugin, house, text, topic):
    assert parse_how(text) == topic
    reply = await plugin.respond(house.message(text))
    assert (reply and reply.text) == (topic and wording.how_to_use(topic))


def test_no_labelled_message_asks_how_to_use_something():
    lines = MESSAGES.read_text(encoding="utf-8").splitlines()
    assert [m["text"] for m in map(json.loads, lines) if parse_how(m["text"])] == []


def test_every_how_to_is_one_for_a_phone():
    for text in map(wording.how_to_use, get_args(Topic)):
        assert len(text) <= 100, text
        assert text.endswith("。")
