"""What a model writes, in WeCom: a reply that grows, and one that is too long for a message."""

import asyncio
import re
import shutil
from itertools import permutations

from bot.platforms.wecom.codec import CAPS
from tests.e2e.server_process import LISTENS, SERVE, start
from tests.e2e.test_wecom import settings
from tests.e2e.wecom_server import MOST_BYTES, WeComServer
from tests.model_server import OK, model_server


async def wait(work, *arguments):
    return await asyncio.to_thread(work, *arguments)


async def test_a_reply_grows_while_the_model_writes_it(built_data_dir, tmp_path):
    data_dir = shutil.copytree(built_data_dir, tmp_path / "data")
    written = asyncio.Event()

    async def writes_slowly(wire):
        await wire.send(OK)
        await wire.say("死锁就是一组进程互相等待[1]。\n\n")
        await asyncio.wait_for(written.wait(), 30)
        await wire.say("必须破坏四个必要条件之一[1]。")
        await wire.event("[DONE]")

    with WeComServer() as wecom:
        async with model_server(writes_slowly) as model:
            env = settings(data_dir, wecom, LLM__BASE_URL=model.url)
            with start(SERVE, tmp_path / "log", env, ready=LISTENS):
                asked = await wait(wecom.say, "什么是死锁")
                await wait(wecom.until, lambda: len(wecom.progress) > 0)
                assert wecom.progress[0].req_id == asked
                assert "互相等待" in wecom.progress[0].text
                assert "必要条件之一" not in wecom.progress[0].text
                written.set()
                answer = await wait(wecom.answer, asked)
    assert "互相等待" in answer
    assert "必要条件之一" in answer
    ids = {
        frame["body"]["stream"]["id"]
        for frame in wecom.frames
        if frame["cmd"] == "aibot_respond_msg"
    }
    assert len(ids) == 1


async def test_an_answer_that_is_too_long_comes_whole_in_messages_that_are_not(
    built_data_dir, tmp_path
):
    """The model copies its sources up to the 8000 characters that an answer may have."""
    data_dir = shutil.copytree(built_data_dir, tmp_path / "data")
    said = []

    async def writes_much(wire):
        source = model.requests[-1].body["messages"][-1]["content"].split("\n[2]")[0]
        lines = [line[2:].strip("- ") for line in source.splitlines() if line.startswith("> ")]
        sentences = [line.rstrip("。") for line in lines if re.fullmatch(r"\D{20,}[^：]", line)]
        pairs = permutations(sentences, 2)  # who says the same line again and again is cut off
        while sum(map(len, said)) < 7700:
            said.append(f"{'；'.join(next(pairs))}[1]。\n\n")
        await wire.send(OK)
        await wire.say(*said)
        await wire.event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        await wire.event("[DONE]")

    with WeComServer() as wecom:
        async with model_server(writes_much) as model:
            env = settings(data_dir, wecom, LLM__BASE_URL=model.url)
            with start(SERVE, tmp_path / "log", env, ready=LISTENS):
                asked = await wait(wecom.say, "什么是死锁")
                parts = [await wait(wecom.answer, asked, 60)]
                while "依据" not in parts[-1]:
                    sent = await wait(wecom.next, lambda sent: sent.kind == "markdown")
                    parts.append(sent.text)
    assert len("".join(said)) > CAPS.max_chars
    assert len(parts) > 1
    assert max(map(len, parts)) <= CAPS.max_chars
    assert max(len(part.encode()) for part in parts) <= MOST_BYTES
    assert bare("".join(parts)).startswith(bare("".join(said)))
    growing = [sent.text for sent in wecom.progress]
    assert max((len(text.encode()) for text in growing), default=0) <= MOST_BYTES


def bare(text):
    """Take marks, invisible spaces and all white space away."""
    return re.sub(r"[\\*\s\u200b]", "", text)
