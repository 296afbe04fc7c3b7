"""``python -m bot serve`` as a student in Discord meets it: a real process, real sockets."""

import asyncio
import json
import re
from itertools import count

import pytest
import pytest_asyncio

from tests.e2e.discord_bot import SUPERUSER, Process, health, logged, until_healthy
from tests.e2e.discord_payloads import (
    ADMIN_ROLE,
    BOT_ROLE,
    CHANNEL,
    GUILD,
    OWNER,
    THREAD,
    TOKEN,
)
from tests.e2e.discord_server import DiscordServer
from tests.e2e.learning_chat import reveal_now

pytestmark = pytest.mark.asyncio(loop_scope="module")

FOLLOW_UP = "那它的易错点呢"
ADMIN = 40001
_people = count(7_508_001)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("discord") / "data"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def discord():
    async with DiscordServer() as running:
        running.members[ADMIN] = [ADMIN_ROLE]
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(discord, data_dir, tmp_path_factory):
    async with Process(discord, data_dir, tmp_path_factory.mktemp("log") / "log") as running:
        yield running


@pytest.fixture
def user(server):
    """An account that nobody has had."""
    return next(_people)


async def settled(discord, channel=CHANNEL):
    """Give how many messages a channel has once everything before a private question is done."""
    stranger = next(_people)
    await discord.whisper("什么是死锁", user=stranger)
    await discord.in_channel(discord.chat(stranger))
    return discord.count(channel)


# Messages


async def test_a_mention_gets_a_sourced_answer_that_replies_to_it(discord, user):
    asked = await discord.say("什么是死锁", user=user)
    answer = await discord.reply_to(asked)
    assert answer.channel == CHANNEL
    assert "死锁" in answer.content
    assert "依据" in answer.embeds[0]["description"]


async def test_a_private_message_gets_an_answer_in_the_private_chat(discord, user):
    await discord.whisper("什么是死锁", user=user)
    [answer] = await discord.in_channel(discord.chat(user))
    assert answer.quotes is None
    assert "依据" in answer.embeds[0]["description"]


async def test_a_question_in_a_thread_is_answered_there(discord, user):
    answer = await discord.reply_to(await discord.say("什么是死锁", user=user, channel=THREAD))
    assert answer.channel == THREAD


async def test_what_is_not_for_the_bot_is_left_alone(discord, user):
    channel = await discord.new_channel()
    await discord.say("什么是死锁", user=user, channel=channel, mention=False)
    await discord.say(
        "@everyone 什么是死锁", user=user, channel=channel, mention=False, mention_everyone=True
    )
    bot = {"id": "31337", "username": "other", "discriminator": "0", "avatar": None, "bot": True}
    await discord.say("什么是死锁", channel=channel, author=bot)
    await discord.say("什么是死锁", channel=channel, webhook_id="4711")
    await discord.say("什么是死锁", channel=channel, mention=False, reply_to=123456)
    await discord.say("置顶", channel=channel, type=6)
    assert await settled(discord, channel) == 0


async def test_a_reply_to_the_bot_needs_no_mention(discord, user):
    answer = await discord.reply_to(await discord.say("什么是死锁", user=user))
    again = await discord.say(FOLLOW_UP, user=user, mention=False, reply_to=answer.id)
    assert "死锁" in (await discord.reply_to(again)).content


async def test_the_role_of_the_bot_stands_for_the_bot(discord, user):
    asked = await discord.say(
        f"<@&{BOT_ROLE}> 什么是死锁", user=user, mention=False, mention_roles=[str(BOT_ROLE)]
    )
    assert "死锁" in (await discord.reply_to(asked)).content


async def test_the_same_message_twice_is_answered_once(discord, user):
    channel = await discord.new_channel()
    asked = await discord.say("什么是死锁", user=user, channel=channel)
    event = discord.last_event("MESSAGE_CREATE")
    await discord.dispatch("MESSAGE_CREATE", event)
    await discord.reply_to(asked)
    assert await settled(discord, channel) == 1


async def test_mentions_in_a_question_never_ping_anybody(discord, user):
    asked = await discord.say(f"/练 甲@everyone <@{OWNER}>乙", user=user)
    said = (await discord.reply_to(asked)).content
    assert re.search("没认出“甲.*everyone.*乙”", said), "the reply repeats what was said"
    assert not re.search(rf"@everyone|<@{OWNER}>", said)
    assert discord.calls_with_pings == []


# Slash commands and buttons


async def test_commands_are_registered_once_and_only_when_they_changed(discord, server):
    await discord.until(lambda: discord.commands)
    names = {command["name"] for command in discord.commands}
    assert {"问", "帮助", "练", "错题本", "打卡", "每日一题", "今日一题", "忘记我"} <= names
    assert discord.command_updates == 1


async def test_a_slash_command_is_deferred_and_answered(discord, user):
    used = await discord.use("问", "什么是死锁", user=user)
    answer = await discord.answer(used)
    assert used.deferred == 5
    assert "死锁" in answer.content
    assert not answer.ephemeral


