"""What the official account says within its few seconds, with a scripted answerer behind it."""

import asyncio
import contextlib
import itertools
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from bot.platforms.desk import Desk, ReplyCounter
from bot.platforms.downloads import Downloads
from bot.platforms.ports import SHANGHAI
from bot.platforms.wechat import wording
from bot.platforms.wechat.answers import Image, Text
from bot.platforms.wechat.api import Api, _Token
from bot.platforms.wechat.codec import PICTURE_HOSTS, NotAnEvent, decode, key_of
from bot.platforms.wechat.conversing import Conversing
from bot.platforms.wechat.outbox import MAX_BYTES, WeChatOutbox
from bot.platforms.wechat.platform import WeChatOptions
from plugins.drawing import Drawing
from plugins.messages import (
    SILENT,
    Attachment,
    Conversation,
    DeliveryUncertain,
    IncomingMessage,
    NotSent,
    Reply,
)
from tests.e2e.wechat_server import APP_ID, wechat_api

NOW = datetime(2026, 11, 27, 12, tzinfo=SHANGHAI)
WAIT_SECONDS = 0.2
DOWNLOADS = Downloads(PICTURE_HOSTS)
_numbers = itertools.count(1)


async def until(reached):
    deadline = asyncio.get_running_loop().time() + 20
    while not reached():
        assert asyncio.get_running_loop().time() < deadline, "it did not happen in time"
        await asyncio.sleep(0.01)


class Answerer:
    """Gives ``replies[text]``, after ``gates[text]`` is set where there is one."""

    def __init__(self):
        self.replies = {}
        self.gates = {}
        self.asked = []
        self.heard = []

    async def handle(self, message, progress=None):
        self.asked.append(message.text)
        if message.text in self.gates:
            await self.gates[message.text].wait()
        reply = self.replies.get(message.text, f"答：{message.text}")
        if isinstance(reply, Exception):
            raise reply
        return reply if isinstance(reply, Reply) else Reply(reply, "answer")

    async def delivered(self, message, reply, receipt):
        self.heard.append(message.text)

    def slow(self, text):
        self.gates[text] = asyncio.Event()
        return self.gates[text]


class PainterOfOne:
    async def draw(self, drawing):
        return b"\x89PNG drawn"


class Room:
    """One account and its people."""

    def __init__(self, api=None):
        self.answerer = Answerer()
        self.counter = ReplyCounter(CollectorRegistry())
        self.desk = Desk("wechat", self.answerer, self.counter)
        self.now = NOW
        self.outbox = WeChatOutbox(api, PainterOfOne(), lambda: self.now)
        self.conversing = Conversing(self.desk, self.outbox, WAIT_SECONDS)

    async def part(self, text, openid="o-1", id=None):
        conversation = Conversation("wechat", "gh_1", openid, is_group=False)
        message = IncomingMessage(
            id or f"m-{next(_numbers)}", conversation, openid, text, True, NOW
        )
        self.outbox.seen(openid)
        return await self.conversing.hear(message)

    async def ask(self, text, openid="o-1", id=None):
        part = await self.part(text, openid, id)
        assert part is None or isinstance(part, Text)
        return part.text if part else None


@pytest.fixture(autouse=True)
def _quick_end(monkeypatch):
    """Answers that nobody fetched are given up at once at the end of a test."""
    monkeypatch.setattr("bot.platforms.desk._DRAIN_SECONDS", 0.05)


@pytest.fixture
async def room():
    room = Room()
    yield room
    await room.desk.drain()


@pytest.fixture
def wechat():
    with wechat_api() as api:
        yield api


@pytest.fixture
async def certified(wechat):
    """A room of an account that may use the API."""
    room = Room(Api(wechat.url, APP_ID, "secret-must-not-be-logged"))
    yield room
    await room.desk.drain()


def paragraphs(count, letter="段"):
    return "\n\n".join(f"{number}" + letter * 400 for number in range(1, count + 1))


async def test_an_answer_in_time_is_said_and_heard_of(room):
    assert await room.ask("什么是死锁") == "答：什么是死锁"
    await until(lambda: room.answerer.heard == ["什么是死锁"])


async def test_silence_is_nothing(room):
    room.answerer.replies["嗯"] = SILENT
    assert await room.ask("嗯") is None


