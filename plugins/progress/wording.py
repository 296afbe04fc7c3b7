"""What is said on checking in, before the exam, and around names, reminders and accounts."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta

from backend.learning.values import SHANGHAI, Streak
from plugins.asking_words import days_left_text, exam_phase

MAX_NAME_CHARS = 12

_WEEKDAYS = "一二三四五六日"
_RESERVED = (
    "群主",
    "管理员",
    "运营者",
    "机器人",
    "学习助手",
    "全体成员",
    "所有人",
    "assistant408",
)
_RESERVED_WHOLE = ("bot", "admin", "root", "system", "系统", "官方", "管理", "助手", "408助手")
_NOT_A_WORD = re.compile(r"[\W_]+")
_MARKUP = re.compile(r"[*`#|@＠<>\[\]\\/／]")

RECORD_DOWN = "学习记录暂时用不了，请过几分钟再发一次。"
NO_REPORT = "还没有你的做题记录。发“/练”来一道题，做过之后这里就有正确率、薄弱考点和该复习什么。"
AFTER_THE_PAPER = "模考进行中，交卷后再看，免得剧透对错。私聊我发“继续”接着做，或发“交卷”。"
GROUP_WEEK_ELSEWHERE = (
    "群周报要在群里看：在有我的 QQ、企业微信或 Discord 群里 @我 发“/群周报”。"
    "你自己的周报发“/周报”。"
)
RANKING_ELSEWHERE = (
    "排行是群里的：在有我的 QQ、企业微信或 Discord 群里 @我 发“/排行”。你自己的进度发“/我的”。"
)
NO_RANKING = (
    "这周还没有人上榜：自愿上榜的人按时答过群里的每日一题才会出现。\n\n"
    "想上榜就发“/排行 加入”，看今天的题发“/每日一题”。"
)
NAME_NEEDED = "上榜要有个名字，这样发：/排行 加入 小明。"
NAME_RESERVED = "这个名字会让人以为是管理员或机器人，换一个：/排行 加入 小明。"
NAME_TAKEN = "群里已经有人用这个名字上榜了，换一个：/排行 加入 小明二号。"
LEFT_RANKING = "已退出：你的名字不再出现在这个群的排行、群周报和每日一题的参与名单里，记录都还在。"
NO_REMINDER_SET = "你还没有设提醒。这样设：/提醒 20:00，每天到点我私聊你。"
REMINDER_OFF = "提醒已关，不会再私聊打扰你。想恢复就发“/提醒 20:00”。"
HOW_TO_REMIND = (
    "一天提醒一次，告诉我几点：/提醒 20:00，或者“每天晚上八点提醒我”。不要了就发“/提醒 关”。"
)
CANNOT_PUSH = (
    "这个平台不让我主动给你发消息，定时提醒做不到。可以用手机闹钟，响了就发“/复习”给我，"
    "我会挑今天该复习的题。"
)
BIND_IN_PRIVATE = (
    "绑定只能私聊办：私聊我发“/绑定”。要是刚才把绑定码发到了群里，那个码别用了，"
    "私聊发一次“/绑定”换个新的。"
)
LINKED = (
    "绑定好了：两个账号的做题记录合成了一份，错题本、打卡和薄弱点都按合起来的算。发“/我的”看看。"
)
UNKNOWN_CODE = (
    "这个绑定码不对，或者已经过期、用过了。在另一个账号上私聊我发“/绑定”，"
    "十分钟内把新的码发过来；连着错几次要等十分钟。"
)
SAME_PERSON = "这两个账号本来就绑在一起，不用再绑。"
CODE_FORM = "绑定码是 8 位字母和数字，这样发：/绑定 加上那 8 位。还没有码就只发“/绑定”。"
UNLINKED = "已解绑：这个账号的做题记录单独算，其他账号的留在原处。"
NOT_LINKED = "这个账号没有和别的账号绑在一起，不用解绑。"
NOTHING_TO_EXPORT = "我这里没有你的学习记录，没有可以导出的。发“/练”可以开始做题。"
EXPORTED = (
    "这是我存着的你的全部学习记录（JSON）：账号、每一次作答和题目、错题本、复习安排、打卡、提醒。"
    "要全部删除就发“/忘记我”。"
)


# Check-in


def check_in(today: int, streak: Streak, left: str, missed: date | None) -> str:
    """Say whether today counts, how long the streak is, and what can be made up."""
    if today:
        first = f"**今日已打卡 ✅** 今天做了 {today} 题，{streak_text(streak)}。"
        then = "还想练就发“/练”，到期的考点发“/复习”。"
    elif streak.current:
        first = f"**今天还没打卡。** 已经连续 {streak.current} 天，做一道题就续上。"
        then = "发“/练”来一道。"
    else:
        first = "**今天还没打卡。** 做一道题就算打卡，凌晨 4 点算新的一天。"
        then = "发“/练”来一道。"
    makeup = f"{day_text(missed)}漏了，这周还没补过卡的话，发“/补卡”补上。" if missed else ""
    return "\n\n".join(part for part in (first, makeup, f"{left}。{then}") if part)


def made_up(day: date, streak: Streak) -> str:
    """Confirm a day made up."""
    return (
        f"补上了 {day_text(day)}，{streak_text(streak)}。\n\n"
        "补卡每周一次（周一到周日），下周一才有新的。"
    )


def used_this_week(missed: date) -> str:
    """Say that the week's make-up card is used."""
    return f"{day_text(missed)}漏了，可这周的补卡已经用过，下周一才有新的。发“/练”继续。"


