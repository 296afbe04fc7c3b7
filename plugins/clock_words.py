"""Times of day as people write them: 12:30, 12：30, 8点, 晚上9点半, 21点30分."""

import re
import unicodedata
from datetime import time

_HAN = "零一二两三四五六七八九十"
# Minutes stand right behind 点, or say 分: in 7点 12点 the second number is another hour.
_MINUTES = (
    r"\s*(?P<part>半(?!夜)|一刻|三刻)"
    rf"|(?P<near>\d{{1,2}}|[{_HAN}]{{1,3}})(?!\s*[:点时]|[\d{_HAN}])\s*分?"
    rf"|\s*(?P<far>\d{{1,2}}|[{_HAN}]{{1,3}})\s*分"
)
_TIME = re.compile(
    r"(?P<when>凌晨|半夜|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|晚|早)?\s*"
    rf"(?P<hour>\d{{1,2}}|[{_HAN}]{{1,3}})\s*"
    rf"(?::(?:\s?(?P<clock>\d{{1,2}})(?![\d:]))?|[点时](?:{_MINUTES})?(?:整|钟)?)"
)
_DIGITS = "零一二三四五六七八九"
_PARTS = {"半": 30, "一刻": 15, "三刻": 45}
_AFTERNOON = ("下午", "傍晚", "晚上", "晚", "夜里")
_NIGHT = ("晚上", "晚", "夜里", "半夜", "凌晨")


def parse_times(text: str) -> tuple[time, ...]:
    """Return all times in ``text`` in their order; one that does not exist (25:00) ends in ()."""
    text = unicodedata.normalize("NFKC", text)
    times = [_time(match) for match in _TIME.finditer(text)]
    return () if None in times else tuple(t for t in times if t is not None)


def parse_time(text: str) -> time | None:
    """Return the only time in ``text``; None when there is none, or more than one."""
    times = parse_times(text)
    return times[0] if len(times) == 1 else None


def without_times(text: str) -> str:
    """Return ``text`` with its times taken out."""
    return _TIME.sub("", unicodedata.normalize("NFKC", text))


def _time(match: re.Match[str]) -> time | None:
    said = match["clock"] or match["near"] or match["far"]
    hour, minute = _number(match["hour"]), _PARTS.get(match["part"] or "", 0)
    if said is not None:
        minute = _number(said)
    if hour is None or minute is None:
        return None
    if match["when"] in _NIGHT and hour == 12:
        hour = 0
    elif match["when"] in _AFTERNOON and hour < 12:
        hour += 12
    if match["when"] == "中午" and hour < 3:
        hour += 12
    return time(hour % 24, minute) if hour <= 24 and minute < 60 else None


def _number(text: str) -> int | None:
    """Read 8, 08, 八, 两, 零五, 十, 十二, 二十, 二十三."""
    if text.isascii():
        return int(text)
    text = text.replace("两", "二")
    if "十" in text:
        tens, _, ones = text.partition("十")
        return (_digit(tens) if tens else 1) * 10 + (_digit(ones) if ones else 0)
    text = text.removeprefix("零") or text
    return _digit(text) if len(text) == 1 else None


def _digit(char: str) -> int:
    return _DIGITS.index(char)