async def test_one_and_continue_are_messages_while_nothing_is_kept(room):
    for word in ("1", "继续"):
        assert await room.ask(word) == f"答：{word}"


async def test_a_late_answer_is_fetched_with_1(room):
    gate = room.answerer.slow("慢")
    assert await room.ask("慢") == wording.THINKING
    assert await room.ask("1") == wording.STILL_THINKING
    assert room.answerer.heard == []
    gate.set()
    assert await room.ask("1") == "答：慢"
    await until(lambda: room.answerer.heard == ["慢"])
    assert room.answerer.asked == ["慢"]
    assert await room.ask("1") == "答：1"


async def test_1_waits_for_an_answer_that_comes_soon(room):
    gate = room.answerer.slow("慢")
    await room.ask("慢")
    fetching = asyncio.create_task(room.ask("1"))
    await asyncio.sleep(0)
    gate.set()
    assert await fetching == "答：慢"


async def test_kept_answers_are_everybodys_own(room):
    gate = room.answerer.slow("慢")
    await room.ask("慢", "o-1")
    gate.set()
    assert await room.ask("1", "o-2") == "答：1"
    assert await room.ask("1", "o-1") == "答：慢"


async def test_a_second_try_of_wechat_gets_the_same_once(room):
    gate = room.answerer.slow("慢")
    tries = [asyncio.create_task(room.ask("慢", id="same")) for _ in range(3)]
    await asyncio.sleep(0)
    gate.set()
    assert await asyncio.gather(*tries) == ["答：慢"] * 3
    assert await room.ask("慢", id="same") == "答：慢"
    assert room.answerer.asked == ["慢"]
    assert await room.ask("1") == "答：1"


async def test_a_second_try_after_a_notice_gets_the_answer(room):
    gate = room.answerer.slow("慢")
    assert await room.ask("慢", id="same") == wording.THINKING
    gate.set()
    assert await room.ask("慢", id="same") == "答：慢"
    assert await room.ask("1") == "答：1"


async def test_a_second_try_of_1_does_not_turn_the_page(room):
    room.answerer.replies["长"] = paragraphs(3)
    await room.ask("长")
    second = await room.ask("1", id="turn")
    assert second.startswith("2段")
    assert await room.ask("1", id="turn") == second
    assert (await room.ask("1")).startswith("3段")


async def test_a_long_answer_comes_in_parts(room):
    room.answerer.replies["长"] = paragraphs(3)
    first, second, third = [await room.ask(word) for word in ("长", "1", "继续")]
    assert first == "1" + "段" * 400 + "\n\n（第 1/3 段，回复 1 继续看）"
    assert second.endswith("（第 2/3 段，回复 1 继续看）")
    assert third.endswith("（第 3/3 段）")
    assert await room.ask("1") == "答：1"


@pytest.mark.parametrize("letter", ["段", "𠀀", "😀", "a"])
async def test_no_part_is_larger_than_wechat_takes(room, letter):
    for count in (1, 2, 5):
        room.answerer.replies["长"] = letter * (count * 590)
        room.answerer.slow("慢")
        await room.ask("慢")
        text, whole = await room.ask("长"), ""
        while text.startswith(letter):
            assert len(text.encode()) <= 2048
            whole += text.split("\n\n（")[0]
            text = await room.ask("1")
        assert whole == letter * (count * 590)


async def test_another_answer_that_is_kept_is_mentioned_once(room):
    gate = room.answerer.slow("慢")
    await room.ask("慢")
    assert wording.kept_note(ready=False, word="1") in await room.ask("快")
    assert await room.ask("快些") == "答：快些"
    gate.set()
    await until(lambda: room.conversing.shelf.next_of("o-1").is_ready)
    assert wording.kept_note(ready=True, word="1") in await room.ask("更快")
    assert await room.ask("最快") == "答：最快"
    assert await room.ask("1") == "答：慢"


