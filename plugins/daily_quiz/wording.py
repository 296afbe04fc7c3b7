"""What is said around the daily question."""

from datetime import date, datetime, time, timedelta

from backend.knowledge.library import Library
from backend.learning.groups import EVERY_DAY, GroupSettings
from backend.learning.ledger import Delivery
from backend.learning.values import SHANGHAI, Asking, Streak
from backend.questions.scope import SUBJECT_NAMES
from plugins.asking_words import about, days_left_text

LOG_NO_RECORD = "学习记录现在用不了，推送稍后再试：{}"
LOG_FAILED = "一次推送没有做好"
LOG_SKIPPED = "跳过推送 {}（{}）：{}"

NO_QUESTION = "没有合适的题可出"
NOT_RUNNING = "这个平台没有启动"
UNCERTAIN = "平台没有确认"
NOBODY_CAME = "平台不允许主动推送，当天也没有人@我"
WITH_A_MESSAGE = "平台不允许主动推送，随当天第一条@消息发出"

_STEM_CHARS = 32
_WEEKDAYS = "一二三四五六日"
_STATES = {
    "claimed": "准备发送",
    "sent": "正在发送",
    "confirmed": "已送达",
    "failed": "没发出去，会重试",
    "skipped": "跳过",
    "unknown": "不确定",
}

ADMINS_ONLY = "这个设置只有群主和管理员能改。"
GROUPS_ONLY = "每日一题是群里的功能：在群里 @我 发“/每日一题 开”。私聊里可以发“/练”随时做题。"
NO_OPEN_QUESTION = (
    "现在没有等大家作答的每日一题。想做题就发“/练”，想每天定时出题请管理员发“/每日一题 开”。"
)
NONE_YET = "现在没有等大家作答的题。"
ANSWER_FIRST = "先作答再看解析：回复字母就行，发“每日一题”可以再看一遍题目。"
REVEALED_LATER = "群里到公布时间才放解析，免得剧透；想现在看就私聊我作答。"
COUNT_RANGE = "每天 1 到 5 题。"
TOO_MANY_TIMES = "一天最多 4 个出题时间。"
IN_QUIET_HOURS = "这个时间在安静时段里，不会出题。先改安静时段：/每日一题 安静 23:00-7:00。"
QUIET_HITS_TIMES = "这个安静时段盖住了出题或公布的时间，先改那两个时间。"
NO_SUBJECT_LEFT = "四科都跳过就没有题可出了。不想出题请发“/每日一题 关”。"
NOT_ANSWERABLE = "这条消息不是题目。引用题目那条消息再回字母就行。"
RECORD_DOWN = "学习记录暂时用不了，这次没有记上，请过几分钟再发一次。"


def question_head(library: Library, asking: Asking, exam: date, count: int) -> str:
    """Head a daily question: 【408 每日一题 · 距初试 27 天】操作系统 · ★★★☆☆."""
    number = f" {asking.place}/{count}" if count > 1 and asking.place else ""
    left = days_left_text(exam, asking.asked_at.astimezone(SHANGHAI).date())
    return f"【408 每日一题{number} · {left}】{about(library, asking.question)}"


def reveal_head(library: Library, asking: Asking) -> str:
    """Head a reveal; the day is named when it is no longer that day's."""
    day = asking.asked_at.astimezone(SHANGHAI)
    return f"【每日一题 · {day.month} 月 {day.day} 日答案】{about(library, asking.question)}"


def which(asking: Asking) -> str:
    """Name the question that a private answer was taken for: a person may be in several groups."""
    stem = asking.question.stem.split("\n", 1)[0].strip()
    short = stem if len(stem) <= _STEM_CHARS else f"{stem[:_STEM_CHARS]}……"
    return f"每日一题：{short}\n\n"


def received(key: str, number: int, *, place: int | None, reveal: datetime | None) -> str:
    """Confirm an answer in a group without a word of whether it is right."""
    which = f"第 {place} 题" if place else ""
    when = f"，{_clock_of(reveal)} 公布答案" if reveal is not None else ""
    return f"收到，{which}选 {key}（第 {number} 位作答{when}）。想现在看解析就私聊我发“解析”。"


def already(key: str) -> str:
    """Say that the first answer counts."""
    return f"你已经答过这题了，以第一次的 {key} 为准。"


def which_of(places: list[int]) -> str:
    """Ask which of several questions is meant; an extra one (0) shows no number of its own."""
    if len(places) == 1:
        return "现在只有一道题，直接回一个字母就行，比如“B”。"
    example = " ".join(f"{place}A" for place in places if place)
    extra = "（加推的那道题号写 0）" if 0 in places else ""
    return f"现在有 {len(places)} 道题，请带上题号，例如“{example}”{extra}，或引用那道题再回字母。"


