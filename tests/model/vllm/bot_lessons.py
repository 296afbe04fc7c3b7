"""What the bot really asks of a model, recorded from the running program, with what to answer.

The prompts are not written down here: whatever ``python -m bot chat`` sends is what the tiny model
learns, so that the way of a message is tested with the prompts of the day.
"""

import asyncio
import functools
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.doctor_model import _PROBE
from tests.e2e.processes import run
from tests.model_server import model_server, says

# Sentences that the cards bear out, and one that cites nothing.
CITED = {
    "什么是死锁": "死锁有四个必要条件，缺一不可，循环等待就是其中之一 [1]。",
    "快速排序稳定吗": "快速排序是不稳定的 [1]。",
}
UNCITED = {"什么是信号量": "信号量就是一种很好用的东西，大家都应当学一学。"}
# The prompts are kept short, for a model this small; the same in the recording and in the tests.
SETTINGS = {
    "LLM__FAMILY": "internlm2",
    "LLM__CONTEXT_TOKENS": "1400",
    "LLM__MAX_TOKENS": "200",
    "LLM__TEMPERATURE": "0",
    "LLM__FIRST_TOKEN_TIMEOUT_SECONDS": "30",
    "LLM__TOTAL_TIMEOUT_SECONDS": "50",
}


def bot_lessons(built_data_dir: Path) -> list[dict[str, Any]]:
    """Return one lesson for each question: the prompt that the bot sends, and the answer."""
    probe = {"messages": [asdict(message) for message in _PROBE], "answer": "好"}
    asked = [
        {"messages": prompt_of(question, built_data_dir, SETTINGS), "answer": answer}
        for question, answer in (CITED | UNCITED).items()
    ]
    return [probe, *asked]


def prompt_of(
    question: str, built_data_dir: Path, settings: Mapping[str, str]
) -> list[dict[str, str]]:
    """Ask as somebody who never asked before; return the messages that the model got."""
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(shutil.copytree(built_data_dir, Path(folder, "data")))
        return asyncio.run(_recorded(question, data_dir, settings))


async def _recorded(
    question: str, data_dir: Path, settings: Mapping[str, str]
) -> list[dict[str, str]]:
    async with model_server(says("（录音）")) as model:
        there = {**settings, "LLM__BASE_URL": model.url}
        call = functools.partial(run, "bot", "chat", data_dir=data_dir, settings=there)
        done = await asyncio.to_thread(call, lines=[question])
    asked = [r.body["messages"] for r in model.requests if r.body and "messages" in r.body]
    assert len(asked) == 1, f"{question}: {len(asked)} requests\n{done.err}"
    return asked[0]
