"""What goes through WeChat's own API, and what becomes of it when that refuses."""

import asyncio

import pytest

from bot.platforms.wechat import wording
from bot.platforms.wechat.answers import Image, Text
from bot.platforms.wechat.api import Api, _Token
from bot.platforms.wechat.platform import WeChatOptions
from plugins.drawing import Drawing
from plugins.messages import (
    Conversation,
    DeliveryUncertain,
    NotSent,
    Reply,
)
from tests.e2e.wechat_server import APP_ID, wechat_api
from tests.unit.platforms.wechat_room import opened_room, paragraphs, until


@pytest.fixture
def wechat():
    with wechat_api() as api:
        yield api


@pytest.fixture
async def certified(wechat):
    """A room of an account that may use the API."""
    async with opened_room(Api(wechat.url, APP_ID, "secret-must-not-be-logged")) as room:
        yield room


async def test_a_late_answer_is_sent_once(certified, wechat):
    gate = certified.answerer.slow("慢")
    assert await certified.ask("慢") == wording.THINKING_AND_SENDS
    gate.set()
    await until(lambda: wechat.texts_to("o-1") == ["答：慢"])
    await until(lambda: certified.answerer.heard == ["慢"])
    assert await certified.ask("1") == "答：1"
    assert "答：慢".encode() in wechat.raw[0]


async def test_the_rest_of_a_long_answer_is_sent(certified, wechat):
    certified.answerer.replies["长"] = paragraphs(3)
    first = await certified.ask("长")
    assert first.endswith("段\n\n（第 1/3 段，其余接着发，没收全就回复 1）")
    await until(lambda: len(wechat.sent) == 2)
    rest = wechat.texts_to("o-1")
    assert [text[0] for text in rest] == ["2", "3"]
    assert [text[-9:] for text in rest] == ["（第 2/3 段）", "（第 3/3 段）"]
    await until(lambda: certified.answerer.heard == ["长"])


async def test_a_picture_is_the_response_and_its_caption_follows(certified, wechat):
    certified.answerer.replies["图"] = Reply(
        "看字", "answer", drawing=Drawing("图", ()), caption="看图"
    )
    assert await certified.part("图") == Image("media-1")
    assert wechat.uploads == [b"\x89PNG drawn"]
    await until(lambda: wechat.texts_to("o-1") == ["看图"])


async def test_a_picture_that_cannot_be_uploaded_is_said_in_words(certified, wechat):
    wechat.errors["/cgi-bin/media/upload"] = [45009]
    certified.answerer.replies["图"] = Reply(
        "看字", "answer", drawing=Drawing("图", ()), caption="看图"
    )
    assert await certified.ask("图") == "看字"


async def test_a_token_is_got_once_and_again_when_it_is_refused(certified, wechat):
    api = certified.outbox._api
    await asyncio.gather(*(api.send_text("o-1", str(number)) for number in range(10)))
    assert len(wechat.tokens) == 1
    for code in (40001, 42001):
        wechat.errors["/cgi-bin/message/custom/send"] = [code]
        await api.send_text("o-1", "又")
    assert len(wechat.tokens) == 3
    assert wechat.texts_to("o-1").count("又") == 2


async def test_a_refused_token_that_wechat_gives_again_is_renewed_by_force(certified, wechat):
    api = certified.outbox._api
    await api.send_text("o-1", "一")
    wechat.errors["/cgi-bin/message/custom/send"] = [40014]
    await api.send_text("o-1", "二")
    assert [asked["force_refresh"] for asked in wechat.tokens] == [False, False, True]
    assert wechat.texts_to("o-1") == ["一", "二"]


async def test_a_token_is_renewed_before_its_end(wechat):
    wechat.expires_in = 0
    api = Api(wechat.url, APP_ID, "secret")
    await api.send_text("o-1", "一")
    await api.send_text("o-1", "二")
    assert len(wechat.tokens) == 2


async def test_a_busy_wechat_is_asked_again(certified, wechat):
    wechat.errors["/cgi-bin/message/custom/send"] = [-1]
    await certified.outbox._api.send_text("o-1", "一")
    assert wechat.texts_to("o-1") == ["一"]


@pytest.mark.parametrize(
    ("code", "said", "can_retry"),
    [
        (45015, "48 小时", False),
        (45047, "条数", False),
        (48001, "权限", False),
        (45009, "次数", True),
        (40003, "openid", False),
        (99999, "拒绝", True),
    ],
)
async def test_refusals_are_named(certified, wechat, code, said, can_retry):
    wechat.errors["/cgi-bin/message/custom/send"] = [code]
    with pytest.raises(NotSent, match=said) as refused:
        await certified.outbox._api.send_text("o-1", "一")
    assert refused.value.can_retry == can_retry
    assert "hint" not in str(refused.value)


async def test_an_account_without_the_right_keeps_answers_for_1(certified, wechat):
    wechat.errors["/cgi-bin/message/custom/send"] = [48001]
    gate = certified.answerer.slow("慢")
    await certified.ask("慢")
    gate.set()
    await until(lambda: not certified.outbox.can_send)
    assert await certified.ask("1") == "答：慢"
    certified.answerer.replies["长"] = paragraphs(2)
    assert "回复 1 继续看" in await certified.ask("长")
    assert wechat.sent == []


async def test_what_fails_to_be_sent_is_not_lost_to_what_is_asked_meanwhile(certified, logged):
    sending, failing = asyncio.Event(), asyncio.Event()

    async def fails(openid, part):
        sending.set()
        await failing.wait()
        raise NotSent("今天的接口次数用完了")

    certified.outbox.send_part = fails
    gate = certified.answerer.slow("慢")
    await certified.ask("慢")
    gate.set()
    await sending.wait()
    assert await certified.ask("快") == "答：快"
    assert await certified.ask("1") is None
    failing.set()
    await until(lambda: any("留着等人来取" in line for line in logged))
    assert await certified.ask("1") == "答：慢"


