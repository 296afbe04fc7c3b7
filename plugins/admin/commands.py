"""What follows /管理. Letters of a reported question are those of the question as it is written."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal, cast

from backend.questions.question import OptionKey

Kind = Literal[
    "menu",
    "state",
    "counts",
    "groups",
    "push",
    "test",
    "pause",
    "resume",
    "reports",
    "report",
    "accept",
    "retract",
    "reject",
    "undecided",
    "wrong",
]


@dataclass(frozen=True, slots=True)
class Command:
    """``number`` is a group's, a report's or a page's, None where none was said.

    ``key`` goes with "accept", ``words`` are the reason of "reject" ("" for none) or, with
    "wrong", what was not understood.
    """

    kind: Kind
    number: int | None = None
    key: OptionKey | None = None
    words: str = ""


_HEAD = re.compile(r"^/\s*管理(?![员器])\s*[:,，]?\s*(.*)$", re.DOTALL)
_WORDS: dict[str, Kind] = {
    "": "menu",
    "菜单": "menu",
    "帮助": "menu",
    "状态": "state",
    "统计": "counts",
    "数据": "counts",
    "群": "groups",
    "群列表": "groups",
}
_WITH_A_GROUP = re.compile(r"(推送|加推|广播测试|测试|暂停|恢复)\s*(?:第|群|#)*\s*(\d{1,4})?\s*群?")
_ACTIONS: dict[str, Kind] = {
    "推送": "push",
    "加推": "push",
    "广播测试": "test",
    "测试": "test",
    "暂停": "pause",
    "恢复": "resume",
}
_REPORTS = re.compile(r"纠错\s*(?:第?\s*(\d{1,4})\s*页|页\s*(\d{1,4}))?")
_REPORT = re.compile(r"纠错\s*#?(\d{1,9})\s*(.*)", re.DOTALL)
_ACCEPT = re.compile(r"(?:接受|采纳|改成|改为)\s*([A-Da-d])")
_BEGUN = re.compile(r"接受|采纳|改|同意|通过|[A-Za-z]\b")
_RETRACT = re.compile(r"(?:作废|撤下|撤题)")
_REJECT = re.compile(r"(?:驳回|拒绝)\s*[:,，]?\s*(.*)", re.DOTALL)


def parse(text: str) -> Command | None:
    """Read a command; None when the message does not begin with /管理."""
    match = _HEAD.match(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return None
    rest = match[1].strip(" 。.!~")
    if rest in _WORDS:
        return Command(_WORDS[rest])
    action = _WITH_A_GROUP.fullmatch(rest)
    if action is not None:
        return Command(_ACTIONS[action[1]], int(action[2]) if action[2] else None)
    page = _REPORTS.fullmatch(rest)
    if page is not None:
        return Command("reports", int(page[1] or page[2] or 1))
    report = _REPORT.fullmatch(rest)
    return _decision(report, rest) if report is not None else Command("wrong", words=rest)


def _decision(report: re.Match[str], rest: str) -> Command:
    number, said = int(report[1]), report[2].strip()
    if not said:
        return Command("report", number)
    accepted = _ACCEPT.fullmatch(said)
    if accepted is not None:
        return Command("accept", number, cast("OptionKey", accepted[1].upper()))
    if _RETRACT.fullmatch(said):
        return Command("retract", number)
    rejected = _REJECT.fullmatch(said)
    if rejected is not None:
        return Command("reject", number, words=rejected[1].strip())
    # 接受, 接受 E, 改: a decision was begun.
    begun = _BEGUN.match(said) is not None
    return Command("undecided" if begun else "wrong", number, words=rest)
