"""Which messages ask for one's own progress, and what they want of it.

With a slash the first word decides. Without one the whole message must be the command: 打卡,
还有几天考试, 每晚八点提醒我 are, 排行榜算法 and 提醒一下 TCP 是什么 are questions to somebody else.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import time
from typing import Literal

from plugins.clock_words import parse_time, parse_times, without_times
from plugins.slips import Slips, without_thanks

Kind = Literal[
    "check_in",
    "make_up",
    "report",
    "week",
    "group_week",
    "countdown",
    "ranking",
    "join",
    "leave",
    "reminder",
    "remind",
    "no_reminder",
    "how_to_remind",
    "issue_code",
    "use_code",
    "wrong_code",
    "unlink",
    "export",
]


@dataclass(frozen=True, slots=True)
class Command:
    """``at`` goes with "remind"; ``word`` is the name to "join" with ("" for none) or the code."""

    kind: Kind
    at: time | None = None
    word: str = ""


_OUTER = re.compile(r"^[\s!.。,，?~…]+|[\s!.。,，?~…]+$")
_SLASH = re.compile(r"^/\s*")
_PARTICLES = re.compile(r"(?:了|啦|吗|嘛|呢|啊|呀|吧|哦|么|哈|嘞)+$")
_CODE = re.compile(r"[2-9A-HJKMNP-Z]{8}")

_PHRASES: dict[Kind, str] = {
    "check_in": (
        "打卡 打个卡 签到 我要打卡 我来打卡 今日打卡 今天打卡 今天打卡没 我今天打卡 我打卡 "
        "打卡记录 打卡天数 我的打卡 连续打卡 连续打卡几天 连续打卡多少天 我打卡几天 "
        "我连续打卡几天 我连续打卡多少天 我坚持几天 我坚持多少天"
    ),
    "make_up": "补卡 打卡补 补打卡 补签 我要补卡 补一张卡 补个卡",
    "report": (
        "我的 我的数据 我的报告 我的学习报告 学习报告 我的成绩 我的正确率 我的学习情况 "
        "我的正确率是多少 我正确率是多少 我的正确率多少 我正确率多少 我的正确率怎么样 "
        "我正确率怎么样 我做对多少题 我做对几题 我做几题 我一共做几题 我总共做多少题 "
        "我的情况 我的进度 我的学习进度 我的记录 我的学习记录 我的战绩 查看我的数据 "
        "我学得怎么样 我学的怎么样 我学怎么样 我学得咋样 我学的咋样 我最近学得怎么样 "
        "我最近学的怎么样 我现在学得怎么样 我做得怎么样 我做的怎么样 我哪里薄弱 我哪里弱 "
        "我哪里最弱 我哪里最薄弱 我哪科最弱 我哪科最差 我哪门最差 我哪章最弱 我的弱项 "
        "看看我的数据 我的薄弱点 我的薄弱考点 我的薄弱环节 我做多少题 我一共做多少题 我做几道题"
    ),
    "week": (
        "周报 我的周报 本周周报 这周周报 学习周报 本周总结 周总结 我的本周总结 本周报告 "
        "这周我做多少题 这周我做几题 这周我做几道题 我这周做几题 我这周做几道题 这周做几题 "
        "这周做几道题 本周做多少题 本周我做多少题 我本周做多少题 最近一周做多少题 "
        "我这周学得怎么样 我这周学的怎么样 这周学得怎么样 这周学的怎么样 我本周学得怎么样 "
        "这周我学得怎么样 这周我学的怎么样 这周做多少题 我这周做多少题"
    ),
    "group_week": (
        "群周报 周报群 本群周报 群里周报 群的周报 群里的周报 群里这周怎么样 群里这周学得怎么样"
    ),
    "countdown": "倒计时几天 倒计时多少天 还剩几天 还剩多少天 就剩几天 只剩几天 剩几天",
    "ranking": (
        "排行 排行榜 排名 群排行 群排行榜 群排名 打卡排行 打卡排行榜 打卡排名 我的排名 "
        "看排行 看看排行 看排行榜 看看排行榜 查看排行榜 本周排行 本周排行榜"
    ),
    "join": "排行加入 加入排行 加入排行榜 我要上榜 我要加入排行 我要加入排行榜 排行榜加入",
    "leave": "排行退出 退出排行 退出排行榜 我要下榜 不想上榜 我不想上榜 排行榜退出",
    "no_reminder": (
        "提醒关 提醒关闭 关提醒 关闭提醒 关掉提醒 取消提醒 提醒取消 不要提醒我 不用提醒我 "
        "别提醒我 别再提醒我 不要再提醒我 不用再提醒我 停止提醒 提醒停 不要提醒 提醒无"
    ),
    "reminder": "提醒 我的提醒 查看提醒 提醒时间 看提醒 学习提醒",
    "how_to_remind": (
        "提醒我 每天提醒我 每天提醒 设置提醒 设提醒 开提醒 开启提醒 打开提醒 提醒开 定时提醒 "
        "提醒我复习 提醒我学习 提醒我做题 提醒我打卡 提醒我刷题 每天提醒我复习 每天提醒我学习 "
        "每天提醒我做题 每天提醒我打卡 每天提醒我刷题 明天提醒我 明天提醒我复习 明天提醒我学习 "
        "明天提醒我做题 能提醒我 能不能提醒我 可以提醒我 能提醒我复习 能提醒我学习"
    ),
    "issue_code": (
        "绑定账号 绑定帐号 账号绑定 我要绑定 绑定平台 绑定其他平台 绑定码 多平台绑定 关联账号"
    ),
    "unlink": "解绑 解除绑定 取消绑定 解绑账号 解绑帐号 我要解绑",
    "export": (
        "导出我的数据 导出数据 导出我的记录 导出学习记录 导出我的学习记录 下载我的数据 "
        "我要导出我的数据 我要导出数据 我的数据导出 导出个人数据"
    ),
}
_WHOLE: dict[str, Kind] = {
    phrase: kind for kind, phrases in _PHRASES.items() for phrase in phrases.split()
}
_HEADS: dict[str, Kind] = {
    "打卡": "check_in",
    "签到": "check_in",
    "补卡": "make_up",
    "我的": "report",
    "报告": "report",
    "周报": "week",
    "群周报": "group_week",
    "倒计时": "countdown",
    "排行": "ranking",
    "排行榜": "ranking",
    "排名": "ranking",
    "提醒": "reminder",
    "绑定": "issue_code",
    "解绑": "unlink",
    "导出": "export",
    "导出数据": "export",
    "导出我的数据": "export",
}
_WITH_A_TAIL = frozenset(("打卡", "签到", "周报", "倒计时", "排行", "排行榜"))
_SLIPS = Slips(
    [word for word in _WHOLE if len(word) > 2 and _WHOLE[word] != "countdown"]
    + ["打卡", "补卡", "签到", "周报"]
)
_SLIPS_OF_HEADS = Slips(_HEADS)
_JOIN = re.compile(r"^(?:排行榜?|排名)\s*加入\s+(.+)$|^加入排行榜?\s+(.+)$")

_COUNTDOWN = re.compile(
    r"(?:(?:现在|今天|目前|那|请问|我们?)?(?:距离?|离)?"
    r"(?:26|27|28|2026|2027)?(?:年)?(?:考研|研究生考试|研考|初试|考试|408|考)?(?:考试|初试|开考)?"
    r"(?:还)?(?:有|剩|差)(?:下|余)?(?:多少天|几天|多久|多长时间|几周|多少日子|多少时间)"
    r"(?:就|才|到|要|开始|开)?(?:考研|研究生考试|研考|初试|考试|408考试|408|考)?(?:考试|初试)?"
    r"|(?:距离?|离)(?:考研|初试|考试|408)(?:考试|初试)?(?:还有|还剩|多久|多少天|几天)?"
    r"|(?:考研|初试|考试|408)?倒计时|(?:考研|初试|考试|408)倒计时(?:多少天|几天)?"
    r"|(?:考研|初试|408|408考试|考研初试)(?:是)?(?:什么时候|啥时候|哪天|几号|几月几号|何时)(?:考|考试)?"
    r"|(?:什么时候|啥时候|哪天|几号|何时)(?:考研|初试|考408|考试)"
    r"|(?:考试|初试|考研)(?:时间|日期)(?:是什么时候|是哪天|是几号)?)"
)
_ABOUT_THE_EXAM = re.compile(r"考|初试|408|倒计时")

_REMINDING = re.compile(
    r"(?:请|麻烦|帮我|可以|能不能|记得|以后)*(?:每天|每日|天天|每)?(?:都|在|的|定时|准时|固定)*"
    r"(?:提醒我?|叫我|喊我)(?:每天|每日|天天|每)?(?:的|在)?(?:来|去|要|该|起来)?"
    r"(?:学习|复习|做题|刷题|打卡|背书|练题|看书|学408|复习408|做408|练习|学)?"
)
_BESIDE_A_TIME = re.compile(
    r"(?:我|每天|每日|天天|每|在|到|为|改成|改到|改为|时间|学习|复习|做题|刷题|打卡|吧|[,，])*"
)


def parse(text: str) -> Command | None:
    """Read a command; None when the message is for somebody else."""
    said = _OUTER.sub("", unicodedata.normalize("NFKC", text))
    slash = _SLASH.match(said)
    rest = said[slash.end() :] if slash else without_thanks(said)
    if not rest or len(rest) > 60:
        return None
    command = _read(rest, slash=slash is not None)
    if command is not None:
        return command
    meant = (_SLIPS if slash is None else _SLIPS_OF_HEADS).mended(rest)
    return _read(meant, slash=slash is not None) if meant is not None else None


def _read(rest: str, *, slash: bool) -> Command | None:
    named = _JOIN.match(rest)
    if named is not None:
        return Command("join", word=(named[1] or named[2]).strip())
    flat = re.sub(r"\s+", "", rest)
    whole = _whole(flat)
    if whole is not None:
        return whole
    if slash:
        return _by_head(rest)
    return _code(rest, strict=True) if rest.startswith("绑定") else None


def _whole(flat: str) -> Command | None:
    bare = _PARTICLES.sub("", flat).replace("了", "")
    for form in (flat, bare):
        if form in _WHOLE:
            return Command(_WHOLE[form])
    if _COUNTDOWN.fullmatch(bare) and _ABOUT_THE_EXAM.search(bare):
        return Command("countdown")
    return _reminder(flat)


def _reminder(flat: str) -> Command | None:
    """Read 每晚八点提醒我复习; it must say what o'clock, a bare number is none."""
    said = flat.replace("一下", "")
    if not re.search(r"提醒|叫我|喊我", said) or not re.search(r"[:点时]", said):
        return None
    without = _PARTICLES.sub("", re.sub(r"[,，]", "", without_times(said)))
    if _REMINDING.fullmatch(without) is None:
        return None
    at = parse_time(said)
    return Command("remind", at=at) if at is not None else Command("how_to_remind")


