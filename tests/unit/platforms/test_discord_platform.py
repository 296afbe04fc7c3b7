"""What the Discord platform hears: messages, commands, buttons."""

import pytest

from plugins.messages import Conversation, NotSent, PictureUnavailable, Reply
from tests.e2e.discord_payloads import ADMIN_ROLE, BOT, OWNER, THREAD
from tests.unit.platforms.discord_house import GROUP, house


@pytest.fixture
async def running():
    async with house() as made:
        yield made


async def test_a_message_is_decoded_with_all_that_is_known(running):
    discord = running.discord
    discord.members[40001] = [ADMIN_ROLE]
    await discord.reply_to(await discord.say("什么是死锁", user=40001))
    await discord.reply_to(await discord.say("在帖子里", user=30001, channel=THREAD))
    await discord.reply_to(await discord.say("房主", user=OWNER))
    await discord.whisper("悄悄", user=30001)
    await discord.in_channel(discord.chat(30001))
    first, thread, owner, private = running.answerer.messages
    assert first.conversation == GROUP
    assert (first.sender, first.sender_name, first.text) == ("40001", "同学40001", "什么是死锁")
    assert [message.is_group_admin for message in (first, thread, owner, private)] == [
        True,
        False,
        True,
        False,
    ]
    assert thread.conversation.id == str(THREAD)
    assert private.conversation == Conversation("discord", str(BOT), "30001", is_group=False)
    assert private.user == thread.user == "discord:30001"


async def test_pictures_are_promised_and_loaded_when_wanted(running):
    discord = running.discord
    host = f"http://127.0.0.1:{discord.port}/cdn"
    attachments = [
        _attachment(1, f"{host}/one.png", "image/png"),
        _attachment(2, f"{host}/notes.txt", "text/plain"),
        _attachment(3, "https://example.com/far.png", "image/png"),
    ]
    await discord.reply_to(await discord.say("看图", attachments=attachments))
    here, far = running.answerer.messages[0].pictures
    assert (here.id, far.id) == ("1", "3")
    assert (await here.fetch()).startswith(b"\x89PNG")
    with pytest.raises(PictureUnavailable):
        await far.fetch()


def _attachment(number, url, kind):
    return {
        "id": str(number),
        "filename": url.rpartition("/")[2],
        "size": 72,
        "url": url,
        "proxy_url": url,
        "content_type": kind,
    }


async def test_a_button_is_a_message_that_quotes_what_it_stands_under(running):
    discord = running.discord
    asked = await discord.reply_to(await discord.say("问答"))
    used = await discord.press(asked, "饥饿", user=30002)
    answer = await discord.answer(used)
    message = running.answerer.messages[-1]
    assert (message.text, message.quoted, message.sender) == ("饥饿", str(asked.id), "30002")
    assert message.addressed
    assert not answer.ephemeral
    assert message.conversation == GROUP


async def test_a_letter_in_a_server_is_answered_to_one_person(running):
    discord = running.discord
    asked = await discord.reply_to(await discord.say("问答"))
    asked.buttons["B"] = "408:1:B"
    used = await discord.press(asked, "B")
    assert (await discord.answer(used)).ephemeral
    in_private = await discord.press(asked, "B", in_guild=False)
    assert not (await discord.answer(in_private)).ephemeral


async def test_servers_that_are_not_listed_are_not_answered():
    async with house(guilds=frozenset({4711})) as made:
        discord = made.discord
        await discord.say("什么是死锁")
        used = await discord.use("打卡")
        assert "没有开通" in (await discord.answer(used)).content
        assert used.ephemeral
        await discord.whisper("悄悄")
        await discord.in_channel(discord.chat(30001))
        assert [message.text for message in made.answerer.messages] == ["悄悄"]
        with pytest.raises(NotSent) as refused:
            await made.platform.outbox.send(GROUP, Reply("推", "command"))
        assert not refused.value.can_retry


async def test_the_same_interaction_twice_is_answered_once(running):
    discord = running.discord
    used = await discord.use("问", "你好")
    await discord.dispatch("INTERACTION_CREATE", discord.last_event("INTERACTION_CREATE"))
    await discord.answer(used)
    await discord.answer(await discord.use("问", "再问"))
    assert [message.text for message in running.answerer.messages] == ["你好", "再问"]


async def test_commands_are_registered_and_their_scopes_suggested(running):
    discord = running.discord
    await discord.until(lambda: discord.commands)
    assert discord.command_updates == 1
    used = await discord.typed("练", "内")
    await discord.until(lambda: used.deferred == 8)
    assert used.suggestions == ["内存管理"]


async def test_commands_are_registered_at_the_next_connection_when_it_took_too_long():
    commands = r"/applications/\d+/commands"

    def stall(discord):
        discord.fail("GET", commands, seconds=3)

    async with house(stall, send_seconds=0.3) as made:
        discord = made.discord
        await discord.until_soon(lambda: any("/commands" in path for _, path in discord.requests))
        await discord.until_soon(lambda: not len(made.platform._link.calls))
        assert discord.commands == []
        await discord.drop()
        await discord.until(lambda: discord.commands)
