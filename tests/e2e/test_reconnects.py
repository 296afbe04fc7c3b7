"""Every platform's connection broken 24 times in one process: nothing lost, nothing left behind.

Each platform breaks in a way of its own: with a close frame, in the middle of a frame, with an
order to reconnect; OneBot's client goes and comes; WeChat's calls end in the middle of a body.
"""

import asyncio
import re
import shutil
from urllib.parse import urlsplit

import pytest

from tests.e2e.five_platforms import EVERY, at_home, platform_servers, settings, states
from tests.e2e.learning_chat import until
from tests.e2e.onebot_client import OneBotClient
from tests.e2e.server_process import LISTENS, SERVE, start

TIMES = 24
MOST_KEPT = 8
"""Connections to the stores that a pool keeps; what each break left behind would be 24."""

GAUGES = ("assistant408_tasks", "process_open_fds")


@pytest.mark.timeout(400)
async def test_twenty_four_breaks_of_every_connection_lose_and_leave_nothing(
    built_data_dir, tmp_path
):
    data_dir = shutil.copytree(built_data_dir, tmp_path / "data")
    async with platform_servers() as servers:
        env = settings(servers, data_dir, QQ__MODE="websocket")
        running = start(SERVE, tmp_path / "log", env, ready=LISTENS)
        server = await asyncio.to_thread(running.__enter__)
        try:
            async with at_home(servers, server) as house:
                house.qq.webhook = ""
                await _ask_everywhere(house)
                before = await asyncio.to_thread(_burden, server)
                for number in range(TIMES):
                    await _break_everything(house, server, number)
                await _ask_everywhere(house)
                assert await states(server) == dict.fromkeys(EVERY, True)
                await _settles_at(server, before)
            assert await asyncio.to_thread(server.end) == 0
            assert "Traceback" not in server.log
        finally:
            await asyncio.to_thread(running.__exit__, None, None, None)


async def _ask_everywhere(house):
    said = await asyncio.gather(*(house.say(platform, "什么是死锁") for platform in EVERY))
    assert all("死锁" in text for text in said)


async def _break_everything(house, server, number):
    await asyncio.gather(
        _break_discord(house.discord, number),
        _break_qq(house.qq, number),
        asyncio.to_thread(_break_wecom, house.wecom, number),
        _come_and_go(server),
        _call_and_hang_up(server, number),
    )


async def _break_discord(discord, number):
    """What is said while the bot is away is answered when it has resumed."""
    resumed = discord.resumes
    match number % 3:
        case 0:
            await discord.order(7)
        case 1:
            await discord.drop(code=4000)
        case _:
            await discord.drop()
    asked = await discord.whisper(f"什么是死锁{number}", user=40000 + number)
    await discord.until(lambda: discord.resumes > resumed)
    await discord.in_channel(discord.chat(40000 + number), since=asked)


async def _break_qq(qq, number):
    """As on Discord; QQ tells of a new connection in a queue."""
    while not qq.connections.empty():
        qq.connections.get()
    qq.disconnect(4009)
    asked = qq.in_private("什么是死锁", user=f"P-{number}")
    assert await asyncio.to_thread(qq.connections.get, True, 30) == "resumed"
    [answer, *_] = await asyncio.to_thread(qq.answers_to, asked, 1)
    assert "死锁" in answer.text


def _break_wecom(wecom, number):
    """WeCom sends nothing again: what was taken before the break is answered after it."""
    before = wecom.subscriptions
    (wecom.cut if number % 2 else wecom.close)()
    wecom.until(lambda: wecom.subscriptions > before)
    assert "死锁" in wecom.answer(wecom.say("什么是死锁", user=f"w-{number}"))


async def _come_and_go(server):
    """A second client of OneBot says something and leaves without waiting."""
    socket = server.url.replace("http://", "ws://") + "/onebot/v11/ws"
    async with OneBotClient(socket, self_id=40801) as client:
        await client.private_message("什么是死锁", user=50001)


async def _call_and_hang_up(server, number):
    """Half a call of WeChat's."""
    address = urlsplit(server.url)
    _, to = await asyncio.open_connection(address.hostname, address.port)
    body = b"<xml>" if number % 2 else b""
    to.write(b"POST /wechat HTTP/1.1\r\nHost: a\r\nContent-Length: 999\r\n\r\n" + body)
    await to.drain()
    to.close()
    await to.wait_closed()


def _burden(server):
    page = server.get("/metrics")[1]
    return {name: int(float(re.search(rf"^{name} (\S+)$", page, re.M)[1])) for name in GAUGES}


async def _settles_at(server, before):
    """Both numbers come back to what they were, give or take what pools keep."""
    seen = []

    def has_settled():
        seen.append(_burden(server))
        return all(seen[-1][name] <= before[name] + MOST_KEPT for name in GAUGES)

    try:
        await until(has_settled, 60)
    except AssertionError:
        raise AssertionError(f"before {before}, after {seen[-1]}") from None
