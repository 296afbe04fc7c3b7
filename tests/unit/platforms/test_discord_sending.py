"""What the Discord platform sends: replies, pictures, files, pushes."""

import pytest

from plugins.messages import Conversation, DeliveryUncertain, NotSent, Reply
from tests.e2e.discord_payloads import CHANNEL
from tests.unit.platforms.discord_house import (
    FILE,
    GROUP,
    LONG,
    MESSAGES,
    MISSING_PERMISSIONS,
    PNG,
    house,
)


@pytest.fixture
async def running():
    async with house() as made:
        yield made


async def test_where_nothing_may_be_quoted_the_answer_comes_without(running):
    discord = running.discord
    no_history = {"message": "Cannot reply without history", "code": 160002}
    discord.fail("POST", MESSAGES, status=400, body=no_history)
    await discord.say("你好")
    [answer] = await discord.in_channel(CHANNEL)
    assert (answer.content, answer.quotes) == ("回：你好", None)


async def test_a_long_reply_comes_in_order_with_its_buttons_at_the_end(running):
    discord = running.discord
    first = await discord.reply_to(await discord.say("长"))
    receipt = await running.heard("长")
    parts = await discord.in_channel(CHANNEL, len(receipt.message_ids))
    assert [str(part.id) for part in parts] == list(receipt.message_ids)
    assert len(parts) >= 3
    assert parts[0] is first
    assert [part.quotes is None for part in parts] == [False] + [True] * (len(parts) - 1)
    assert max(len(part.content) for part in parts) <= 1900
    assert "".join("".join(part.content for part in parts).split()) == "".join(LONG.split())
    assert [bool(part.buttons) for part in parts] == [False] * (len(parts) - 1) + [True]


async def test_a_picture_goes_with_its_caption(running):
    discord = running.discord
    drawn = await discord.reply_to(await discord.say("图"))
    assert (drawn.content, list(drawn.files.values())) == ("看图", [PNG])
    said = await discord.reply_to(await discord.say("画不出"))
    assert (said.content, said.files) == ("看字", {})


async def test_where_no_picture_may_be_sent_the_words_are(running):
    discord = running.discord
    discord.fail("POST", MESSAGES, status=403, body=MISSING_PERMISSIONS)
    said = await discord.reply_to(await discord.say("图"))
    assert (said.content, said.files) == ("看字", {})


async def test_a_file_is_sent_and_its_words_where_it_may_not(running):
    discord = running.discord
    asked = await discord.say("文件")
    _, file = await discord.in_channel(CHANNEL, 2)
    assert list(file.files.values()) == [FILE.data]
    assert (await running.heard("文件")).message_ids == (str((await discord.reply_to(asked)).id),)
    too_large = {"message": "Request entity too large", "code": 40005}
    discord.passes("POST", MESSAGES, times=1)
    discord.fail("POST", MESSAGES, status=413, body=too_large)
    await discord.say("文件")
    *_, words = await discord.in_channel(CHANNEL, 4)
    assert "死锁,B" in words.content
    assert not words.files


async def test_what_is_private_goes_to_the_private_chat(running):
    discord = running.discord
    await discord.say("私下", user=30005)
    [answer] = await discord.in_channel(discord.chat(30005))
    assert answer.content == "只给你"
    assert (await running.heard("私下")).message_ids == (str(answer.id),)
    assert discord.count(CHANNEL) == 0


async def test_what_turns_out_private_is_taken_back_and_whispered(running):
    discord = running.discord
    used = await discord.use("问", "私下")
    answer = await discord.answer(used)
    assert used.withdrawn
    assert answer.ephemeral


async def test_no_answer_leaves_nothing_behind(running):
    discord = running.discord
    used = await discord.use("问", "沉默")
    await discord.until(lambda: used.withdrawn)
    assert used.messages == []


async def test_a_long_answer_to_a_command_goes_on_in_follow_ups(running):
    discord = running.discord
    used = await discord.use("问", "长")
    receipt = await running.heard("长")
    assert [str(message.id) for message in used.messages] == list(receipt.message_ids)
    assert used.original is used.messages[0]
    assert "".join("".join(m.content for m in used.messages).split()) == "".join(LONG.split())