async def test_a_personal_command_in_a_server_is_seen_by_one_person_only(discord, user):
    used = await discord.use("错题本", user=user)
    assert (await discord.answer(used)).ephemeral
    in_private = await discord.use("错题本", user=user, channel=None)
    assert not (await discord.answer(in_private)).ephemeral


async def test_a_personal_command_by_mention_is_answered_in_private(discord, user):
    channel = await discord.new_channel()
    await discord.say("/错题本", user=user, channel=channel)
    [answer] = await discord.in_channel(discord.chat(user))
    assert "错题" in answer.content
    assert await settled(discord, channel) == 0


async def test_who_takes_no_private_messages_is_told_so(discord, user):
    discord.fail(
        "POST",
        rf"/channels/{discord.chat(user)}/messages",
        status=403,
        body={"message": "Cannot send messages to this user", "code": 50007},
    )
    asked = await discord.say("/错题本", user=user)
    assert "私信发不给你" in (await discord.reply_to(asked)).content


async def test_scopes_are_suggested_while_they_are_typed(discord, user):
    used = await discord.typed("练", "内存", user=user)
    await discord.until(lambda: used.deferred == 8)
    assert used.suggestions == ["内存管理"]
    everything = await discord.typed("练", "", user=user)
    await discord.until(lambda: everything.deferred == 8)
    assert everything.suggestions[:2] == ["数据结构", "计算机组成原理"]


async def test_a_practice_question_is_answered_by_its_button(discord, user):
    used = await discord.use("练", "操作系统", user=user)
    question = await discord.answer(used)
    assert list(question.buttons) == list("ABCD")
    pressed = await discord.press(question, "B", user=user)
    verdict = await discord.answer(pressed)
    assert pressed.deferred == 6
    assert verdict.ephemeral
    assert re.search("答对了|应选", verdict.content)


async def test_a_press_that_comes_twice_is_answered_once(discord, user):
    question = await discord.answer(await discord.use("练", "操作系统", user=user))
    pressed = await discord.press(question, "B", user=user)
    verdict = await discord.answer(pressed)
    await discord.dispatch("INTERACTION_CREATE", discord.last_event("INTERACTION_CREATE"))
    assert await settled(discord, question.channel)
    assert pressed.messages == [verdict]


async def test_a_question_that_somebody_else_practises_is_theirs(discord, user):
    asked = await discord.say("/练 操作系统", user=user)
    question = await discord.reply_to(asked)
    told = await discord.answer(await discord.press(question, "B", user=next(_people)))
    assert "这道题是别人在练的" in told.content
    assert told.ephemeral
    verdict = await discord.answer(await discord.press(question, "B", user=user))
    assert re.search("答对了|应选", verdict.content)


async def test_a_button_in_the_private_chat_is_answered_openly(discord, user):
    await discord.whisper("/练 操作系统", user=user)
    [question] = await discord.in_channel(discord.chat(user))
    pressed = await discord.press(question, "B", user=user, in_guild=False)
    verdict = await discord.answer(pressed)
    assert not verdict.ephemeral
    assert re.search("答对了|应选", verdict.content)


async def test_an_unknown_button_is_explained(discord, user):
    answer = await discord.reply_to(await discord.say("什么是死锁", user=user))
    answer.buttons["旧"] = "somebody-elses:1"
    used = await discord.press(answer, "旧", user=user)
    assert "不用了" in (await discord.answer(used)).content


# The daily question


async def daily_question(discord):
    """Switch the daily question on in a new channel and have one pushed there."""
    channel = await discord.new_channel()
    switched = await discord.reply_to(
        await discord.say("/每日一题 开", user=ADMIN, channel=channel)
    )
    assert "已开启" in switched.content
    loud = await discord.say("/每日一题 安静 无", user=ADMIN, channel=channel)
    assert "改好了" in (await discord.reply_to(loud)).content
    listed = (await told(discord, "/管理 群"))[0].content
    [number] = [line.split(".")[0] for line in listed.splitlines() if str(channel) in line]
    seen = discord.messages[-1].id
    pushed = asyncio.create_task(told(discord, f"/管理 推送 {number}"))
    [question] = await discord.in_channel(channel, since=seen)
    assert "平台已确认" in (await pushed)[0].content
    return question


async def told(discord, words):
    """Send a private message as the operator; what comes back."""
    seen = discord.messages[-1].id
    await discord.whisper(words, user=SUPERUSER)
    return await discord.in_channel(discord.chat(SUPERUSER), since=seen)


async def test_only_who_manages_the_server_switches_the_daily_question_on(discord, user):
    refused = await discord.reply_to(await discord.say("/每日一题 开", user=user))
    assert "只有群主和管理员能改" in refused.content
    used = await discord.use("每日一题", "开", user=user)
    assert "只有群主和管理员能改" in (await discord.answer(used)).content
    owned = await discord.use("每日一题", "数量 2", user=OWNER)
    assert (await discord.answer(owned)).content


