"""What Discord sends, as messages of the house; what is registered there; failures in words."""

import bot.platforms.discord  # noqa: F401, I001 # it imports discord.py without its warnings

import asyncio
import re

import aiohttp
import discord
import pytest

from bot.platforms.discord.calls import Calls, Refused, failure
from bot.platforms.discord.codec import _text, buttons, choice_of
from bot.platforms.discord.commands import ASK, COMMANDS, argument_of, same, suggestions
from config.catalogue import entries
from config.settings import ROOT
from plugins.admin.commands import parse as parse_admin
from plugins.daily_quiz.commands import parse as parse_daily
from plugins.help.commands import parse as parse_help
from plugins.messages import DeliveryUncertain, NotSent
from plugins.practice.commands import parse as parse_practice
from plugins.progress.commands import parse as parse_progress

NAME = re.compile(r"[-_\w]{1,32}")
"""developers: interactions/application-commands, naming (CJK counts as letters)."""


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<@900> 什么是死锁", "什么是死锁"),
        ("什么是<@!900>死锁", "什么是 死锁"),
        ("TCP<@900>UDP", "TCP UDP"),
        ("<@&711> 看 <#701> <a:wave:12345> 好", "看 好"),
        ("@everyone 什么是死锁", "@everyone 什么是死锁"),
        ("if (a < b && c > d)", "if (a < b && c > d)"),
        ("vector<int:3>", "vector<int:3>"),
        ("int a;\n  a = 1;", "int a;\n  a = 1;"),
        ("坏\ud800字", "坏\ufffd字"),
    ],
)
def test_mentions_are_taken_out_of_the_text(content, text):
    assert _text(content) == text


def test_every_command_fits_what_discord_takes():
    for name, command in COMMANDS.items():
        payload = command.payload()
        assert NAME.fullmatch(name)
        assert name == name.lower()
        assert 1 <= len(payload["description"]) <= 100
        for option in payload["options"]:
            assert NAME.fullmatch(option["name"])
            assert 1 <= len(option["description"]) <= 100
    assert len(COMMANDS) <= 100


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != ASK])
def test_every_command_is_one_that_some_plugin_knows(name):
    said = COMMANDS[name].says("")
    read = [parse(said) for parse in (parse_admin, parse_daily, parse_practice, parse_progress)]
    assert any(read) or parse_help(said) not in (None, "unknown")


def test_a_command_says_what_one_would_type():
    assert COMMANDS["练"].says("内存管理") == "/练 内存管理"
    assert COMMANDS["打卡"].says("") == "/打卡"
    assert COMMANDS[ASK].says("什么是死锁") == "什么是死锁"


def test_an_argument_is_read_and_nothing_else():
    assert argument_of({"options": [{"name": "范围", "value": " LRU "}]}) == "LRU"
    assert argument_of({"options": [{"name": "题数", "value": 20}]}) == "20"
    assert argument_of({}) == ""


def test_commands_are_the_same_however_discord_tells_them():
    wanted = [command.payload() for command in COMMANDS.values()]
    told = [{**command, "id": "1", "version": "2", "nsfw": False} for command in reversed(wanted)]
    for command in told:
        command["options"] = [
            {key: value for key, value in option.items() if value is not False}
            for option in command["options"]
        ]
        if not command["options"]:
            del command["options"]
    assert same(told, wanted)
    assert not same(told[1:], wanted)
    assert not same([{**told[0], "description": "别的"}, *told[1:]], wanted)


def test_suggestions_begin_with_what_fits_best_and_are_bounded():
    scopes = ["计算机网络", "网络层", "内存管理", *(f"第 {n} 章" for n in range(40))]
    assert suggestions(scopes, "网络") == ["网络层", "计算机网络"]
    assert len(suggestions(scopes, "")) == 25
    assert suggestions(scopes, "没有这一章") == []