async def test_an_interaction_that_is_too_old_is_let_go(running):
    discord = running.discord
    gone = {"message": "Unknown interaction", "code": 10062}
    discord.fail("POST", r"/interactions/\d+/\w+/callback", status=404, body=gone)
    await discord.use("打卡")
    answer = await discord.answer(await discord.use("问", "你好"))
    assert answer.content == "回：你好"
    assert [message.text for message in running.answerer.messages] == ["你好"]


async def test_a_push_goes_to_a_channel_and_to_a_person(running):
    discord, outbox = running.discord, running.platform.outbox
    receipt = await outbox.send(GROUP, Reply("早", "command", choices=("A",)))
    [pushed] = await discord.in_channel(CHANNEL)
    assert (receipt.message_ids, pushed.content) == ((str(pushed.id),), "早")
    assert pushed.buttons
    person = Conversation("discord", "", "30009", is_group=False)
    await outbox.send(person, Reply("晚", "command"))
    assert [m.content for m in await discord.in_channel(discord.chat(30009))] == ["晚"]


@pytest.mark.parametrize(
    ("fault", "kind", "can_retry"),
    [
        ({"status": 403, "body": MISSING_PERMISSIONS}, NotSent, False),
        ({"status": 404, "body": {"code": 10003}}, NotSent, False),
        ({"status": 501}, DeliveryUncertain, None),
        ({"seconds": 3}, DeliveryUncertain, None),
        ({"abort": True}, DeliveryUncertain, None),
        ({"status": 429, "body": {"retry_after": 500.0, "message": ""}}, NotSent, True),
    ],
)
async def test_a_push_that_fails_says_whether_it_can_have_arrived(fault, kind, can_retry):
    async with house(send_seconds=1.0) as made:
        made.discord.fail("POST", MESSAGES, **fault)
        with pytest.raises(kind) as failed:
            await made.platform.outbox.send(GROUP, Reply("早", "command"))
        assert getattr(failed.value, "can_retry", None) == can_retry
        await made.platform.outbox.send(GROUP, Reply("好了", "command"))


@pytest.mark.parametrize("path", [r"/channels/\d+/messages", "/users/@me/channels"])
async def test_a_push_to_who_takes_no_private_messages_is_not_tried_for_ever(running, path):
    refusal = {"message": "Cannot send messages to this user", "code": 50007}
    running.discord.fail("POST", path, status=403, body=refusal)
    person = Conversation("discord", "", "30009", is_group=False)
    with pytest.raises(NotSent, match="对方不接收私信") as failed:
        await running.platform.outbox.send(person, Reply("晚", "command"))
    assert not failed.value.can_retry


async def test_a_push_that_is_broken_off_in_a_limit_for_all_keeps_nobody_waiting():
    async with house(send_seconds=0.5) as made:
        limit = {"retry_after": 20.0, "message": "", "global": True}
        made.discord.fail("POST", MESSAGES, status=429, body=limit)
        with pytest.raises(DeliveryUncertain):
            await made.platform.outbox.send(GROUP, Reply("早", "command"))
        await made.platform.outbox.send(GROUP, Reply("好了", "command"))


async def test_presence_is_known(running):
    discord, outbox = running.discord, running.platform.outbox
    discord.members[30001] = []
    assert outbox.is_ready(GROUP)
    assert not outbox.is_ready(Conversation("discord", "4711", "1", is_group=True))
    assert await outbox.is_member(GROUP, "30001")
    assert not await outbox.is_member(GROUP, "31337")
    assert not await outbox.is_member(Conversation("discord", "", "1", is_group=True), "30001")
    assert outbox.caps(GROUP).buttons
    assert outbox.caps(Conversation("onebot", "", "1", is_group=True)) is None


async def test_nothing_can_be_sent_while_there_is_no_connection():
    async with house() as made:
        outbox = made.platform.outbox
    assert not outbox.is_ready(GROUP)
    with pytest.raises(NotSent) as failed:
        await outbox.send(GROUP, Reply("早", "command"))
    assert failed.value.can_retry
    assert made.platform.state() == {"ok": False}
