"""The bot's process and Discord: restarts, a model's growing answer, and doors that stay shut."""

import asyncio
import re
import socket
from itertools import count

from tests.e2e.discord_bot import Process, logged, settings, until_healthy
from tests.e2e.discord_payloads import CHANNEL, TOKEN
from tests.e2e.discord_server import DiscordServer
from tests.e2e.server_process import LISTENS, SERVE, start
from tests.model_server import OK, model_server

_people = count(7_608_001)


async def test_buttons_work_after_a_restart_and_commands_are_not_registered_again(tmp_path):
    person = next(_people)
    async with DiscordServer() as discord:
        async with Process(discord, tmp_path / "data", tmp_path / "log"):
            used = await discord.use("练", "操作系统", user=person)
            question = await discord.answer(used)
            which = await discord.reply_to(await discord.say("调度算法", user=person))
            await discord.until(lambda: discord.commands)
        async with Process(discord, tmp_path / "data", tmp_path / "log2") as server:
            pressed = await discord.press(question, "B", user=person)
            assert re.search("答对了|应选", (await discord.answer(pressed)).content)
            choice = next(iter(which.buttons))
            chosen = await discord.press(which, choice, user=person)
            assert choice in (await discord.answer(chosen)).text
            asked_for = [path for _, path in discord.requests if path.endswith("/commands")]
            assert len(asked_for) == 3  # looked at twice, registered once
            assert discord.command_updates == 1
            assert "Traceback" not in server.log
        assert await asyncio.to_thread(server.process.wait, 20) == 0


def bare(text):
    """Take the marks of Markdown and all space away."""
    return re.sub(r"[\\*\s]", "", text)


async def test_an_answer_that_is_being_written_grows_and_goes_on_in_more_messages(tmp_path):
    """The model copies its sources at length and stops in the middle until that was seen."""
    seen, said = asyncio.Event(), []

    async def writes_slowly(wire):
        source = model.requests[-1].body["messages"][-1]["content"].split("\n[2]")[0]
        lines = [line[2:].strip("- ") for line in source.splitlines() if line.startswith("> ")]
        sentences = [line.rstrip("。") for line in lines if len(line) > 20 and line[-1] != "："]
        said[:] = [f"{sentence}[1]。\n\n" for sentence in sentences] * 4
        await wire.send(OK)
        await wire.say(*said[:3])
        await seen.wait()
        await wire.say(*said[3:])
        end = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
        await wire.event(end)
        await wire.event("[DONE]")

    async with model_server(writes_slowly) as model, DiscordServer() as discord:
        data_dir = tmp_path / "data"
        async with Process(discord, data_dir, tmp_path / "log", LLM__BASE_URL=model.url):
            asked = await discord.say("什么是死锁")
            draft = await discord.reply_to(asked)
            begun = draft.content
            seen.set()
            await discord.until(lambda: "依据" in discord.messages[-1].text)
            parts = await discord.in_channel(CHANNEL, 2)
    assert 0 < len(begun) < 1900
    assert parts[0] is draft
    assert draft.content != begun
    assert max(len(part.content) for part in parts) <= 1900
    assert [part.quotes for part in parts] == [asked] + [None] * (len(parts) - 1)
    assert bare("".join(part.content for part in parts)).startswith(bare("".join(said)))


async def test_a_bad_token_is_one_sentence_and_the_process_lives(tmp_path):
    async with DiscordServer() as discord:
        discord.accepts_token = False
        env = settings(discord, tmp_path, RECONNECT__REFUSED_SECONDS="0.5")
        running = start(SERVE, tmp_path / "log", env, ready=LISTENS)
        server = await asyncio.to_thread(running.__enter__)
        try:
            state = await until_healthy(server, lambda state: state["state"] == "refused")
            assert "ASSISTANT408_DISCORD__TOKEN" in state["error"]
            assert TOKEN not in server.log
            discord.accepts_token = True
            discord.close_identify_with = 4014
            state = await until_healthy(server, lambda state: "INTENT" in state.get("error", ""))
            assert state["state"] == "refused"
            discord.close_identify_with = 0
            assert (await until_healthy(server, lambda state: state["ok"]))["servers"] == 1
        finally:
            await asyncio.to_thread(running.__exit__, None, None, None)


async def test_a_gateway_that_cannot_be_reached_is_named_and_told_once(tmp_path):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # it never listens
        async with DiscordServer() as discord:
            shut = f"ws://127.0.0.1:{closed.getsockname()[1]}/"
            env = settings(discord, tmp_path, DISCORD__GATEWAY_URL=shut)
            running = start(SERVE, tmp_path / "log", env, ready=LISTENS)
            server = await asyncio.to_thread(running.__enter__)
            try:
                state = await until_healthy(server, lambda state: "error" in state)
                assert not state["ok"]
                assert "连不上网关：ClientConnectorError" in state["error"]
                seen = len(discord.requests)
                await discord.until(lambda: len(discord.requests) >= seen + 4)  # two more tries
                assert server.log.count("连不上网关") == 1
                assert "AttributeError" not in server.log
                assert "Traceback" not in server.log
            finally:
                await asyncio.to_thread(running.__exit__, None, None, None)


async def test_a_gateway_that_dies_is_named_and_found_again(tmp_path):
    async with (
        DiscordServer() as discord,
        Process(discord, tmp_path, tmp_path / "log") as server,
    ):
        await until_healthy(server, lambda state: state["ok"])
        await discord.stop()
        state = await until_healthy(server, lambda state: "连不上网关" in state.get("error", ""))
        assert (state["ok"], state["state"]) == (False, "connecting")
        await logged(server, "会话断了，正在接：连不上网关：ClientConnectorError")
        await discord.start()
        state = await until_healthy(server, lambda state: state["ok"])
        assert "error" not in state
        assert server.log.count("会话断了") == 1
        await discord.reply_to(await discord.say("什么是死锁"))


async def test_a_gateway_that_falls_silent_is_left_and_the_session_resumed(tmp_path):
    """discord.py gives a silent gateway a minute."""
    async with DiscordServer() as discord:
        discord.heartbeat_ms = 2_000
        async with Process(discord, tmp_path / "data", tmp_path / "log") as server:
            discord.is_deaf = True
            await discord.until(lambda: discord.open_sockets == 0, 100)
            discord.is_deaf = False
            asked = await discord.say("什么是死锁")
            assert "死锁" in (await discord.reply_to(asked)).content
            assert (discord.identifies, discord.resumes) == (1, 1)
            await until_healthy(server, lambda state: state["ok"])
