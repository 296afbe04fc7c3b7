"""Which messages answer a question: the letters, and whether it was a guess."""

import re
from dataclasses import dataclass
from typing import cast

from backend.questions.question import OptionKey
from plugins.messages import IncomingMessage

_WIDE = str.maketrans("ＡＢＣＤａｂｃｄ０１２３４５６７８９", "ABCDABCD0123456789")
_GUESSED = re.compile(
    r"[\s，,。.（(]*(?:我)?(?:是)?(?:瞎|乱)?(?:蒙|猜)(?:的|了|一下|一个|对的|错的)?[)）!！。.~～]*$"
)
_FILLER = re.compile(
    r"(?:我)?(?:觉得|认为|感觉|猜|蒙)?(?:(?:答案|这题|这道题|本题|每日一题|今天这题)?(?:应该|肯定|大概|可能)?(?:是|选|为)?)?(?:选)?[\s:：]*"
)
_TAIL = re.compile(r"[\s]*(?:吧|啊|呀|呢|项|选项|哦|。|！|!|\.|~|～|，|,)*$")
_ONE = re.compile(r"(?:第?\s*(\d{1,2})\s*(?:题|[.、:：)）])?\s*(?:选|是)?\s*)?([A-D])")
_BETWEEN = re.compile(r"[\s,，;；、]*")


@dataclass(frozen=True, slots=True)
class Answer:
    """A letter as shown; ``place`` is the number of the question, None when it is not said."""

    key: OptionKey
    place: int | None = None


@dataclass(frozen=True, slots=True)
class Answers:
    """One or more letters; ``guessed`` when the person says so: 选 B 蒙的."""

    items: tuple[Answer, ...]
    guessed: bool = False


def parse_answers(text: str) -> Answers | None:
    """Read B, b, 选B, 我选 b 吧, 答案是Ｂ, B 蒙的, 2B, 1A 2C 3B; None for anything else.

    One letter a question: AB is None, and so is everything with other words in it.
    """
    said = text.translate(_WIDE).strip()
    if len(said) > 40:
        return None
    bare = _GUESSED.sub("", said)
    filler = _FILLER.match(bare)
    assert filler is not None
    guessed = (bare != said and bool(bare)) or any(word in filler[0] for word in "猜蒙")
    bare = _TAIL.sub("", bare[filler.end() :]).upper()
    items = _items(bare)
    if not items or (len(items) > 1 and any(item.place is None for item in items)):
        return None
    return Answers(tuple(items), guessed)


def _items(text: str) -> list[Answer]:
    items: list[Answer] = []
    at = 0
    while at < len(text):
        match = _ONE.match(text, at)
        if match is None:
            return []
        place = int(match[1]) if match[1] else None
        items.append(Answer(cast("OptionKey", match[2]), place))
        between = _BETWEEN.match(text, match.end())
        assert between is not None
        at = between.end()
    return items


def says_guessed(text: str) -> bool:
    """Whether the whole message says that the last answer was a guess: 蒙的, 我猜的, 瞎蒙的."""
    said = text.strip()
    return 1 < len(said) <= 12 and _GUESSED.fullmatch(said) is not None


def is_answer(message: IncomingMessage) -> bool:
    """Whether a message is a letter: two hundred members may send one in the same second."""
    return parse_answers(message.text) is not None
