"""Which messages are commands."""

import re
from typing import Literal

Command = Literal["help", "forget", "unknown"]

_WORDS: dict[str, Command] = {
    "帮助": "help",
    "help": "help",
    "菜单": "help",
    "功能": "help",
    "使用说明": "help",
    "怎么用": "help",
    "怎么用你": "help",
    "你怎么用": "help",
    "忘记我": "forget",
    "忘掉我": "forget",
    "forget": "forget",
    "清除我的数据": "forget",
    "删除我的数据": "forget",
    "清空对话": "forget",
    "清除记忆": "forget",
}
_OUTER = re.compile(r"^[\s/／!！.。?？]+|[\s!！.。?？~～]+$")
_SLASH = re.compile(r"^[/／]\s*(\S{1,12})$")


def parse(text: str) -> Command | None:
    """Return the command that the whole of ``text`` is, ``unknown`` for any other ``/word``."""
    word = _OUTER.sub("", text).lower()
    if word in _WORDS:
        return _WORDS[word]
    return "unknown" if _SLASH.match(text.strip()) else None
