"""The bot is stopped or killed in the middle; nothing acknowledged is lost, nothing sent twice."""

import asyncio
import json
import re
import signal
import time

from tests.e2e.learning_chat import SUPERUSER, Chat, make_due, rows, settings, states, until
from tests.e2e.onebot_client import OneBotClient
from tests.e2e.server_process import SERVE, start

GROUP, ALICE, BOB = 7_410_001, 8_410_001, 8_410_002
_SWEEP = {"QUIZ__SWEEP_SECONDS": "1"}


async def test_a_killed_bot_has_lost_nothing_that_it_acknowledged(tmp_path):
    env = settings(tmp_path / "data")
    with start(SERVE, tmp_path / "log", env) as server:
        async with OneBotClient(server.url) as client:
            chat = Chat(client, GROUP)
            question = await chat.question()
            await chat.whisper("/练", ALICE)
            assert "今天第 1 题" in (await chat.whisper("B", ALICE)).text
            await chat.whisper("/模考 5", BOB)
            await chat.whisper("A", BOB)
            third = await chat.whisper("B", BOB)
            await asyncio.to_thread(server.end, signal.SIGKILL)
    with start(SERVE, tmp_path / "log2", env) as server:
        client.url = server.url  # the same client comes back: it remembers what was sent
        async with client:
            checked_in = (await chat.whisper("/打卡", ALICE)).text
            assert "今天做了 1 题，连续打卡 1 天" in checked_in
            assert (await chat.whisper("/我的", ALICE)).picture is not None

            assert "【模考 3/5" in third.text
            assert "【模考 3/5" in (await chat.whisper("继续", BOB)).text
            for place in (4, 5):
                assert f"【模考 {place}/5" in (await chat.whisper("C", BOB)).text
            assert re.search(r"模考成绩：\d+ / 10 分", (await chat.whisper("D", BOB)).text)

            answered = await chat.say("A", ALICE, quoting=question.message_id)
            assert re.search(r"收到，(第 \d+ 题)?选 A", answered.text)
        assert await asyncio.to_thread(server.end) == 0
    assert rows(tmp_path / "data", "SELECT count(*) FROM attempts") == [(7,)]


async def test_a_push_in_the_middle_of_which_the_bot_is_stopped_is_not_sent_again(tmp_path):
    data_dir, env = tmp_path / "data", settings(tmp_path / "data", **_SWEEP)
    await _a_group_with_a_question_due(data_dir, tmp_path / "log0", env)
    with start(SERVE, tmp_path / "log", env) as server:
        async with OneBotClient(server.url) as client:
            client.unconfirmed.add("send_group_msg")
            await Chat(client, GROUP).pushed()
            assert states(data_dir) == {"sent": 1}
            began = time.monotonic()
            assert await asyncio.to_thread(server.end) == 0
            assert time.monotonic() - began < 6
        assert "Traceback" not in server.log
        assert "没有得到确认" in server.log
    with start(SERVE, tmp_path / "log2", env) as server:
        await until(lambda: states(data_dir) == {"unknown": 1})
        async with OneBotClient(server.url) as client:
            told = await client.next_reply()
            assert (told.user_id, told.group_id) == (SUPERUSER, None)
            assert "状态不明" in told.text
            assert "不会再发" in told.text
            assert await client.is_silent(2.5)
        assert re.search(r"WARNING .*状态不明", server.log)
    assert states(data_dir) == {"unknown": 1}


async def test_a_push_that_is_confirmed_while_the_bot_is_stopping_counts_as_confirmed(tmp_path):
    data_dir, env = tmp_path / "data", settings(tmp_path / "data", **_SWEEP)
    await _a_group_with_a_question_due(data_dir, tmp_path / "log0", env)
    with start(SERVE, tmp_path / "log", env) as server:
        async with OneBotClient(server.url) as client:
            client.unconfirmed.add("send_group_msg")
            await Chat(client, GROUP).pushed()
            stopping = asyncio.create_task(asyncio.to_thread(server.end))
            await asyncio.sleep(0.5)
            call = next(call for call in client.calls if call["action"] == "send_group_msg")
            answer = {"status": "ok", "retcode": 0, "data": {"message_id": 1}}
            await client.raw(json.dumps(answer | {"echo": call["echo"]}))
            assert await stopping == 0
    assert states(data_dir) == {"confirmed": 1}


async def _a_group_with_a_question_due(data_dir, log, env):
    """Switch the daily question on, for a minute that has just passed."""
    with start(SERVE, log, env) as server:
        async with OneBotClient(server.url) as client:
            chat = Chat(client, GROUP)
            await chat.as_admin("/每日一题 开")
            await chat.as_admin("/每日一题 安静 无")
        assert await asyncio.to_thread(server.end) == 0
    make_due(data_dir)
