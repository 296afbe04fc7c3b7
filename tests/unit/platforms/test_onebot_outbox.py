"""What leaves for QQ: pictures, private replies, files, pushes, and what became of each."""

import asyncio
import json
import sys

import pytest

from tests.e2e.onebot_client import OneBotClient, at, quote, text
from tests.e2e.server_process import start
from tests.unit.platforms.onebot_server import FILE_TEXT, LONG_TEXT, PNG

COMMAND = [sys.executable, "-m", "tests.unit.platforms.onebot_server", "0", ""]
SELF = 10001
NOT_IN_GROUP = {
    "retcode": 1200,
    "message": 'EventChecker Failed: {"result": 110, "errMsg": "发送失败，你已被移出该群"}',
}
NAPCAT_TIMEOUT = {"retcode": 1200, "message": "Timeout: NTEvent NodeIKernelMsgService/sendMsg"}
MUTED = {"retcode": 1200, "wording": "发送失败，你已被禁言"}
NO_SUCH_ACTION = {"retcode": 1404, "message": "不支持的API"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with start(COMMAND, tmp_path_factory.mktemp("outbox") / "log") as running:
        yield running


@pytest.fixture
async def client(server):
    async with OneBotClient(server.url, SELF) as connected:
        yield connected


async def asked(client, words, **where) -> str:
    """Send a private message and give the text of the next private reply."""
    await client.private_message(words, user=30009, **where)
    while (reply := await client.next_reply(15)).user_id != 30009:
        pass
    return reply.text


async def decoded(client, *segments, **fields) -> dict:
    await client.group_message([at(SELF), *segments, text("报告")], group=21, **fields)
    return json.loads((await client.next_reply()).text)


async def test_what_quotes_the_bot_arrives_as_its_text_and_what_it_quotes(client):
    await client.group_message("什么是死锁", mention=True)
    question = await client.next_reply()
    await client.group_message([quote(question.message_id), at(SELF), text(" B")], user=41)
    assert (await client.next_reply()).text == "41：B"
    await client.group_message([quote(question.message_id), text("B")], user=41)
    assert (await client.next_reply()).text == "41：B"
    await client.group_message([quote(question.message_id), text("报告")], user=41)
    message = json.loads((await client.next_reply()).text)
    assert message["quoted"] == str(question.message_id)
    assert message["addressed"]


async def test_our_message_is_known_when_the_client_has_forgotten_it(client):
    await client.group_message("什么是死锁", mention=True)
    question = await client.next_reply()
    client.refuse("get_msg", {"retcode": 1200, "message": "消息不存在"})
    await client.group_message([quote(question.message_id), text("B")], user=41)
    assert (await client.next_reply()).text == "41：B"
    await client.group_message([quote(424242), text("B")], user=41)
    assert await client.is_silent()


async def test_the_quoted_id_is_known_even_when_nobody_has_the_message(client):
    assert (await decoded(client, quote(424242)))["quoted"] == "424242"
    assert (await decoded(client))["quoted"] is None


@pytest.mark.parametrize(
    ("sender", "is_admin", "name"),
    [
        ({"role": "owner", "nickname": "群主", "card": ""}, True, "群主"),
        ({"role": "admin", "nickname": "甲", "card": " 甲的名片 "}, True, "甲的名片"),
        ({"role": "member", "nickname": "乙"}, False, "乙"),
        ({"role": None, "nickname": None, "card": None}, False, ""),
        ({}, False, ""),
    ],
)
async def test_the_role_and_the_name_of_the_sender_are_read(client, sender, is_admin, name):
    message = await decoded(client, sender={"user_id": 41} | sender)
    assert (message["is_group_admin"], message["sender_name"]) == (is_admin, name)


async def test_nobody_is_admin_of_a_private_chat(client):
    await client.private_message("报告", sender={"user_id": 41, "role": "owner", "nickname": "丙"})
    message = json.loads((await client.next_reply()).text)
    assert (message["is_group_admin"], message["sender_name"]) == (False, "丙")


async def test_a_drawing_is_one_message_with_its_caption(client):
    sent = await client.group_message("图", mention=True)
    reply = await client.next_reply()
    assert [segment["type"] for segment in reply.segments] == ["reply", "image", "text"]
    assert (reply.picture, reply.text, reply.quotes) == (PNG, "看图", sent)
    assert await client.is_silent()


async def test_a_drawing_that_fails_is_said_in_words(client):
    await client.private_message("画不出")
    reply = await client.next_reply()
    assert (reply.picture, reply.text) == (None, "看字")


async def test_a_picture_that_is_refused_is_said_in_words(server):
    async with OneBotClient(server.url, 10011) as client:
        client.refuse("send_private_msg", {"message": "rich media transfer failed"}, times=1)
        await client.private_message("图")
        reply = await client.next_reply()
        assert (reply.picture, reply.text) == (None, "看字")


async def test_a_private_reply_to_a_group_goes_to_its_sender(client):
    await client.group_message("私下", mention=True, user=43, group=23)
    reply = await client.next_reply()
    assert (reply.text, reply.user_id, reply.group_id, reply.quotes) == ("悄悄话", 43, None, None)
    assert await client.is_silent()


@pytest.mark.parametrize(
    ("refusal", "notice"),
    [
        ({"message": "请先添加对方为好友"}, "私聊发不出去，请先加我好友再私聊我。"),
        (NAPCAT_TIMEOUT, "回复发到私聊了；没收到的话，请先加我好友再私聊我。"),
    ],
)
async def test_a_sender_who_cannot_be_reached_is_told_in_the_group(client, refusal, notice):
    client.refuse("send_private_msg", refusal)
    sent = await client.group_message("私下", mention=True, user=43, group=23)
    reply = await client.next_reply()
    assert (reply.text, reply.group_id, reply.quotes) == (notice, 23, sent)


async def test_a_file_follows_the_text(client):
    await client.private_message("文件", user=44)
    assert (await client.next_reply()).text == "给你"
    file = await client.next_file()
    assert (file.name, file.data.decode(), file.user_id) == ("错题本.csv", FILE_TEXT, 44)
    await client.group_message("大文件", mention=True, group=24)
    file = await client.next_file()
    assert (len(file.data), file.group_id) == (300_000, 24)


async def test_a_file_that_is_refused_is_posted_as_text_where_it_is_text(client):
    client.refuse("upload_private_file", NO_SUCH_ACTION)
    await client.private_message("文件")
    assert [part.text for part in await client.all_replies()] == ["给你", FILE_TEXT.strip()]
    await client.private_message("大文件")
    _, notice = await client.all_replies()
    assert "错题本.apkg" in notice.text
    assert notice.text.endswith("。")


async def test_the_answerer_hears_what_was_delivered_with_its_ids(server):
    async with OneBotClient(server.url, 10012) as client:
        client.refuse("send_private_msg", MUTED, times=2)
        unheard = [
            await client.private_message("没人听见", user=30009),
            await client.group_message("私下", mention=True, user=30009),
        ]
        assert (await client.next_reply()).group_id is not None
        number = await client.private_message("长", user=30009)
        parts = await client.all_replies()
        heard = json.loads(await asked(client, "送达"))
        ids = [str(part.message_id) for part in parts]
        assert heard[-1] == [str(number), LONG_TEXT[:20], ids]
        assert not {str(number) for number in unheard} & {number for number, _, _ in heard}


async def test_an_error_in_hearing_of_a_delivery_stops_nothing(client, server):
    assert await asked(client, "听炸") == "30009：听炸"
    assert await asked(client, "TCP") == "30009：TCP"
    assert "一条消息没有处理好" in server.log


@pytest.mark.parametrize(
    ("window", "group_id", "user_id"), [("群 27", 27, None), ("人 47", None, 47)]
)
@pytest.mark.parametrize("account", ["", " 10001"])
async def test_a_push_arrives_and_gives_its_id(client, window, group_id, user_id, account):
    await client.private_message(f"推 {window}{account}", user=30009)
    pushed, said = await client.all_replies()
    assert (pushed.text, pushed.group_id, pushed.user_id) == ("每日一题", group_id, user_id)
    assert pushed.quotes is None
    assert said.text == f"已发 {pushed.message_id}"


async def test_a_push_shows_its_picture(client):
    await client.private_message("推图 群 27", user=30009)
    pushed, _ = await client.all_replies()
    assert (pushed.picture, pushed.text) == (PNG, "回复选项")


async def test_a_push_of_many_parts_gives_all_ids(client):
    await client.private_message("推长 群 27", user=30009)
    *parts, said = await client.all_replies()
    assert "\n\n".join(part.text for part in parts) == LONG_TEXT
    assert said.text == f"已发 {' '.join(str(part.message_id) for part in parts)}"


async def test_a_push_through_an_account_that_is_away_is_not_sent_and_not_waited_for(client):
    began = asyncio.get_running_loop().time()
    said = await asked(client, "推 群 27 10099")
    assert said == "未发 可再试 没有连接 OneBot 客户端"
    assert asyncio.get_running_loop().time() - began < 1.8


@pytest.mark.parametrize(
    ("refusal", "outcome"),
    [
        (NOT_IN_GROUP, "未发 不必再试 机器人不在这个群里（retcode=1200）"),
        (MUTED, "未发 可再试 被禁言（retcode=1200）"),
        ({"retcode": 100, "message": ""}, "未发 可再试 QQ 拒绝了（retcode=100）"),
        (NO_SUCH_ACTION, "未发 不必再试 QQ 拒绝了（retcode=1404）"),
        (NAPCAT_TIMEOUT, "不明 客户端报告发送超时（retcode=1200）"),
        (NAPCAT_TIMEOUT | {"retcode": 200}, "不明 客户端报告发送超时（retcode=200）"),
    ],
)
async def test_a_refused_push_says_why_and_whether_to_try_again(client, refusal, outcome):
    client.refuse("send_group_msg", refusal)
    assert await asked(client, "推 群 27") == outcome


async def test_a_push_to_what_is_no_window_of_qq_is_not_worth_another_try(client):
    assert (await asked(client, "推 群 abc")).startswith("未发 不必再试")


async def test_a_push_without_confirmation_is_uncertain_and_not_sent_again(server):
    async with OneBotClient(server.url, 10013) as client:
        client.unconfirmed.add("send_group_msg")
        await client.private_message("推 群 27 10013", user=30009)
        pushed, said = await client.all_replies(quiet=4.0)
        assert (pushed.text, said.text) == ("每日一题", "不明 没有等到确认")


async def test_a_push_whose_connection_breaks_is_uncertain_and_not_sent_again(client, server):
    async with OneBotClient(server.url, 10014) as other:
        other.unconfirmed.add("send_group_msg")
        await client.private_message("推 群 27 10014", user=30009)
        assert (await other.next_reply()).text == "每日一题"
    assert (await client.next_reply(1.5)).text == "不明 连接断开，没有等到确认"
    async with OneBotClient(server.url, 10014) as other:
        assert await other.is_silent()


async def test_a_push_without_an_account_goes_through_whichever_is_connected(server):
    for account in (10015, 10016):
        async with OneBotClient(server.url, account) as client:
            await client.private_message("推 群 27", user=30009)
            pushed, said = await client.all_replies()
            assert said.text == f"已发 {pushed.message_id}"


async def test_parts_that_fail_after_the_first_leave_a_push_delivered(server):
    async with OneBotClient(server.url, 10017) as client:
        client.refuse("send_group_msg", MUTED, after=1)
        await client.private_message("推长 群 27 10017", user=30009)
        part, said = await client.all_replies()
        assert said.text == f"已发 {part.message_id}"
        assert LONG_TEXT.startswith(part.text)
    assert "部分没有发出：被禁言" in server.log