async def test_the_newest_comes_first_and_none_is_lost(room):
    for text in ("甲", "乙", "丙"):
        room.answerer.slow(text)
        assert await room.ask(text) == wording.THINKING
    room.answerer.slow("丁")
    assert wording.DROPPED_NOTE in await room.ask("丁")
    for gate in room.answerer.gates.values():
        gate.set()
    await until(lambda: len(room.answerer.asked) == 4)
    said = [await room.ask("1") for _ in range(3)]
    assert [text.split("\n")[0] for text in said] == ["答：丁", "答：丙", "答：乙"]
    assert await room.ask("1") == "答：1"


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("ask"), st.integers(1, 3), st.booleans()),
        st.tuples(st.just("open"), st.integers(0, 5)),
        st.tuples(st.just("more"), st.sampled_from(["1", "继续"])),
        st.tuples(st.just("again")),
        st.tuples(st.just("api"), st.sampled_from(["off", "works", "fails"])),
    ),
    max_size=14,
)


class FickleOutbox(WeChatOutbox):
    """Sends into ``sent`` through an API that comes and goes."""

    api = "off"

    @property
    def can_send(self):
        return self.api != "off"

    async def send_part(self, openid, part):
        await asyncio.sleep(0)
        if self.api != "works":
            raise NotSent("今天的接口次数用完了")
        self.sent.append(part.text)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_every_part_is_given_once_and_in_order_or_its_loss_is_told(steps):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.platforms.wechat.conversing._RESPONSE_SECONDS", 0.002)
        asyncio.run(_play(steps))


async def _play(steps):
    room, said, final = Room(), [], {}
    outbox = FickleOutbox(None, None, lambda: NOW)
    outbox.sent = said
    room.conversing = Conversing(room.desk, outbox, 0.01)
    room.outbox = outbox
    lengths, last = {}, ("什么", "m-0")

    async def hear(words, id):
        text = await room.ask(words, id=id) or ""
        if id in final:
            assert text == final[id]
            return
        said.append(text)
        if text and not text.startswith(("正在想", "还在想")):
            final[id] = text

    for number, step in enumerate(steps):
        match step:
            case ("ask", parts, is_slow):
                name = f"#{len(lengths)}."
                lengths[name] = parts
                room.answerer.replies[name] = "\n\n".join(
                    f"{name}{number}" + "段" * 400 for number in range(1, parts + 1)
                )
                if is_slow:
                    room.answerer.slow(name)
                last = (name, f"m-{name}")
                await hear(*last)
            case ("open", which):
                for gate in list(room.answerer.gates.values())[which : which + 1]:
                    gate.set()
            case ("more", word):
                last = (word, f"m-{number}")
                await hear(*last)
            case ("api", state):
                outbox.api = state
            case _:
                await hear(*last)
    outbox.api = "off" if len(steps) % 2 else "fails"
    for gate in room.answerer.gates.values():
        gate.set()
    await until(lambda: all(name in room.answerer.asked for name in lengths))
    for number in range(100):
        await hear("1", f"end-{number}")
        if said[-1].startswith("答：1"):
            break
        await asyncio.sleep(0.003)
    assert said[-1].startswith("答：1")
    given = [text.split("段")[0] for text in said if text.startswith("#")]
    dropped = sum(wording.DROPPED_NOTE in text for text in said)
    missing = 0
    for name, parts in lengths.items():
        own = [int(each.removeprefix(name)) for each in given if each.startswith(name)]
        assert own == list(range(1, len(own) + 1))
        missing += len(own) < parts
    assert missing == dropped
    await room.desk.drain()


async def test_1_is_the_students_while_a_number_is_asked_for(room):
    gate = room.answerer.slow("慢")
    await room.ask("慢")
    gate.set()
    room.answerer.replies["死"] = Reply("1. 死锁\n2. 饥饿\n回复数字就行", "ask_back")
    assert "回复 “继续” 看" in await room.ask("死")
    assert await room.ask("1") == "答：1"
    assert await room.ask("继续") == "答：慢"


async def test_a_failure_is_one_sentence(room):
    room.outbox.parts = _fails
    assert await room.ask("什么是死锁") == wording.FAILED


async def _fails(reply):
    raise RuntimeError("秘密")


