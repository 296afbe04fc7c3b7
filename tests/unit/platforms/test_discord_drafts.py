"""What is seen in Discord while an answer is being written."""

import asyncio

import pytest

from bot.platforms.discord import drafts
from tests.e2e.discord_payloads import CHANNEL
from tests.unit.platforms.discord_house import house


@pytest.fixture
async def running():
    async with house() as made:
        yield made


@pytest.fixture
def quick(monkeypatch):
    """Let growing texts be shown without waiting."""
    monkeypatch.setattr(drafts, "SHOW_EVERY_SECONDS", 0.01)
    monkeypatch.setattr(drafts, "_TYPING_AFTER_SECONDS", 0.01)


async def test_many_who_wait_in_one_channel_see_one_sign(running, quick):
    discord = running.discord
    for person in range(30001, 30021):
        await discord.say("想", user=person)
    await discord.until_soon(lambda: len(running.answerer.messages) == 20)
    await discord.until(lambda: discord.typing)
    running.answerer.go.set()
    await discord.in_channel(CHANNEL, 20)
    assert discord.typing == 1


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


class SlowPlace:
    """Takes one message as slowly as it is told."""

    def __init__(self):
        self.begun, self.go = asyncio.Event(), asyncio.Event()

    async def post(self, part):
        self.begun.set()
        await self.go.wait()
        return "1"


async def as_it_is(text):
    return text


async def test_the_answer_waits_for_the_first_message_of_its_draft(monkeypatch):
    """Else the draft would come after it and stay there for good."""
    monkeypatch.setattr(drafts, "_LAST_CALL_SECONDS", 0.0)
    place = SlowPlace()
    draft = drafts.Draft(place, as_it_is)
    await draft.show("正在写")
    await place.begun.wait()
    finishing = asyncio.create_task(draft.finish())
    for _ in range(20):  # turns of the loop: time enough to give up
        await asyncio.sleep(0)
    assert not finishing.done()
    place.go.set()
    assert await finishing == "1"


async def test_an_answer_that_may_stand_there_is_not_taken_away():
    async with house(send_seconds=1.0) as made:
        discord = made.discord
        original = r"/webhooks/\d+/\w+/messages/@original"
        discord.fail("PATCH", original, status=501)
        used = await discord.use("问", "你好")
        await discord.until_soon(lambda: any(method == "PATCH" for method, _ in discord.requests))
        await discord.until_soon(
            lambda: not len(made.platform.desk) and not len(made.platform._link.calls)
        )
        assert not used.withdrawn
