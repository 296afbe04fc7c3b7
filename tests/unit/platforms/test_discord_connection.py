"""How the connection to Discord is kept, lost, refused and ended."""

import asyncio
import json
import threading

import pytest
from prometheus_client import CollectorRegistry

from bot.platforms.desk import Desk, ReplyCounter
from bot.platforms.discord import link
from bot.platforms.discord.platform import DiscordOptions, DiscordPlatform
from bot.platforms.supervision import PlatformRefused
from tests.e2e.discord_payloads import CHANNEL, TOKEN
from tests.e2e.discord_server import DiscordServer
from tests.unit.platforms.discord_house import (
    Scripted,
    house,
)

SAYS_WHAT_TO_DO = r"令牌会被收回.*\d\d-\d\d \d\d:\d\d 以后自动再连.*修好网络或代理"


@pytest.fixture
async def running():
    async with house() as made:
        yield made


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
        with pytest.raises(PlatformRefused, match=SAYS_WHAT_TO_DO):
            await made.platform.connect(lambda: None)
        assert made.discord.identifies == 1


async def test_a_server_that_closes_every_session_is_left_to_the_supervisor():
    async with house() as made:
        made.discord.slams_the_door = True
        await made.discord.drop()
        await made.discord.until_soon(lambda: made.platform.state() == {"ok": False})