async def test_closing_is_said(room):
    room.answerer.slow("慢")
    asking = asyncio.create_task(room.ask("慢"))
    await until(lambda: room.answerer.asked == ["慢"])
    room.conversing._wait_seconds = 10
    late = asyncio.create_task(room.ask("慢", id="late"))
    await until(lambda: len(room.answerer.asked) == 2)
    await room.desk.drain()
    assert await late == wording.RESTARTING
    assert await asking in (wording.RESTARTING, wording.THINKING)
    assert await room.ask("什么是死锁") == wording.RESTARTING


async def test_who_no_longer_follows_is_forgotten(room):
    gate = room.answerer.slow("慢")
    await room.ask("慢")
    room.conversing.gone("o-1")
    gate.set()
    assert await room.ask("1") == "答：1"


async def test_what_nobody_fetches_is_given_up(room, monkeypatch, logged):
    monkeypatch.setattr("bot.platforms.wechat.answers.KEPT_SECONDS", 0.05)
    gate = room.answerer.slow("慢")
    await room.ask("慢")
    gate.set()
    await until(lambda: any(wording.TOO_LATE in line for line in logged))
    assert await room.ask("1") == "答：1"
    assert room.answerer.heard == ["1"] or room.answerer.heard == []
    assert len(room.desk) <= 1


async def test_the_shelf_is_bounded(room, monkeypatch):
    monkeypatch.setattr("bot.platforms.wechat.answers._PEOPLE", 20)
    room.conversing._wait_seconds = 0.01
    room.answerer.slow("慢")
    await asyncio.gather(*(room.ask("慢", f"o-{number}") for number in range(60)))
    assert len(room.conversing.shelf) == 20


async def test_a_file_comes_as_text(room):
    file = Attachment("错题本.csv", "题,选\n死锁,B\n".encode("utf-8-sig"))
    room.answerer.replies["导出"] = Reply("好了", "command", attachment=file)
    assert (await room.ask("导出")).startswith("好了")
    assert "死锁,B" in await room.ask("1")


async def test_links_in_an_answer_are_text(room):
    room.answerer.replies["x"] = '看 <a href="weixin://bizmsgmenu?msgmenucontent=x">这里</a>'
    assert "<a" not in await room.ask("x")


async def test_without_a_secret_nothing_is_pushed(room):
    window = Conversation("wechat", "", "o-1", is_group=False)
    assert not room.outbox.caps(window).unprompted
    assert not room.outbox.is_ready(window)
    with pytest.raises(NotSent) as refused:
        await room.outbox.send(window, Reply("推", "answer"))
    assert not refused.value.can_retry
    assert room.outbox.caps(Conversation("qq", "", "o-1", is_group=False)) is None


# With WeChat's API


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


async def test_a_push_reaches_who_wrote_in_the_last_two_days(certified, wechat):
    window = Conversation("wechat", "", "o-7", is_group=False)
    with pytest.raises(NotSent, match="48 小时"):
        await certified.outbox.send(window, Reply("推", "answer"))
    await certified.ask("你好", "o-7")
    assert certified.outbox.caps(window).unprompted
    certified.now += timedelta(hours=47, minutes=59)
    assert certified.outbox.is_ready(window)
    await certified.outbox.send(window, Reply("**推**", "answer"))
    assert wechat.texts_to("o-7") == ["推"]
    certified.now += timedelta(minutes=2)
    assert not certified.outbox.is_ready(window)
    with pytest.raises(NotSent, match="48 小时"):
        await certified.outbox.send(window, Reply("推", "answer"))
    with pytest.raises(NotSent):
        await certified.outbox.send(
            Conversation("wechat", "", "g", is_group=True), Reply("推", "answer")
        )
    assert not await certified.outbox.is_member(window, "o-7")


# Events


def fields(**more):
    return {"ToUserName": "gh_1", "FromUserName": "o-1", "CreateTime": "1", "MsgId": "7"} | more


