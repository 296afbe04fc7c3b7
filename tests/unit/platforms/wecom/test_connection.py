"""The connection: kept, given up, begun anew."""

import asyncio

import pytest

from bot.platforms.supervision import PlatformRefused
from bot.platforms.wecom.platform import WeComOptions
from tests.e2e.wecom_server import BOT_ID, SECRET
from tests.unit.platforms.wecom.house import (
    House,
    answer,
)


async def test_the_connection_is_closed_when_the_bot_ends(wecom, house):
    await house.close()
    await asyncio.to_thread(wecom.until, lambda: wecom.connections == 0)
    assert house.task.cancelled()


async def test_a_subscription_without_an_answer_is_given_up(wecom):
    wecom.stalling = True
    house = House(wecom, api_seconds=0.2)
    await house.until(lambda: "登录没有回音" in house.supervisor.problem)
    wecom.stalling = False
    await house.until(lambda: house.supervisor.phase == "connected")
    await house.close()


@pytest.mark.parametrize(("errcode", "refused"), [(853000, True), (45009, False), (-1, False)])
async def test_only_a_refusal_for_good_is_a_refusal(wecom, errcode, refused):
    wecom.refuse("aibot_subscribe", errcode)
    house = House(wecom)
    house.task.cancel()
    expected = PlatformRefused if refused else ConnectionError
    with pytest.raises(expected) as raised:
        await house.platform.connect(lambda: None)
    assert SECRET not in str(raised.value)
    await house.close()


async def test_a_heartbeat_without_an_answer_ends_the_connection(wecom):
    house = House(wecom, api_seconds=0.3, heartbeat_seconds=0.1)
    await asyncio.to_thread(wecom.until, lambda: wecom.pings > 2)
    wecom.unanswered.add("ping")
    await house.until(lambda: "心跳没有回音" in house.supervisor.problem)
    wecom.unanswered.clear()
    await house.until(lambda: house.supervisor.phase == "connected")
    await house.close()


async def test_a_welcome_that_is_refused_disturbs_nobody(wecom, house):
    wecom.refuse("aibot_respond_welcome_msg", 846605)
    await asyncio.to_thread(wecom.event, "enter_chat", "zhang")
    assert "你好" in await answer(wecom, "你好")


def test_the_secret_is_in_no_description_of_the_options():
    assert SECRET not in repr(WeComOptions(BOT_ID, SECRET))
