"""The OneBot platform as a process, driven over a real WebSocket."""

import asyncio
import json
import signal
import subprocess
import sys

import pytest
from websockets.exceptions import InvalidStatus

from tests.e2e.onebot_client import OneBotClient, at, face, quote, text
from tests.e2e.server_process import ROOT, start
from tests.unit.platforms.onebot_server import LONG_TEXT

TOKEN = "a-token-that-must-not-be-logged"
COMMAND = [sys.executable, "-m", "tests.unit.platforms.onebot_server", "0", TOKEN]
SELF = 10001


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with start(COMMAND, tmp_path_factory.mktemp("onebot") / "log") as running:
        yield running


@pytest.fixture
async def client(server):
    async with OneBotClient(server.url, SELF, TOKEN) as connected:
        yield connected


async def test_a_mention_in_a_group_is_answered_with_a_quote(client):
    sent = await client.group_message("什么是死锁", mention=True, user=31, group=21)
    reply = await client.next_reply()
    assert (reply.text, reply.group_id, reply.quotes) == ("31：什么是死锁", 21, sent)


async def test_a_private_message_is_answered_without_a_quote(client):
    await client.private_message("什么是死锁", user=32)
    reply = await client.next_reply()
    assert (reply.text, reply.user_id, reply.quotes) == ("32：什么是死锁", 32, None)


async def test_a_group_message_without_a_mention_is_left_alone(client):
    await client.group_message("什么是死锁")
    await client.heartbeat()
    assert await client.is_silent()


@pytest.mark.parametrize(
    "segments",
    [
        [text("请问 "), at(SELF), text(" 什么是死锁")],
        [at(99), text(" 请问"), at(SELF)],
        [face(), at(SELF), text("死锁")],
        [at("all"), at(SELF), text("死锁")],
    ],
)
async def test_a_mention_anywhere_counts(client, segments):
    await client.group_message(segments)
    assert (await client.next_reply()).text.startswith("30001：")


@pytest.mark.parametrize(
    "segments",
    [
        [at("all"), text(" 什么是死锁")],
        [at(99), text(" 什么是死锁")],
        [text("[CQ:at,qq=10001] 什么是死锁")],
        [text("@10001 什么是死锁")],
    ],
)
async def test_mentions_of_others_and_imitations_do_not_count(client, segments):
    await client.group_message(segments)
    assert await client.is_silent()


async def test_quoting_the_bot_addresses_it_and_quoting_others_does_not(client):
    question = await client.group_message("什么是死锁", mention=True)
    answer = await client.next_reply()
    await client.group_message([quote(answer.message_id), text("那怎么预防")])
    assert (await client.next_reply()).text == "30001：那怎么预防"
    await client.group_message([quote(question), text("我也想问")])
    assert await client.is_silent()


async def test_a_mention_that_quotes_a_message_nobody_knows_is_answered(client):
    await client.group_message([quote(424242), at(SELF), text(" 死锁")])
    assert (await client.next_reply()).text == "30001：死锁"


async def test_only_text_is_read(client):
    picture = {"type": "image", "data": {"file": "a.png", "url": "http://127.0.0.1/a.png"}}
    await client.group_message([at(SELF), text(" TCP"), face(), text("UDP "), picture])
    assert (await client.next_reply()).text == "30001：TCP UDP"


async def test_a_mention_alone_is_an_empty_message(client):
    await client.group_message([at(SELF)])
    assert (await client.next_reply()).text == "30001："


@pytest.mark.parametrize("content", ["[CQ:at,qq=all] 死锁", "&#91;CQ:face,id=1&#93;", "a&amp;b,c"])
async def test_cq_code_stays_text_on_the_way_in_and_out(client, content):
    await client.private_message(content)
    reply = await client.next_reply()
    assert reply.segments == (text(f"30001：{content}"),)


