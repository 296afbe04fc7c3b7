"""Which messages are commands."""

import re
import unicodedata
from typing import Literal

Command = Literal["help", "forget_dialogues", "forget", "forget_confirmed", "unknown"]

_PHRASES: dict[Command, str] = {
    "help": "帮助 help 菜单 功能 使用说明 怎么用 怎么用你 你怎么用 命令 指令 所有命令",
    "forget_dialogues": (
        "忘记对话 忘掉对话 忘记我们的对话 清空对话 清除对话 删除对话 清空对话记录 删除对话记录 "
        "清除记忆 清空记忆 清空聊天记录 删除聊天记录"
    ),
    "forget": (
        "忘记我 忘掉我 forget 清除我的数据 清空我的数据 删除我的数据 清除我的记录 清空我的记录 "
        "删除我的记录 删除我的学习记录 清空我的学习记录 删除我的账号 注销 注销账号"
    ),
    "forget_confirmed": "确认忘记我 确认忘掉我 确定忘记我 我确认忘记我",
}
_WORDS: dict[str, Command] = {
    word: command for command, words in _PHRASES.items() for word in words.split()
}
_OUTER = re.compile(r"^[\s/!.。?“”\"'「」]+|[\s!.。?~“”\"'「」]+$")
# One word, or a Chinese word and a few short ones after it: /重启, /天气 北京.
_SLASH = re.compile(r"^/\s*(?:\S{1,12}|[\u4e00-\u9fff]{1,8}(?:\s+\S{1,12}){1,3})$")


def parse(text: str) -> Command | None:
    """Return the command that the whole of ``text`` is, "unknown" for any other ``/word``.

    Ask the other plugins first: what is unknown here may be theirs.
    """
    said = unicodedata.normalize("NFKC", text).strip()
    word = re.sub(r"\s+", "", _OUTER.sub("", said)).lower()
    if word in _WORDS:
        return _WORDS[word]
    return "unknown" if _SLASH.match(said) else None