def nothing_to_make_up(studied: bool, gap: bool) -> str:
    """Say why there is nothing to make up: never studied, a gap too wide, or no gap."""
    if not studied:
        return "还没有打过卡，没有可补的。发“/练”做一道题，今天就算打卡。"
    if gap:
        return "补卡只能补一天，前面断了不止一天，补上也接不起来。从今天重新开始：发“/练”。"
    return "最近没有漏掉的天，不用补。发“/打卡”看看连续了几天。"


def streak_text(streak: Streak) -> str:
    """Say how long a streak is: 连续打卡 5 天（最长 12 天）."""
    if streak.longest > streak.current:
        return f"连续打卡 {streak.current} 天（最长 {streak.longest} 天）"
    return f"连续打卡 {streak.current} 天"


# The ranking


def joined(name: str) -> str:
    """Say exactly what others will see from now on."""
    return (
        f"好，你在这个群里以“{name}”上榜。大家会看到的是：\n\n"
        "- 排行和群周报里：名字、做题天数、题数，有进步时标“在进步”\n"
        "- 每日一题公布答案时：名字在参与名单里，不说对错\n\n"
        "你答错什么、正确率多少不会给别人看。换名字就再发一次“/排行 加入 新名字”，"
        "不想上榜发“/排行 退出”。"
    )


def public_name(said: str) -> str:
    """Make a name fit to be shown: one line, no markup, no mentions, at most 12 characters."""
    plain = unicodedata.normalize("NFKC", said)
    visible = "".join(c for c in plain if unicodedata.category(c)[0] != "C" or c in " \t\n")
    return " ".join(_MARKUP.sub("", visible).split())[:MAX_NAME_CHARS].strip()


def same_name(one: str, other: str) -> bool:
    """Whether two names look alike: case, blanks and marks aside."""
    return _bare(one) == _bare(other)


def is_reserved(name: str) -> bool:
    """Whether a name could be taken for the group's owner, its admins or the bot."""
    bare = _bare(name)
    return bare in _RESERVED_WHOLE or any(word in bare for word in _RESERVED)


def _bare(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold()
    return _NOT_A_WORD.sub("", folded) or folded


# The exam


def countdown(exam: date, now: datetime) -> str:
    """Say how far the exam is, and when 408 is written."""
    phase, second = exam_phase(exam, now), exam + timedelta(days=1)
    days = (exam - now.astimezone(SHANGHAI).date()).days
    first_day, second_day = f"{date_text(exam)}（{_weekday(exam)}）", date_text(second)
    if phase == "before":
        return (
            f"**距初试 {days} 天**：初试从 {first_day}开始，408 一般在第二天（{second_day}）下午，"
            f"以准考证为准。\n\n{_pace(days)}"
        )
    if phase == "first_day":
        return (
            f"**今天初试。** 408 一般在明天（{second_day}）下午，以准考证为准。\n\n"
            "今晚早点睡，只翻翻易错点就好。加油。"
        )
    if phase == "second_day":
        return "**今天下午考 408。** 先做有把握的，选择题别恋战，大题写清步骤。祝顺利。"
    return (
        "**初试已经结束。** 这段时间辛苦了，不管考得怎么样，坚持到最后就很了不起。好好歇几天。\n\n"
        "要准备复试，问概念照样可以找我。"
    )


def _pace(days: int) -> str:
    if days > 60:
        return f"还有 {days // 7} 周多，先把薄弱的补起来：发“/我的”看看在哪，或“/练”来一道。"
    if days > 7:
        return f"每天做 5 题，还能做 {days * 5} 题。发“/复习”做今天到期的，或“/练 错题”消错题。"
    return "最后几天不追新的，把会的做对：发“/复习”和“/练 错题”。"


# Reminders


def reminder_set(at: time, *, in_group: bool) -> str:
    """Confirm a reminder; from a group, say where it will come."""
    where = "到点我私聊你（要先加我好友，不然发不到）" if in_group else "到点我在这里提醒你"
    return (
        f"设好了：每天 {at:%H:%M} 提醒，{where}，会说今天做没做题、有几个考点该复习。\n\n"
        "改时间就再发一次，不要了发“/提醒 关”。"
    )


def reminder_is(at: time) -> str:
    """Show a reminder."""
    return f"每天 {at:%H:%M} 私聊提醒你。改时间发“/提醒 21:00”，不要了发“/提醒 关”。"


# Accounts


def link_code(code: str) -> str:
    """Hand out a code."""
    return (
        f"绑定码：`{code}`，10 分钟内有效，只能用一次，别发给别人。\n\n"
        f"在另一个平台的账号上私聊我发“/绑定 {code}”，两边的做题记录就合成一份。"
    )


def export_name(today: date) -> str:
    """Name the exported file."""
    return f"assistant408-数据-{today:%Y%m%d}.json"


# Words for days


def left_text(exam: date, now: datetime) -> str:
    """Say how far the exam is by the calendar: 距初试 27 天."""
    return days_left_text(exam, now)


def date_text(day: date) -> str:
    """Write a date: 11 月 22 日."""
    return f"{day.month} 月 {day.day} 日"


def day_text(day: date) -> str:
    """Write a date with its weekday: 11 月 22 日（周日）."""
    return f"{date_text(day)}（{_weekday(day)}）"


def span(last: date) -> str:
    """Write the seven days up to ``last``: 11 月 16 日 – 11 月 22 日."""
    return f"{date_text(last - timedelta(days=6))} – {date_text(last)}"


def _weekday(day: date) -> str:
    return f"周{_WEEKDAYS[day.weekday()]}"