async def test_emoji_and_ten_kilobytes_arrive(client):
    await client.private_message("😀👨‍👩‍👧" + "死" * 3400)
    parts = await client.all_replies()
    assert "".join(part.text for part in parts) == "30001：😀👨‍👩‍👧" + "死" * 3400


async def test_a_lone_surrogate_is_replaced(client):
    await client.private_message("死锁\ud83d")
    assert (await client.next_reply()).text == "30001：死锁\ufffd"


async def test_a_long_answer_comes_in_parts_in_order_the_first_quoting(client):
    sent = await client.group_message("长", mention=True)
    parts = await client.all_replies()
    assert len(parts) > 2
    assert "\n\n".join(part.text for part in parts) == LONG_TEXT
    assert [part.quotes for part in parts] == [sent] + [None] * (len(parts) - 1)
    assert max(len(part.text) for part in parts) <= 1500


@pytest.mark.parametrize("user", [SELF, 39999, 2854196301, 2854216399])
async def test_the_bot_itself_and_other_bots_are_left_alone(client, user):
    await client.group_message("什么是死锁", mention=True, user=user)
    assert await client.is_silent(0.4)


async def test_anonymous_and_temporary_messages_and_notices_are_left_alone(client):
    anonymous = {"id": 1, "name": "匿名", "flag": "x"}
    await client.group_message("死锁", mention=True, anonymous=anonymous)
    await client.private_message("死锁", sub_type="group")
    notice = {"post_type": "notice", "notice_type": "notify", "sub_type": "poke"}
    await client.event(notice | {"user_id": 31, "target_id": SELF, "group_id": 21})
    await client.event({"post_type": "message_sent", "message_type": "private", "user_id": SELF})
    await client.event({"post_type": "message", "message_type": "guild", "user_id": 31})
    await client.raw('{"status": "ok", "echo": "999999"}')
    assert await client.is_silent()


async def test_an_error_in_answering_is_logged_and_the_next_message_answered(client, server):
    await client.private_message("炸")
    await client.private_message("TCP")
    assert (await client.next_reply()).text == "30001：TCP"
    assert "一条消息没有处理好" in server.log


async def test_many_messages_at_once_are_all_answered(client):
    for number in range(300):
        await client.private_message(f"第{number}题", user=number + 1)
    replies = {(await client.next_reply()).text for _ in range(300)}
    assert replies == {f"{number + 1}：第{number}题" for number in range(300)}


async def test_a_refused_reply_is_logged_and_not_repeated(server):
    async with OneBotClient(server.url, 10002, TOKEN) as client:
        client.refusing = True
        await client.private_message("TCP")
        await client.next_reply()
        assert await client.is_silent()
        client.refusing = False
        await client.private_message("UDP")
        assert (await client.next_reply()).text == "30001：UDP"
    assert "回复没有发出：QQ 拒绝了（retcode=1200）" in server.log


async def test_a_reply_that_was_not_confirmed_is_not_posted_twice(server):
    async with OneBotClient(server.url, 10003, TOKEN) as client:
        client.answering = False
        await client.private_message("TCP")
        await client.next_reply()
        assert await client.is_silent(3.0)
    assert "回复不知有没有发出：没有等到确认" in server.log


async def test_a_reply_to_a_client_that_was_away_is_sent_when_it_is_back(server):
    async with OneBotClient(server.url, 10004, TOKEN) as client:
        await client.private_message("慢")
    await asyncio.sleep(0.8)
    async with OneBotClient(server.url, 10004, TOKEN) as client:
        assert (await client.next_reply()).text == "30001：慢"


async def test_a_reply_lost_with_its_connection_is_sent_again(server):
    async with OneBotClient(server.url, 10005, TOKEN) as client:
        client.answering = False
        await client.private_message("TCP")
        await client.next_reply()
    async with OneBotClient(server.url, 10005, TOKEN) as client:
        assert (await client.next_reply()).text == "30001：TCP"
        assert await client.is_silent()


