"""The ending of a reply in Discord: an embed where one may be sent, else text."""

import bot.platforms.discord  # noqa: F401, I001 # it imports discord.py without its warnings

from dataclasses import replace

import pytest

from backend.knowledge.library import load_library
from bot.platforms.discord import drafts
from bot.platforms.discord.embeds import COLOURS, NEUTRAL, colour_of, ending_embed
from config.settings import ROOT
from plugins.drawing import Drawing
from plugins.messages import Conversation, Reply, Source
from tests.e2e.discord_payloads import CHANNEL, SUPPRESS_EMBEDS, THREAD
from tests.unit.platforms.discord_house import (
    GROUP,
    LONG,
    MESSAGES,
    MISSING_PERMISSIONS,
    PNG,
    house,
)

BODY = "死锁是互相等待，见 https://a.example/b_c 。"
SHOWN = "死锁是互相等待，见 <https://a.example/b_c> 。"
ENDING = "依据：操作系统 · 死锁（OS0230）\n\n想接着问：饥饿"
ANSWER = Reply(f"{BODY}\n\n{ENDING}", "answer", concepts=("os.deadlock",), choices=("饥饿",))
ASKED = "什么是死锁"


@pytest.fixture
async def running():
    async with house() as made:
        made.answerer.replies |= {ASKED: ANSWER, f"流 {ASKED}": ANSWER}
        yield made


def is_apart(sent):
    """Whether the ending is in the embed of a message and nowhere else."""
    [embed] = sent.embeds
    assert embed["color"] == COLOURS["os"]
    assert not sent.flags & SUPPRESS_EMBEDS
    return sent.content == SHOWN and embed["description"] == ENDING


def is_one_text(sent):
    return sent.content == f"{SHOWN}\n\n{ENDING}" and "embeds" not in sent.raw


async def test_the_ending_is_an_embed_over_the_buttons(running):
    sent = await running.discord.reply_to(await running.discord.say(ASKED))
    assert is_apart(sent)
    assert list(sent.buttons) == ["饥饿"]
    assert sent.text == f"{SHOWN}\n\n{ENDING}"


async def test_a_thread_goes_by_the_permissions_of_its_channel(running):
    assert is_apart(
        await running.discord.reply_to(await running.discord.say(ASKED, channel=THREAD))
    )


async def test_a_private_chat_always_takes_embeds(running):
    discord = running.discord
    await discord.whisper(ASKED)
    [sent] = await discord.in_channel(discord.chat(30001))
    assert is_apart(sent)
    assert is_apart(await discord.answer(await discord.use("问", ASKED, channel=None)))
    await running.platform.outbox.send(Conversation("discord", "", "30009", is_group=False), ANSWER)
    assert is_apart((await discord.in_channel(discord.chat(30009)))[0])


async def test_without_the_permission_the_ending_stays_in_the_text(running):
    discord = running.discord
    channel = await discord.new_channel(embeds=False)
    sent = await discord.reply_to(await discord.say(ASKED, channel=channel))
    assert is_one_text(sent)
    assert sent.flags & SUPPRESS_EMBEDS
    used = await discord.use("问", ASKED, channel=channel)
    answer = await discord.answer(used)
    assert (answer.content, answer.embeds) == (f"{SHOWN}\n\n{ENDING}", [])
    await running.platform.outbox.send(replace(GROUP, id=str(channel)), ANSWER)
    assert is_one_text(discord.messages[-1])


async def test_a_channel_that_is_not_known_counts_as_without_the_permission(running):
    unknown = 4_711_000
    sent = await running.discord.reply_to(await running.discord.say(ASKED, channel=unknown))
    assert is_one_text(sent)


async def test_a_push_has_its_embed(running):
    await running.platform.outbox.send(GROUP, ANSWER)
    assert is_apart(running.discord.messages[-1])


async def test_the_embed_stands_under_the_last_of_several_texts(running):
    discord = running.discord
    running.answerer.replies["长的"] = replace(ANSWER, text=f"{LONG}\n\n{ENDING}")
    await discord.say("长的")
    receipt = await running.heard("长的")
    *before, last = await discord.in_channel(CHANNEL, len(receipt.message_ids))
    assert len(before) >= 2
    assert not any(sent.embeds for sent in before)
    assert all(sent.flags & SUPPRESS_EMBEDS for sent in before)
    assert last.embeds[0]["description"] == ENDING
    assert list(last.buttons) == ["饥饿"]