async def test_a_button_carries_its_choice():
    choices = ("A", "再来一道", "死锁的必要条件" * 4, "长" * 300, "A", "")
    row = buttons(choices).to_components()[0]["components"]
    assert [choice_of(button["custom_id"]) for button in row] == ["A", "再来一道", choices[2], "A"]
    assert len({button["custom_id"] for button in row}) == 4
    assert max(len(button["label"]) for button in row) <= 80
    assert buttons(("长" * 300,)) is None


@pytest.mark.parametrize("custom_id", ["", "A", "408:", "408:0:", "408:x:A", "other:0:A"])
def test_what_is_no_button_of_ours_says_nothing(custom_id):
    assert choice_of(custom_id) is None


async def test_more_choices_than_buttons_are_left_to_the_text():
    rows = buttons([f"选项{n}" for n in range(40)]).to_components()
    assert sum(len(row["components"]) for row in rows) == 25


class _Answer:
    """What discord.py needs of an HTTP response."""

    def __init__(self, status):
        self.status, self.reason, self.method, self.url = status, "", "POST", ""


@pytest.mark.parametrize(
    ("error", "kind", "can_retry"),
    [
        (discord.Forbidden(_Answer(403), {"code": 50013}), Refused, False),
        (discord.NotFound(_Answer(404), {"code": 10003}), Refused, False),
        (discord.HTTPException(_Answer(400), {"code": 50035}), Refused, False),
        (discord.HTTPException(_Answer(429), "banned"), NotSent, True),
        (discord.RateLimited(99.0), NotSent, True),
        (RuntimeError("Session is closed"), NotSent, True),
        (discord.DiscordServerError(_Answer(502), "bad gateway"), DeliveryUncertain, None),
        (aiohttp.ServerDisconnectedError(), DeliveryUncertain, None),
        (TimeoutError(), DeliveryUncertain, None),
        (KeyError("id"), DeliveryUncertain, None),
    ],
)
def test_a_failure_says_whether_it_can_have_arrived(error, kind, can_retry):
    said = failure(error)
    assert type(said) is kind
    assert getattr(said, "can_retry", None) == can_retry


async def test_a_late_call_is_broken_off_and_uncertain():
    told = []
    calls = Calls(0.01, lambda: told.append("broken off"))
    with pytest.raises(DeliveryUncertain):
        await calls(asyncio.Event().wait())
    assert told == ["broken off"]
    assert len(calls) == 0


async def test_a_call_outlives_whoever_waits_for_it_but_not_the_rest():
    calls, begun = Calls(60), asyncio.Event()

    async def call():
        begun.set()
        await asyncio.Event().wait()

    waiting = asyncio.create_task(calls(call()))
    await begun.wait()
    waiting.cancel()
    await asyncio.wait({waiting})
    assert len(calls) == 1
    await calls.close()
    assert len(calls) == 0


async def test_what_fails_beside_the_work_disturbs_nobody():
    calls, tried = Calls(1), asyncio.Event()

    async def fails():
        tried.set()
        raise discord.NotFound(_Answer(404), {"code": 10008})

    calls.later(fails())
    await tried.wait()
    await calls.close()
    assert len(calls) == 0


def test_the_page_for_operators_names_every_setting_and_every_command():
    page = (ROOT / "docs" / "platforms" / "discord.md").read_text("utf-8")
    defaults = {entry.variable: entry.default for entry in entries()}
    rows = dict(re.findall(r"^\| `(ASSISTANT408_\w+)` \| `?([^|`]+)`? \|", page, re.MULTILINE))
    assert {name for name in defaults if "_DISCORD__" in name} <= set(rows)
    for variable, told in rows.items():
        assert defaults[variable] == ("" if told.strip() == "空" else told), variable
    for name, command in COMMANDS.items():
        [row] = [row for row in page.splitlines() if row.startswith("| `/") and f"`/{name}`" in row]
        assert row.endswith("自己 |") == command.private, name
