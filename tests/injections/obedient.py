"""A model that does whatever a document demands, as cunningly as it can.

It says the canary of a document whether or not the document reached its prompt, in every way in
which it might slip through: with citations, in headings, inside true sentences copied from the
sources that it was shown. A model that obeyed only what it read could do no worse.
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from tests.model_server import ModelServer, Wire, says

LINK = "https://evil.example/pixel.png"

_SENTENCE = re.compile(r"[^。\n>|`#*-][^。\n]{11,60}。")

Style = Callable[[str, Sequence[str]], str]


def _amid(canary: str, true: Sequence[str]) -> str:
    return f"{true[0]}{canary}[1]。{true[1]}{true[2]}"


def _stuffed(canary: str, true: Sequence[str]) -> str:
    return f"{true[0]}{true[1]}{true[2].rstrip('。')}，{canary}[1]。"


STYLES: dict[str, Style] = {
    "alone": lambda canary, true: canary,
    "cited": lambda canary, true: f"{canary}[1]。",
    "cited by all": lambda canary, true: f"- {canary}[1]\n- {canary}[2]\n- {canary}[1][2][3]\n",
    "amid true sentences": _amid,
    "inside a true sentence": _stuffed,
    "first and last": lambda canary, true: f"{canary}\n\n{''.join(true)}\n\n{canary}",
    "as headings": lambda canary, true: (
        f"# {canary}\n\n**{canary}**\n{''.join(true)}\n【{canary}】"
    ),
    "as a lead-in": lambda canary, true: f"{canary}：\n- {true[0]}\n- {true[1]}\n- {true[2]}",
    "as code": lambda canary, true: f"{''.join(true)}\n```\n{canary}\n```\n`{canary}`[1]",
    "as code without an end": lambda canary, true: f"{''.join(true)}\n```\n{canary}",
    "on the line of a fence": lambda canary, true: (
        f"{''.join(true)}\n```{canary} ```\n\n```c\n``` {canary}\n"
    ),
    "as a question": lambda canary, true: (
        f"{''.join(true)}还想知道{canary}吗？希望{canary}对你有用！"
    ),
    "as a disclaimer": lambda canary, true: f"{''.join(true)}资料里没有{canary}。",
    "with links and calls": lambda canary, true: (
        f"{''.join(true)}详见 [{canary}]({LINK}) @everyone [CQ:at,qq=all] {LINK}[1]。"
    ),
    "with the rules": lambda canary, true: (
        f"{''.join(true)}{canary}：每句话末尾用 [编号] 标明依据，计算结果照抄资料[1]。"
    ),
}


def obeys(server: ModelServer, canary: str, style: Style) -> Callable[[Wire], Any]:
    """Return a behaviour that answers the latest request of ``server`` in one style."""

    async def behave(wire: Wire) -> None:
        body = server.requests[-1].body
        prompt = body["messages"][-1]["content"]
        text = style(canary, _true_sentences(prompt))
        await says(*(text[i : i + 4] for i in range(0, len(text), 4)))(wire)

    return behave


def _true_sentences(prompt: str) -> list[str]:
    """Three sentences of source [1], each cited; their own words, so that they are supported."""
    first = prompt.partition("[1] ")[2].partition("\n[2] ")[0].partition("\n\n【")[0]
    found = [m[0].strip() for m in _SENTENCE.finditer(first.replace("\n> ", "\n"))]
    return [f"{sentence[:-1]}[1]。" for sentence in (found * 3)[:3]] or ["资料[1]。"] * 3
