"""The official account as a platform: its settings, its state, what it does when it starts."""

import asyncio
import re

import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from bot.errors import StartupError
from bot.platforms.desk import Desk, ReplyCounter
from bot.platforms.wechat import wording
from bot.platforms.wechat.answers import KEPT_SECONDS, MOST_OF_ONE_PERSON
from bot.platforms.wechat.outbox import MAX_CHARS
from bot.platforms.wechat.platform import PATH, WeChatOptions, WeChatPlatform
from bot.rendering.outgoing import Painter
from config.catalogue import entries
from config.settings import ROOT
from tests.e2e.wechat_server import AES_KEY, APP_ID, wechat_api
from tests.unit.platforms.answerers import EchoAnswerer

SECRET = "app-secret-must-not-be-logged"


def platform(painter: Painter | None = None, **options):
    desk = Desk("wechat", EchoAnswerer(), ReplyCounter(CollectorRegistry()))
    return WeChatPlatform(desk, WeChatOptions("token408", **options), painter=painter)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"aes_key": "short", "app_id": APP_ID}, "43 个字符"),
        ({"aes_key": AES_KEY}, "ASSISTANT408_WECHAT__APP_ID"),
        ({"app_secret": SECRET}, "ASSISTANT408_WECHAT__APP_ID"),
    ],
)
def test_settings_that_do_not_fit_are_one_sentence(given, said):
    with pytest.raises(StartupError, match=said) as refused:
        platform(**given)
    assert SECRET not in str(refused.value)


async def test_it_waits_to_be_called():
    made = platform(aes_key=AES_KEY, app_id=APP_ID)
    assert (made.name, made.connect, made.nonebot()) == ("wechat", None, None)
    assert made.state() == {"ok": True, "mode": "安全模式", "kept": 0}
    assert platform().state()["mode"] == "明文模式"


async def started(made, logged, sentence):
    app = FastAPI(openapi_url=None)
    made.mount(app, "127.0.0.1:8080")()
    assert any("http://127.0.0.1:8080/wechat" in line for line in logged)
    deadline = asyncio.get_running_loop().time() + 20
    while not any(sentence in line for line in logged):
        assert asyncio.get_running_loop().time() < deadline, logged
        await asyncio.sleep(0.01)
    assert not any(SECRET in line for line in logged)


async def test_the_secret_is_tried_at_the_start(logged):
    with wechat_api() as api:
        made = platform(app_id=APP_ID, app_secret=SECRET, api_base=api.url)
        await started(made, logged, "公众号的接口可用")
        [asked] = api.tokens
    assert (asked["appid"], asked["secret"]) == (APP_ID, SECRET)
    assert made.state()["ok"]


@pytest.mark.parametrize(
    ("code", "said"), [(40125, "AppSecret 不对"), (40013, "AppID 不对"), (40164, "IP 白名单")]
)
async def test_what_is_wrong_with_it_is_one_sentence(logged, code, said):
    with wechat_api() as api:
        api.errors["/cgi-bin/stable_token"] = [code]
        made = platform(app_id=APP_ID, app_secret=SECRET, api_base=api.url)
        await started(made, logged, said)
    state = made.state()
    assert (state["ok"], said in state["error"]) == (False, True)
    assert sum(said in line for line in logged) == 1


async def test_an_api_that_is_away_is_one_sentence(logged):
    made = platform(app_id=APP_ID, app_secret=SECRET, api_base="http://127.0.0.1:1")
    await started(made, logged, "连不上微信的接口")


def test_the_page_tells_the_limits_and_defaults_that_the_code_has():
    text = (ROOT / "docs" / "platforms" / "wechat.md").read_text("utf-8")
    defaults = {entry.variable: entry.default for entry in entries()}
    rows = re.findall(r"^\| `(ASSISTANT408_WECHAT\w+)` \| `?([^|`]+?)`? \|", text, re.MULTILINE)
    named = {name for name in defaults if name.startswith("ASSISTANT408_WECHAT__")}

    assert {variable for variable, _ in rows} == named
    for variable, told in rows:
        assert defaults[variable] == ("" if told == "空" else told), variable
    assert f"每段最多 {MAX_CHARS} 字" in text
    assert f"留 {KEPT_SECONDS / 60:g} 分钟" in text
    assert f"每人最多 {MOST_OF_ONE_PERSON} 个" in text
    assert f"https://你的域名{PATH}" in text
    for sentence in (wording.THINKING, wording.piece_note(1, 3, "1")):
        assert sentence.rstrip("。") in text
