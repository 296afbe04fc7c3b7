"""The Discord platform with a scripted answerer, against Discord on loopback."""

import bot.platforms.discord  # noqa: F401, I001 # it imports discord.py without its warnings

import asyncio
import contextlib
import json
import threading

import pytest
from prometheus_client import CollectorRegistry

from bot.platforms.desk import Desk, ReplyCounter
from bot.platforms.discord import drafts, link
from bot.platforms.discord.platform import DiscordOptions, DiscordPlatform
from bot.platforms.supervision import PlatformRefused
from plugins.drawing import Drawing
from plugins.messages import (
    SILENT,
    Attachment,
    Conversation,
    DeliveryUncertain,
    NotSent,
    PictureUnavailable,
    Reply,
)
from tests.e2e.discord_server import (
    ADMIN_ROLE,
    BOT,
    CHANNEL,
    OWNER,
    THREAD,
    TOKEN,
    DiscordServer,
)

PNG = b"\x89PNG drawn"
LONG = "\n\n".join(f"第 {n} 段。" + "进程一直等待资源。" * 30 for n in range(20))
FILE = Attachment("错题本.csv", "题,选\n死锁,B\n".encode())
MISSING_PERMISSIONS = {"message": "Missing Permissions", "code": 50013}
GROUP = Conversation("discord", str(BOT), str(CHANNEL), is_group=True)
MESSAGES = rf"/channels/{CHANNEL}/messages"


class Painter:
    async def draw(self, drawing):
        return None if drawing.title == "画不出" else PNG


class Scripted:
    """Answers by the first word; anything else it says back. ``go`` lets "流" end."""

    def __init__(self):
        self.messages, self.heard = [], []
        self.go = asyncio.Event()
        self.progress = None

    async def handle(self, message, progress=None):
        self.messages.append(message)
        if not message.addressed or message.from_bot:
            return SILENT
        match message.text.removeprefix("/问 ").split()[0] if message.text else "":
            case "沉默":
                return SILENT
            case "长":
                return Reply(LONG, "answer", choices=("好",))
            case "图" | "画不出":
                drawing = Drawing(message.text, ())
                return Reply("看字", "answer", drawing=drawing, caption="看图")
            case "文件":
                return Reply("给你", "command", attachment=FILE)
            case "私下":
                return Reply("只给你", "command", private=True, choices=("继续",))
            case "问答":
                return Reply("选一个", "ask_back", choices=("死锁", "饥饿"))
            case "想":
                await self.go.wait()
            case "流":
                self.progress = progress
                await progress("**正在**写")
                await self.go.wait()
                return Reply("写完了。" if message.text == "流" else LONG, "answer")
        return Reply(f"回：{message.text}", "answer")

    async def delivered(self, message, reply, receipt):
        self.heard.append((message.text, receipt))


class House:
    """A platform that is connected, and what is around it."""

    def __init__(self, discord, platform, answerer):
        self.discord, self.platform, self.answerer = discord, platform, answerer

    async def heard(self, text):
        """Wait for the receipt of the reply to ``text``."""
        return await self.discord.until_soon(
            lambda: next((r for t, r in self.answerer.heard if t == text), None)
        )


@contextlib.asynccontextmanager
async def house(**options):
    async with DiscordServer() as discord:
        answerer = Scripted()
        addresses = {
            "api_base": f"http://127.0.0.1:{discord.port}/api",
            "gateway_url": f"ws://127.0.0.1:{discord.port}/gateway/",
        }
        if options.pop("through_proxy", False):
            nobody = "localhost:1"
            addresses = {
                "api_base": f"http://{nobody}/api",
                "gateway_url": f"ws://{nobody}/gateway/",
                "proxy": f"http://127.0.0.1:{discord.port}",
            }
        platform = DiscordPlatform(
            Desk("discord", answerer, ReplyCounter(CollectorRegistry())),
            DiscordOptions(TOKEN, **addresses, **options),
            painter=Painter(),
            scopes=("操作系统", "内存管理"),
        )
        connected = asyncio.Event()
        task = asyncio.create_task(platform.connect(connected.set))
        try:
            await asyncio.wait_for(connected.wait(), 20)
            await discord.ready()
            yield House(discord, platform, answerer)
        finally:
            await platform.desk.drain()
            task.cancel()
            await asyncio.wait({task})
            assert discord.calls_with_pings == []