def _by_head(rest: str) -> Command | None:
    head = next((h for h in sorted(_HEADS, key=len, reverse=True) if rest.startswith(h)), None)
    if head is None:
        return None
    tail = rest[len(head) :].strip(" :,，")
    if head == "提醒":
        return _reminder_at(tail)
    if head == "绑定":
        return _code(rest, strict=False)
    # /倒计时 408 is what it looks like; /排行榜算法, /我的 世界 and /导出 错题本 are not.
    loose = head in _WITH_A_TAIL and rest[len(head) :].startswith(" ")
    return Command(_HEADS[head]) if not tail or loose else None


def _reminder_at(tail: str) -> Command:
    if not tail:
        return Command("reminder")
    said = re.sub(r"\s+|一下", "", tail)
    times = parse_times(said)
    # /提醒 复习第3章 has a number in it, but no time.
    if len(times) != 1 or _BESIDE_A_TIME.fullmatch(without_times(said)) is None:
        return Command("how_to_remind")
    return Command("remind", at=times[0])


def _code(rest: str, *, strict: bool) -> Command | None:
    """Read 绑定 ABCD2345; without a slash only what has the form of a code."""
    code = re.sub(r"[\s:\-]+", "", rest.removeprefix("绑定")).upper()
    if _CODE.fullmatch(code):
        return Command("use_code", word=code)
    if strict:
        return None
    return Command("wrong_code") if code else Command("issue_code")