def test_a_text_is_a_message():
    message = decode(fields(MsgType="text", Content=" 什么是死锁\n"), NOW, DOWNLOADS)
    assert message == IncomingMessage(
        key_of(fields()),
        Conversation("wechat", "gh_1", "o-1", False),
        "o-1",
        "什么是死锁",
        True,
        NOW,
    )
    assert message.conversation.key == "wechat:p:o-1"


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"MsgType": "voice", "Recognition": "什么是死锁。"}, "什么是死锁。"),
        ({"MsgType": "event", "Event": "CLICK", "EventKey": "/练"}, "/练"),
        ({"MsgType": "text", "Content": ""}, ""),
    ],
)
def test_what_has_words_is_a_message(given, text):
    assert decode(fields(**given), NOW, DOWNLOADS).text == text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"MsgType": "event", "Event": "subscribe"}, wording.WELCOME),
        ({"MsgType": "event", "Event": "subscribe", "EventKey": "qrscene_1"}, wording.WELCOME),
        ({"MsgType": "event", "Event": "SCAN"}, None),
        ({"MsgType": "event", "Event": "LOCATION"}, None),
        ({"MsgType": "event", "Event": "CLICK"}, None),
        ({"MsgType": "event"}, None),
        ({"MsgType": "voice"}, wording.NOT_HEARD),
        ({"MsgType": "text", "Content": "【收到不支持的消息类型，暂无法显示】"}, wording.READS),
        ({"MsgType": "video"}, wording.READS),
        ({"MsgType": "shortvideo"}, wording.READS),
        ({"MsgType": "location"}, wording.READS),
        ({"MsgType": "link"}, wording.READS),
        ({"MsgType": "new-kind"}, wording.READS),
    ],
)
def test_what_has_none_is_a_sentence_or_nothing(given, said):
    assert decode(fields(**given), NOW, DOWNLOADS) == said


async def test_a_picture_is_fetched_by_https_from_wechats_hosts_only():
    seen = []

    class Watched(Downloads):
        def picture(self, url, id, unlock=None):
            seen.append(url)
            return super().picture(url, id, unlock)

    for url in ("http://mmbiz.qpic.cn/a?x=1", "http://evil.example/a", "http://[bad", "a\nb"):
        message = decode(
            fields(MsgType="image", PicUrl=url, MediaId="m"), NOW, Watched(PICTURE_HOSTS)
        )
        assert (message.text, [picture.id for picture in message.pictures]) == ("", ["m"])
    assert seen == ["https://mmbiz.qpic.cn/a?x=1", "http://evil.example/a", "http://[bad", "a\nb"]


def test_an_event_is_told_from_others_by_sender_and_time():
    event = {"MsgType": "event", "Event": "CLICK", "MsgId": ""}
    assert key_of(fields(**event)) == key_of(fields(**event, EventKey="x"))
    assert key_of(fields(**event)) != key_of(fields(**event, CreateTime="2"))
    assert key_of(fields(**event)) != key_of(fields(**event, FromUserName="o-2"))
    with pytest.raises(NotAnEvent):
        key_of(fields(MsgType="text", MsgId=""))


def test_people_with_the_same_msgid_are_told_apart():
    assert key_of(fields()) == key_of(fields())
    for other in ({"FromUserName": "o-2"}, {"CreateTime": "2"}, {"MsgId": "8"}):
        assert key_of(fields()) != key_of(fields(**other))


NAMES = ["MsgType", "Event", "EventKey", "Content", "Recognition", "PicUrl", "MediaId", "MsgId"]
NAMES += ["FromUserName", "ToUserName", "CreateTime"]
VALUES = ["text", "image", "voice", "event", "CLICK", "o-1", "http://[", ""]
some_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES) | some_texts))
def test_any_fields_are_read_or_refused(given_fields):
    with contextlib.suppress(NotAnEvent):
        heard = decode(given_fields, NOW, DOWNLOADS)
        assert heard is None or isinstance(heard, str | IncomingMessage)


async def test_what_is_remembered_of_messages_and_people_is_bounded(room, monkeypatch):
    monkeypatch.setattr("bot.platforms.wechat.conversing._REMEMBERED_TURNS", 10)
    monkeypatch.setattr("bot.platforms.wechat.outbox._REMEMBERED_PEOPLE", 10)
    for number in range(30):
        await room.ask("快", f"o-{number}")
    assert (len(room.conversing._turns), len(room.outbox._seen)) == (10, 10)


def test_parts_leave_room_for_notes():
    word = "“继续”"
    others = max(wording.DROPPED_NOTE, wording.kept_note(ready=False, word=word), key=len)
    notes = ["", wording.piece_note(888, 999, word), others]
    assert MAX_BYTES + len("\n".join(["", *notes]).encode()) <= 2048


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