async def test_what_may_have_been_sent_is_given_only_to_who_asks_for_it(certified, wechat):
    sent = []

    async def uncertain(openid, part):
        sent.append(part)
        raise DeliveryUncertain("没有回答")

    certified.outbox.send_part = uncertain
    gate = certified.answerer.slow("慢")
    await certified.ask("慢")
    gate.set()
    await until(lambda: len(certified.desk) == 0)
    assert sent == [Text("答：慢")]
    assert await certified.ask("1") == "答：慢"
    assert await certified.ask("1") == "答：1"


async def test_a_wechat_that_hangs_up_is_uncertain():
    async def hang_up(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        api = Api(f"http://127.0.0.1:{port}", APP_ID, "secret")
        with pytest.raises(NotSent, match="拿不到访问令牌"):
            await api.send_text("o-1", "一")
        api = Api(f"http://127.0.0.1:{port}", APP_ID, "secret")
        api._token = _Token("t", asyncio.get_running_loop().time() + 60)
        with pytest.raises(DeliveryUncertain) as error:
            await api.send_text("o-1", "一")
    assert str(port) not in str(error.value)


@pytest.mark.parametrize("body", [b"<html>502</html>", b"[]", b"\xff", b"", b"x" * 100_000])
async def test_an_answer_that_is_no_json_is_not_believed(body):
    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(NotSent):
            await Api(f"http://127.0.0.1:{port}", APP_ID, "secret").check()


async def test_a_wrong_secret_is_asked_for_once_a_minute(certified, wechat, logged):
    wechat.errors["/cgi-bin/stable_token"] = [40125] * 9
    api = certified.outbox._api
    for _ in range(3):
        with pytest.raises(NotSent, match="AppSecret 不对"):
            await api.send_text("o-1", "一")
    assert len(wechat.errors["/cgi-bin/stable_token"]) == 8
    assert "AppSecret 不对" in api.problem
    assert not certified.outbox.can_send


async def test_an_api_that_is_away_is_not_sent(wechat):
    api = Api("http://127.0.0.1:1", APP_ID, "secret")
    with pytest.raises(NotSent, match="连不上"):
        await api.send_text("o-1", "一")


async def test_a_push_reaches_whom_wechat_lets_be_written_to(certified, wechat):
    window = Conversation("wechat", "", "o-7", is_group=False)
    assert certified.outbox.caps(window).unprompted
    assert certified.outbox.is_ready(window)
    await certified.outbox.send(window, Reply("**推**", "answer"))
    assert wechat.texts_to("o-7") == ["推"]
    wechat.errors["/cgi-bin/message/custom/send"] = [45015]
    with pytest.raises(NotSent, match="48 小时") as refused:
        await certified.outbox.send(window, Reply("推", "answer"))
    assert not refused.value.can_retry
    with pytest.raises(NotSent, match="会话"):
        await certified.outbox.send(
            Conversation("wechat", "", "g", is_group=True), Reply("推", "answer")
        )
    assert not await certified.outbox.is_member(window, "o-7")


async def test_what_the_api_refuses_of_a_long_answer_is_there_for_1(certified, wechat):
    wechat.errors["/cgi-bin/message/custom/send"] = [45047]
    certified.answerer.replies["长"] = paragraphs(3)
    assert "没收全就回复 1" in await certified.ask("长")
    await until(lambda: len(certified.desk) == 0)
    assert (await certified.ask("1")).startswith("2")


async def test_an_answer_that_was_dropped_is_neither_sent_nor_said_to_have_arrived(
    certified, wechat
):
    gates = {name: certified.answerer.slow(name) for name in "甲乙丙丁"}
    said = [await certified.ask(name) for name in gates]
    assert wording.DROPPED_NOTE in said[-1]
    for gate in gates.values():
        gate.set()
    await until(lambda: len(certified.desk) == 0)
    assert "答：甲" not in wechat.texts_to("o-1")
    assert "甲" not in certified.answerer.heard
    assert set(certified.answerer.heard) == set("乙丙丁")


async def test_1_to_an_ask_back_that_came_by_the_api_is_an_answer_to_it(certified, wechat):
    certified.answerer.replies["哪个"] = Reply("1. 甲 2. 乙", "ask_back", choices=("甲", "乙"))
    first, second = certified.answerer.slow("哪个"), certified.answerer.slow("别的")
    await certified.ask("哪个")
    await certified.ask("别的")
    first.set()
    await until(lambda: "1. 甲 2. 乙" in wechat.texts_to("o-1"))
    assert (await certified.ask("1")).startswith("答：1")
    second.set()


async def test_an_account_that_may_not_upload_is_not_asked_to_again(certified, wechat):
    wechat.errors["/cgi-bin/media/upload"] = [48001]
    drawn = Reply("看字", "answer", drawing=Drawing("图", ()), caption="看图")
    certified.answerer.replies["图"] = drawn
    assert await certified.ask("图") == "看字"
    assert not certified.outbox.can_send
    assert await certified.ask("图") == "看字"
    assert wechat.uploads == []


def test_the_secrets_are_not_in_the_text_of_the_options():
    options = WeChatOptions("TOKEN1", "AESKEY1", "wx1", "SECRET1")
    assert all(secret not in repr(options) for secret in ("TOKEN1", "AESKEY1", "SECRET1"))
