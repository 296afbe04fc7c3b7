"""The process of an official account: a slow model, a wrong setting."""

import asyncio
import signal

import pytest

from tests.e2e.learning_chat import until
from tests.e2e.processes import run
from tests.e2e.server_process import LISTENS, SERVE, start
from tests.e2e.wechat_bot import TOKEN, settings
from tests.e2e.wechat_server import Account, number
from tests.model_server import model_server, says

ANSWER = "死锁就是谁也等不到谁 [1]。"
THINKING = "正在想，回复 1 获取答案。"


async def test_a_slow_answer_is_fetched_with_1(tmp_path):
    go_on = asyncio.Event()

    async def slow(wire):
        await go_on.wait()
        await says(ANSWER)(wire)

    async with model_server(slow) as model:
        env = settings(
            tmp_path / "data",
            LLM__BASE_URL=model.url,
            LLM__FIRST_TOKEN_TIMEOUT_SECONDS="60",
            WECHAT__WAIT_SECONDS="0.5",
        )
        with start(SERVE, tmp_path / "log", env, ready=LISTENS) as server:
            account = Account(server.url, TOKEN)
            same = number()
            assert (await account.text("什么是死锁", "o-1", same)).text == THINKING
            again = await asyncio.gather(*(account.text("什么是死锁", "o-1", same) for _ in "ab"))
            assert [reply.text for reply in again] == [THINKING] * 2
            assert (await account.text("1", "o-1")).text == "还在想，过几秒再回复 1。"
            go_on.set()
            assert "谁也等不到谁" in await _fetched(account)
            assert len(model.requests) == 1
            await account.text("1", "o-1")
            assert len(model.requests) > 1, "nothing is kept: it is a message like others"

            go_on.clear()
            asked = len(model.requests)
            assert (await account.text("什么是饥饿", "o-2")).text == THINKING
            asking = asyncio.create_task(account.text("什么是死锁", "o-3"))
            await until(lambda: len(model.requests) >= asked + 2)
            assert await asyncio.to_thread(server.end, signal.SIGTERM) == 0
            assert (await asking).text in (THINKING, "我正在重启，请过一会儿再发一次。")
            assert "Traceback" not in server.log


async def _fetched(account):
    """Say 1 until the answer is there."""
    for _ in range(60):
        text = (await account.text("1", "o-1")).text
        if not text.startswith("还在想"):
            return text
    raise AssertionError("the answer was never there")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"WECHAT__AES_KEY": "short"}, "43 个字符"),
        ({"WECHAT__WAIT_SECONDS": "5"}, "WAIT_SECONDS"),
    ],
)
def test_a_wrong_setting_is_one_sentence(tmp_path, given, said):
    full = {name.removeprefix("ASSISTANT408_"): value for name, value in settings("x").items()}
    full.pop("DATA_DIR")
    done = run("bot", "serve", data_dir=tmp_path, settings=full | given)
    lines = [line for line in done.err.splitlines() if " WARNING " not in line]
    assert done.code == 1
    assert len(lines) == 1, done.err
    assert said in lines[0]
