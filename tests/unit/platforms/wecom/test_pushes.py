"""What is sent unasked."""

import asyncio

import pytest

from plugins.messages import (
    DeliveryUncertain,
    NotSent,
    Reply,
)
from tests.unit.platforms.wecom.house import (
    GROUP,
    REPLIES,
    House,
    answer,
    pushed,
    said,
    sent,
)


async def test_a_push_reaches_a_chat_that_knows_the_bot(wecom, house):
    await answer(wecom, "你好", group="g1")
    receipt = await pushed(house, GROUP, REPLIES["题"])
    assert (await sent(wecom, "markdown")).chat == "g1"
    card = (await sent(wecom, "card")).card
    assert receipt.message_ids[-1] == card["task_id"]
    assert house.platform.outbox.is_ready(GROUP)
    assert not await house.platform.outbox.is_member(GROUP, "zhang")


async def test_a_push_to_a_chat_that_does_not_is_not_worth_another_try(house):
    error = await pushed(house, GROUP, Reply("每日一题", "answer"))
    assert isinstance(error, NotSent)
    assert not error.can_retry


async def test_a_push_that_came_too_often_may_be_tried_again(wecom, house):
    await answer(wecom, "你好", group="g1")
    wecom.refuse("aibot_send_msg", 45009)
    error = await pushed(house, GROUP, Reply("每日一题", "answer"))
    assert isinstance(error, NotSent)
    assert error.can_retry


@pytest.mark.parametrize("cmd", ["aibot_send_msg", "aibot_respond_msg"])
async def test_a_forgotten_subscription_is_made_again_and_the_reply_leaves(wecom, house, cmd):
    await answer(wecom, "你好", group="g1")
    wecom.refuse(cmd, 846609)
    if cmd == "aibot_respond_msg":
        assert "再问" in await answer(wecom, "再问", group="g1")
    else:
        error = await pushed(house, GROUP, Reply("每日一题", "answer"))
        assert isinstance(error, NotSent)
        assert error.can_retry
    await house.until(lambda: wecom.subscriptions == 2)


async def test_a_refused_heartbeat_ends_the_connection(wecom):
    house = House(wecom, heartbeat_seconds=0.05)
    await house.until(lambda: house.supervisor.phase == "connected")
    wecom.refuse("ping", 846609)
    await house.until(lambda: wecom.subscriptions == 2)
    await house.close()


async def test_an_active_reply_whose_connection_breaks_is_not_sent_twice(wecom, house):
    await answer(wecom, "你好", group="g1")
    wecom.unanswered.add("aibot_send_msg")
    before = wecom.commands()["aibot_send_msg"]
    await said(wecom, "题", group="g1")  # the text by the stream, the buttons actively
    await house.until(lambda: wecom.commands()["aibot_send_msg"] == before + 1)
    await asyncio.to_thread(wecom.cut)
    await house.until(lambda: wecom.subscriptions == 2)
    wecom.unanswered.clear()
    assert "再问" in await answer(wecom, "再问", group="g1")
    assert wecom.commands()["aibot_send_msg"] == before + 1


async def test_a_push_that_nobody_confirms_may_have_arrived(wecom):
    house = House(wecom, api_seconds=0.5)
    await house.until(lambda: house.supervisor.phase == "connected")
    wecom.unanswered.add("aibot_send_msg")
    error = await pushed(house, GROUP, Reply("每日一题", "answer"))
    assert isinstance(error, DeliveryUncertain)
    await house.close()


async def test_a_push_whose_connection_breaks_may_have_arrived_and_is_not_waited_for(wecom):
    house = House(wecom, api_seconds=60)
    await house.until(lambda: house.supervisor.phase == "connected")
    wecom.unanswered.add("aibot_send_msg")
    pushing = asyncio.create_task(pushed(house, GROUP, Reply("每日一题", "answer")))
    await house.until(lambda: wecom.commands()["aibot_send_msg"])
    await asyncio.to_thread(wecom.cut)
    async with asyncio.timeout(30):
        assert isinstance(await pushing, DeliveryUncertain)
    await house.close()


async def test_a_push_without_a_connection_is_not_sent(wecom):
    house = House(wecom)
    house.task.cancel()
    error = await pushed(house, GROUP, Reply("每日一题", "answer"))
    assert isinstance(error, NotSent)
    assert error.can_retry
    assert not house.platform.outbox.is_ready(GROUP)
    await house.close()