@pytest.fixture
async def running():
    async with house() as made:
        yield made


@pytest.fixture
def quick(monkeypatch):
    """Let growing texts be shown without waiting."""
    monkeypatch.setattr(drafts, "SHOW_EVERY_SECONDS", 0.01)
    monkeypatch.setattr(drafts, "_TYPING_AFTER_SECONDS", 0.01)


# What is heard


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


# What is sent


async def test_where_nothing_may_be_quoted_the_answer_comes_without(running):
    discord = running.discord
    no_history = {"message": "Cannot reply without history", "code": 160002}
    discord.fail("POST", MESSAGES, status=400, body=no_history)
    await discord.say("你好")
    [answer] = await discord.in_channel(CHANNEL)
    assert (answer.content, answer.quotes) == ("回：你好", None)


async def test_many_who_wait_in_one_channel_see_one_sign(running, quick):
    discord = running.discord
    for person in range(30001, 30021):
        await discord.say("想", user=person)
    await discord.until_soon(lambda: len(running.answerer.messages) == 20)
    await discord.until(lambda: discord.typing)
    running.answerer.go.set()
    await discord.in_channel(CHANNEL, 20)
    assert discord.typing == 1


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


# While it is being written


async def test_a_growing_text_is_one_message_that_ends_as_the_answer(running, quick):
    discord = running.discord
    asked = await discord.say("流")
    draft = await discord.reply_to(asked)
    assert "正在" in draft.content
    await running.answerer.progress("**正在**写，快了")
    await discord.until(lambda: draft.edits)
    running.answerer.go.set()
    await discord.until(lambda: draft.content == "写完了。")
    assert (await running.heard("流")).message_ids == (str(draft.id),)
    assert discord.count(CHANNEL) == 1


async def test_the_rest_of_a_streamed_answer_comes_as_new_messages(running, quick):
    discord = running.discord
    draft = await discord.reply_to(await discord.say("流 长"))
    running.answerer.go.set()
    receipt = await running.heard("流 长")
    assert receipt.message_ids[0] == str(draft.id)
    assert discord.count(CHANNEL) == len(receipt.message_ids) >= 3


async def test_a_draft_that_somebody_deleted_is_sent_again(running):
    discord = running.discord
    draft = await discord.reply_to(await discord.say("流"))
    draft.deleted = True
    running.answerer.go.set()
    receipt = await running.heard("流")
    assert receipt.message_ids != (str(draft.id),)
    assert discord.messages[-1].content == "写完了。"


async def test_a_command_is_streamed_into_its_own_answer(running, quick):
    discord = running.discord
    used = await discord.use("问", "流")
    draft = await discord.answer(used)
    running.answerer.go.set()
    await discord.until(lambda: draft.content == "写完了。")
    assert len(used.messages) == 1


async def test_what_is_private_is_not_streamed(running, quick):
    discord = running.discord
    asked = await discord.reply_to(await discord.say("问答"))
    asked.ephemeral = True
    asked.buttons["流"] = "408:0:流"
    used = await discord.press(asked, "流")
    await discord.until_soon(lambda: running.answerer.progress)
    running.answerer.go.set()
    answer = await discord.answer(used)
    assert answer.ephemeral
    assert (answer.content, answer.edits) == ("写完了。", [])


async def test_somebody_is_seen_writing_who_takes_long(running, quick):
    discord = running.discord
    asked = await discord.say("想")
    await discord.until(lambda: discord.typing)
    assert discord.messages == []
    running.answerer.go.set()
    assert (await discord.reply_to(asked)).content == "回：想"


async def test_nobody_is_seen_writing_what_is_private(running, quick):
    discord = running.discord
    asked = await discord.reply_to(await discord.say("问答"))
    asked.ephemeral = True
    asked.buttons["想"] = "408:0:想"
    used = await discord.press(asked, "想")
    await discord.until_soon(lambda: running.answerer.messages[-1].text == "想")
    await discord.say("想", user=30002)
    await discord.until(lambda: discord.typing)
    running.answerer.go.set()
    await discord.answer(used)
    assert discord.typing == 1


