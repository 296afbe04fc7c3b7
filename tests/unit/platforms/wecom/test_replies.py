"""Replies: texts, what only one may see, and what grows."""

import pytest

from bot.platforms.wecom.outbox import (
    BROKEN_OFF,
    PRIVATE_REFUSED,
    PRIVATE_SENT,
    PRIVATE_UNCERTAIN,
)
from tests.e2e.wecom_server import MOST_BYTES
from tests.unit.platforms.wecom.house import (
    REPLIES,
    House,
    answer,
    said,
    sent,
    words,
)


async def test_what_users_write_gets_no_power_in_an_answer(wecom, house):
    text = await answer(wecom, "<@all> <@zhang> <THINK>x</think> <b>")
    assert "<@" not in text
    assert "<think" not in text.lower()
    assert "</think" not in text.lower()
    assert "all" in text


@pytest.mark.parametrize("asked", ["长", "宽"])
async def test_a_long_reply_comes_whole_and_no_part_is_too_long(wecom, house, asked):
    parts = [await answer(wecom, asked)]
    while "第 59 段" not in parts[-1]:
        parts.append((await sent(wecom, "markdown")).text)
    assert len(parts) > 1
    assert max(len(part.encode()) for part in parts) <= MOST_BYTES
    assert words("".join(parts)) == words(REPLIES[asked].text)
    assert "".join(parts).count("😀") == REPLIES[asked].text.count("😀")
    await house.until(lambda: house.answerer.heard)
    [(_, ids)] = house.answerer.heard
    assert len(ids) == len(parts)


async def test_silence_is_silent(wecom, house):
    await said(wecom, "沉默")
    await answer(wecom, "你好")
    assert wecom.count(lambda _: True) == 0


async def test_an_answer_that_is_quoted_is_recognised(wecom, house):
    text = await answer(wecom, "你好", group="g1")
    quote = {"msgtype": "text", "text": {"content": text.replace("*", "")}}
    await answer(wecom, "为什么", group="g1", quote=quote)
    [(_, ids), *_] = house.answerer.heard
    assert house.answerer.messages[-1].quoted in ids


async def test_a_private_reply_to_a_group_goes_to_its_sender(wecom, house):
    await answer(wecom, "你好", user="li")
    await said(wecom, "私下", user="li", group="g1")
    private = await sent(wecom, "markdown")
    assert (private.text, private.chat, private.chat_type) == ("悄悄话", "li", 1)
    await house.until(lambda: len(house.answerer.heard) == 2)
    assert wecom.count(lambda _: True) == 0


async def test_a_group_sees_that_a_reply_it_saw_begin_went_elsewhere(wecom, house):
    await answer(wecom, "你好", user="li")
    house.answerer.growing = ("正在写",)
    assert await answer(wecom, "私下", user="li", group="g1") == PRIVATE_SENT


async def test_who_never_wrote_in_private_is_told_so_in_the_group(wecom, house):
    assert await answer(wecom, "私下", user="wang", group="g1") == PRIVATE_REFUSED
    assert house.answerer.heard == []


async def test_a_private_reply_that_nobody_confirms_is_told_of_in_the_group(wecom):
    house = House(wecom, api_seconds=0.5)
    await house.until(lambda: house.supervisor.phase == "connected")
    await answer(wecom, "你好", user="li")
    wecom.unanswered.add("aibot_send_msg")
    assert await answer(wecom, "私下", user="li", group="g1") == PRIVATE_UNCERTAIN
    await house.close()


async def test_a_growing_reply_is_shown_in_few_frames_of_one_stream(wecom, house):
    house.answerer.growing = tuple("死锁" + "等" * number for number in range(300))
    assert "问" in await answer(wecom, "你好")
    assert 1 <= len(wecom.progress) < 10
    assert wecom.progress[0].text == "死锁"


async def test_a_reply_that_cannot_be_finished_is_broken_off_visibly(wecom, house):
    house.answerer.growing = ("正在写",)
    wecom.refuse("aibot_respond_msg", 0, 40058)
    assert await answer(wecom, "你好") == BROKEN_OFF