@pytest.mark.parametrize("token", ["", "wrong", TOKEN + "x"])
async def test_a_client_without_the_token_is_refused(server, token):
    with pytest.raises(InvalidStatus) as refused:
        async with OneBotClient(server.url, 10006, token):
            pass
    assert refused.value.response.status_code == 403
    assert "拒绝了一个 OneBot 连接" in server.log


async def test_a_second_connection_of_the_same_account_is_refused(client, server):
    with pytest.raises(InvalidStatus):
        async with OneBotClient(server.url, SELF, TOKEN):
            pass
    assert "已经有一个连接" in server.log


@pytest.mark.parametrize("path", ["/onebot/v11/", "/onebot/v11/http", "/onebot/v11/http/"])
def test_events_over_http_which_no_token_guards_are_refused(server, path):
    event = {"post_type": "message", "message_type": "private", "user_id": 31, "self_id": SELF}
    headers = {"X-Self-ID": "10007", "Content-Type": "application/json"}
    assert server.post(path, json.dumps(event).encode(), **headers) == 404


@pytest.mark.parametrize("frame", ["what", b"\xff", "[" * 100_000])
async def test_frames_that_are_not_json_cost_a_line_of_the_log_and_no_connection(server, frame):
    ignored = "OneBot 客户端发来了看不懂的数据"
    before = server.log.count(ignored)
    async with OneBotClient(server.url, 10008, TOKEN) as client:
        for _ in range(3):
            await client.raw(frame)
        await client.private_message("TCP")
        assert (await client.next_reply()).text == "30001：TCP"
    assert server.log.count(ignored) == before + 1


async def test_health_names_the_connection_and_metrics_count_replies(client, server):
    await client.private_message("TCP")
    await client.next_reply()
    status, body = await asyncio.to_thread(server.get, "/healthz")
    assert status == 200
    assert json.loads(body)["parts"]["onebot"] == {"ok": True, "connected": 1}
    status, body = await asyncio.to_thread(server.get, "/metrics")
    assert status == 200
    assert 'assistant408_replies_total{platform="onebot",result="ok"}' in body


def test_neither_the_token_nor_any_text_is_in_the_log(server):
    assert "QQ 10001" in server.log
    assert TOKEN not in server.log
    assert "死锁" not in server.log


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_process_with_code_0_after_replies_under_way(tmp_path, number):
    with start(COMMAND, tmp_path / "log") as server:
        async with OneBotClient(server.url, SELF, TOKEN) as client:
            await client.private_message("永远")
            await client.private_message("慢")
            await asyncio.sleep(0.1)
            code = await asyncio.to_thread(server.end, number)
            assert code == 0
            assert (await client.next_reply()).text == "30001：慢"
        assert "STORES CLOSED" in server.log
        assert server.log.index("SCHEDULER STARTED") < server.log.index("已连接")
        assert server.log.index("SCHEDULER STOPPED") < server.log.index("已断开")
        assert "放弃了 1 条" in server.log


def test_settings_of_others_in_the_environment_do_not_reach_nonebot(tmp_path):
    env = {
        "NICKNAME": '["死锁"]',
        "PORT": "x",
        "HOST": "x",
        "LOG_LEVEL": "DEBUG",
        "DRIVER": "~none",
    }
    with start(COMMAND, tmp_path / "log", env) as server:
        assert server.get("/healthz")[0] == 200
        assert TOKEN not in server.log


def test_importing_nonebot_leaves_our_log_as_it_is(capfd):
    code = (
        "import sys; from loguru import logger; logger.remove();"
        "logger.add(sys.stderr, format='{message}'); import bot.platforms.onebot.platform;"
        "logger.info('ours')"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
    out, err = capfd.readouterr()
    assert (out, err) == ("", "ours\n")


def test_importing_the_entry_points_of_the_terminal_does_not_load_nonebot():
    code = "import bot.platforms.terminal, sys; sys.exit('nonebot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