# Pushes


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


# The connection


async def test_ending_leaves_no_task_and_no_socket():
    before = asyncio.all_tasks()
    async with house() as made:
        await made.discord.say("流")
        await made.discord.in_channel(CHANNEL)
        state = made.platform.state()
    assert state == {"ok": True, "servers": 1}
    assert made.discord.open_sockets == 0
    left = asyncio.all_tasks() - before
    assert not left, left


async def test_many_reconnects_leave_no_task_and_no_thread(running):
    discord = running.discord
    await discord.until_soon(lambda: not len(running.platform._link.calls))
    tasks, threads = len(asyncio.all_tasks()), threading.active_count()
    for number in range(1, 25):
        resumed = discord.resumes
        await (discord.order(7) if number % 2 else discord.drop())
        await discord.until(lambda resumed=resumed: discord.resumes == resumed + 1)
    await discord.reply_to(await discord.say("还在吗"))
    await discord.until_soon(lambda: len(asyncio.all_tasks()) <= tasks)
    await discord.until_soon(lambda: threading.active_count() <= threads)
    assert discord.identifies == 1


async def test_everything_goes_through_the_proxy():
    """Where the bot believes Discord to be nobody listens; the proxy is Discord itself."""
    async with house(through_proxy=True) as made:
        answer = await made.discord.reply_to(await made.discord.say("你好"))
        assert answer.content == "回：你好"
        used = await made.discord.use("问", "你好")
        assert (await made.discord.answer(used)).content == "回：你好"


@pytest.mark.parametrize(("code", "words"), [(4004, "TOKEN"), (4014, "MESSAGE CONTENT INTENT")])
async def test_a_refusal_is_one_sentence(code, words):
    async with DiscordServer() as discord:
        discord.close_identify_with = code
        platform = DiscordPlatform(
            Desk("discord", Scripted(), ReplyCounter(CollectorRegistry())),
            DiscordOptions(
                TOKEN,
                api_base=f"http://127.0.0.1:{discord.port}/api",
                gateway_url=f"ws://127.0.0.1:{discord.port}/gateway/",
            ),
        )
        with pytest.raises(PlatformRefused) as refused:
            await platform.connect(lambda: None)
        assert words in str(refused.value)
        assert TOKEN not in json.dumps(platform.state())


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("MESSAGE_CREATE", {"id": "1"}),
        ("MESSAGE_CREATE", []),
        ("INTERACTION_CREATE", {"id": "1", "token": "x"}),
        ("GUILD_CREATE", {}),
        ("CHANNEL_UPDATE", None),
        ("NOBODY_KNOWS_IT", {"id": None}),
    ],
)
async def test_an_event_that_cannot_be_read_costs_nothing_else(running, name, data):
    discord = running.discord
    await discord.dispatch(name, data)
    await discord.reply_to(await discord.say("还在吗"))
    assert (discord.identifies, discord.resumes) == (1, 0)


async def test_logging_in_stops_before_discord_takes_the_token_away(monkeypatch):
    monkeypatch.setattr(link, "MOST_LOGINS", 2)
    async with house() as made:
        made.discord.forget_sessions()
        await made.discord.drop()
        await made.discord.until_soon(lambda: made.platform.state() == {"ok": False})
        with pytest.raises(PlatformRefused, match="令牌会被收回"):
            await made.platform.connect(lambda: None)
        assert made.discord.identifies == 1


async def test_a_server_that_closes_every_session_is_left_to_the_supervisor():
    async with house() as made:
        made.discord.slams_the_door = True
        await made.discord.drop()
        await made.discord.until_soon(lambda: made.platform.state() == {"ok": False})


async def test_commands_are_registered_and_their_scopes_suggested(running):
    discord = running.discord
    await discord.until(lambda: discord.commands)
    assert discord.command_updates == 1
    used = await discord.typed("练", "内")
    await discord.until(lambda: used.deferred == 8)
    assert used.suggestions == ["内存管理"]