def reminder(exam: date, now: datetime, streak: Streak, due: int, *, done: bool) -> str:
    """Remind a person who asked for it."""
    left = days_left_text(exam, now.astimezone(SHANGHAI).date())
    lines = [f"**学习提醒 · {left}**"]
    if done:
        lines.append(f"今天已经打卡，连续 {streak.current} 天，漂亮。")
    elif streak.current:
        lines.append(f"今天还没做题，已经连续 {streak.current} 天了，别断在今天。")
    else:
        lines.append("今天还没做题，来一道热热身？")
    lines.append(f"有 {due} 个考点到了复习时间，发“/复习”。" if due else "发“/练”来一道题。")
    lines.append("不想再收到提醒就发“/提醒 关”。")
    return "\n\n".join(lines)


def unknown_notice(row: Delivery) -> str:
    """Tell the operator of a push that may or may not have been delivered."""
    return (
        f"推送 {row.slot}（{row.day}）状态不明：{row.reason}。为避免重复不会再发；"
        "请到群里看一眼，需要补发就用“/管理 推送”。"
    )


def skipped_notice(row: Delivery) -> str:
    """Tell the operator of a push that was given up."""
    return f"推送 {row.slot}（{row.day}）没有发出，已跳过：{row.reason}。"


def passive_notice(platform: str) -> str:
    """Tell the operator that a platform does not take pushes."""
    return f"{platform} 不允许主动推送：每日一题会跟着群里当天第一条@我的消息发出。"


def too_late(window: timedelta) -> str:
    """Give the reason of a push that came too late."""
    return f"超过了补发时限（{int(window.total_seconds() // 60)} 分钟）"


def settings_text(settings: GroupSettings) -> str:
    """Show a group its settings and how to change them."""
    state = "开" if settings.enabled else "关"
    if settings.paused:
        state += "（已被运营者暂停）"
    skipped = "、".join(SUBJECT_NAMES[s][0] for s in settings.skipped_subjects) or "无"
    lowest, highest = settings.levels
    quiet = f"{settings.quiet[0]:%H:%M}–{settings.quiet[1]:%H:%M}" if settings.quiet else "无"
    return "\n".join(
        (
            f"**每日一题：{state}**",
            f"- 出题时间：{times_text(settings.times)}（{weekdays_text(settings.weekdays)}）",
            f"- 公布答案：{settings.reveal:%H:%M}",
            f"- 每天题数：{settings.count}",
            f"- 跳过科目：{skipped}",
            f"- 难度：{lowest}–{highest}（1 易 5 难）",
            f"- 安静时段：{quiet}",
            "",
            "管理员可以改：/每日一题 开｜关｜时间 12:30 18:00｜公布 21:30｜数量 3｜"
            "科目 操作系统 网络｜跳过 网络｜星期 一二三四五｜难度 2-4｜安静 23:00-7:00｜重置",
        )
    )


def changed(settings: GroupSettings, what: str, first: str) -> str:
    """Confirm a change and say what comes of it."""
    return f"{what}\n\n{first}" if settings.enabled and first else what


def confirmed(kind: str, settings: GroupSettings) -> str:
    """Confirm what was changed."""
    match kind:
        case "on":
            times = f"{weekdays_text(settings.weekdays)} {times_text(settings.times)}"
            return (
                f"每日一题已开启：{times} 出题，{settings.reveal:%H:%M} 公布答案。"
                "发“/设置”可以看到和修改所有设置。"
            )
        case "off":
            return "每日一题已关闭，不再出题；大家的记录都还在。发“/每日一题 开”可以恢复。"
        case "reset":
            return f"已恢复默认设置。\n\n{settings_text(settings)}"
        case _:
            return f"改好了。\n\n{settings_text(settings)}"


def unknown_subject(word: str) -> str:
    """Say that a subject is not known."""
    return f"不认识科目“{word}”。可以写：数据结构、组成原理、操作系统、网络。"


def more_open(count: int) -> str:
    """Say that there are more questions open."""
    return f"\n还有 {count} 道也在等作答，带题号回答，例如“2B”。"


def first_push(due_at: datetime | None, now: datetime) -> str:
    """Say when the next question comes."""
    if due_at is None:
        return ""
    day = (due_at.astimezone(SHANGHAI).date() - now.astimezone(SHANGHAI).date()).days
    name = {0: "今天", 1: "明天", 2: "后天"}.get(day, f"{day} 天后")
    return f"下一题：{name} {_clock_of(due_at)}。"


def times_text(times: tuple[time, ...]) -> str:
    return "、".join(f"{at:%H:%M}" for at in times)


def weekdays_text(weekdays: tuple[int, ...]) -> str:
    if weekdays == EVERY_DAY:
        return "每天"
    return "周" + "".join(_WEEKDAYS[day] for day in weekdays)


def state_text(state: str) -> str:
    """Name a state of the ledger."""
    return _STATES.get(state, state)


def _clock_of(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%H:%M}"
