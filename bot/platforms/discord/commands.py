"""The slash commands: what is registered at Discord, and what each says to the bot.

They carry no logic of their own: a command is the message that one would type.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.platforms.ports import clean_text

MAX_SUGGESTIONS = 25
"""Discord shows no more."""
_TEXT = 3
_CHAT_INPUT = 1
_MANAGE_GUILD = str(1 << 5)
_MAX_ARGUMENT = 1500


@dataclass(frozen=True, slots=True)
class Argument:
    """The one text that a command may take; ``suggests`` practice scopes while it is typed."""

    name: str
    description: str
    required: bool = False
    suggests: bool = False


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """``private``: in a server only whoever uses it sees the answer."""

    name: str
    description: str
    argument: Argument | None = None
    private: bool = False
    for_managers: bool = False

    def says(self, argument: str) -> str:
        """Give the message that using it stands for."""
        if self.name == ASK:
            return argument
        return f"/{self.name} {argument}".rstrip()

    def payload(self) -> dict[str, Any]:
        """Give what is registered: for servers and for the bot's private chats."""
        argument = self.argument
        options = [] if argument is None else [_option(argument)]
        return {
            "type": _CHAT_INPUT,
            "name": self.name,
            "description": self.description,
            "options": options,
            "contexts": [0, 1],
            "integration_types": [0],
            "default_member_permissions": _MANAGE_GUILD if self.for_managers else None,
        }


def _option(argument: Argument) -> dict[str, Any]:
    return {
        "type": _TEXT,
        "name": argument.name,
        "description": argument.description,
        "required": argument.required,
        "autocomplete": argument.suggests,
        "max_length": _MAX_ARGUMENT,
    }


ASK = "问"
_SCOPE = Argument("范围", "科目、章节或考点，如 操作系统、LRU；不填就随便来一道", suggests=True)
_DAILY = Argument("内容", "管理员用：开、关、时间 12:30、数量 2、科目 操作系统……")
COMMANDS: Mapping[str, SlashCommand] = {
    command.name: command
    for command in (
        SlashCommand(ASK, "问一个 408 的知识点", Argument("问题", "想问什么", required=True)),
        SlashCommand("帮助", "看看我会做什么", private=True),
        SlashCommand("练", "来一道练习题", _SCOPE),
        SlashCommand("复习", "复习今天到期的考点", _SCOPE),
        SlashCommand(
            "错题本",
            "查看或导出自己的错题",
            Argument("内容", "科目或章节；导出、导出 csv、导出 anki", suggests=True),
            private=True,
        ),
        SlashCommand("模考", "按真题比例限时做一套（私聊）", Argument("题数", "5 到 40，如 20")),
        SlashCommand(
            "纠错", "报告题目有问题", Argument("内容", "哪里不对，如 B 和 C 都对", required=True)
        ),
        SlashCommand("解析", "看答过的每日一题的解析", Argument("第几题", "如 2"), private=True),
        SlashCommand("打卡", "看连续学习了几天"),
        SlashCommand("补卡", "补上漏掉的一天"),
        SlashCommand("我的", "看正确率和薄弱点", private=True),
        SlashCommand("周报", "看自己最近 7 天", private=True),
        SlashCommand("群周报", "看这个频道最近 7 天"),
        SlashCommand("倒计时", "离初试还有几天"),
        SlashCommand(
            "提醒",
            "每天到点私聊提醒我学习",
            Argument("时间", "如 20:00；写 关 就不再提醒"),
            private=True,
        ),
        SlashCommand(
            "绑定",
            "合并几个平台的学习记录（私聊）",
            Argument("绑定码", "在另一个平台得到的 8 位码；不填就给一个新的"),
            private=True,
        ),
        SlashCommand("解绑", "解除账号绑定", private=True),
        SlashCommand("每日一题", "看今天的题，管理员可以开关", _DAILY),
        SlashCommand("今日一题", "看今天的题"),
        SlashCommand("设置", "看每日一题的设置"),
        SlashCommand("排行", "看排行，自愿上榜", Argument("内容", "加入 名字，或 退出")),
        SlashCommand("导出我的数据", "拿走自己的全部学习记录", private=True),
        SlashCommand("忘记对话", "清空自己的对话", private=True),
        SlashCommand("忘记我", "删除自己的全部数据", private=True),
        SlashCommand(
            "管理",
            "运营命令（只有运营者能用）",
            Argument("内容", "如 状态、群、推送 1"),
            private=True,
            for_managers=True,
        ),
    )
}


def argument_of(data: Mapping[str, Any]) -> str:
    """Read the text that was given with a command, or is being typed; "" for none."""
    options = data.get("options") or []
    said = next((str(option.get("value", "")) for option in options), "")
    return clean_text(said).strip()


def suggestions(scopes: Sequence[str], typed: str) -> list[str]:
    """Give the scopes that fit ``typed``, those that begin with it first."""
    wanted = typed.casefold()
    found = [scope for scope in scopes if wanted in scope.casefold()]
    found.sort(key=lambda scope: not scope.casefold().startswith(wanted))
    return found[:MAX_SUGGESTIONS]


def same(registered: Sequence[Mapping[str, Any]], wanted: Sequence[Mapping[str, Any]]) -> bool:
    """Whether Discord already has exactly the wanted commands, in any order."""
    return {_essence(each) for each in registered} == {_essence(each) for each in wanted}


def _essence(command: Mapping[str, Any]) -> tuple[Any, ...]:
    """Give what we decide of a command: Discord adds ids and leaves out what is false."""
    options = tuple(
        (
            option["type"],
            option["name"],
            option["description"],
            bool(option.get("required")),
            bool(option.get("autocomplete")),
            option.get("max_length"),
        )
        for option in command.get("options") or []
    )
    return (
        command.get("type", _CHAT_INPUT),
        command["name"],
        command["description"],
        options,
        tuple(sorted(command.get("contexts") or ())),
        tuple(sorted(command.get("integration_types") or ())),
        command.get("default_member_permissions"),
    )
