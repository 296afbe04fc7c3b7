"""Step 5 with a model: let it write from the evidence, and accept only what cites it."""

import re
from collections.abc import AsyncIterator, Sequence

from backend.answering.answer import Answer
from backend.answering.prompts import prompt
from backend.conversation.turns import Turn
from backend.errors import GenerationRefused
from backend.generation.ports import Generator

_CITATIONS = re.compile(r"\s*(?<![a-z0-9)\]])(?:\[\d{1,2}\])+")
"""One or more in a row; ``a[1]``, ``f(x)[1]`` and ``a[i][1]`` are code, ``TCP[1]`` is not."""
_CITATION = re.compile(r"\s*\[(\d{1,2})\]")


async def write(
    generator: Generator, question: str, answer: Answer, history: Sequence[Turn]
) -> AsyncIterator[str]:
    """Yield the growing text of the model's answer; the last item is the checked whole.

    Raises GenerationError when the model fails, or when its text cites none of the sources: the
    caller then gives the card answer.
    """
    text = ""
    async for piece in generator.stream(prompt(question, answer, history), user=""):
        if isinstance(piece, str):
            text += piece
            yield text
    yield checked(text, len(answer.evidence))


def checked(text: str, sources: int) -> str:
    """Return ``text`` without citations of sources that do not exist; code is left alone.

    GenerationRefused if no valid citation remains (``sources`` counts from 1).
    """
    valid = 0

    def keep(match: re.Match[str]) -> str:
        nonlocal valid
        if 1 <= int(match[1]) <= sources:
            valid += 1
            return match[0]
        return ""

    result = _CITATIONS.sub(lambda run: _CITATION.sub(keep, run[0]), text).strip()
    if not valid:
        raise GenerationRefused("模型的回答没有引用资料")
    return result
