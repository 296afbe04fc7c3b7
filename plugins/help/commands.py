"""Which messages are commands."""

import re
import unicodedata
from typing import Literal

Command = Literal["help", "forget_dialogues", "forget", "forget_confirmed", "unknown"]
Topic = Literal[
    "practice", "book", "review", "mock", "check_in", "report", "reminder", "daily", "ranking"
]

_PHRASES: dict[Command, str] = {
    "help": "帮助 help 菜单 功能 使用说明 怎么用 怎么用你 你怎么用 命令 指令 所有命令 "
    "你能做什么 你都能做什么 你能帮我做什么 你能帮我干什么 你有哪些功能 有哪些功能 有什么功能 "
    "有哪些命令 有什么命令 使用方法 使用帮助 使用教程 新手指南",
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
_TOPICS: dict[Topic, str] = {
    "practice": "练题 刷题 做题 出题 练习 练习题 单独刷题",
    "book": "错题 错题本 我的错题 错题集 我的错题本 重做错题 导出错题 导出错题本 错题重练",
    "review": "复习任务 复习功能 复习计划功能 到期复习",
    "mock": "模考 模拟考试 模拟考 模拟卷 模考功能",
    "check_in": "打卡 签到 补卡 打卡功能 补签",
    "report": "学习报告 周报 我的周报 我的报告 我的成绩 我的数据 学习记录 我的学习记录",
    "reminder": "提醒 定时提醒 学习提醒 每日提醒",
    "daily": "每日一题 每天一题",
    "ranking": "排行 排行榜 群排行 群排行榜 上榜",
}
_TOPIC_OF: dict[str, Topic] = {
    word: topic for topic, words in _TOPICS.items() for word in words.split()
}
_HOW = re.compile(
    r"(?:请问|我)?(?:要|该|想)?(?:怎么|怎样|如何|咋)(?:样|才能|去)?"
    r"(?:使用|用|看|查看|查|找|打开|开启|开始|开|设置|设|参加|加入)?(?P<word>.{2,8}?)(?:功能)?(?:啊|呀|呢)?"
    r"|(?P<word2>.{2,8}?)(?:功能)?(?:是)?(?:怎么|怎样|如何|咋)"
    r"(?:用|看|查看|弄|玩|参加|加入|开始|开|打开|设置|使用)(?:的)?(?:啊|呀|呢)?"
)
_OUTER = re.compile(r"^[\s/!.。?“”\"'「」]+|[\s!.。?~“”\"'「」]+$")
# One word, or a Chinese word and a few short ones after it: /重启, /天气 北京.
_SLASH = re.compile(r"^/\s*(?:\S{1,12}|[\u4e00-\u9fff]{1,8}(?:\s+\S{1,12}){1,3})$")


def parse_how(text: str) -> Topic | None:
    """Return what the whole of ``text`` asks how to use: 怎么打卡, 模考怎么用."""
    said = unicodedata.normalize("NFKC", text).strip()
    match = _HOW.fullmatch(re.sub(r"\s+", "", _OUTER.sub("", said)))
    return _TOPIC_OF.get(match["word"] or match["word2"]) if match is not None else None


def parse(text: str) -> Command | None:
    """Return the command that the whole of ``text`` is, "unknown" for any other ``/word``.

    Ask the other plugins first: what is unknown here may be theirs.
    """
    said = unicodedata.normalize("NFKC", text).strip()
    word = re.sub(r"\s+", "", _OUTER.sub("", said)).lower()
    if word in _WORDS:
        return _WORDS[word]
    return "unknown" if _SLASH.match(said) else None
