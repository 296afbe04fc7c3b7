"""What doctor says of the platforms that are to be started."""

import socket
from urllib.parse import urlsplit

import pytest

from bot.doctor_platforms import checks
from bot.errors import StartupError
from bot.wiring_platforms import missing_settings, require_settings
from config.settings import Settings
from tests.json_server import json_server, status


def settings(*platforms, **more):
    return Settings(_env_file=None, platforms=platforms, **more)


async def found(given):
    (check,) = checks(given)
    return check.name, await check.look()


async def test_onebot_has_nothing_to_lack():
    assert missing_settings(settings("onebot"), "onebot") == []
    name, finding = await found(settings("onebot", http={"port": 0}))
    assert (name, finding.state) == ("平台 onebot", "ok")


CONNECTED = {"ok": True, "state": "connected", "connections": 3}
LOST = {"ok": False, "state": "waiting", "connections": 1, "error": "连接断开（TimeoutError）"}


@pytest.mark.parametrize(
    ("part", "state", "said"),
    [
        (CONNECTED, "ok", "已连接（第 3 次连接）"),
        (CONNECTED | {"connections": 1}, "ok", "已连接"),
        (LOST, "failure", "没有连上：连接断开（TimeoutError）"),
        (LOST | {"error": ""}, "failure", "没有连上：waiting"),
        (None, "warning", "没有开它"),
    ],
)
async def test_the_running_bot_is_asked_for_its_connection(part, state, said):
    with json_server(health_page(discord=part) if part else health_page()) as server:
        given = settings(
            "discord", discord={"token": "t"}, http={"port": urlsplit(server.url).port}
        )
        _, finding = await found(given)
    assert finding.state == state
    assert said in finding.found
    assert (finding.advice == "") == (state == "ok")


async def test_a_bot_without_onebot_clients_is_no_failure():
    with json_server(health_page(onebot={"ok": False, "connected": 0})) as server:
        _, finding = await found(settings("onebot", http={"port": urlsplit(server.url).port}))
    assert finding.state == "warning"
    assert "NapCat" in finding.advice


def health_page(**parts):
    """Answer as our own bot: what is there besides its content?"""
    return lambda call: call.reply({"status": "ok", "parts": {"content": {"ok": True}, **parts}})


@pytest.mark.parametrize(
    ("platform", "lacking"),
    [
        ("discord", "ASSISTANT408_DISCORD__TOKEN"),
        ("qq", "ASSISTANT408_QQ__APP_ID、ASSISTANT408_QQ__SECRET"),
        ("wecom", "ASSISTANT408_WECOM__BOT_ID、ASSISTANT408_WECOM__SECRET"),
        ("wechat", "ASSISTANT408_WECHAT__TOKEN"),
    ],
)
async def test_what_lacks_is_named_by_doctor_and_at_the_start(platform, lacking):
    given = settings(platform)
    name, finding = await found(given)
    assert name == f"平台 {platform}"
    assert finding.state == "failure"
    assert lacking in finding.found
    with pytest.raises(StartupError, match=lacking):
        require_settings(given)


def test_all_that_lacks_is_named_at_the_start():
    with pytest.raises(StartupError) as lacking:
        require_settings(settings("onebot", "discord", "wecom"))
    assert str(lacking.value) == (
        "启动 discord 还缺设置：ASSISTANT408_DISCORD__TOKEN"
        "（见 docs/platforms/discord.md；不要这个平台就从 ASSISTANT408_PLATFORMS 里去掉它）。 "
        "启动 wecom 还缺设置：ASSISTANT408_WECOM__BOT_ID、ASSISTANT408_WECOM__SECRET"
        "（见 docs/platforms/wecom.md；不要这个平台就从 ASSISTANT408_PLATFORMS 里去掉它）。"
    )


async def test_an_address_that_answers_anything_is_reached():
    with json_server(status(404)) as server:
        given = settings("discord", discord={"token": "t", "api_base": server.url})
        _, finding = await found(given)
    assert finding.state == "ok"
    assert "127.0.0.1" in finding.found


@pytest.mark.parametrize("platform", ["discord", "qq", "wecom", "wechat"])
async def test_an_address_that_nobody_answers_is_told(platform):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        here = f"http://127.0.0.1:{port}"
        parts = {
            "discord": {"token": "t", "api_base": here},
            "qq": {"app_id": "1", "secret": "s", "auth_base": here},
            "wecom": {"bot_id": "1", "secret": "s", "url": f"ws://127.0.0.1:{port}"},
            "wechat": {
                "token": "t",
                "aes_key": "a" * 43,
                "app_id": "wx1",
                "app_secret": "s",
                "api_base": here,
            },
        }
        _, finding = await found(settings(platform, **{platform: parts[platform]}))
    assert finding.state == "failure"
    assert "连不上 127.0.0.1" in finding.found


async def test_an_official_account_with_a_key_needs_its_app_id():
    _, finding = await found(settings("wechat", wechat={"token": "t", "aes_key": "a" * 43}))
    assert finding.state == "failure"
    assert "ASSISTANT408_WECHAT__APP_ID" in finding.found


async def test_the_plain_mode_of_an_official_account_is_warned_of():
    _, finding = await found(settings("wechat", wechat={"token": "t"}))
    assert finding.state == "warning"
    assert "AES_KEY" in finding.advice