@pytest.mark.parametrize("by_command", [False, True])
async def test_a_draft_gets_its_embed_when_it_is_done(running, monkeypatch, by_command):
    monkeypatch.setattr(drafts, "SHOW_EVERY_SECONDS", 0.01)
    discord = running.discord
    if by_command:
        draft = await discord.answer(await discord.use("问", f"流 {ASKED}"))
    else:
        draft = await discord.reply_to(await discord.say(f"流 {ASKED}"))
    await running.answerer.progress("死锁是")
    await discord.until(lambda: draft.edits)
    assert draft.embeds == []
    running.answerer.go.set()
    await discord.until(lambda: draft.content == SHOWN)
    assert is_apart(draft)


async def test_a_draft_after_a_button_gets_its_embed_too(running):
    discord = running.discord
    asked = await discord.reply_to(await discord.say("问答"))
    asked.buttons["流"] = f"408:0:流 {ASKED}"
    draft = await discord.answer(await discord.press(asked, "流"))
    running.answerer.go.set()
    await discord.until(lambda: draft.content == SHOWN)
    assert is_apart(draft)


async def test_an_edit_without_an_embed_takes_one_away(running):
    discord = running.discord
    draft = await discord.reply_to(await discord.say("流"))
    draft.embeds = [{"description": "从前"}]
    running.answerer.go.set()
    await discord.until(lambda: draft.content == "写完了。")
    assert draft.embeds == []


async def test_a_picture_stays_an_attachment_with_the_embed_under_its_text(running):
    discord = running.discord
    wide = "\n".join(["| " + "一个很长的格子 | " * 6, "|" + "---|" * 6, *["| " + "格 | " * 6] * 2])
    running.answerer.replies["表"] = replace(ANSWER, text=f"看表：\n\n{wide}\n\n{ENDING}")
    sent = await discord.reply_to(await discord.say("表"))
    assert list(sent.files.values()) == [PNG]
    assert sent.embeds[0]["description"] == ENDING
    discord.fail("POST", MESSAGES, status=403, body=MISSING_PERMISSIONS)
    worded = await discord.reply_to(await discord.say("表"))
    assert (worded.files, worded.embeds[0]["description"]) == ({}, ENDING)


async def test_a_drawing_with_its_caption_has_no_ending(running):
    running.answerer.replies["图"] = replace(ANSWER, drawing=Drawing("图", ()), caption="看图")
    running.answerer.replies["看"] = running.answerer.replies["图"]
    sent = await running.discord.reply_to(await running.discord.say("看"))
    assert (sent.content, sent.embeds) == ("看图", [])


async def test_an_ending_too_long_for_an_embed_comes_as_texts(running):
    many = "；".join(f"第 {n} 份资料" for n in range(600))
    running.answerer.replies["多"] = replace(ANSWER, text=f"{BODY}\n\n依据：{many}")
    await running.discord.say("多")
    receipt = await running.heard("多")
    sent = await running.discord.in_channel(CHANNEL, len(receipt.message_ids))
    assert not any(each.embeds for each in sent)
    assert many == "".join(each.content for each in sent[1:]).removeprefix("依据：")
    assert list(sent[-1].buttons) == ["饥饿"]


@pytest.mark.parametrize(
    "hostile",
    ["https://evil.example/a", "[看](https://evil.example)", "HTTP://evil.example", "discord://x"],
)
def test_nothing_in_an_embed_is_a_link(hostile):
    embed = ending_embed(f"依据：{hostile}", ANSWER)
    assert "://" not in embed.description
    assert "](" not in embed.description.replace("\\[看](", "")
    assert embed.url is None


def test_what_pings_in_a_text_does_not_in_an_embed():
    embed = ending_embed("依据：@everyone <@123> **重**点_x_", ANSWER)
    assert embed.description == "依据：@\u200beveryone \\<@\u200b123> **重**点\\_x\\_"


def test_every_card_has_the_colour_of_its_subject():
    for concept in load_library(ROOT / "content").concepts.values():
        subject = concept.points[0][:2].lower()
        assert colour_of(Reply("", "answer", concepts=(concept.id,))) == COLOURS[subject]


@pytest.mark.parametrize(
    ("concepts", "locators", "colour"),
    [
        (("os.deadlock", "os.starvation"), (), COLOURS["os"]),
        (("os.page", "co.cache"), ("OS0316",), NEUTRAL),
        ((), ("CN0401", "CN0402"), COLOURS["cn"]),
        ((), ("CN0401", "3 页"), NEUTRAL),
        ((), (), NEUTRAL),
    ],
)
def test_one_subject_gives_the_colour_and_several_the_neutral_one(concepts, locators, colour):
    sources = tuple(Source("", locator) for locator in locators)
    assert colour_of(Reply("", "answer", sources=sources, concepts=concepts)) == colour
