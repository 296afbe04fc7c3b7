"""Puts labelled messages through ``python -m bot chat --json``: the bot as students get it."""

import json
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from evaluation.dataset import LabelledMessage
from evaluation.scores import Outcome

COMMAND = (sys.executable, "-m", "bot", "chat", "--json")
_SECONDS_A_LINE = 5.0


class PipeFailed(Exception):
    """The bot did not answer every line; ``str`` is what it said on standard error."""


def answer_all(
    messages: Sequence[LabelledMessage], command: Sequence[str] = COMMAND
) -> list[Outcome]:
    """Answer every message after its own history, each by a person of its own, forgotten after.

    Runs one process with this one's settings and working directory. Raises PipeFailed.
    """
    run = uuid.uuid4().hex[:8]
    lines = [line for message in messages for line in _lines(message, f"evaluation-{run}")]
    seconds = 60 + _SECONDS_A_LINE * len(lines)
    try:
        done = subprocess.run(
            command,
            input="".join(json.dumps(line) + "\n" for line in lines),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PipeFailed(f"机器人没有在 {seconds:g} 秒内答完所有的消息。") from None
    replies = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode or len(replies) != len(lines):
        raise PipeFailed(done.stderr.strip() or "机器人没有答完所有的消息。")
    by_id = {reply["id"]: reply for reply in replies}
    return [_outcome(message, by_id[message.id]) for message in messages]


def _lines(message: LabelledMessage, run: str) -> Iterator[dict[str, str]]:
    person = f"{run}-{message.id}"
    texts = (*message.history, message.text, "/忘记对话")
    for number, text in enumerate(texts):
        asked = number == len(message.history)
        line_id = message.id if asked else f"{message.id}/{number}"
        yield {"id": line_id, "conversation": person, "sender": person, "text": text}


def _outcome(message: LabelledMessage, reply: dict[str, Any]) -> Outcome:
    return Outcome(
        message=message,
        decision=reply["decision"],
        concepts=tuple(reply["concepts"]),
        aspect=reply["aspect"],
        confidence=reply["confidence"],
        elapsed_ms=reply["elapsed_ms"],
    )
