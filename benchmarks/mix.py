"""What is asked: conversations from the labelled messages, in their own proportions."""

import asyncio
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from benchmarks.client import Client
from benchmarks.processes import ROOT

KINDS = {
    "direct": "直接问概念",
    "comparison": "比较",
    "followup": "追问",
    "paraphrase": "改述（要检索）",
    "off_topic": "无关的话",
}
_LABELLED = ROOT / "evaluation" / "data" / "messages.jsonl"
_QUIET_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class Step:
    """One message of a conversation; ``parts`` is how many pieces its whole reply comes in."""

    kind: str
    text: str
    parts: int = 1


Talk = tuple[Step, ...]
"""What one person says, in order; every talk is had by somebody new."""


def talks() -> list[Talk]:
    """Read the conversations, shuffled the same way every time."""
    lines = _LABELLED.read_text(encoding="utf-8").splitlines()
    found = [_talk(m) for m in map(json.loads, lines) if m["kind"] in KINDS]
    random.Random(408).shuffle(found)
    return found


def _talk(message: dict[str, Any]) -> Talk:
    before = [Step("direct", text) for text in message.get("history") or ()]
    return (*before, Step(message["kind"], message["text"]))


async def with_parts(client: Client, spoken: Sequence[Talk]) -> list[Talk]:
    """Have every talk once, unmeasured, to learn in how many parts each reply comes.

    Also the warm-up. RuntimeError when a message is not answered at all.
    """
    users = [client.new_user() for _ in spoken]
    learnt: list[list[Step]] = [[] for _ in spoken]
    for turn in range(max(map(len, spoken))):
        speaking = [n for n, talk in enumerate(spoken) if turn < len(talk)]
        known = {n: len(client.received[users[n]]) for n in speaking}
        for n in speaking:
            await client.send(users[n], spoken[n][turn].text)
            await asyncio.sleep(0.01)  # below the bound of the queue
        await client.quiet(_QUIET_SECONDS)
        for n in speaking:
            parts = len(client.received[users[n]]) - known[n]
            if not parts:
                raise RuntimeError(f"没有得到回复：{spoken[n][turn].text}")
            learnt[n].append(replace(spoken[n][turn], parts=parts))
    return [tuple(steps) for steps in learnt]