async def test_a_pushed_question_is_answered_by_button_and_by_reply(discord, data_dir, user):
    question = await daily_question(discord)
    assert list(question.buttons) == list("ABCD")
    bob = next(_people)
    pressed = await discord.press(question, "B", user=user)
    received = await discord.answer(pressed)
    assert received.ephemeral
    assert re.search(r"选 B（第 1 位作答", received.content)
    replied = await discord.say(
        "C", user=bob, channel=question.channel, mention=False, reply_to=question.id
    )
    assert re.search(r"选 C（第 2 位作答", (await discord.reply_to(replied)).content)
    again = await discord.press(question, "D", user=user)
    assert "以第一次的为准" in (await discord.answer(again)).content
    assert await settled(discord, question.channel) == 4

    reveal_now(data_dir, f"discord:g:{question.channel}")
    *_, revealed = await discord.in_channel(question.channel, since=discord.messages[-1].id)
    assert re.search(r"日答案】.*答案 [A-D]。", revealed.content)


# What goes wrong


async def test_a_rate_limit_is_waited_out(discord, user):
    limit = {"message": "You are being rate limited.", "retry_after": 0.3, "global": True}
    discord.fail("POST", rf"/channels/{CHANNEL}/messages", status=429, body=limit, times=2)
    before = len(discord.failed_at)
    asked = await discord.say("什么是死锁", user=user)
    sent = await discord.reply_to(asked)
    assert "死锁" in sent.content
    first, second = discord.failed_at[before:]
    assert second - first >= 0.3
    assert sent.at - second >= 0.3


async def test_a_server_error_is_tried_again_with_the_same_nonce(discord, user):
    discord.fail("POST", rf"/channels/{CHANNEL}/messages", status=500, body={"code": 0})
    answer = await discord.reply_to(await discord.say("什么是死锁", user=user))
    assert answer.raw["enforce_nonce"] is True


async def test_a_refused_message_stops_nobody_else(discord, server, user):
    channel = await discord.new_channel()
    refusal = {"message": "Missing Permissions", "code": 50013}
    discord.fail("POST", rf"/channels/{channel}/messages", status=403, body=refusal)
    await discord.say("什么是死锁", user=user, channel=channel)
    await logged(server, "机器人在这个频道没有权限")
    asked = await discord.say("什么是死锁", user=user, channel=channel)
    assert "死锁" in (await discord.reply_to(asked)).content


async def test_what_was_said_while_away_is_answered_after_the_resume(discord, server, user):
    resumed, told_before = discord.resumes, (await health(server))["connections"]
    await discord.drop()
    asked = await discord.say("什么是死锁", user=user)
    assert "死锁" in (await discord.reply_to(asked)).content
    assert discord.resumes == resumed + 1
    state = await until_healthy(server, lambda state: state["ok"])
    assert state["connections"] == told_before + 1


async def test_an_invalid_session_is_begun_anew(discord, user):
    identified = discord.identifies
    await discord.order(9, False)
    await discord.until(lambda: discord.identifies == identified + 1)
    asked = await discord.say("什么是死锁", user=user)
    assert "死锁" in (await discord.reply_to(asked)).content


async def test_garbage_from_the_gateway_costs_a_session_and_no_process(discord, server, user):
    identified = discord.identifies
    await discord.babble()
    await discord.until(lambda: discord.identifies == identified + 1)
    await until_healthy(server, lambda state: state["ok"])
    asked = await discord.say("什么是死锁", user=user)
    assert "死锁" in (await discord.reply_to(asked)).content


async def test_twenty_four_reconnects_in_a_row_leave_one_session(discord, server, user):
    before = (await health(server))["connections"]
    for number in range(1, 25):
        resumed = discord.resumes
        await (discord.order(7) if number % 2 else discord.drop(code=4000))
        await discord.until(lambda resumed=resumed: discord.resumes == resumed + 1)
    state = await until_healthy(server, lambda state: state["connections"] >= before + 24)
    assert state["connections"] == before + 24
    assert f"discord 已连接（第 {before + 24} 次）" in server.log
    assert discord.open_sockets == 1
    channel = await discord.new_channel()
    asked = await discord.say("什么是死锁", user=user, channel=channel)
    await discord.reply_to(asked)
    assert await settled(discord, channel) == 1


# The whole process


async def test_the_log_holds_no_people_no_words_and_no_tokens(discord, server, user):
    await discord.reply_to(await discord.say("什么是哲学家进餐问题", user=user))
    used = await discord.use("问", "什么是哲学家进餐问题", user=user)
    await discord.answer(used)
    for secret in ("哲学家", str(user), str(CHANNEL), str(GUILD), TOKEN, used.token):
        assert not re.search(rf"(?<!\d){re.escape(secret)}(?!\d)", server.log), secret
    state = json.dumps(await health(server))
    assert TOKEN not in state
