"""What is said about the settings of a group."""

from datetime import time

from backend.learning.groups import EVERY_DAY, GroupSettings
from backend.questions.scope import SUBJECT_NAMES

_WEEKDAYS = "一二三四五六日"

ADMINS_ONLY = "这个设置只有群主和管理员能改。"
COUNT_RANGE = "每天 1 到 5 题。"
TOO_MANY_TIMES = "一天最多 4 个出题时间。"
IN_QUIET_HOURS = "这个时间在安静时段里，不会出题。先改安静时段：/每日一题 安静 23:00-7:00。"
REVEAL_IN_QUIET_HOURS = "这个时间在安静时段里，没法公布。先改安静时段：/每日一题 安静 23:00-7:00。"
QUIET_HITS_TIMES = "这个安静时段盖住了出题或公布的时间，先改那两个时间。"
NO_SUBJECT_LEFT = "四科都跳过就没有题可出了。不想出题请发“/每日一题 关”。"


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
        case "on" if settings.paused:
            return (
                "设置记下了，不过运营者暂停了这个群的推送，恢复之后才会出题。"
                "想恢复请联系运营者；“/练”照常可用。"
            )
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


def times_text(times: tuple[time, ...]) -> str:
    return "、".join(f"{at:%H:%M}" for at in times)


def weekdays_text(weekdays: tuple[int, ...]) -> str:
    if weekdays == EVERY_DAY:
        return "每天"
    first, last = weekdays[0], weekdays[-1]
    if len(weekdays) > 2 and last - first == len(weekdays) - 1:
        return f"周{_WEEKDAYS[first]}到周{_WEEKDAYS[last]}"
    return "周" + "".join(_WEEKDAYS[day] for day in weekdays)
