"""Which messages are about the daily question of a group, and what they want of it."""

import re
from dataclasses import dataclass
from datetime import time
from typing import Literal

from plugins.answers import parse_answers
from plugins.clock_words import parse_times, without_times

Kind = Literal[
    "show",
    "settings",
    "on",
    "off",
    "times",
    "reveal",
    "count",
    "only",
    "skip",
    "weekdays",
    "levels",
    "quiet",
    "reset",
    "explain",
    "give_up",
    "wrong",
]


@dataclass(frozen=True, slots=True)
class Command:
    """``kind`` and what goes with it; "wrong" has the sentence that says how to write it.

    "show" and "explain" may have the number of a question.
    """

    kind: Kind
    times: tuple[time, ...] = ()
    numbers: tuple[int, ...] = ()
    words: tuple[str, ...] = ()
    problem: str = ""


_HEAD = re.compile(
    r"^[/／]?\s*(每日一题|每日一練|今日一题|今天的题|设置|群设置)\s*(.*)$", re.DOTALL
)
_NTH = r"(?:第\s*)?(\d{1,2}|[一二三四五六七八九十])\s*(?:道)?(?:小)?(?:题|题目)?"
_WISH = r"(?:我)?(?:想|要|直接)?(?:看看?|看一?下|查看|求|发|给我)?\s*(?:一下)?\s*"
_OF_TODAY = r"(?:今天的?题?|这道?题的?|每日一题的?)?\s*"
_EXPLAIN = re.compile(
    rf"[/／]?\s*{_WISH}{_OF_TODAY}(?:(?P<before>{_NTH})\s*的?\s*)?(?:解析|答案)"
    rf"(?:\s*[:：]?\s*(?P<after>{_NTH}))?(?:呢|吧)?[?？!！。.~～]*"
)
_GIVE_UP = re.compile(
    r"[/／]?\s*(?:这道?题)?(?:我)?(?:先|真的?|完全)?(?:跳过|跳|pass|skip|不会(?:做|写|答)?|不知道|没思路"
    r"|算了|不答了?)(?:这道?题)?(?:了|吧|啊|呀|哦|……|\.\.\.)?[?？!！。.~～\s]*",
    re.IGNORECASE,
)
_SPREAD = re.compile(r"([一二三四五六日天])\s*[-~到至—]\s*(?:周|星期)?([一二三四五六日天])")
_SEPARATORS = re.compile(r"[\s,，、;；]+")
_WEEKDAYS = {char: day for day, char in enumerate("一二三四五六日")} | {"天": 6, "七": 6}
_NUMERALS = str.maketrans("一二两三四五六七八九", "1223456789")
_ON = ("开", "开启", "打开", "开始", "启用", "on")
_OFF = ("关", "关闭", "停", "停止", "停用", "off")
_HOW: dict[str, str] = {
    "时间": "时间这样写：/每日一题 时间 12:30；一天几次就写 时间 12:30 18:00（最多 4 个）。",
    "公布": "公布时间这样写：/每日一题 公布 21:30。",
    "数量": "数量是每天的题数，1 到 5：/每日一题 数量 3。",
    "科目": "科目这样写：/每日一题 科目 操作系统 网络（只出这些）；都出就写 科目 全部。",
    "跳过": "这样写：/每日一题 跳过 网络；都不跳过就写 /每日一题 跳过 无。",
    "星期": "星期这样写：/每日一题 星期 一二三四五，或 每天、工作日、周末。",
    "难度": "难度是 1 到 5：/每日一题 难度 2-4。",
    "安静": "安静时段这样写：/每日一题 安静 23:00-7:00；不要就写 /每日一题 安静 无。",
}
_UNKNOWN = (
    "没看懂这个设置。可以发：/每日一题 开｜关｜时间 12:30｜公布 21:30｜数量 3｜科目 操作系统｜"
    "跳过 网络｜星期 一二三四五｜难度 2-4｜安静 23:00-7:00｜重置。"
)


def parse(text: str) -> Command | None:
    """Read a command; None when the message is not about the daily question."""
    said = text.strip()
    explain = _EXPLAIN.fullmatch(said)
    if explain is not None:
        return Command("explain", numbers=_numbers(explain["before"] or explain["after"] or ""))
    if _GIVE_UP.fullmatch(said):
        return Command("give_up")
    match = _HEAD.match(said)
    if match is None:
        return None
    head, rest = match[1], match[2].strip(" 　。.!！?？:：")
    if head in ("设置", "群设置"):
        if not rest:
            return Command("settings")
    elif not rest or re.fullmatch(_NTH, rest):
        return Command("show", numbers=_numbers(rest))
    elif parse_answers(rest) is not None:
        return None  # 每日一题 B is an answer
    command = _setting(rest)
    if command is not None:
        return command
    # 每日一题是什么, 设置断点 … are left to the other plugins unless it is plainly a command.
    return Command("wrong", problem=_UNKNOWN) if said[0] in "/／" else None


def _setting(rest: str) -> Command | None:
    lowered = rest.lower()
    if lowered in _ON:
        return Command("on")
    if lowered in _OFF:
        return Command("off")
    if rest in ("设置", "配置"):
        return Command("settings")
    if rest in ("重置", "恢复默认", "默认"):
        return Command("reset")
    for word, how in _HOW.items():
        if rest.startswith(word):
            return _value(word, rest[len(word) :].strip(" :：为改成到")) or Command(
                "wrong", problem=how
            )
    return None


def _value(word: str, value: str) -> Command | None:
    match word:
        case "时间":
            times = tuple(sorted(set(parse_times(value))))
            return Command("times", times=times) if times and _is_all(value) else None
        case "公布":
            times = parse_times(value)
            return Command("reveal", times=times) if len(times) == 1 and _is_all(value) else None
        case "数量":
            numbers = _numbers(value)
            return Command("count", numbers=numbers) if len(numbers) == 1 else None
        case "科目" | "跳过":
            words = tuple(part for part in _SEPARATORS.split(value) if part)
            kind: Kind = "only" if word == "科目" else "skip"
            return Command(kind, words=words) if words else None
        case "星期":
            days = _weekdays(value)
            return Command("weekdays", numbers=days) if days else None
        case "难度":
            numbers = _numbers(value)
            if len(numbers) not in (1, 2) or not all(1 <= n <= 5 for n in numbers):
                return None
            return Command("levels", numbers=(min(numbers), max(numbers)))
        case _:
            return _quiet(value)


def _is_all(value: str) -> bool:
    """Whether no number is left over that may have been meant as a time: 7点 12."""
    return re.search(r"\d", without_times(value)) is None


def _quiet(value: str) -> Command | None:
    if value in ("无", "关", "没有", "不要", "取消"):
        return Command("quiet")
    times = parse_times(value)
    return Command("quiet", times=times) if len(times) == 2 else None


def _numbers(value: str) -> tuple[int, ...]:
    plain = value.replace("十", "10").translate(_NUMERALS)
    return tuple(int(number) for number in re.findall(r"\d{1,3}", plain))


def _weekdays(value: str) -> tuple[int, ...]:
    if value in ("每天", "全部", "每日"):
        return tuple(range(7))
    if value == "工作日":
        return tuple(range(5))
    if value == "周末":
        return (5, 6)
    spread = _SPREAD.search(value)
    if spread is not None:
        first, last = _WEEKDAYS[spread[1]], _WEEKDAYS[spread[2]]
        return tuple(range(first, last + 1)) if first <= last else ()
    return tuple(sorted({_WEEKDAYS[char] for char in value if char in _WEEKDAYS}))
