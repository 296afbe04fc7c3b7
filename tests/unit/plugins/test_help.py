import pytest

from backend.conversation.turns import Turn
from plugins.help import wording
from plugins.help.commands import parse
from plugins.help.plugin import HelpPlugin
from tests.fakes_conversation import FakeConversationStore
from tests.unit.plugins.messages import NOW, message


@pytest.fixture
def store():
    return FakeConversationStore()


@pytest.fixture
def plugin(store):
    return HelpPlugin(store)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("帮助", "help"),
        ("/帮助", "help"),
        ("／帮助", "help"),
        (" / 帮助 ！", "help"),
        ("HELP", "help"),
        ("怎么用？", "help"),
        ("/忘记我", "forget"),
        ("忘记我。", "forget"),
        ("/abc", "unknown"),
        ("/忘了我吧", "unknown"),
        ("什么是死锁", None),
        ("LRU 怎么用", None),
        ("帮助我理解死锁", None),
        ("/etc/passwd 和 权限 是什么 关系", None),
        ("and/or", None),
        ("", None),
        ("/", None),
        ("？", None),
    ],
)
def test_only_a_whole_message_is_a_command(text, command):
    assert parse(text) == command


async def test_help_is_given_as_a_command(plugin):
    reply = await plugin.respond(message("/帮助"))
    assert (reply.text, reply.decision) == (wording.HELP, "command")


async def test_an_unknown_command_says_where_help_is(plugin):
    reply = await plugin.respond(message("/重启"))
    assert (reply.text, reply.decision) == (wording.UNKNOWN, "command")


async def test_a_question_is_left_to_the_others(plugin):
    assert await plugin.respond(message("什么是死锁")) is None


async def test_being_forgotten_removes_every_dialogue_of_that_person_only(plugin, store):
    mine = [message(sender="u1", group=group) for group in ("g1", "g2", None)]
    theirs = message(sender="u2")
    for m in (*mine, theirs):
        await store.append(m.session, m.user, Turn("user", "什么是死锁", NOW))
    reply = await plugin.respond(message("/忘记我", sender="u1"))
    assert (reply.text, reply.decision) == (wording.forgotten(3), "command")
    assert "3 段" in reply.text
    assert [await store.recent(m.session, 5) for m in mine] == [[], [], []]
    assert await store.recent(theirs.session, 5) != []


async def test_being_forgotten_without_a_dialogue_says_that_there_was_none(plugin):
    reply = await plugin.respond(message("/忘记我"))
    assert reply.text == wording.forgotten(0)
    assert "没有你的对话记录" in reply.text


async def test_nothing_is_claimed_to_be_forgotten_when_the_store_is_away(plugin, store):
    store.down = True
    reply = await plugin.respond(message("/忘记我"))
    assert (reply.text, reply.decision) == (wording.FORGET_FAILED, "error")
